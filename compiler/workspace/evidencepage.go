package workspace

import (
	"slices"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/report"
	"detc/compiler/stub"
)

// EvidenceRules are the rules with what this run showed of each, for the page of evidence. The mutants and the opinions
// must have been asked for.
func (w *Workspace) EvidenceRules() []report.EvidenceRule {
	out := make([]report.EvidenceRule, len(w.Rules))
	for i, r := range w.Rules {
		out[i] = r.evidence()
	}
	return out
}

func (r *Rule) evidence() report.EvidenceRule {
	out := report.EvidenceRule{Name: r.Name.Value, Title: r.Title.Value, Level: r.Level.Value, Highest: r.Level.Value, Kind: "rule"}
	switch {
	case r.Correlation != nil:
		out.Kind = "correlation"
		for _, p := range r.Correlation.Parts {
			out.Rests = append(out.Rests, p.Name.Value)
		}
	case r.Alert.Off:
		out.Kind = "building block"
	}
	for _, l := range r.Levels {
		if slices.Index(stub.Levels, l.Name) > slices.Index(stub.Levels, out.Highest) {
			out.Highest = l.Name
		}
	}
	r.fields(&out)
	if r.Results == nil || r.Results.Mutation == nil {
		return out
	}
	rec := r.Results.Record("", "")
	out.Cases = report.CaseKinds{Positive: r.Results.Positive, Negative: r.Results.Negative, NearMisses: r.Results.NearMisses,
		Samples: rec.Cases.Samples, Failed: rec.Cases.Failed, Skipped: rec.Cases.Skipped}
	for i := range r.Tests.Cases {
		if r.Tests.Cases[i].Raw != nil {
			out.Cases.Raw++
		}
	}
	out.Mutants = scoreOf(r.Results.Mutation)
	out.Pairs = report.OpinionPairs{IR: rec.Pairs.IR, CEL: rec.Pairs.CEL, Bound: rec.Pairs.Bound,
		Adapted: rec.Pairs.Adapted, Plain: rec.Pairs.Plain, Disagreed: rec.Pairs.Disagreed}
	return out
}

// fields are those that the rule asks for and shows, and which of them each log that it is built for lacks.
func (r *Rule) fields(out *report.EvidenceRule) {
	if r.IR == nil {
		return
	}
	ir.Atoms(r.IR.Where, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			if !slices.Contains(out.Asks, f.Name) {
				out.Asks = append(out.Asks, f.Name)
			}
		}
	})
	for _, f := range r.Alert.Fields {
		if !slices.Contains(out.Asks, f.Value) && !slices.Contains(out.Shows, f.Value) {
			out.Shows = append(out.Shows, f.Value)
		}
	}
	out.Without = map[string][]string{}
	for _, e := range r.Emitted {
		if e.Bound == nil {
			continue
		}
		out.Sources = append(out.Sources, e.Source.ID)
		for _, name := range slices.Concat(out.Asks, out.Shows) {
			f, ok := r.Schema.Field(name)
			if e.Source.Binding(name).Absent() && ok && f.Lookup == nil {
				out.Without[e.Source.ID] = append(out.Without[e.Source.ID], name)
			}
		}
	}
}

// Raised is a rule of a lower level on the rows on which its alerts are raised to high or above, a bound rule a source.
func (r *Rule) Raised() (out []*bind.Bound) {
	high := slices.Index(stub.Levels, "high")
	if r.IR == nil || slices.Index(stub.Levels, r.Level.Value) >= high {
		return nil
	}
	raised := &ir.Or{}
	for _, l := range r.Levels {
		if slices.Index(stub.Levels, l.Name) >= high {
			raised.Args = append(raised.Args, l.Where)
		}
	}
	if len(raised.Args) == 0 {
		return nil
	}
	rule := *r.IR
	rule.Where = ir.Normalize(&ir.And{Args: []ir.Expr{r.IR.Where, raised}})
	for _, e := range r.Emitted {
		if e.Bound == nil {
			continue
		}
		var l diag.List // what a log can't carry was said of the rule
		if b := bind.Rule(&rule, e.Source, true, &l).Bound; b != nil {
			out = append(out, b)
		}
	}
	return out
}
