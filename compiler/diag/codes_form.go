package diag

// Files that can't be read as what they are.
const (
	Unreadable Code = "DT0001"
	Syntax     Code = "DT0002"
	NoDocument Code = "DT0003"
	TwoDocs    Code = "DT0004"
)

var fileCodes = []Info{
	{Unreadable, "unreadable-file", Error, "A file is too large, binary or not UTF-8.",
		"Nothing in it can be read, so its rules would be missing without a word.",
		InNone, "rule.yaml saved as UTF-16", "rule.yaml saved as UTF-8"},
	{Syntax, "yaml-syntax", Error, "A file is not YAML.",
		"Nothing after the mistake can be read.",
		InStub, "falsepositives: [maintenance", "falsepositives: [maintenance]"},
	{NoDocument, "empty-file", Error, "A file holds nothing.",
		"An empty stub is most often one that was lost while it was saved.",
		InNone, "a stub of no bytes, or of comments alone", "the stub, from the last version that had it"},
	{TwoDocs, "several-documents", Error, "A file holds more than one YAML document.",
		"One file is one stub, schema or table, so that a path names it.",
		InStub, `contacts: [OT engineering]
---
name: plc-start`,
		"contacts: [OT engineering]"},
}

// Keys and values that don't fit their form.
const (
	UnknownKey   Code = "DT1001"
	DuplicateKey Code = "DT1002"
	MissingKey   Code = "DT1003"
	WrongType    Code = "DT1004"
	BadValue     Code = "DT1005"
)

var formCodes = []Info{
	{UnknownKey, "unknown-key", Error, "A key is none that this form has.",
		"A misspelt key is not read: the rule would mean something else than it says.",
		InStub, "runbok: ot-controller-change", "runbook: ot-controller-change"},
	{DuplicateKey, "duplicate-key", Error, "A key stands twice in one mapping.",
		"YAML readers disagree on which of the two counts.",
		InStub, `level: high
level: low`,
		"level: high"},
	{MissingKey, "missing-key", Error, "A key that the form needs is not there.",
		"Without it the rule can't be named, paired with its telemetry or emitted.",
		InStub, "level:", "level: high"},
	{WrongType, "wrong-type", Error, "A value is of another type than its key takes.",
		"A list in place of a text, or a number in place of a name, can't be read as what was meant.",
		InStub, "references: https://attack.mitre.org/techniques/T0858/",
		"references: [https://attack.mitre.org/techniques/T0858/]"},
	{BadValue, "bad-value", Error, "A value has the right type but not the right form.",
		"Names, UUIDs, dates, levels and durations have a form that the readers of the output hold to.",
		InStub, "level: hihg", "level: high"},
}
