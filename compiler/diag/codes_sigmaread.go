package diag

// Sigma files that can't be read as what they say.
const (
	SigmaDocument     Code = "DT6100"
	SigmaAction       Code = "DT6101"
	SigmaTwice        Code = "DT6102"
	SigmaSelection    Code = "DT6103"
	SigmaSyntax       Code = "DT6104"
	SigmaNoSelection  Code = "DT6105"
	SigmaAggregation  Code = "DT6106"
	SigmaTimeframe    Code = "DT6107"
	SigmaModifier     Code = "DT6108"
	SigmaModifierPair Code = "DT6109"
	SigmaUnsaid       Code = "DT6110"
	SigmaValue        Code = "DT6111"
	SigmaRegex        Code = "DT6112"
	SigmaPlaceholder  Code = "DT6113"
	SigmaTooLarge     Code = "DT6114"
	SigmaCorrelation  Code = "DT6115"
	SigmaTimespan     Code = "DT6116"
	SigmaBoundForm    Code = "DT6117"
	SigmaFilterForm   Code = "DT6118"
	SigmaExpression   Code = "DT6119"
)

var sigmareadCodes = []Info{
	{SigmaDocument, "sigma-document", Error, "A YAML document is no Sigma rule, correlation or filter.",
		"It has none of the keys `detection`, `correlation` and `filter`, which say what it looks for; nothing of it can be read.",
		InSigma, "title: A shell of an office program", ""},
	{SigmaAction, "sigma-action", Error, "A document has the key `action`, by which Sigma 1 joined the documents of one file.",
		"Sigma 2 has no such thing: each document of a file stands by itself, so what was said for all of them would be lost.",
		InSigma, "action: global", ""},
	{SigmaTwice, "sigma-duplicate", Error, "A selection, or a field with the same modifiers, stands twice in one mapping.",
		"YAML readers disagree on which of the two counts.",
		InSigma, `detection:
    selection:
        Image|endswith: '\cmd.exe'
        Image|endswith: '\powershell.exe'
    condition: selection`, `detection:
    selection:
        Image|endswith: ['\cmd.exe', '\powershell.exe']
    condition: selection`},
	{SigmaSelection, "sigma-selection", Error, "A selection has another shape than Sigma gives it.",
		"A selection is a mapping of fields, a list of such mappings, or keywords; anything else has no meaning.",
		InSigma, `detection:
    selection:
        Image: {endswith: '\cmd.exe'}
    condition: selection`, ""},
	{SigmaSyntax, "sigma-condition", Error, "A condition can't be read.",
		"A condition joins the names of selections by and, or and not, in parentheses where it must be.",
		InSigma, `detection:
    selection: {Image|endswith: '\cmd.exe'}
    filter: {User: admin}
    condition: selection not filter`, `detection:
    selection: {Image|endswith: '\cmd.exe'}
    filter: {User: admin}
    condition: selection and not filter`},
	{SigmaNoSelection, "sigma-no-selection", Error, "A condition names a selection that the rule doesn't have, or has no condition at all.",
		"Some readers take such a name for false without a word: the rule would never match, or always.",
		InSigma, `detection:
    selection: {Image|endswith: '\cmd.exe'}
    condition: selecton`, `detection:
    selection: {Image|endswith: '\cmd.exe'}
    condition: selection`},
	{SigmaAggregation, "sigma-aggregation", Error, "A condition counts events, or looks for others near by.",
		"Sigma 2 says this in a correlation, a document of its own that names the rule.",
		InSigma, `detection:
    selection: {Image|endswith: '\cmd.exe'}
    condition: selection | count() by User > 10`, ""},
	{SigmaTimeframe, "sigma-timeframe", Warning, "A rule has a `timeframe`, and nothing in it counts events.",
		"It is left out: a rule by itself sees one event at a time.",
		InSigma, `detection:
    selection: {Image|endswith: '\cmd.exe'}
    timeframe: 5m
    condition: selection`, ""},
	{SigmaModifier, "sigma-modifier", Error, "A field has a modifier that Sigma doesn't have.",
		"Read without it, the field would ask for something else.",
		InSigma, `detection:
    selection: {Image|endwith: '\cmd.exe'}
    condition: selection`, `detection:
    selection: {Image|endswith: '\cmd.exe'}
    condition: selection`},
	{SigmaModifierPair, "sigma-modifiers-apart", Error, "Modifiers stand together that exclude each other, or in an order that makes no sense.",
		"Modifiers apply from left to right, each to what the one before made of the value.",
		InSigma, `detection:
    selection: {Image|startswith|endswith: '\cmd.exe'}
    condition: selection`, `detection:
    selection: {Image|endswith: '\cmd.exe'}
    condition: selection`},
	{SigmaUnsaid, "sigma-not-carried", Error, "Sigma has a meaning for this and this compiler has none.",
		"Rather than to mean something near, the rule is refused.",
		InSigma, `detection:
    selection: {CommandLine|fieldref|startswith: Image}
    condition: selection`, `detection:
    selection: {CommandLine|fieldref: Image}
    condition: selection`},
	{SigmaValue, "sigma-value", Error, "A value is none that its field or modifier can have.",
		"It would match nothing, or stop the rule where it is deployed.",
		InSigma, `detection:
    selection: {DestinationIp|cidr: 10.0.0.0/40}
    condition: selection`, `detection:
    selection: {DestinationIp|cidr: 10.0.0.0/24}
    condition: selection`},
	{SigmaRegex, "sigma-regex", Error, "A regular expression can't be read.",
		"It must be one of RE2: what other engines have beside it (looking ahead and behind, references to groups) stops others.",
		InSigma, `detection:
    selection: {CommandLine|re: 'a(?=b)'}
    condition: selection`, `detection:
    selection: {CommandLine|re: 'ab'}
    condition: selection`},
	{SigmaPlaceholder, "sigma-placeholder", Error, "A value with |expand is not one placeholder and nothing else.",
		"A placeholder becomes a table of site knowledge, in which a whole value is looked up.",
		InSigma, `detection:
    selection: {User|expand: 'corp\%admins%'}
    condition: selection`, `detection:
    selection: {User|expand: '%admins%'}
    condition: selection`},
	{SigmaTooLarge, "sigma-too-large", Error, "A condition is longer, deeper or names more selections than is read.",
		"The bound keeps a hostile file from filling the memory; nobody writes by hand what is a tenth of it.",
		InNone, "a condition of 64 KiB, or 200 parentheses inside each other", "the same as two rules"},
	{SigmaCorrelation, "sigma-correlation", Error, "A correlation has a key or a value that Sigma's correlations don't have, or lacks one.",
		"It can't be told what is to be counted, by what, or over which rules.",
		InSigma, `correlation:
    type: event_counts
    rules: [logon_failed]
    group-by: [User]
    timespan: 1h
    condition: {gte: 10}
logsource:
detection:`, `correlation:
    type: event_count
    rules: [logon_failed]
    group-by: [User]
    timespan: 1h
    condition: {gte: 10}
logsource:
detection:`},
	{SigmaTimespan, "sigma-timespan", Error, "A timespan is no number with a unit.",
		"A timespan is a whole number and one of s, m, h, d, w, M and y: 90m.",
		InSigma, `correlation:
    type: event_count
    rules: [logon_failed]
    group-by: [User]
    timespan: 1h30m
    condition: {gte: 10}
logsource:
detection:`, `correlation:
    type: event_count
    rules: [logon_failed]
    group-by: [User]
    timespan: 90m
    condition: {gte: 10}
logsource:
detection:`},
	{SigmaBoundForm, "sigma-bound", Error, "The condition of a correlation can't be read.",
		"It is a mapping of operators (gt, gte, lt, lte, eq, neq) to numbers, with the field whose values count.",
		InSigma, `correlation:
    type: value_count
    rules: [logon_failed]
    group-by: [ComputerName]
    timespan: 1h
    condition: {gte: 10}
logsource:
detection:`, `correlation:
    type: value_count
    rules: [logon_failed]
    group-by: [ComputerName]
    timespan: 1h
    condition: {field: User, gte: 10}
logsource:
detection:`},
	{SigmaFilterForm, "sigma-filter", Error, "A filter doesn't say which rules it is for.",
		"A filter that is for no rule changes none; one for all says so by `rules: any`.",
		InSigma, `filter:
    selection: {User|startswith: adm_}
    condition: not selection
detection:`, `filter:
    rules: [office_shell]
    selection: {User|startswith: adm_}
    condition: not selection
detection:`},
	{SigmaExpression, "sigma-expression", Error, "The condition of a temporal correlation is an expression over its rules.",
		"It may leave rules out or ask for one not to fire, which this compiler's correlations can't say yet.",
		InSigma, `correlation:
    type: temporal
    rules: [a_rule, another]
    group-by: [User]
    timespan: 1h
    condition: a_rule and not another
logsource:
detection:`, `correlation:
    type: temporal
    rules: [a_rule, another]
    group-by: [User]
    timespan: 1h
logsource:
detection:`},
}
