package diag

// Correlations and filters.
const (
	SigmaBounds      Code = "DT6270"
	SigmaRuleRefs    Code = "DT6271"
	SigmaAlias       Code = "DT6272"
	SigmaGroup       Code = "DT6273"
	SigmaFilterRules Code = "DT6274"
)

// Documents of a set, held against each other.
const (
	SigmaSameID     Code = "DT6280"
	SigmaSameName   Code = "DT6281"
	SigmaSameTitle  Code = "DT6282"
	SigmaNoRule     Code = "DT6283"
	SigmaNoFilter   Code = "DT6284"
	SigmaCircle     Code = "DT6285"
	SigmaGroupGuess Code = "DT6286"
	SigmaSameRule   Code = "DT6287"
)

var sigmasetCodes = []Info{
	{SigmaBounds, "sigma-correlation-bounds", Warning, "A correlation's condition can never hold, or always does.",
		"No count is over ten and under five, and every count is one at least: the correlation is silent for ever, or fires with each event.",
		InSigma, `correlation:
    type: event_count
    rules: [logon_failed]
    group-by: [User]
    timespan: 5m
    condition: {gt: 10, lt: 5}
logsource:
detection:`,
		`correlation:
    type: event_count
    rules: [logon_failed]
    group-by: [User]
    timespan: 5m
    condition: {gt: 5, lt: 10}
logsource:
detection:`},
	{SigmaRuleRefs, "sigma-correlation-rules", Warning, "A correlation names itself, or too few rules for its type.",
		"A sequence of one rule is no sequence, and nothing can wait for itself.",
		InSigma, `correlation:
    type: temporal
    rules: [logon_failed]
    group-by: [User]
    timespan: 5m
logsource:
detection:`,
		`correlation:
    type: temporal
    rules: [logon_failed, logon]
    group-by: [User]
    timespan: 5m
logsource:
detection:`},
	{SigmaAlias, "sigma-correlation-alias", Warning, "An alias is used nowhere, names a rule that the correlation doesn't, or leaves one out.",
		"Events of a rule without the alias have no group and are never counted.",
		InSigma, `correlation:
    type: temporal
    rules: [scanned, scanning]
    group-by: [host]
    timespan: 5m
    aliases: {host: {scanning: src_ip}}
logsource:
detection:`,
		`correlation:
    type: temporal
    rules: [scanned, scanning]
    group-by: [host]
    timespan: 5m
    aliases: {host: {scanning: src_ip, scanned: dst_ip}}
logsource:
detection:`},
	{SigmaGroup, "sigma-correlation-ungrouped", Note, "A correlation has no group-by.",
		"The schema wants one; without it the events of all hosts and users are counted together.",
		InSigma, `correlation:
    type: event_count
    rules: [logon_failed]
    timespan: 5m
    condition: {gte: 10}
logsource:
detection:`,
		`correlation:
    type: event_count
    rules: [logon_failed]
    group-by: [User]
    timespan: 5m
    condition: {gte: 10}
logsource:
detection:`},
	{SigmaFilterRules, "sigma-filter-rules", Warning, "A filter names a rule twice.",
		"The schema wants each rule once; most often another one was meant.",
		InSigma, `filter:
    rules: [office_shell, office_shell]
    selection: {User|startswith: adm_}
    condition: not selection
detection:`,
		`filter:
    rules: [office_shell, office_script]
    selection: {User|startswith: adm_}
    condition: not selection
detection:`},

	{SigmaSameID, "sigma-same-id", Error, "Two documents have one id.",
		"An id is global: alerts, correlations and filters that name it can't tell the two apart.",
		InNone, "two files with id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", "an id of its own in each"},
	{SigmaSameName, "sigma-same-name", Error, "Two documents have one name.",
		"A correlation names rules by it, and would take either.",
		InNone, "two files with name: logon_failed", "a name of its own in each"},
	{SigmaSameTitle, "sigma-same-title", Warning, "Two documents have one title.",
		"Their alerts look alike in a list, and one is read as the other.",
		InNone, "two files with title: Logon Failed", "titles that say what differs"},
	{SigmaNoRule, "sigma-no-such-rule", Error, "A correlation names a rule that is not there.",
		"It can't be built: what should be counted is unknown.",
		InNone, "correlation: {rules: [logon_faild]}", "correlation: {rules: [logon_failed]}"},
	{SigmaNoFilter, "sigma-filter-of-no-rule", Warning, "A filter names a rule that is not there.",
		"What it should take out stays in, and nobody is told.",
		InNone, "filter: {rules: [logon_faild]}", "filter: {rules: [logon_failed]}"},
	{SigmaCircle, "sigma-correlation-circle", Error, "A correlation needs itself, by way of another.",
		"None of them can ever be the first to match.",
		InNone, "a: {correlation: {rules: [b]}}, b: {correlation: {rules: [a]}}", "a: {correlation: {rules: [b]}}, b: {correlation: {rules: [logon]}}"},
	{SigmaGroupGuess, "sigma-group-field", Note, "A correlation groups by a field that no rule of it names, and that is nearly one that does.",
		"Events have no such field, so they are in no group and never counted.",
		InNone, "group-by: [TargetUserNmae]", "group-by: [TargetUserName]"},
	{SigmaSameRule, "sigma-same-rule", Warning, "Two rules mean the same on the same log source.",
		"Each event raises two alerts, and a change of the one leaves the other as it was.",
		InNone, "a copy of a rule under another title", "one rule, and `related` with type merged"},
}
