package evidence

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"time"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// CorrelationOperators are the faults that the mutants of a correlation have: names, and what is done.
var CorrelationOperators = []struct{ Name, Doc string }{
	{"window", "a correlation's window is a nanosecond shorter or longer, half or twice as long"},
	{"order", "events in order become events in any order"},
	{"group", "a field to group by is left out"},
	{"threshold", "a number of a correlation's condition is one less or one more"},
	{"rule", "a rule of a correlation is left out"},
	{"distinct", "distinct values become events"},
}

// A CorrelationMutant is a correlation with one small fault.
type CorrelationMutant struct {
	Mutant
	Correlation *ir.Correlation
}

// CorrelationMutants are the correlations that differ from one by one fault.
func CorrelationMutants(c *ir.Correlation) []CorrelationMutant {
	var out []CorrelationMutant
	add := func(operator, clause, fault string, at source.Span, change func(*ir.Correlation)) {
		m := *c
		change(&m)
		out = append(out, CorrelationMutant{Mutant{Operator: operator, Clause: clause, Fault: fault, Span: at}, &m})
	}
	within := "within " + ir.DurationText(c.Within)
	for _, w := range []struct {
		fault string
		to    time.Duration
	}{{"is a nanosecond less", c.Within - 1}, {"is a nanosecond more", c.Within + 1}, {"is half of it", c.Within / 2}, {"is twice of it", c.Within * 2}} {
		add("window", within, w.fault, c.Span, func(m *ir.Correlation) { m.Within = w.to })
	}
	if c.Kind == ir.TemporalOrdered {
		add("order", c.Kind.String(), "becomes temporal", c.Span, func(m *ir.Correlation) { m.Kind = ir.Temporal })
	}
	for i, g := range c.GroupBy {
		add("group", "group_by "+g, "is left out", c.Span, func(m *ir.Correlation) { m.GroupBy = slices.Delete(slices.Clone(c.GroupBy), i, i+1) })
	}
	for i, b := range c.Having {
		for _, by := range []float64{-1, 1} {
			to := strconv.FormatFloat(b.Value+by, 'f', -1, 64)
			add("threshold", fmt.Sprintf("%s %s", b.Op, strconv.FormatFloat(b.Value, 'f', -1, 64)), "becomes "+to, b.Span, func(m *ir.Correlation) {
				m.Having = slices.Clone(c.Having)
				m.Having[i].Value += by
			})
		}
	}
	for i, r := range c.Rules {
		if len(c.Rules) > 1 {
			add("rule", "rule "+r.Name, "is left out", r.Span, func(m *ir.Correlation) { m.Rules = slices.Delete(slices.Clone(c.Rules), i, i+1) })
		}
	}
	if c.Kind == ir.ValueCount {
		add("distinct", c.Kind.String(), "becomes event_count", c.Span, func(m *ir.Correlation) { m.Kind, m.Fields = ir.EventCount, nil })
	}
	return out
}

// mutate holds the correlation's mutants against its timelines. A case that fails kills none: it shows nothing.
func (run *player) mutate() *Mutation {
	out := &Mutation{}
	for _, m := range CorrelationMutants(run.Correlation) {
		out.All++
		if slices.ContainsFunc(run.reels, func(r *reel) bool { return run.tells(m, r) }) {
			out.Killed++
		} else {
			out.Survivors = append(out.Survivors, Survivor{Mutant: m.Mutant})
		}
	}
	return out
}

// tells says that a case would fail of the mutant.
func (run *player) tells(m CorrelationMutant, r *reel) bool {
	firings, _, err := run.play(m.Correlation, r)
	return err != nil || run.differs(r, firings) != ""
}

// nearly says of a case that stays silent that one small fault would make it fire. A rule left out of an absence is no
// small one: what is left is another kind.
func (run *player) nearly(r *reel) bool {
	if run.mutants == nil {
		run.mutants = CorrelationMutants(run.Correlation)
	}
	return slices.ContainsFunc(run.mutants, func(m CorrelationMutant) bool {
		if m.Operator == "rule" && run.Correlation.Kind == ir.Absence {
			return false
		}
		firings, _, err := run.play(m.Correlation, r)
		return err == nil && len(firings) > 0
	})
}

// CorrelationDigest names all of a correlation that its evidence rests on: what it means, and what its rules mean. The
// events and tables of their tests are part of it, since timelines build on them.
func CorrelationDigest(s *CorrelationSubject) string {
	d := digester{sha256.New()}
	for _, c := range append(slices.Clone(s.Below), s.Correlation) {
		d.correlation(c)
	}
	d.number(len(s.Rules))
	for _, r := range s.Rules {
		d.texts([]string{r.Rule.Name, RuleDigest(r)})
		d.text(r.Schema.Time)
		d.node(r.Stub.Tests.Given)
		d.tables(r.Stub.Tests.Context)
	}
	return d.String()
}

func (d digester) correlation(c *ir.Correlation) {
	d.texts([]string{c.Name, c.Kind.String()})
	d.number(len(c.Rules))
	for _, r := range c.Rules {
		d.text(r.Name)
	}
	d.texts(c.GroupBy)
	d.number(len(c.Aliases))
	for _, a := range c.Aliases {
		d.text(a.Name)
		d.number(len(a.Fields))
		for _, f := range a.Fields {
			d.texts([]string{f.Rule, f.Field})
		}
	}
	d.number(int(c.Within))
	d.number(len(c.Having))
	for _, b := range c.Having {
		d.texts([]string{b.Op.String(), strconv.FormatFloat(b.Value, 'g', -1, 64)})
	}
	d.texts(c.Fields)
	d.text(strconv.FormatFloat(c.Percentile, 'g', -1, 64))
}
