package diag

// Correlations: what several rules mean together.
const (
	TwoShapes        Code = "DT3200"
	BadTimeline      Code = "DT3201"
	UnknownRule      Code = "DT3202"
	CorrelationCycle Code = "DT3203"
	DeepCorrelation  Code = "DT3204"
	GroupField       Code = "DT3205"
	ValueField       Code = "DT3206"
	BadPercentile    Code = "DT3207"
	BadBounds        Code = "DT3208"
	IdleBounds       Code = "DT3209"
	RuleCount        Code = "DT3210"
	BadWindow        Code = "DT3211"
	AliasGap         Code = "DT3212"
	UnusedAlias      Code = "DT3213"
	NoGroup          Code = "DT3214"
	MixedEntities    Code = "DT3215"
	ManyProducts     Code = "DT3216"
	SourceDropsOut   Code = "DT3217"
	SlotWithoutLog   Code = "DT3218"
	CountedByLog     Code = "DT3219"
	BrokenPart       Code = "DT3220"
	NoSigmaKind      Code = "DT3221"
	LentPart         Code = "DT3222"
)

var correlationCodes = []Info{
	{TwoShapes, "two-shapes", Error, "A stub is a rule and a correlation at once.",
		"A rule has telemetry and a condition; a correlation has neither, its rules have. Which of the two was meant can't be told.",
		InCorrelation, `condition: new_mode == "stop"`, "level: medium"},
	{BadTimeline, "bad-timeline", Error, "A timeline can't be run as it is written.",
		"A case that isn't run shows nothing.",
		InCorrelation, `tests:
  cases:
    - {name: both, want: match, timeline: [{at: 0s, rule: plc-program}, {at: 5m}]}
    - {name: the other way round, want: no match, timeline: [{at: 0s, rule: plc-stop}, {at: 5m, rule: plc-program}]}
    - {name: too late, want: no match, timeline: [{at: 0s, rule: plc-program}, {at: 31m, rule: plc-stop}]}`,
		`tests:
  cases:
    - {name: both, want: match, timeline: [{at: 0s, rule: plc-program}, {at: 5m, rule: plc-stop}]}
    - {name: the other way round, want: no match, timeline: [{at: 0s, rule: plc-stop}, {at: 5m, rule: plc-program}]}
    - {name: too late, want: no match, timeline: [{at: 0s, rule: plc-program}, {at: 31m, rule: plc-stop}]}`},
	{UnknownRule, "unknown-rule", Error, "A correlation names a rule that is not there, or is none it may name.",
		"It would wait for events that nothing finds.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-progam, plc-stop], group_by: [device_ip], within: 30m}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}"},
	{CorrelationCycle, "correlation-cycle", Error, "A correlation rests on itself.",
		"No event can be the first to complete it.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-program, plc-program-then-stop], group_by: [device_ip], within: 30m}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}"},
	{DeepCorrelation, "deep-correlation", Error, "Correlations stand on each other in more than 16 levels.",
		"Each level waits for the one below; no target runs such a tower, and no one can say when it fires.",
		InNone, "a correlation of a correlation of … 17 times", "one correlation over the rules themselves"},
	{GroupField, "group-field", Error, "Events can't be grouped by this field in every rule of the correlation.",
		"An event without the field belongs to no group, and values of different types are never equal: the rule would count for nothing.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ips], within: 30m}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}"},
	{ValueField, "value-field", Error, "The field whose values a correlation looks at is not given, not there, or no number where one is due.",
		"There would be nothing to count or to add up.",
		InCorrelation, `correlation: {type: value_count, rules: [plc-program, plc-stop], group_by: [src_ip], within: 30m, condition: {gte: 2}}`,
		`correlation: {type: value_count, rules: [plc-program, plc-stop], group_by: [src_ip], within: 30m, condition: {gte: 2, field: device_ip}}`},
	{BadPercentile, "bad-percentile", Error, "A percentile is missing, not wanted, or no rank over 0 and up to 100.",
		"Without the rank nobody knows which of the values counts.",
		InCorrelation, `correlation: {type: value_percentile, rules: [plc-program, plc-stop], group_by: [src_ip], within: 30m, condition: {gte: 2, field: port}}`,
		`correlation: {type: value_percentile, rules: [plc-program, plc-stop], group_by: [src_ip], within: 30m, percentile: 95, condition: {gte: 2, field: port}}`},
	{BadBounds, "bad-bounds", Error, "The condition of a correlation is missing, not wanted, or can never be true.",
		"A count that nothing asks about fires never, or always.",
		InCorrelation, "correlation: {type: event_count, rules: [plc-stop], group_by: [device_ip], within: 30m, condition: {gt: 5, lt: 3}}",
		"correlation: {type: event_count, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m, condition: {gte: 2}}"},
	{IdleBounds, "idle-bounds", Warning, "The condition of a correlation is true of every event.",
		"It counts nothing: the rules by themselves would say the same.",
		InCorrelation, "correlation: {type: event_count, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m, condition: {gte: 1}}",
		"correlation: {type: event_count, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m, condition: {gte: 2}}"},
	{RuleCount, "rule-count", Error, "A correlation has too few rules, too many, or one twice.",
		"One rule has no order and no company; the same rule twice is told apart by nothing.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-stop, plc-stop], group_by: [device_ip], within: 30m}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}"},
	{BadWindow, "bad-window", Error, "A window is longer than 30 days, or a history than 90.",
		"Every event of it must be kept for each group; no SIEM does so for longer.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 31d}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}"},
	{AliasGap, "alias-gap", Error, "An alias doesn't say what it stands for in every rule of the correlation.",
		"Events of the rule that it leaves out would have no value for it, and belong to no group.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [dev], within: 30m, aliases: {dev: {plc-program: device_ip}}}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [dev], within: 30m, aliases: {dev: {plc-program: device_ip, plc-stop: device_ip}}}"},
	{UnusedAlias, "unused-alias", Warning, "An alias is named and never used.",
		"Either group_by forgot it, or it is in the reader's way.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m, aliases: {dev: {plc-program: device_ip, plc-stop: device_ip}}}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [dev], within: 30m, aliases: {dev: {plc-program: device_ip, plc-stop: device_ip}}}"},
	{NoGroup, "no-group", Warning, "A correlation has no group_by.",
		"Events of the whole plant count together: two strangers at two ends of it look like one intruder.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], within: 30m}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}"},
	{MixedEntities, "mixed-entities", Warning, "An alias stands for different kinds of things in the rules.",
		"A user's name and a host's are equal by accident at most.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [who], within: 30m, aliases: {who: {plc-program: user, plc-stop: owner}}}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [who], within: 30m, aliases: {who: {plc-program: user, plc-stop: user}}}"},
	{ManyProducts, "many-products", Error, "A correlation of rules on many logs would become more than 16 Sigma correlations.",
		"Sigma has one log a rule, so each way to combine the logs is a correlation of its own, and nobody would run them all.",
		InNone, "correlation: {type: temporal, rules: [a, b], group_by: [device_ip], within: 30m}, a on six logs and b on five",
		"correlation: {type: temporal, rules: [a, b], group_by: [device_ip], within: 30m, sources: {a: [zeek.s7comm], b: [zeek.s7comm]}}"},
	{SourceDropsOut, "source-drops-out", Note, "A log drops out of a correlation: it lacks a field to group by, or has it in words of its own.",
		"Its events would stand in no group, or in one that no other log's events share.",
		InNone, "group_by: [user], on a log without users", "group_by: [device_ip]"},
	{SlotWithoutLog, "slot-without-log", Error, "No log is left for a rule of a correlation.",
		"The correlation could never be complete, so it is not written.",
		InCorrelation, "correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [new_mode], within: 30m}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}"},
	{CountedByLog, "counted-by-log", Note, "A correlation's values are counted by log, since the logs have different names for them.",
		"Sigma counts the values of one field: values seen half in one log and half in the other stay below the bound.",
		InNone, "condition: {gte: 5, field: device_ip} on logs that call it id.resp_h and dst", "the same with sources: {rule: [zeek.s7comm]}"},
	{BrokenPart, "broken-part", Error, "A rule of a correlation has errors.",
		"What rests on it can't be built before it can.",
		InNone, "rules: [a-rule-with-an-unknown-field, plc-stop]", "the same, the rule mended"},
	{NoSigmaKind, "no-sigma-kind", Note, "A correlation is of a type that Sigma lacks: nothing is written for it.",
		"Sigma can't say that something did not happen, or never happened before. The tests run all the same, and a target that can say it will.",
		InCorrelation, "correlation: {type: absence, rules: [plc-program, plc-stop], group_by: [device_ip], within: 1h}",
		"correlation: {type: temporal_ordered, rules: [plc-program, plc-stop], group_by: [device_ip], within: 30m}"},
	{LentPart, "lent-part", Note, "A correlation names a rule that is not built together with it.",
		"The Sigma correlation would refer to a rule that is not there, so it is not written.",
		InNone, "detc build --rules my, over a correlation of the library's rules", "detc build --add-rules my"},
}
