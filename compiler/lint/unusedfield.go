package lint

import (
	"regexp"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// unusedField finds fields of schemas that no source carries and no rule names. One that a source carries is there for
// the next rule.
func unusedField(lib *Library, l *diag.List) {
	used := map[string]map[string]bool{}
	for _, r := range lib.Rules {
		if r.Schema == nil {
			continue
		}
		if used[r.Schema.ID] == nil {
			used[r.Schema.ID] = map[string]bool{}
		}
		r.names(used[r.Schema.ID])
	}
	for _, s := range lib.Schemas {
		for _, f := range s.Fields {
			carried := f.Name == s.Time || f.Lookup != nil // which a table carries
			for _, src := range s.Sources {
				carried = carried || !src.Binding(f.Name).Absent()
			}
			if !carried && !used[s.ID][f.Name] {
				l.Add(diag.UnusedField, f.Span, "no source carries %s, and no rule names it", f.Name)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// names gathers the fields that a rule reads or shows.
func (r *Rule) names(into map[string]bool) {
	for _, e := range r.texts() {
		ir.Atoms(e, func(atom ir.Expr, _ bool) {
			for _, f := range ir.Fields(atom) {
				into[f.Name] = true
			}
		})
	}
	for _, t := range r.Alert.Fields {
		into[t.Value] = true
	}
	for _, t := range r.Alert.Suppress.By {
		into[t.Value] = true
	}
	for _, m := range placeholder.FindAllStringSubmatch(r.Alert.Summary.Value, -1) {
		into[m[1]] = true
	}
}
