package query

import (
	"cmp"
	"fmt"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/store"
)

// A Made is what became of a rule for a target.
type Made struct {
	Store string        // the store or model that has a place for it; empty where none has
	Of    *backend.Rule // the rule in the store's words; nil where it has none
	backend.Query
	Findings diag.List // with an error among them it is refused

	from  *Rule
	place *store.Place
}

// Make makes the query of a rule for a target, over the first of the stores that has a place for it. held is what the site
// keeps in its tables, for a target that can't look them up; nil for no site.
func Make(in *Rule, stores []*store.Store, target backend.Target, held Held) Made {
	m := Made{from: in}
	s, p := Find(in, stores)
	if s == nil {
		at := in.Log
		if at.IsZero() {
			at = in.Span
		}
		m.Findings.Add(diag.NoStore, at, "no store of %s has a place for %s", target.Name(), in.Source).
			WithHelp("write one, in a folder given by --mappings, and name it with --store: mappings/stores/README.md")
		return m
	}
	if _, looks := target.(backend.Exporter); looks {
		held = nil
	}
	m.Store, m.place = s.ID, p
	m.Of, m.Findings = Place(in, s, p, held)
	if m.Of == nil {
		return m
	}
	made, said := target.Emit(m.Of)
	m.Query = made
	m.Findings.Append(said)
	return m
}

// Fidelity says how far the query means what its rule means.
func (m *Made) Fidelity() backend.Fidelity {
	if m.Findings.HasErrors() {
		return backend.Refused
	}
	return m.Query.Fidelity()
}

// Why is the first reason for which it is refused.
func (m *Made) Why() string {
	for _, d := range m.Findings {
		if d.Severity == diag.Error {
			return d.Message
		}
	}
	return ""
}

// Column is where a name of the rule's stands in the rows of its query; it says why where it doesn't.
func (m *Made) Column(f ir.Field) (c backend.Column, lacks string) { return Column(m.from, m.place, f) }

// Field is a name of the rule's as its log writes it.
func (m *Made) Field(name string) ir.Field {
	if m.from.Raw == nil {
		return ir.Field{Name: name}
	}
	return m.from.Raw(name)
}

// Logical says that the rule is over the fields of a schema, for a model.
func (m *Made) Logical() bool { return m.from.Schema != "" }

// Member is the rule as a member of a correlation, which calls it by a name; lacks says why it can't be one.
func (m *Made) Member(c *ir.Correlation, name string) (out backend.Member, lacks string) {
	if m.Fidelity() == backend.Refused {
		return out, fmt.Sprintf("%s is refused: %s", name, m.Why())
	}
	if m.Of.Time.Name == "" {
		return out, fmt.Sprintf("%s doesn't say which name of %s is the time", m.Store, name)
	}
	rule := *m.Of
	rule.Name = cmp.Or(name, rule.Name)
	out.Rule = &rule
	for _, of := range []struct {
		names []string
		to    *[]backend.Column
	}{{c.GroupBy, &out.Keys}, {c.Fields, &out.Values}} {
		for _, n := range of.names {
			column, lacks := m.Column(m.Field(aliased(c, n, name)))
			if lacks != "" {
				return out, fmt.Sprintf("%s: %s", name, lacks)
			}
			*of.to = append(*of.to, column)
		}
	}
	return out, ""
}

// aliased is the field that a name of group-by stands for in a rule.
func aliased(c *ir.Correlation, name, rule string) string {
	for _, a := range c.Aliases {
		if a.Name != name {
			continue
		}
		for _, f := range a.Fields {
			if f.Rule == rule {
				return f.Field
			}
		}
	}
	return name
}
