// Package eval is the reference interpreter of IR: what it says of an event is what the rule means. It is written to be
// read; speed is other packages' business.
package eval

import (
	"net/netip"
	"regexp"

	"detc/compiler/ir"
)

// An Event gives the values of fields, logical or raw.
type Event interface {
	// Get is a field's values, read as its type, and whether the field is present. A field that is present but can't
	// be read as its type has no values: every atom but Exists is false of it.
	Get(f ir.Field) (values []ir.Value, present bool)
	// Texts calls f with every text of the event until f says true, and says whether one did.
	Texts(f func(string) bool) bool
}

// Tables are the contents of context tables, by name.
type Tables map[string][]ir.Value

// Missing are the tables that an expression asks for and nobody supplied. Where there is one, the rule can't be judged:
// that is a state of the rule, never a verdict.
func Missing(e ir.Expr, tables Tables) []string {
	var out []string
	for _, t := range ir.Tables(e) {
		if _, ok := tables[t.Name]; !ok {
			out = append(out, t.Name)
		}
	}
	return out
}

// Match says whether an expression is true of an event. Tables that are missing are taken as empty: ask Missing first.
func Match(e ir.Expr, ev Event, tables Tables) bool {
	switch e := e.(type) {
	case *ir.And:
		for _, a := range e.Args {
			if !Match(a, ev, tables) {
				return false
			}
		}
		return true
	case *ir.Or:
		for _, a := range e.Args {
			if Match(a, ev, tables) {
				return true
			}
		}
		return false
	case *ir.Not:
		return !Match(e.Arg, ev, tables)
	case *ir.Named:
		return Match(e.Arg, ev, tables)
	case *ir.Const:
		return e.Value
	}
	return ir.VisitAtom[bool](e, judge{ev, tables})
}

// judge decides one atom.
type judge struct {
	ev     Event
	tables Tables
}

// anyOf is true if test is true of one of the field's values.
func (j judge) anyOf(f ir.Field, test func(ir.Value) bool) bool {
	values, _ := j.ev.Get(f)
	for _, v := range values {
		if v.Type == f.Type && test(v) {
			return true
		}
	}
	return false
}

func (j judge) Eq(a *ir.Eq) bool {
	return j.anyOf(a.Field, func(v ir.Value) bool {
		for _, want := range a.Values {
			if a.Field.Type == ir.String {
				want = ir.StringValue(want.Text())
			}
			if equal(a.Field, want, v) {
				return true
			}
		}
		return false
	})
}

// equal holds a value against a literal, or against another field's value.
func equal(f ir.Field, literal, v ir.Value) bool {
	if f.Type != ir.String || literal.Type != ir.String {
		return literal == v
	}
	mode, folded := f.Folder(literal.Str)
	return folded == ir.FoldAs(mode, v.Str)
}

func (j judge) Match(a *ir.Match) bool {
	return j.anyOf(a.Field, func(v ir.Value) bool {
		for _, want := range a.Values {
			if matcher(a, want)(v.Str) {
				return true
			}
		}
		return false
	})
}

func (j judge) Regex(a *ir.Regex) bool {
	var res []*regexp.Regexp
	for _, p := range a.Patterns {
		if re, err := regexp.Compile(p); err == nil { // condition and Sigma reader let no other through
			res = append(res, re)
		}
	}
	return j.anyOf(a.Field, func(v ir.Value) bool {
		for _, re := range res {
			if re.MatchString(v.Str) {
				return true
			}
		}
		return false
	})
}

func (j judge) Cidr(a *ir.Cidr) bool {
	return j.anyOf(a.Field, func(v ir.Value) bool {
		for _, n := range a.Nets {
			if unmapped(n).Contains(v.IP) {
				return true
			}
		}
		return false
	})
}

// unmapped is a network of IPv4 addresses where it is written as one of v4-in-v6 addresses: values never are.
func unmapped(n netip.Prefix) netip.Prefix {
	if a := n.Addr(); a.Is4In6() && n.Bits() >= 96 {
		return netip.PrefixFrom(a.Unmap(), n.Bits()-96)
	}
	return n
}

func (j judge) Compare(a *ir.Compare) bool {
	return j.anyOf(a.Field, func(v ir.Value) bool {
		if a.Field.Type == ir.Double {
			return ordered(a.Op, v.Float, a.Value.Float)
		}
		return ordered(a.Op, v.Int, a.Value.Int)
	})
}

// ordered is false of what is no number, whichever way it is asked.
func ordered[T int64 | float64](op ir.CompareOp, a, b T) bool {
	switch op {
	case ir.Lt:
		return a < b
	case ir.Le:
		return a <= b
	case ir.Gt:
		return a > b
	}
	return a >= b
}

func (j judge) FieldEq(a *ir.FieldEq) bool {
	others, _ := j.ev.Get(a.Other)
	return j.anyOf(a.Field, func(v ir.Value) bool {
		for _, o := range others {
			if equal(a.Field, o, v) && equal(a.Field, v, o) /* whichever is the literal */ {
				return true
			}
		}
		return false
	})
}

func (j judge) Exists(a *ir.Exists) bool {
	_, present := j.ev.Get(a.Field)
	return present
}

func (j judge) InSet(a *ir.InSet) bool {
	return j.anyOf(a.Field, func(v ir.Value) bool {
		for _, entry := range j.tables[a.Table] {
			if equal(a.Field, entry, v) {
				return true
			}
		}
		return false
	})
}

func (j judge) TimePart(a *ir.TimePart) bool {
	return j.anyOf(a.Field, func(v ir.Value) bool {
		part := timePart(v, a.Part)
		for _, want := range a.Values {
			if want == part {
				return true
			}
		}
		return false
	})
}

func (j judge) Keyword(a *ir.Keyword) bool {
	for _, want := range a.Values {
		if a.Op == ir.Glob {
			want = "*" + ir.ClosedGlob(want) + "*"
		}
		test := matcher(&ir.Match{Op: a.Op}, want)
		if j.ev.Texts(test) {
			return true
		}
	}
	return false
}
