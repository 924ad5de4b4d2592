// Package store says where a site keeps the records that rules speak of: in which index or table of its SIEM the logs
// lie, and what each field is called there. A store is of one SIEM and speaks of logs and their raw names; a model is a
// schema that a SIEM or a vendor lays over many logs (ECS, OCSF, CIM, ASIM, UDM), and speaks of telemetry and its fields.
// What neither says is not known: nothing here guesses a name.
package store

import (
	"detc/compiler/form"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// Form is a store as people write it: mappings/stores/<id>.yaml.
type Form struct {
	ID      source.Text           `form:"id,required" is:"name" doc:"what --store names, and the file is called: splunk-zeek"`
	Title   source.Text           `form:"title,required" doc:"one line: the SIEM, and by what the logs come there"`
	SIEM    source.Text           `form:"siem,required" enum:"splunk|sentinel|defender|elastic|opensearch|loki|victorialogs|secops|clickhouse|duckdb|postgresql|sqlite|any" doc:"whose names these are; any, for names that several have"`
	Names   telemetry.NamesForm   `form:"names,required" doc:"where the names were read"`
	Base    source.Text           `form:"base" is:"name" doc:"the store whose where: says, in raw names, which records are of a log; for logs of this one that have no where of their own"`
	Time    source.Text           `form:"time" doc:"the name that says when, as the SIEM has it; that of base, unless said"`
	Rule    source.Text           `form:"rule" enum:"same|underscores|listed" doc:"what a name becomes that no fields: lists; listed, unless said: it is not known"`
	Typed   source.Text           `form:"typed" enum:"source|text|json" doc:"text where all that is stored is text; json where names made by the rule are members of a column; source, unless said: as the log writes it"`
	Fields  form.Map[source.Text] `form:"fields" doc:"raw name: stored name, in every log that has it"`
	Missing []source.Text         `form:"missing" doc:"raw names that no log has here"`
	Logs    []LogForm             `form:"logs,required" doc:"the logs that lie here"`
	Span    source.Span
}

// ModelForm is a model as people write it: mappings/models/<id>.yaml.
type ModelForm struct {
	ID      source.Text           `form:"id,required" is:"name" doc:"what --model names, and the file is called: ecs"`
	Title   source.Text           `form:"title,required" doc:"the schema's full name"`
	Version source.Text           `form:"version,required" doc:"the edition of it that the names are of"`
	Names   telemetry.NamesForm   `form:"names,required" doc:"where the names were read"`
	Time    source.Text           `form:"time,required" doc:"the model's name that says when"`
	Typed   source.Text           `form:"typed" enum:"source|text" doc:"text where all that is stored is text; source, unless said"`
	Fields  form.Map[source.Text] `form:"fields" doc:"field: the model's name, in every schema that has it"`
	Missing []source.Text         `form:"missing" doc:"fields that the model has no place for in any schema"`
	Schemas []LogForm             `form:"schemas,required" doc:"the telemetry that the model has names for"`
	Span    source.Span
}

// LogForm is some logs of a store, or some schemas of a model, that lie in one way.
type LogForm struct {
	Of      []source.Text                     `form:"of,required" doc:"in a store log sources: zeek.s7comm, windows.process_creation, zeek.*; in a model schemas: ot.mode_change"`
	In      form.Map[form.Many]               `form:"in" doc:"where they lie, in the SIEM's own words: index, sourcetype, table, labels; {log} is the log's service, or its category, {product} its product"`
	Where   form.Map[*source.Node]            `form:"where" doc:"stored name: value, or several: what tells these records from others there"`
	Prepare source.Text                       `form:"prepare" doc:"a stage in the SIEM's own language that has to come before the names below are there: json"`
	Time    source.Text                       `form:"time" doc:"where it is another than the file's"`
	Rule    source.Text                       `form:"rule" enum:"same|underscores|listed" doc:"where it is another than the file's"`
	Prefix  source.Text                       `form:"prefix" doc:"what rule same or underscores puts before a name; {log} as above"`
	Fields  form.Map[source.Text]             `form:"fields" doc:"raw name: stored name; comes before the file's"`
	Types   form.Map[source.Text]             `form:"types" enum:"text|number|bool|ip|time|json" doc:"raw name: what it is stored as, where that is not what the log writes"`
	While   form.Map[source.Text]             `form:"while" doc:"raw name: a raw switch that has to be true for what is stored to be it, where records that go the other way are stored turned round"`
	Values  form.Map[form.Map[[]source.Text]] `form:"values" doc:"raw name: {stored value: [values of the log]}, where values are renamed"`
	Missing []source.Text                     `form:"missing" doc:"raw names that the log has and the store doesn't"`
	Names   telemetry.NamesForm               `form:"names" doc:"where they were read, where that is elsewhere"`
	Span    source.Span
}
