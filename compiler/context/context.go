// Package context holds the site knowledge that a condition may ask for: which hosts are engineering stations, which
// apps are approved. A library defines the tables; their content is the site's, and changes without the rules.
package context

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Form is a context table's definition as people write it.
type Form struct {
	Name    source.Text       `form:"name,required" is:"field" doc:"what conditions call it: context.engineering_hosts"`
	Title   source.Text       `form:"title,required" doc:"one line"`
	Type    source.Text       `form:"type,required" enum:"list(ip)|list(string)" doc:"what an entry is"`
	Version form.Value[int64] `form:"version,required" doc:"of the table's form, not of its content: raised when the type changes"`
	Owner   source.Text       `form:"owner,required" doc:"the role that keeps the content"`
	Doc     source.Text       `form:"doc,required" doc:"what an entry means, and how often entries change"`
	Span    source.Span
}

// A Table is the definition of a context table.
type Table struct {
	Name, Title string
	Type        ir.Type // of an entry
	Version     int
	Owner, Doc  string
	Span        source.Span
}

// Field is what an entry of the table is read as.
func (t *Table) Field() ir.Field { return ir.Field{Name: t.Name, Type: t.Type} }

// Read reads one definition; nil where it can't be used.
func Read(f *source.File, l *diag.List) *Table {
	var in Form
	if !form.File(f, &in, "a context table", l) || in.Name.IsZero() || in.Type.IsZero() {
		return nil
	}
	t := &Table{Name: in.Name.Value, Title: in.Title.Value, Version: int(in.Version.V), Owner: in.Owner.Value,
		Doc: strings.TrimSpace(in.Doc.Value), Span: in.Name.Whole}
	t.Type, _ = ir.ParseType(strings.TrimSuffix(strings.TrimPrefix(in.Type.Value, "list("), ")"))
	if in.Version.Set && t.Version < 1 {
		l.Add(diag.BadValue, in.Version.Span, "version can't be %d", t.Version).WithHelp("count from 1")
	}
	return t
}
