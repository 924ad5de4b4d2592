package sql_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/sql"
	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// zero is when the timelines begin.
const zero = 1_700_000_000_000_000_000

// A stored timeline is the tables that hold one, and the correlation over them.
type stored struct {
	line   backendtest.Timeline
	over   *backend.Correlation
	shapes []shape
	tables map[string][][]any
}

// A way is one to store a timeline; ok is false where it has no place for it.
type way struct {
	name  string
	store func(engine string, line backendtest.Timeline) (s stored, ok bool)
}

var ways = []way{
	{"times as numbers", func(engine string, line backendtest.Timeline) (stored, bool) {
		return inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: 1}), true
	}},
	{"times of the engine", func(engine string, line backendtest.Timeline) (stored, bool) {
		return inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.Time}), line.Finest(time.Microsecond) > 1
	}},
	{"times as text", func(engine string, line backendtest.Timeline) (stored, bool) {
		return inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeText}), true
	}},
	{"json", inDocuments},
	{"whole numbers", func(engine string, line backendtest.Timeline) (stored, bool) {
		return inNumbers(engine, line), line.Correlation.Kind.OfValues() && line.Correlation.Kind != ir.ValueCount
	}},
	{"a table a rule", inTables},
}

// cell is a time as an engine takes it.
func cell(engine string, c backend.Column, at int64) any {
	utc := time.Unix(0, zero+at).UTC()
	switch {
	case c.Stored == backend.TimeText, engine == "postgresql" && c.Stored == backend.Time:
		return utc.Format(time.RFC3339Nano)
	case c.Stored == backend.Time && engine != "sqlite":
		return utc.Format("2006-01-02 15:04:05.999999999")
	}
	return json.Number(strconv.FormatInt(zero+at, 10))
}

func kindOf(c backend.Column) string {
	return map[backend.Storage]string{backend.Time: "time", backend.TimeText: "text", backend.TimeNumber: "int"}[c.Stored]
}

// columns are the columns that the members name, but the time.
func columns(c *backend.Correlation) []backend.Column {
	found := map[string]backend.Column{}
	for _, m := range c.Members {
		for _, f := range slices.Concat(slices.Collect(maps.Values(m.Rule.Fields)), m.Keys, m.Values) {
			found[f.Name] = f
		}
	}
	var out []backend.Column
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[name])
	}
	return out
}

func inColumns(engine string, line backendtest.Timeline, at backend.Column) stored {
	s := stored{line: line, over: line.Over(at), shapes: []shape{{"at", kindOf(at), false}}, tables: map[string][][]any{"logs": nil}}
	all := columns(s.over)
	for _, c := range all {
		s.shapes = append(s.shapes, shape{c.Name, "text", c.List})
	}
	events := line.Events
	if len(events) > 0 {
		events = append(slices.Clone(events), events[0])
	}
	for i, e := range events {
		row, cells := e.Row(), []any{cell(engine, at, e.At)}
		if i == len(line.Events) {
			cells[0] = nil // a row without a time is no event
		}
		for _, c := range all {
			cells = append(cells, cellOf(engine, c, row[c.Name]))
		}
		s.tables["logs"] = append(s.tables["logs"], cells)
	}
	return s
}

func cellOf(engine string, c backend.Column, values []string) any {
	switch {
	case c.List && len(values) == 0 && engine == "clickhouse":
		return []string{}
	case len(values) == 0:
		return nil
	case c.List:
		return values
	}
	return values[0]
}

// inNumbers stores the values as whole numbers, and leaves out those that are none.
func inNumbers(engine string, line backendtest.Timeline) stored {
	events := slices.Clone(line.Events)
	for i, e := range events {
		e.Fields = maps.Clone(e.Fields)
		for _, f := range line.Correlation.Fields {
			if v := e.Fields[f]; len(v) != 1 || strings.Trim(v[0], "0123456789") != "" || v[0] == "" {
				delete(e.Fields, f)
			}
		}
		events[i] = e
	}
	line.Events = events
	s := inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: 1})
	for _, m := range s.over.Members {
		for j := range m.Values {
			m.Values[j].Stored, m.Values[j].Type = backend.Number, ir.Int
			for k := range s.shapes {
				if s.shapes[k].name == m.Values[j].Name {
					s.shapes[k].kind = "int"
				}
			}
		}
	}
	return s
}

func inDocuments(engine string, line backendtest.Timeline) (stored, bool) {
	at := backend.Column{Name: "doc", Type: ir.Timestamp, Stored: backend.JSON, Path: []string{"at"}}
	s := stored{line: line, over: line.Over(at), shapes: []shape{{"doc", "json", false}}, tables: map[string][][]any{"logs": nil}}
	member := func(c backend.Column) backend.Column {
		c.Stored, c.Path, c.Name = backend.JSON, []string{c.Name}, "doc"
		return c
	}
	for i, m := range s.over.Members {
		for name, c := range m.Rule.Fields {
			s.over.Members[i].Rule.Fields[name] = member(c)
		}
		for j := range m.Keys {
			m.Keys[j] = member(m.Keys[j])
		}
		for j := range m.Values {
			m.Values[j] = member(m.Values[j])
		}
	}
	for _, e := range line.Events {
		doc := map[string]any{"at": time.Unix(0, zero+e.At).UTC().Format(time.RFC3339Nano)}
		for name, values := range e.Row() {
			if doc[name] = values; len(values) == 1 {
				doc[name] = values[0]
			}
		}
		text, err := json.Marshal(doc)
		var cell any = json.RawMessage(text)
		if engine == "clickhouse" || engine == "sqlite" {
			cell = string(text)
		}
		if err != nil {
			return s, false
		}
		s.tables["logs"] = append(s.tables["logs"], []any{cell})
	}
	return s, true
}

// inTables keeps of each event the first of its rules that the correlation names.
func inTables(engine string, line backendtest.Timeline) (stored, bool) {
	named := func(r string) bool {
		return slices.ContainsFunc(line.Correlation.Rules, func(ref ir.RuleRef) bool { return ref.Name == r })
	}
	events := line.Events
	line.Events = nil
	for _, e := range events {
		if i := slices.IndexFunc(e.Rules, named); i >= 0 {
			e.Rules = e.Rules[i : i+1]
			line.Events = append(line.Events, e)
		}
	}
	s := inColumns(engine, line, backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: 1})
	rows := s.tables["logs"]
	s.tables = map[string][][]any{}
	for i := range s.over.Members {
		m := &s.over.Members[i]
		m.Rule.Table = "log_" + m.Rule.Name
		s.tables[m.Rule.Table] = nil
	}
	for i, e := range line.Events {
		to := "log_" + e.Rules[0]
		s.tables[to] = append(s.tables[to], rows[i])
	}
	return s, true
}

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
		key := backendtest.Firing(at-zero, append([]string{}, r[2:]...))
		if before, ok := out[key]; !ok || n > before {
			out[key] = n
		}
	}
	return out
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
	if line.Correlation.Kind == ir.Absence && line.Until != correlate.Forever || line.Correlation.Kind == ir.FirstSeen && line.Start != nil {
		sum.none++ // the records of a table begin with it and end with the engine's clock
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
	for key, f := range want {
		n, ok := got[key]
		switch {
		case !ok && !excused(q.Losses, true):
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
		if !excused(q.Losses, false) {
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
			}{{"the cases", cases}, {"generated", backendtest.MadeTimelines(count(t, "DETC_TIMELINES", map[string]int{"sqlite": 900}[name]+180))}} {
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
