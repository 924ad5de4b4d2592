package evidence

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"detc/compiler/ir"
)

// unlike is a text that no log holds: a character of the private use area stands in it.
const unlike = "unlike any other \uE0F3"

// unlikeIP is of the addresses set aside for documentation (RFC 3849), at a place that nobody writes an example from.
var unlikeIP = netip.MustParseAddr("2001:db8:dead:beef:5a5a::e0f3")

func (m *mutator) operator(e ir.Expr, at place) {
	switch a := e.(type) {
	case *ir.Eq:
		if a.Field.Type != ir.String || m.enum(a.Field.Name) != nil {
			return
		}
		texts := make([]string, len(a.Values))
		for i, v := range a.Values {
			texts[i] = v.Text()
		}
		m.add(e, at, &ir.Match{Field: a.Field, Op: ir.Contains, Values: texts, Span: a.Span}, "== becomes contains")
	case *ir.Match:
		if a.Encoding.Plain() && a.Op != ir.Glob && m.enum(a.Field.Name) == nil {
			m.placeOf(a, at)
		}
	case *ir.Compare:
		strict := map[ir.CompareOp]ir.CompareOp{ir.Lt: ir.Le, ir.Le: ir.Lt, ir.Gt: ir.Ge, ir.Ge: ir.Gt}[a.Op]
		turned := map[ir.CompareOp]ir.CompareOp{ir.Lt: ir.Gt, ir.Le: ir.Ge, ir.Gt: ir.Lt, ir.Ge: ir.Le}[a.Op]
		for _, op := range []ir.CompareOp{strict, turned} {
			c := *a
			c.Op = op
			m.add(e, at, &c, fmt.Sprintf("%s becomes %s", a.Op, op))
		}
	}
}

// placeOf looks for the values elsewhere: a value anywhere in the text, at one end, or the whole of it.
func (m *mutator) placeOf(a *ir.Match, at place) {
	others := map[ir.MatchOp][]ir.MatchOp{ir.Contains: {ir.Prefix, ir.Suffix}, ir.Prefix: {ir.Contains}, ir.Suffix: {ir.Contains}}
	for _, op := range others[a.Op] {
		c := *a
		c.Op = op
		m.add(a, at, &c, fmt.Sprintf("%s becomes %s", a.Op, op))
	}
	whole := &ir.Eq{Field: a.Field, Span: a.Span}
	for _, v := range a.Values {
		whole.Values = append(whole.Values, ir.StringValue(v))
	}
	m.add(a, at, whole, fmt.Sprintf("%s becomes ==", a.Op))
}

// valueDropped leaves each value of a list out.
func (m *mutator) valueDropped(e ir.Expr, at place) {
	n, text := atomValues(e)
	if n < 2 {
		return
	}
	for i := range n {
		m.add(e, at, without(e, i), text(i)+" is left out of the list")
	}
}

// atomValues are how many values an atom lists, and each as text.
func atomValues(e ir.Expr) (int, func(i int) string) {
	quoted := func(list []string) func(int) string { return func(i int) string { return strconv.Quote(list[i]) } }
	switch a := e.(type) {
	case *ir.Eq:
		return len(a.Values), func(i int) string {
			if a.Values[i].Type == ir.String {
				return strconv.Quote(a.Values[i].Str)
			}
			return a.Values[i].Text()
		}
	case *ir.Match:
		return len(a.Values), quoted(a.Values)
	case *ir.Regex:
		return len(a.Patterns), quoted(a.Patterns)
	case *ir.Keyword:
		return len(a.Values), quoted(a.Values)
	case *ir.Cidr:
		return len(a.Nets), func(i int) string { return a.Nets[i].String() }
	case *ir.TimePart:
		return len(a.Values), func(i int) string { return strconv.Itoa(a.Values[i]) }
	}
	return 0, nil
}

// valueOf is the i-th text that an atom asks for.
func valueOf(e ir.Expr, i int) string {
	switch a := e.(type) {
	case *ir.Eq:
		return a.Values[i].Text()
	case *ir.Match:
		return a.Values[i]
	}
	return unlike
}

func without(e ir.Expr, i int) ir.Expr {
	switch a := e.(type) {
	case *ir.Eq:
		c := *a
		c.Values = cut(a.Values, i)
		return &c
	case *ir.Match:
		c := *a
		c.Values = cut(a.Values, i)
		return &c
	case *ir.Regex:
		c := *a
		c.Patterns = cut(a.Patterns, i)
		return &c
	case *ir.Keyword:
		c := *a
		c.Values = cut(a.Values, i)
		return &c
	case *ir.Cidr:
		c := *a
		c.Nets = cut(a.Nets, i)
		return &c
	case *ir.TimePart:
		c := *a
		c.Values = cut(a.Values, i)
		return &c
	}
	return e
}

func cut[T any](list []T, i int) []T { return slices.Concat(list[:i:i], list[i+1:]) }

