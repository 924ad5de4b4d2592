package backendtest

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/correlate"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Timeline is one correlation with the events that it is given, in order of arrival.
type Timeline struct {
	Name        string
	Correlation *ir.Correlation
	Events      []Moment
	Start       *int64 // when the records began; nil is the first event
	Until       int64  // when they end; correlate.Forever lets all waits end
}

// A Moment is an event of a timeline: when it was, in nanoseconds since any epoch, the rules that it matches, and its
// fields.
type Moment struct {
	At     int64
	Rules  []string
	Fields map[string][]string
}

// Firings are what package correlate says of the timeline, one text a firing, sorted: the time and the group. No event is
// too late: a query sees all that is there when it runs.
func (t Timeline) Firings() ([]string, error) {
	n, err := correlate.New([]*ir.Correlation{t.Correlation}, correlate.Options{Lateness: 1 << 62, Start: t.Start}, nil)
	if err != nil {
		return nil, err
	}
	number := map[string]int{}
	for i, name := range n.Rules() {
		number[name] = i
	}
	var events []correlate.Event
	for _, e := range t.Events {
		out := correlate.Event{Time: e.At, Record: correlate.Fields(e.Fields)}
		for _, r := range e.Rules {
			if i, ok := number[r]; ok {
				out.Rules = append(out.Rules, i)
			}
		}
		events = append(events, out)
	}
	var out []string
	for _, f := range correlate.RunUntil(n, events, t.Until) {
		out = append(out, Firing(f.Time, f.Group))
	}
	slices.Sort(out)
	return out, nil
}

// Firing is a firing as Firings writes it.
func Firing(at int64, group []string) string { return fmt.Sprintf("%d %q", at, group) }

// Finest is the length of which all times of the timeline and its timespan are multiples, as far as those given go:
// the largest first.
func (t Timeline) Finest(units ...time.Duration) time.Duration {
	for _, u := range units {
		fits := t.Correlation.Within%u == 0
		for _, e := range t.Events {
			fits = fits && e.At%int64(u) == 0
		}
		if fits {
			return u
		}
	}
	return 1
}

// Apart is the timeline with the events of one rule in a table of their own: none of them matches another rule.
func (t Timeline) Apart(rule string) Timeline {
	events := slices.Clone(t.Events)
	for i, e := range events {
		if len(e.Rules) > 1 {
			events[i].Rules = slices.DeleteFunc(slices.Clone(e.Rules), func(r string) bool { return r == rule })
		}
	}
	t.Events = events
	return t
}

// Over is the correlation over rules each of which matches the rows whose column is_<rule> is yes: columns of text beside
// the fields of the events. A field is a list where it has several values in some event.
func (t Timeline) Over(at backend.Column) *backend.Correlation {
	c := &backend.Correlation{Correlation: t.Correlation}
	for _, ref := range t.Correlation.Rules {
		mark := "is_" + ref.Name
		m := backend.Member{Rule: &backend.Rule{
			Name: ref.Name, Table: "logs", Time: at,
			Where:  &ir.Eq{Field: ir.Field{Name: mark, Cased: true}, Values: []ir.Value{ir.StringValue("yes")}},
			Fields: map[string]backend.Column{mark: {Name: mark, Cased: true, Nullable: true}},
		}}
		for _, name := range t.Correlation.GroupBy {
			m.Keys = append(m.Keys, t.column(ref.Name, name))
		}
		for _, name := range t.Correlation.Fields {
			m.Values = append(m.Values, t.column(ref.Name, name))
		}
		c.Members = append(c.Members, m)
	}
	return c
}

// column is where a name stands: its alias in the rule, or itself.
func (t Timeline) column(rule, name string) backend.Column {
	for _, a := range t.Correlation.Aliases {
		for _, f := range a.Fields {
			if a.Name == name && f.Rule == rule {
				return backend.Column{Name: f.Field, List: t.list(f.Field), Nullable: true}
			}
		}
	}
	return backend.Column{Name: name, List: t.list(name), Nullable: true}
}

func (t Timeline) list(field string) bool {
	return slices.ContainsFunc(t.Events, func(e Moment) bool { return len(e.Fields[field]) > 1 })
}

