package ir

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"detc/compiler/source"
)

// Normalize is an expression of the same meaning without what is said twice or says nothing:
//
//   - constants are folded (so is an atom with no values: false), double negation is dropped, an And in an And and an
//     Or in an Or are flattened, an And or Or of one is that one;
//   - of arguments that say the same the first stays, whatever their names;
//   - atoms of one field and operator that an Or joins become one atom with a list, at the place of the first; a list
//     is sorted and holds a value once (spelled as it first was, where case folds), a network once and masked;
//   - a pattern whose only wildcards are * at its ends is a text that is contained, begins, ends or is the whole.
//
// Beyond that the author's order and shape stay, so that what is emitted can be recognised. A Named keeps its argument
// apart from its neighbours: nothing is merged or flattened across it. Named in Named keeps the outer name; the name
// of a constant is dropped.
//
// A merged atom's span reaches from the first to the last of its atoms, and a constant's span is the part that decided.
// The input is left as it is, but may share nodes with the result. The time is n log n in the size of the input.
func Normalize(e Expr) Expr {
	p := &pass{}
	return p.build(p.simplify(e, false)).expr
}

// A pass normalises, for the author's eyes or into the canonical form.
//
// It goes over the expression twice. simplify folds constants and negations, so that build finds all that it can
// flatten standing directly inside each other. What build still has to splice after the fact is an argument that
// remained of several equal ones, which costs no more than the copies that fell away: together they stay linear.
type pass struct {
	canonical bool
	buf       []byte // scratch
}

// simplify folds constants and drops double negation. In the canonical form it pushes negation down to the atoms and
// drops names; only there is neg ever true.
func (p *pass) simplify(e Expr, neg bool) Expr {
	switch e := e.(type) {
	case *And:
		return p.join(!neg, e.Args, neg, e.Span)
	case *Or:
		return p.join(neg, e.Args, neg, e.Span)
	case *Not:
		if p.canonical {
			return p.simplify(e.Arg, !neg)
		}
		switch arg := p.simplify(e.Arg, false).(type) {
		case *Const:
			return &Const{!arg.Value, arg.Span}
		case *Not:
			return arg.Arg
		default:
			return &Not{arg, e.Span}
		}
	case *Named:
		arg := p.simplify(e.Arg, neg)
		if _, ok := arg.(*Const); ok || p.canonical {
			return arg
		}
		return &Named{e.Name, arg, e.Span}
	case *Const:
		return &Const{e.Value != neg, e.Span}
	}
	if m, ok := e.(*Match); ok && m.Op == Glob {
		if placed := m.place(); placed != e {
			return p.simplify(placed, neg)
		}
	}
	if holdsNothing(e) {
		return &Const{neg, e.Where()}
	}
	if neg {
		return &Not{e, e.Where()}
	}
	return e
}

// join makes an And (all) or an Or of the simplified arguments.
func (p *pass) join(all bool, args []Expr, neg bool, span source.Span) Expr {
	out := make([]Expr, 0, len(args))
	for _, a := range args {
		a = p.simplify(a, neg)
		if c, ok := a.(*Const); !ok {
			out = append(out, a)
		} else if c.Value != all {
			return c
		}
	}
	switch len(out) {
	case 0:
		return &Const{all, span}
	case 1:
		return out[0]
	}
	return connect(all, out, span)
}

func connect(all bool, args []Expr, span source.Span) Expr {
	if all {
		return &And{args, span}
	}
	return &Or{args, span}
}

// holdsNothing says that an atom's list of values is empty.
func holdsNothing(e Expr) bool {
	switch a := e.(type) {
	case *Eq:
		return len(a.Values) == 0
	case *Match:
		return len(a.Values) == 0
	case *Regex:
		return len(a.Patterns) == 0
	case *Cidr:
		return len(a.Nets) == 0
	case *TimePart:
		return len(a.Values) == 0
	case *Keyword:
		return len(a.Values) == 0
	}
	return false
}

// A node is a normalised expression with what its parent needs of it.
type node struct {
	expr    Expr
	kids    []node // of an And, an Or or a Not
	sum     sum
	atom    *parts      // of an atom; in the canonical form also of a negated one
	negated bool        // the atom is negated
	rebuild bool        // the atom's list may differ from the one in expr
	span    source.Span // of the atom
}

