// Package telemetry holds the typed records that conditions speak of, and the real logs that carry them: a schema
// names the fields, a source says where a log keeps each, under which name, in which values.
package telemetry

import (
	"reflect"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// Form is a telemetry file as people write it. It has two shapes: a schema with its sources, or, where it says
// `taxonomy: sigma`, a log source of Sigma's, whose own names are the fields.
type Form struct {
	ID          source.Text          `form:"id,required" is:"field" doc:"what conditions and stubs call it: ot.mode_change"`
	Title       source.Text          `form:"title,required" doc:"one line"`
	Description source.Text          `form:"description" doc:"what one record is"`
	Taxonomy    source.Text          `form:"taxonomy" enum:"sigma" doc:"the fields are Sigma's own names of the logsource, which is the one source"`
	Serves      []source.Text        `form:"serves,required" unless:"taxonomy" is:"item" doc:"the telemetry items of the briefs that it answers"`
	Logsource   LogsourceForm        `form:"logsource,required" doc:"the Sigma logsource of the schema itself"`
	Time        source.Text          `form:"time,required" unless:"taxonomy" is:"field" doc:"the field that says when"`
	Enrich      form.Map[EnrichForm] `form:"enrich" doc:"what is looked up for a record, by name: {asset: {table: assets, by: device_ip}} gives asset.criticality and the table's other columns"`
	Bare        []source.Text        `form:"bare" is:"cel" doc:"what a mere launch, install or change is: conditions that must not make a rule true by themselves"`
	Fields      form.Map[FieldForm]  `form:"fields,required" doc:"what a condition may name"`
	Sources     []SourceForm         `form:"sources,required" unless:"taxonomy" doc:"the logs that carry it"`
	Names       NamesForm            `form:"names" doc:"of a taxonomy: where its names were read"`
	Span        source.Span
}

// formKeys is Form without its own way of reading: the tags alone.
type formKeys Form

// Keys that one of the two shapes asks for, and the other has no use for.
var schemaKeys, taxonomyKeys = []string{"serves", "time", "enrich", "sources"}, []string{"names"}

// DecodeForm reads the shape that the file's own keys say.
func (in *Form) DecodeForm(n *source.Node, l *diag.List) {
	form.Decode(n, (*formKeys)(in), "a telemetry schema", l)
	if n.Kind != source.Mapping {
		return
	}
	if t := n.Get("taxonomy"); t != nil && !t.IsNull() {
		in.refuseKeys(n, schemaKeys, l)
		return
	}
	in.refuseOutside(n, l)
}

// FormSchema is both shapes' JSON Schema: what a taxonomy must not have, and what a schema must, is told apart by the key.
func (*Form) FormSchema() map[string]any {
	s := form.Fragment(reflect.TypeFor[formKeys]())
	none := map[string]any{"type": "null"}
	without := func(keys []string) map[string]any {
		out := map[string]any{}
		for _, k := range keys {
			out[k] = none
		}
		return out
	}
	own := without(taxonomyKeys)
	own["fields"] = map[string]any{"additionalProperties": map[string]any{"properties": map[string]any{
		"sigma": none, "type": map[string]any{"not": map[string]any{"enum": []any{"any", "list(any)"}}}}}}
	s["if"] = map[string]any{"required": []string{"taxonomy"}, "properties": map[string]any{"taxonomy": map[string]any{"type": "string"}}}
	s["then"] = map[string]any{"properties": without(schemaKeys)}
	s["else"] = map[string]any{"properties": own}
	return s
}

// keySpan is where a key of the mapping stands.
func keySpan(n *source.Node, key string) source.Span {
	for _, p := range n.Pairs {
		if p.Key.Text.Value == key {
			return p.Key.Span
		}
	}
	return n.Span
}

// LogsourceForm is Sigma's logsource (Sigma specification 2.1, "Log source").
type LogsourceForm struct {
	Category source.Text `form:"category" doc:"a group of products: process_creation"`
	Product  source.Text `form:"product" doc:"one product: windows"`
	Service  source.Text `form:"service" doc:"one of its logs: sysmon"`
	Span     source.Span
}

// FieldForm is one field of a schema.
type FieldForm struct {
	Type      source.Text   `form:"type,required" enum:"string|int|double|bool|ip|timestamp|list(string)|list(int)|list(ip)|any|list(any)" doc:"the type that conditions are checked against; any, in a taxonomy: what each comparison needs"`
	Collation source.Text   `form:"collation" enum:"nocase|cased" doc:"whether strings compare with case; nocase unless said"`
	Enum      []source.Text `form:"enum" doc:"all the values it can have"`
	Role      source.Text   `form:"role" enum:"actor|target" doc:"who did it, or to whom"`
	Entity    source.Text   `form:"entity" enum:"host|user|device|process|file|app|network" doc:"what kind of thing it names"`
	Sigma     source.Text   `form:"sigma" doc:"in a taxonomy: Sigma's name of it, where that is no name that a condition can hold"`
	Doc       source.Text   `form:"doc,required" doc:"what it means"`
	Span      source.Span
}

// SourceForm is one log.
type SourceForm struct {
	ID            source.Text                       `form:"id,required" is:"field" doc:"vendor and log: zeek.omron_fins"`
	Title         source.Text                       `form:"title,required" doc:"the log's own name"`
	Logsource     LogsourceForm                     `form:"logsource,required" doc:"the Sigma logsource of the emitted rules"`
	Format        source.Text                       `form:"format" enum:"json|cef" doc:"how a raw record is written; json unless said"`
	Kind          source.Text                       `form:"kind" enum:"event|snapshot|alert" doc:"whether a record is something that happened, a state told again and again, or another product's verdict; event unless said"`
	ArrivesWithin source.Text                       `form:"arrives_within" is:"duration" doc:"how late a record may be"`
	Record        form.Map[*source.Node]            `form:"record" doc:"raw names and values that tell this log's records from others; not emitted, since the logsource says it"`
	Raw           form.Map[source.Text]             `form:"raw" enum:"string|int|double|bool|ip" doc:"types of raw names that only the row filter uses"`
	Where         source.Text                       `form:"where" doc:"which rows of the log are this telemetry: a condition over raw names; emitted with every rule"`
	Fields        form.Map[form.Many]               `form:"fields,required" doc:"where each field stands: a raw name, or several of which the first present counts"`
	Const         form.Map[*source.Node]            `form:"const" doc:"fields that have one value throughout this log"`
	Values        form.Map[form.Map[[]source.Text]] `form:"values" doc:"the log's own values for a field's values"`
	Time          TimeForm                          `form:"time,required" doc:"the raw name that says when, and its unit"`
	Names         NamesForm                         `form:"names,required" doc:"where the raw names were read"`
	Formerly      []source.Text                     `form:"formerly" is:"field" doc:"ids it had before, so that emitted rules keep theirs"`
	Span          source.Span
}

// TimeForm says how a log writes time.
type TimeForm struct {
	Field source.Text `form:"field,required" doc:"the raw name"`
	Unit  source.Text `form:"unit,required" enum:"s|ms|us|ns|rfc3339" doc:"what one of the number is, or RFC 3339 text"`
	Span  source.Span
}

// NamesForm says how far a source's names can be trusted.
type NamesForm struct {
	Verified source.Text `form:"verified,required" enum:"sample|documentation|unverified" doc:"read in a real record, in the vendor's documentation, or neither"`
	Doc      source.Text `form:"doc,required" doc:"which record or page"`
	Span     source.Span
}
