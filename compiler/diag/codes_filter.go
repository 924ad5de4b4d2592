package diag

// Filters: what a site leaves out of its rules.
const (
	FilterUnknownRule Code = "DT3300"
	FilterOtherFields Code = "DT3301"
	FilterCorrelation Code = "DT3302"
	FilterConstant    Code = "DT3303"
	FilterSwallows    Code = "DT3304"
	FilterDefeats     Code = "DT3305"
	FilterCaseFails   Code = "DT3306"
	FilterUseless     Code = "DT3307"
	FilterNegations   Code = "DT3308"
	FilterFewCases    Code = "DT3309"
	FilterExpired     Code = "DT3310"
	FilterEnds        Code = "DT3311"
	FilterNoActor     Code = "DT3312"
	FilterAllowed     Code = "DT3313"
	FilterBroad       Code = "DT3314"
	FilterOffSource   Code = "DT3315"
	FilterLentRule    Code = "DT3316"
)

var filterCodes = []Info{
	{FilterUnknownRule, "filter-of-unknown-rule", Error, "A filter names a rule that is not there.",
		"It leaves nothing out, and whoever asked for it believes that it does; or the rule was renamed, and its alerts are back.",
		InFilter, "rules: [plc-stop-unlistd]", "rules: [plc-stop-unlisted]"},
	{FilterOtherFields, "filter-of-other-telemetry", Error, "A filter and a rule that it names are over different telemetry.",
		"The rule's events don't have the filter's fields, so nothing would be left out, or something else than was meant.",
		InNone, "telemetry: ot.firmware, for rules: [plc-stop-unlisted], which is over ot.mode_change", "telemetry: ot.mode_change"},
	{FilterCorrelation, "filter-of-correlation", Error, "A filter names a correlation.",
		"A correlation has no event of its own whose fields a filter could ask for; what may be left out is an event of one of its parts.",
		InNone, "rules: [stop-then-download], which correlates plc-stop-unlisted and plc-download", "rules: [plc-stop-unlisted]"},
	{FilterConstant, "constant-exclusion", Error, "What a filter leaves out is true, or false, whatever the event.",
		"It would switch its rules off altogether, or do nothing.",
		InFilter, `exclude: src_ip == "10.1.1.9" || true`, `exclude: src_ip == "10.1.1.9"`},
	{FilterSwallows, "filter-swallows-rule", Error, "A filter leaves out every event that a rule matches.",
		"The rule stays in every report and can never alert. A rule that isn't wanted is left out by name, where it can be seen.",
		InFilter, `exclude: src_ip == "10.1.1.9" || new_mode in ["program", "stop"]`, `exclude: src_ip == "10.1.1.9" && new_mode in ["program", "stop"]`},
	{FilterDefeats, "filter-defeats-case", Error, "A filter leaves out an event on which a rule's own tests want a match.",
		"What the rule is there for no longer alerts at this site, and its coverage would be reported as if it did.",
		InFilter, `exclude: src_ip == "10.1.1.9" || user != "operator" && new_mode == "stop"
tests:
  given: {new_mode: stop, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: another host and an operator, but: {src_ip: 10.20.9.78, user: operator}, want: match}`,
		`exclude: src_ip == "10.1.1.9" && new_mode == "stop"
tests:
  given: {new_mode: stop, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: another host and an operator, but: {src_ip: 10.20.9.78, user: operator}, want: match}`},
	{FilterCaseFails, "filter-case-fails", Error, "A filter's own test fails: an event still alerts, or no longer does, or never did.",
		"The filter does something else than was asked for and allowed.",
		InFilter, `exclude: src_ip == "10.1.1.8"`, `exclude: src_ip == "10.1.1.9"`},
	{FilterUseless, "useless-filter", Warning, "A filter can't be true of an event that a rule matches.",
		"It leaves nothing out: the alerts that it was asked for go on, or they were another rule's.",
		InFilter, `exclude: src_ip == "10.1.1.9" && new_mode == "run"`, `exclude: src_ip == "10.1.1.9" && new_mode == "program"`},
	{FilterNegations, "filter-of-negations", Warning, "A filter says only what the events that it leaves out are not.",
		"Everything else is left out, also what nobody has thought of yet. Say what the events are; who alone may alert is a clause of the rule.",
		InFilter, `exclude: has(user) && user != "operator"
tests:
  given: {new_mode: program, src_ip: 10.1.1.9, user: scanner}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: an operator, but: {user: operator}, want: match}`,
		`exclude: user == "scanner"
tests:
  given: {new_mode: program, src_ip: 10.1.1.9, user: scanner}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: an operator, but: {user: operator}, want: match}`},
	{FilterFewCases, "filter-few-cases", Warning, "A filter has no case that is left out, or none that still alerts.",
		"A filter that was never seen to leave something out, and something in, is a guess about both.",
		InFilter, `tests:
  given: {new_mode: program, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}`,
		`tests:
  given: {new_mode: program, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: another host, but: {src_ip: 10.1.1.10}, want: match}`},
	{FilterExpired, "filter-expired", Warning, "A filter's last day is over.",
		"It no longer applies: what it left out alerts again. It was granted until that day, and renewing it is a decision of its owner's.",
		InFilter, "until: 2026-06-30", "until: 2027-06-30"},
	{FilterEnds, "filter-ends-soon", Note, "A filter's last day is at most thirty days away.",
		"What it leaves out alerts again the day after; who still needs it has to ask in time.",
		InFilter, "until: 2026-12-10", "until: 2027-06-30"},
	{FilterNoActor, "filter-without-actor", Note, "A filter doesn't ask who did it, though the telemetry says so.",
		"It leaves the events out whoever causes them, an intruder too.",
		InFilter, `exclude: new_mode == "program"
tests:
  given: {new_mode: program, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: a stop, but: {new_mode: stop}, want: match}`,
		`exclude: src_ip == "10.1.1.9" && new_mode == "program"
tests:
  given: {new_mode: program, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: a stop, but: {new_mode: stop}, want: match}`},
	{FilterAllowed, "filter-by-context", Note, "A filter asks for a context table.",
		"Who is allowed is context: a rule that knows the table shows it in its tests and at every site. A filter is for what one site leaves out for a time.",
		InFilter, `exclude: device_ip in context.engineering_hosts
tests:
  given: {new_mode: program, src_ip: 10.1.1.9, device_ip: 10.20.9.10}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: a station is programmed, want: no match}
    - {name: another device, but: {device_ip: 10.20.1.5}, want: match}`,
		`exclude: src_ip == "10.1.1.9"`},
	{FilterBroad, "broad-filter", Note, "A filter takes away many of the events that were made to exercise a rule.",
		"It is as wide as the rule itself: what is left of it sees little.",
		InFilter, `exclude: new_mode == "program" && path != "x"
tests:
  given: {new_mode: program, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: a stop, but: {new_mode: stop}, want: match}`,
		`exclude: new_mode == "program" && src_ip == "10.1.1.9"
tests:
  given: {new_mode: program, src_ip: 10.1.1.9}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: a stop, but: {new_mode: stop}, want: match}`},
	{FilterOffSource, "filter-off-source", Note, "A filter is not written for a log that its rules are written for.",
		"There its rules alert as if it weren't there: the log lacks a field that the filter asks for, or has its own words for it.",
		InFilter, `exclude: src_ip == "10.1.1.9" && owner == "plant 2"
tests:
  given: {new_mode: program, src_ip: 10.1.1.9, owner: plant 2}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: the scanner, want: no match}
    - {name: another plant, but: {owner: plant 3}, want: match}`,
		`exclude: src_ip == "10.1.1.9"`},
	{FilterLentRule, "filter-of-rule-not-built", Note, "A filter names a rule of the library, which is not built here.",
		"It is checked and not written: a filter goes with its rules.",
		InNone, "detc build --rules site, with a filter for a rule of the library", "detc build --add-rules site"},
}
