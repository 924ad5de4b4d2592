package esql_test

import (
	"os"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/esql"
	"detc/compiler/ir"
)

// Every kind of correlation has a query that is written down, or the reason why there is none.
func TestGoldenCorrelations(t *testing.T) {
	const file = "testdata/correlations.golden"
	got := backendtest.ShowCorrelations(esql.Target{}, backendtest.Columns(), backend.Column{Name: "@timestamp", Type: ir.Timestamp, Stored: backend.Time})
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
