package sql_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/sql"
	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// zero is when the timelines begin.
const zero = 1_700_000_000_000_000_000

// A fire is what fires, with the number.
type fire struct {
	number  float64
	atLeast bool
}

// fires are the firings of a timeline by time and group, each with the last number.
func fires(t *testing.T, line backendtest.Timeline) map[string]fire {
	t.Helper()
	out := map[string]fire{}
	n, err := correlate.New([]*ir.Correlation{line.Correlation}, correlate.Options{Lateness: 1 << 62, Start: line.Start},
		func(f correlate.Firing) { out[backendtest.Firing(f.Time, f.Group)] = fire{f.Number, f.AtLeast} })
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range line.Events {
		ev := correlate.Event{Time: e.At, Record: correlate.Fields(e.Fields)}
		for _, r := range e.Rules {
			if i, ok := n.Rule(r); ok {
				ev.Rules = append(ev.Rules, i)
			}
		}
		n.Add(ev)
	}
	n.Finish(line.Until)
	return out
}

// edges are timelines where a mistake by a moment would show.
func edges() (out []backendtest.Timeline) {
	c := ir.Correlation{Name: "edge", Kind: ir.ValueCount, Rules: []ir.RuleRef{{Name: "a"}}, GroupBy: []string{"k"}, Fields: []string{"v"}, Within: 4, Having: []ir.Bound{{Op: ir.BoundGte, Value: 2}}}
	for _, times := range [][]int64{{0, 4}, {0, 3}, {0, 5}, {0, 4, 8}, {0, 2, 4}} {
		for _, other := range []int64{0, 1, 4} {
			line := backendtest.Timeline{Name: "edge", Correlation: &c, Until: correlate.Forever}
			for i, at := range times {
				line.Events = append(line.Events, backendtest.Moment{At: at, Rules: []string{"a"}, Fields: map[string][]string{"k": {"x"}, "v": {fmt.Sprint(int64(i) * other / 4)}}})
			}
			out = append(out, line)
		}
	}
	twice := c
	twice.Kind = ir.ValueSum
	return append(out, backendtest.Timeline{Name: "one group twice", Correlation: &twice, Until: correlate.Forever, Events: []backendtest.Moment{
		{At: 0, Rules: []string{"a"}, Fields: map[string][]string{"k": {"y", "y"}, "v": {"1"}}},
		{At: 1, Rules: []string{"a"}, Fields: map[string][]string{"k": {"x", "y"}, "v": {"0.5"}}},
	}})
}

// A runs tally is what the timelines came to.
type runs struct{ timelines, exact, approximate, refused, fired, excused, none int }

func (e *engine) cast(column string) string {
	return "CAST(" + ident(e.name)(column) + " AS " + map[string]string{"sqlite": "TEXT", "duckdb": "VARCHAR", "postgresql": "text", "clickhouse": "String"}[e.name] + ")"
}

