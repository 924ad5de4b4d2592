package eval

import (
	"math"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"detc/compiler/ir"
)

// Implies says of two atoms that x is true of every event that y is true of. It may miss that, but never says it
// wrongly. What it knows holds for each value of a field by itself, so it holds for a field with several.
func Implies(y, x ir.Expr) bool {
	if has, ok := x.(*ir.Exists); ok {
		return slices.ContainsFunc(ir.Fields(y), func(f ir.Field) bool { return f.Name == has.Field.Name })
	}
	fy, fx := ir.Fields(y), ir.Fields(x)
	if len(fy) != 1 || len(fx) != 1 || fy[0].Name != fx[0].Name || fy[0].Type != fx[0].Type || fy[0].Unit != fx[0].Unit {
		return false
	}
	switch y := y.(type) {
	case *ir.Eq:
		return !slices.ContainsFunc(y.Values, func(v ir.Value) bool { return !accepts(x, v, y.Field.Cased) })
	case *ir.Match:
		x, ok := x.(*ir.Match)
		return ok && impliesMatch(y, x)
	case *ir.Cidr:
		x, ok := x.(*ir.Cidr)
		return ok && !slices.ContainsFunc(y.Nets, func(n netip.Prefix) bool { return !inside(n, x.Nets) })
	case *ir.Compare:
		x, ok := x.(*ir.Compare)
		return ok && impliesOrder(y, x)
	case *ir.InSet:
		x, ok := x.(*ir.InSet)
		return ok && x.Table == y.Table && x.Version == y.Version && (y.Field.Cased || !x.Field.Cased)
	case *ir.TimePart:
		x, ok := x.(*ir.TimePart)
		return ok && x.Part == y.Part && !slices.ContainsFunc(y.Values, func(v int) bool { return !slices.Contains(x.Values, v) })
	case *ir.Regex:
		x, ok := x.(*ir.Regex)
		return ok && !slices.ContainsFunc(y.Patterns, func(p string) bool { return !slices.Contains(x.Patterns, p) })
	}
	return false
}

// accepts says that x is true of every value that is equal to v. A text compared without case is equal to several: of
// ASCII alone, x must fold as that comparison does.
func accepts(x ir.Expr, v ir.Value, cased bool) bool {
	f := ir.Fields(x)[0]
	if f.Type == ir.String {
		v = ir.StringValue(v.Text())
	}
	if v.Type == ir.String && !cased {
		var texts []string
		switch x := x.(type) {
		case *ir.Eq:
			for _, w := range x.Values {
				texts = append(texts, w.Text())
			}
		case *ir.Match:
			if !x.Encoding.Plain() {
				return false
			}
			texts = x.Values
		default:
			return false
		}
		if f.Cased || !ascii(v.Str) || slices.ContainsFunc(texts, func(s string) bool { return !ascii(s) }) {
			return false
		}
	}
	if _, table := x.(*ir.InSet); table {
		return false
	}
	return Match(x, single{f.Name, v}, nil)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// impliesMatch: what contains "stop now" contains "stop"; what begins with it contains it.
func impliesMatch(y, x *ir.Match) bool {
	if y.Encoding != x.Encoding {
		return false
	}
	if !y.Field.Cased && x.Field.Cased {
		return false
	}
	part := func(a string) bool {
		return slices.ContainsFunc(x.Values, func(b string) bool {
			if y.Op == x.Op && y.Field.Cased == x.Field.Cased && a == b {
				return true
			}
			if !y.Encoding.Plain() || y.Op == ir.Glob || x.Op == ir.Glob || !ascii(a) || !ascii(b) {
				return false
			}
			if !x.Field.Cased {
				a, b = strings.ToLower(a), strings.ToLower(b)
			}
			switch {
			case x.Op == ir.Contains:
				return strings.Contains(a, b)
			case x.Op == ir.Prefix && y.Op == ir.Prefix:
				return strings.HasPrefix(a, b)
			case x.Op == ir.Suffix && y.Op == ir.Suffix:
				return strings.HasSuffix(a, b)
			}
			return false
		})
	}
	return !slices.ContainsFunc(y.Values, func(a string) bool { return !part(a) })
}

// inside says that one of the networks holds all of n.
func inside(n netip.Prefix, nets []netip.Prefix) bool {
	return slices.ContainsFunc(nets, func(m netip.Prefix) bool { return m.Bits() <= n.Bits() && m.Contains(n.Addr()) })
}

// impliesOrder compares two half-lines that open to the same side.
func impliesOrder(y, x *ir.Compare) bool {
	below := func(op ir.CompareOp) bool { return op == ir.Lt || op == ir.Le }
	if below(y.Op) != below(x.Op) {
		return false
	}
	strict := func(op ir.CompareOp) bool { return op == ir.Lt || op == ir.Gt }
	v, w := y.Value, x.Value
	if y.Field.Type == ir.Double {
		if math.IsNaN(v.Float) || math.IsNaN(w.Float) {
			return false
		}
		return v.Float == w.Float && (strict(y.Op) || !strict(x.Op)) || v.Float != w.Float && (v.Float < w.Float) == below(y.Op)
	}
	return v.Int == w.Int && (strict(y.Op) || !strict(x.Op)) || v.Int != w.Int && (v.Int < w.Int) == below(y.Op)
}

// single is an event of one field with one value.
type single struct {
	name  string
	value ir.Value
}

func (s single) Get(f ir.Field) ([]ir.Value, bool) {
	if f.Name == s.name {
		return []ir.Value{s.value}, true
	}
	return nil, false
}

func (s single) Texts(f func(string) bool) bool { return f(s.value.Text()) }
