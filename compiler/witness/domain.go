package witness

import (
	"math"
	"net/netip"
	"slices"
	"time"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A domain is the values worth trying in a field: those that the atoms on it ask for, and their neighbours.
type domain struct {
	values []ir.Value
	what   []string
	holds  []map[int]bool // by value and atom, as far as asked
}

// maxDomain bounds the values of one field.
const maxDomain = 3000

// A value is a value of a field with what it shows.
type value struct {
	ir.Value
	what string
}

func (s *solver) domain(f ir.Field) *domain {
	if d := s.domains[f.Name]; d != nil {
		return d
	}
	f = s.held(f)
	d := &domain{}
	seen := map[ir.Value]bool{}
	add := func(values ...value) {
		for _, v := range values {
			if v.Float == 0 {
				v.Float = 0 // no negative zero
			}
			if s.mixed[f.Name] {
				v.Value = asType(v.Value, f)
			}
			if v.Type == f.Type && !seen[v.Value] && s.allowed(f, v.Value) && len(d.values) < maxDomain {
				seen[v.Value] = true
				d.values, d.what, d.holds = append(d.values, v.Value), append(d.what, v.what), append(d.holds, map[int]bool{})
			}
		}
	}
	for _, member := range s.o.Fields[f.Name] {
		if v, ok := ir.ParseValue(f, member, true); ok {
			add(value{v, "another of its values"})
		}
	}
	for _, a := range s.atoms { // first what is asked for
		if on(a, f.Name) {
			add(asked(a, f)...)
		}
	}
	for _, a := range s.atoms {
		if on(a, f.Name) {
			add(values(a, f)...)
		}
	}
	add(anyValue(f.Type)...)
	s.domains[f.Name] = d
	return d
}

// on says that an atom reads a field.
func on(a ir.Expr, name string) bool {
	return slices.ContainsFunc(ir.Fields(a), func(f ir.Field) bool { return f.Name == name })
}

// allowed says that a value is among those that the field may have.
func (s *solver) allowed(f ir.Field, v ir.Value) bool {
	enum := s.o.Fields[f.Name]
	return len(enum) == 0 || slices.Contains(enum, v.Text())
}

// holds says whether an atom on the field is true of the n-th value alone.
func (s *solver) holds(d *domain, n, atom int, f ir.Field) bool {
	got, ok := d.holds[n][atom]
	if !ok {
		got = eval.Match(s.quick[atom], single{f.Name, d.values[n : n+1 : n+1]}, nil)
		d.holds[n][atom] = got
	}
	return got
}

// maxSolutions is the number of values of a class among which the search turns.
const maxSolutions = 16

// solutions are values of a class on which all that is asked of it holds; nil in their stead is an absent field.
func (s *solver) solutions(c class) [][]ir.Value {
	key := c.key()
	if out, ok := s.memo[key]; ok {
		return out
	}
	out := s.search(c)
	s.memo[key] = out
	return out
}

func (s *solver) search(c class) (out [][]ir.Value) {
	f := s.held(c.fields[0])
	yes, no, present, valued := s.sort(c)
	gone := slices.ContainsFunc(c.lits, func(l literal) bool {
		_, exists := s.atoms[l.atom].(*ir.Exists)
		return exists && !l.want
	})
	if gone {
		if present {
			return nil
		}
		return [][]ir.Value{nil}
	}
	keep := func(v []ir.Value) bool {
		for _, a := range yes {
			if !s.of(a, c, v) {
				return true
			}
		}
		for _, a := range no {
			if s.of(a, c, v) {
				return true
			}
		}
		out = append(out, v)
		return len(out) < maxSolutions
	}
	d := s.domain(f)
	many := c.every(func(f ir.Field) bool { return f.List })
	for n := range d.values {
		ok := c.every(func(f ir.Field) bool { return s.allowed(f, d.values[n]) })
		for _, a := range yes {
			ok = ok && s.onClass(d, n, a, c)
		}
		for _, a := range no {
			ok = ok && !s.onClass(d, n, a, c)
		}
		if ok {
			out = append(out, d.values[n:n+1:n+1])
			if len(out) == maxSolutions-2 {
				break
			}
		}
	}
	for _, other := range c.fields[1:] {
		for _, v := range s.domain(other).values {
			if len(out) < maxSolutions/2 && c.every(func(f ir.Field) bool { return s.allowed(f, v) }) {
				keep([]ir.Value{v})
			}
		}
	}
	if len(out) == 0 && len(yes) > 1 && many {
		if v := s.gather(d, yes, no, c); v != nil {
			keep(v)
		}
	}
	if len(out) == 0 && len(s.o.Fields[f.Name]) == 0 {
		switch f.Type {
		case ir.String:
			s.compose(yes, func(text string) bool { return keep([]ir.Value{ir.StringValue(text)}) && len(out) < 4 })
		case ir.Timestamp:
			s.times(yes, d.values, func(v ir.Value) bool { return keep([]ir.Value{v}) && len(out) < 4 })
		}
	}
	if !valued {
		if !present {
			out = append(out, nil)
		}
		out = append(out, []ir.Value{}) // there, and not to be read
	}
	return out
}

func (c class) every(f func(ir.Field) bool) bool {
	return !slices.ContainsFunc(c.fields, func(g ir.Field) bool { return !f(g) })
}

// sort parts a class's literals: atoms that must hold of its values and atoms that must not; whether the field must be
// present; whether it must have a value. What reaches over several fields is checked later.
func (s *solver) sort(c class) (yes, no []int, present, valued bool) {
	for _, l := range c.lits {
		present = present || l.want
		switch s.atoms[l.atom].(type) {
		case *ir.Exists:
			continue
		case *ir.InSet, *ir.FieldEq:
			valued = valued || l.want
			continue
		}
		valued = valued || l.want
		if l.want {
			yes = append(yes, l.atom)
		} else {
			no = append(no, l.atom)
		}
	}
	return yes, no, present, valued
}

// of says whether an atom on a field of the class is true of the values.
func (s *solver) of(atom int, c class, v []ir.Value) bool {
	for _, f := range c.fields {
		if on(s.atoms[atom], f.Name) {
			return eval.Match(s.quick[atom], single{f.Name, v}, nil)
		}
	}
	return false
}

func (s *solver) onClass(d *domain, n, atom int, c class) bool {
	if f := c.fields[0]; on(s.atoms[atom], f.Name) {
		return s.holds(d, n, atom, f)
	}
	return s.of(atom, c, d.values[n:n+1:n+1])
}

// gather makes a list of which each atom is true of another element, and none of any that must not be.
func (s *solver) gather(d *domain, yes, no []int, c class) (out []ir.Value) {
	for _, a := range yes {
		if out != nil && s.of(a, c, out) {
			continue
		}
		n := slices.IndexFunc(d.values, func(v ir.Value) bool {
			one := []ir.Value{v}
			return s.of(a, c, one) && !slices.ContainsFunc(no, func(b int) bool { return s.of(b, c, one) })
		})
		if n < 0 {
			return nil
		}
		out = append(out, d.values[n])
	}
	return out
}

// never is a value that no event is given unless it is asked for.
func never(t ir.Type) ir.Value {
	if t == ir.IP {
		return ir.IPValue(netip.MustParseAddr("203.0.113.254"))
	}
	return ir.StringValue("nothing of the kind")
}

// anyValue is values for a field of which nothing is known.
func anyValue(t ir.Type) (out []value) {
	const what = "some value"
	switch t {
	case ir.Int:
		for _, n := range []int64{0, 1, 7, -1, math.MaxInt32, math.MaxInt64, math.MinInt64} {
			out = append(out, value{ir.IntValue(n), what})
		}
	case ir.Double:
		for _, d := range []float64{0.5, 0, 7, -1, math.MaxFloat64, -math.MaxFloat64} {
			out = append(out, value{ir.DoubleValue(d), what})
		}
	case ir.Bool:
		out = []value{{ir.BoolValue(true), "true"}, {ir.BoolValue(false), "false"}}
	case ir.IP:
		for _, a := range []string{"192.0.2.10", "192.0.2.11", "2001:db8::10", "198.51.100.1"} {
			out = append(out, value{ir.IPValue(netip.MustParseAddr(a)), what})
		}
	case ir.Timestamp:
		for _, t := range []time.Time{noon, noon.AddDate(0, 7, 11).Add(5*time.Hour + 7*time.Minute), time.Unix(0, 0)} {
			out = append(out, value{ir.TimeValue(t), what})
		}
	default:
		for _, s := range []string{"x", "something else", "0", "zz~"} {
			out = append(out, value{ir.StringValue(s), what})
		}
		out = append(out, value{ir.StringValue(""), "empty"})
	}
	return out
}

// noon is a moment that a time may be where nothing is asked of it.
var noon = time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)
