package esql_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/esql"
	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// zero is when the timelines begin, in milliseconds.
const zero = 1_700_000_000_000

// TestCorrelations holds what fires against package correlate, by a reading of the language: no engine.
func TestCorrelations(t *testing.T) {
	cases, err := backendtest.Timelines(os.DirFS("../../../testdata/correlations"))
	if err != nil || len(cases) < 60 {
		t.Fatal(len(cases), err)
	}
	queries, refused, firings, same, strayed, bad := 0, 0, 0, 0, 0, 0
	kinds := map[ir.CorrelationKind]int{}
	for _, line := range append(cases, backendtest.MadeTimelines(3000)...) {
		first := line.Correlation.Kind == ir.FirstSeen && line.Start != nil
		if line.Finest(time.Millisecond) == 1 || line.Until != correlate.Forever || first {
			continue // the index has milliseconds, its clock says when the records end, its first row when they begin
		}
		q, l := esql.Target{}.Correlate(line.Over(backend.Column{Name: "@timestamp", Type: ir.Timestamp, Stored: backend.Time}))
		if l.HasErrors() {
			refused++
			continue
		}
		queries++
		if len(q.Losses) == 0 {
			t.Fatalf("%s is said to be exact", q.Text)
		}
		want, err := line.Firings()
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]int{}
		for _, w := range want {
			found[w] = 1
		}
		firings += len(found)
		var rows []row
		for _, e := range line.Events {
			r := row{"@timestamp": {int64(zero) + e.At/1e6}}
			for name, values := range e.Row() {
				for _, v := range values {
					r[name] = append(r[name], v)
				}
			}
			rows = append(rows, r)
		}
		for _, r := range pipeline(t, q.Text, rows) {
			group := []string{}
			for _, g := range line.Correlation.GroupBy {
				group = append(group, r[g][0].(string))
			}
			if len(r["firing_time"]) == 1 {
				found[backendtest.Firing((r["firing_time"][0].(int64)-zero)*1e6, group)] |= 2
			}
		}
		for key, who := range found {
			if who == 3 {
				same++
				kinds[line.Correlation.Kind]++
				continue
			}
			strayed++
			if !allowed(q.Losses, who == 1) {
				if bad++; bad <= 5 {
					t.Errorf("%s: %s is %s\n%s\n%v\nlosses %v", line.Name, key, [...]string{"", "lost", "added"}[who], q.Text, line.Events, q.Losses)
				}
			}
		}
	}
	t.Logf("%d queries, %d refused, %d firings held, %d the same, %d disagreements inside what was said, %d outside; the same by kind: %v",
		queries, refused, firings, same, strayed-bad, bad, kinds)
	if len(kinds) < 8 {
		t.Errorf("%d kinds of correlation agree anywhere", len(kinds))
	}
}

// TestCorrelationsRefused: what the language can't ask is refused with its reason.
func TestCorrelationsRefused(t *testing.T) {
	at := backend.Column{Name: "@timestamp", Type: ir.Timestamp, Stored: backend.Time}
	for _, c := range []struct {
		of   ir.Correlation
		at   backend.Column
		says string
	}{
		{ir.Correlation{Kind: ir.TemporalOrdered, Within: time.Minute, Rules: []ir.RuleRef{{Name: "a"}, {Name: "b"}}}, at, "what came after what"},
		{ir.Correlation{Kind: ir.Absence, Within: time.Minute, Rules: []ir.RuleRef{{Name: "a"}, {Name: "b"}}}, at, "what came after what"},
		{ir.Correlation{Kind: ir.EventCount, Within: time.Microsecond, Rules: []ir.RuleRef{{Name: "a"}}}, at, "whole milliseconds"},
		{ir.Correlation{Kind: ir.EventCount, Within: time.Minute, Rules: []ir.RuleRef{{Name: "a"}}}, backend.Column{Name: "ts"}, "no date"},
		{ir.Correlation{Kind: ir.ValueSum, Within: time.Minute, Rules: []ir.RuleRef{{Name: "a"}}}, at, "looks at 0 fields"},
	} {
		q, l := esql.Target{}.Correlate(backendtest.Timeline{Correlation: &c.of}.Over(c.at))
		if !l.HasErrors() || q.Text != "" || !strings.Contains(l[0].Message, c.says) {
			t.Errorf("%s: %v, not %s", c.of.Kind, l, c.says)
		}
	}
}
