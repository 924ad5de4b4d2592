package report

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// A figure is how many items are in a state.
type figure struct {
	State string `json:"state"`
	Items int    `json:"items"`
}

// figuresOf are the five counts of a Count, in the order of coverage.ItemStates; they add up to its Items.
func figuresOf(c coverage.Count) []figure {
	n := map[string]int{coverage.Effective: c.Effective, coverage.Partial: c.Partial, coverage.ItemWaived: c.Waived,
		coverage.Blind: c.Blind, coverage.ItemNotNeeded: c.NotApplicable}
	var out []figure
	for _, state := range coverage.ItemStates() {
		out = append(out, figure{state, n[state]})
	}
	return out
}

// figures says all five counts, the zeros too, with what they are counted of: 3 effective, 2 partial, 1 waived, 1 blind,
// 1 n/a of 8. Every format that has room for a text says it so.
func figures(c coverage.Count) string {
	var out []string
	for _, f := range figuresOf(c) {
		out = append(out, fmt.Sprintf("%d %s", f.Items, f.State))
	}
	return fmt.Sprintf("%s of %d", strings.Join(out, ", "), c.Items)
}

// tacticFigures says a tactic's counts, those of detection apart from the mitigations.
func tacticFigures(t coverage.TacticReport) string {
	s := "detection: " + figures(t.Totals.Detection)
	if t.Totals.Mitigation.Items > 0 {
		s += "; mitigation: " + figures(t.Totals.Mitigation)
	}
	return s
}

// counted is a part of a tactic's items with its count.
type counted struct {
	name string
	coverage.Count
}

// parts are the counts of a tactic by what they count.
func parts(t coverage.TacticReport) []counted {
	return []counted{{"detection", t.Totals.Detection}, {"mitigation", t.Totals.Mitigation}}
}

// clip is a text on one line of at most n characters, an ellipsis for the rest.
func clip(s string, n int) string {
	more := len(s) > 8*n
	if more { // no more of it can be shown: a character has four bytes at most
		s = s[:8*n]
	}
	s = clean(s)
	if len(s) <= n && !more {
		return s
	}
	r := []rune(s)
	if len(r) < n && more {
		return s + "…"
	}
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// messageLength is the most characters that a message has in a format that shows it beside a line. What is longer was
// written to be shown elsewhere, or to be in the way.
const messageLength = 1000

// domains are the ATT&CK domains of a report's tactics, in order.
func domains(r *coverage.Report) []string {
	var out []string
	for _, t := range r.Tactics {
		out = append(out, t.Domain)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unlive are the items of detection that are proven and not effective, where anything is known of what is live.
func unlive(t coverage.TacticReport) []coverage.ItemReport {
	var out []coverage.ItemReport
	for _, i := range t.Items {
		if t.Totals.Detection.Live != nil && i.Detection() && i.State == coverage.Partial && i.Stage == coverage.Proven {
			out = append(out, i)
		}
	}
	return out
}
