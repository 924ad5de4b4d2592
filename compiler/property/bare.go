package property

import (
	"detc/compiler/eval"
	"detc/compiler/ir"
)

// noBareEvent decides on the meaning, not on words: where every record that is a bare launch, and says nothing else,
// makes the rule true, it asks for nothing odd.
func noBareEvent(r *Rule) string {
	if r.Where == nil {
		return ""
	}
	for _, b := range r.Bare {
		said := map[string]bool{}
		ir.Atoms(b.Where, func(a ir.Expr, _ bool) {
			for _, f := range ir.Fields(a) {
				said[f.Name] = true
			}
		})
		// Of a field that the bare event doesn't speak of, every atom is false: the event doesn't have it.
		rest := ir.Normalize(ir.Map(r.Where, func(a ir.Expr) ir.Expr {
			for _, f := range ir.Fields(a) {
				if !said[f.Name] {
					return &ir.Const{Span: a.Where()}
				}
			}
			return a
		}))
		if c, ok := rest.(*ir.Const); ok && !c.Value {
			continue
		}
		if eval.Entails(b.Where, rest) {
			return "a bare event makes it true: " + b.Text
		}
	}
	return ""
}
