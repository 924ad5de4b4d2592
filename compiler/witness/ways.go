package witness

import "detc/compiler/ir"

// A literal is an atom with the verdict that it must have.
type literal struct {
	atom int // in the solver's list
	want bool
}

// maxWays bounds the ways of making an expression true, or an atom decide, that are tried.
const maxWays = 64

// A walk goes through the ways: sets of literals of which each makes the expression what is wanted. It stops when found
// says true, or when there were too many.
type walk struct {
	index  func(ir.Expr) int
	banned int // an atom that must stay free; -1 is none
	target int
	steps  int
	tried  int
	found  func([]literal) bool
}

// maxSteps bounds what a walk looks at where nearly all ways contradict themselves.
const maxSteps = 20_000

// ways calls found with sets of literals that make the expression what is wanted, until it says true. It gives the
// number of calls.
func (s *solver) ways(want bool, found func([]literal) bool) int {
	w := &walk{index: s.index, banned: -1, found: found}
	w.lits(s.expr, want, nil, w.try)
	return w.tried
}

// pivots calls found with sets of literals under which the atom alone decides, until it says true: beside it in an And
// all is true, in an Or all is false. It gives the number of calls, and whether it looked at all ways.
func (s *solver) pivots(atom int, found func([]literal) bool) (tried int, all bool) {
	w := &walk{index: s.index, banned: atom, target: atom, found: found}
	w.crit(s.expr, nil, w.try)
	return w.tried, w.steps <= maxSteps
}

func (w *walk) try(l []literal) bool {
	w.tried++
	return !w.found(l) && w.tried < maxWays
}

// lits goes on with every set of literals that makes e what is wanted, on top of those given. It says whether to go on
// at all.
func (w *walk) lits(e ir.Expr, want bool, acc []literal, next func([]literal) bool) bool {
	if w.steps++; w.steps > maxSteps {
		return false
	}
	switch e := e.(type) {
	case *ir.And:
		return w.several(e.Args, want, want, acc, next)
	case *ir.Or:
		return w.several(e.Args, want, !want, acc, next)
	case *ir.Not:
		return w.lits(e.Arg, !want, acc, next)
	case *ir.Named:
		return w.lits(e.Arg, want, acc, next)
	case *ir.Const:
		return e.Value != want || next(acc)
	}
	i := w.index(e)
	if i == w.banned {
		return true
	}
	for _, l := range acc {
		if l.atom == i {
			return l.want != want || next(acc)
		}
	}
	return next(append(acc[:len(acc):len(acc)], literal{i, want}))
}

// several makes all of the arguments, or one of them, what is wanted.
func (w *walk) several(args []ir.Expr, want, all bool, acc []literal, next func([]literal) bool) bool {
	if !all {
		for _, a := range args {
			if !w.lits(a, want, acc, next) {
				return false
			}
		}
		return true
	}
	if len(args) == 0 {
		return next(acc)
	}
	return w.lits(args[0], want, acc, func(acc []literal) bool { return w.several(args[1:], want, all, acc, next) })
}

// crit goes on with every set of literals under which e is what the target is, or its opposite.
func (w *walk) crit(e ir.Expr, acc []literal, next func([]literal) bool) bool {
	if w.steps++; w.steps > maxSteps {
		return false
	}
	switch e := e.(type) {
	case *ir.And:
		return w.beside(e.Args, true, acc, next)
	case *ir.Or:
		return w.beside(e.Args, false, acc, next)
	case *ir.Not:
		return w.crit(e.Arg, acc, next)
	case *ir.Named:
		return w.crit(e.Arg, acc, next)
	case *ir.Const:
		return true
	}
	return w.index(e) != w.target || next(acc)
}

func (w *walk) beside(args []ir.Expr, want bool, acc []literal, next func([]literal) bool) bool {
	for i, a := range args {
		if !w.holds(a) {
			continue
		}
		others := append(args[:i:i], args[i+1:]...)
		if !w.several(others, want, true, acc, func(acc []literal) bool { return w.crit(a, acc, next) }) {
			return false
		}
	}
	return true
}

// holds says that the target stands in e.
func (w *walk) holds(e ir.Expr) bool {
	found := false
	ir.Atoms(e, func(a ir.Expr, _ bool) { found = found || w.index(a) == w.target })
	return found
}
