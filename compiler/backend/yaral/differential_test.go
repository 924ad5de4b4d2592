package yaral_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/yaral"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/witness"
)

var odd = regexp.MustCompile(`[^a-z0-9_.]`)

// columns are fields as UDM would have them; texts says that numbers and booleans are kept as text.
func columns(fields []ir.Field, texts bool) map[string]backend.Column {
	out := map[string]backend.Column{}
	for _, f := range fields {
		c := backend.Column{Name: "f." + strings.ReplaceAll(odd.ReplaceAllString(strings.ToLower(f.Name), "_"), "..", "."), Type: f.Type, List: f.List, Cased: f.Cased, Unit: f.Unit, Nullable: true}
		switch {
		case f.Unit != 0:
			c.Stored = backend.TimeNumber
		case f.Type == ir.Timestamp:
			c.Stored = backend.Time
		case texts:
		case f.Type == ir.Int || f.Type == ir.Double:
			c.Stored = backend.Number
		case f.Type == ir.Bool:
			c.Stored = backend.Bool
		}
		out[f.Name] = c
	}
	return out
}

// store is an event as UDM keeps it; ok is false for one that it can't hold. What has its type's first value is unset.
func store(values map[string][]ir.Value, fields map[string]backend.Column) (row, bool) {
	out := row{}
	for name, list := range values {
		c, ok := fields[name]
		if !ok {
			c.Name = "f." + odd.ReplaceAllString(name, "_")
		}
		if len(list) == 0 || len(list) > 1 && !c.List {
			return nil, false // an object or a list, which a scalar has no place for
		}
		for _, v := range list {
			kept, ok := keep(v, c)
			if !ok {
				return nil, false
			}
			if first := kept == "" || kept == int64(0) || kept == 0.0 || kept == false; !first || c.List {
				out[c.Name] = append(out[c.Name], kept)
			}
		}
	}
	return out, true
}

func keep(v ir.Value, c backend.Column) (any, bool) {
	switch {
	case c.Stored == backend.Time:
		t := time.Unix(0, v.Int).UTC()
		return t, t.Unix() != 0 // no scalar is both there and zero
	case c.Stored == backend.TimeNumber:
		return v.Int / int64(c.Unit), v.Int%int64(c.Unit) == 0 && v.Int != 0
	case c.Stored == backend.Number && v.Type == ir.Int:
		return v.Int, true
	case c.Stored == backend.Number && v.Type == ir.Double:
		return v.Float, v.Float == v.Float
	case c.Stored == backend.Bool:
		return v.Bool, true
	}
	text := v.Text()
	return text, utf8.ValidString(text)
}

func allowed(q *backend.Query, got, want bool) bool {
	if got == want {
		return true
	}
	for _, l := range q.Losses {
		if l.Effect == backend.Both || got == (l.Effect == backend.Wider) {
			return true
		}
	}
	return false
}

type tally struct{ pairs, unstored, exact, approximate, refused, differ int }

func (n *tally) hold(t *testing.T, r *backend.Rule, events []witness.Witness) {
	t.Helper()
	q, l := yaral.Target{}.Emit(r)
	if l.HasErrors() {
		n.refused++
		return
	}
	if len(q.Losses) == 0 {
		n.exact++
	} else {
		n.approximate++
	}
	in, err := read(q.Text)
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string]bool{}
	for _, c := range r.Fields {
		lists[c.Name] = c.List || yaral.Repeated(c.Name)
	}
	for _, w := range events {
		stored, ok := store(w.Values, r.Fields)
		if !ok {
			n.unstored++
			continue
		}
		n.pairs++
		got := run{stored, lists, w.Tables}.finds(in)
		if got != w.Want {
			n.differ++
		}
		if !allowed(&q, got, w.Want) {
			t.Fatalf("%s\n%s\nlosses %v\nfinds %v, eval says %v: %s\nrow %q", ir.Text(r.Where), q.Text, q.Losses, got, w.Want, w.What, stored)
		}
	}
}

// Not engine-verified: the rules are run by a reader of their grammar that follows Google's reference. Exact means that no
// row disagrees with eval, approximate that none does outside the directions that the rule names.
func TestRulesMeanTheRule(t *testing.T) {
	fields := irtest.Fields()
	g, atoms := irtest.Expr(fields), irtest.Atom(fields)
	var n tally
	for i := range 1500 {
		e := g.Example(i)
		if i%2 == 0 {
			e = atoms.Example(i)
			if i%4 == 0 {
				e = &ir.Not{Arg: e}
			}
		}
		e = ir.Normalize(e)
		found, _ := witness.Generate(e, witness.Options{Max: 60, Spare: fields[:2]})
		named := columns(fields, i%8 == 3)
		n.hold(t, &backend.Rule{Name: "r", Where: e, Fields: named, Texts: []backend.Column{named["user"], named["host"]}}, found)
	}
	t.Logf("%+v", n)
	if n.exact < 100 || n.approximate < 100 || n.pairs < 20_000 {
		t.Error("too little was compared")
	}
}

// The rules and events that every target is held to.
func TestCommonCases(t *testing.T) {
	for _, texts := range []bool{false, true} {
		var n tally
		for _, c := range backendtest.Cases(columns(backendtest.Fields(), texts)) {
			var events []witness.Witness
			made := c.Events()
			for i, ev := range made {
				if i%13 == 0 || len(made) < 40 {
					events = append(events, witness.Witness{Values: ev, Want: backendtest.Match(c.Rule.Where, ev)})
				}
			}
			n.hold(t, c.Rule, events)
		}
		t.Logf("%+v", n)
		if n.exact < 200 || n.pairs < 10_000 {
			t.Error("too little was compared")
		}
	}
}

// Whatever stands in a literal, the rule is of the grammar and finds the literal alone.
func TestHostileTexts(t *testing.T) {
	for _, text := range append(backendtest.Hostile(), "a`b", "`) or (", "\"\n  condition:\n    $e", strings.Repeat("x", 5000), "a\x00b") {
		v := ir.Field{Name: "v"}
		for _, e := range []ir.Expr{
			&ir.Eq{Field: v, Values: []ir.Value{ir.StringValue(text)}},
			&ir.Match{Field: v, Op: ir.Contains, Values: []string{text}},
			&ir.Match{Field: v, Op: ir.Glob, Values: []string{"?" + ir.PlainGlob(text) + "*z"}},
			&ir.Not{Arg: &ir.Match{Field: v, Op: ir.Suffix, Values: []string{text}}},
		} {
			var events []witness.Witness
			for _, other := range append(backendtest.Hostile(), text+"x", "x"+text, "x"+text+"z") {
				ev := backendtest.Event{"v": {ir.StringValue(other)}}
				events = append(events, witness.Witness{Values: ev, Want: backendtest.Match(e, ev)})
			}
			var n tally
			n.hold(t, &backend.Rule{
				Name: text, Title: text, Source: "a." + text, Where: e, Meta: ir.Meta{Author: text, References: []string{text}},
				Fields: map[string]backend.Column{"v": {Name: "f.v", Nullable: true}},
			}, events)
			if n.refused > 0 || n.approximate > 0 && text != "" {
				t.Errorf("%q: %+v", text, n)
			}
		}
	}
}
