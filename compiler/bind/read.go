package bind

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// An Event is a logical event: the fields of a schema with their values. One that was read from a record keeps it,
// since a keyword is looked for in all that the log says.
type Event struct {
	cells map[string]cell
	of    Record
}

// A cell is a field that is present. Texts that could not be read as the field's type, or that a value map doesn't
// know, are present and in no value. What a record has in a field of any type is kept as it is there.
type cell struct {
	values []ir.Value
	leaves []any
}

// NewEvent makes a logical event of values.
func NewEvent(fields map[string][]ir.Value) Event {
	e := Event{cells: make(map[string]cell, len(fields))}
	for name, values := range fields {
		e.cells[name] = cell{values: values}
	}
	return e
}

// Get gives a field's values, read as the type that is asked for, and says whether it is present.
func (e Event) Get(f ir.Field) (values []ir.Value, present bool) {
	c, ok := e.cells[f.Name]
	if c.leaves != nil {
		return readLeaves(c.leaves, f), ok
	}
	return ReadAs(c.values, f), ok
}

// Texts calls f with every text of the record that the event was read from, else with every value as text, until it
// says true.
func (e Event) Texts(f func(string) bool) bool {
	if e.of.values != nil {
		return e.of.Texts(f)
	}
	for _, c := range e.cells {
		for _, v := range c.values {
			if f(v.Text()) {
				return true
			}
		}
	}
	return false
}

// With is the event with other values for some fields; a nil slice removes one. It is no record's any more.
func (e Event) With(changed map[string][]ir.Value) Event {
	out := Event{cells: make(map[string]cell, len(e.cells)+len(changed))}
	for name, c := range e.cells {
		out.cells[name] = c
	}
	for name, values := range changed {
		if values == nil {
			delete(out.cells, name)
		} else {
			out.cells[name] = cell{values: values}
		}
	}
	return out
}

// Belongs says whether a record is of this source's log: whether it bears the values that tell it from other logs.
func (s *Source) Belongs(r Record) bool {
	for _, want := range s.Record {
		ok := false
		for _, leaf := range r.lookup(want.Name) {
			if text, scalar := scalarText(leaf); scalar && text == want.Text {
				ok = true
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// Read reads a record into a logical event of the source's schema.
func (s *Source) Read(r Record) Event {
	e := Event{cells: make(map[string]cell, len(s.Schema.Fields)), of: r}
	for i := range s.Schema.Fields {
		name := s.Schema.Fields[i].Name
		b := s.Binding(name)
		if b.Const != nil {
			e.cells[name] = cell{values: b.Const}
			continue
		}
		if s.Schema.Fields[i].Any {
			if leaves := r.lookup(b.Paths[0].Name); leaves != nil {
				e.cells[name] = cell{natural(leaves), leaves}
			}
			continue
		}
		for _, path := range b.Paths {
			values, present := r.Get(path)
			if !present {
				continue
			}
			if b.Values != nil {
				values = s.mapped(&s.Schema.Fields[i], b, values)
			}
			e.cells[name] = cell{values: values}
			break
		}
	}
	return e
}

// mapped turns the log's own values into the field's. One that the map doesn't list becomes nothing.
func (s *Source) mapped(f *telemetry.Field, b Binding, raw []ir.Value) []ir.Value {
	var out []ir.Value
	for _, r := range raw {
		for _, pair := range b.Values {
			if mode, folded := f.Folder(pair.Raw); folded == ir.FoldAs(mode, r.Str) {
				if v, ok := ir.ParseValue(f.Field, pair.Logical, true); ok {
					out = append(out, v)
				}
				break
			}
		}
	}
	return out
}

// Binding is a field's place in a source.
type Binding = telemetry.Binding

// EventOf reads a YAML mapping as a logical event: what a stub's tests give. A null leaves a field out.
func EventOf(n *source.Node, schema *telemetry.Schema, l *diag.List) map[string][]ir.Value {
	out := map[string][]ir.Value{}
	if n == nil || n.Kind != source.Mapping {
		return out
	}
	for _, p := range n.Pairs {
		f, ok := schema.Field(p.Key.Text.Value)
		if !ok {
			l.Add(diag.UnknownRef, p.Key.Span, "telemetry %s has no field %q", schema.ID, p.Key.Text.Value).
				WithGuess(p.Key.Span, p.Key.Text.Value, schema.Names())
			continue
		}
		out[f.Name] = valuesOf(p.Value, f, l)
	}
	return out
}

func valuesOf(n *source.Node, f *telemetry.Field, l *diag.List) []ir.Value {
	if n.IsNull() {
		return nil
	}
	items := []*source.Node{n}
	if n.Kind == source.Sequence && f.List {
		items = n.Items
	}
	var values []ir.Value
	for _, item := range items {
		v, ok := telemetry.Literal(item, f.Field)
		if f.Any {
			v, ok = telemetry.AnyLiteral(item)
		}
		if !ok {
			l.Add(diag.WrongType, item.Span, "%s takes %s, not %s", f.Name, typeName(f), item.What())
			continue
		}
		if f.Enum != nil && !contains(f.Enum, v.Text()) {
			l.Add(diag.NotInEnum, item.Span, "%q is none of the values of %q", v.Text(), f.Name).WithGuess(item.Span, v.Text(), f.Enum)
		}
		values = append(values, v)
	}
	return values
}

func typeName(f *telemetry.Field) string {
	name := f.Type.String()
	switch {
	case f.Any:
		name = "a text, a number, true or false"
	case f.Type == ir.IP:
		name = "an IP address"
	}
	if f.List {
		return "a list of " + strings.TrimPrefix(name, "an ")
	}
	return name
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
