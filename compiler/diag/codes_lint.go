package diag

// Checks: what compiles and is probably not meant. Each is one file in compiler/lint.
const (
	NegatedOptional  Code = "DT9001"
	ConstantClause   Code = "DT9002"
	RepeatedClause   Code = "DT9003"
	PlainRegex       Code = "DT9004"
	ShortContains    Code = "DT9005"
	SourceUntested   Code = "DT9006"
	CaseCantFail     Code = "DT9007"
	AnsweredElsewise Code = "DT9008"
	UnusedTable      Code = "DT9009"
	UnusedRunbook    Code = "DT9010"
	UnusedField      Code = "DT9011"
)

// Suppressions: comments that silence a finding.
const (
	BadSuppression     Code = "DT9101"
	SuppressionReason  Code = "DT9102"
	SuppressionExpired Code = "DT9103"
	SuppressionCode    Code = "DT9104"
	SuppressionUnused  Code = "DT9105"
	SuppressionOfError Code = "DT9106"
)

var lintCodes = []Info{
	{NegatedOptional, "negated-without-presence", Warning, "A clause is negated, and nothing beside it asks whether its field is there.",
		"A record without the field meets the negation: the rule alerts on every one of them, and which logs leave a field out is seldom known beforehand.",
		InCondition, `new_mode == "stop" && !(src_ip in context.engineering_hosts)`,
		`new_mode == "stop" && has(src_ip) && !(src_ip in context.engineering_hosts)`},
	{ConstantClause, "constant-clause", Warning, "A part of a condition, or a let, is true or false whatever the event.",
		"It decides nothing, so something else was meant: most often a || that should be a &&, or a value of another field.",
		InCondition, `has(new_mode) && (new_mode != "stop" || new_mode != "run")`,
		`has(new_mode) && !(new_mode in ["stop", "run"])`},
	{RepeatedClause, "repeated-clause", Warning, "A clause says nothing beside its neighbour: it is the same, or follows from it.",
		"Whoever reads the rule looks for the difference, and a test that tells the two apart can't be written.",
		InCondition, `has(new_mode) && new_mode == "stop"`, `new_mode == "stop"`},
	{PlainRegex, "plain-regex", Warning, "A regular expression only looks for a text, or for one of several.",
		"contains, startsWith, endsWith and == say the same, are an index look-up in most targets, and need no escaping.",
		InCondition, `path.matches(r"^/opt/plc/")`, `path.startsWith("/opt/plc/")`},
	{ShortContains, "short-contains", Warning, "A contains looks for a single character.",
		"Nearly every value has it, so the clause filters next to nothing and still reads every record in full.",
		InCondition, `image.contains("e")`, `image.endsWith(".exe")`},
	{SourceUntested, "source-untested", Note, "A rule is emitted on a source, and no case of its tests reaches that log.",
		"The names and values of that log were never held against the rule; a raw record of it would do so.",
		InStub, `tests:
  given: {new_mode: program, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: no address, but: {src_ip: null}, want: no match}`,
		`tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}`},
	{CaseCantFail, "case-cannot-fail", Warning, "A test case shows nothing: its event has none of the rule's fields, or another case has the same event.",
		"It passes whatever becomes of the rule, and is counted as if it had shown something.",
		InStub, `tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a logon, given: {user: operator}, want: no match}`,
		`tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run, user: operator}, want: no match}`},
	{AnsweredElsewise, "answered-elsewise", Warning, "A stub covers an item that items.yaml answers in another way than by rules.",
		"The item is answered by a property of all rules, a measurement or a mitigation: the link counts for nothing in the coverage.",
		InStub, "covers: [TA0104/D1, TA0104/D2]", "covers: [TA0104/D1]"},
	{UnusedTable, "unused-context", Note, "No rule asks for a context table.",
		"Somebody at every site keeps a list that nothing reads.",
		InContext, "name: spare_hosts", "name: engineering_hosts"},
	{UnusedRunbook, "unused-runbook", Note, "No rule names a runbook.",
		"A page that no alert leads to is not read at night, and nobody notices when it is out of date.",
		InNone, "runbooks/ot-plc-stop.md, and no stub with runbook: ot-plc-stop", "runbook: ot-plc-stop"},
	{UnusedField, "unused-field", Note, "No source carries a field of a schema, and no rule names it.",
		"Whoever writes the next rule takes it for something that a log has.",
		InTelemetry, `fields:
  ts: {type: timestamp, doc: when}
  src_ip: {type: ip, doc: who asked for it}
  device_ip: {type: ip, doc: the controller}
  new_mode: {type: string, enum: [run, program, stop], doc: the mode after it}
  key_switch: {type: string, doc: position of the key on the front panel}
sources:
  - id: sensor.modes
    title: Modes as a network sensor sees them
    logsource: {product: sensor, service: modes}
    fields: {src_ip: src_ip, device_ip: device_ip, new_mode: mode}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: a capture}`,
		`fields:
  ts: {type: timestamp, doc: when}
  src_ip: {type: ip, doc: who asked for it}
  device_ip: {type: ip, doc: the controller}
  new_mode: {type: string, enum: [run, program, stop], doc: the mode after it}
sources:
  - id: sensor.modes
    title: Modes as a network sensor sees them
    logsource: {product: sensor, service: modes}
    fields: {src_ip: src_ip, device_ip: device_ip, new_mode: mode}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: a capture}`},

	{BadSuppression, "bad-suppression", Warning, "A detc:ignore comment can't be read, or stands above nothing.",
		"It silences nothing, and whoever wrote it believes that it does.",
		InStub, "# detc:ignore DT9001 because=\"no list\"\nlevel: high", "level: high"},
	{SuppressionReason, "suppression-without-reason", Warning, "A detc:ignore comment gives no reason.",
		"The next reader can't tell a judgement from a way to a green build; without a reason it silences nothing.",
		InStub, `# detc:ignore DT9001
condition: new_mode == "stop" && has(src_ip) && !(src_ip in context.engineering_hosts)`,
		`# detc:ignore DT9001 reason="a record without an address is worth an alert here" until=2999-12-31
condition: new_mode == "stop" && !(src_ip in context.engineering_hosts)`},
	{SuppressionExpired, "suppression-expired", Warning, "A detc:ignore comment has reached its date.",
		"It was meant to be looked at again by then; until that is done it silences nothing.",
		InStub, `# detc:ignore DT3108 reason="until the list is there" until=2020-01-31
level: high`, "level: high"},
	{SuppressionCode, "suppression-of-unknown-code", Warning, "A detc:ignore comment names a code that there is none of.",
		"It silences nothing.",
		InStub, `# detc:ignore DT9999 reason="the list is not there yet"
level: high`, "level: high"},
	{SuppressionUnused, "suppression-unused", Warning, "A detc:ignore comment silences nothing.",
		"What it was written for is mended, or the comment stands above another line than it means; left there, it would silence the next mistake.",
		InStub, `# detc:ignore DT9001 reason="a record without an address is worth an alert here"
condition: new_mode == "stop" && has(src_ip) && !(src_ip in context.engineering_hosts)`,
		`condition: new_mode == "stop" && has(src_ip) && !(src_ip in context.engineering_hosts)`},
	{SuppressionOfError, "suppression-of-error", Warning, "A detc:ignore comment stands above an error.",
		"Nothing can be built from what is wrong, whoever looks away: an error is mended, not silenced.",
		InNone, "# detc:ignore DT2003 reason=\"later\"\ncondition: new_mdoe == \"stop\"", `condition: new_mode == "stop"`},
}
