package evidence

import (
	"fmt"
	"maps"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
)

// A FilterSubject is a compiled filter with all that is held against it.
type FilterSubject struct {
	Filter  *stub.Filter
	Exclude ir.Expr    // normalised, over the telemetry's fields
	Rules   []*Subject // those that it narrows; all over one schema
	Emitted []Emitted  // per source what is left out there; its YAML is a rule that is true where the filter lets an event through
}

// FilterResults are what a filter was seen to do.
type FilterResults struct {
	Cases []Case     // its own
	Rules []Narrowed // in the order of the subject's
	Pairs Pairs
}

// Narrowed is what a filter does to one of its rules.
type Narrowed struct {
	Subject  *Subject
	Again    []Case   // the rule's cases once more, with the filter: those that want a match must still have one
	Defeated []Defeat // those that no longer have
	Effect
}

// A Defeat is a case of a rule's that wants a match, and the part of the filter that takes it away.
type Defeat struct {
	Case   *stub.CaseForm
	Clause ir.Expr
	Why    string // the values that decided
}

// RunFilter runs a filter's own cases, and those of its rules once more with the filter applied. What is wrong with how
// the filter's cases are written goes to the list; what is wrong with the rules' is theirs.
func RunFilter(s *FilterSubject, o Options, l *diag.List) *FilterResults {
	out := &FilterResults{}
	bound := map[string]Emitted{}
	for _, e := range s.Emitted {
		bound[e.Bound.Source.ID] = e
	}
	runs := make([]*filterRun, len(s.Rules))
	for i, rule := range s.Rules {
		own := &Subject{Stub: s.Filter.AsStub(), Schema: rule.Schema, Tables: rule.Tables, Sources: rule.Sources, Emitted: rule.Emitted}
		runs[i] = &filterRun{FilterSubject: s, bound: bound, rule: newRunner(rule, o), own: newRunner(own, o), pairs: &out.Pairs}
	}
	if len(runs) == 0 {
		return out
	}
	for i := range s.Filter.Tests.Cases {
		out.Cases = append(out.Cases, ownCase(runs, &s.Filter.Tests.Cases[i], l))
	}
	for i, run := range runs {
		n := Narrowed{Subject: s.Rules[i]}
		if i < maxEffects {
			n.Effect = effect(s.Rules[i], s.Exclude)
		}
		n.Again, n.Defeated = run.again()
		out.Rules = append(out.Rules, n)
	}
	return out
}

func newRunner(s *Subject, o Options) *runner {
	return &runner{Subject: s, options: o, oracles: map[string]*oracle{}, seen: map[[32]byte]sight{}}
}

// A filterRun holds one filter against one rule.
type filterRun struct {
	*FilterSubject
	rule, own *runner // with the rule's cases, and with the filter's
	bound     map[string]Emitted
	tables    world
	pairs     *Pairs
}

// A happening is the event of a case: in the telemetry's fields, and as the logs have it.
type happening struct {
	event   bind.Event
	through bool   // false where the log's row filter leaves the record out
	asks    string // for what nobody supplied a table; "" where nothing is missing
	records []logged
}

type logged struct {
	by  Emitted // the rule's
	rec bind.Record
}

