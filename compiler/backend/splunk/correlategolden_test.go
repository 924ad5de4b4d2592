package splunk_test

import (
	"os"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/splunk"
	"detc/compiler/ir"
)

// goldenTime is the column that the golden queries take the time from.
var goldenTime = backend.Column{Name: "_time", Type: ir.Timestamp, Stored: backend.Time}

// Every kind of correlation has a query that is written down, or the reason why there is none.
func TestGoldenCorrelations(t *testing.T) {
	const file = "testdata/correlations.golden"
	got := backendtest.ShowCorrelations(splunk.Targets()[0], backendtest.TextColumns(), goldenTime)
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
