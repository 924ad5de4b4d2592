package lint

import (
	"slices"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
)

// caseCantFail finds cases whose verdict says nothing about the rule.
func caseCantFail(r *Rule, l *diag.List) {
	if r.Condition == nil {
		return
	}
	fields, every := r.fields()
	first := map[string]*stub.CaseForm{}
	for i, e := range r.events() {
		c := &r.Tests.Cases[i]
		if before := first[e.key]; before != nil && e.key != "" {
			l.Add(diag.CaseCantFail, c.Name.Whole, "the case %q has the event of another", c.Name.Value).
				WithNote(before.Name.Whole, "the same event").WithHelp("change what it is about, or take it out")
			continue
		}
		first[e.key] = c
		if !e.ok || c.Positive() || every || asksForAbsence(c, fields) {
			continue
		}
		if !slices.ContainsFunc(fields, func(f ir.Field) bool { _, there := e.Get(f); return there }) {
			l.Add(diag.CaseCantFail, c.Name.Whole, "the event of %q has none of the fields that the rule reads", c.Name.Value).
				WithHelp("change one field against an event that matches")
		}
	}
}

// asksForAbsence says that a case takes a field of the rule away on purpose.
func asksForAbsence(c *stub.CaseForm, fields []ir.Field) bool {
	if c.But == nil || c.But.Kind != source.Mapping {
		return false
	}
	return slices.ContainsFunc(c.But.Pairs, func(p source.Pair) bool {
		return p.Value.IsNull() && slices.ContainsFunc(fields, func(f ir.Field) bool { return f.Name == p.Key.Text.Value })
	})
}