// happening reads the event of a case, with what the tables say of it. The verdict is Pass, or what the case comes to without one, with why.
func (run *runner) happening(c *stub.CaseForm, tables world, l *diag.List, asked ...ir.Expr) (h happening, v Verdict, why string) {
	if c.Raw == nil && c.Sample == nil {
		ev, said := run.given(c, l)
		if h.asks = tables.unsupplied(run.Schema, ev, said, nil, asked...); h.asks == "" {
			ev = ev.Enrich(run.Schema, tables.rows, said.says, nil)
		}
		h.event = ev
		for _, e := range run.Emitted {
			if rec, _, reason := e.Bound.Source.Write(h.event); reason == "" {
				h.records = append(h.records, logged{e, rec})
			}
		}
		h.through = true
		return h, Pass, ""
	}
	src := run.Sources[c.Source.Value]
	if src == nil {
		return h, Fail, fmt.Sprintf("telemetry %s has no source %q", run.Schema.ID, c.Source.Value)
	}
	rec, skip, err := run.record(c, src)
	switch {
	case skip != "":
		return h, Skip, skip
	case err != nil:
		return h, Fail, err.Error()
	case !src.Belongs(rec):
		return h, Fail, fmt.Sprintf("the record is none of %s: it lacks %s", src.ID, recordMarks(src))
	}
	if h.asks = tables.unsupplied(run.Schema, src.Read(rec), nil, nil, asked...); h.asks == "" {
		rec = src.Enrich(rec, tables.rows, nil)
	}
	h.event, h.through = src.Read(rec), src.Filter == nil || eval.Match(src.Filter, rec, nil)
	for _, e := range run.Emitted {
		if e.Bound.Source == src {
			h.records = append(h.records, logged{e, rec})
		}
	}
	return h, Pass, ""
}

// ownCase runs one of the filter's cases. It must be an event that a rule matches by itself: of any other it shows
// nothing of the filter.
func ownCase(runs []*filterRun, c *stub.CaseForm, l *diag.List) Case {
	first := runs[0]
	out := Case{Name: c.Name.Value, Span: c.Name.Whole, Sample: c.Sample != nil, Want: c.Positive()}
	before := l.Count(diag.Error)
	said := first.own.tables(c, l)
	_, v, why := first.own.happening(c, said, l)
	if l.Count(diag.Error) > before {
		v, why = Fail, "the case has errors"
	}
	if out.Verdict, out.Message = v, why; v != Pass {
		return out
	}
	var silent string
	matching := 0
	for _, run := range runs {
		run.tables = run.rule.tables(&stub.CaseForm{}, &diag.List{})
		maps.Copy(run.tables.Tables, said.Tables)
		maps.Copy(run.tables.rows, said.rows)
		both := &ir.And{Args: []ir.Expr{run.rule.Rule.Where, run.Exclude}}
		h, _, _ := run.own.happening(c, run.tables, &diag.List{}, both) // as the logs of this rule have it
		if h.asks != "" {
			silent = fmt.Sprintf("%s and its filter ask for %s", run.rule.Rule.Name, h.asks)
			continue
		}
		if t := eval.Missing(both, run.tables.Tables); len(t) > 0 {
			silent = fmt.Sprintf("%s and its filter ask for context.%s, and the tests don't supply it", run.rule.Rule.Name, t[0])
			continue
		}
		step := eval.Trace(run.rule.Rule.Where, h.event, run.tables.Tables)
		if !h.through || !step.Value {
			silent = fmt.Sprintf("the case shows nothing of the filter, since %s %s", run.rule.Rule.Name, step.Why())
			continue
		}
		matching++
		run.settle(h, &out)
		if out.Verdict != Pass {
			return out
		}
	}
	if matching == 0 {
		out.Verdict, out.Message = Fail, silent
	}
	return out
}

// settle says whether the rule, which matches the event by itself, does so with the filter.
func (run *filterRun) settle(h happening, out *Case) {
	step := eval.Trace(run.Exclude, h.event, run.tables.Tables)
	run.pairs.IR++
	out.Got = !step.Value
	out.Rests = append(out.Rests, "ir")
	switch _, why, _ := strings.Cut(step.Why(), ": "); {
	case out.Got && !out.Want:
		out.Verdict, out.Message = Fail, "it still alerts, since "+why
	case !out.Got && out.Want:
		out.Verdict, out.Message = Fail, "it is left out, since "+why
	}
	run.emitted(h, out)
}

