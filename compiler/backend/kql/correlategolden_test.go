package kql_test

import (
	"os"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/kql"
	"detc/compiler/ir"
)

// goldenTime is the column that the golden queries take the time from.
var goldenTime = backend.Column{Name: "TimeGenerated", Type: ir.Timestamp, Stored: backend.Time}

// Every kind of correlation has a query that is written down, or the reason why there is none.
func TestGoldenCorrelations(t *testing.T) {
	const file = "testdata/correlations.golden"
	got := backendtest.ShowCorrelations(kql.Targets()[0], goldenColumns(), goldenTime)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the queries are others than in %s: -update, and read the diff\n%s", file, got)
	}
}

// goldenColumns are those of a table of Kusto's, which keeps lists in dynamic columns.
func goldenColumns() map[string]backend.Column {
	out := backendtest.Columns()
	for name, c := range out {
		if c.List {
			c.Stored = backend.JSON
			out[name] = c
		}
	}
	return out
}

// The binder accepts the golden queries, over the two tables that they name.
func TestBinderAcceptsGoldenCorrelations(t *testing.T) {
	b := openBinder(t)
	columns := goldenColumns()
	columns["at"] = goldenTime
	tables := schemas(columns)
	for _, target := range kql.Targets() {
		for _, c := range backendtest.Correlations(goldenColumns(), goldenTime) {
			q, l := target.Correlate(c)
			if l.HasErrors() {
				t.Fatalf("%s: %s", c.Clause(), l[0].Message)
			}
			if found := b.bind(t, request{q.Text, map[string]string{"logs": tables["T"], "proxy": tables["T"]}, nil}); len(found) > 0 {
				t.Errorf("%s\n%s", q.Text, found)
			}
		}
	}
}
