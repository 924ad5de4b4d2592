package workspace

import (
	"testing"

	"detc/compiler/coverage"
)

// A title with two of the words has one kind, and the same in every run.
func TestKindOf(t *testing.T) {
	for range 50 {
		if got := kindOf("Directions from telemetry, and mitigations"); got != coverage.Telemetry {
			t.Fatalf("it is of %q", got)
		}
	}
	if got := kindOf("Mitigation priorities") + kindOf("Sources"); got != coverage.Mitigation {
		t.Errorf("a mitigation and nothing are %q", got)
	}
}
