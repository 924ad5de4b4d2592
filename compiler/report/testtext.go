package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// TestText writes what an engineer wants of a test run: each failing case with its place and why, what was skipped by
// name, and the totals, with how many (event, rule) pairs each opinion judged. Verbose adds the cases that passed.
func TestText(w io.Writer, suites []TestSuite, o Options) error {
	p := &printer{Options: o}
	total := count(suites...)
	for _, s := range suites {
		for _, c := range s.Cases {
			if c.Verdict == Fail {
				p.failure(s, c)
			}
		}
	}
	if o.Verbose {
		p.suites(suites)
	} else {
		p.skipped(suites)
	}
	p.mutants(suites)
	totals := []string{fmt.Sprintf("%d passed", total.pass), p.paint(color(total.fail, red), fmt.Sprintf("%d failed", total.fail))}
	totals = append(totals, p.paint(color(total.skip, yellow), fmt.Sprintf("%d skipped", total.skip)))
	p.line("%s, %s: %s", rulesAndFilters(suites), plural(total.cases, "case"), strings.Join(totals, ", "))
	p.opinions(suites)
	return p.to(w)
}

// rulesAndFilters counts suites by what they are of.
func rulesAndFilters(suites []TestSuite) string {
	filters := 0
	for _, s := range suites {
		if s.Filter {
			filters++
		}
	}
	if filters == 0 {
		return plural(len(suites), "rule")
	}
	return plural(len(suites)-filters, "rule") + ", " + plural(filters, "filter")
}

func (p *printer) failure(s TestSuite, c TestCase) {
	p.line("%s  %s: %s", p.paint(red, "FAIL"), clean(s.Name), clean(c.Name))
	p.line("      %s", p.paint(dim, where(s, c)))
	p.paragraph("      ", clean(c.Message))
	for _, l := range detailLines(c) {
		p.line("      | %s", l)
	}
	p.line("")
}

// skipped names the cases that were not run, once for each reason.
func (p *printer) skipped(suites []TestSuite) {
	type group struct {
		reason string
		cases  []string
	}
	var groups []*group
	at := map[string]*group{}
	for _, s := range suites {
		for _, c := range s.Cases {
			if c.Verdict != Skip {
				continue
			}
			g, ok := at[c.Message]
			if !ok {
				g = &group{reason: c.Message}
				at[c.Message] = g
				groups = append(groups, g)
			}
			g.cases = append(g.cases, clean(s.Name)+": "+clean(c.Name))
		}
	}
	for _, g := range groups {
		p.marked(yellow, "SKIP  ", fmt.Sprintf("%s: %s", plural(len(g.cases), "case"), cmp.Or(clean(g.reason), "no reason given")))
		for _, c := range g.cases {
			p.line("      %s", c)
		}
		p.line("")
	}
}

// suites lists every case under its rule.
func (p *printer) suites(suites []TestSuite) {
	for _, s := range suites {
		t := count(s)
		p.line("%s  %s", p.paint(bold, clean(s.Name)), p.paint(dim, fmt.Sprintf("%s · %d/%d passed", clean(s.File), t.pass, t.cases)))
		for _, c := range s.Cases {
			why := ""
			if c.Verdict == Skip {
				why = " (" + clean(c.Message) + ")"
			}
			p.line("  %s  %s%s", p.paint(map[Verdict]string{Pass: green, Fail: red, Skip: yellow}[c.Verdict], c.Verdict.String()), clean(c.Name), why)
			if len(c.Opinions) > 0 {
				p.paragraph("        ", clean(strings.Join(c.Opinions, " · ")))
			}
		}
		p.line("")
	}
}

// opinions counts how many pairs of an event and a rule each opinion judged. An opinion's first word is who judged.
func (p *printer) opinions(suites []TestSuite) {
	var kinds []string
	pairs := map[string]int{}
	for _, s := range suites {
		for _, c := range s.Cases {
			for _, name := range c.Opinions {
				kind, _, _ := strings.Cut(clean(name), " ")
				if pairs[kind]++; pairs[kind] == 1 {
					kinds = append(kinds, kind)
				}
			}
		}
	}
	slices.Sort(kinds)
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = fmt.Sprintf("%s %d", k, pairs[k])
	}
	if len(out) > 0 {
		p.line("judged pairs of event and rule: %s", strings.Join(out, " · "))
	}
}

// detailLines are the lines of a case's detail, fit to be shown.
func detailLines(c TestCase) []string {
	var out []string
	for l := range strings.Lines(strings.TrimRight(c.Detail, "\r\n")) {
		out = append(out, strings.TrimRight(visible(l), " "))
	}
	return out
}

func where(s TestSuite, c TestCase) string {
	if c.Line > 0 {
		return fmt.Sprintf("%s:%d", clean(s.File), c.Line)
	}
	return clean(s.File)
}

func color(n int, c string) string {
	if n == 0 {
		return ""
	}
	return c
}
