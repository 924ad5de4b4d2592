package coverage

import (
	"slices"

	"detc/compiler/diag"
)

// Findings says on the briefs and stubs themselves what the report says in a table: which items of detection nothing
// answers, and which rules answer nothing.
func Findings(r *Report) diag.List {
	var l diag.List
	known := map[string]bool{}
	for _, t := range r.Tactics {
		known[t.ID] = true
		for _, i := range t.Items {
			known[i.ID] = true
			if i.State == Blind && i.Detection() {
				d := l.Add(diag.BlindItem, i.Span, "%s is blind: %s", i.ID, i.Reason)
				d.WithHelp("detc explain %s says more of it", i.ID)
			}
		}
	}
	for _, rule := range r.Rules {
		if known[rule.Tactic] && rule.Gates[Compiled] != Failed && !slices.ContainsFunc(rule.Items, func(id string) bool { return known[id] }) {
			l.Add(diag.IdleRule, rule.Span, "%s answers no item of %s, so it counts for nothing there", rule.Name, rule.Tactic).
				WithHelp("name the direction items it answers in covers, or the telemetry items in its schema's serves")
		}
	}
	return l
}
