package diag

// What a Sigma document says of itself (Sigma specification 2.1, rules, correlation rules and filters).
const (
	SigmaTitleMissing Code = "DT6200"
	SigmaTooLong      Code = "DT6201"
	SigmaKeyMissing   Code = "DT6202"
	SigmaIDForm       Code = "DT6203"
	SigmaDate         Code = "DT6204"
	SigmaDateOrder    Code = "DT6205"
	SigmaStatus       Code = "DT6206"
	SigmaLevel        Code = "DT6207"
	SigmaKeyUnknown   Code = "DT6208"
	SigmaRelated      Code = "DT6209"
	SigmaReference    Code = "DT6210"
	SigmaRepeated     Code = "DT6211"
	SigmaLicense      Code = "DT6212"
	SigmaKeyKind      Code = "DT6213"
	SigmaEntryShort   Code = "DT6214"
	SigmaFalsePos     Code = "DT6215"
)

// Tags (Sigma specification 2.1, tags appendix) and ATT&CK.
const (
	SigmaTagForm       Code = "DT6220"
	SigmaTagNamespace  Code = "DT6221"
	SigmaTagValue      Code = "DT6222"
	SigmaAttackUnknown Code = "DT6223"
	SigmaAttackRevoked Code = "DT6224"
	SigmaTacticRenamed Code = "DT6225"
	SigmaTacticMissing Code = "DT6226"
	SigmaTacticOther   Code = "DT6227"
)

// Log sources.
const (
	SigmaLogsource     Code = "DT6230"
	SigmaLogsourceCase Code = "DT6231"
	SigmaLogsourceKey  Code = "DT6232"
)

// Conditions and selections.
const (
	SigmaUnused      Code = "DT6240"
	SigmaPatternOne  Code = "DT6241"
	SigmaPatternWide Code = "DT6242"
	SigmaAllOfThem   Code = "DT6243"
	SigmaSpelling    Code = "DT6244"
	SigmaNever       Code = "DT6245"
	SigmaFilterIdle  Code = "DT6246"
	SigmaTooGeneric  Code = "DT6247"
	SigmaClauseIdle  Code = "DT6248"
)

