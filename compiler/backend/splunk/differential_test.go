package splunk_test

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/splunk"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/witness"
)

// columns are the fields as Splunk has them, which keeps text alone.
func columns() map[string]backend.Column {
	out := map[string]backend.Column{}
	for _, f := range irtest.Fields() {
		c := backend.Column{Name: f.Name, Type: f.Type, List: f.List, Cased: f.Cased, Unit: f.Unit, Nullable: true}
		switch {
		case f.Unit != 0:
			c.Stored = backend.TimeNumber
		case f.Type == ir.Timestamp:
			c.Name, c.Stored, c.Unit = "_time", backend.Time, time.Second
		}
		out[f.Name] = c
	}
	return out
}

// store is an event as Splunk's fields; ok is false for one that it can't hold.
func store(values map[string][]ir.Value, fields map[string]backend.Column) (row, bool) {
	out := row{"index": {"logs"}}
	raw := []string{}
	for name, list := range values {
		c, ok := fields[name]
		if !ok {
			c.Name = name
		}
		if len(list) == 0 {
			return nil, false // an object, which has no field of its own
		}
		for _, v := range list {
			text := v.Text()
			if v.Type == ir.Timestamp && c.Stored != backend.Text {
				if v.Int%1000 != 0 || v.Int < 0 {
					return nil, false
				}
				text = seconds(v.Int)
			}
			if !utf8.ValidString(text) {
				return nil, false
			}
			out[c.Name] = append(out[c.Name], text)
			raw = append(raw, text)
		}
	}
	out["_raw"] = []string{strings.Join(raw, "\n")}
	return out, true
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
	q, l := splunk.Targets()[0].Emit(r)
	if l.HasErrors() {
		n.refused++
		return
	}
	if len(q.Losses) == 0 {
		n.exact++
	} else {
		n.approximate++
	}
	read := parse(t, q.Text)
	for _, w := range events {
		stored, ok := store(w.Values, r.Fields)
		if !ok {
			n.unstored++
			continue
		}
		n.pairs++
		got := holds(read, stored, w.Tables)
		if got != w.Want {
			n.differ++
		}
		if !allowed(&q, got, w.Want) {
			t.Fatalf("%s\n%s\nlosses %v\nfinds %v, eval says %v: %s\nrow %q", ir.Text(r.Where), q.Text, q.Losses, got, w.Want, w.What, stored)
		}
	}
}

// Not engine-verified: the searches are run by a reader of their grammar that follows Splunk's reference. Exact means that
// no row disagrees with eval, approximate that none does outside the directions that the search names.
func TestSearchesMeanTheRule(t *testing.T) {
	g, atoms := irtest.Expr(irtest.Fields()), irtest.Atom(irtest.Fields())
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
		found, _ := witness.Generate(e, witness.Options{Max: 60, Spare: irtest.Fields()[:2]})
		n.hold(t, &backend.Rule{Name: "r", Where: e, Fields: columns()}, found)
	}
	t.Logf("%+v", n)
	if n.exact < 100 || n.approximate < 100 || n.pairs < 20_000 {
		t.Error("too little was compared")
	}
}

// The rules and events that every target is held to.
func TestCommonCases(t *testing.T) {
	var n tally
	for _, c := range backendtest.Cases(backendtest.TextColumns()) {
		var events []witness.Witness
		made := c.Events()
		for i, ev := range made {
			if i%7 == 0 || len(made) < 60 {
				events = append(events, witness.Witness{Values: ev, Want: backendtest.Match(c.Rule.Where, ev)})
			}
		}
		n.hold(t, c.Rule, events)
	}
	t.Logf("%+v", n)
}

func seconds(ns int64) string {
	s := time.Unix(0, ns).UTC()
	text := s.Format("05.000000")[2:]
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatInt(s.Unix(), 10)+text, "0"), ".")
}

// Whatever stands in a literal, the search is of the grammar and finds the literal alone.
func TestHostileTexts(t *testing.T) {
	for _, text := range backendtest.Hostile() {
		v := ir.Field{Name: "v"}
		var events []witness.Witness
		for _, e := range []ir.Expr{
			&ir.Eq{Field: v, Values: []ir.Value{ir.StringValue(text)}},
			&ir.Match{Field: v, Op: ir.Contains, Values: []string{text}},
			&ir.Match{Field: v, Op: ir.Glob, Values: []string{"?" + ir.PlainGlob(text) + "*z"}},
			&ir.Not{Arg: &ir.Match{Field: v, Op: ir.Suffix, Values: []string{text}}},
		} {
			events = events[:0]
			for _, other := range append(backendtest.Hostile(), text+"x", "x"+text, "x"+text+"z") {
				ev := backendtest.Event{"v": {ir.StringValue(other)}}
				events = append(events, witness.Witness{Values: ev, Want: backendtest.Match(e, ev)})
			}
			var n tally
			n.hold(t, &backend.Rule{Name: "r", Where: e}, events)
			if n.refused+n.approximate > 1 {
				t.Errorf("%q: %+v", text, n)
			}
		}
	}
}
