package context

import (
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Shape is how a table is asked.
type Shape uint8

const (
	List      Shape = iota // whether a value is in it
	Keyed                  // what its row for a key says; an address also finds the narrowest network that holds it
	Intervals              // what the rows say that hold for a key at a time; where several do, all of them
)

// A Table is the definition of a context table.
type Table struct {
	Name, Title string
	Shape       Shape
	Type        ir.Type // of an entry of a list, of a key of the others
	Columns     []Column
	Version     int
	Owner, Doc  string
	Span        source.Span
}

// A Column is what a row says beside its key.
type Column struct {
	ir.Field
	Enum []string // nil: any value
	Doc  string
	Span source.Span
}

// TypeName is the table's type as its definition has it: keyed(ip).
func (t *Table) TypeName() string {
	return [...]string{"list", "keyed", "intervals"}[t.Shape] + "(" + t.Type.String() + ")"
}

// Field is what an entry of a list, or a key, is read as.
func (t *Table) Field() ir.Field { return ir.Field{Name: t.Name, Type: t.Type} }

// Column finds a column by name.
func (t *Table) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}

// words are the keys of a row that are no columns.
var words = []string{"key", "from", "to", "zone", "every", "until"}

// Read reads one definition; nil where it can't be used.
func Read(f *source.File, l *diag.List) *Table {
	var in Form
	if !form.File(f, &in, "a context table", l) || in.Name.IsZero() || in.Type.IsZero() {
		return nil
	}
	t := &Table{Name: in.Name.Value, Title: in.Title.Value, Version: int(in.Version.V), Owner: in.Owner.Value,
		Doc: strings.TrimSpace(in.Doc.Value), Span: in.Name.Whole}
	shape, of, _ := strings.Cut(strings.TrimSuffix(in.Type.Value, ")"), "(")
	t.Shape = map[string]Shape{"list": List, "keyed": Keyed, "intervals": Intervals}[shape]
	t.Type, _ = ir.ParseType(of)
	if in.Version.Set && t.Version < 1 {
		l.Add(diag.BadValue, in.Version.Span, "version can't be %d", t.Version).WithHelp("count from 1")
	}
	t.readColumns(in, l)
	return t
}

func (t *Table) readColumns(in Form, l *diag.List) {
	switch {
	case t.Shape == List && len(in.Columns) > 0:
		l.Add(diag.BadValue, in.Columns[0].Key.Whole, "a list has no columns").WithHelp("make it keyed(%s) for its entries to have columns", t.Type)
		return
	case t.Shape != List && len(in.Columns) == 0:
		l.Add(diag.MissingKey, in.Type.Whole, "a table that is looked up has columns").WithHelp("add columns: {criticality: {type: string, doc: …}}")
	}
	for _, e := range in.Columns {
		name := e.Key.Value
		switch {
		case !columnName(name):
			l.Add(diag.BadValue, e.Key.Whole, "a column can't be named %q", name).WithHelp("small letters, digits and underscores")
			continue
		case slices.Contains(words, name) && (name == "key" || t.Shape == Intervals):
			l.Add(diag.BadValue, e.Key.Whole, "a column can't be named %q, which a row says of itself", name)
			continue
		case e.Value.Type.IsZero():
			continue
		}
		c := Column{Field: ir.Field{Name: name}, Doc: strings.TrimSpace(e.Value.Doc.Value), Span: e.Key.Whole}
		c.Type, _ = ir.ParseType(e.Value.Type.Value)
		for _, v := range e.Value.Enum {
			c.Enum = append(c.Enum, v.Value)
		}
		c.List = t.Shape == Intervals // several rows may hold at once
		t.Columns = append(t.Columns, c)
	}
}

func columnName(s string) bool {
	for i, c := range s {
		if !('a' <= c && c <= 'z' || c == '_' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return s != ""
}
