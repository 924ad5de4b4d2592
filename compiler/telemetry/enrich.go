package telemetry

import (
	"slices"
	"strconv"
	"strings"

	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// EnrichForm says which context table is asked for a record, and by which of its fields.
type EnrichForm struct {
	Table source.Text `form:"table,required" is:"field" doc:"a keyed table, or one of intervals: assets"`
	By    source.Text `form:"by,required" is:"field" doc:"the field that is the table's key: device_ip, or what another table gives: asset.id"`
	At    source.Text `form:"at" is:"field" doc:"of a table of intervals: the field that says when; the schema's time unless said"`
	Span  source.Span
}

// A Lookup says where an enriched field's value is looked up: the column of the row that a context table has for the
// value of another field. The field is missing where there is no such row, or where the row doesn't say.
type Lookup struct {
	Table   string
	Version int    // of the table's form
	By      string // the field that is the key; it may be enriched itself
	At      string // the field that says when, of a table of intervals; else empty
	Column  string
}

// Text is what the lookup needs, with the two fields as they are called somewhere: assets 1 by id.resp_h.
func (k *Lookup) Text(name func(field string) string) string {
	out := k.Table + " " + strconv.Itoa(k.Version) + " by " + name(k.By)
	if k.At != "" {
		out += " at " + name(k.At)
	}
	return out
}

// Enriches says that the schema looks a table up, used or not.
func (s *Schema) Enriches(table string) bool {
	return slices.ContainsFunc(s.enrich, func(e form.Entry[EnrichForm]) bool { return e.Value.Table.Value == table })
}

// Enrich adds a field for each column of the tables that the schema looks up, each after those that it is looked up by.
// A source has such a field, under its own name as if the record came enriched, where it has what it is looked up by.
// It is to be called once, before anything else is made of the schema.
func (s *Schema) Enrich(tables []*context.Table, l *diag.List) {
	e := enricher{Schema: s, l: l, tables: tables, state: map[string]int{}}
	for i := range s.enrich {
		e.visit(&s.enrich[i])
	}
	if len(e.fields) == 0 {
		return
	}
	s.Fields = append(s.Fields, e.fields...)
	for i := range s.Fields {
		s.byName[s.Fields[i].Name] = &s.Fields[i]
	}
	for _, f := range e.fields { // in their order, since one may rest on another
		for _, src := range s.Sources {
			if !src.bindings[f.Lookup.By].Absent() && (f.Lookup.At == "" || !src.bindings[f.Lookup.At].Absent()) {
				src.bindings[f.Name] = Binding{Paths: []ir.Field{f.Field}}
			}
		}
	}
}

type enricher struct {
	*Schema
	l      *diag.List
	tables []*context.Table
	state  map[string]int // by prefix: 1 while it is visited, 2 after
	fields []Field
}

// visit makes the fields of one lookup, after those that it rests on, and says whether it could.
func (e *enricher) visit(in *form.Entry[EnrichForm]) {
	name := in.Key.Value
	if e.state[name] != 0 {
		return
	}
	e.state[name] = 1
	defer func() { e.state[name] = 2 }()
	t := e.table(in)
	if t == nil || !e.named(in) {
		return
	}
	by, ok := e.key(in, in.Value.By)
	if !ok {
		return
	}
	look := Lookup{Table: t.Name, Version: t.Version, By: by.Name}
	if by.Type != t.Type || by.List {
		e.l.Add(diag.LookupKey, in.Value.By.Whole, "%s is looked up by a value of type %s, and %s is of type %s", t.Name, t.Type, by.Name, by.TypeName()).
			WithHelp("name a field that holds one key")
		return
	}
	switch at := in.Value.At; {
	case t.Shape != context.Intervals && !at.IsZero():
		e.l.Add(diag.LookupKey, at.Whole, "the rows of %s hold at any time", t.Name).WithHelp("leave at out")
		return
	case t.Shape == context.Intervals:
		if at.IsZero() {
			at = source.Text{Value: e.Time, Whole: in.Key.Whole}
		}
		when, ok := e.key(in, at)
		if !ok {
			return
		}
		if when.Type != ir.Timestamp || when.List {
			e.l.Add(diag.LookupKey, at.Whole, "%s is of type %s, and says no time", when.Name, when.TypeName())
			return
		}
		look.At = when.Name
	}
	for _, c := range t.Columns {
		f := Field{Field: c.Field, Enum: c.Enum, Doc: c.Doc, Span: in.Key.Whole}
		f.Name, f.Role, f.Entity = name+"."+c.Name, by.Role, ""
		k := look
		k.Column, f.Lookup = c.Name, &k
		e.fields = append(e.fields, f)
	}
}

// table is the table that a lookup names.
func (e *enricher) table(in *form.Entry[EnrichForm]) *context.Table {
	name := in.Value.Table
	if name.IsZero() {
		return nil
	}
	var asked []string
	for _, t := range e.tables {
		switch {
		case t.Name != name.Value && t.Shape != context.List:
			asked = append(asked, t.Name)
		case t.Name == name.Value && t.Shape == context.List:
			e.l.Add(diag.LookupTable, name.Whole, "%s is a list, which has no columns", t.Name).
				WithHelp("a condition asks it by itself: %s in context.%s", in.Value.By.Value, t.Name)
			return nil
		case t.Name == name.Value:
			return t
		}
	}
	e.l.Add(diag.LookupTable, name.Whole, "there is no context table %q to look up", name.Value).WithGuess(name.Whole, name.Value, asked)
	return nil
}

// named holds a lookup's name against those of the fields.
func (e *enricher) named(in *form.Entry[EnrichForm]) bool {
	name := in.Key.Value
	if !columnPrefix.MatchString(name) || name == "context" || notNames[name] {
		e.l.Add(diag.BadValue, in.Key.Whole, "a lookup can't be named %q", name).WithHelp("small letters, digits and underscores: asset")
		return false
	}
	for have := range e.byName {
		if have == name || strings.HasPrefix(have, name+".") {
			e.l.Add(diag.FieldPrefix, in.Key.Whole, "the lookup %q gives fields below a name that the field %q has", name, have).
				WithHelp("rename one of the two: a condition could not tell them apart")
			return false
		}
	}
	return true
}

// key is the field that a lookup is asked by, or for which time, once what it rests on is there.
func (e *enricher) key(in *form.Entry[EnrichForm], name source.Text) (*Field, bool) {
	if name.IsZero() {
		return nil, false
	}
	if f := e.byName[name.Value]; f != nil {
		return f, true
	}
	names := e.Names()
	prefix, _, _ := strings.Cut(name.Value, ".")
	for i := range e.enrich {
		other := &e.enrich[i]
		if other.Key.Value != prefix {
			continue
		}
		if e.state[prefix] == 1 {
			e.l.Add(diag.LookupCycle, name.Whole, "the lookup %q rests on itself, through %s", in.Key.Value, name.Value).
				WithHelp("look one of them up by a field of the record")
			return nil, false
		}
		before := e.l.Count(diag.Error)
		if e.visit(other); e.l.Count(diag.Error) > before {
			return nil, false
		}
	}
	for i := range e.fields {
		if f := &e.fields[i]; f.Name == name.Value {
			return f, true
		}
		names = append(names, e.fields[i].Name)
	}
	e.l.Add(diag.UnknownSchemaField, name.Whole, "telemetry %s has no field %q", e.ID, name.Value).WithGuess(name.Whole, name.Value, names)
	return nil, false
}
