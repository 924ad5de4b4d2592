package kql_test

import (
	"strings"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/kql"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/witness"
)

// rules are n expressions with every kind of node.
func rules(n int) (out []ir.Expr) {
	g, atoms := irtest.Expr(irtest.Fields()), irtest.Atom(irtest.Fields())
	for i := range n {
		e := g.Example(i)
		if i%2 == 0 {
			e = atoms.Example(i)
			if i%4 == 0 {
				e = &ir.Not{Arg: e}
			}
		}
		out = append(out, ir.Normalize(e))
	}
	return out
}

// Not engine-verified: the queries are run by a reader of their grammar that follows Microsoft's reference. Exact means
// that no row disagrees with eval, approximate that none does outside the directions that the query names.
func TestQueriesMeanTheRule(t *testing.T) {
	pairs, exact, approximate, refused, differ, unstored := 0, 0, 0, 0, 0, 0
	for i, e := range rules(1200) {
		for _, target := range kql.Targets() {
			fields := columns(i%3 == 0)
			r := newRule(e, fields)
			q, l := target.Emit(r)
			if l.HasErrors() {
				refused++
				continue
			}
			if len(q.Losses) == 0 {
				exact++
			} else {
				approximate++
			}
			read := parse(t, q.Text)
			found, _ := witness.Generate(e, witness.Options{Max: 60, Spare: irtest.Fields()[:2]})
			for _, w := range found {
				stored, ok := store(&w, fields)
				if !ok {
					unstored++
					continue
				}
				pairs++
				got := read.holds(stored, w.Tables)
				if got != w.Want {
					differ++
				}
				if !allowed(&q, got, w.Want) {
					t.Fatalf("%s: %s\n%s\nlosses %v\nfinds %v, eval says %v: %s\nrow %#v", target.Name(), ir.Text(e), q.Text, q.Losses, got, w.Want, w.What, stored)
				}
				if eval.Match(e, w.Event(), w.Tables) != w.Want {
					t.Fatal("the witness is wrong")
				}
			}
		}
	}
	t.Logf("%d pairs (%d events no table can hold): %d exact queries, %d approximate, %d refused; %d answers differ within a declared loss", pairs, unstored, exact, approximate, refused, differ)
	if exact < 100 || approximate < 100 || pairs < 20_000 {
		t.Error("too little was compared")
	}
}

var hostile = []string{`"`, `\`, `\"`, "a\nb", "a\r\nb", "\x00", "`", "'", `x" or true //`, `*?%_`, "{}", "\u202Eabc", "\U0001F600", "\u2028", "@\"", `C:\x"y`, "ſK", "İıß"}

// Whatever stands in a literal, the query is of the grammar and holds the literal alone.
func TestHostileTexts(t *testing.T) {
	for _, text := range hostile {
		for _, cased := range []bool{false, true} {
			f := ir.Field{Name: "v", Cased: cased}
			for _, e := range []ir.Expr{
				&ir.Eq{Field: f, Values: []ir.Value{ir.StringValue(text)}},
				&ir.Match{Field: f, Op: ir.Contains, Values: []string{text}},
				&ir.Match{Field: f, Op: ir.Glob, Values: []string{"?" + ir.PlainGlob(text) + "*z"}},
			} {
				for _, target := range kql.Targets() {
					q, l := target.Emit(newRule(e, map[string]backend.Column{"v": {Name: "v", Cased: cased}}))
					if l.HasErrors() {
						t.Fatal(l[0].Message)
					}
					read := parse(t, q.Text)
					for _, other := range append(hostile, text+"x", "x"+text, "x"+text+"z", "") {
						w := map[string][]ir.Value{"v": {ir.StringValue(other)}}
						want := eval.Match(e, witnessOf(w).Event(), nil)
						if got := read.holds(row{"v": other}, nil); got != want {
							t.Errorf("%q on %q: finds %v, eval says %v\n%s", text, other, got, want, q.Text)
						}
					}
				}
			}
		}
	}
}

func witnessOf(values map[string][]ir.Value) *witness.Witness {
	return &witness.Witness{Values: values}
}

func FuzzLiteral(f *testing.F) {
	f.Add(`a\b"c`)
	f.Fuzz(func(t *testing.T, text string) {
		q, l := kql.Targets()[1].Emit(newRule(&ir.Eq{Field: ir.Field{Name: "v"}, Values: []ir.Value{ir.StringValue(text)}}, nil))
		if l.HasErrors() {
			t.Fatal(l[0].Message)
		}
		parse(t, q.Text)
	})
}

// The rules and events that every target is held to.
func TestCommonCases(t *testing.T) {
	fields := backendtest.Columns()
	for name, c := range fields {
		if c.List {
			c.Stored = backend.JSON
			fields[name] = c
		}
	}
	pairs, exact, approximate := 0, 0, 0
	for i, c := range backendtest.Cases(fields) {
		q, l := kql.Targets()[i%2].Emit(c.Rule)
		if l.HasErrors() {
			t.Fatalf("%s: %s", ir.Text(c.Rule.Where), l[0].Message)
		}
		if len(q.Losses) == 0 {
			exact++
		} else {
			approximate++
		}
		read := parse(t, q.Text)
		made := c.Events()
		for k, ev := range made {
			stored, ok := store(&witness.Witness{Values: ev}, fields)
			if !ok || k%5 != 0 && len(made) > 60 {
				continue
			}
			pairs++
			if got, want := read.holds(stored, nil), backendtest.Match(c.Rule.Where, ev); !allowed(&q, got, want) {
				t.Fatalf("%s\n%s\nlosses %v\nfinds %v, eval says %v\nrow %#v", ir.Text(c.Rule.Where), q.Text, q.Losses, got, want, stored)
			}
		}
	}
	t.Logf("%d pairs, %d exact queries, %d approximate", pairs, exact, approximate)
}

// An exported table is what the query asks for.
func TestExport(t *testing.T) {
	content := backend.Content{Table: ir.Table{Name: "hosts", Version: 2}, Columns: []string{"value"}, Rows: [][]string{{`a"b`}, {"c,\nd"}}, ValidUntil: "2030-01-01"}
	want := map[string]string{
		"sentinel": "SearchKey,valid_until\n\"a\"\"b\",2030-01-01\n\"c,\nd\",2030-01-01\n",
		"defender": "// Save as the function detc_hosts_v2.\ndatatable(value:string, valid_until:string)\n[\n    \"a\\\"b\", \"2030-01-01\",\n    \"c,\\nd\", \"2030-01-01\",\n]\n",
	}
	for _, target := range kql.Targets() {
		a, l := target.Export(content)
		if len(l) > 0 || string(a.Content) != want[target.Name()] {
			t.Errorf("%s: %s\n%s", target.Name(), a.Name, a.Content)
		}
	}
}

// Sentinel takes 10,000 characters; a longer query is a finding.
func TestTooLong(t *testing.T) {
	e := &ir.Eq{Field: ir.Field{Name: "v"}}
	for i := range 1500 {
		e.Values = append(e.Values, ir.StringValue("value"+strings.Repeat("x", i%7)+string(rune('a'+i%26))))
	}
	for _, target := range kql.Targets() {
		_, l := target.Emit(newRule(e, nil))
		if l.HasErrors() != (target.Name() == "sentinel") {
			t.Errorf("%s: %v", target.Name(), l)
		}
	}
}
