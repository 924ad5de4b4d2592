package sql_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/sql"
	"detc/compiler/ir"
)

// goldenTime is the column that the golden queries take the time from.
var goldenTime = backend.Column{Name: "ts", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: time.Microsecond}

// Every kind of correlation has a query in every dialect that is written down.
func TestGoldenCorrelations(t *testing.T) {
	for _, name := range sql.Names() {
		file := "testdata/" + name + ".correlations.txt"
		got := backendtest.ShowCorrelations(sql.New(name, sql.Options{}).(backend.Correlator), backendtest.Columns(), goldenTime)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, _ := os.ReadFile(file); string(want) != got {
			t.Errorf("%s is not what is emitted; -update writes it", file)
		}
	}
}

// typed is a column as the engines have it.
func typed(c backend.Column) shape {
	kind := map[backend.Storage]string{backend.Text: "text", backend.Number: "int", backend.Bool: "bool", backend.Address: "ip", backend.Time: "time", backend.TimeNumber: "int"}[c.Stored]
	if c.Type == ir.Double {
		kind = "double"
	}
	return shape{c.Name, kind, c.List}
}

// TestEnginesTakeGoldenCorrelations runs the golden queries over tables of columns of all types.
func TestEnginesTakeGoldenCorrelations(t *testing.T) {
	for _, name := range sql.Names() {
		t.Run(name, func(t *testing.T) {
			eng := open(t, name)
			shapes := []shape{typed(goldenTime)}
			var cells []any
			for _, f := range backendtest.Fields() {
				c := backendtest.Columns()[f.Name]
				shapes = append(shapes, typed(c))
				cell := map[string]any{"user": "u", "host": "h", "path": "/proxy", "port": int64(1) << 62, "ratio": 0.25}[f.Name]
				if c.List {
					cell = []any{}
					if f.Name == "tags" {
						cell = []string{"a", "b"}
					}
				}
				cells = append(cells, cell)
			}
			for _, table := range []string{"logs", "proxy"} {
				var rows [][]any
				for i := range 3 {
					rows = append(rows, append([]any{1_700_000_000_000_000 + i}, cells...))
				}
				if err := eng.fill(ident(name)(table), ident(name), shapes, rows); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range backendtest.Correlations(backendtest.Columns(), goldenTime) {
				q, l := sql.New(name, sql.Options{}).(backend.Correlator).Correlate(c)
				if l.HasErrors() {
					t.Fatal(l[0].Message)
				}
				rows, err := eng.rows("SELECT " + eng.cast("firing_number") + " FROM (" + q.Text + ") AS q")
				if err != nil {
					t.Errorf("%v\n%s", err, q.Text)
				}
				// Three times 2 to the 62nd is more than 64 bits hold.
				if c.Kind == ir.ValueSum && len(rows) != 3 {
					t.Errorf("%s: %v\n%s", c.Clause(), rows, q.Text)
				}
			}
		})
	}
}

// TestHostileCorrelations: names and texts that break out of a query, times at the ends of time, and a table that has the
// name of a part.
func TestHostileCorrelations(t *testing.T) {
	for _, name := range sql.Names() {
		t.Run(name, func(t *testing.T) {
			eng := open(t, name)
			key := "a\"b'c`d\\e; --"
			number := backend.Column{Name: "at", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: 1}
			line := backendtest.Timeline{Name: "hostile", Correlation: &ir.Correlation{
				Name: "x", Rules: []ir.RuleRef{{Name: "a"}}, GroupBy: []string{key, "FIRING_TIME"}, Within: time.Second, Having: []ir.Bound{{Op: ir.BoundGte, Value: 2}}}}
			want := map[string]bool{}
			for i, text := range backendtest.Hostile() {
				for j := range 2 {
					line.Events = append(line.Events, backendtest.Moment{At: int64(i*10+j) * int64(time.Second), Rules: []string{"a"}, Fields: map[string][]string{key: {text}, "FIRING_TIME": {text}}})
				}
				want[text] = true
			}
			s := inColumns(name, line, number)
			s.over.Members[0].Rule.Table = "Firing_Events"
			s.tables["Firing_Events"] = s.tables["logs"]
			delete(s.tables, "logs")
			ends := slices.Clone(s.tables["Firing_Events"][0])
			for _, at := range []int64{-1 << 63, -1<<63 + 1, 1<<63 - 1, 1<<63 - 2} {
				row := slices.Clone(ends)
				row[0] = at
				s.tables["Firing_Events"] = append(s.tables["Firing_Events"], row)
			}
			for kind := ir.EventCount; kind <= ir.FirstSeen; kind++ {
				s.over.Kind, s.over.Fields, s.over.Percentile = kind, nil, 50
				s.over.Members[0].Values = nil
				if kind.OfValues() {
					s.over.Fields, s.over.Members[0].Values = []string{"v"}, s.over.Members[0].Keys[:1]
				}
				s.over.Rules = s.over.Rules[:1]
				q, l := sql.New(name, sql.Options{}).(backend.Correlator).Correlate(s.over)
				if l.HasErrors() {
					t.Fatal(l[0].Message)
				}
				s.line.Correlation.GroupBy = []string{key, "FIRING_TIME_"}
				got := s.run(t, eng, q.Text)
				s.line.Correlation.GroupBy = []string{key, "FIRING_TIME"}
				if kind != ir.EventCount {
					continue
				}
				if len(got) != len(want) {
					t.Errorf("%d groups fire, not %d", len(got), len(want))
				}
				for text := range want {
					found := false
					for k := range got {
						_, group, _ := strings.Cut(k, " ")
						found = found || group == groupOf(text)
					}
					if !found {
						t.Errorf("%q doesn't fire", text)
					}
				}
			}
		})
	}
}

func groupOf(text string) string {
	_, group, _ := strings.Cut(backendtest.Firing(0, []string{text, text}), " ")
	return group
}
