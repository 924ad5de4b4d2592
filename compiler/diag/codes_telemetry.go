package diag

// Telemetry schemas, sources, context and what binding finds.
const (
	UnknownSchemaField Code = "DT4001"
	FieldPrefix        Code = "DT4002"
	BadMapping         Code = "DT4003"
	NotInEnum          Code = "DT4004"
	DuplicateID        Code = "DT4005"
	UnknownItem        Code = "DT4006"
	NeverTrue          Code = "DT4010"
	NarrowerOnSource   Code = "DT4011"
	WiderOnSource      Code = "DT4012"
	MappedOperator     Code = "DT4013"
	NoSource           Code = "DT4014"
	Unverified         Code = "DT4020"
)

var telemetryCodes = []Info{
	{UnknownSchemaField, "unknown-schema-field", Error, "A source maps a field that its schema doesn't have.",
		"The mapping would be read by nothing.",
		"fields: {scr_ip: id.orig_h}", "fields: {src_ip: id.orig_h}"},
	{FieldPrefix, "field-below-field", Error, "One field's name is the head of another's.",
		"A condition that names asset.id could mean the field, or the part of asset.",
		"fields: {asset: …, asset.id: …}", "fields: {asset.name: …, asset.id: …}"},
	{BadMapping, "bad-mapping", Error, "A source's mapping contradicts itself or its schema.",
		"A record could be read in two ways, or not at all.",
		`values: {mode: {run: ["1"], stop: ["1"]}}`, `values: {mode: {run: ["1"], stop: ["0"]}}`},
	{NotInEnum, "not-in-enum", Error, "A value is none that the field can have.",
		"Nothing will ever be equal to it: the clause would never be true.",
		`new_mode == "programm"`, `new_mode == "program"`},
	{DuplicateID, "duplicate-id", Error, "Two definitions bear one id or name.",
		"What refers to it could mean either; emitted rules would overwrite each other.",
		"two stubs with name: ot-plc-stop", "ot-plc-stop and ot-plc-restart"},
	{UnknownItem, "unknown-item", Error, "An item is named that the brief doesn't have.",
		"The link would count for nothing in the coverage.",
		"covers: [TA0104/D9]", "covers: [TA0104/D1]"},
	{NeverTrue, "never-true-on-source", Note, "A rule can't be true on a source, so none is emitted for it.",
		"The source lacks a field, or its log has none of the values, without which the condition is false.",
		"new_mode == \"stop\", on a log that never says stop", "a source that says it, or the value in its value map"},
	{NarrowerOnSource, "narrower-on-source", Warning, "A source lacks a field, so a clause of the rule is always false there.",
		"The rule emitted for that source finds less than the rule says.",
		`user == "root" || image == "sh" on a log without user`, `write the rule so that no source loses a clause, or list sources`},
	{WiderOnSource, "wider-on-source", Error, "A source lacks a field that the rule excludes by, so it is refused there.",
		"Without the exclusion the rule would alert on what it was written to leave out.",
		"!(src_ip in context.engineering_hosts) on a log without src_ip", "has(src_ip) && !(src_ip in context.engineering_hosts)"},
	{MappedOperator, "operator-on-mapped-field", Error, "A source maps the values of a field, and the condition asks for more than equality of it.",
		"The log has other texts than the schema: contains or a regex can't be carried over to them.",
		`new_mode.startsWith("prog")`, `new_mode in ["program", "remote_program"]`},
	{NoSource, "no-source", Error, "A rule can be true on no source of its telemetry.",
		"Nothing would be emitted: the rule would look written and see nothing.",
		"a condition on user, which no source of the telemetry has", "user in the fields of a source under mappings/telemetry/"},
	{Unverified, "unverified-names", Note, "The names of a source's log were read neither in its documentation nor in a record.",
		"A rule on names that the log doesn't have never fires, and nobody notices.",
		"names: {verified: unverified, doc: …}", "names: {verified: sample, doc: …}"},
}
