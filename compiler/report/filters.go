package report

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// narrowedRules are the rules that filters narrow.
func narrowedRules(r *coverage.Report) []coverage.RuleReport {
	var out []coverage.RuleReport
	for _, rule := range r.Rules {
		if len(rule.Filters) > 0 {
			out = append(out, rule)
		}
	}
	return out
}

// nextEnd is the day on which the first of the filters ends.
func nextEnd(filters []coverage.Filter) string {
	return slices.MinFunc(filters, func(a, b coverage.Filter) int { return strings.Compare(a.Until, b.Until) }).Until
}

// filtersOf is how many filters narrow a rule, and until when: 2 filters, the next to end on 2027-01-31.
func filtersOf(rule coverage.RuleReport) string {
	if len(rule.Filters) == 1 {
		return fmt.Sprintf("1 filter, until %s", clean(rule.Filters[0].Until))
	}
	return fmt.Sprintf("%s, the next to end on %s", plural(len(rule.Filters), "filter"), clean(nextEnd(rule.Filters)))
}

const filtersMean = "What a filter leaves out alerts nobody at this site. The stages are those of the rules as they were written."

// filters names the rules that filters narrow.
func (p *printer) filters(r *coverage.Report) {
	rules := narrowedRules(r)
	if len(rules) == 0 {
		return
	}
	p.line("%s", p.paint(bold, "Narrowed by filters"))
	widest := 0
	for _, rule := range rules {
		widest = max(widest, len(clean(rule.Name)))
	}
	for _, rule := range rules {
		p.paragraph("  "+pad(clean(rule.Name), min(widest, 40))+"  ", filtersOf(rule))
	}
	p.paragraph("  ", filtersMean)
	p.line("")
}

// filters is the same on a page.
func (p *page) filters(r *coverage.Report) {
	rules := narrowedRules(r)
	if len(rules) == 0 {
		return
	}
	p.line("## Narrowed by filters\n")
	p.line("%s\n", filtersMean)
	p.line("| Rule | Filters | Next to end |")
	p.line("|---|---|---|")
	for _, rule := range rules {
		names := make([]string, len(rule.Filters))
		for i, f := range rule.Filters {
			names[i] = code(f.Name)
		}
		shown := strings.Join(names, ", ")
		if p.brevity > 0 {
			shown = plural(len(names), "filter")
		}
		p.line("| %s | %s | %s |", code(rule.Name), shown, escape(nextEnd(rule.Filters)))
	}
	p.line("")
}
