package witness_test

import (
	"net/netip"
	"slices"
	"time"

	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/telemetry"
	"detc/compiler/witness"
)

// An opinion is another reading of a logical rule than eval's. It makes a judge of events for a rule; nil where it can't
// have one of that rule.
type opinion struct {
	name string
	of   func(*world, ir.Expr) (func(*witness.Witness) (bool, error), error)
}

// furtherOpinions are held against eval on every logical event.
var furtherOpinions = []opinion{{"cel-go", celOpinion}}

// An operator is a kind of atom with all that its meaning hangs on, and how to make one.
type maker struct {
	name string
	make func(f ir.Field, c chance) ir.Expr
	of   func(ir.Field) bool
}

// makers are the operators that the law must have exercised.
var makers = func() (out []maker) {
	add := func(of func(ir.Field) bool, make func(f ir.Field, c chance) ir.Expr) {
		for _, f := range typical {
			if !of(f) {
				continue
			}
			name := operator(make(f, chance{fixed}))
			if !slices.ContainsFunc(out, func(m maker) bool { return m.name == name }) {
				like := f
				out = append(out, maker{name, make, func(g ir.Field) bool {
					return g.Type == like.Type && g.List == like.List && g.Cased == like.Cased
				}})
			}
		}
	}
	any := func(ir.Field) bool { return true }
	text := func(f ir.Field) bool { return f.Type == ir.String }
	add(any, func(f ir.Field, c chance) ir.Expr {
		return &ir.Eq{Field: f, Values: []ir.Value{valueOf(f, c), valueOf(f, c)}[:1+c.IntN(2)]}
	})
	for op := ir.Contains; op <= ir.Glob; op++ {
		for _, enc := range irtest.Encodings() {
			if op == ir.Glob && !enc.Plain() && !enc.Dash {
				continue
			}
			if enc.Wide == ir.UTF16 && enc.Base64 == ir.NoBase64 || enc.Wide != ir.UTF8 && op != ir.Contains {
				continue // no text has a byte order mark; the place is the same question in every charset
			}
			add(func(f ir.Field) bool { return text(f) && (enc.Plain() || !f.List && !f.Cased) }, func(f ir.Field, c chance) ir.Expr {
				v := pick(c, "stop", "K", `a\b`, `c:\*`, "*", "É", " -enc", "-s /k", "http://", "s")
				if op == ir.Glob {
					v = pick(c, "st*p", "*-enc ?", `a\**`, "?K", "*s", "é?*", "/s*")
				}
				return &ir.Match{Field: f, Op: op, Encoding: enc, Values: []string{v}}
			})
		}
	}
	add(text, func(f ir.Field, c chance) ir.Expr {
		return &ir.Regex{Field: f, Patterns: []string{pick(c, "^a+b$", "(?i)stop", `\d{2}`, `x|y\b`, "[^a]k")}}
	})
	add(func(f ir.Field) bool { return f.Type == ir.IP }, func(f ir.Field, c chance) ir.Expr {
		n := pick(c, "10.0.0.0/8", "192.168.1.128/25", "10.1.2.3/32", "2001:db8::/33", "::/0", "0.0.0.0/0", "fe80::/10")
		return &ir.Cidr{Field: f, Nets: []netip.Prefix{netip.MustParsePrefix(n)}}
	})
	for op := ir.Lt; op <= ir.Ge; op++ {
		add(func(f ir.Field) bool {
			return !f.List && (f.Type == ir.Int || f.Type == ir.Double || f.Type == ir.Timestamp)
		},
			func(f ir.Field, c chance) ir.Expr { return &ir.Compare{Field: f, Op: op, Value: valueOf(f, c)} })
	}
	add(func(f ir.Field) bool { return !f.List }, func(f ir.Field, c chance) ir.Expr { return &ir.FieldEq{Field: f, Other: f} })
	add(any, func(f ir.Field, c chance) ir.Expr { return &ir.Exists{Field: f} })
	add(func(f ir.Field) bool { return f.Type == ir.String || f.Type == ir.IP }, func(f ir.Field, c chance) ir.Expr {
		return &ir.InSet{Field: f, Table: "table_of_" + f.Type.String(), Version: 1}
	})
	for unit := ir.Minute; unit <= ir.Year; unit++ {
		add(func(f ir.Field) bool { return f.Type == ir.Timestamp }, func(f ir.Field, c chance) ir.Expr {
			low := map[ir.TimeUnit]int{ir.Day: 1, ir.Week: 1, ir.Month: 1, ir.Year: 1999}[unit]
			return &ir.TimePart{Field: f, Part: unit, Values: []int{low + c.IntN(12)}}
		})
	}
	add(func(f ir.Field) bool { return f.Type == ir.String }, func(f ir.Field, c chance) ir.Expr {
		return &ir.Keyword{Values: []string{pick(c, "stop", "K", "É", "a*b", "-s")}}
	})
	return out
}()

// typical are fields of every kind, to name the operators by.
var typical = []ir.Field{{Name: "s"}, {Name: "c", Cased: true}, {Name: "l", List: true}, {Name: "i", Type: ir.Int}, {Name: "il", Type: ir.Int, List: true},
	{Name: "d", Type: ir.Double}, {Name: "b", Type: ir.Bool}, {Name: "a", Type: ir.IP}, {Name: "al", Type: ir.IP, List: true}, {Name: "t", Type: ir.Timestamp}}

