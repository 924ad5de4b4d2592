package workspace

import (
	"errors"
	"fmt"
	"io/fs"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/form"
	"detc/compiler/source"
)

// readEvidence reads what was kept of earlier runs of the tests, from the file of evidence in each folder of rules. One
// that can't be read counts for nothing, which is said.
func (w *Workspace) readEvidence() error {
	for _, root := range w.opts.Rules {
		in, err := root.FS.Open(evidence.KeptFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		name := join(root.Name, evidence.KeptFile)
		if err != nil {
			w.Trouble = append(w.Trouble, fmt.Errorf("%s: %w", name, reason(err)))
			continue
		}
		f, err := source.ReadFrom(in, name)
		in.Close()
		if err != nil {
			if !form.Problem(err, &w.Findings) {
				w.Trouble = append(w.Trouble, err)
			}
			continue
		}
		kept, err := evidence.ReadKept([]byte(f.Text))
		if err != nil {
			w.Findings.Add(diag.BadEvidence, span{File: f}, "%v", err).WithHelp("write it anew: detc test --evidence %s", name)
			continue
		}
		w.kept = append(w.kept, kept)
		w.Files = append(w.Files, f)
	}
	return nil
}

// A Standing is what is kept of a rule.
type Standing struct {
	Rule, Tests string           // the digests that evidence of it must bear
	Record      *evidence.Record // with these digests; nil where there is none
	Stale       string           // what changed since evidence was kept: "the rule", "its cases"; "" where none was
}

// standing looks up what is kept of a rule.
func (w *Workspace) standing(s *evidence.Subject) Standing {
	return w.standingOf(s.Stub.Name.Value, evidence.RuleDigest(s), evidence.TestsDigest(s.Stub))
}

func (w *Workspace) standingOf(name, rule, tests string) Standing {
	out := Standing{Rule: rule, Tests: tests}
	for _, k := range w.kept {
		r, ok := k.Rules[name]
		switch {
		case !ok:
		case r.Rule != out.Rule:
			out.Stale = "the rule"
		case r.Tests != out.Tests:
			out.Stale = "its cases"
		default:
			out.Record = &r
		}
	}
	return out
}

// Evidence is what this run showed of each rule, to be kept. The mutants must have been asked for.
func (w *Workspace) Evidence() *evidence.Kept {
	out := &evidence.Kept{Version: evidence.KeptVersion, Rules: map[string]evidence.Record{}}
	for _, r := range w.Rules {
		if r.Results != nil && r.Results.Mutation != nil {
			out.Rules[r.Name.Value] = r.Results.Record(r.Standing.Rule, r.Standing.Tests)
		}
	}
	return out
}

// tested is the gate `tested` of a rule. Its cases are run again wherever coverage is computed; what its mutants and
// the cases on sample records showed is taken from the evidence kept of this very rule and these very cases. Without
// that it is not known, and failed where this run by itself shows it to be; where a change made the evidence stale, the
// mutants were run again to say which clause it left without a case.
func (r *Rule) tested() (coverage.State, string) {
	res, kept := r.Results, r.Standing.Record
	switch {
	case len(res.Failed()) > 0:
		return coverage.Failed, res.Lacks()
	case kept != nil:
		if why := shortOf(kept.Lacks, kept.Mutants); why != "" {
			return coverage.Failed, why
		}
		return coverage.Pass, ""
	}
	unknown := "no evidence of it is kept; run detc test --evidence FILE"
	if r.Standing.Stale != "" {
		unknown = "stale: " + r.Standing.Stale + " changed since the evidence was kept; run detc test --evidence FILE"
	}
	if n := skipped(res); n > 0 {
		unknown += fmt.Sprintf(" (%d of its cases need --samples)", n)
	}
	why := res.Lacks()
	if m := res.Mutation; m != nil && why == "" {
		if why = m.Count().Short(); why == "" && len(m.Survivors) > 0 {
			unknown += "; none of its cases notices when " + m.Survivors[0].String()
		}
	}
	if why != "" {
		return coverage.Failed, why + "; " + unknown
	}
	return coverage.Unknown, unknown
}

// shortOf is what the cases lack, or why they kill too few mutants.
func shortOf(lacks string, m evidence.MutationCount) string {
	if lacks != "" {
		return lacks
	}
	return m.Short()
}

func skipped(res *evidence.Results) (n int) {
	for _, c := range res.Cases {
		if c.Verdict == evidence.Skip {
			n++
		}
	}
	return n
}

// pairs counts on how many pairs of an event and an opinion a rule was judged: as kept, or else in this run.
func (r *Rule) pairs() evidence.PairCounts {
	if k := r.Standing.Record; k != nil {
		return k.Pairs
	}
	return r.Results.Pairs.Count()
}
