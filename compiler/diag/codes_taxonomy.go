package diag

// Telemetry schemas that describe a log source in Sigma's own names.
const (
	TaxonomyKey    Code = "DT4100"
	TaxonomyOnly   Code = "DT4101"
	TaxonomyName   Code = "DT4102"
	SigmaNameTwice Code = "DT4103"
	TaxonomyPlace  Code = "DT4104"
)

var taxonomyCodes = []Info{
	{TaxonomyKey, "key-of-other-schema", Error, "A taxonomy has a key that only schemas with sources of their own have.",
		"The one log of a taxonomy is the one that its logsource names, under the names that its fields have: a mapping beside them would be read by nothing.",
		InNone, "taxonomy: sigma\nsources: […]", "taxonomy: sigma"},
	{TaxonomyOnly, "key-of-taxonomy", Error, "A schema that is no taxonomy has what only a taxonomy has.",
		"A library's schema says what type each field is, so that a condition which can't mean what it says is found; its sources say under which names logs have them.",
		InTelemetry, `fields:
  ts: {type: timestamp, doc: when}
  src_ip: {type: ip, doc: who asked for it}
  device_ip: {type: ip, doc: the controller}
  new_mode: {type: string, enum: [run, program, stop], doc: the mode after it}
  port: {type: any, doc: to which port}
sources:
  - id: sensor.modes
    title: Modes as a network sensor sees them
    logsource: {product: sensor, service: modes}
    fields: {src_ip: src_ip, device_ip: device_ip, new_mode: mode, port: port}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: a capture}`,
		`fields:
  ts: {type: timestamp, doc: when}
  src_ip: {type: ip, doc: who asked for it}
  device_ip: {type: ip, doc: the controller}
  new_mode: {type: string, enum: [run, program, stop], doc: the mode after it}
  port: {type: int, doc: to which port}
sources:
  - id: sensor.modes
    title: Modes as a network sensor sees them
    logsource: {product: sensor, service: modes}
    fields: {src_ip: src_ip, device_ip: device_ip, new_mode: mode, port: port}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: a capture}`},
	{TaxonomyName, "taxonomy-field-name", Error, "A field of a taxonomy has a name that a condition can't hold.",
		"A condition reads c-uri as c less uri, and stops at a word of CEL's such as namespace.",
		InNone, "c-uri: {type: string, doc: …}", "c_uri: {type: string, sigma: c-uri, doc: …}"},
	{SigmaNameTwice, "sigma-name-twice", Error, "Two fields of a taxonomy have one Sigma name.",
		"A rule that names it could mean either.",
		InNone, "c_uri: {type: string, sigma: c-uri, doc: …}\nuri: {type: string, sigma: c-uri, doc: …}", "c_uri: {type: string, sigma: c-uri, doc: …}"},
	{TaxonomyPlace, "taxonomy-place", Error, "A file of a taxonomy stands where that of another log source is looked for.",
		"Its log source is found by the path of its file: nothing would ever find it.",
		InNone, "taxonomy/windows/security.yaml with id: windows.system", "taxonomy/windows/system.yaml with id: windows.system"},
}