// run is what the query over a stored timeline gives, by time and group.
func (s stored) run(t *testing.T, eng *engine, text string) map[string]float64 {
	t.Helper()
	for table, rows := range s.tables {
		copies := [][]any{}
		for _, r := range rows {
			copies = append(copies, slices.Clone(r))
		}
		if err := eng.fill(ident(eng.name)(table), ident(eng.name), s.shapes, copies); err != nil {
			t.Fatal(err)
		}
	}
	ask := "SELECT " + eng.cast("firing_time") + ", " + eng.cast("firing_number")
	for _, name := range s.line.Correlation.GroupBy {
		ask += ", " + eng.cast(name)
	}
	rows, err := eng.rows(ask + " FROM (" + text + ") AS q")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	out := map[string]float64{}
	for _, r := range rows {
		at, err := strconv.ParseInt(r[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.ParseFloat(r[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if s.line.Until != correlate.Forever && at-zero > s.ends() {
			continue // the engine's clock is past the end of these records
		}
		key := backendtest.Firing(at-zero, append([]string{}, r[2:]...))
		if before, ok := out[key]; !ok || n > before {
			out[key] = n
		}
	}
	return out
}

// eighths says that a double holds every value, and every sum of them.
func eighths(line backendtest.Timeline) bool {
	for _, e := range line.Events {
		for _, f := range line.Correlation.Fields {
			for _, v := range e.Fields[f] {
				if x, err := strconv.ParseFloat(v, 64); err == nil && (8*x != math.Trunc(8*x) || math.Abs(x) > 1e9) {
					return false
				}
			}
		}
	}
	return true
}

// ends is when the records do.
func (s stored) ends() int64 {
	end := s.line.Until
	for _, e := range s.line.Events {
		end = max(end, e.At)
	}
	return end
}

// tied says that events of a time that the correlation looks at have an order.
func tied(line backendtest.Timeline) bool {
	seen := map[int64]bool{}
	for _, e := range line.Events {
		if seen[e.At] {
			return true
		}
		seen[e.At] = true
	}
	return false
}

// holdLine holds the firings of a timeline, stored in one way, against those of package correlate.
func holdLine(t *testing.T, eng *engine, w way, line backendtest.Timeline, sum *runs) {
	t.Helper()
	if line.Correlation.Kind == ir.FirstSeen && line.Start != nil {
		sum.none++ // the records of a table begin with it
		return
	}
	s, ok := w.store(eng.name, line)
	if !ok {
		sum.none++
		return
	}
	sum.timelines++
	q, found := sql.New(eng.name, sql.Options{}).(backend.Correlator).Correlate(s.over)
	if found.HasErrors() {
		sum.refused++
		t.Logf("refused: %s", found[0].Message)
		return
	}
	want, got := fires(t, s.line), s.run(t, eng, q.Text)
	sum.fired += len(want)
	if len(q.Losses) > 0 {
		sum.approximate++
	} else {
		sum.exact++
	}
	tell := func(why string) {
		t.Errorf("%s, %s, %s: %s\n%s over %v by %v, aliases %v, fields %v, percentile %v\nevents %v\nquery %s\nlosses %v\ngot  %v\nwant %v", eng.name, w.name, s.line.Name, why,
			s.over.Clause(), s.line.Correlation.Rules, s.line.Correlation.GroupBy, s.line.Correlation.Aliases, s.line.Correlation.Fields, s.line.Correlation.Percentile, s.line.Events, q.Text, q.Losses, got, want)
	}
	losses := q.Losses
	if !tied(s.line) {
		losses = slices.DeleteFunc(slices.Clone(losses), func(l backend.Loss) bool {
			return strings.Contains(l.Reason, "order of arrival") || strings.Contains(l.Reason, "are cut") || strings.Contains(l.Reason, "adds doubles") && eighths(s.line)
		})
	}
	for key, f := range want {
		n, ok := got[key]
		switch {
		case !ok && !excused(losses, true):
			tell("lost: " + key)
			return
		case !ok:
			sum.excused++
		case !tied(s.line) && (f.atLeast && n < f.number || !f.atLeast && n != f.number):
			tell(fmt.Sprintf("the number of %s is %v, not %v", key, n, f.number))
			return
		}
	}
	for key := range got {
		if _, ok := want[key]; ok {
			continue
		}
		if !excused(losses, false) {
			tell("added: " + key)
			return
		}
		sum.excused++
	}
}

// TestEnginesCorrelate holds the firings of the timelines of testdata/correlations, and of generated ones, on each engine.
func TestEnginesCorrelate(t *testing.T) {
	cases, err := backendtest.Timelines(os.DirFS("../../../testdata/correlations"))
	if err != nil || len(cases) < 60 {
		t.Fatal(len(cases), err)
	}
	for _, name := range sql.Names() {
		t.Run(name, func(t *testing.T) {
			eng := open(t, name)
			for _, set := range []struct {
				name  string
				lines []backendtest.Timeline
			}{{"the cases", append(slices.Clone(cases), edges()...)}, {"generated", backendtest.MadeTimelines(count(t, "DETC_TIMELINES", map[string]int{"sqlite": 900}[name]+180))}} {
				var sum runs
				for _, line := range set.lines {
					for _, w := range ways {
						holdLine(t, eng, w, line, &sum)
					}
					if t.Failed() {
						return
					}
				}
				t.Logf("%s, %s: %d stored timelines: %d exact, %d approximate, %d refused; %d firings held, %d disagreements excused by a loss; %d have no place",
					name, set.name, sum.timelines, sum.exact, sum.approximate, sum.refused, sum.fired, sum.excused, sum.none)
				if sum.fired == 0 || sum.exact == 0 {
					t.Error("nothing was held")
				}
			}
		})
	}
}
