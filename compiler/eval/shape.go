package eval

import (
	"slices"

	"detc/compiler/ir"
)

// A proof goes over the shape of two expressions with their negations at the atoms.
type proof struct {
	sums  map[ir.Expr][32]byte
	known map[[2]ir.Expr]bool
	steps int
}

// Bounds of a proof, against rules of thousands of clauses: it gives up beyond them.
const (
	maxSteps = 200_000 // pairs of expressions held against each other
	maxPairs = 250_000 // literals of one atom times those of another
	maxSplit = 64      // literals of an atom that is taken apart
)

// pushed is an expression with negation at the atoms only, without names.
func pushed(e ir.Expr, negated bool) ir.Expr {
	switch e := e.(type) {
	case *ir.And:
		return joined(!negated, e.Args, negated)
	case *ir.Or:
		return joined(negated, e.Args, negated)
	case *ir.Not:
		return pushed(e.Arg, !negated)
	case *ir.Named:
		return pushed(e.Arg, negated)
	case *ir.Const:
		return &ir.Const{Value: e.Value != negated}
	}
	if negated {
		return &ir.Not{Arg: e}
	}
	return e
}

func joined(all bool, args []ir.Expr, negated bool) ir.Expr {
	out := make([]ir.Expr, len(args))
	for i, a := range args {
		out[i] = pushed(a, negated)
	}
	if all {
		return &ir.And{Args: out}
	}
	return &ir.Or{Args: out}
}

func (p *proof) sum(e ir.Expr) [32]byte {
	s, ok := p.sums[e]
	if !ok {
		s = ir.Digest(e)
		p.sums[e] = s
	}
	return s
}

func (p *proof) entails(y, x ir.Expr) bool {
	pair := [2]ir.Expr{y, x}
	if v, ok := p.known[pair]; ok {
		return v
	}
	if p.steps++; p.steps > maxSteps {
		return false
	}
	v := p.shown(y, x)
	p.known[pair] = v
	return v
}

// shown takes first apart what may be taken apart at no loss: an And that must follow, an Or that is given.
func (p *proof) shown(y, x ir.Expr) bool {
	if p.sum(y) == p.sum(x) {
		return true
	}
	if c, ok := y.(*ir.Const); ok && !c.Value {
		return true
	}
	if c, ok := x.(*ir.Const); ok && c.Value {
		return true
	}
	if and, ok := x.(*ir.And); ok {
		return !slices.ContainsFunc(and.Args, func(a ir.Expr) bool { return !p.entails(y, a) })
	}
	if or, ok := y.(*ir.Or); ok {
		return !slices.ContainsFunc(or.Args, func(a ir.Expr) bool { return !p.entails(a, x) })
	}
	if and, ok := y.(*ir.And); ok && slices.ContainsFunc(and.Args, func(a ir.Expr) bool { return p.entails(a, x) }) {
		return true
	}
	if or, ok := x.(*ir.Or); ok && slices.ContainsFunc(or.Args, func(a ir.Expr) bool { return p.entails(y, a) }) {
		return true
	}
	return p.literals(y, x)
}

// literals holds atoms, or negated ones, against each other; a list is taken apart where it doesn't follow whole.
func (p *proof) literals(y, x ir.Expr) bool {
	ny, yNegated := y.(*ir.Not)
	nx, xNegated := x.(*ir.Not)
	switch {
	case yNegated && xNegated:
		if impliesBounded(nx.Arg, ny.Arg) {
			return true
		}
	case !yNegated && !xNegated && isAtom(y) && isAtom(x):
		if impliesBounded(y, x) {
			return true
		}
	}
	if yNegated {
		if parts := apart(ny.Arg); parts != nil {
			return slices.ContainsFunc(parts, func(a ir.Expr) bool { return p.entails(&ir.Not{Arg: a}, x) })
		}
	} else if parts := apart(y); parts != nil {
		return !slices.ContainsFunc(parts, func(a ir.Expr) bool { return !p.entails(a, x) })
	}
	if xNegated {
		if parts := apart(nx.Arg); parts != nil {
			return !slices.ContainsFunc(parts, func(a ir.Expr) bool { return !p.entails(y, &ir.Not{Arg: a}) })
		}
	}
	return false
}

func isAtom(e ir.Expr) bool {
	switch e.(type) {
	case *ir.And, *ir.Or, *ir.Not, *ir.Named, *ir.Const:
		return false
	}
	return true
}

// apart are the atoms of one literal each whose Or an atom with a short list is; nil where it is none.
func apart(atom ir.Expr) []ir.Expr {
	n := ir.Literals(atom)
	if n < 2 || n > maxSplit {
		return nil
	}
	out := make([]ir.Expr, n)
	for i := range n {
		out[i] = ir.WithLiterals(atom, []int{i})
	}
	return out
}

// spread is an expression with its short lists taken apart.
func spread(e ir.Expr) ir.Expr {
	return ir.Map(e, func(atom ir.Expr) ir.Expr {
		if parts := apart(atom); parts != nil && len(parts) <= maxTable {
			return &ir.Or{Args: parts}
		}
		return atom
	})
}

// impliesBounded is Implies where the atoms' lists are not too long for it. What is a subset by itself is told first.
func impliesBounded(y, x ir.Expr) bool {
	if ir.Implies(y, x) {
		return true
	}
	return (ir.Literals(y)+1)*(ir.Literals(x)+1) <= maxPairs && Implies(y, x)
}
