package sigmalint

import (
	"math"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// correlation holds a correlation against what its type asks, and against itself.
func correlation(s *subject, l *diag.List) {
	c := s.Correlation
	if c == nil {
		return
	}
	at := c.Span
	if at.IsZero() {
		at = s.at()
	}
	s.ruleRefs(c, at, l)
	s.bounds(c, at, l)
	s.aliases(c, l)
	if len(c.GroupBy) == 0 && c.Kind.InSigma() {
		l.Add(diag.SigmaGroup, at, "the correlation has no group-by").WithHelp("name the fields whose events belong together, such as the host or the user")
	}
}

func (s *subject) ruleRefs(c *ir.Correlation, at source.Span, l *diag.List) {
	for _, r := range c.Rules {
		if r.Name == s.Name.Value || strings.EqualFold(r.Name, s.ID.Value) {
			l.Add(diag.SigmaRuleRefs, r.Span, "the correlation names itself").WithHelp("name the rule whose events it looks at")
		}
	}
	if (c.Kind == ir.Temporal || c.Kind == ir.TemporalOrdered) && len(c.Rules) == 1 {
		l.Add(diag.SigmaRuleRefs, at, "%s has one rule, so there is nothing for it to come together with", c.Kind).WithHelp("name a second rule, or write event_count")
	}
}

// bounds finds conditions that can't hold or always do. Counts are whole and at least one when they are looked at, since
// only an event makes a group; sums and averages may be anything.
func (s *subject) bounds(c *ir.Correlation, at source.Span, l *diag.List) {
	counts := c.Kind == ir.EventCount || c.Kind == ir.ValueCount
	temporal := c.Kind == ir.Temporal || c.Kind == ir.TemporalOrdered
	if len(c.Having) == 0 {
		return // of a temporal one that is all rules; elsewhere the reader asks for one
	}
	lo, hi := math.Inf(-1), math.Inf(1)
	most := ""
	if counts || temporal {
		lo = 1
	}
	if temporal && len(c.Rules) > 0 {
		hi, most = float64(len(c.Rules)), "there are no more rules than that"
	}
	start, end := lo, hi
	whole := counts || temporal
	for _, b := range c.Having {
		switch b.Op {
		case ir.BoundGt:
			if lo = max(lo, b.Value); whole {
				lo = max(lo, math.Floor(b.Value)+1)
			}
		case ir.BoundGte:
			lo = max(lo, b.Value)
		case ir.BoundLt:
			if hi = min(hi, b.Value); whole {
				hi = min(hi, math.Ceil(b.Value)-1)
			}
		case ir.BoundLte:
			hi = min(hi, b.Value)
		case ir.BoundEq:
			lo, hi = max(lo, b.Value), min(hi, b.Value)
		}
	}
	span := c.Having[0].Span
	if span.IsZero() {
		span = at
	}
	neq := slices.ContainsFunc(c.Having, func(b ir.Bound) bool {
		return b.Op == ir.BoundNeq || !whole && (b.Op == ir.BoundGt || b.Op == ir.BoundLt)
	})
	empty := lo > hi || lo == hi && slices.ContainsFunc(c.Having, func(b ir.Bound) bool { return !b.Holds(lo) })
	switch {
	case empty:
		d := l.Add(diag.SigmaBounds, span, "no number meets the condition").WithHelp("mend the bound that is wrong")
		if most != "" && end < math.Inf(1) {
			d.WithNote(at, "%s: %d", most, len(c.Rules))
		}
	case lo == start && hi == end && !neq:
		l.Add(diag.SigmaBounds, span, "every number meets the condition").WithHelp("mend the bound, or write the rule without a correlation")
	}
}

// aliases finds aliases that are used nowhere, or don't fit the rules.
func (s *subject) aliases(c *ir.Correlation, l *diag.List) {
	for _, a := range c.Aliases {
		if !slices.Contains(c.GroupBy, a.Name) && !slices.Contains(c.Fields, a.Name) {
			l.Add(diag.SigmaAlias, a.Span, "the alias %q is used nowhere", clip(a.Name)).WithHelp("name it in group-by, or take it out")
		}
		for _, f := range a.Fields {
			if !slices.ContainsFunc(c.Rules, func(r ir.RuleRef) bool { return r.Name == f.Rule }) {
				l.Add(diag.SigmaAlias, f.Span, "the correlation names no rule %q", clip(f.Rule)).WithHelp("name it in rules, by the same name, or take it out here")
			}
		}
		for _, r := range c.Rules {
			if !slices.ContainsFunc(a.Fields, func(f ir.AliasField) bool { return f.Rule == r.Name }) {
				l.Add(diag.SigmaAlias, a.Span, "the alias %q says nothing of the rule %q", clip(a.Name), clip(r.Name)).WithHelp("say which field it stands for in that rule")
			}
		}
	}
}

// filterRules finds filters that name a rule twice.
func filterRules(s *subject, l *diag.List) {
	list := s.Node.Get("filter").Get("rules")
	first := map[string]source.Text{}
	for i, r := range s.Filters {
		before, twice := first[r.Value]
		if !twice {
			first[r.Value] = r
			continue
		}
		d := l.Add(diag.SigmaFilterRules, r.Whole, "the filter names %q twice", clip(r.Value)).WithNote(before.Whole, "the first time").WithHelp("name another rule, or take it out")
		if list != nil && len(list.Items) == len(s.Filters) {
			withRemoval(d, list, i)
		}
	}
}