var sigmalintCodes = []Info{
	{SigmaTitleMissing, "sigma-title-missing", Error, "A Sigma document has no title.",
		"The specification wants one: it is all that an analyst sees of an alert at first.",
		InSigma, "title: ''", "title: A shell of an office program"},
	{SigmaTooLong, "sigma-too-long", Error, "A text of a Sigma document is longer than the specification allows.",
		"Titles, names and taxonomies have at most 256 characters, descriptions 65,535; other tools refuse the rule or cut it.",
		InSigma, "name: this_name_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on",
		"name: this_name_ends"},
	{SigmaKeyMissing, "sigma-key-missing", Note, "A Sigma document leaves out a key that the conventions ask for.",
		"Without an id nothing can refer to the rule for good; without a level, a status and a description nobody knows what to make of its alert.",
		InSigma, "status:\nlevel:\nauthor:", "status: test\nlevel: high\nauthor: Detection engineering"},
	{SigmaIDForm, "sigma-id-form", Warning, "An id is no UUID, or not written in small letters.",
		"The schema's format is a UUID; correlations and filters name rules by it, and what tells ids from names is the form.",
		InSigma, "id: office-shell-1", "id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01"},
	{SigmaDate, "sigma-date", Error, "A date is not written as YYYY-MM-DD, or there is no such day.",
		"The specification has that form since 2.0; tools that sort or compare dates read another one wrongly or not at all.",
		InSigma, "date: 2026/11/22", "date: 2026-11-22"},
	{SigmaDateOrder, "sigma-date-order", Warning, "A document was modified before it was made.",
		"One of the two dates is wrong, and readers can't know which.",
		InSigma, "date: 2026-11-22\nmodified: 2026-01-05", "date: 2026-11-22\nmodified: 2027-01-05"},
	{SigmaStatus, "sigma-status", Error, "A status is none of Sigma's.",
		"stable, test, experimental, deprecated and unsupported are all there are; what selects rules by status passes this one over.",
		InSigma, "status: tset", "status: test"},
	{SigmaLevel, "sigma-level", Error, "A level is none of Sigma's.",
		"informational, low, medium, high and critical are all there are; what orders alerts by level can't place this one.",
		InSigma, "level: severe", "level: high"},
	{SigmaKeyUnknown, "sigma-key-unknown", Warning, "A key is none of Sigma's and is nearly one that is.",
		"Keys of one's own are allowed, so no tool complains of a mistyped one: its content is just passed over.",
		InSigma, "falsepositive: [Administrators]", "falsepositives: [Administrators]"},
	{SigmaRelated, "sigma-related", Warning, "An entry of `related` has no id, a type that Sigma doesn't have, or names the document itself.",
		"derived, obsolete, merged, renamed and similar are the types; what follows a rule's history loses its track here.",
		InSigma, "related: [{id: 0d894093-71bc-43c3-8c4d-ecfc28dcf5d9, type: derive}]",
		"related: [{id: 0d894093-71bc-43c3-8c4d-ecfc28dcf5d9, type: derived}]"},
	{SigmaReference, "sigma-reference", Note, "A reference is no address, or is one that a tag says better.",
		"A reader wants to open it; pages of ATT&CK belong into tags, where tools find them.",
		InSigma, "references: [a blog post]", "references: ['https://example.org/a-blog-post']"},
	{SigmaRepeated, "sigma-repeated", Warning, "A list of a document's head has an entry twice.",
		"The schema wants entries to be unique; most often another one was meant.",
		InSigma, "tags: [attack.execution, attack.t1059, attack.t1059]", "tags: [attack.execution, attack.t1059]"},
	{SigmaLicense, "sigma-license", Note, "A license is no SPDX identifier.",
		"The specification wants one, so that whoever takes the rule over can tell by machine what is allowed.",
		InSigma, "license: see the file", "license: MIT"},
	{SigmaKeyKind, "sigma-key-kind", Warning, "A key holds a list where text is due, or text where a list is due.",
		"The schema says which: tools that trust it read the characters of the text as entries, or stop.",
		InSigma, "references: https://example.org/a", "references: ['https://example.org/a']"},
	{SigmaEntryShort, "sigma-entry-short", Warning, "An entry is shorter than the schema allows.",
		"False positives and scopes have two characters or more; a shorter one is a slip of the keyboard.",
		InSigma, "falsepositives: [x]", "falsepositives: [Administrators]"},
	{SigmaFalsePos, "sigma-falsepositives", Note, "A false positive is a word that the conventions don't have.",
		"None is never so, and a test by a red team is no false positive; where none are known the word is Unknown, where none are expected it is Unlikely.",
		InSigma, "falsepositives: [None]", "falsepositives: [Unlikely]"},

	{SigmaTagForm, "sigma-tag-form", Warning, "A tag is not written as namespace.value, in small letters.",
		"Tools compare tags by their letters: one that is written otherwise is another tag.",
		InSigma, "tags: [attack.execution, attack.T1059]", "tags: [attack.execution, attack.t1059]"},
	{SigmaTagNamespace, "sigma-tag-namespace", Note, "A tag's namespace is none of the specification's.",
		"attack, car, cve, d3fend, detection, stp and tlp have a meaning that others know; a namespace of one's own has none but here.",
		InSigma, "tags: [attack.execution, attack.t1059, atack.t1204]", "tags: [attack.execution, attack.t1059, attack.t1204]"},
	{SigmaTagValue, "sigma-tag-value", Warning, "A tag's value doesn't have the form that its namespace has.",
		"Whoever follows the tag to a CVE, an analytic or a sharing level finds none.",
		InSigma, "tags: [attack.execution, attack.t1059, cve.2021.44228]", "tags: [attack.execution, attack.t1059, cve.2021-44228]"},
	{SigmaAttackUnknown, "sigma-attack-unknown", Warning, "A tag names a technique or a tactic that no ATT&CK domain has.",
		"The rule is missing from every map that is drawn of the tags.",
		InSigma, "tags: [attack.execution, attack.t1059.099]", "tags: [attack.execution, attack.t1059.001]"},
	{SigmaAttackRevoked, "sigma-attack-revoked", Warning, "A tag names a technique that ATT&CK has revoked or deprecated.",
		"Current matrices don't show it, so the rule vanishes from them.",
		InSigma, "tags: [attack.execution, attack.t1086]", "tags: [attack.execution, attack.t1059.001]"},
	{SigmaTacticRenamed, "sigma-tactic-renamed", Warning, "A tag names a tactic by a name that ATT&CK no longer has in the domain of the rule's techniques.",
		"Current matrices have other columns: the rule stands in none of them.",
		InSigma, "tags: [attack.defense-evasion, attack.t1027]", "tags: [attack.stealth, attack.t1027]"},
	{SigmaTacticMissing, "sigma-tactic-missing", Note, "A rule names a technique and none of its tactics.",
		"A technique may serve several ends; which of them the rule sees is left open, and a view by tactic leaves the rule out.",
		InSigma, "tags: [attack.t1059]", "tags: [attack.execution, attack.t1059]"},
	{SigmaTacticOther, "sigma-tactic-of-no-technique", Note, "A rule names a tactic that none of its techniques is of.",
		"The technique that belongs to it is missing, or the tactic is a leftover.",
		InSigma, "tags: [attack.execution, attack.t1059, attack.exfiltration]", "tags: [attack.execution, attack.t1059]"},

	{SigmaLogsource, "sigma-logsource", Error, "A rule or a filter has no log source.",
		"Category, product and service say which events it is held against; without any of them it is held against none, or all.",
		InSigma, "logsource: {definition: any log}", "logsource: {category: process_creation, product: windows}"},
	{SigmaLogsourceCase, "sigma-logsource-case", Warning, "A category, a product or a service has capital letters or spaces.",
		"The specification has small letters and underscores; another spelling is another log source, to which nothing is bound.",
		InSigma, "logsource: {category: Process_Creation, product: windows}", "logsource: {category: process_creation, product: windows}"},
	{SigmaLogsourceKey, "sigma-logsource-key", Warning, "A key of a log source is nearly category, product, service or definition.",
		"Further keys are allowed, so no tool complains: the rule is held against more logs than it says.",
		InSigma, "logsource: {category: process_creation, produkt: windows}", "logsource: {category: process_creation, product: windows}"},

	{SigmaUnused, "sigma-unused-selection", Warning, "No condition names a selection.",
		"What it says has no part in the rule: most often a filter that was never taken out, or a selection that was renamed.",
		InSigma, `detection:
  selection: {Image|endswith: '\cmd.exe'}
  filter: {User: SYSTEM}
  condition: selection`,
		`detection:
  selection: {Image|endswith: '\cmd.exe'}
  filter: {User: SYSTEM}
  condition: selection and not filter`},
	{SigmaPatternOne, "sigma-pattern-of-one", Note, "A pattern stands for a single selection.",
		"The reader looks for the others; the selection's own name says the same.",
		InSigma, `detection:
  shell_cmd: {Image|endswith: '\cmd.exe'}
  condition: all of shell*`,
		`detection:
  shell_cmd: {Image|endswith: '\cmd.exe'}
  condition: shell_cmd`},
	{SigmaPatternWide, "sigma-pattern-too-wide", Warning, "A pattern takes in a selection that is meant for something else.",
		"With a filter among the alternatives the rule matches what it should leave out; with a selection that must hold anyway, any of them always does.",
		InSigma, `detection:
  selection: {Image|endswith: '\cmd.exe'}
  selection_quiet: {CommandLine|contains: ' /q'}
  selection_close: {CommandLine|contains: ' /c'}
  condition: selection and 1 of selection*`,
		`detection:
  selection: {Image|endswith: '\cmd.exe'}
  selection_quiet: {CommandLine|contains: ' /q'}
  selection_close: {CommandLine|contains: ' /c'}
  condition: selection and 1 of selection_*`},
	{SigmaAllOfThem, "sigma-all-of-them", Note, "A condition says `all of them`.",
		"The specification discourages it: whoever adds a filter to such a rule asks that the filter hold, too.",
		InSigma, `detection:
  selection_image: {Image|endswith: '\cmd.exe'}
  selection_quiet: {CommandLine|contains: ' /q'}
  condition: all of them`,
		`detection:
  selection_image: {Image|endswith: '\cmd.exe'}
  selection_quiet: {CommandLine|contains: ' /q'}
  condition: all of selection_*`},
	{SigmaSpelling, "sigma-condition-spelling", Note, "A condition is spelled as the specification doesn't have it.",
		"Operators are written in small letters and `any of` is `1 of`; readers that are strict take the words for names of selections.",
		InSigma, `detection:
  selection: {Image|endswith: '\cmd.exe'}
  filter: {User: SYSTEM}
  condition: selection AND NOT filter`,
		`detection:
  selection: {Image|endswith: '\cmd.exe'}
  filter: {User: SYSTEM}
  condition: selection and not filter`},
	{SigmaNever, "sigma-never-matches", Warning, "A rule, or one of its selections, can match no event.",
		"A filter takes out all that the selection finds, or two clauses ask for different values of one field: the rule is silent for ever.",
		InSigma, `detection:
  selection: {Image|endswith: '\system32\cmd.exe'}
  filter: {Image|endswith: '\cmd.exe'}
  condition: selection and not filter`,
		`detection:
  selection: {Image|endswith: '\cmd.exe'}
  filter: {Image|endswith: '\system32\cmd.exe'}
  condition: selection and not filter`},
	{SigmaFilterIdle, "sigma-filter-idle", Note, "A filter takes out nothing, since it can't hold together with the selection.",
		"It was copied from another rule, or one of its values is mistyped and what it should take out stays in.",
		InSigma, `detection:
  selection: {Image|endswith: '\cmd.exe'}
  filter: {Image|endswith: '\powershell.exe', User: SYSTEM}
  condition: selection and not filter`,
		`detection:
  selection: {Image|endswith: '\cmd.exe'}
  filter: {ParentImage|endswith: '\powershell.exe', User: SYSTEM}
  condition: selection and not filter`},
	{SigmaTooGeneric, "sigma-too-generic", Warning, "A rule matches every event, or all but a few.",
		"A condition of negations alone holds for every record that has nothing to do with it.",
		InSigma, `detection:
  filter: {Image|endswith: '\cmd.exe'}
  condition: not filter`,
		`detection:
  selection: {ParentImage|endswith: '\winword.exe'}
  filter: {Image|endswith: '\cmd.exe'}
  condition: selection and not filter`},
	{SigmaClauseIdle, "sigma-clause-implied", Note, "A clause of a selection follows from the one beside it.",
		"It decides nothing: another value or another field was meant, or it can go.",
		InSigma, `detection:
  selection:
    CommandLine|contains: 'net user'
    CommandLine|startswith: 'net user /add'
  condition: selection`,
		`detection:
  selection:
    CommandLine|startswith: 'net user /add'
  condition: selection`},
}
