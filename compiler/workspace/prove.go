package workspace

import (
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
