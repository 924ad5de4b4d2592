package bind

import "detc/compiler/ir"

// maxAtoms bounds how many atoms two expressions may have for all their answers to be gone through.
const maxAtoms = 12

// sameMeaning says that two expressions have one value whatever each of their atoms says: what ir.Equal finds by form,
// and where there are few enough atoms also what it can't, as that an argument is absorbed by another. Of many atoms
// it may miss that, so that a rule is refused that needn't be; it never says it wrongly.
func sameMeaning(a, b ir.Expr) bool {
	if ir.Equal(a, b) {
		return true
	}
	number := map[[32]byte]int{} // of each atom, by its meaning
	of := map[ir.Expr]int{}
	for _, e := range []ir.Expr{a, b} {
		ir.Atoms(e, func(atom ir.Expr, _ bool) {
			d := ir.Digest(atom)
			if _, ok := number[d]; !ok {
				number[d] = len(number)
			}
			of[atom] = number[d]
		})
	}
	if len(number) > maxAtoms {
		return false
	}
	for answers := range 1 << len(number) {
		says := func(atom ir.Expr) bool { return answers>>of[atom]&1 == 1 }
		if worth(a, says) != worth(b, says) {
			return false
		}
	}
	return true
}

// worth is the value of an expression by what its atoms say.
func worth(e ir.Expr, says func(atom ir.Expr) bool) bool {
	switch e := e.(type) {
	case *ir.And:
		for _, a := range e.Args {
			if !worth(a, says) {
				return false
			}
		}
		return true
	case *ir.Or:
		for _, a := range e.Args {
			if worth(a, says) {
				return true
			}
		}
		return false
	case *ir.Not:
		return !worth(e.Arg, says)
	case *ir.Named:
		return worth(e.Arg, says)
	case *ir.Const:
		return e.Value
	}
	return says(e)
}
