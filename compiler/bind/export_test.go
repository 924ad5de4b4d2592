package bind

import "detc/compiler/ir"

var SameMeaning = sameMeaning

// Exclusions are a rule on a source as the law reads it, and as it would be if what the source lacks were there where
// the rule excludes by it.
func Exclusions(r *ir.Rule, src *Source) (exact, there ir.Expr) {
	s := &specialiser{rule: r, src: src}
	return s.bind(reading{}), s.bind(reading{absentNegated: true})
}
