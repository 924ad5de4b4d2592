package telemetry

import (
	"strings"
	"time"

	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Schema is a kind of record with the fields that conditions on it may name.
type Schema struct {
	ID, Title, Description string
	Serves                 []source.Text // TA0104/T5
	Bare                   []source.Text // conditions: what a mere launch, install or change is
	Logsource              Logsource
	Time                   string // the field that says when
	Fields                 []Field
	Sources                []*Source
	Taxonomy               bool        // its fields are Sigma's own names of its logsource, its one source is itself, and it has no Time
	Span                   source.Span // its id, where it is defined

	enrich  form.Map[EnrichForm] // as the file has them: Enrich makes fields of them
	byName  map[string]*Field
	bySigma map[string]*Field
}

// A Field is one field of a schema.
//
// One of type any has no type of its own: each comparison reads it as it needs. Its ir.Field says string, which is what
// ==, in, contains and their kin read; < and its kin read a double, inCidr an address, a part of the time a timestamp.
type Field struct {
	ir.Field
	Any          bool
	Sigma        string   // Sigma's name of it, in a taxonomy; else empty
	Enum         []string // nil: any value
	Role, Entity string
	Lookup       *Lookup // of an enriched field: where its value is looked up; else nil
	Doc          string
	Span         source.Span
}

// TypeName is the field's type as a schema writes it.
func (f *Field) TypeName() string {
	name := f.Type.String()
	if f.Any {
		name = "any"
	}
	if f.List {
		name = "list(" + name + ")"
	}
	return name
}

// Field finds a field by name.
func (s *Schema) Field(name string) (*Field, bool) {
	f, ok := s.byName[name]
	return f, ok
}

// Sigma finds a field of a taxonomy by Sigma's name of it, to the letter.
func (s *Schema) Sigma(name string) (*Field, bool) {
	f, ok := s.bySigma[name]
	return f, ok
}

// Names are the names of all fields, in the order of the file.
func (s *Schema) Names() []string {
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
	}
	return names
}

// Source finds a source by id.
func (s *Schema) Source(id string) (*Source, bool) {
	for _, src := range s.Sources {
		if src.ID == id {
			return src, true
		}
	}
	return nil, false
}

// Logsource is Sigma's logsource; empty parts are not written.
type Logsource struct{ Category, Product, Service string }

// String is the parts that are there, joined by slashes.
func (l Logsource) String() string {
	var parts []string
	for _, p := range []string{l.Product, l.Category, l.Service} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "/")
}

// Format is how a raw record is written.
type Format uint8

const (
	JSON Format = iota
	CEF         // ArcSight Common Event Format, revision 25; a syslog head before it is skipped
)

// Kind is what a record of a source is.
type Kind string

const (
	Event    Kind = "event"
	Snapshot Kind = "snapshot"
	Alert    Kind = "alert"
)

// A Source is one log that carries a schema.
type Source struct {
	ID, Title     string
	Schema        *Schema
	Logsource     Logsource
	Format        Format
	Kind          Kind
	ArrivesWithin time.Duration
	Record        []RawValue         // what tells its records from another log's
	RawTypes      map[string]ir.Type // of raw names that only Where uses
	Where         source.Text        // the row filter, not yet compiled; empty if none
	Verified      string             // sample, documentation or unverified
	Doc           string
	Formerly      []string
	Span          source.Span

	bindings map[string]Binding
}

// A RawValue is a raw name with the text that it must have.
type RawValue struct {
	Name, Text string
}

// A Binding says where a source keeps a field. The zero Binding is a field that the source doesn't have.
type Binding struct {
	Paths  []ir.Field  // raw names, typed as they are read; the first present counts
	Const  []ir.Value  // the value that the field has throughout the log, in place of Paths
	Values []ValuePair // the log's own values, where they are mapped
}

// A ValuePair maps one of the log's values to one of the field's.
type ValuePair struct{ Logical, Raw string }

// Absent says that the source doesn't have the field.
func (b Binding) Absent() bool { return len(b.Paths) == 0 && len(b.Const) == 0 }

// Binding is where the source keeps a field of its schema.
func (s *Source) Binding(field string) Binding { return s.bindings[field] }

// RawField is a raw name typed as the source reads it: as the schema's field that it carries is typed, as `raw`
// declares it, or as a string.
func (s *Source) RawField(name string) ir.Field {
	for i := range s.Schema.Fields {
		for _, p := range s.bindings[s.Schema.Fields[i].Name].Paths {
			if p.Name == name {
				return p
			}
		}
	}
	return ir.Field{Name: name, Type: s.RawTypes[name]}
}

// RawNames are all raw names that the source's bindings and declarations know, each once, in the order of the schema.
func (s *Source) RawNames() []string {
	var names []string
	seen := map[string]bool{}
	add := func(n string) {
		if !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	for _, f := range s.Schema.Fields {
		for _, p := range s.bindings[f.Name].Paths {
			add(p.Name)
		}
	}
	for _, r := range s.Record {
		add(r.Name)
	}
	return names
}
