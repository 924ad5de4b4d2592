package diag

// Telemetry schemas, sources, context and what binding finds.
const (
	UnknownSchemaField Code = "DT4001"
	FieldPrefix        Code = "DT4002"
	BadMapping         Code = "DT4003"
	NotInEnum          Code = "DT4004"
	DuplicateID        Code = "DT4005"
	UnknownItem        Code = "DT4006"
	NarrowerOnSource   Code = "DT4011"
	WiderOnSource      Code = "DT4012"
	MappedOperator     Code = "DT4013"
	NoSource           Code = "DT4014"
	Unverified         Code = "DT4020"
)

var telemetryCodes = []Info{
	{UnknownSchemaField, "unknown-schema-field", Error, "A source maps a field that its schema doesn't have.",
		"The mapping would be read by nothing.",
		InSource, "fields: {src_ip: src_ip, dev_ip: device_ip, new_mode: state}",
		"fields: {src_ip: src_ip, device_ip: device_ip, new_mode: state}"},
	{FieldPrefix, "field-below-field", Error, "One field's name is the head of another's.",
		"A condition that names asset.id could mean the field, or the part of asset.",
		InTelemetry, `fields:
  ts: {type: timestamp, doc: when}
  src_ip: {type: ip, doc: who asked for it}
  device_ip: {type: ip, doc: the controller}
  new_mode: {type: string, enum: [run, program, stop], doc: the mode after it}
  asset: {type: string, doc: the controller's name}
  asset.id: {type: string, doc: its number in the inventory}
sources:
  - id: sensor.modes
    title: Modes as a network sensor sees them
    logsource: {product: sensor, service: modes}
    fields: {src_ip: src_ip, device_ip: device_ip, new_mode: mode, asset: name, asset.id: number}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: a capture}`,
		`fields:
  ts: {type: timestamp, doc: when}
  src_ip: {type: ip, doc: who asked for it}
  device_ip: {type: ip, doc: the controller}
  new_mode: {type: string, enum: [run, program, stop], doc: the mode after it}
  asset.name: {type: string, doc: the controller's name}
  asset.id: {type: string, doc: its number in the inventory}
sources:
  - id: sensor.modes
    title: Modes as a network sensor sees them
    logsource: {product: sensor, service: modes}
    fields: {src_ip: src_ip, device_ip: device_ip, new_mode: mode, asset.name: name, asset.id: number}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: a capture}`},
	{BadMapping, "bad-mapping", Error, "A source's mapping contradicts itself or its schema.",
		"A record could be read in two ways, or not at all.",
		InSource, `values: {new_mode: {run: ["1"], stop: ["1"]}}`, `values: {new_mode: {run: ["0"], stop: ["1"]}}`},
	{NotInEnum, "not-in-enum", Error, "A value is none that the field can have.",
		"Nothing will ever be equal to it: the clause would never be true.",
		InCondition, `new_mode == "programm"`, `new_mode == "program"`},
	{DuplicateID, "duplicate-id", Error, "Two definitions bear one id or name.",
		"What refers to it could mean either; emitted rules would overwrite each other.",
		InStub, `tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a listed station, but: {new_mode: run}, want: no match}`,
		`tests:
  given: {new_mode: stop, src_ip: 10.20.9.77}
  context: {engineering_hosts: [10.20.9.10]}
  cases:
    - {name: an unknown laptop, want: match}
    - {name: a listed station, but: {src_ip: 10.20.9.10}, want: no match}
    - {name: a start, but: {new_mode: run}, want: no match}`},
	{UnknownItem, "unknown-item", Error, "An item is named that the brief doesn't have.",
		"The link would count for nothing in the coverage.",
		InStub, "covers: [TA0104/D9]", "covers: [TA0104/D1]"},
	{NarrowerOnSource, "narrower-on-source", Warning, "A source lacks a field, so a clause of the rule is always false there.",
		"The rule emitted for that source finds less than the rule says.",
		InCondition, `owner == "plant" || new_mode == "stop"`, `new_mode == "stop"`},
	{WiderOnSource, "wider-on-source", Error, "A source lacks a field that the rule excludes by, so it is refused there.",
		"Without the exclusion the rule would alert on what it was written to leave out.",
		InCondition, `new_mode == "stop" && !has(owner)`, `new_mode == "stop"`},
	{MappedOperator, "operator-on-mapped-field", Error, "A source maps the values of a field, and the condition asks for more than equality of it.",
		"The log has other texts than the schema: contains or a regex can't be carried over to them.",
		InCondition, `new_mode.startsWith("prog")`, `new_mode in ["program", "remote_program"]`},
	{NoSource, "no-source", Error, "A rule can be true on no source of its telemetry.",
		"Nothing would be emitted: the rule would look written and see nothing.",
		InCondition, `new_mode == "remote_program"`, `new_mode in ["program", "remote_program"]`},
	{Unverified, "unverified-names", Note, "The names of a source's log were read neither in its documentation nor in a record.",
		"A rule on names that the log doesn't have never fires, and nobody notices.",
		InNone, "names: {verified: unverified, doc: …}", "names: {verified: sample, doc: …}"},
}
