package report

import (
	"fmt"
	"io"
	"strings"

	"detc/compiler/coverage"
)

// Text writes coverage for a terminal: per tactic the headline, a line an item, what is missing by name and why, and
// the page's own limits.
func Text(w io.Writer, r *coverage.Report, o Options) error {
	p := &printer{Options: o}
	if len(r.Tactics) != 1 {
		p.line("%s", o.paint(bold, overall(r)))
		p.line("")
	}
	rules := map[string]coverage.RuleReport{}
	for _, rule := range r.Rules {
		rules[rule.Name] = rule
	}
	for _, t := range r.Tactics {
		p.tactic(t, rules)
	}
	p.filters(r)
	p.paragraph("", stagesMean)
	if not := unmeasured(r); len(not) > 0 {
		p.line("")
		p.paragraph("Not measured: ", strings.Join(not, ", ")+".")
	}
	p.line("")
	p.line("%s · input %s", plural(len(r.Rules), "rule"), short(r.Digest))
	return p.to(w)
}

func (p *printer) tactic(t coverage.TacticReport, rules map[string]coverage.RuleReport) {
	p.line("%s", p.paint(bold, heading(t)))
	p.line("%s", t.Headline)
	p.line("")
	rows := [][]string{}
	for _, i := range t.Items {
		if i.Detection() {
			rows = append(rows, []string{number(i.ID), symbol(i) + " " + i.Stage.String(), i.State, evidence(i), clean(i.Text)})
		}
	}
	lines := layout([]string{"item", "stage", "state", "evidence", "the page asks for"}, rows, p.width()-2)
	p.line("  %s", p.paint(dim, lines[0]))
	for k, l := range lines[1:] {
		if cell := rows[k][1]; p.Color { // in place, as its width stays what it is
			l = strings.Replace(l, cell, p.paint(stageColor(rows[k][2]), cell), 1)
		}
		p.line("  %s", l)
		if p.Verbose {
			p.itemRules(item(t, rows[k][0]), rules)
		}
	}
	p.line("")
	c := t.Totals.Detection
	p.line("  %s, of %s", states(c), plural(c.Items, "item"))
	p.line("  %s, of %d", ladder(c, " → "), c.Asked)
	p.line("")
	p.reasons("Missing", missing(t))
	p.reasons("Mitigation priorities, counted apart", mitigations(t))
	if len(t.Limits) > 0 {
		p.line("%s", p.paint(bold, "What the page says of its own limits"))
		for _, l := range t.Limits {
			p.paragraph("  ", clean(l))
		}
		p.line("")
	}
}

// reasons says of each item why it isn't further.
func (p *printer) reasons(title string, items []coverage.ItemReport) {
	if len(items) == 0 {
		return
	}
	p.line("%s", p.paint(bold, title))
	groups := group(items)
	names, standings := 0, 0
	for _, a := range groups {
		names, standings = max(names, len(a.names)), max(standings, columns.StringWidth(a.standing))
	}
	for _, a := range groups {
		head := "  " + pad(a.names, names) + "  " + pad(a.standing, standings) + "  "
		if columns.StringWidth(head) > p.width()/2 {
			p.paragraph("  ", a.names)
			head = "      " + a.standing + "  "
		}
		p.paragraph(head, a.reason)
	}
	p.line("")
}

// itemRules lists the rules of an item: how far each comes by itself, and why not further.
func (p *printer) itemRules(i coverage.ItemReport, rules map[string]coverage.RuleReport) {
	for _, rule := range i.Rules {
		of := rules[rule.Name]
		p.line("      %s", p.paint(dim, fit(fmt.Sprintf("%-8s %s · %s · %s · judged %s", rule.Stage, clean(rule.Name),
			plural(len(of.Sources), "source"), plural(of.Cases, "case"), plural(of.Pairs, "time")), p.width()-6)))
		if len(of.Filters) > 0 {
			p.paragraph("               ", "narrowed by "+filtersOf(of))
		}
		if g, ok := rule.Gates.Next(); ok && rule.Reasons[g] != "" {
			p.paragraph("               "+g.String()+" "+rule.Gates[g].String()+": ", clean(rule.Reasons[g]))
		}
	}
}

func item(t coverage.TacticReport, n string) coverage.ItemReport {
	for _, i := range t.Items {
		if number(i.ID) == n {
			return i
		}
	}
	return coverage.ItemReport{}
}

func stageColor(state string) string {
	switch state {
	case coverage.Effective:
		return green
	case coverage.Blind:
		return red
	case coverage.Partial, coverage.ItemWaived:
		return yellow
	}
	return ""
}

// short is a digest as people compare it.
func short(digest string) string {
	return digest[:min(len(digest), len("sha256:")+12)]
}