// value makes an atom with one value ask for another that no event has; of a list, leaving a value out says as much.
func (m *mutator) value(e ir.Expr, at place) {
	n, text := atomValues(e)
	if n != 1 {
		return
	}
	switch a := e.(type) {
	case *ir.Eq:
		v := a.Values[0]
		switch v.Type {
		case ir.String:
			v = ir.StringValue(unlike)
		case ir.Bool:
			v.Bool = !v.Bool
		case ir.IP:
			v = ir.IPValue(unlikeIP)
		case ir.Double:
			v.Float = -math.MaxFloat64
		default:
			v.Int = math.MinInt64
		}
		c := *a
		c.Values = []ir.Value{v}
		if v.Type == ir.Bool {
			m.add(e, at, &c, text(0)+" becomes "+v.Text())
			return
		}
		m.add(e, at, &c, text(0)+" becomes a value unlike any")
	case *ir.Match:
		c := *a
		c.Values = []string{unlike}
		m.add(e, at, &c, text(0)+" becomes a text unlike any")
	case *ir.Regex:
		c := *a
		c.Patterns = []string{"^" + unlike + "$"}
		m.add(e, at, &c, text(0)+" becomes a pattern that finds nothing")
	case *ir.Keyword:
		c := *a
		c.Values = []string{unlike}
		m.add(e, at, &c, text(0)+" becomes a text unlike any")
	case *ir.Cidr:
		c := *a
		c.Nets = []netip.Prefix{netip.PrefixFrom(unlikeIP, unlikeIP.BitLen())}
		m.add(e, at, &c, text(0)+" becomes a network that nobody is in")
	}
}

// letterCase turns the collation of a text round, where there are letters that it matters to.
func (m *mutator) letterCase(e ir.Expr, at place) {
	if a, ok := e.(*ir.Regex); ok {
		m.regexCase(a, at)
		return
	}
	fields := ir.Fields(e)
	if len(fields) == 0 || fields[0].Type != ir.String || m.enum(fields[0].Name) != nil {
		return
	}
	f := fields[0]
	f.Cased = !f.Cased
	var x ir.Expr
	switch a := e.(type) {
	case *ir.Eq:
		if !slices.ContainsFunc(a.Values, func(v ir.Value) bool { return hasLetters(v.Text()) }) {
			return
		}
		x = ir.WithField(e, f)
	case *ir.Match:
		if a.Encoding.Wide != ir.UTF8 || a.Encoding.Base64 != ir.NoBase64 || !slices.ContainsFunc(a.Values, hasLetters) {
			return
		}
		x = ir.WithField(e, f)
	case *ir.InSet:
		x = ir.WithField(e, f)
	case *ir.FieldEq:
		c := *a
		c.Field.Cased, c.Other.Cased = f.Cased, f.Cased
		x = &c
	default:
		return
	}
	fault := "is compared without case"
	if f.Cased {
		fault = "is compared with case"
	}
	m.add(e, at, x, fault)
}

func hasLetters(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.SimpleFold(r) != r })
}

// regexCase puts a leading (?i) before patterns, or takes it away.
func (m *mutator) regexCase(a *ir.Regex, at place) {
	c := *a
	c.Patterns = nil
	fault := "is searched without case"
	for _, p := range a.Patterns {
		if rest, is := strings.CutPrefix(p, "(?i)"); is {
			c.Patterns, fault = append(c.Patterns, rest), "is searched with case"
		} else {
			c.Patterns = append(c.Patterns, "(?i)"+p)
		}
	}
	if slices.ContainsFunc(a.Patterns, hasLetters) {
		m.add(a, at, &c, fault)
	}
}

// bound moves the edges of orders, parts of times and networks. Of an order over whole numbers one of the two moves is
// what making it strict comes to, which `operator` has done.
func (m *mutator) bound(e ir.Expr, at place) {
	switch a := e.(type) {
	case *ir.Compare:
		for _, step := range []int64{-1, 1} {
			whole := a.Field.Type != ir.Double
			if whole && (step > 0) == (a.Op == ir.Lt || a.Op == ir.Ge) || step < 0 && a.Value.Int == math.MinInt64 || step > 0 && a.Value.Int == math.MaxInt64 {
				continue
			}
			c := *a
			c.Value.Float += float64(step)
			c.Value.Int += step
			if a.Field.Type == ir.Double {
				c.Value.Int = 0
			} else {
				c.Value.Float = 0
			}
			m.add(e, at, &c, a.Value.Text()+" becomes "+c.Value.Text())
		}
	case *ir.TimePart:
		if len(a.Values) == 1 {
			for _, step := range []int{-1, 1} {
				c := *a
				c.Values = []int{a.Values[0] + step}
				m.add(e, at, &c, fmt.Sprintf("%d becomes %d", a.Values[0], c.Values[0]))
			}
		}
	case *ir.Cidr:
		for i, n := range a.Nets {
			for _, bits := range []int{n.Bits() - 1, n.Bits() + 1} {
				if bits < 0 || bits > n.Addr().BitLen() {
					continue
				}
				c := *a
				c.Nets = slices.Clone(a.Nets)
				c.Nets[i] = netip.PrefixFrom(n.Addr(), bits).Masked()
				m.add(e, at, &c, n.String()+" becomes "+c.Nets[i].String())
			}
		}
	}
}
