package correlate

import (
	"fmt"
	"math"
	"slices"

	"detc/compiler/ir"
)

// A plan is what doesn't change of an engine: a correlation with its names resolved.
type plan struct {
	c        *ir.Correlation
	rules    []string   // the name of each place
	keys     [][]string // for each place the fields of GroupBy in that rule
	fields   [][]string // the same of Fields
	within   int64
	lateness int64
}

// check refuses what says nothing. Readers have refused it before, with a finding; here it must only do no harm.
func check(c *ir.Correlation) error {
	switch {
	case len(c.Rules) == 0:
		return fmt.Errorf("correlation %s: no rules", c.Name)
	case c.Within < 0:
		return fmt.Errorf("correlation %s: a timespan of %s", c.Name, c.Within)
	case c.Kind > ir.FirstSeen:
		return fmt.Errorf("correlation %s: no such kind", c.Name)
	case c.Kind == ir.Absence && len(c.Rules) > 2:
		return fmt.Errorf("correlation %s: absence of %d rules", c.Name, len(c.Rules))
	case c.Kind.OfValues() && len(c.Fields) == 0:
		return fmt.Errorf("correlation %s: %s of no field", c.Name, c.Kind)
	case c.Kind.OfValues() && c.Kind != ir.ValueCount && len(c.Fields) > 1:
		return fmt.Errorf("correlation %s: %s of %d fields", c.Name, c.Kind, len(c.Fields))
	case c.Kind == ir.ValuePercentile && !(c.Percentile > 0 && c.Percentile <= 100):
		return fmt.Errorf("correlation %s: the percentile %v", c.Name, c.Percentile)
	}
	return nil
}

func newPlan(c *ir.Correlation, o Options) *plan {
	p := &plan{c: c, within: int64(c.Within), lateness: int64(o.Lateness)}
	if o.Lateness == 0 {
		p.lateness = p.within
	}
	p.lateness = min(max(p.lateness, 0), math.MaxInt64-1) // so that the longest distance, which may be cut, is past it
	for _, r := range c.Rules {
		p.rules = append(p.rules, r.Name)
		p.keys = append(p.keys, resolve(c, r.Name, c.GroupBy))
		p.fields = append(p.fields, resolve(c, r.Name, c.Fields))
	}
	return p
}

// resolve is what names stand for in a rule. A rule that an alias doesn't list has a field of that name.
func resolve(c *ir.Correlation, rule string, names []string) []string {
	out := slices.Clone(names)
	for i, name := range names {
		if f, ok := aliased(c, rule, name); ok {
			out[i] = f
		}
	}
	return out
}

func aliased(c *ir.Correlation, rule, name string) (field string, ok bool) {
	for _, a := range c.Aliases {
		for _, f := range a.Fields {
			if a.Name == name && f.Rule == rule {
				return f.Field, true
			}
		}
	}
	return "", false
}

// holds says whether the number satisfies all bounds. Without any a sequence must be complete.
func (p *plan) holds(number float64) bool {
	if len(p.c.Having) == 0 && p.c.Kind >= ir.Temporal {
		return number >= float64(len(p.rules))
	}
	for _, b := range p.c.Having {
		if !b.Holds(number) {
			return false
		}
	}
	return true
}

// enough is the count from which on every larger one satisfies the same bounds: no more need be kept.
func (p *plan) enough(most int) (n int, exact bool) {
	least := 1.0
	for _, b := range p.c.Having {
		if b.Op == ir.BoundGte || b.Op == ir.BoundLt {
			least = max(least, math.Ceil(b.Value))
		} else {
			least = max(least, math.Floor(b.Value)+1)
		}
	}
	if least <= float64(most) {
		return int(least), true
	}
	return most, false // also where a bound is not a number, which no count satisfies
}

// back and ahead are times the timespan before and after; they stay within what time there is.
func (p *plan) back(t int64) int64 { return minus(t, p.within) }

func (p *plan) ahead(t int64) int64 {
	if t > math.MaxInt64-p.within {
		return math.MaxInt64
	}
	return t + p.within
}

// minus is a - b for b from 0 up, or the beginning of time.
func minus(a, b int64) int64 {
	if a < math.MinInt64+b {
		return math.MinInt64
	}
	return a - b
}
