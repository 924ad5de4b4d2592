package intake

import (
	"fmt"
	"slices"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/stub"
)

// A pending document waits for those that it names.
type pending struct {
	name string
	doc  *sigma.Document
}

// wait keeps a correlation until all rules were added. It says false where the reader refused it.
func (m *Importer) wait(name string, d *sigma.Document) bool {
	if d.Kind == sigma.CorrelationDocument && d.Correlation == nil || d.Kind == sigma.FilterDocument && d.Where == nil {
		return false
	}
	m.pending = append(m.pending, pending{name, d})
	return true
}

// resolvePending makes stubs of the correlations, those that name others after those; then of the filters.
func (m *Importer) resolvePending(l *diag.List) {
	waiting := m.pending
	m.pending = nil
	for {
		var left []pending
		for _, p := range waiting {
			switch {
			case p.doc.Kind != sigma.CorrelationDocument || m.missing(p.doc) != "":
				left = append(left, p)
			case !m.correlation(p.name, p.doc, l):
				m.Counts.Refused++
			}
		}
		if len(left) == len(waiting) {
			break
		}
		waiting = left
	}
	for _, p := range waiting {
		if p.doc.Kind == sigma.FilterDocument {
			if !m.filter(p.name, p.doc, l) {
				m.Counts.Refused++
			}
			continue
		}
		m.Counts.Refused++
		l.Add(diag.ImportRefused, at(p.doc), "%s can't be a stub: it correlates %s, which is not among what was imported", named(p.doc), m.missing(p.doc)).
			WithHelp("import the rules together with the correlation")
	}
}

// missing is a rule that a correlation names and that has no stub; "" where all have.
func (m *Importer) missing(d *sigma.Document) string {
	for _, r := range d.Correlation.Rules {
		if _, ok := m.stubOf(r.Name); !ok {
			return r.Name
		}
	}
	return ""
}

// stubOf is the stub that a correlation calls by its name or id.
func (m *Importer) stubOf(ref string) (string, bool) {
	name, ok := m.byRef[ref]
	return name, ok
}

// correlation makes a stub of a correlation whose rules all have one.
func (m *Importer) correlation(name string, d *sigma.Document, l *diag.List) bool {
	id, ok := m.id(name, d, l)
	if !ok {
		return false
	}
	c := *d.Correlation
	if stub.DurationText(c.Within) == "" {
		l.Add(diag.ImportRefused, c.Span, "%s can't be a stub: its timespan is no whole number of seconds", named(d))
		delete(m.ids, id)
		return false
	}
	c.Rules = slices.Clone(c.Rules)
	for i := range c.Rules {
		c.Rules[i].Name, _ = m.stubOf(c.Rules[i].Name)
	}
	c.Aliases = slices.Clone(c.Aliases)
	for i, a := range c.Aliases {
		a.Fields = slices.Clone(a.Fields)
		for j, f := range a.Fields {
			rule, known := m.stubOf(f.Rule)
			if !known {
				l.Add(diag.ImportRefused, f.Span, "%s can't be a stub: its alias %s is of %s, which is none of its rules", named(d), a.Name, f.Rule)
				delete(m.ids, id)
				return false
			}
			a.Fields[j] = ir.AliasField{Rule: rule, Field: m.fieldOf(rule, f.Field)}
		}
		c.Aliases[i] = a
	}
	alias := func(field string) string {
		if slices.ContainsFunc(c.Aliases, func(a ir.Alias) bool { return a.Name == field }) || len(c.Rules) == 0 {
			return field
		}
		return m.fieldOf(c.Rules[0].Name, field)
	}
	c.GroupBy, c.Fields = mapped(c.GroupBy, alias), mapped(c.Fields, alias)
	draft := m.draft(name, id, d, l)
	draft.Correlation = &c
	m.put(name, id, d, draft)
	return true
}

func mapped(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

// fieldOf is what a stub's telemetry calls a field of Sigma's; a field that no rule names becomes one of any type.
func (m *Importer) fieldOf(name, field string) string {
	s := m.schemas[m.telemetryOf[name]]
	if s == nil {
		return field
	}
	if more := s.With([]string{field}, fmt.Sprintf("%s, for a correlation", metHere)); more != s.Schema {
		s.Schema, s.extended, s.made = more, true, nil
	}
	f, _ := s.Sigma(field)
	return f.Name
}
