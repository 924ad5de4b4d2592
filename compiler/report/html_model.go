package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"detc/compiler/coverage"
	"detc/compiler/ledger"
	"detc/compiler/visibility"
)

// htmlPage is what page.tmpl shows.
type htmlPage struct {
	Policy               string
	Early, Script, Style template.HTML

	Report     *coverage.Report
	Headline   string
	Means      string
	Notice     string
	Unmeasured []string
	Tactics    []htmlTactic
	Rules      []htmlRule
	Scopes     []htmlScope
	Unlock     *visibility.Unlocking
	Ledger     []htmlRow
	Rows       ledger.Summary
	Kept       bool // a ledger annotates the rows
	ScopeIDs   []string
	Since      *coverage.Diff
	Left       int // texts left out, as the page would be too long
}

// htmlTactic is one brief, for its executive page and for its items.
type htmlTactic struct {
	coverage.TacticReport
	Heading    string
	Count      coverage.Count
	Parts      []htmlPart // the partition of the items by state
	Bar        template.HTML
	Ladder     template.HTML
	Obliged    []htmlPart // the obligations by state
	Worst      []htmlWorst
	WorstOf    string // of what they are the worst
	Questions  []htmlAnswer
	Actions    []htmlAnswer // the mitigations
	Changes    []coverage.Transition
	Figures    []coverage.Figure
	Items      []htmlItem
	Brief      []htmlBlock
	Techniques []htmlTechnique
	Answered   []htmlPart // how many of the brief's questions got which answer
}

// htmlPart is a share of a whole.
type htmlPart struct {
	Name, Class, Mark string
	N, Of             int
}

func newHTMLPage(in HTMLInput) *htmlPage {
	r := in.Coverage
	p := &htmlPage{Report: r, Headline: overall(r), Means: stagesMean, Notice: in.Notice, Unmeasured: unmeasured(r), Since: in.Since, Kept: in.Ledger != nil}
	rows := in.Ledger
	if rows == nil {
		rows = (*ledger.Ledger)(nil).Rows(r, r.Today)
	}
	p.Rows = ledger.Count(rows)
	for _, row := range ledger.WorstFirst(rows) {
		p.Ledger = append(p.Ledger, newHTMLRow(row))
	}
	p.ScopeIDs = htmlScopeIDs(r)
	high := map[string]bool{}
	for _, s := range r.Scopes {
		high[s.ID] = s.Consequence == coverage.High
	}
	p.rules(in)
	for _, t := range r.Tactics {
		p.Tactics = append(p.Tactics, newHTMLTactic(t, in, high))
	}
	p.scopes(in.View)
	if in.View != nil {
		p.Unlock = in.View.Unlocking
	}
	return p
}

func newHTMLTactic(t coverage.TacticReport, in HTMLInput, high map[string]bool) htmlTactic {
	c := t.Totals.Detection
	out := htmlTactic{TacticReport: t, Heading: heading(t), Count: c, Parts: htmlPartition(c.StateCount, c.Items), Obliged: htmlPartition(c.Obligations, c.Obligations.Sum())}
	out.Bar, out.Ladder = partitionBar(out.Parts), ladderSVG(c.Ladder)
	out.Worst, out.WorstOf = htmlWorstOf(t, high)
	rules := map[string]coverage.RuleReport{}
	for _, r := range in.Coverage.Rules {
		rules[r.Name] = r
	}
	counts := map[string]int{}
	for _, i := range t.Items {
		a := htmlAnswerOf(i)
		if i.Detection() {
			out.Questions = append(out.Questions, a)
			counts[a.Short]++
		} else {
			out.Actions = append(out.Actions, a)
		}
		out.Items = append(out.Items, newHTMLItem(i, t, rules, high))
	}
	for _, s := range answerWords {
		if counts[s] > 0 {
			out.Answered = append(out.Answered, htmlPart{Name: s, N: counts[s], Of: c.Items})
		}
	}
	out.since(in.Since)
	out.Brief = newHTMLBrief(t, in.Briefs[t.ID])
	out.Techniques = newHTMLTechniques(t, in)
	return out
}

// since keeps what changed of this tactic.
func (t *htmlTactic) since(d *coverage.Diff) {
	if d == nil {
		return
	}
	for _, c := range d.Transitions {
		if strings.HasPrefix(c.Item, t.ID+"/") {
			t.Changes = append(t.Changes, c)
		}
	}
	for _, f := range d.Figures {
		if strings.HasPrefix(f.Name, t.ID+" ") {
			f.Name = strings.TrimPrefix(f.Name, t.ID+" ")
			t.Figures = append(t.Figures, f)
		}
	}
}

// htmlPartition is a count by state, each of all.
func htmlPartition(c coverage.StateCount, of int) []htmlPart {
	var out []htmlPart
	for k, n := range []int{c.Effective, c.Partial, c.Waived, c.Blind, c.NotApplicable} {
		state := coverage.ItemStates()[k]
		class, mark := stateLook(state)
		out = append(out, htmlPart{state, class, mark, n, of})
	}
	return out
}

// htmlScopeIDs are the scopes in which items are asked for, in the order of the report.
func htmlScopeIDs(r *coverage.Report) []string {
	var out []string
	for _, t := range r.Tactics {
		for _, i := range t.Items {
			for _, o := range i.Obligations {
				if !slices.Contains(out, o.Scope) {
					out = append(out, o.Scope)
				}
			}
		}
	}
	return out
}

// htmlScope is a part of the site: its devices from known to attributable, and what is seen of its sources.
type htmlScope struct {
	coverage.ScopeReport
	Funnel []visibility.Step
	Bars   template.HTML
	Of     string // what is in it
}

func (p *htmlPage) scopes(v *visibility.View) {
	funnels := map[string][]visibility.Step{}
	if v != nil {
		for _, s := range v.Scopes {
			funnels[s.ID] = s.Funnel
		}
	}
	for _, s := range p.Report.Scopes {
		out := htmlScope{ScopeReport: s, Funnel: funnels[s.ID], Of: s.Class}
		if s.Population != "" {
			out.Of = s.Population + ", " + s.Platform
		}
		out.Bars = funnelSVG(out.Funnel)
		p.Scopes = append(p.Scopes, out)
	}
}

// htmlRow is a row of the ledger.
type htmlRow struct {
	ledger.Row
	Class, Mark string
	Said        string // what people said of it
}

func newHTMLRow(r ledger.Row) htmlRow {
	out := htmlRow{Row: r, Mark: map[string]string{ledger.Open: "○", ledger.Waived: "~", ledger.Expired: "!", ledger.Void: "×"}[r.State], Class: "r-" + r.State}
	if r.Approver != "" {
		out.Said = r.Reason
		if r.Note != "" {
			out.Said += ", " + r.Note
		}
		out.Said += "; instead: " + r.Control
		if r.Renewals > 0 {
			out.Said += fmt.Sprintf("; renewed %d times", r.Renewals)
		}
	}
	if r.Void != "" {
		out.Said += "; counts for nothing: " + r.Void
	}
	return out
}
