package logql_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/logql"
	"detc/compiler/ir"
)

// correlations are one of each kind, over one rule, over two of one stream, over two of two, and with what is odd.
func correlations() []*backend.Correlation {
	text := func(s string) []ir.Value { return []ir.Value{ir.StringValue(s)} }
	user, peer, code := ir.Field{Name: "user"}, ir.Field{Name: "peer"}, ir.Field{Name: "code", Type: ir.Int}
	member := func(name, job, key, value string, where ir.Expr) backend.Member {
		fields := map[string]backend.Column{"user": {Name: "user"}, "peer": {Name: "peer"}, "code": {Name: "code", Type: ir.Int, Stored: backend.Number}}
		return backend.Member{
			Rule: &backend.Rule{Name: name, Where: where, Fields: fields, In: []backend.Place{{Name: "job", Values: []string{job}}}, Prepare: "json"},
			Keys: []backend.Column{{Name: key}}, Values: []backend.Column{{Name: value}},
		}
	}
	failed := member("failed", "auth", "src", "user", &ir.Eq{Field: user, Values: text("root")})
	denied := member("denied", "auth", "src", "user", &ir.Not{Arg: &ir.Match{Field: peer, Values: []string{"10."}}})
	dropped := member("dropped", "firewall", "id.orig_h", "host", &ir.Compare{Field: code, Op: ir.Ge, Value: ir.IntValue(400)})
	var out []*backend.Correlation
	add := func(k ir.CorrelationKind, within time.Duration, having []ir.Bound, ms ...backend.Member) *backend.Correlation {
		c := &ir.Correlation{Name: fmt.Sprintf("case %d", len(out)), Kind: k, GroupBy: []string{"src"}, Within: within, Having: having}
		if k.OfValues() {
			c.Fields, c.Percentile = []string{"user"}, 95
		}
		ms = slices.Clone(ms)
		for i := range ms {
			c.Rules = append(c.Rules, ir.RuleRef{Name: ms[i].Rule.Name})
			if !k.OfValues() {
				ms[i].Values = nil
			}
		}
		out = append(out, &backend.Correlation{Correlation: c, Members: ms})
		return out[len(out)-1]
	}
	ten := []ir.Bound{{Op: ir.BoundGte, Value: 10}}
	for k := ir.EventCount; k <= ir.FirstSeen; k++ {
		having := ten
		if k >= ir.Temporal {
			having = nil
		}
		add(k, 30*time.Minute, having, failed)
		add(k, 90*time.Second, having, failed, denied)
		add(k, 1500*time.Millisecond, having, failed, dropped)
	}
	alone := func(c *backend.Correlation) {
		c.GroupBy = nil
		for i := range c.Members {
			c.Members[i].Keys = nil
		}
	}
	alone(add(ir.EventCount, 48*time.Hour, []ir.Bound{{Op: ir.BoundGt, Value: 1}, {Op: ir.BoundLte, Value: 2.5}}, failed))
	alone(add(ir.ValuePercentile, time.Hour, []ir.Bound{{Op: ir.BoundNeq, Value: -4}}, failed))
	alone(add(ir.Temporal, time.Hour, []ir.Bound{{Op: ir.BoundEq, Value: 1}}, failed, dropped))
	by := member("words", "auth", "by", "job", &ir.Eq{Field: user, Values: text("x")})
	add(ir.ValueCount, time.Hour, ten, by)
	add(ir.EventCount, time.Microsecond, ten, failed)
	listed := failed
	listed.Keys = []backend.Column{{Name: "src", List: true}}
	add(ir.EventCount, time.Hour, ten, listed)
	return out
}

// TestCorrelations holds what becomes of each kind.
func TestCorrelations(t *testing.T) {
	const golden = "testdata/correlations.txt"
	var b strings.Builder
	for _, c := range correlations() {
		q, l := logql.Target{}.Correlate(c)
		b.WriteString(ir.CorrelationText(c.Correlation))
		if l.HasErrors() {
			fmt.Fprintf(&b, "  refused: %s\n\n", l[0].Message)
			continue
		}
		fmt.Fprintf(&b, "  %s: %s\n", q.Fidelity(), q.Text)
		for _, loss := range q.Losses {
			fmt.Fprintf(&b, "    %s, %s: %s\n", loss.Clause, loss.Effect, loss.Reason)
		}
		b.WriteByte('\n')
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("other than %s; if it should be, run with -update\n%s", golden, b.String())
	}
}

// TestLokiReads gives the queries of all correlations, and a file of rules with them, to Loki's parser.
func TestLokiReads(t *testing.T) {
	e := start(t)
	file, read := "groups:\n- name: detc\n  rules:\n", 0
	for _, c := range correlations() {
		q, l := logql.Target{}.Correlate(c)
		if l.HasErrors() {
			continue
		}
		read++
		if a := e.ask(t, request{Metric: q.Text}); a.Error != "" {
			t.Errorf("%s\n%s", q.Text, a.Error)
		}
		file += fmt.Sprintf("  - alert: %s\n    expr: %q\n    labels: {severity: high}\n    annotations: {summary: 'of {{ $labels.src }}'}\n", c.Name, q.Text)
	}
	if a := e.ask(t, request{Rules: file}); a.Error != "" {
		t.Errorf("%s\n%s", file, a.Error)
	}
	for _, bad := range []string{strings.Replace(file, "expr: ", "expr: '{'#", 1), strings.Replace(file, "high}", "high, 'a-b': c}", 1), strings.ReplaceAll(file, "alert:", "alarm:")} {
		if a := e.ask(t, request{Rules: bad}); a.Error == "" {
			t.Errorf("taken:\n%s", bad)
		}
	}
	t.Logf("%d metric queries read, and as one file of rules", read)
}
