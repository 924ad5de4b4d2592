package diag

// Sigma files taken in: checked against the taxonomy, converted, imported as stubs.
const (
	UnknownSigmaField  Code = "DT6300"
	UnknownSigmaSource Code = "DT6301"
	ConvertedOther     Code = "DT6310"
	ImportRefused      Code = "DT6320"
	ImportDouble       Code = "DT6321"
	ImportDropped      Code = "DT6322"
	ImportNoSource     Code = "DT6323"
	ImportUnfinished   Code = "DT6324"
)

var convertCodes = []Info{
	{UnknownSigmaField, "unknown-sigma-field", Warning, "A Sigma rule names a field that its log source is not known to have.",
		"A field that the log doesn't have is never equal to anything: the rule stays silent, and its exclusions exclude nothing.",
		InNone, "logsource: {category: process_creation, product: windows}\n…\nComandLine|contains: ' -enc'",
		"logsource: {category: process_creation, product: windows}\n…\nCommandLine|contains: ' -enc'"},
	{UnknownSigmaSource, "unknown-sigma-source", Warning, "A Sigma rule is for a log source that no taxonomy describes.",
		"Nothing can be said of its fields, so a name that is misspelt is not found.",
		InNone, "logsource: {category: proces_creation, product: windows}", "logsource: {category: process_creation, product: windows}"},
	{ConvertedOther, "converted-other", Error, "A converted rule, read back, means something else than the rule that it was made of.",
		"It would match other events. This is a mistake of detc, and the rule is not written.",
		InNone, "a rule with Image: a that comes back as Image|contains: a", "the same selections, laid out anew"},
	{ImportRefused, "import-refused", Error, "A Sigma rule says what a stub can't say.",
		"Imported without the clause it would match other events. The rule is left out; the others are imported.",
		InNone, "src_ip|week: 12", "src_ip|month: 3"},
	{ImportDouble, "import-double", Error, "Two of the Sigma rules that are imported have one id.",
		"Whatever refers to the id would mean either. The second one is left out.",
		InNone, "two files with id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", "each with an id of its own"},
	{ImportDropped, "import-dropped", Warning, "Something that a Sigma rule says of itself is not as the specification has it, and has no place in a stub.",
		"What matches stays the same; the remark is lost.",
		InNone, "status: production", "status: stable"},
	{ImportNoSource, "import-no-source", Error, "A Sigma rule names no log source that a stub could name.",
		"A stub's condition is over the fields of its telemetry. The rule is left out; the others are imported.",
		InNone, "logsource: {}", "logsource: {category: proxy}"},
	{ImportUnfinished, "import-unfinished", Warning, "An imported filter lacks what a filter must have here: an owner, a ticket, an end and tests.",
		"What nobody answers for stays for ever. The filter is written with these keys empty, and is not applied before they are filled in.",
		InNone, "owner:\nticket:\nuntil:", "owner: OT engineering\nticket: CHG-4711\nuntil: 2027-01-31"},
}
