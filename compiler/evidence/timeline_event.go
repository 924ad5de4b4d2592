package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/stub"
)

// moment makes an event of a step and asks the rules about it. why says what keeps the case from being run, or that a
// rule says other than the step.
func (run *player) moment(step *stub.StepForm, r *reel, at time.Duration, out *Case, l *diag.List) (m moment, why string) {
	m.at = origin + int64(at)
	when := m.at + r.shift
	if !step.Source.IsZero() {
		return run.rawMoment(step, r.of, m, when, out, l)
	}
	c := r.of
	over, why := run.over(step)
	if why != "" {
		return m, why
	}
	given := step.Given
	if given == nil {
		given = over.Stub.Tests.Given
	}
	ev := bind.NewEvent(present(bind.EventOf(given, over.Schema, l))).With(bind.EventOf(step.But, over.Schema, l))
	if f, ok := over.Schema.Field(over.Schema.Time); ok && f.Type == ir.Timestamp {
		if _, given := ev.Get(f.Field); !given {
			ev = ev.With(map[string][]ir.Value{f.Name: {{Type: ir.Timestamp, Int: when}}})
		}
	}
	said := speaks(given, step.But)
	m.record = record{ev, over}
	if why := run.enriched(&m, r.of, said, nil, l); why != "" {
		return m, why
	}
	for _, r := range run.Rules {
		if r.Schema != over.Schema {
			continue
		}
		tables := run.tables(r, c, l)
		why := missing(r, tables)
		if why == "" {
			why = asks(r, tables.unsupplied(r.Schema, ev, said, nil, r.Rule.Where))
		}
		if why != "" {
			return m, why
		}
		trace := eval.Trace(r.Rule.Where, ev.Enrich(r.Schema, tables.rows, said.says, nil), tables.Tables)
		run.judged(out, "ir", &run.results.Pairs.IR)
		if trace.Value {
			m.rules = append(m.rules, r.Rule.Name)
		} else if r.Rule.Name == step.Rule.Value {
			return m, "it is no match of " + r.Rule.Name + ": " + strings.TrimPrefix(trace.Why(), "does not match: ")
		}
	}
	return m, ""
}

// over is a rule over the telemetry that a step is of: the one that it names, else any.
func (run *player) over(step *stub.StepForm) (*Subject, string) {
	for _, r := range run.Rules {
		if r.Rule.Name == step.Rule.Value || step.Rule.IsZero() && r.Schema.ID == step.Telemetry.Value {
			return r, ""
		}
	}
	if !step.Rule.IsZero() {
		return nil, fmt.Sprintf("%q is no rule that the correlation rests on", step.Rule.Value)
	}
	return nil, fmt.Sprintf("no rule of the correlation is over telemetry %q", step.Telemetry.Value)
}

// rawMoment asks the rules over a source's telemetry about a record of it, and the rules bound to that source.
func (run *player) rawMoment(step *stub.StepForm, c *stub.CaseForm, m moment, when int64, out *Case, l *diag.List) (moment, string) {
	id := step.Source.Value
	i := slices.IndexFunc(run.Rules, func(r *Subject) bool { return r.Sources[id] != nil })
	if i < 0 {
		return m, fmt.Sprintf("no rule of the correlation is over a telemetry with the source %q", id)
	}
	over := run.Rules[i]
	src := over.Sources[id]
	rec, err := recordOf(step.Raw, src)
	switch {
	case err != nil:
		return m, err.Error()
	case !src.Belongs(rec):
		return m, fmt.Sprintf("the record is none of %s: it lacks %s", id, recordMarks(src))
	}
	m.record = record{src.Read(rec), over}
	if why := run.enriched(&m, c, nil, &when, l); why != "" {
		return m, why
	}
	through := src.Filter == nil || eval.Match(src.Filter, rec, nil)
	for _, r := range run.Rules {
		if r.Schema != over.Schema {
			continue
		}
		tables := run.tables(r, c, l)
		why := missing(r, tables)
		if why == "" {
			why = asks(r, tables.unsupplied(r.Schema, src.Read(rec), nil, &when, r.Rule.Where))
		}
		if why != "" {
			return m, why
		}
		rec := src.Enrich(rec, tables.rows, &when)
		match := through && eval.Match(r.Rule.Where, src.Read(rec), tables.Tables)
		run.judged(out, "ir", &run.results.Pairs.IR)
		if match {
			m.rules = append(m.rules, r.Rule.Name)
		}
		for _, e := range r.Emitted {
			if e.Bound.Source != src {
				continue
			}
			run.judged(out, "bound "+id, &run.results.Pairs.Bound)
			if got := eval.Match(e.Bound.Where, rec, tables.Tables); got != match {
				run.results.Pairs.Disagreed++
				return m, fmt.Sprintf("%s bound to %s says %s, the rule says %s: a fault of the compiler, please report it",
					r.Rule.Name, id, verdict(got), verdict(match))
			}
		}
	}
	return m, ""
}

// judged counts an opinion; a case lists each once.
func (run *player) judged(out *Case, opinion string, count *int) {
	*count++
	if !slices.Contains(out.Rests, opinion) {
		out.Rests = append(out.Rests, opinion)
	}
}

// tables are the context tables as a rule sees them in a case: those of its own tests, with what the correlation's tests
// and the case say instead.
func (run *player) tables(r *Subject, c *stub.CaseForm, l *diag.List) world {
	return contents(r.Tables, l, r.Stub.Tests.Context, run.Stub.Tests.Context, c.Context)
}

// enriched adds to a moment's record what the tables say of it, so that it can be grouped by that. why says what of it
// nobody supplied.
func (run *player) enriched(m *moment, c *stub.CaseForm, said spoken, at *int64, l *diag.List) (why string) {
	over := m.record.schema
	tables := run.tables(over, c, l)
	var keys []ir.Expr
	for _, g := range run.Correlation.GroupBy {
		for _, name := range append(run.aliased(g), g) {
			if f, ok := over.Schema.Field(name); ok && f.Lookup != nil {
				keys = append(keys, &ir.Exists{Field: f.Field})
			}
		}
	}
	if what := tables.unsupplied(over.Schema, m.record.event, said, at, keys...); what != "" {
		return "it is grouped by " + what
	}
	m.record.event = m.record.event.Enrich(over.Schema, tables.rows, said.says, at)
	return ""
}

// aliased are the fields that an alias stands for.
func (run *player) aliased(name string) (fields []string) {
	for _, a := range run.Correlation.Aliases {
		for _, f := range a.Fields {
			if a.Name == name {
				fields = append(fields, f.Field)
			}
		}
	}
	return fields
}

// asks says that a rule can't be judged, and for want of what.
func asks(s *Subject, what string) string {
	if what == "" {
		return ""
	}
	return s.Rule.Name + " asks for " + what
}
