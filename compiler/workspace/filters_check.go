package workspace

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/report"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

// resolve finds the telemetry and the rules that a filter names.
func (w *Workspace) resolve(f *Filter) {
	l := &f.Findings
	if f.Schema = w.schemas[f.Telemetry.Value]; f.Schema == nil {
		if !f.Telemetry.IsZero() {
			l.Add(diag.UnknownTelemetry, f.Telemetry.Whole, "no schema defines telemetry %q", f.Telemetry.Value).
				WithGuess(f.Telemetry.Whole, f.Telemetry.Value, w.schemaIDs())
		}
		return
	}
	if f.All() {
		for _, r := range slices.Concat(w.Rules, w.lend(func(s *stub.Stub) bool { return s.Telemetry.Value == f.Schema.ID })) {
			if r.Schema == f.Schema && r.IR != nil {
				f.Rules = append(f.Rules, r)
			}
		}
		if len(f.Rules) == 0 {
			l.Add(diag.FilterUnknownRule, f.FilterForm.Rules[0].Whole, "there is no rule over %s", f.Schema.ID)
		}
		return
	}
	for _, name := range f.FilterForm.Rules {
		if r := w.narrowable(f, name); r != nil && !slices.Contains(f.Rules, r) {
			f.Rules = append(f.Rules, r)
			f.named[r] = name
		}
	}
}

// narrowable is a rule that a filter names; nil with a finding where it can't be narrowed by it, and without one where
// it has errors of its own.
func (w *Workspace) narrowable(f *Filter, name text) *Rule {
	l := &f.Findings
	r := w.Rule(name.Value)
	if r == nil {
		if lent := w.lend(func(s *stub.Stub) bool { return s.Name.Value == name.Value }); len(lent) > 0 {
			r = lent[0]
			l.Add(diag.FilterLentRule, name.Whole, "%s is a rule of the library, which is not built here: the filter is checked and not written", name.Value).
				WithHelp("build them together: detc build --add-rules DIR")
		}
	}
	switch {
	case r == nil:
		l.Add(diag.FilterUnknownRule, name.Whole, "there is no rule %q", name.Value).WithGuess(name.Whole, name.Value, w.ruleNames())
		return nil
	case r.IsCorrelation():
		d := l.Add(diag.FilterCorrelation, name.Whole, "%s is a correlation, which has no event of its own to leave out", name.Value)
		if parts := partsOf(r); parts != "" {
			d.WithHelp("name the parts whose events are left out: %s", parts)
		}
		return nil
	case r.Telemetry.Value != f.Schema.ID:
		d := l.Add(diag.FilterOtherFields, name.Whole, "%s is over %s, and this filter over %s", name.Value, r.Telemetry.Value, f.Schema.ID).
			WithNote(r.Telemetry.Whole, "the rule's telemetry")
		if len(f.FilterForm.Rules) > 1 {
			d.WithHelp("write a filter of its own for %s", name.Value)
		} else {
			d.WithHelp("write telemetry: %s, and exclude over its fields", r.Telemetry.Value)
		}
		return nil
	case r.IR == nil:
		return nil
	}
	return r
}

// partsOf are the rules that a correlation names.
func partsOf(r *Rule) string {
	var names []string
	for _, t := range r.Form.Correlation.Rules {
		names = append(names, t.Value)
	}
	return strings.Join(names, ", ")
}

func (w *Workspace) ruleNames() []string {
	var names []string
	for _, r := range w.Rules {
		names = append(names, r.Name.Value)
	}
	for _, s := range w.lentStubs() {
		names = append(names, s.Name.Value)
	}
	return names
}

// lend compiles those rules that are read and not built that are asked for. A filter alone, held against the library, is
// checked as well as it would be beside it.
func (w *Workspace) lend(asked func(*stub.Stub) bool) []*Rule {
	var out []*Rule
	for _, s := range w.lentStubs() {
		if !asked(s) || w.Rule(s.Name.Value) != nil {
			continue
		}
		i := slices.IndexFunc(w.lent, func(r *Rule) bool { return r.Stub == s })
		if i < 0 {
			r := &Rule{Stub: s}
			w.compileRule(r)
			w.bindRule(r)
			w.emitRule(r)
			i, w.lent = len(w.lent), append(w.lent, r)
		}
		out = append(out, w.lent[i])
	}
	return out
}