func (p *pass) build(e Expr) node {
	switch e := e.(type) {
	case *And:
		return p.connective(true, e.Args, e.Span)
	case *Or:
		return p.connective(false, e.Args, e.Span)
	case *Not:
		if p.canonical {
			break // of an atom
		}
		arg := p.build(e.Arg)
		if _, ok := arg.expr.(*Not); ok {
			return arg.kids[0]
		}
		return node{expr: &Not{arg.expr, e.Span}, kids: []node{arg}, sum: p.sumOf(kindNot, arg.sum)}
	case *Named:
		arg := p.build(e.Arg)
		if inner, ok := arg.expr.(*Named); ok {
			arg.expr = inner.Arg
		}
		return node{expr: &Named{e.Name, arg.expr, e.Span}, sum: arg.sum}
	case *Const:
		return node{expr: e, sum: p.sumOf(kindConst, sum{truth(e.Value)})}
	}
	n := leaf(e)
	p.finish(&n)
	return n
}

// connective builds an And (all) or an Or.
func (p *pass) connective(all bool, args []Expr, span source.Span) node {
	kids := p.merge(all, p.gather(all, args, make([]node, 0, len(args))))
	seen := make(map[sum]bool, len(kids))
	kids = slices.DeleteFunc(kids, func(n node) bool {
		if seen[n.sum] {
			return true
		}
		seen[n.sum] = true
		return false
	})
	if len(kids) == 1 {
		return kids[0]
	}
	exprs, sums := make([]Expr, len(kids)), make([]sum, len(kids))
	for i, n := range kids {
		exprs[i], sums[i] = n.expr, n.sum
	}
	slices.SortFunc(sums, func(a, b sum) int { return bytes.Compare(a[:], b[:]) })
	kind := kindOr
	if all {
		kind = kindAnd
	}
	return node{expr: connect(all, exprs, span), kids: kids, sum: p.sumOf(kind, sums...)}
}

// gather builds the arguments, those of a connective of the same kind in its stead. Atoms are left unfinished.
func (p *pass) gather(all bool, args []Expr, out []node) []node {
	for _, a := range args {
		switch a := a.(type) {
		case *And:
			if all {
				out = p.gather(all, a.Args, out)
				continue
			}
		case *Or:
			if !all {
				out = p.gather(all, a.Args, out)
				continue
			}
		case *Not:
			if p.canonical {
				out = append(out, leaf(a))
				continue
			}
		case *Named, *Const:
		default:
			out = append(out, leaf(a))
			continue
		}
		n := p.build(a)
		if same(all, n.expr) {
			out = append(out, n.kids...)
		} else {
			out = append(out, n)
		}
	}
	return out
}

func same(all bool, e Expr) bool {
	switch e.(type) {
	case *And:
		return all
	case *Or:
		return !all
	}
	return false
}

// leaf takes an atom, or a negated one, apart. It has no sum before finish.
func leaf(e Expr) node {
	n := node{expr: e, span: e.Where()}
	if not, ok := e.(*Not); ok {
		n.negated, e = true, not.Arg
	}
	atom := VisitAtom(e, AtomVisitor[parts](apart{}))
	n.atom = &atom
	n.rebuild = atom.list && (len(atom.lits) > 1 || atom.head.kind == kindCidr)
	return n
}

// merge makes one atom of those with one head whose lists add up: the positive ones of an Or, the negated ones of an
// And (which only the canonical form has). It finishes all atoms.
func (p *pass) merge(all bool, kids []node) []node {
	first := make(map[head]int)
	out := kids[:0]
	for _, n := range kids {
		if n.atom != nil && n.atom.list && n.negated == all {
			if at, ok := first[n.atom.head]; ok {
				to := &out[at]
				to.atom.lits = append(to.atom.lits, n.atom.lits...)
				to.span = cover(to.span, n.span)
				to.rebuild = true
				continue
			}
			first[n.atom.head] = len(out)
		}
		out = append(out, n)
	}
	for i := range out {
		if out[i].atom != nil {
			p.finish(&out[i])
		}
	}
	return out
}

// cover is the stretch from one span to another of the same file; of two files the first span.
func cover(a, b source.Span) source.Span {
	if a.File == b.File {
		a.Start, a.End = min(a.Start, b.Start), max(a.End, b.End)
	}
	return a
}

// finish tidies an atom's list, puts the atom together where that changed it, and sums it up.
func (p *pass) finish(n *node) {
	if n.rebuild {
		n.atom.tidy()
		n.expr = n.atom.atom(n.span)
		if n.negated {
			n.expr = &Not{n.expr, n.span}
		}
	}
	p.buf = n.atom.appendTo(p.buf[:0])
	n.sum = sha256.Sum256(p.buf)
	if n.negated {
		n.sum = p.sumOf(kindNot, n.sum)
	}
}

// sumOf sums up a connective.
func (p *pass) sumOf(kind uint8, args ...sum) sum {
	p.buf = append(p.buf[:0], kind)
	for _, a := range args {
		p.buf = append(p.buf, a[:]...)
	}
	return sha256.Sum256(p.buf)
}
