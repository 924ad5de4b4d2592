package witness

import (
	"math"
	"net/netip"
	"time"

	"detc/compiler/ir"
)

// asked are values of which an atom is meant to be true: one for each of its literals.
func asked(a ir.Expr, f ir.Field) (out []value) {
	const what = "what is asked for"
	switch a := a.(type) {
	case *ir.Eq:
		for _, v := range first(a.Values) {
			out = append(out, value{asType(v, f), what})
		}
	case *ir.Match:
		for _, w := range first(a.Values) {
			out = append(out, value{ir.StringValue(examples(a, w)[0]), what})
		}
	case *ir.Regex:
		for _, p := range first(a.Patterns) {
			for _, s := range regexExamples(p, 1) {
				out = append(out, value{ir.StringValue(s), what})
			}
		}
	case *ir.Cidr:
		for _, n := range first(a.Nets) {
			out = append(out, value{ir.IPValue(unmapped(n).Addr()), "first address of the network"})
		}
	case *ir.Compare:
		if a.Op == ir.Le || a.Op == ir.Ge {
			return []value{{a.Value, "boundary"}}
		}
		return nearby(a.Value, f)
	case *ir.TimePart:
		for _, n := range a.Values {
			if t, ok := setPart(noon, a.Part, n); ok {
				out = append(out, value{ir.TimeValue(t), what})
			}
		}
	}
	return out
}

// maxAsked bounds the literals of one atom that values are made of: lists of thousands are all of one kind.
const maxAsked = 400

// first is what of a list stands before the bound.
func first[T any](list []T) []T { return list[:min(len(list), maxAsked)] }

// values are values around what an atom asks for, where a mistake would show.
func values(a ir.Expr, f ir.Field) (out []value) {
	switch a := a.(type) {
	case *ir.Eq:
		for _, v := range few(a.Values) {
			v = asType(v, f)
			out = append(out, value{v, "what is asked for"})
			if v.Type == ir.String {
				out = append(out, around(v.Str)...)
			} else {
				out = append(out, nearby(v, f)...)
			}
		}
	case *ir.Match:
		for _, w := range few(a.Values) {
			texts := examples(a, w)
			if a.Encoding.Dash { // every dash before anything else of one of them
				for _, s := range texts[:min(len(texts), len(dashes)+1)] {
					out = append(out, value{ir.StringValue(s), "another dash"})
				}
			}
			for _, s := range texts {
				out = append(out, value{ir.StringValue(s), "what is asked for"})
				out = append(out, around(s)...)
			}
			out = append(out, value{ir.StringValue(w), "the text of the rule itself"})
		}
	case *ir.Regex:
		for _, p := range few(a.Patterns) {
			for _, s := range regexExamples(p, 8) {
				out = append(out, value{ir.StringValue(s), "what is asked for"})
				out = append(out, around(s)...)
			}
			out = append(out, value{ir.StringValue(p), "the text of the rule itself"})
		}
	case *ir.Cidr:
		for _, n := range few(a.Nets) {
			out = append(out, edges(unmapped(n))...)
		}
	case *ir.Compare:
		out = append(out, value{a.Value, "boundary"})
		out = append(out, nearby(a.Value, f)...)
	case *ir.TimePart:
		for _, n := range few(a.Values) {
			out = append(out, partEdges(a.Part, n)...)
		}
	case *ir.Keyword:
		for _, w := range few(a.Values) {
			texts := []string{w}
			if a.Op == ir.Glob {
				texts = globExamples(w)
			}
			for _, s := range texts {
				out = append(out, value{ir.StringValue(s), "what is asked for"})
				out = append(out, around(s)...)
			}
		}
	}
	return out
}

// asType is what a field of strings has where a literal of another type is asked for: its text.
func asType(v ir.Value, f ir.Field) ir.Value {
	if f.Type == ir.String {
		return ir.StringValue(v.Text())
	}
	return v
}

// few is the first and last of a long list.
func few[T any](list []T) []T {
	const most = 8
	if len(list) <= most {
		return list
	}
	return append(list[:most-1:most-1], list[len(list)-1])
}

// nearby is the values next to one, in the type's own steps.
func nearby(v ir.Value, f ir.Field) (out []value) {
	const what = "boundary"
	switch v.Type {
	case ir.Int:
		if v.Int < math.MaxInt64 {
			out = append(out, value{ir.IntValue(v.Int + 1), what})
		}
		if v.Int > math.MinInt64 {
			out = append(out, value{ir.IntValue(v.Int - 1), what})
		}
		out = append(out, value{ir.IntValue(-v.Int), "the other sign"})
	case ir.Double:
		for _, d := range []float64{math.Nextafter(v.Float, math.Inf(1)), math.Nextafter(v.Float, math.Inf(-1)), v.Float + 1, v.Float - 1, -v.Float} {
			if !math.IsInf(d, 0) {
				out = append(out, value{ir.DoubleValue(d), what})
			}
		}
	case ir.Bool:
		out = append(out, value{ir.BoolValue(!v.Bool), "the opposite"})
	case ir.IP:
		for _, a := range []netip.Addr{v.IP.Next(), v.IP.Prev()} {
			if a.IsValid() {
				out = append(out, value{ir.IPValue(a), "the next address"})
			}
		}
	case ir.Timestamp:
		step := int64(f.Unit)
		if step == 0 {
			step = int64(time.Millisecond)
		}
		for _, d := range []int64{step, -step, int64(time.Second), -int64(time.Second)} {
			if t := v.Int + d; (t > v.Int) == (d > 0) {
				out = append(out, value{ir.Value{Type: ir.Timestamp, Int: t}, what})
			}
		}
	}
	return out
}

// edges are the first and last address of a network and their neighbours outside; beside a network of IPv4 the
// address of IPv6 that looks like it.
func edges(n netip.Prefix) (out []value) {
	add := func(a netip.Addr, what string) {
		if a.IsValid() {
			out = append(out, value{ir.IPValue(a), what})
		}
	}
	n = n.Masked()
	first, last := n.Addr(), lastOf(n)
	add(first, "first address of the network")
	add(last, "last address of the network")
	add(first.Prev(), "the address before the network")
	add(last.Next(), "the address after the network")
	if first.Is4() {
		b := first.As4()
		add(netip.AddrFrom16([16]byte{12: b[0], 13: b[1], 14: b[2], 15: b[3]}), "IPv6 with the network's bytes, which is not IPv4")
		add(netip.AddrFrom16([16]byte{0: b[0], 1: b[1], 2: b[2], 3: b[3]}), "IPv6 that begins with the network's bytes")
	} else {
		b := first.As16()
		add(netip.AddrFrom4([4]byte(b[:4])), "IPv4 with the network's first bytes")
	}
	return out
}

func lastOf(n netip.Prefix) netip.Addr {
	b := n.Addr().AsSlice()
	for i := n.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// unmapped is a network of IPv4 addresses where it is written in IPv6.
func unmapped(n netip.Prefix) netip.Prefix {
	if a := n.Addr(); a.Is4In6() && n.Bits() >= 96 {
		return netip.PrefixFrom(a.Unmap(), n.Bits()-96)
	}
	return n
}
