package change

import (
	"strings"
	"testing"
	"time"

	"detc/compiler/ir"
)

func correlation(kind ir.CorrelationKind, more ...func(*ir.Correlation)) *ir.Correlation {
	c := &ir.Correlation{Name: "c", Kind: kind, Rules: []ir.RuleRef{{Name: "a"}, {Name: "b"}}, GroupBy: []string{"user"}, Within: time.Hour}
	if kind == ir.EventCount || kind == ir.ValueCount {
		c.Having = []ir.Bound{{Op: ir.BoundGte, Value: 10}}
	}
	for _, f := range more {
		f(c)
	}
	return c
}

func TestCorrelations(t *testing.T) {
	having := func(bounds ...ir.Bound) func(*ir.Correlation) {
		return func(c *ir.Correlation) { c.Having = bounds }
	}
	within := func(d time.Duration) func(*ir.Correlation) { return func(c *ir.Correlation) { c.Within = d } }
	group := func(fields ...string) func(*ir.Correlation) { return func(c *ir.Correlation) { c.GroupBy = fields } }
	rules := func(names ...string) func(*ir.Correlation) {
		return func(c *ir.Correlation) {
			c.Rules = nil
			for _, n := range names {
				c.Rules = append(c.Rules, ir.RuleRef{Name: n})
			}
		}
	}
	gte := func(n float64) ir.Bound { return ir.Bound{Op: ir.BoundGte, Value: n} }
	lte := func(n float64) ir.Bound { return ir.Bound{Op: ir.BoundLte, Value: n} }
	for _, c := range []struct {
		name     string
		old, new *ir.Correlation
		want     Direction
		edit     string
	}{
		{"a lower threshold", correlation(ir.EventCount), correlation(ir.EventCount, having(gte(5))), Wider, "condition: gte 5 was condition: gte 10"},
		{"a range cut", correlation(ir.EventCount), correlation(ir.EventCount, having(gte(10), lte(20))), Narrower, ""},
		{"gt 9 and gte 10 differ on what is no whole number", correlation(ir.ValueAvg, having(gte(10))), correlation(ir.ValueAvg, having(ir.Bound{Op: ir.BoundGt, Value: 9})), Wider, ""},
		{"two ranges that overlap", correlation(ir.EventCount, having(gte(5), lte(20))), correlation(ir.EventCount, having(gte(10), lte(30))), Unknown, ""},
		{"not one number more", correlation(ir.EventCount), correlation(ir.EventCount, having(gte(10), ir.Bound{Op: ir.BoundNeq, Value: 12})), Narrower, ""},
		{"a longer window", correlation(ir.EventCount), correlation(ir.EventCount, within(2*time.Hour)), Wider, "within: 2h was within: 1h"},
		{"a shorter window", correlation(ir.Temporal), correlation(ir.Temporal, within(time.Minute)), Narrower, ""},
		{"a longer window of a mean", correlation(ir.ValueAvg, having(gte(1))), correlation(ir.ValueAvg, having(gte(1)), within(2*time.Hour)), Unknown, ""},
		{"a longer window with an upper bound", correlation(ir.EventCount, having(lte(3))), correlation(ir.EventCount, having(lte(3)), within(2*time.Hour)), Unknown, ""},
		{"a longer wait for what doesn't come", correlation(ir.Absence), correlation(ir.Absence, within(2*time.Hour)), Narrower, ""},
		{"a longer history", correlation(ir.FirstSeen), correlation(ir.FirstSeen, within(2*time.Hour)), Narrower, ""},
		{"coarser groups", correlation(ir.EventCount), correlation(ir.EventCount, group()), Wider, "group-by -user"},
		{"finer groups", correlation(ir.EventCount), correlation(ir.EventCount, group("user", "host")), Narrower, "group-by +host"},
		{"other groups", correlation(ir.EventCount), correlation(ir.EventCount, group("host")), Unknown, ""},
		{"one more rule to count", correlation(ir.EventCount), correlation(ir.EventCount, rules("a", "b", "c")), Wider, "rules +c"},
		{"one more rule to see", correlation(ir.Temporal), correlation(ir.Temporal, rules("a", "b", "c")), Narrower, "rules +c"},
		{"another order", correlation(ir.TemporalOrdered), correlation(ir.TemporalOrdered, rules("b", "a")), Unknown, ""},
		{"an order that doesn't count", correlation(ir.Temporal), correlation(ir.Temporal, rules("b", "a")), "", ""},
		{"another kind", correlation(ir.Temporal), correlation(ir.TemporalOrdered), Unknown, "type: temporal_ordered was type: temporal"},
		{"lower and shorter", correlation(ir.EventCount), correlation(ir.EventCount, having(gte(5)), within(time.Minute)), Unknown, ""},
		{"alerts of its rules", correlation(ir.EventCount), correlation(ir.EventCount, func(c *ir.Correlation) { c.Generate = true }), Same, ""},
		{"one written twice", correlation(ir.EventCount), correlation(ir.EventCount, having(gte(10), gte(3))), Same, ""},
	} {
		m := compareCorrelations(c.old, c.new)
		if c.want == "" {
			if len(m.Edits) > 0 {
				t.Errorf("%s: %s", c.name, edits(m))
			}
			continue
		}
		if m.Direction != c.want {
			t.Errorf("%s: %s (%s), want %s: %s", c.name, m.Direction, m.Reason, c.want, edits(m))
		}
		if got := edits(m); !strings.Contains(got, c.edit) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestDuration(t *testing.T) {
	for want, d := range map[string]time.Duration{"24h": 24 * time.Hour, "1h30m": 90 * time.Minute, "5m": 5 * time.Minute, "10m": 10 * time.Minute,
		"1h0m5s": time.Hour + 5*time.Second, "30s": 30 * time.Second, "100h": 100 * time.Hour, "20m30s": 20*time.Minute + 30*time.Second, "0s": 0} {
		if got := duration(d); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