// lentStubs are the stubs of the roots that are for reference only.
func (w *Workspace) lentStubs() []*stub.Stub {
	if w.stubsLent == nil {
		w.stubsLent = []*stub.Stub{}
		for _, c := range w.loaded.lent {
			var theirs diag.List // said where they are built
			if s := stub.Read(c.file, nil, &theirs); s != nil && !theirs.HasErrors() {
				w.stubsLent = append(w.stubsLent, s)
			}
		}
	}
	return w.stubsLent
}

// testFilter runs the filter's cases and its rules' with it.
func (w *Workspace) testFilter(f *Filter) {
	l := &f.Findings
	s := &evidence.FilterSubject{Filter: f.Filter, Exclude: f.Exclude}
	for _, r := range f.Rules {
		s.Rules = append(s.Rules, w.subject(r, w.entries()))
	}
	for _, e := range f.Emitted {
		if e.Bound != nil {
			s.Emitted = append(s.Emitted, evidence.Emitted{Bound: e.Bound, YAML: e.asRule})
		}
	}
	f.Results = evidence.RunFilter(s, evidence.Options{Samples: evidence.NewSamples(w.opts.Samples), Opinions: w.opts.Opinions}, l)
	var useless diag.List
	explained := false // that the filter's own cases fail follows from what was found of a rule
	for i, n := range f.Results.Rules {
		if d := f.effectOn(f.Rules[i], n); d != nil {
			explained = explained || d.Severity == diag.Error
			if d.Code == diag.FilterUseless {
				useless = append(useless, d)
			}
		}
		if len(n.Defeated) > 0 && !(n.Whole && n.Proved) {
			f.defeats(f.Rules[i], n.Defeated)
		}
	}
	var failed diag.List
	for _, c := range f.Results.Cases {
		if c.Verdict == evidence.Fail {
			failed.Add(diag.FilterCaseFails, c.Span, "the case %q fails: %s", c.Name, c.Message)
		}
	}
	switch {
	case explained:
	case len(failed) > 0 && len(useless) == len(f.Rules): // nothing is left out of any rule, which is why
		for _, d := range useless {
			d.As(diag.Error)
		}
	default:
		l.Append(failed)
	}
}

// effectOn says what there is to say of how much of a rule the filter takes; nil where that is nothing.
func (f *Filter) effectOn(r *Rule, n evidence.Narrowed) *diag.Diagnostic {
	l, name := &f.Findings, r.Name.Value
	at, named := f.named[r]
	if !named {
		at = f.FilterForm.Rules[0]
	}
	switch {
	case n.Whole && n.Proved:
		return l.Add(diag.FilterSwallows, at.Whole, "nothing is left of %s: what it matches is left out whole", name).
			WithHelp("say which of its events are left out")
	case n.Whole:
		return l.Add(diag.FilterSwallows, at.Whole, "no event was found that %s still matches with this filter", name).As(diag.Warning).
			WithHelp("say which of its events are left out")
	case n.Never && (named || len(f.Rules) == 1): // of any, some rules may have nothing to do with it
		return l.Add(diag.FilterUseless, at.Whole, "no event was found that %s matches and this filter leaves out", name).
			WithHelp("hold it against the rule: detc explain %s", name)
	case n.Broad():
		return l.Add(diag.FilterBroad, at.Whole, "the filter takes %d of the %d events that were made for %s and match it", n.Taken, n.Of, name)
	}
	return nil
}

// defeats says which of a rule's cases no longer has the match that it wants.
func (f *Filter) defeats(r *Rule, lost []evidence.Defeat) {
	first := lost[0]
	d := f.Findings.Add(diag.FilterDefeats, first.Where(), "with this, %s no longer matches in its case %q: %s", r.Name.Value, first.Case.Name.Value, first.Why).
		WithNote(first.Case.Name.Whole, "the case wants a match").WithHelp("say more exactly which events are left out")
	if n := len(lost) - 1; n > 0 {
		d.WithNote(span{}, "and so in %s more", plural(n, "case"))
	}
}

