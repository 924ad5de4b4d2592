package workspace

import (
	"slices"

	"detc/compiler/brief"
	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/report"
)

// test runs the stubs' cases. One that fails is a finding at the case.
func (w *Workspace) test() error {
	opts := evidence.Options{Samples: evidence.NewSamples(w.opts.Samples), Opinions: w.opts.Opinions,
		Mutants: w.opts.Mutants, Propose: w.opts.Mutants}
	tables := w.entries()
	return w.each(func(r *Rule) {
		if r.IR == nil {
			w.timelines(r, tables, opts)
			return
		}
		s := w.subject(r, tables)
		r.Standing = w.standing(s)
		opts := opts
		opts.Mutants = opts.Mutants || r.Standing.Stale != "" && r.Standing.Record == nil // so that what a change broke has a name
		r.Results = evidence.Run(s, opts, &r.Findings)
		w.tell(r)
	})
}

var verdicts = map[evidence.Verdict]report.Verdict{evidence.Pass: report.Pass, evidence.Fail: report.Fail, evidence.Skip: report.Skip}

// TestSuites are the cases of all rules, a suite a rule, for the reports.
func (w *Workspace) TestSuites() []report.TestSuite {
	var out []report.TestSuite
	for _, r := range w.Rules {
		s := report.TestSuite{Name: r.Name.Value, File: r.File.Name}
		if r.Results == nil {
			s.Cases = []report.TestCase{{Name: "compiles", Line: 1, Verdict: report.Fail, Message: "the stub has errors; detc check names them"}}
		} else {
			for _, c := range r.Results.Cases {
				s.Cases = append(s.Cases, report.TestCase{Name: c.Name, Line: c.Span.Position().Line,
					Verdict: verdicts[c.Verdict], Message: c.Message, Opinions: c.Rests})
			}
			if w.opts.Mutants {
				s.Mutants = scoreOf(r.Results.Mutation)
			}
		}
		out = append(out, s)
	}
	return append(out, w.filterSuites()...)
}

// scoreOf is how a rule's mutants fared.
func scoreOf(m *evidence.Mutation) *report.MutantScore {
	out := &report.MutantScore{All: m.All, Killed: m.Killed, Equivalent: m.Equivalent, Score: m.Score(), Enough: m.Count().Short() == ""}
	for _, s := range m.Survivors {
		survivor := report.Survivor{Operator: s.Operator, Clause: s.Clause, Fault: s.Fault, Let: s.Let, Case: s.Case}
		if !s.Span.IsZero() {
			at := s.Span.Position()
			survivor.Line, survivor.Column = at.Line, at.Column
		}
		out.Survivors = append(out.Survivors, survivor)
	}
	return out
}

// Pairs sums up how many pairs of an event and a rule each opinion judged.
func (w *Workspace) Pairs() evidence.Pairs {
	var p evidence.Pairs
	for _, r := range w.Rules {
		if r.Results != nil {
			p.Add(r.Results.Pairs)
		}
	}
	return p
}

// cover computes the coverage.
func (w *Workspace) cover() error {
	in := coverage.Input{Properties: w.properties}
	for _, t := range w.Tactics {
		in.Tactics = append(in.Tactics, w.asked(t))
	}
	for _, r := range w.Rules {
		rule := answered(r)
		for _, f := range w.FiltersOn(r) {
			rule.Filters = append(rule.Filters, coverage.Filter{Name: f.Name.Value, Until: f.Until.Value})
		}
		in.Rules = append(in.Rules, rule)
	}
	silent := w.silence(in.Rules)
	w.Coverage = coverage.Compute(in)
	usersPage := slices.ContainsFunc(w.Tactics, func(t *Tactic) bool { return w.users(t.Brief.File) })
	for _, d := range coverage.Findings(w.Coverage) {
		if d.Code == diag.IdleRule && silent[d.Span] {
			continue // which was said in other words
		}
		if d.Code == diag.IdleRule && usersPage && !w.users(d.Span.File) {
			continue // the library's rules answer the library's brief; a page of the user's may ask less
		}
		w.Findings = append(w.Findings, d)
	}
	return nil
}

// asked is what a brief asks for.
func (w *Workspace) asked(t *Tactic) coverage.Tactic {
	out := coverage.Tactic{ID: t.ID, Name: t.Name, Domain: t.Domain, Release: t.Brief.Release, Limits: t.Brief.Limits, Sources: map[string]int{}}
	for _, k := range t.Matching.Links {
		if k.Item == nil {
			continue
		}
		i := coverage.Item{ID: k.Item.ID, Kind: string(k.Item.Kind), Text: k.Item.Text, Hash: k.Item.Hash,
			Reviewed: k.State == brief.Reviewed, Span: k.Item.Span}
		if k.Lock != nil {
			i.AnsweredBy = k.Lock.AnsweredBy.Value
		}
		out.Items = append(out.Items, i)
	}
	for _, s := range w.Schemas {
		for _, item := range s.Serves {
			out.Sources[item.Value] += len(s.Sources)
		}
	}
	return out
}

// answered is a rule with what was shown of it, gate by gate.
func answered(r *Rule) coverage.Rule {
	out := coverage.Rule{Name: r.Name.Value, Title: r.Title.Value, Level: r.Level.Value, Tactic: r.Tags.Tactic.ID,
		Budget: !r.Alert.Budget.IsZero(), Suppress: len(r.Alert.Suppress.By) > 0, Block: r.Alert.Off, Span: r.Name.Whole, Reasons: coverage.Reasons{}}
	if r.IR != nil && len(r.IR.Meta.Levels) > 0 {
		out.LevelWhen = map[string]string{}
		for _, e := range r.IR.Meta.Levels {
			out.LevelWhen[e.Level] = e.Text
		}
	}
	for _, t := range r.Tags.Techniques {
		out.Techniques = append(out.Techniques, t.ID)
	}
	gate := func(g coverage.Gate, reason string) {
		out.Gates[g] = coverage.Pass
		if reason != "" {
			out.Gates[g], out.Reasons[g] = coverage.Failed, reason
		}
	}
	gate(coverage.Compiled, r.fault())
	gate(coverage.Mapped, "")
	if !r.compiled() {
		out.Items = itemsOf(r)
		return out
	}
	out.Items = r.Meta().Items
	var unequal string
	out.Sources, unequal = r.shown()
	if r.Results != nil {
		out.Cases = len(r.Results.Cases)
		out.Pairs = r.pairs().Sum()
		var why string
		if out.Gates[coverage.Tested], why = r.tested(); why != "" {
			out.Reasons[coverage.Tested] = why
		}
		if r.Results.Pairs.Disagreed+r.pairs().Disagreed > 0 {
			unequal = "an opinion differs from the rule on an event of the tests"
		}
	}
	gate(coverage.Equivalent, unequal)
	return out
}

// Mending is a file with fixes applied.
type Mending struct {
	Before, After string
	Edits         int
}

// Mended is what the fixes make of the user's files, by name. With unsafe, also fixes that a person should look at.
func (w *Workspace) Mended(unsafe bool) map[string]Mending {
	out := map[string]Mending{}
	for name, edits := range diag.Fixes(w.Findings, unsafe) {
		f := edits[0].Span.File
		if !w.writable[f] {
			continue
		}
		if text, skipped := diag.Apply(f.Text, edits); text != f.Text {
			out[name] = Mending{f.Text, text, len(edits) - skipped}
		}
	}
	return out
}
