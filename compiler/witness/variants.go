package witness

import (
	"slices"
	"strconv"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A variant changes one thing of an event.
type variant struct {
	what  string
	apply func(*state) *state
}

// variants are the values to put into the fields of an atom. base is an event on which the atom decides.
func (g *generator) variants(atom int, base *state) (out []variant) {
	a := g.atoms[atom]
	put := func(f ir.Field, what string, values []ir.Value, present bool) {
		out = append(out, variant{what, func(s *state) *state { return s.with(f.Name, values, present) }})
	}
	fields := ir.Fields(a)
	if _, ok := a.(*ir.Keyword); ok {
		fields = g.texts()
		fields = fields[:min(len(fields), 2)]
	}
	for _, f := range fields {
		if len(fields) == 1 || f == fields[0] {
			put(f, f.Name+" absent", nil, false)
			put(f, f.Name+" there and not to be read", []ir.Value{}, true)
		}
	}
	for _, f := range fields {
		values := g.worth(atom, f)
		for i, v := range values {
			put(f, v.what+": "+f.Name+" = "+show(v.Value), []ir.Value{v.Value}, true)
			if f.List && i < 6 {
				other := g.other(atom, f, v.Value)
				put(f, "the last of several: "+f.Name+" has "+show(v.Value), []ir.Value{other, v.Value}, true)
				put(f, "the first of several: "+f.Name+" has "+show(v.Value), []ir.Value{v.Value, other, other}, true)
			}
		}
	}
	switch a := a.(type) {
	case *ir.FieldEq:
		out = append(g.pairs(atom, a, base), out...)
	case *ir.InSet:
		out = append(g.tables(a), out...)
	}
	return out
}

// worth are the values worth putting into a field for an atom: its own, then those that its neighbours on the field ask
// for, since what is mistaken for another may be the other.
func (g *generator) worth(atom int, f ir.Field) (out []value) {
	f = g.held(f)
	seen := map[ir.Value]bool{}
	add := func(list []value) {
		for _, v := range list {
			if g.mixed[f.Name] {
				v.Value = asType(v.Value, f)
			}
			if v.Type == f.Type && !seen[v.Value] && g.allowed(f, v.Value) {
				seen[v.Value] = true
				out = append(out, v)
			}
		}
	}
	a := g.atoms[atom]
	if f.Type == ir.String {
		add([]value{{ir.StringValue(""), "empty"}})
	}
	add(asked(a, f))
	add(values(a, f))
	if own := len(out); own < 4 { // an atom with no values of its own
		d := g.domain(f)
		for i := range min(len(d.values), 12) {
			add([]value{{d.values[i], d.what[i]}})
		}
	}
	for _, member := range g.o.Fields[f.Name] {
		if v, ok := ir.ParseValue(f, member, true); ok {
			add([]value{{v, "another of its values"}})
		}
	}
	add(anyValue(f.Type)[:2])
	return out
}

// other is a value of the field other than one, if it can be one that the atom is false of.
func (g *generator) other(atom int, f ir.Field, than ir.Value) ir.Value {
	out := than
	for n, v := range g.domain(f).values {
		if v == than {
			continue
		}
		if on(g.atoms[atom], f.Name) && !g.holds(g.domain(f), n, atom, f) {
			return v
		}
		if out == than {
			out = v
		}
	}
	return out
}

// pairs are the ways in which two fields can be alike.
func (g *generator) pairs(atom int, a *ir.FieldEq, base *state) (out []variant) {
	f, o := a.Field, a.Other
	put := func(what string, x, y []ir.Value) {
		for _, v := range slices.Concat(x, y) {
			if !g.allowed(f, v) || !g.allowed(o, v) {
				return
			}
		}
		out = append(out, variant{what, func(s *state) *state {
			return s.with(f.Name, x, x != nil).with(o.Name, y, y != nil)
		}})
	}
	v := g.other(atom, f, never(f.Type))
	if held := base.values[f.Name]; len(held) > 0 {
		v = held[0]
	}
	w := g.other(atom, o, v)
	one := func(v ...ir.Value) []ir.Value { return v }
	put("equal", one(v), one(v))
	put("different", one(v), one(w))
	put("only "+f.Name, one(v), nil)
	put("only "+o.Name, nil, one(v))
	put("neither", nil, nil)
	put("neither to be read", []ir.Value{}, []ir.Value{})
	if f.Type == ir.String {
		for _, s := range []string{"k", "stop", "É", v.Str} {
			for _, t := range around(s) {
				put(t.what, one(ir.StringValue(s)), one(t.Value))
				put(t.what, one(t.Value), one(ir.StringValue(s)))
			}
		}
	}
	if o.List {
		put("in a list", one(v), one(w, v))
	}
	if f.List {
		put("in a list", one(w, v), one(v))
	}
	return out
}

// tables are the contents that a table can have beside the value that the field has.
func (g *generator) tables(a *ir.InSet) (out []variant) {
	put := func(what string, entries func(held ir.Value) []ir.Value) {
		out = append(out, variant{what, func(s *state) *state {
			held := s.values[a.Field.Name]
			if len(held) == 0 {
				return nil
			}
			t := eval.Tables{}
			for name, list := range s.tables {
				t[name] = list
			}
			t[a.Table] = entries(held[0])
			return &state{s.values, t}
		}})
	}
	put("an empty table", func(ir.Value) []ir.Value { return []ir.Value{} })
	put("the only entry", func(v ir.Value) []ir.Value { return []ir.Value{v} })
	put("not listed", func(v ir.Value) []ir.Value { return []ir.Value{never(v.Type)} })
	put("the last entry", func(v ir.Value) []ir.Value { return []ir.Value{never(v.Type), v} })
	if a.Field.Type == ir.String {
		put("listed in the other case", func(v ir.Value) []ir.Value { return []ir.Value{ir.StringValue(swapCase(v.Str))} })
		put("part of it listed", func(v ir.Value) []ir.Value { return []ir.Value{ir.StringValue(v.Str + "x")} })
	} else {
		put("its neighbour listed", func(v ir.Value) []ir.Value {
			return slices.Collect(func(yield func(ir.Value) bool) {
				for _, n := range nearby(v, a.Field) {
					if !yield(n.Value) {
						return
					}
				}
			})
		})
	}
	return out
}

// show is a value for people, cut.
func show(v ir.Value) string {
	text := v.Text()
	if r := []rune(text); len(r) > 60 {
		text = string(r[:60]) + "…"
	}
	if v.Type == ir.String {
		return strconv.Quote(text)
	}
	return text
}
