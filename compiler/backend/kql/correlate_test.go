package kql_test

import (
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/kql"
	"detc/compiler/correlate"
	"detc/compiler/ir"
)

func timelines(t testing.TB, made int) []backendtest.Timeline {
	t.Helper()
	cases, err := backendtest.Timelines(os.DirFS("../../../testdata/correlations"))
	if err != nil || len(cases) < 60 {
		t.Fatal(len(cases), err)
	}
	return append(cases, backendtest.MadeTimelines(made)...)
}

// over is a timeline's correlation, where lists lie in columns of JSON; inJSON puts all fields there.
func over(line backendtest.Timeline, inJSON bool) *backend.Correlation {
	c := line.Over(backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.Time})
	for _, m := range c.Members {
		for _, list := range [][]backend.Column{m.Keys, m.Values} {
			for i := range list {
				switch {
				case inJSON:
					list[i].Stored, list[i].Path, list[i].Name = backend.JSON, []string{list[i].Name}, "EventData"
				case list[i].List:
					list[i].Stored = backend.JSON
				}
			}
		}
	}
	return c
}

// schema is the table that over names.
func schema(line backendtest.Timeline) map[string]string {
	columns := map[string]string{"EventData": "dynamic", "at": "datetime"}
	for _, r := range line.Correlation.Rules {
		columns["is_"+r.Name] = "string"
	}
	for _, m := range over(line, false).Members {
		for _, c := range append(append([]backend.Column(nil), m.Keys...), m.Values...) {
			columns[c.Name] = kind(c)
		}
	}
	text := ""
	for _, name := range slices.Sorted(maps.Keys(columns)) { // in an order, since the binder keeps what it knows of a table
		text += ", ['" + name + "']:" + columns[name]
	}
	return map[string]string{"logs": "(" + text[2:] + ")"}
}

// Microsoft's binder accepts every correlation against the table that it was made for.
func TestBinderAcceptsCorrelations(t *testing.T) {
	b := openBinder(t)
	bound, refused := 0, 0
	for i, line := range timelines(t, 90) {
		for _, inJSON := range []bool{false, true} {
			q, l := kql.Targets()[i%2].Correlate(over(line, inJSON))
			if l.HasErrors() {
				refused++
				continue
			}
			if found := b.bind(t, request{q.Text, schema(line), nil}); len(found) > 0 {
				t.Fatalf("%s\n%s\n%s", line.Name, q.Text, found)
			}
			bound++
		}
	}
	t.Logf("%d bound, %d refused", bound, refused)
}

// epoch is when the timelines begin: a moment that is no multiple of any timespan.
const epoch = moment(1_700_000_001_000_000_000)

// rowsOf are the events as the table has them.
func rowsOf(line backendtest.Timeline, inJSON bool) (out []row) {
	c := over(line, inJSON)
	columns := map[string]backend.Column{}
	for _, m := range c.Members {
		for _, list := range [][]backend.Column{m.Keys, m.Values} {
			for _, k := range list {
				columns[k.Name] = k
			}
		}
	}
	for _, e := range line.Events {
		r := row{"at": epoch + moment(e.At), "EventData": nil}
		values := e.Row()
		for _, ref := range line.Correlation.Rules {
			r["is_"+ref.Name] = ""
		}
		for name, texts := range values {
			if _, ok := r[name]; ok {
				r[name] = texts[0]
			}
		}
		data := map[string]any{}
		for name := range columns {
			if !inJSON {
				r[name] = cellOf(columns[name], values[name])
			}
		}
		for name, texts := range values {
			if len(texts) == 1 {
				data[name] = texts[0]
			} else {
				data[name] = listOf(texts)
			}
		}
		if inJSON {
			r["EventData"] = dynamic{data}
		}
		out = append(out, r)
	}
	return out
}

func listOf(texts []string) []any {
	out := []any{}
	for _, t := range texts {
		out = append(out, t)
	}
	return out
}

func cellOf(c backend.Column, texts []string) any {
	switch {
	case c.Stored == backend.JSON && len(texts) > 0:
		return dynamic{listOf(texts)}
	case c.Stored == backend.JSON:
		return nil
	case len(texts) > 0:
		return texts[0]
	}
	return ""
}

// fired are the firings that a query gives for a timeline, as backendtest writes them.
func fired(t testing.TB, text string, line backendtest.Timeline, inJSON, apart bool) (out []string) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("%v\n%s", r, text)
		}
	}()
	s := &scope{tables: map[string][]row{"logs": rowsOf(line, inJSON)}, now: math.MaxInt64}
	if apart {
		all := s.tables["logs"]
		s.tables["logs"] = nil
		for i, e := range line.Events {
			name := map[bool]string{true: "other", false: "logs"}[slices.Equal(e.Rules, []string{"b"})]
			s.tables[name] = append(s.tables[name], all[i])
		}
		s.tables["other"] = append([]row(nil), s.tables["other"]...)
	}
	if line.Until != correlate.Forever {
		last := line.Until
		for _, e := range line.Events {
			last = max(last, e.At)
		}
		s.now = epoch + moment(last) + 100
	}
	for _, r := range correlation(text, s) {
		group := []string{}
		for k := range line.Correlation.GroupBy {
			group = append(group, r[fmt.Sprintf("detc_k%d", k+1)].(string))
		}
		out = append(out, backendtest.Firing(int64(r["detc_t"].(moment)-epoch), group))
	}
	slices.Sort(out)
	return out
}

