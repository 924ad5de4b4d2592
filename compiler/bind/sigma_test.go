package bind_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/sigma"
)

// The law goes on to what is emitted: read back, the Sigma rule is the bound rule, and sigma-go, another author's
// reading of the YAML, says of every record what the bound rule says.
func TestTheLawInSigma(t *testing.T) {
	const n = 4000
	all := worlds(t, 100)
	texts := map[string][]string{}
	for name, values := range tables {
		for _, v := range values {
			texts[name] = append(texts[name], v.Text())
		}
	}
	emitted, refused, judged := 0, map[string]int{}, [2]int{}
	rounds(t, n)
	rapid.Check(t, func(t *rapid.T) {
		w := all[rapid.IntRange(0, len(all)-1).Draw(t, "world")]
		r := drawRule(t, w.source)
		r.Where = ir.Map(r.Where, wholeSeconds)
		var l diag.List
		out := bind.Rule(r, w.source, true, &l)
		if out.Bound == nil || !sayable(out.Bound.Where) {
			return
		}
		rule, findings := sigma.Emit(out.Bound)
		if rule == nil {
			refused[string(findings[0].Code)]++
			return
		}
		emitted++
		text := rule.YAML()
		if err := sigma.Verify(out.Bound, text); err != nil {
			t.Fatalf("%s\n%s\n%v", ir.Text(out.Bound.Where), text, err)
		}
		oracle, err := sigma.NewOracle(text, texts, sigma.Fields(out.Bound.Where))
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		s := newScribe(rapid.Uint64().Draw(t, "records"), w.source, out.Bound.Where)
		for range recordsPerRule {
			rec := s.record()
			want := eval.Match(out.Bound.Where, rec, tables)
			got, err := oracle.Matches(rec.Values())
			if err != nil || got != want {
				t.Fatalf("bound  %s\nrecord %v\nbound it says %t, sigma-go says %t, %v\n%s", ir.Text(out.Bound.Where), rec.Values(), want, got, err, text)
			}
			if want {
				judged[1]++
			} else {
				judged[0]++
			}
		}
	})
	t.Logf("%d rules emitted, read back and judged on %d records, of which they match %d; not emitted: %v", emitted, judged[0]+judged[1], judged[1], refused)
	if emitted == 0 || judged[0] == 0 || judged[1] == 0 {
		t.Error("the test shows one side only")
	}
}

// sayable leaves out what Sigma has no bytes for: a text that is no UTF-8.
func sayable(e ir.Expr) bool {
	ok := true
	ir.Atoms(e, func(atom ir.Expr, _ bool) { ok = ok && !strings.Contains(ir.Text(atom), `\x`) })
	return ok
}

// wholeSeconds rounds the times that a rule asks for: sigma-go reads a number with decimals into a float64, which has
// too few digits for the nanoseconds of a time counted in seconds.
func wholeSeconds(atom ir.Expr) ir.Expr {
	whole := func(v ir.Value) ir.Value {
		if v.Type == ir.Timestamp {
			v.Int -= v.Int % 1e9
		}
		return v
	}
	switch a := atom.(type) {
	case *ir.Eq:
		c := &ir.Eq{Field: a.Field, Span: a.Span}
		for _, v := range a.Values {
			c.Values = append(c.Values, whole(v))
		}
		return c
	case *ir.Compare:
		return &ir.Compare{Field: a.Field, Op: a.Op, Value: whole(a.Value), Span: a.Span}
	}
	return atom
}