// Row is an event as the columns that Over names: texts by column.
func (e Moment) Row() map[string][]string {
	out := map[string][]string{}
	for k, v := range e.Fields {
		if len(v) > 0 {
			out[k] = v
		}
	}
	for _, r := range e.Rules {
		out["is_"+r] = []string{"yes"}
	}
	return out
}

// Timelines are the cases of testdata/correlations that are of one correlation, in the order of their files.
func Timelines(dir fs.FS) (out []Timeline, err error) {
	names, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		f, err := source.Read(dir, name)
		if err != nil {
			return nil, err
		}
		docs, err := source.ParseYAML(f)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			if d.Get("correlation") == nil {
				continue
			}
			t, err := readTimeline(d)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out = append(out, t)
		}
	}
	return out, nil
}

func readTimeline(d *source.Node) (t Timeline, err error) {
	t = Timeline{Name: scalarOf(d.Get("case")), Until: correlate.Forever}
	if t.Correlation, err = readCorrelation(d.Get("correlation")); err != nil {
		return t, err
	}
	for _, n := range d.Get("events").Items {
		e := Moment{Rules: written(n.Get("rules")), Fields: map[string][]string{}}
		if e.At, err = durationOf(n.Get("at")); err != nil {
			return t, err
		}
		if r := scalarOf(n.Get("rule")); r != "" {
			e.Rules = append(e.Rules, r)
		}
		for k, v := range entries(n.Get("fields")) {
			e.Fields[k] = written(v)
		}
		t.Events = append(t.Events, e)
	}
	if n := d.Get("start"); n != nil {
		start, err := durationOf(n)
		if err != nil {
			return t, err
		}
		t.Start = &start
	}
	if n := d.Get("until"); n != nil {
		t.Until, err = durationOf(n)
	}
	return t, err
}

func readCorrelation(n *source.Node) (*ir.Correlation, error) {
	within, err := durationOf(n.Get("timespan"))
	if err != nil {
		return nil, err
	}
	kind, ok := ir.ParseCorrelationKind(scalarOf(n.Get("type")))
	if !ok {
		return nil, fmt.Errorf("no kind %s", scalarOf(n.Get("type")))
	}
	c := &ir.Correlation{Name: "correlation", Kind: kind, GroupBy: written(n.Get("group-by")), Within: time.Duration(within)}
	for _, r := range written(n.Get("rules")) {
		c.Rules = append(c.Rules, ir.RuleRef{Name: r})
	}
	for name, fields := range entries(n.Get("aliases")) {
		a := ir.Alias{Name: name}
		for rule, field := range entries(fields) {
			a.Fields = append(a.Fields, ir.AliasField{Rule: rule, Field: scalarOf(field)})
		}
		c.Aliases = append(c.Aliases, a)
	}
	for name, value := range entries(n.Get("condition")) {
		if name == "field" {
			c.Fields = written(value)
			continue
		}
		op, ok := ir.ParseBoundOp(name)
		x, err := strconv.ParseFloat(scalarOf(value), 64)
		if !ok || err != nil {
			return nil, fmt.Errorf("no bound %s %s", name, scalarOf(value))
		}
		c.Having = append(c.Having, ir.Bound{Op: op, Value: x})
	}
	if p := n.Get("percentile"); p != nil {
		c.Percentile, err = strconv.ParseFloat(scalarOf(p), 64)
	}
	return c, err
}

func scalarOf(n *source.Node) string {
	if n == nil {
		return ""
	}
	return n.Text.Value
}

func written(n *source.Node) (out []string) {
	if n != nil && n.Kind == source.Scalar {
		return []string{n.Text.Value}
	}
	if n != nil {
		for _, i := range n.Items {
			out = append(out, i.Text.Value)
		}
	}
	return out
}

// entries goes through a mapping in the order of the file.
func entries(n *source.Node) func(yield func(string, *source.Node) bool) {
	return func(yield func(string, *source.Node) bool) {
		if n == nil {
			return
		}
		for _, p := range n.Pairs {
			if !yield(p.Key.Text.Value, p.Value) {
				return
			}
		}
	}
}

func durationOf(n *source.Node) (int64, error) {
	text, days := strings.CutSuffix(scalarOf(n), "d")
	if days {
		text += "h"
	}
	d, err := time.ParseDuration(text)
	if days {
		d *= 24
	}
	return int64(d), err
}