// direction says whether the answer lies within what a query declares.
func direction(q *backend.Query, got, want []string) bool {
	count := map[string]int{}
	for _, w := range want {
		count[w]--
	}
	for _, g := range got {
		count[g]++
	}
	for _, n := range count {
		effect := backend.Narrower
		if n > 0 {
			effect = backend.Wider
		}
		if n != 0 && !slices.ContainsFunc(q.Losses, func(l backend.Loss) bool { return l.Effect == effect || l.Effect == backend.Both }) {
			return false
		}
	}
	return true
}

type correlated struct{ exact, approximate, same, refused, firings int }

func (n *correlated) hold(t *testing.T, line backendtest.Timeline, i int) {
	t.Helper()
	inJSON := i%2 == 1
	if line.Finest(100*time.Nanosecond) == 1 {
		return // no datetime lies between ticks
	}
	if line.Start != nil && slices.ContainsFunc(line.Events, func(e backendtest.Moment) bool { return e.At < *line.Start }) {
		return // a table has no rows from before its records
	}
	apart := i%3 == 0
	if apart {
		line = line.Apart("b")
	}
	c := over(line, inJSON)
	for _, m := range c.Members {
		if apart && m.Rule.Name == "b" {
			m.Rule.Table = "other"
		}
	}
	q, l := kql.Targets()[i/2%2].Correlate(c)
	if l.HasErrors() {
		n.refused++
		return
	}
	want, err := line.Firings()
	if err != nil {
		t.Fatal(err)
	}
	got := fired(t, q.Text, line, inJSON, apart)
	n.firings += len(want)
	if slices.Equal(got, want) {
		n.same++
	}
	if len(q.Losses) == 0 {
		n.exact++
	} else {
		n.approximate++
	}
	// A loss that the rows of one table can't show: the order of one time is kept here. With empty texts, and with a history that
	// begins with other events, the answers differ as they may.
	ordered := !apart && !slices.ContainsFunc(q.Losses, func(l backend.Loss) bool {
		return !strings.Contains(l.Reason, "of one time") && !strings.Contains(l.Reason, "of doubles")
	})
	if !direction(&q, got, want) || ordered && !slices.Equal(got, want) {
		t.Errorf("%s: %s over %v by %v, aliases %v\n%s\nevents %v\nlosses %v\nfires\n%s\nwant\n%s", line.Name, c.Clause(), c.Rules, c.GroupBy, c.Aliases, q.Text, line.Events, q.Losses, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Not engine-verified: the queries are run by a reader of their grammar that follows Microsoft's reference.
func TestCorrelationsMeanTheTimeline(t *testing.T) {
	var n correlated
	for i, line := range timelines(t, 3000) {
		n.hold(t, line, i)
		if t.Failed() {
			return
		}
	}
	t.Logf("%+v", n)
	if n.exact < 150 || n.approximate < 1000 || n.firings < 3000 {
		t.Error("too little was compared")
	}
}

// Whatever a column is called, the query names it and fires as it does by any other name.
func TestCorrelationsOfHostileNames(t *testing.T) {
	rows := 0
	for i, name := range hostile {
		line := backendtest.MadeTimelines(9 * len(hostile))[9*i]
		c := over(line, true)
		plain, l := kql.Targets()[1].Correlate(c)
		if l.HasErrors() {
			t.Fatal(l[0].Message)
		}
		for i := range c.Members {
			for k := range c.Members[i].Keys {
				if key := &c.Members[i].Keys[k]; key.Path[0] == "k" {
					key.Path = []string{name}
				}
			}
		}
		q, _ := kql.Targets()[1].Correlate(c)
		s := &scope{tables: map[string][]row{"logs": rowsOf(line, true)}, now: math.MaxInt64}
		for _, r := range s.tables["logs"] {
			d := r["EventData"].(dynamic).v.(map[string]any)
			if v, ok := d["k"]; ok {
				d[name] = v
			}
		}
		want := correlation(plain.Text, &scope{tables: map[string][]row{"logs": s.tables["logs"]}, now: s.now})
		if got := correlation(q.Text, s); len(got) != len(want) {
			t.Errorf("%q\n%s\n%d rows, not %d", name, q.Text, len(got), len(want))
		}
		rows += len(want)
	}
	if rows == 0 {
		t.Error("nothing fired")
	}
}
