package diag

// Stubs: what a rule says of itself.
const (
	UnknownTelemetry Code = "DT3101"
	UnknownRef       Code = "DT3102"
	UnusedLet        Code = "DT3103"
	ConstantRule     Code = "DT3104"
	BadCase          Code = "DT3105"
	FewCases         Code = "DT3106"
	ItemOfOther      Code = "DT3107"
	SnapshotRepeats  Code = "DT3108"
)

var stubCodes = []Info{
	{UnknownTelemetry, "unknown-telemetry", Error, "A stub names telemetry that no schema defines.",
		"Its condition can't be checked, and no log is known that carries it.",
		InStub, "telemetry: ot.mode_chnage", "telemetry: ot.mode_change"},
	{UnknownRef, "unknown-reference", Error, "A stub names a source, a field, a table or a runbook that is not there.",
		"What it asks for would be missing where it is needed: in an alert, or at night.",
		InStub, "runbook: ot-controler-change", "runbook: ot-controller-change"},
	{UnusedLet, "unused-let", Warning, "A let is named and never used.",
		"Either the condition forgot it, or it is in the reader's way.",
		InStub, `let: {listed: src_ip in context.engineering_hosts}
condition: new_mode in ["program", "stop"] && has(src_ip) && !(src_ip in context.engineering_hosts)`,
		`let: {listed: src_ip in context.engineering_hosts}
condition: new_mode in ["program", "stop"] && has(src_ip) && !listed`},
	{ConstantRule, "constant-condition", Error, "A condition is true, or false, whatever the event.",
		"The rule would alert on every record, or never.",
		InCondition, `new_mode == "stop" || true`, `new_mode == "stop"`},
	{BadCase, "bad-case", Error, "A test case can't be run as it is written.",
		"A case that isn't run shows nothing.",
		InStub, `tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}
    - {name: a record, want: match, raw: {mode: STOP, src_ip: 10.20.9.78}}`,
		`tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}
    - {name: a record, want: match, source: sensor.modes, raw: {mode: STOP, src_ip: 10.20.9.78}}`},
	{FewCases, "few-cases", Warning, "A rule has fewer than one positive and two negative cases.",
		"A rule that was never seen to match, or to stay silent, is a guess.",
		InStub, `tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}`,
		`tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}`},
	{ItemOfOther, "item-of-other-tactic", Error, "A stub covers an item of another tactic than it is tagged with.",
		"The coverage of that tactic would rest on a rule that doesn't speak of it.",
		InStub, `tags: [TA0104]
covers: [TA0041/D2]`,
		`tags: [TA0104]
covers: [TA0104/D1]`},
	{SnapshotRepeats, "snapshot-without-suppression", Warning, "A rule on a snapshot has no suppression.",
		"A snapshot tells the same state again and again: the rule would fire at every report.",
		InStub, `alert: {summary: "{src_ip} stops {device_ip}"}`,
		`alert: {summary: "{src_ip} stops {device_ip}", suppress: {by: [device_ip], for: 7d}}`},
}
