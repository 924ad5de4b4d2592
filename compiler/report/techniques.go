package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/coverage"
)

// A painted technique is one of a tactic's, with the rules whose tags name it. It is a second view: that the tactic has
// it, ATT&CK's kill-chain phases say, not the document.
type painted struct {
	attack.Technique
	tactic attack.Tactic
	rules  []*coverage.RuleReport // the one that came furthest first
}

// stage is how far the best rule came by itself; false where none names the technique.
func (p painted) stage() (coverage.Stage, bool) {
	if len(p.rules) == 0 {
		return coverage.None, false
	}
	return p.rules[0].Stage, true
}

// named says how many rules name the technique.
func (p painted) named() string {
	if len(p.rules) == 1 {
		return "1 rule names it"
	}
	return fmt.Sprintf("%d rules name it", len(p.rules))
}

// names are those of the rules, of many the first ones.
func (p painted) names() string {
	const most = 20
	var out []string
	for k, r := range p.rules {
		if k == most {
			out = append(out, fmt.Sprintf("and %d more", len(p.rules)-most))
			break
		}
		out = append(out, clip(r.Name, 100))
	}
	return strings.Join(out, ", ")
}

// techniques are the live techniques of a domain's tactics, each once a tactic. A rule whose tags name the tactic alone
// stands at none of them, nor does one that alerts nobody.
func techniques(r *coverage.Report, c *attack.Catalog, domain string) []painted {
	type key struct{ tactic, technique string }
	rules := map[key][]*coverage.RuleReport{}
	for k := range r.Rules {
		rule := &r.Rules[k]
		if rule.Block {
			continue
		}
		for _, id := range rule.Techniques {
			rules[key{rule.Tactic, id}] = append(rules[key{rule.Tactic, id}], rule)
		}
	}
	var out []painted
	for _, t := range r.Tactics {
		tactic, ok := c.Tactic(t.ID)
		if t.Domain != domain || !ok {
			continue
		}
		for _, q := range c.Techniques(t.ID) {
			p := painted{Technique: q, tactic: tactic, rules: rules[key{t.ID, q.ID}]}
			slices.SortStableFunc(p.rules, func(a, b *coverage.RuleReport) int { return -cmp.Compare(a.Stage, b.Stage) })
			out = append(out, p)
		}
	}
	return out
}

// domainFigures says the figures of a domain's tactics, a line each, and the pages' own limits.
func domainFigures(r *coverage.Report, domain string) []string {
	var out []string
	for _, t := range r.Tactics {
		if t.Domain == domain {
			out = append(out, heading(t)+": "+tacticFigures(t))
			for _, l := range t.Limits {
				out = append(out, clip(l, messageLength))
			}
		}
	}
	return out
}
