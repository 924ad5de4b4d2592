package lint

import (
	"cmp"
	"net/netip"
	"strings"

	"detc/compiler/ir"
)

// implies says that x is true wherever y is: what ir.Implies knows, and what follows from texts, bounds and networks.
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
	case *ir.Match:
		return impliesMatch(y, x)
	case *ir.Compare:
		y, ok := y.(*ir.Compare)
		return ok && y.Field == x.Field && impliesBound(y, x)
	case *ir.Cidr:
		y, ok := y.(*ir.Cidr)
		return ok && y.Field == x.Field && within(y.Nets, x.Nets)
	}
	return false
}

// impliesMatch: what begins with "abc" contains "ab".
func impliesMatch(y ir.Expr, x *ir.Match) bool {
	if x.Encoding != ir.Plain || x.Op == ir.Glob {
		return false
	}
	var values []string
	op := ir.Glob
	switch y := y.(type) {
	case *ir.Eq:
		if y.Field != x.Field {
			return false
		}
		for _, v := range y.Values {
			values = append(values, v.Str)
		}
	case *ir.Match:
		if y.Field != x.Field || y.Encoding != ir.Plain || y.Op == ir.Glob || y.Op != x.Op && x.Op != ir.Contains {
			return false
		}
		values, op = y.Values, y.Op
	default:
		return false
	}
	for _, long := range values {
		found := false
		for _, short := range x.Values {
			found = found || part(x.Field, x.Op, op, long, short)
		}
		if !found {
			return false
		}
	}
	return len(values) > 0
}

// part says that what is, begins with, ends with or contains the one text does so with the other. Each literal is
// compared in a fold of its own; where the two differ nothing is said.
func part(f ir.Field, want, have ir.MatchOp, long, short string) bool {
	mode, long := f.Folder(long)
	other, short := f.Folder(short)
	if mode != other {
		return false
	}
	switch want {
	case ir.Prefix:
		return strings.HasPrefix(long, short)
	case ir.Suffix:
		return strings.HasSuffix(long, short)
	}
	return strings.Contains(long, short)
}

// impliesBound: what is above 5 is above 3.
func impliesBound(y, x *ir.Compare) bool {
	if y.Value.Type != x.Value.Type {
		return false
	}
	c := cmp.Or(cmp.Compare(y.Value.Int, x.Value.Int), cmp.Compare(y.Value.Float, x.Value.Float))
	switch x.Op {
	case ir.Lt:
		return y.Op == ir.Lt && c <= 0 || y.Op == ir.Le && c < 0
	case ir.Le:
		return (y.Op == ir.Lt || y.Op == ir.Le) && c <= 0
	case ir.Gt:
		return y.Op == ir.Gt && c >= 0 || y.Op == ir.Ge && c > 0
	default:
		return (y.Op == ir.Gt || y.Op == ir.Ge) && c >= 0
	}
}

// within says that each network lies in one of the others.
func within(inner, outer []netip.Prefix) bool {
	for _, i := range inner {
		found := false
		for _, o := range outer {
			found = found || o.Bits() <= i.Bits() && o.Contains(i.Addr())
		}
		if !found {
			return false
		}
	}
	return len(inner) > 0
}