// lookAtFilter finds what compiles and is probably not meant.
func lookAtFilter(f *Filter, l *diag.List) {
	at := f.FilterForm.Exclude.Whole
	positive, negative := 0, 0
	for _, c := range f.Tests.Cases {
		if c.Positive() {
			positive++
		} else {
			negative++
		}
	}
	if positive < 1 || negative < 1 {
		l.Add(diag.FilterFewCases, f.Name.Whole, "the filter has %s that is left out and %s that still alerts", plural(negative, "case"), plural(positive, "case")).
			WithHelp("show an event that is left out (no match), and one like it that must alert (match)")
	}
	if onlyNegations(f.Exclude) {
		l.Add(diag.FilterNegations, at, "nothing here says which events are left out, only which are not").
			WithHelp("ask for what the events have in common; who alone may alert is a clause of the rule")
	}
	if actors := actorsOf(f.Schema); len(actors) > 0 && !slices.ContainsFunc(fieldNames(f.Exclude), func(n string) bool { return slices.Contains(actors, n) }) {
		l.Add(diag.FilterNoActor, at, "the events are left out whoever causes them").WithHelp("ask for %s, too", strings.Join(actors, " or "))
	}
	for _, t := range ir.Tables(f.Exclude) {
		l.Add(diag.FilterAllowed, at, "the filter asks for context.%s: who is allowed is context, and belongs into the rule", t.Name).
			WithHelp("a clause of the rule would hold at every site, and show in its tests")
	}
}

// onlyNegations says that an expression asks nothing of an event but presence and what is not: no clause stands in it
// without a negation.
func onlyNegations(e ir.Expr) bool {
	only := true
	ir.Atoms(e, func(atom ir.Expr, negated bool) {
		if _, presence := atom.(*ir.Exists); !presence && !negated {
			only = false
		}
	})
	return only
}

func fieldNames(e ir.Expr) (names []string) {
	ir.Atoms(e, func(atom ir.Expr, _ bool) {
		for _, f := range ir.Fields(atom) {
			names = append(names, f.Name)
		}
	})
	return names
}

// actorsOf are the fields that say who did it.
func actorsOf(s *telemetry.Schema) (names []string) {
	for _, f := range s.Fields {
		if f.Role == "actor" {
			names = append(names, f.Name)
		}
	}
	return names
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// filterSuites are the filters' own cases and those of their rules, run with the filter: a suite a filter.
func (w *Workspace) filterSuites() []report.TestSuite {
	var out []report.TestSuite
	for _, f := range w.Filters {
		s := report.TestSuite{Name: f.Name.Value, File: f.File.Name, Filter: true}
		add := func(c evidence.Case) {
			s.Cases = append(s.Cases, report.TestCase{Name: c.Name, Line: c.Span.Position().Line, Verdict: verdicts[c.Verdict], Message: c.Message, Opinions: c.Rests})
		}
		switch {
		case f.Standing == FilterExpired:
			s.Cases = []report.TestCase{{Name: "applies", Line: f.Until.Whole.Position().Line, Verdict: report.Skip, Message: "the filter expired on " + f.Until.Value}}
		case f.Results == nil:
			s.Cases = []report.TestCase{{Name: "compiles", Line: 1, Verdict: report.Fail, Message: "the filter has errors; detc check names them"}}
		default:
			for _, c := range f.Results.Cases {
				add(c)
			}
			for _, n := range f.Results.Rules {
				for _, c := range n.Again {
					c.Span = f.FilterForm.Exclude.Whole // the case itself stands in another file
					add(c)
				}
			}
		}
		out = append(out, s)
	}
	return out
}

// A Withheld is what a filter does with an event that its rule matches.
type Withheld struct {
	Filter *Filter
	Step   eval.Step // of what it leaves out
	Note   string    // why it does nothing there: the log can't carry it
}

// withheld asks the filters on a rule about an event, which is a record of a source unless that is nil.
func (w *Workspace) withheld(r *Rule, ev bind.Event, src *bind.Source, tables eval.Tables) []Withheld {
	var out []Withheld
	for _, f := range w.FiltersOn(r) {
		h := Withheld{Filter: f, Step: eval.Trace(f.Exclude, ev, tables)}
		for _, e := range f.Emitted {
			if src != nil && e.Source == src && e.Bound == nil {
				h.Note = e.Reason
			}
		}
		out = append(out, h)
	}
	return out
}
