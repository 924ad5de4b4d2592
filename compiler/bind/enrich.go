package bind

import (
	"maps"

	"detc/compiler/context"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// Contents are what the context tables that are looked up hold, by name.
type Contents map[string]*context.Content

// Enrich is the event with what the tables say of it. A field that is there already stays as it is, and so does one of
// which said speaks (nil for none): whoever gives an event may give what is looked up, or say that there is none of it.
// A lookup without a row leaves its field missing, and a table that nobody supplied all of its fields. What is looked up
// for a time is looked up for the event's, or for at (nanoseconds since 1970) where that is not nil.
func (e Event) Enrich(s *telemetry.Schema, c Contents, said func(field string) bool, at *int64) Event {
	if len(c) == 0 {
		return e
	}
	var added map[string]cell
	get := func(name string) (ir.Value, bool) {
		of, ok := e.cells[name]
		if found, here := added[name]; here {
			of, ok = found, true
		}
		if !ok || len(of.values) == 0 {
			return ir.Value{}, false
		}
		return of.values[0], true
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Lookup == nil || c[f.Lookup.Table] == nil || said != nil && said(f.Name) {
			continue
		}
		if _, there := e.cells[f.Name]; there {
			continue
		}
		key, ok := get(f.Lookup.By)
		if !ok {
			continue
		}
		var when int64
		if f.Lookup.At != "" {
			v, ok := get(f.Lookup.At)
			if at != nil && f.Lookup.At == s.Time {
				v, ok = ir.Value{Type: ir.Timestamp, Int: *at}, true
			}
			if !ok {
				continue
			}
			when = v.Int
		}
		if values := c[f.Lookup.Table].Lookup(key, when, f.Lookup.Column); len(values) > 0 {
			if added == nil {
				added = map[string]cell{}
			}
			added[f.Name] = cell{values: values}
		}
	}
	if added == nil {
		return e
	}
	maps.Copy(added, e.cells)
	return Event{cells: added, of: e.of}
}

// Enrich is a record of the source with what the tables say of it, under the names that a bound rule asks for. What the
// record has already stays.
func (s *Source) Enrich(r Record, c Contents, at *int64) Record {
	ev := s.Read(r)
	rich := ev.Enrich(s.Schema, c, nil, at)
	if len(rich.cells) == len(ev.cells) {
		return r
	}
	out := Record{maps.Clone(r.values)}
	for i := range s.Schema.Fields {
		f := &s.Schema.Fields[i]
		b := s.Binding(f.Name)
		found, ok := rich.cells[f.Name]
		if _, had := ev.cells[f.Name]; f.Lookup == nil || !ok || had || b.Absent() {
			continue
		}
		raw := make([]any, len(found.values))
		for n, v := range found.values {
			raw[n] = jsonValue(f.Field, v)
		}
		out.values[b.Paths[0].Name] = oneOrList(raw)
	}
	return out
}

// Unsupplied are the tables that must be looked up to know the fields that expressions ask for, of an event before it is
// enriched, and that nobody supplied: each once. What the event says itself, or said speaks of, needs no table.
func (e Event) Unsupplied(s *telemetry.Schema, c Contents, said func(field string) bool, exprs ...ir.Expr) []string {
	var out []string
	seen := map[string]bool{}
	var need func(name string)
	need = func(name string) {
		f, ok := s.Field(name)
		if _, there := e.cells[name]; !ok || f.Lookup == nil || there || seen[name] || said != nil && said(name) {
			return
		}
		seen[name] = true
		need(f.Lookup.By)
		if f.Lookup.At != "" {
			need(f.Lookup.At)
		}
		if t := f.Lookup.Table; c[t] == nil && !seen[" "+t] {
			seen[" "+t] = true
			out = append(out, t)
		}
	}
	for _, x := range exprs {
		ir.Atoms(x, func(atom ir.Expr, _ bool) {
			for _, f := range ir.Fields(atom) {
				need(f.Name)
			}
		})
	}
	return out
}

// Lookups are the enriched fields of a schema that expressions over it ask for, with those that these are looked up by,
// in the order of the schema.
func Lookups(s *telemetry.Schema, exprs ...ir.Expr) []*telemetry.Field {
	needed := map[string]bool{}
	var need func(name string)
	need = func(name string) {
		if f, ok := s.Field(name); ok && f.Lookup != nil && !needed[name] {
			needed[name] = true
			need(f.Lookup.By)
			need(f.Lookup.At)
		}
	}
	for _, x := range exprs {
		ir.Atoms(x, func(atom ir.Expr, _ bool) {
			for _, f := range ir.Fields(atom) {
				need(f.Name)
			}
		})
	}
	var out []*telemetry.Field
	for i := range s.Fields {
		if needed[s.Fields[i].Name] {
			out = append(out, &s.Fields[i])
		}
	}
	return out
}
