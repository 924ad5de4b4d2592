package backend

import (
	"fmt"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Clause is what the losses of a correlation name: its kind, its bounds, and the timespan.
func (c *Correlation) Clause() string {
	var b strings.Builder
	b.WriteString(c.Kind.String())
	for _, h := range c.Having {
		fmt.Fprintf(&b, " %s %v", h.Op, h.Value)
	}
	b.WriteString(" within " + ir.DurationText(c.Within))
	return b.String()
}

// Fewer is what becomes of the firings where a query sees fewer events or values than there are.
func (c *Correlation) Fewer() Effect {
	switch c.Kind {
	case ir.Absence, ir.FirstSeen:
		return Wider
	case ir.ValueSum, ir.ValueAvg, ir.ValuePercentile:
		return Both
	}
	least, most := 0, 0
	for _, h := range c.Having {
		switch h.Op {
		case ir.BoundGt, ir.BoundGte:
			least++
		case ir.BoundLt, ir.BoundLte:
			most++
		}
	}
	switch n := len(c.Having); {
	case least == n:
		return Narrower
	case most == n:
		return Wider
	}
	return Both
}

// LoseOf notes that a correlation is said otherwise.
func (n *Notes) LoseOf(c *Correlation, effect Effect, format string, args ...any) {
	l := Loss{c.Span, c.Clause(), fmt.Sprintf(format, args...), effect}
	for _, said := range n.Losses {
		if said == l {
			return
		}
	}
	n.Losses = append(n.Losses, l)
}

// RefuseOf notes that a correlation can't be said.
func (n *Notes) RefuseOf(target string, c *Correlation, format string, args ...any) {
	n.Findings.Add(diag.ClauseRefused, c.Span, "%s can't say %s: %s", target, c.Clause(), fmt.Sprintf(format, args...))
}

// DoneOf is what Correlate gives: the query with the losses of its members and its own, or nothing where something was
// refused.
func (n *Notes) DoneOf(c *Correlation, text string) (Query, diag.List) {
	if n.Findings.HasErrors() {
		return Query{}, n.Findings
	}
	var losses []Loss
	for _, m := range c.Members {
		losses = append(losses, m.Rule.Losses...)
	}
	losses = append(losses, n.Losses...)
	for i, l := range losses {
		if l.Clause != c.Clause() { // of a rule: what it does to the correlation is another question
			losses[i].Effect = c.Carried(l.Effect)
		}
	}
	return Query{Text: text, Losses: losses, Needs: n.needs}, n.Findings
}
