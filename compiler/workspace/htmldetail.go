package workspace

import (
	"cmp"
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/brief"
	"detc/compiler/coverage"
	"detc/compiler/ir"
	"detc/compiler/report"
	"detc/compiler/source"
)

// HTMLInput is what the HTML report shows of this workspace, beside what only the command knows: what changed since a
// revision, and queries.
func (w *Workspace) HTMLInput() report.HTMLInput {
	in := report.HTMLInput{Coverage: w.Coverage, Details: map[string]report.RuleDetail{}, Briefs: map[string][]report.Block{},
		Techniques: map[string][]report.Technique{}, Notice: w.Attack.Notice}
	for _, r := range w.Rules {
		in.Details[r.Name.Value] = w.htmlDetail(r)
	}
	for _, t := range w.Tactics {
		in.Briefs[t.ID] = t.blocks()
		for _, k := range w.Attack.Techniques(t.ID) {
			in.Techniques[t.ID] = append(in.Techniques[t.ID], report.Technique{ID: k.ID, Name: k.Name})
		}
	}
	if w.Ledger != nil {
		in.Ledger = w.Ledger.Rows(w.Coverage, w.opts.Today)
	}
	if w.Visibility != nil {
		needs := w.Needs()
		in.View = w.Visibility.View(needs, w.opts.Today)
		u := w.Visibility.Unlock(needs, w.opts.Today, false)
		in.View.Unlocking = &u
	}
	return in
}

// blocks are the page's text in its order. What stands twice on it stands once here.
func (t *Tactic) blocks() []report.Block {
	type placed struct {
		at int
		report.Block
	}
	var all []placed
	add := func(kind, text, item string, at source.Span) {
		line := 0
		if !at.IsZero() {
			line = at.Position().Line
		}
		all = append(all, placed{at.Start, report.Block{Kind: kind, Text: text, Item: item, Line: line}})
	}
	for _, s := range t.Brief.Sections {
		if len(s.Paragraphs) > 0 || slices.ContainsFunc(t.Brief.Items, func(i brief.Item) bool { return string(i.Kind) == kindOf(s.Title) }) {
			add(report.BlockHeading, s.Title, "", s.Span)
		}
		for _, p := range s.Paragraphs {
			add(report.BlockText, p.Text, "", p.Span)
		}
	}
	for _, k := range t.Matching.Links {
		if k.Item != nil {
			add(report.BlockItem, k.Item.Text, k.Item.ID, k.Item.Span)
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	out := make([]report.Block, len(all))
	for i, b := range all {
		out[i] = b.Block
	}
	return out
}

// kindOf is the kind of the items that a section of a page holds; "" where it holds none.
func kindOf(title string) string {
	for _, kind := range []string{coverage.Telemetry, coverage.Direction, coverage.Mitigation} { // which are the words, too
		if strings.Contains(strings.ToLower(title), kind) {
			return kind
		}
	}
	return ""
}

// htmlDetail is what there is to see of a rule.
func (w *Workspace) htmlDetail(r *Rule) report.RuleDetail {
	out := report.RuleDetail{Kind: r.evidence().Kind, Telemetry: r.Telemetry.Value, Description: r.Description.Value, Condition: strings.TrimSpace(r.Condition.Value),
		FalsePos: values(r.FalsePositives), Runbook: r.Runbook.Value}
	for _, l := range r.Let {
		out.Lets = append(out.Lets, report.NamedText{Name: l.Key.Value, Text: strings.TrimSpace(l.Value.Value)})
	}
	if r.Correlation != nil {
		r.detailParts(&out)
	}
	for _, e := range r.Emitted {
		if e.Sigma == nil {
			if e.Reason != "" {
				out.Without = append(out.Without, report.NamedText{Name: e.Source.ID, Text: e.Reason})
			}
			continue
		}
		s := report.SigmaText{Source: e.Source.ID, Path: e.Path(r), YAML: e.YAML}
		if e.ReadBack != nil {
			s.ReadBack = e.ReadBack.Error()
		}
		out.Sigma = append(out.Sigma, s)
	}
	r.detailQueries(&out)
	r.detailCases(&out)
	return out
}

// detailQueries are the rule's queries for the targets that were asked for.
func (r *Rule) detailQueries(out *report.RuleDetail) {
	for i := range r.Queries {
		q := &r.Queries[i]
		d := report.Query{Target: q.Target, Source: strings.Join(q.Sources, " + "), Fidelity: q.Fidelity().String(), Text: q.Text}
		for _, l := range q.Losses {
			d.Losses = append(d.Losses, l.Effect.String()+", "+l.Clause+": "+l.Reason)
		}
		if q.Fidelity() == backend.Refused {
			d.Fidelity = coverage.Unsupported
			d.Losses = append(d.Losses, q.Why())
		}
		out.Queries = append(out.Queries, d)
	}
}

// detailParts are what a correlation asks of its parts.
func (r *Rule) detailParts(out *report.RuleDetail) {
	for _, p := range r.Correlation.Parts {
		out.Rests = append(out.Rests, p.Name.Value)
	}
	if r.Correlation.IR != nil {
		out.Condition = strings.TrimSpace(ir.CorrelationText(r.Correlation.IR))
	}
	if r.Correlation.None != "" {
		out.Without = append(out.Without, report.NamedText{Name: "Sigma", Text: r.Correlation.None})
	}
	for _, e := range r.Correlation.Emitted {
		s := report.SigmaText{Source: strings.Join(e.Sources, " + "), Path: e.Path(r), YAML: e.YAML}
		if e.ReadBack != nil {
			s.ReadBack = e.ReadBack.Error()
		}
		out.Sigma = append(out.Sigma, s)
	}
}

// detailCases are what the tests showed: the clauses that they saw, and what became of each case.
func (r *Rule) detailCases(out *report.RuleDetail) {
	if r.Results == nil {
		return
	}
	for _, a := range r.Results.Atoms {
		out.Atoms = append(out.Atoms, report.Atom{Text: a.Text, True: a.True, False: a.False})
	}
	for _, c := range r.Results.Cases {
		d := report.CaseDetail{Name: c.Name, Want: "no match", Verdict: verdicts[c.Verdict], Message: c.Message}
		if c.Want {
			d.Want = "match"
		}
		if !c.Span.IsZero() {
			d.Line = c.Span.Position().Line
		}
		out.Cases = append(out.Cases, d)
	}
	if r.Results.Mutation != nil {
		out.Mutants = scoreOf(r.Results.Mutation)
	}
}
