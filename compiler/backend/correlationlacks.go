package backend

import (
	"fmt"
	"math"

	"detc/compiler/ir"
)

// Lacks is why a correlation says nothing that a query could mean; empty where it does. Readers have said it with a better
// span before: here it keeps a target from writing half a query.
func (c *Correlation) Lacks() string {
	switch {
	case len(c.Members) == 0 || len(c.Members) != len(c.Rules):
		return "not all that it is over are rules of this store"
	case c.Within < 0:
		return fmt.Sprintf("its timespan is %s", c.Within)
	case c.Kind > ir.FirstSeen:
		return "its kind has no words here"
	case c.Kind == ir.Absence && len(c.Rules) > 2:
		return "it waits for more than one rule"
	case c.Kind.OfValues() && (len(c.Fields) == 0 || c.Kind != ir.ValueCount && len(c.Fields) > 1):
		return fmt.Sprintf("it looks at %d fields", len(c.Fields))
	case c.Kind == ir.ValuePercentile && !(c.Percentile > 0 && c.Percentile <= 100):
		return fmt.Sprintf("its percentile is %v", c.Percentile)
	}
	for _, m := range c.Members {
		if m.Rule == nil || len(m.Keys) != len(c.GroupBy) || len(m.Values) != len(c.Fields) {
			return "nothing says where the fields stand by which it groups"
		}
	}
	for _, b := range c.Having {
		if math.IsNaN(b.Value) || math.IsInf(b.Value, 0) {
			return fmt.Sprintf("a bound is %v", b.Value)
		}
	}
	return ""
}

// SamePrepared says that all rules are read after one stage, at the same places: then a query has it once before all of
// them.
func (c *Correlation) SamePrepared() bool {
	first := c.Members[0].Rule
	for _, m := range c.Members {
		if m.Rule.Prepare != first.Prepare || m.Rule.Prepare != "" && !samePlaces(m.Rule.In, first.In) {
			return false
		}
	}
	return true
}

func samePlaces(a, b []Place) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || fmt.Sprintf("%q", a[i].Values) != fmt.Sprintf("%q", b[i].Values) {
			return false
		}
	}
	return true
}

// Carried is the effect that a loss of a rule has on the firings of a correlation that asks for so many and no fewer: the
// same; on others it may be either.
func (c *Correlation) Carried(e Effect) Effect {
	if c.Fewer() == Narrower {
		return e
	}
	return Both
}
