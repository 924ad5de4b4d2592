package lint

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// constantClause finds lets, and parts of texts, that no event changes. That the whole condition is constant is an
// error, said when it is compiled.
func constantClause(r *Rule, l *diag.List) {
	for _, let := range r.Lets {
		if let.Expr == nil {
			continue
		}
		if c, ok := ir.Normalize(let.Expr).(*ir.Const); ok {
			l.Add(diag.ConstantClause, let.Text.Whole, "the let %q is %t whatever the event", let.Name.Value, c.Value)
			continue
		}
		constantParts(let.Expr, l)
	}
	if r.Condition == nil {
		return
	}
	if _, ok := ir.Normalize(r.Condition).(*ir.Const); !ok {
		constantParts(r.Condition, l)
	}
}

func constantParts(e ir.Expr, l *diag.List) {
	each(e, func(e ir.Expr) bool {
		if _, named := e.(*ir.Named); named {
			return false // that a let is constant is said at the let
		}
		if c, ok := ir.Normalize(e).(*ir.Const); ok {
			l.Add(diag.ConstantClause, e.Where(), "this is %t whatever the event", c.Value)
			return false
		}
		if !opposites(e, l) {
			exclusive(e, l)
		}
		return true
	})
}

// opposites finds `x && !x`, which is never true, and `x || !x`, which always is.
func opposites(e ir.Expr, l *diag.List) bool {
	_, and := e.(*ir.And)
	if _, or := e.(*ir.Or); !and && !or {
		return false
	}
	before := map[[32]byte]ir.Expr{}
	for _, a := range ir.Children(e) {
		if other := before[ir.Digest(&ir.Not{Arg: a})]; other != nil {
			l.Add(diag.ConstantClause, a.Where(), "this and its opposite stand side by side, which is %t whatever the event", !and).
				WithNote(other.Where(), "its opposite")
			return true
		}
		before[ir.Digest(a)] = a
	}
	return false
}

// exclusive finds `f == "a" && f == "b"`, which is never true of a field with one value, and `f != "a" || f != "b"`,
// which always is.
func exclusive(e ir.Expr, l *diag.List) {
	_, and := e.(*ir.And)
	if _, or := e.(*ir.Or); !and && !or {
		return
	}
	before := map[string][]*ir.Eq{}
	for _, a := range ir.Children(e) {
		a = bare(a)
		not, negated := a.(*ir.Not)
		if negated == and {
			continue
		}
		if negated {
			a = bare(not.Arg)
		}
		eq, ok := a.(*ir.Eq)
		if !ok || eq.Field.List {
			continue
		}
		for _, other := range before[eq.Field.Name] {
			if !disjoint(eq, other) {
				continue
			}
			if and {
				l.Add(diag.ConstantClause, eq.Span, "%s can't have both values at once, so this is never true", eq.Field.Name).
					WithNote(other.Span, "the other value").WithHelp("write %s in […] if either will do", eq.Field.Name)
			} else {
				l.Add(diag.ConstantClause, eq.Span, "%s always differs from one of the two, so this is always true", eq.Field.Name).
					WithNote(other.Span, "the other value").WithHelp("write !(%s in […]) if it must differ from both", eq.Field.Name)
			}
			return
		}
		before[eq.Field.Name] = append(before[eq.Field.Name], eq)
	}
}

// disjoint says that no value equals one of each.
func disjoint(a, b *ir.Eq) bool {
	if a.Field != b.Field {
		return false
	}
	for _, v := range a.Values {
		for _, w := range b.Values {
			if v == w || a.Field.Type == ir.String && (v.Text() == w.Text() || !a.Field.Cased && strings.EqualFold(v.Text(), w.Text())) {
				return false
			}
		}
	}
	return true
}
