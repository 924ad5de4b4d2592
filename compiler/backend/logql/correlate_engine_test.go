package logql_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/logql"
	"detc/compiler/bind"
	"detc/compiler/correlate"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

type streamOf struct {
	Labels map[string]string `json:"labels"`
	Lines  []logLine         `json:"lines"`
}

type sample struct {
	Labels map[string]string
	Value  float64
}

// A seen event is a line of one of the streams, as the correlations' members see it.
type seen struct {
	job, line string
	at        int64
	record    bind.Record
	c         *backend.Correlation
}

// Values are the texts of a correlation's name in a member's rows.
func (s seen) Values(rule, name string) []string {
	for _, m := range s.c.Members {
		if m.Rule.Name != rule {
			continue
		}
		column := ""
		if i := slices.Index(s.c.GroupBy, name); i >= 0 {
			column = m.Keys[i].Name
		} else if i := slices.Index(s.c.Fields, name); i >= 0 {
			column = m.Values[i].Name
		}
		values, _ := s.record.Get(ir.Field{Name: column})
		var out []string
		for _, v := range values {
			out = append(out, v.Str)
		}
		return out
	}
	return nil
}

// history draws events a second and some nanoseconds apart, so that no two are exactly a timespan apart.
func history(t *testing.T, r *rand.Rand, c *backend.Correlation, n int) (out []seen) {
	t.Helper()
	pick := func(of ...any) any { return of[r.IntN(len(of))] }
	at := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	gap := int64(c.Within) / int64(1+r.IntN(12))
	for i := range n {
		at += 1 + r.Int64N(gap) + int64(i)
		job := pick("auth", "firewall").(string)
		src := "src"
		if job == "firewall" {
			src = "id.orig_h"
		}
		doc := map[string]any{"user": pick("root", "ROOT", "x", "7", 3, 4, 10, "1e1", "-2.5", nil), "peer": pick("10.1", "11.1", nil), "code": pick(200, 400, 500), "host": pick("a", "b", 12, 3.5), "nr": i}
		if src := pick("1.1.1.1", "2.2.2.2", "3.3.3.3", nil); src != nil {
			doc["src"] = src
		}
		if v, ok := doc["src"]; ok {
			delete(doc, "src")
			doc[src] = v
		}
		raw, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		rec, err := bind.ParseRecord(telemetry.JSON, raw)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, seen{job, string(raw), at, rec, c})
	}
	return out
}

// TestLokiCorrelates asks Loki at the moment of each event whether the event's group fires, and package correlate whether
// the event completes it: but for when it is asked, a query means what its correlation does.
func TestLokiCorrelates(t *testing.T) {
	e := start(t)
	r := rand.New(rand.NewPCG(1, 2))
	queries, moments, fired := 0, 0, 0
	for _, c := range executable() {
		q, l := logql.Target{}.Correlate(c)
		if l.HasErrors() {
			t.Fatal(l)
		}
		queries++
		for range 2 {
			events := history(t, r, c, 40)
			want := completed(t, c, events)
			got := asked(t, e, q.Text, events)
			for i, ev := range events {
				group, member := groupOf(c, ev)
				if !member {
					continue
				}
				moments++
				if want[i] {
					fired++
				}
				if value, is := got[i][group]; is != want[i] {
					t.Fatalf("%s\n%s\nat event %d, %s %s, group %q: correlate %t, Loki %t %v", ir.CorrelationText(c.Correlation), q.Text, i, ev.job, ev.line, group, want[i], is, value)
				}
			}
		}
	}
	if fired == 0 || fired == moments {
		t.Errorf("%d of %d fire: nothing is told apart", fired, moments)
	}
	t.Logf("%d metric queries, %d moments, %d firings, no disagreement", queries, moments, fired)
}