// again runs the rule's own cases with the filter. A case that can't be run is the rule's, and said with it.
func (run *filterRun) again() (out []Case, defeats []Defeat) {
	for i := range run.rule.Stub.Tests.Cases {
		c := &run.rule.Stub.Tests.Cases[i]
		var said diag.List
		run.tables = run.own.tables(&stub.CaseForm{}, &said)
		ruleOwn := run.rule.tables(c, &said)
		maps.Copy(run.tables.Tables, ruleOwn.Tables)
		maps.Copy(run.tables.rows, ruleOwn.rows)
		h, v, _ := run.rule.happening(c, run.tables, &said, run.rule.Rule.Where, run.Exclude)
		if v != Pass || said.HasErrors() || h.asks != "" {
			continue
		}
		matches := h.through && eval.Match(run.rule.Rule.Where, h.event, run.tables.Tables)
		if matches != c.Positive() {
			continue
		}
		step := eval.Trace(run.Exclude, h.event, run.tables.Tables)
		one := Case{Name: run.rule.Rule.Name + ": " + c.Name.Value, Span: c.Name.Whole, Sample: c.Sample != nil,
			Want: c.Positive(), Got: matches && !step.Value, Verdict: Pass, Rests: []string{"ir"}}
		run.pairs.IR++
		if one.Got != one.Want {
			_, why, _ := strings.Cut(step.Why(), ": ")
			one.Verdict, one.Message = Fail, "the filter takes the match away, since "+why
			defeats = append(defeats, Defeat{c, clause(step), why})
		}
		run.emitted(h, &one)
		out = append(out, one)
	}
	return out, defeats
}

// clause is the part of an exclusion that is true of an event by itself.
func clause(s eval.Step) ir.Expr {
	if _, or := s.Expr.(*ir.Or); or {
		for _, c := range s.Steps {
			if c.Value {
				return clause(c)
			}
		}
	}
	return s.Expr
}

// Where is where a defeat's clause stands.
func (d Defeat) Where() source.Span { return d.Clause.Where() }

// emitted holds what was written of rule and filter against what they mean, on each record.
func (run *filterRun) emitted(h happening, out *Case) {
	for _, r := range h.records {
		id := r.by.Bound.Source.ID
		ev := r.by.Bound.Source.Read(r.rec)
		through := r.by.Bound.Source.Filter == nil || eval.Match(r.by.Bound.Source.Filter, r.rec, nil)
		want := through && eval.Match(run.rule.Rule.Where, ev, run.tables.Tables)
		got := eval.Match(r.by.Bound.Where, r.rec, run.tables.Tables)
		filter, on := run.bound[id]
		if on {
			want = want && !eval.Match(run.Exclude, ev, run.tables.Tables)
			got = got && !eval.Match(filter.Bound.Where, r.rec, run.tables.Tables)
		}
		run.pairs.Bound++
		out.Rests = append(out.Rests, "bound "+id)
		if got != want {
			run.disagree(out, "the rule and the filter bound to "+id, got)
			return
		}
		if !run.rule.options.Opinions {
			continue
		}
		got, err := run.asked(r, filter, on)
		if err != nil {
			run.disagree(out, fmt.Sprintf("sigma-go on %s (%v)", id, err), !want)
			return
		}
		run.pairs.Adapted++
		out.Rests = append(out.Rests, "sigma-go "+id)
		if got != want {
			run.disagree(out, "the Sigma rule with its filter for "+id, got)
			return
		}
	}
}

// asked is sigma-go's opinion of a rule and, where it is on, its filter.
func (run *filterRun) asked(r logged, filter Emitted, on bool) (bool, error) {
	o := run.rule.oracle(r.by, run.tables.Tables)
	if o.err != nil {
		return false, o.err
	}
	got, err := o.Matches(r.rec.Values())
	if err != nil || !on {
		return got, err
	}
	f := run.own.oracle(filter, run.tables.Tables)
	if f.err != nil {
		return false, f.err
	}
	lets, err := f.Matches(r.rec.Values())
	return got && lets, err
}

func (run *filterRun) disagree(out *Case, who string, got bool) {
	run.rule.disagree(out, who, got)
	run.pairs.Disagreed++
}
