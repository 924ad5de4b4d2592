package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// open counts what is not shown of a tactic's obligations by gate: the open rows of the blind-spot ledger.
func (p *page) open(t coverage.TacticReport) {
	var kinds []string
	open, waived := map[string]int{}, 0
	for _, i := range t.Items {
		for _, o := range i.Obligations {
			if o.State == coverage.ItemNotNeeded {
				continue
			}
			for _, g := range o.Open {
				if g.Waived {
					waived++
					continue
				}
				kind := g.Gate
				if g.Kind != "" {
					kind += " (" + g.Kind + ")"
				}
				if open[kind]++; open[kind] == 1 {
					kinds = append(kinds, kind)
				}
			}
		}
	}
	if len(kinds) == 0 && waived == 0 {
		return
	}
	var out []string
	slices.SortStableFunc(kinds, func(a, b string) int { return cmp.Compare(gateOf(a), gateOf(b)) })
	for _, k := range kinds {
		out = append(out, fmt.Sprintf("%d %s", open[k], escape(k)))
	}
	if waived > 0 {
		out = append(out, fmt.Sprintf("%d waived", waived))
	}
	p.line("Rows of the blind-spot ledger: %s\n", strings.Join(out, " · "))
}

// gateOf is the gate that a kind of gap begins with.
func gateOf(kind string) coverage.Gate {
	name, _, _ := strings.Cut(kind, " ")
	g, _ := coverage.GateOf(name)
	return g
}

// mostWaived is how many waivers a page lists that must be short.
const mostWaived = 20

// waived lists what people accepted, with who did and until when.
func (p *page) waived(t coverage.TacticReport) {
	var rows []string
	for _, i := range t.Items {
		for _, o := range i.Obligations {
			for _, g := range o.Open {
				if !g.Waived || o.State == coverage.ItemNotNeeded {
					continue
				}
				gate := g.Gate
				if g.Kind != "" {
					gate += " " + g.Kind
				}
				rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |", code(i.ID), escape(o.Scope), escape(gate), o.State, escape(o.Owner), escape(o.Approver), escape(o.Until)))
			}
		}
	}
	if len(rows) == 0 {
		return
	}
	p.line("### Accepted, which is not covered\n")
	p.line("| Item | Scope | What is not shown | State | Owner | Approved by | Until |")
	p.line("|---|---|---|---|---|---|---|")
	for k, row := range rows {
		if p.brevity > 0 && k == mostWaived {
			p.line("| and %d more | | | | | | |", len(rows)-k)
			break
		}
		p.line("%s", row)
	}
	p.line("")
}
