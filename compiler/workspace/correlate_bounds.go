package workspace

import (
	"math"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// checkBounds holds a correlation's condition to its kind, and to what its number can be.
func checkBounds(r *Rule, c *ir.Correlation) {
	l, f := &r.Findings, r.Stub.Correlation
	at := f.Type.Whole
	if f.Condition != nil {
		at = f.Condition.Span
	}
	switch {
	case c.Kind >= ir.Absence && len(c.Having) > 0:
		l.Add(diag.BadBounds, at, "%s counts nothing, so it takes no bound", c.Kind).WithHelp("leave the condition out")
		return
	case c.Kind < ir.Temporal && len(c.Having) == 0:
		l.Add(diag.BadBounds, at, "%s has no condition to hold its number against", c.Kind).WithHelp("condition: {gte: 10}")
		return
	}
	checkPercentile(r, c)
	if len(c.Having) == 0 {
		return
	}
	some, all := reach(c)
	switch {
	case !some:
		l.Add(diag.BadBounds, at, "no number satisfies the condition%s", domain(c)).WithHelp("widen one of the bounds")
	case all:
		l.Add(diag.IdleBounds, at, "every number satisfies the condition%s", domain(c)).WithHelp("narrow the bound, or take the rules by themselves")
	}
}

// domain says in words what the number can be.
func domain(c *ir.Correlation) string {
	switch {
	case c.Kind == ir.EventCount || c.Kind == ir.ValueCount:
		return ": it is looked at when an event arrives, so it is at least 1"
	case c.Kind == ir.Temporal || c.Kind == ir.TemporalOrdered:
		return ": the rules seen are at least 1, and at most all"
	}
	return ""
}

// reach says whether some, and whether all, of the numbers that there can be satisfy the condition. Between two
// neighbouring bounds nothing changes, so it is enough to ask at them and beside them.
func reach(c *ir.Correlation) (some, all bool) {
	whole := c.Kind < ir.ValueSum || c.Kind >= ir.Temporal
	low, high := math.Inf(-1), math.Inf(1)
	if whole {
		low = 1
	}
	if c.Kind == ir.Temporal || c.Kind == ir.TemporalOrdered {
		high = float64(len(c.Rules))
	}
	points := []float64{low, high}
	for _, b := range c.Having {
		if whole {
			n := math.Floor(b.Value)
			points = append(points, n-1, n, n+1)
		} else {
			points = append(points, math.Nextafter(b.Value, low), b.Value, math.Nextafter(b.Value, high))
		}
	}
	all = true
	for _, p := range points {
		if p < low || p > high {
			continue
		}
		holds := true
		for _, b := range c.Having {
			holds = holds && b.Holds(p)
		}
		some, all = some || holds, all && holds
	}
	return some, all
}

func checkPercentile(r *Rule, c *ir.Correlation) {
	p, l := r.Stub.Correlation.Percentile, &r.Findings
	switch {
	case c.Kind == ir.ValuePercentile && !p.Set:
		l.Add(diag.BadPercentile, r.Stub.Correlation.Type.Whole, "which percentile is meant is not said").WithHelp("percentile: 95")
	case c.Kind != ir.ValuePercentile && p.Set:
		l.Add(diag.BadPercentile, p.Span, "%s has no percentile", c.Kind).WithHelp("leave it out, or write type: value_percentile")
	case p.Set && (p.V <= 0 || p.V > 100):
		l.Add(diag.BadPercentile, p.Span, "a percentile is over 0 and up to 100, not %v", p.V)
	}
}
