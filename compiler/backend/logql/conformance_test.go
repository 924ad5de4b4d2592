package logql_test

import (
	"flag"
	"os"
	"testing"

	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/logql"
)

var update = flag.Bool("update", false, "rewrite testdata/conformance.txt")

// TestConformance holds the target's table: every kind of node with its query, or with the reason why there is none.
func TestConformance(t *testing.T) {
	const golden = "testdata/conformance.txt"
	got := backendtest.Conformance(logql.Target{})
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the table is other than %s; if it should be, run with -update\n%s", golden, got)
	}
}
