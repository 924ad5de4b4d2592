package workspace

import (
	"slices"

	"detc/compiler/sigma"
)

// enriched are the fields that an emitted correlation groups by, or looks at, and that its rules' records must have been
// given: each under the name that it has in the logs.
func (e *correlationEmitter) enriched(places []place) []sigma.Need {
	var out []sigma.Need
	for _, name := range slices.Concat(e.c.GroupBy, e.c.Fields) {
		for _, p := range places {
			if p.part.Schema == nil {
				continue
			}
			f, ok := p.part.Schema.Field(e.fieldIn(p.part, name))
			if !ok || f.Lookup == nil {
				continue
			}
			raw, _ := p.raw(f.Name)
			n := sigma.Need{Field: raw, From: f.Lookup.Text(func(field string) string { return field })}
			if !slices.ContainsFunc(out, func(m sigma.Need) bool { return m.Field == n.Field }) {
				out = append(out, n)
			}
		}
	}
	return out
}
