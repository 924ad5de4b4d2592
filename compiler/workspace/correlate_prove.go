package workspace

import (
	"fmt"
	"slices"

	"detc/compiler/context"
	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
)

// compiled says that a stub became IR: a rule, or a correlation.
func (r *Rule) compiled() bool { return r.IR != nil || r.Correlation != nil && r.Correlation.IR != nil }

// Meta is what a stub that compiles says of itself; nil of any other.
func (r *Rule) Meta() *ir.Meta {
	switch {
	case r.IR != nil:
		return &r.IR.Meta
	case r.Correlation != nil && r.Correlation.IR != nil:
		return &r.Correlation.IR.Meta
	}
	return nil
}

// On is what a stub is over: its telemetry, or of a correlation its type.
func (r *Rule) On() string {
	if r.Correlation != nil {
		return r.Stub.Correlation.Type.Value
	}
	return r.Telemetry.Value
}

// EmittedOn are the ids of the sources that something is emitted on, sorted.
func (r *Rule) EmittedOn() []string {
	if r.State == Disabled {
		return nil
	}
	var out []string
	for _, e := range r.Emitted {
		if e.Bound != nil {
			out = append(out, e.Source.ID)
		}
	}
	if r.Correlation != nil {
		for _, e := range r.Correlation.Emitted {
			out = append(out, e.Sources...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// below is all that a correlation rests on, each once, each after what it rests on itself.
func (r *Rule) below() []*Rule {
	var out []*Rule
	seen := map[*Rule]bool{r: true}
	var visit func(*Rule)
	visit = func(p *Rule) {
		if p.Correlation == nil {
			return
		}
		for _, part := range p.Correlation.Parts {
			if !seen[part] {
				seen[part] = true
				visit(part)
				out = append(out, part)
			}
		}
	}
	visit(r)
	return out
}

// timelines runs a correlation's cases.
func (w *Workspace) timelines(r *Rule, tables map[string]*context.Table, opts evidence.Options) {
	if r.Correlation == nil || r.Correlation.IR == nil {
		return
	}
	s := w.correlationSubject(r, tables)
	r.Standing = w.standingOf(r.Name.Value, evidence.CorrelationDigest(s), evidence.TestsDigest(r.Stub))
	opts.Mutants = opts.Mutants || r.Standing.Stale != "" && r.Standing.Record == nil
	r.Results = evidence.RunTimelines(s, opts, &r.Findings)
	w.tell(r)
}

// correlationSubject is a compiled correlation with all that its cases need.
func (w *Workspace) correlationSubject(r *Rule, tables map[string]*context.Table) *evidence.CorrelationSubject {
	s := &evidence.CorrelationSubject{Stub: r.Stub, Correlation: r.Correlation.IR}
	for _, p := range r.below() {
		if p.Correlation != nil {
			s.Below = append(s.Below, p.Correlation.IR)
		} else {
			s.Rules = append(s.Rules, w.subject(p, tables))
		}
	}
	return s
}

// tell makes findings of what the cases showed.
func (w *Workspace) tell(r *Rule) {
	for _, c := range r.Results.Failed() {
		r.Findings.Add(diag.CaseFails, c.Span, "the case %q fails: %s", c.Name, c.Message)
	}
	if w.opts.Mutants {
		if why := r.Results.Mutation.Count().Short(); why != "" {
			help := "add the cases that the survivors are listed with"
			if r.Correlation != nil {
				help = "add a timeline on either side of it"
			}
			r.Findings.Add(diag.FewKilled, r.Results.Mutation.Survivors[0].Span, "%s", why).WithHelp("%s", help)
		}
	}
}

// shown is what was emitted of a stub: on which sources, and why the emitted Sigma is not known to be the stub.
func (r *Rule) shown() (sources []string, unequal string) {
	for _, e := range r.Emitted {
		if e.Bound != nil && e.ReadBack != nil {
			unequal = "the Sigma rule for " + e.Source.ID + ", read back, is another"
		}
	}
	if r.Correlation != nil {
		for _, e := range r.Correlation.Emitted {
			if e.ReadBack != nil {
				unequal = "the Sigma correlation " + e.IR.Name + ", read back, is another"
			}
		}
	}
	if sources = r.EmittedOn(); len(sources) == 0 {
		unequal = "nothing is emitted"
		if off := r.off(); off != nil {
			unequal = off.Name.Value + " is disabled at the site"
		}
		if r.Correlation != nil && r.Correlation.None != "" {
			unequal = r.Correlation.None + ": nothing is emitted"
		}
	}
	return sources, unequal
}

// fault is why a stub counts as not compiled; "" where it compiles. A correlation has the faults of its parts.
func (r *Rule) fault() string {
	reason := ""
	if !r.compiled() {
		reason = "the stub has errors"
	}
	if r.Findings.HasErrors() {
		i := slices.IndexFunc(r.Findings, func(d *diag.Diagnostic) bool { return d.Severity == diag.Error })
		return r.Findings[i].Message
	}
	if r.Correlation == nil || reason != "" {
		return reason
	}
	for _, p := range r.below() {
		if p.Findings.HasErrors() {
			return fmt.Sprintf("its rule %s has errors: %s", p.Name.Value, p.fault())
		}
	}
	return ""
}

// alerting are the stubs of which an alert can come: those that alert, and those that one of these rests on.
func (w *Workspace) alerting() map[*Rule]bool {
	out := map[*Rule]bool{}
	var mark func(*Rule)
	mark = func(r *Rule) {
		if out[r] {
			return
		}
		out[r] = true
		if r.Correlation != nil {
			for _, p := range r.Correlation.Parts {
				mark(p)
			}
		}
	}
	for _, r := range w.Rules {
		if !r.Alert.Off {
			mark(r)
		}
	}
	return out
}

// silence takes away the items of building blocks of which no alert can come, and says so. It returns the names of the
// building blocks that need answer no item: those, and the ones that an alert rests on.
func (w *Workspace) silence(in []coverage.Rule) map[span]bool {
	alerting, out := w.alerting(), map[span]bool{}
	some := slices.ContainsFunc(w.opts.Rules, func(r Root) bool { return r.Only != "" }) // who knows what rests on it
	for i, r := range w.Rules {
		if !r.Alert.Off {
			continue
		}
		out[r.Name.Whole] = true
		if some || alerting[r] || !r.compiled() {
			continue
		}
		in[i].Items = nil
		w.Findings.Add(diag.IdleRule, r.Alert.Span, "%s alerts nobody, and no correlation that alerts rests on it: it counts for nothing", r.Name.Value).
			WithHelp("take alert: false out, or name it in a correlation's rules")
	}
	return out
}
