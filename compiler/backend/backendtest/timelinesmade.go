package backendtest

import (
	"slices"
	"time"

	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// MadeTimelines are n timelines of every kind of correlation, the same for the same n, with keys that are missing, empty,
// lists or of another name in each rule, values that are no numbers, and events of several rules, or of one time.
func MadeTimelines(n int) (out []Timeline) {
	d := &dice{1}
	for i := range n {
		t := Timeline{Name: "made", Correlation: d.correlation(ir.CorrelationKind(i % int(ir.FirstSeen+1))), Until: correlate.Forever}
		if i%5 == 0 {
			start := int64(d.of(6)) * int64(time.Second)
			t.Start = &start
		}
		now := int64(0)
		for range d.of(14) {
			now += int64(pick(d, 1, 0, 2, 5, 1, 3))
			e := Moment{At: now * int64(time.Second), Rules: some(d, "a", "b", "c"), Fields: map[string][]string{}}
			e.Fields["k"] = pick(d, []string{"x"}, []string{"x"}, []string{"y"}, []string{"X"}, nil)
			e.Fields["m"] = pick(d, []string{"x"}, []string{"y"}, []string{"y"}, nil)
			e.Fields["v"] = pick(d, []string{"1"}, []string{"2"}, []string{"0.5"}, []string{"-3.5"}, []string{"x"}, []string{"X"}, nil)
			e.Fields["w"] = pick(d, []string{"1"}, []string{"2"}, nil)
			if i%3 == 0 {
				e.Fields["k"] = pick(d, e.Fields["k"], []string{"X", "y"}, []string{"y", "y"}, []string{""})
			}
			if i%7 == 0 {
				e.Fields["v"] = pick(d, e.Fields["v"], []string{"1", "7"}, []string{"X", "3"})
			}
			t.Events = append(t.Events, e)
		}
		out = append(out, t)
	}
	return out
}

func (d *dice) correlation(kind ir.CorrelationKind) *ir.Correlation {
	c := &ir.Correlation{Name: "correlation", Kind: kind, Within: time.Duration(pick(d, 4, 2, 7)) * time.Second}
	from := some(d, "a", "b", "c")
	if d.of(2) == 0 {
		slices.Reverse(from)
	}
	if len(from) == 0 {
		from = []string{"a"}
	}
	if d.of(6) == 0 {
		from = append(from, from[0])
	}
	if kind == ir.Absence {
		from = from[:min(len(from), 2)]
	}
	for _, r := range from {
		c.Rules = append(c.Rules, ir.RuleRef{Name: r})
	}
	c.GroupBy = pick(d, []string{"k"}, nil, []string{"k", "m"}, []string{"z"}, []string{"z", "k"})
	if slices.Contains(c.GroupBy, "z") {
		a := ir.Alias{Name: "z"}
		for _, r := range slices.Compact(slices.Sorted(slices.Values(from))) {
			a.Fields = append(a.Fields, ir.AliasField{Rule: r, Field: pick(d, "k", "m")})
		}
		c.Aliases = []ir.Alias{a}
	}
	if kind.OfValues() {
		c.Fields = []string{"v"}
		if kind == ir.ValueCount && d.of(2) == 0 {
			c.Fields = []string{"v", "w"}
		}
		c.Percentile = pick(d, 50, 95, 100, 0.5, 33.3, 75)
	}
	if kind < ir.Temporal || kind < ir.Absence && d.of(2) == 0 {
		for range 1 + d.of(2) {
			c.Having = append(c.Having, ir.Bound{Op: ir.BoundOp(d.of(int(ir.BoundNeq) + 1)), Value: float64(d.of(4))})
		}
	}
	return c
}

// dice are a linear congruential generator's numbers, so that every run makes the same.
type dice struct{ state uint64 }

func (d *dice) of(n int) int {
	d.state = d.state*6364136223846793005 + 1442695040888963407
	return int(d.state>>33) % n
}

func pick[T any](d *dice, from ...T) T { return from[d.of(len(from))] }

func some[T any](d *dice, from ...T) (out []T) {
	for _, v := range from {
		if d.of(2) == 1 {
			out = append(out, v)
		}
	}
	return out
}
