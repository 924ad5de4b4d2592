package lint

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
)

// An event is what a test case shows the rule.
type event struct {
	bind.Event
	ok     bool   // it could be read: a sample that is not at hand can't
	key    string // the same for the same event under the same tables
	source string // the log that it is a record of; "" for a logical event
}

// events are those of the cases, in their order.
func (r *Rule) events() []event {
	out := make([]event, len(r.Tests.Cases))
	for i := range r.Tests.Cases {
		c := &r.Tests.Cases[i]
		e := &out[i]
		e.source = c.Source.Value
		switch {
		case c.Sample != nil:
			e.key = fmt.Sprintf("sample %s %q %d", e.source, c.Sample.File.Value, c.Sample.Line.V)
		case c.Raw != nil:
			r.raw(c, e)
		default:
			r.logical(c, e)
		}
		for _, t := range c.Context {
			e.key += fmt.Sprintf(" %s=%q", t.Key.Value, t.Value.Span.Text())
		}
	}
	return out
}

func (r *Rule) logical(c *stub.CaseForm, e *event) {
	var ignored diag.List // said when the case was run
	given := r.Tests.Given
	if c.Given != nil {
		given = c.Given
	}
	fields := bind.EventOf(given, r.Schema, &ignored)
	for name, values := range bind.EventOf(c.But, r.Schema, &ignored) {
		fields[name] = values
	}
	var parts []string
	for name, values := range fields {
		if values == nil {
			delete(fields, name)
			if f, ok := r.Schema.Field(name); ok && f.Lookup != nil {
				parts = append(parts, name+" is not looked up")
			}
		}
	}
	e.Event, e.ok = bind.NewEvent(fields), true
	for name, values := range fields {
		var texts []string
		for _, v := range values {
			texts = append(texts, v.Text())
		}
		parts = append(parts, fmt.Sprintf("%s=%q", name, texts))
	}
	slices.Sort(parts)
	e.key = strings.Join(parts, " ")
}

func (r *Rule) raw(c *stub.CaseForm, e *event) {
	src := r.Sources[e.source]
	if src == nil {
		return
	}
	e.key = "raw " + e.source + " " + c.Raw.Span.Text()
	rec := bind.RecordOf(c.Raw)
	if c.Raw.Kind == source.Scalar {
		var err error
		if rec, err = bind.ParseRecord(src.Format, []byte(c.Raw.Text.Value)); err != nil {
			return
		}
	}
	e.Event, e.ok = src.Read(rec), true
}

// fields are the fields that the rule reads. Every is set where it reads whatever there is.
func (r *Rule) fields() (fields []ir.Field, every bool) {
	ir.Atoms(r.Condition, func(atom ir.Expr, _ bool) {
		if _, ok := atom.(*ir.Keyword); ok {
			every = true
		}
		fields = append(fields, ir.Fields(atom)...)
	})
	for _, f := range bind.Lookups(r.Schema, r.Condition) { // what is looked up follows from what it is looked up by
		for _, name := range []string{f.Lookup.By, f.Lookup.At} {
			if by, ok := r.Schema.Field(name); ok {
				fields = append(fields, by.Field)
			}
		}
	}
	return fields, every
}
