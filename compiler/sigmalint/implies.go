package sigmalint

import (
	"strings"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// bare is an expression without the names it bears.
func bare(e ir.Expr) ir.Expr {
	for {
		n, ok := e.(*ir.Named)
		if !ok {
			return e
		}
		e = n.Arg
	}
}

// spend takes a comparison of n values with m off the budget, and says whether there was enough of it.
func (s *subject) spend(n, m int) bool {
	s.budget -= 1 + n*m/8
	return s.budget > 0
}

// implies says that x is true wherever y is. It may miss that, but never says it wrongly; out of budget it misses it.
func (s *subject) implies(y, x ir.Expr) bool {
	y, x = bare(y), bare(x)
	switch x := x.(type) {
	case *ir.And:
		for _, a := range x.Args {
			if !s.implies(y, a) {
				return false
			}
		}
		return len(x.Args) > 0
	case *ir.Const:
		return x.Value
	}
	switch y := y.(type) {
	case *ir.Or:
		for _, a := range y.Args {
			if !s.implies(a, x) {
				return false
			}
		}
		return len(y.Args) > 0
	case *ir.Const:
		return !y.Value
	}
	if or, ok := x.(*ir.Or); ok {
		for _, a := range or.Args {
			if s.implies(y, a) {
				return true
			}
		}
	}
	switch y := y.(type) {
	case *ir.And:
		for _, a := range y.Args {
			if s.implies(a, x) {
				return true
			}
		}
		return false
	case *ir.Not:
		not, ok := x.(*ir.Not)
		return ok && s.implies(not.Arg, y.Arg)
	}
	if !atom(x) || !atom(y) || !s.spend(size(y), size(x)) {
		return false
	}
	return eval.Implies(y, x)
}

// disjoint says that no event is both, where every field that is compared has one value. It may miss that, but never
// says it wrongly.
func (s *subject) disjoint(y, x ir.Expr) bool {
	y, x = bare(y), bare(x)
	switch y := y.(type) {
	case *ir.And:
		for _, a := range y.Args {
			if s.disjoint(a, x) {
				return true
			}
		}
		return false
	case *ir.Const:
		return !y.Value
	}
	switch x := x.(type) {
	case *ir.And:
		return s.disjoint(x, y)
	case *ir.Const:
		return !x.Value
	}
	for _, pair := range [2][2]ir.Expr{{y, x}, {x, y}} {
		if or, ok := pair[0].(*ir.Or); ok {
			for _, a := range or.Args {
				if !s.disjoint(a, pair[1]) {
					return false
				}
			}
			return len(or.Args) > 0
		}
	}
	if not, ok := x.(*ir.Not); ok {
		return s.implies(y, not.Arg)
	}
	if not, ok := y.(*ir.Not); ok {
		return s.implies(x, not.Arg)
	}
	return atom(x) && atom(y) && s.spend(size(y), size(x)) && apart(y, x)
}

// atom says that an expression is no connective and no constant.
func atom(e ir.Expr) bool {
	switch e.(type) {
	case *ir.And, *ir.Or, *ir.Not, *ir.Named, *ir.Const:
		return false
	}
	return true
}

// size is how many values an atom holds.
func size(e ir.Expr) int {
	switch a := e.(type) {
	case *ir.Eq:
		return len(a.Values)
	case *ir.Match:
		return len(a.Values)
	}
	return 1
}

// apart says that no one value satisfies both atoms.
func apart(y, x ir.Expr) bool {
	if a, ok := x.(*ir.Eq); ok {
		if _, ok := y.(*ir.Eq); !ok {
			return apart(a, y)
		}
	}
	switch y := y.(type) {
	case *ir.Eq:
		return equalApart(y, x)
	case *ir.Match:
		x, ok := x.(*ir.Match)
		return ok && matchApart(y, x)
	case *ir.Compare:
		x, ok := x.(*ir.Compare)
		return ok && orderApart(y, x)
	}
	return false
}

// oneField says that two atoms look at one field that has one value, in the same way.
func oneField(f, g ir.Field) bool {
	return f.Name == g.Name && f.Type == g.Type && f.Unit == g.Unit && !f.List && !g.List && f.Cased == g.Cased
}

func equalApart(y *ir.Eq, x ir.Expr) bool {
	switch x := x.(type) {
	case *ir.Eq:
		if !oneField(y.Field, x.Field) {
			return false
		}
		for _, v := range y.Values {
			for _, w := range x.Values {
				if same(v, w) {
					return false
				}
			}
		}
		return true
	case *ir.Match:
		if !oneField(y.Field, x.Field) || !x.Encoding.Plain() || !asciiAll(x.Values) {
			return false
		}
		one := *y
		for _, v := range y.Values {
			if v.Type != ir.String {
				v = ir.StringValue(v.Text())
			}
			one.Values = []ir.Value{v}
			if !ascii(v.Str) || eval.Implies(&one, x) {
				return false
			}
		}
		return true
	}
	return false
}

// same says that two literals may be equal to one value of an event; it says so of all that it can't tell apart.
func same(v, w ir.Value) bool {
	a, b := v.Text(), w.Text()
	if !ascii(a) || !ascii(b) {
		return true
	}
	if v.Type == ir.Double || w.Type == ir.Double || v.Type == ir.Timestamp || v.Type == ir.IP {
		return v.Type != w.Type || v == w
	}
	return strings.EqualFold(a, b)
}

// matchApart: no value begins in two ways, or ends in two.
func matchApart(y, x *ir.Match) bool {
	if y.Op != x.Op || y.Op != ir.Prefix && y.Op != ir.Suffix || !oneField(y.Field, x.Field) ||
		!y.Encoding.Plain() || !x.Encoding.Plain() || !asciiAll(y.Values) || !asciiAll(x.Values) {
		return false
	}
	for _, a := range y.Values {
		for _, b := range x.Values {
			n := min(len(a), len(b))
			if y.Op == ir.Prefix && strings.EqualFold(a[:n], b[:n]) || y.Op == ir.Suffix && strings.EqualFold(a[len(a)-n:], b[len(b)-n:]) {
				return false
			}
		}
	}
	return true
}

// orderApart: nothing is under one number and over a greater one.
func orderApart(y, x *ir.Compare) bool {
	if !oneField(y.Field, x.Field) || y.Value.Type != x.Value.Type {
		return false
	}
	below := func(op ir.CompareOp) bool { return op == ir.Lt || op == ir.Le }
	if below(y.Op) == below(x.Op) {
		return false
	}
	if !below(y.Op) {
		y, x = x, y
	}
	strict := y.Op == ir.Lt || x.Op == ir.Gt
	switch hi, lo := y.Value, x.Value; hi.Type {
	case ir.Int, ir.Timestamp:
		return hi.Int < lo.Int || hi.Int == lo.Int && strict
	case ir.Double:
		return hi.Float < lo.Float || hi.Float == lo.Float && strict
	}
	return false
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func asciiAll(values []string) bool {
	for _, v := range values {
		if !ascii(v) {
			return false
		}
	}
	return true
}
