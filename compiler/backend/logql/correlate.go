package logql

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Correlate makes a metric query, as a rule of Loki's ruler holds one: it gives a sample for each group that fires at the
// moment it is asked.
func (Target) Correlate(c *backend.Correlation) (backend.Query, diag.List) {
	w := &correlator{c: c}
	text := w.query()
	if !w.findings.HasErrors() && len(text) > maxQuery {
		w.findings.Add(diag.QueryTooLong, c.Span, "the query has %d bytes, and Loki takes %d", len(text), maxQuery)
	}
	if w.findings.HasErrors() {
		return backend.Query{}, w.findings
	}
	return backend.Query{Text: text, Losses: w.losses}, w.findings
}

type correlator struct {
	c        *backend.Correlation
	keys     []string // the labels that group, the same in all parts
	values   []string // those of the values
	parts    []string // a pipeline for each member, or one for all
	losses   []backend.Loss
	findings diag.List
}

func (w *correlator) refuse(format string, args ...any) string {
	w.findings.Add(diag.ClauseRefused, w.c.Span, "%s can't say %s %s: %s", title, w.c.Kind, w.c.Name, fmt.Sprintf(format, args...))
	return ""
}

func (w *correlator) lose(effect backend.Effect, clause, format string, args ...any) {
	w.losses = append(w.losses, backend.Loss{Span: w.c.Span, Clause: clause, Reason: fmt.Sprintf(format, args...), Effect: effect})
}

func (w *correlator) query() string {
	switch c := w.c; {
	case c.Kind == ir.TemporalOrdered:
		return w.refuse("it counts what a window holds, and not in which order it came")
	case c.Kind == ir.Absence, c.Kind == ir.FirstSeen:
		return w.refuse("its windows end at the moment that it is asked, and none begins or ends with an event")
	case c.Kind.OfValues() && c.Kind != ir.ValueCount && len(c.Fields) != 1:
		return w.refuse("it takes the numbers of one label")
	case c.Within < time.Millisecond || c.Within%time.Millisecond != 0:
		return w.refuse("it counts time in milliseconds")
	}
	members := w.c.Members
	if merged, ok := w.merged(); ok && w.c.Kind != ir.Temporal {
		members = []backend.Member{merged}
	}
	w.name(members)
	for _, m := range members {
		w.parts = append(w.parts, w.part(m))
	}
	if w.findings.HasErrors() {
		return ""
	}
	if len(w.keys) > 0 {
		w.lose(backend.Narrower, "by "+strings.Join(w.c.GroupBy, ", "), "an empty text is a key, and to Loki a missing label: such events are in no group")
	}
	if w.c.Kind != ir.Temporal && overlap(members) {
		w.lose(backend.Both, "of "+strings.Join(w.names(), ", "), "an event that several of the rules find counts once for each")
	}
	w.sliding()
	return w.bounded(w.number())
}

func (w *correlator) names() (out []string) {
	for _, r := range w.c.Rules {
		out = append(out, r.Name)
	}
	return out
}

// overlap says that some event may be found by two of the members: no label of the streams tells them apart.
func overlap(members []backend.Member) bool {
	for i, m := range members {
		for _, n := range members[:i] {
			if !apart(m.Rule.In, n.Rule.In) {
				return true
			}
		}
	}
	return false
}

func apart(a, b []backend.Place) bool {
	for _, p := range a {
		for _, q := range b {
			if p.Name == q.Name && !slices.ContainsFunc(p.Values, func(v string) bool { return slices.Contains(q.Values, v) }) {
				return true
			}
		}
	}
	return false
}

// merged is one member for all where they lie in the same streams and are read alike: so an event of two rules is one.
func (w *correlator) merged() (backend.Member, bool) {
	first := w.c.Members[0]
	rule := *first.Rule
	or := &ir.Or{Args: []ir.Expr{rule.Where}, Span: w.c.Span}
	rule.Fields, rule.Losses = maps.Clone(rule.Fields), slices.Clone(rule.Losses)
	for _, m := range w.c.Members[1:] {
		r := m.Rule
		if !reflect.DeepEqual(r.In, rule.In) || r.Table != rule.Table || r.Prepare != rule.Prepare ||
			!reflect.DeepEqual(m.Keys, first.Keys) || !reflect.DeepEqual(m.Values, first.Values) {
			return first, false
		}
		for name, c := range r.Fields {
			if had, ok := rule.Fields[name]; ok && !reflect.DeepEqual(had, c) {
				return first, false
			}
			rule.Fields[name] = c
		}
		or.Args = append(or.Args, r.Where)
		rule.Losses = append(rule.Losses, r.Losses...)
	}
	if len(or.Args) > 1 {
		rule.Where = or
	}
	first.Rule = &rule
	return first, true
}

// name finds the labels of keys and values: the store's own where all members have the same, else the correlation's names.
func (w *correlator) name(members []backend.Member) {
	common := func(names []string, of func(backend.Member) []backend.Column) (out []string) {
		for i, name := range names {
			label := newEmitter(members[0].Rule).plain(of(members[0])[i])
			for _, m := range members[1:] {
				if newEmitter(m.Rule).plain(of(m)[i]) != label {
					label = sanitized(name)
				}
			}
			if reserved[strings.ToLower(label)] || slices.Contains(out, label) {
				label += "_"
			}
			out = append(out, label)
		}
		return out
	}
	w.keys = common(w.c.GroupBy, func(m backend.Member) []backend.Column { return m.Keys })
	if w.c.Kind.OfValues() {
		w.values = common(w.c.Fields, func(m backend.Member) []backend.Column { return m.Values })
	}
}