func valueOf(f ir.Field, c chance) ir.Value {
	switch f.Type {
	case ir.String:
		return ir.StringValue(pick(c, "stop", "k", "Stop*", `\\a\`, "é", "x?", ""))
	case ir.Timestamp:
		return ir.TimeValue(time.Unix(c.Int64N(2e9), 0))
	}
	return irtest.Value(f.Type).Example(int(c.Uint32()))
}

// aimed is the condition with an atom of the n-th operator put where it decides; at times with one over a field that the
// log keeps in its own way.
func (w *world) aimed(e ir.Expr, n int, c chance) ir.Expr {
	switch c.IntN(8) {
	case 0, 1:
		return w.put(w.own(c), e, c)
	case 2:
		return ir.Normalize(w.plain(c, 2))
	}
	m := makers[n%len(makers)]
	var at []ir.Field
	for _, f := range w.schema.Fields {
		if b := w.source.Binding(f.Name); m.of(f.Field) && len(b.Paths) > 0 && b.Values == nil && f.Enum == nil {
			at = append(at, f.Field)
		}
	}
	if len(at) == 0 {
		return e
	}
	f := pick(c, at...)
	atom := m.make(f, c)
	if pair, ok := atom.(*ir.FieldEq); ok {
		for _, g := range at {
			if g != f {
				pair.Other = g
			}
		}
	}
	switch c.IntN(5) {
	case 0:
		return ir.Normalize(&ir.Or{Args: []ir.Expr{atom, m.make(pick(c, at...), c)}})
	case 1:
		return ir.Normalize(&ir.And{Args: []ir.Expr{atom, m.make(f, c)}})
	}
	return w.put(atom, e, c)
}

// put joins an atom and a condition.
func (w *world) put(atom, e ir.Expr, c chance) ir.Expr {
	switch c.IntN(5) {
	case 0:
		e = &ir.And{Args: []ir.Expr{atom, e}}
	case 1:
		e = &ir.Or{Args: []ir.Expr{atom, e}}
	case 2:
		e = &ir.And{Args: []ir.Expr{&ir.Not{Arg: atom}, e}}
	case 3:
		e = &ir.Not{Arg: &ir.And{Args: []ir.Expr{atom, e}}}
	default:
		e = atom
	}
	return ir.Normalize(e)
}

// own is an atom over a field that the log keeps in its own way: its own values, a constant, several names.
func (w *world) own(c chance) ir.Expr {
	var at []telemetry.Field
	for _, f := range w.schema.Fields {
		if b := w.source.Binding(f.Name); b.Values != nil || b.Const != nil || len(b.Paths) > 1 {
			at = append(at, f)
		}
	}
	if len(at) == 0 {
		return &ir.Const{Value: true}
	}
	f := pick(c, at...)
	eq := &ir.Eq{Field: f.Field, Values: []ir.Value{valueOf(f.Field, c)}}
	switch b := w.source.Binding(f.Name); {
	case b.Const != nil && c.in(2):
		eq.Values = b.Const
	case b.Values != nil:
		if v, ok := ir.ParseValue(f.Field, pick(c, b.Values...).Logical, true); ok {
			eq.Values[0] = v
		}
	case f.Enum != nil:
		eq.Values[0].Str = pick(c, f.Enum...)
	}
	return eq
}

// plain is a condition that sigma-go can judge unmodified: ASCII texts without signs, whole numbers, addresses.
func (w *world) plain(c chance, depth int) ir.Expr {
	if depth > 0 && c.in(2) {
		args := []ir.Expr{w.plain(c, depth-1), w.plain(c, depth-1)}
		switch c.IntN(4) {
		case 0:
			return &ir.And{Args: args}
		case 1:
			return &ir.Or{Args: args}
		case 2:
			return &ir.And{Args: []ir.Expr{args[0], &ir.Not{Arg: args[1]}}}
		}
		return &ir.Not{Arg: &ir.Or{Args: args}}
	}
	var at []ir.Field
	for _, f := range w.schema.Fields {
		b := w.source.Binding(f.Name)
		if len(b.Paths) == 1 && b.Values == nil && f.Enum == nil && !f.Cased && f.Type != ir.Double && f.Type != ir.Timestamp {
			at = append(at, f.Field)
		}
	}
	if len(at) == 0 {
		return &ir.Const{Value: true}
	}
	f := pick(c, at...)
	word := func() string { return pick(c, "stop", "k", "S", "plc ctrl", "a.b", "-enc", "c:/x") }
	switch {
	case f.Type == ir.String && c.in(2):
		return &ir.Match{Field: f, Op: ir.MatchOp(c.IntN(3)), Values: []string{word(), word()}[:1+c.IntN(2)]}
	case f.Type == ir.String && c.in(4):
		return &ir.Regex{Field: f, Patterns: []string{pick(c, "^st", "k+", "[a-c]/x$")}}
	case f.Type == ir.String:
		return &ir.Eq{Field: f, Values: []ir.Value{ir.StringValue(word()), ir.StringValue(word())}[:1+c.IntN(2)]}
	case f.Type == ir.Int && c.in(2):
		return &ir.Compare{Field: f, Op: ir.CompareOp(c.IntN(4)), Value: ir.IntValue(c.Int64N(9))}
	case f.Type == ir.IP && c.in(2):
		return &ir.Cidr{Field: f, Nets: []netip.Prefix{netip.MustParsePrefix(pick(c, "10.0.0.0/8", "192.168.1.128/25", "2001:db8::/33"))}}
	}
	return &ir.Eq{Field: f, Values: []ir.Value{irtest.Value(f.Type).Example(int(c.Uint32()))}}
}

// operators are the rows of the table: what makers make, and the connectives.
func operators() []string {
	out := []string{"and", "or", "not", "named"}
	for _, m := range makers {
		out = append(out, m.name)
	}
	return out
}
