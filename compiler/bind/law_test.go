package bind_test

import (
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
)

// rounds sets how many rules a property is held against, unless -rapid.checks says another number than its own 100. With
// -short rapid takes a fifth of them.
func rounds(t *testing.T, n int) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() != "100" {
		return
	}
	if err := checks.Value.Set(fmt.Sprint(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = checks.Value.Set("100") })
}

func schemaFields(src *bind.Source) (out []ir.Field) {
	for _, f := range src.Schema.Fields {
		out = append(out, f.Field)
	}
	return out
}

// drawRule is a rule over the schema's fields: as the front end hands it on, or before it was normalised.
func drawRule(t *rapid.T, src *bind.Source) *ir.Rule {
	e := ir.Map(irtest.Expr(schemaFields(src)).Draw(t, "rule"), typedTable)
	if draw := rapid.Bool().Draw(t, "normal"); draw {
		e = ir.Normalize(e)
	}
	return &ir.Rule{Name: "r", ID: "6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", Telemetry: src.Schema.ID, Where: e, Meta: ir.Meta{Title: "t", Level: "high", Status: "test"}}
}

const recordsPerRule = 12

// THE LAW. What a rule says of the logical event that a record is read as, the rule bound to the log says of the record
// itself, for every record that the row filter lets through; of any other the bound rule is false. Where binding says
// that a rule can't be true on the log, it isn't.
func TestTheLaw(t *testing.T) {
	const n = 3000
	all := worlds(t, 250)
	tally := newTally()
	rounds(t, n)
	rapid.Check(t, func(t *rapid.T) {
		w := all[rapid.IntRange(0, len(all)-1).Draw(t, "world")]
		r := drawRule(t, w.source)
		var l diag.List
		out := bind.Rule(r, w.source, true, &l)
		tally.outcome(out, l)
		if out.Bound == nil && l.HasErrors() && !strings.HasPrefix(out.Reason, "true of") {
			return // refused: there is nothing to hold against the rule
		}
		s := newScribe(rapid.Uint64().Draw(t, "records"), w.source, r.Where, orTrue(w.source.Filter))
		for range recordsPerRule {
			rec := s.record()
			through := w.source.Filter == nil || eval.Match(w.source.Filter, rec, nil)
			ev := w.source.Read(rec)
			want := through && eval.Match(r.Where, ev, tables)
			got := !strings.HasPrefix(out.Reason, "never true")
			if out.Bound != nil {
				got = eval.Match(out.Bound.Where, rec, tables)
			} else if got {
				got = through // of a rule that is true of every record
			}
			if got != want {
				t.Fatalf("rule   %s\nfilter %s\nbound  %s\nrecord %v\nthe rule says %t, bound it says %t\n%s", ir.Text(r.Where), textOf(w.source.Filter), bound(out), rec.Values(), want, got, w.text)
			}
			tally.seen(r.Where, ev, through, want)
		}
	})
	tally.report(t, n*recordsPerRule)
}

func textOf(e ir.Expr) string {
	if e == nil {
		return "none"
	}
	return ir.Text(e)
}

func bound(out bind.Outcome) string {
	if out.Bound == nil {
		return out.Reason
	}
	return ir.Text(out.Bound.Where)
}

// A tally counts what the property went through, so that a kind of node it never met is noticed.
type tally struct {
	nodes    map[string][2]int // by kind: with every field it reads there, and with one missing
	outcomes map[string]int
	cases    map[string]int
}

func newTally() *tally {
	return &tally{nodes: map[string][2]int{}, outcomes: map[string]int{}, cases: map[string]int{}}
}

func (c *tally) outcome(out bind.Outcome, l diag.List) {
	kind, _, _ := strings.Cut(out.Reason, ":")
	switch {
	case out.Bound != nil && len(out.Bound.Degraded) > 0:
		kind = "bound with a loss"
	case out.Bound != nil:
		kind = "bound"
	case len(l) > 0 && l[0].Code == diag.MappedOperator:
		kind = "refused"
	}
	c.outcomes[kind]++
}

func (c *tally) seen(e ir.Expr, ev bind.Event, through, want bool) {
	c.cases[fmt.Sprintf("through=%t match=%t", through, want)]++
	var walk func(ir.Expr) (missing bool)
	walk = func(e ir.Expr) (missing bool) {
		for _, f := range ir.Fields(e) {
			if _, present := ev.Get(f); !present {
				missing = true
			}
		}
		for _, child := range ir.Children(e) {
			missing = walk(child) || missing
		}
		n := c.nodes[kindOf(e)]
		if missing {
			n[1]++
		} else {
			n[0]++
		}
		c.nodes[kindOf(e)] = n
		return missing
	}
	walk(e)
}

// kindOf names a node's type, and of a Match where and how it looks.
func kindOf(e ir.Expr) string {
	name := reflect.TypeOf(e).Elem().Name()
	if m, ok := e.(*ir.Match); ok {
		return strings.TrimSpace(name + " " + m.Op.String() + " " + m.Encoding.String())
	}
	if p, ok := e.(*ir.TimePart); ok {
		return name + " " + p.Part.String()
	}
	return name
}

// allKinds are the kinds that must have been met, with their fields there and missing; those of the last list read none.
var allKinds = []string{"And", "Or", "Not", "Named", "Eq", "Match contains", "Match startswith", "Match endswith", "Match like", "Match contains windash",
	"Match contains base64", "Match contains base64offset", "Regex", "Cidr", "Compare", "FieldEq", "Exists", "InSet",
	"TimePart minute", "TimePart hour", "TimePart day", "TimePart week", "TimePart month", "TimePart year"}

func (c *tally) report(t *testing.T, atLeast int) {
	total := 0
	for _, name := range sorted(c.cases) {
		t.Logf("%8d cases %s", c.cases[name], name)
		total += c.cases[name]
	}
	for _, name := range sorted(c.outcomes) {
		t.Logf("%8d rules %s", c.outcomes[name], name)
	}
	for _, name := range sorted(c.nodes) {
		t.Logf("%-28s %7d present %7d absent", name, c.nodes[name][0], c.nodes[name][1])
	}
	if testing.Short() {
		return
	}
	if total < atLeast*2/3 {
		t.Errorf("%d cases, of the %d meant to be", total, atLeast)
	}
	for _, kind := range append(allKinds, "Const", "Keyword") {
		n := c.nodes[kind]
		if n[0] == 0 || n[1] == 0 && slices.Contains(allKinds, kind) {
			t.Errorf("%s: %d times with its fields, %d times without", kind, n[0], n[1])
		}
	}
	for _, kind := range []string{"bound", "bound with a loss", "refused", "never true there"} {
		if c.outcomes[kind] == 0 {
			t.Errorf("no rule was %s", kind)
		}
	}
}

func sorted(counts any) (names []string) {
	for _, k := range reflect.ValueOf(counts).MapKeys() {
		names = append(names, k.String())
	}
	slices.Sort(names)
	return names
}

func orTrue(e ir.Expr) ir.Expr {
	if e == nil {
		return &ir.Const{Value: true}
	}
	return e
}