// executable are the correlations that mean, at the moment of an event, what correlate does; percentiles are others.
func executable() (out []*backend.Correlation) {
	for _, c := range correlations() {
		_, l := logql.Target{}.Correlate(c)
		if l.HasErrors() || c.Kind == ir.ValuePercentile || c.Members[0].Rule.Name == "words" {
			continue
		}
		for _, bounds := range [][]ir.Bound{{{Op: ir.BoundGte, Value: 3}}, {{Op: ir.BoundLt, Value: 2}}, {{Op: ir.BoundGt, Value: 1}, {Op: ir.BoundNeq, Value: 2}}} {
			copied := *c.Correlation
			copied.Having = bounds
			if c.Kind == ir.Temporal {
				copied.Having = c.Having
			}
			if bounds[0].Op == ir.BoundLt && (c.Kind == ir.ValueSum || c.Kind == ir.ValueAvg) {
				copied.Having = []ir.Bound{{Op: ir.BoundLte, Value: 6.5}}
			}
			wide := c.Members
			for i, m := range wide { // rules that find more, so that windows fill
				if m.Rule.Name == "failed" {
					rule := *m.Rule
					rule.Where = &ir.Eq{Field: ir.Field{Name: "peer"}, Values: []ir.Value{ir.StringValue("10.1")}}
					wide[i].Rule = &rule
				}
			}
			out = append(out, &backend.Correlation{Correlation: &copied, Members: wide})
		}
	}
	return out
}

func completed(t *testing.T, c *backend.Correlation, events []seen) []bool {
	t.Helper()
	n, err := correlate.New([]*ir.Correlation{c.Correlation}, correlate.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var in []correlate.Event
	for _, ev := range events {
		in = append(in, correlate.Event{Time: ev.at, Rules: rulesOf(n, c, ev), Record: ev})
	}
	out := make([]bool, len(events))
	for _, f := range correlate.Run(n, in) {
		out[f.Seq] = true
	}
	return out
}

func rulesOf(n *correlate.Network, c *backend.Correlation, ev seen) (out []int) {
	for _, m := range c.Members {
		if m.Rule.In[0].Values[0] == ev.job && eval.Match(m.Rule.Where, ev.record, nil) {
			if number, ok := n.Rule(m.Rule.Name); ok {
				out = append(out, number)
			}
		}
	}
	return out
}

// groupOf is the group that an event enters; none where no rule finds it, or it has no key or no value.
func groupOf(c *backend.Correlation, ev seen) (group string, ok bool) {
	for _, m := range c.Members {
		if m.Rule.In[0].Values[0] != ev.job || !eval.Match(m.Rule.Where, ev.record, nil) {
			continue
		}
		if c.Kind.OfValues() {
			values := ev.Values(m.Rule.Name, c.Fields[0])
			if len(values) == 0 {
				continue
			}
			if _, err := strconv.ParseFloat(values[0], 64); err != nil && c.Kind != ir.ValueCount {
				continue
			}
		}
		if len(c.GroupBy) == 0 {
			return "", true
		}
		if keys := ev.Values(m.Rule.Name, c.GroupBy[0]); len(keys) > 0 {
			return keys[0], true
		}
	}
	return "", false
}

// asked are the groups that Loki gives at the moment of each event.
func asked(t *testing.T, e *engine, query string, events []seen) (out []map[string]float64) {
	t.Helper()
	r := request{Metric: query}
	byJob := map[string]int{}
	for _, ev := range events {
		i, ok := byJob[ev.job]
		if !ok {
			i = len(r.Streams)
			byJob[ev.job] = i
			r.Streams = append(r.Streams, streamOf{Labels: map[string]string{"job": ev.job}})
		}
		r.Streams[i].Lines = append(r.Streams[i].Lines, logLine{At: ev.at, Line: ev.line})
		r.Times = append(r.Times, ev.at)
	}
	a := e.ask(t, r)
	if a.Error != "" || len(a.Vectors) != len(events) {
		t.Fatalf("%s\n%s, %d answers", query, a.Error, len(a.Vectors))
	}
	for _, v := range a.Vectors {
		groups := map[string]float64{}
		for _, s := range v {
			if len(s.Labels) > 1 {
				t.Fatalf("%s\ngives labels %v", query, s.Labels)
			}
			group := ""
			for _, v := range s.Labels {
				group = fmt.Sprint(v)
			}
			groups[group] = s.Value
		}
		out = append(out, groups)
	}
	return out
}
