// Package report shows results to people and machines, one file a format. It computes nothing of its own: what a
// report says stands in the coverage report or the test results that it is given.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// Options say how a text report is shown.
type Options struct {
	Width   int  // columns; 0 is 100
	Color   bool // also in colour, never by colour alone
	Verbose bool // every rule of every item; every test case
}

func (o Options) width() int {
	if o.Width <= 0 {
		return 100
	}
	return max(o.Width, 60)
}

// The few colours of text reports, as terminals number them.
const (
	bold, dim          = "1", "2"
	red, green, yellow = "31", "32", "33"
)

// paint sets a text in a colour, if there are to be colours.
func (o Options) paint(color, s string) string {
	if !o.Color || color == "" || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// printer gathers a report, so that it is written in one go or not at all.
type printer struct {
	strings.Builder
	Options
}

func (p *printer) line(format string, args ...any) {
	p.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

// paragraph writes a text wrapped to the width; the lines after the first stand under its text.
func (p *printer) paragraph(head, text string) { p.marked("", head, text) }

// marked is paragraph with its head in a colour.
func (p *printer) marked(color, head, text string) {
	indent := columns.StringWidth(head)
	head = p.paint(color, head)
	for _, l := range wrap(text, p.width()-indent) {
		p.line("%s%s", head, l)
		head = strings.Repeat(" ", indent)
	}
}

func (p *printer) to(w io.Writer) error {
	_, err := io.WriteString(w, p.String())
	return err
}

// symbol shows, beside its words, how far an item has come, for readers who scan.
func symbol(i coverage.ItemReport) string {
	switch {
	case i.State == coverage.ItemWaived:
		return "◌"
	case i.State == coverage.ItemNotNeeded:
		return "–"
	}
	return map[coverage.Stage]string{coverage.None: "○", coverage.Written: "◔", coverage.Proven: "◑", coverage.Live: "●"}[i.Stage]
}

// standing is where an item stands in one word: its state where nothing is shown, its stage where something is.
func standing(i coverage.ItemReport) string {
	if i.State == coverage.Partial || i.State == coverage.Effective {
		return i.Stage.String()
	}
	return i.State
}

// plural is a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// heading is what a tactic is called: its id first, as three tactics bear one name.
func heading(t coverage.TacticReport) string {
	s := t.ID + " " + clean(t.Name)
	var of []string
	if t.Domain != "" {
		of = append(of, clean(t.Domain))
	}
	if t.Release != "" {
		of = append(of, "ATT&CK "+clean(t.Release))
	}
	if len(of) > 0 {
		s += " (" + strings.Join(of, ", ") + ")"
	}
	return s
}

// overall is the headline over all tactics.
func overall(r *coverage.Report) string {
	if len(r.Tactics) < 2 {
		return r.Headline
	}
	return plural(len(r.Tactics), "tactic") + ": " + r.Headline
}

// ladder is where items are lost: 10 mapped → 9 compiled → …
func ladder(c coverage.Count, arrow string) string {
	var out []string
	for _, s := range c.Ladder {
		out = append(out, fmt.Sprintf("%d %s", s.Passed, s.Gate))
	}
	return strings.Join(out, arrow)
}

// states is how the items part: 9 partial · 1 blind.
func states(c coverage.Count) string {
	var out []string
	for _, s := range []struct {
		n    int
		word string
	}{{c.Effective, coverage.Effective}, {c.Partial, coverage.Partial}, {c.Waived, coverage.ItemWaived}, {c.Blind, coverage.Blind}, {c.NotApplicable, coverage.ItemNotNeeded}} {
		if s.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", s.n, s.word))
		}
	}
	return strings.Join(out, " · ")
}

// evidence is what stands behind an item in a few words: 6 rules, 5 tested.
func evidence(i coverage.ItemReport) string {
	if len(i.Rules) == 0 {
		switch {
		case i.AnsweredBy == coverage.ByRules || i.AnsweredBy == coverage.ByVisibility:
			return "no rule"
		case i.AnsweredBy == "":
			return "–"
		}
		return "by " + i.AnsweredBy
	}
	tested := 0
	for _, r := range i.Rules {
		if r.Gates[coverage.Tested] == coverage.Pass {
			tested++
		}
	}
	return fmt.Sprintf("%s, %d tested", plural(len(i.Rules), "rule"), tested)
}

// number is an item's id without its tactic: T1.
func number(id string) string { return id[strings.IndexByte(id, '/')+1:] }

// alike gathers items that stand alike for one reason, so that it is said once.
type alike struct {
	standing string // with its symbol
	reason   string
	names    string
}

func group(items []coverage.ItemReport) []alike {
	var out []alike
	for _, i := range items {
		a := alike{symbol(i) + " " + standing(i), clean(i.Reason), number(i.ID)}
		k := slices.IndexFunc(out, func(o alike) bool { return o.standing == a.standing && o.reason == a.reason })
		if k < 0 {
			out = append(out, a)
			continue
		}
		out[k].names += " " + a.names
	}
	return out
}

// missing are the items of detection that are asked for and less than proven.
func missing(t coverage.TacticReport) []coverage.ItemReport {
	var out []coverage.ItemReport
	for _, i := range t.Items {
		if i.Detection() && i.Stage < coverage.Proven && i.State != coverage.ItemNotNeeded {
			out = append(out, i)
		}
	}
	return out
}

func mitigations(t coverage.TacticReport) []coverage.ItemReport {
	var out []coverage.ItemReport
	for _, i := range t.Items {
		if !i.Detection() {
			out = append(out, i)
		}
	}
	return out
}

// unmeasured says what no figure rests on: the gates before Live of which nothing is known for any rule.
func unmeasured(r *coverage.Report) []string {
	var out []string
	for _, g := range coverage.AllGates() {
		if why, ok := r.Unmeasured[g]; ok && g > coverage.Equivalent {
			out = append(out, fmt.Sprintf("%s (%s)", g, why))
		}
	}
	return out
}

const stagesMean = "Written: the rule is mapped to the item and compiles. Proven: it is tested, and the emitted Sigma means the same. " +
	"Live: it was shown to work where it runs. One rule by itself must pass all of them; what is not known counts against."