// part is the pipeline of a member, down to the lines that have its keys and values.
func (w *correlator) part(m backend.Member) string {
	e := newEmitter(m.Rule)
	columns, labels := m.Keys, w.keys
	if len(w.values) > 0 {
		columns, labels = slices.Concat(m.Keys, m.Values), slices.Concat(w.keys, w.values)
	}
	for _, label := range labels {
		e.taken[label] = true
	}
	text := e.pipeline(m.Rule.Where)
	var renames, tests []string
	for i, c := range columns {
		if c.List {
			w.refuse("Loki's parser leaves lists out, and %s is one", c.Name)
		}
		if from := e.plain(c); from != labels[i] { // a template may name a word of the grammar
			renames = append(renames, labels[i]+"="+quoted("{{."+from+"}}"))
		}
		tests = append(tests, there(labels[i]).text())
	}
	if len(renames) > 0 {
		text += " | label_format " + strings.Join(renames, ", ")
	}
	for _, t := range tests {
		text += " | " + t
	}
	for _, l := range slices.Concat(m.Rule.Losses, e.Losses) {
		l.Effect = w.c.Carried(l.Effect) // what it does to the correlation is another question
		w.losses = append(w.losses, l)
	}
	w.findings.Append(e.Findings)
	return text
}

// sliding says how Loki's windows differ from those of the correlation.
func (w *correlator) sliding() {
	effect := backend.Narrower
	for _, b := range w.c.Having {
		if b.Op != ir.BoundGt && b.Op != ir.BoundGte {
			effect = backend.Both
		}
	}
	if w.c.Kind >= ir.ValueSum && w.c.Kind <= ir.ValuePercentile {
		effect = backend.Both
	}
	within := duration(w.c.Within)
	w.lose(effect, "within "+within, "Loki looks when it is asked, at what came in the %s before, and not at each event: what holds only between two looks is missed, and events exactly %s apart are in no window together", within, within)
}

// duration is a timespan in one unit of LogQL's.
func duration(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if d%u.unit == 0 {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.name
		}
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}

// over aggregates each part over the window, and gives the parts side by side.
func (w *correlator) over(function, stages string, by []string) string {
	var all []string
	for i, p := range w.parts {
		text := "sum" + grouping(by) + " (" + function + "(" + p + stages + " [" + duration(w.c.Within) + "]))"
		if len(w.parts) > 1 {
			text = fmt.Sprintf(`label_replace(%s, "correlated_rule", "%d", "correlated_rule", "")`, text, i)
		}
		all = append(all, text)
	}
	return strings.Join(all, " or ")
}

func grouping(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return " by (" + strings.Join(labels, ", ") + ")"
}

// summed is what over gives as one number a group.
func (w *correlator) summed(function, stages string, by []string) string {
	text := w.over(function, stages, by)
	if len(w.parts) > 1 {
		return "sum" + grouping(by) + " (" + text + ")"
	}
	return text
}

func (w *correlator) number() string {
	by := grouping(w.keys)
	switch w.c.Kind {
	case ir.EventCount:
		return w.summed("count_over_time", "", w.keys)
	case ir.Temporal:
		return "count" + by + " (" + w.over("count_over_time", "", w.keys) + ")"
	case ir.ValueCount:
		labels := slices.Concat(w.keys, w.values)
		slices.Sort(labels)
		return "count" + by + " (" + w.summed("count_over_time", "", slices.Compact(labels)) + ")"
	}
	label := w.values[0]
	numbers := " | " + matches(label, decimal).text()
	unwrap := numbers + " | unwrap " + label + ` | __error__=""`
	switch w.c.Kind {
	case ir.ValueSum:
		w.lose(backend.Both, w.c.Kind.String(), "Loki adds doubles, and rounds at each")
		return w.summed("sum_over_time", unwrap, w.keys)
	case ir.ValueAvg:
		w.lose(backend.Both, w.c.Kind.String(), "Loki adds doubles, and rounds at each")
		return w.summed("sum_over_time", unwrap, w.keys) + " / " + w.summed("count_over_time", numbers, w.keys)
	}
	if len(w.parts) > 1 {
		return w.refuse("a percentile is taken over one pipeline, and the rules lie in several")
	}
	w.lose(backend.Both, w.c.Kind.String(), "Loki's quantile lies between two values where the nearest rank is one of them")
	rank := strconv.FormatFloat(w.c.Percentile/100, 'f', -1, 64)
	if len(w.keys) == 0 {
		by = " by ()"
	}
	return "quantile_over_time(" + rank + ", " + w.parts[0] + unwrap + " [" + duration(w.c.Within) + "])" + by
}

// operators are LogQL's, by ir.BoundOp.
var operators = [...]string{ir.BoundGt: ">", ir.BoundGte: ">=", ir.BoundLt: "<", ir.BoundLte: "<=", ir.BoundEq: "==", ir.BoundNeq: "!="}

func (w *correlator) bounded(text string) string {
	having := w.c.Having
	if len(having) == 0 && w.c.Kind == ir.Temporal {
		having = []ir.Bound{{Op: ir.BoundGte, Value: float64(len(w.c.Rules))}}
	}
	for i, b := range having {
		if i > 0 || w.c.Kind == ir.ValueAvg {
			text = "(" + text + ")"
		}
		text += " " + operators[b.Op] + " " + strconv.FormatFloat(b.Value+0, 'f', -1, 64)
	}
	return text
}
