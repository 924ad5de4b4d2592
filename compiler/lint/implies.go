package lint

import (
	"detc/compiler/eval"
	"detc/compiler/ir"
)

// implies says that x is true wherever y is: what ir.Implies knows of the form, and eval.Implies of the values.
// It may miss that, but never says it wrongly.
func implies(y, x ir.Expr) bool {
	y, x = bare(y), bare(x)
	if ir.Equal(y, x) || ir.Implies(y, x) {
		return true
	}
	if and, ok := y.(*ir.And); ok {
		for _, a := range and.Args {
			if implies(a, x) {
				return true
			}
		}
	}
	switch x := x.(type) {
	case *ir.And:
		for _, a := range x.Args {
			if !implies(y, a) {
				return false
			}
		}
		return len(x.Args) > 0
	case *ir.Or:
		for _, a := range x.Args {
			if implies(y, a) {
				return true
			}
		}
	case *ir.Not, *ir.Const:
	default:
		return atom(y) && eval.Implies(y, x)
	}
	return false
}

// atom says that an expression is no connective and no constant.
func atom(e ir.Expr) bool {
	switch e.(type) {
	case *ir.And, *ir.Or, *ir.Not, *ir.Named, *ir.Const:
		return false
	}
	return true
}
