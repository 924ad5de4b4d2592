package coverage_test

import (
	"testing"

	"detc/compiler/coverage"
)

// Who verifies is another person than the owner, however the two are spelt.
func TestMitigationTakesTwo(t *testing.T) {
	for by, want := range map[string]string{"audit": coverage.Effective, "OT engineering": coverage.Partial, " ot Engineering": coverage.Partial, "": coverage.Partial} {
		r := coverage.Compute(coverage.Input{Today: today,
			Tactics: []coverage.Tactic{{ID: "TA0104", Domain: "ics-attack",
				Items: []coverage.Item{{ID: "TA0104/M1", Kind: coverage.Mitigation, Hash: "h", AnsweredBy: coverage.ByMitigation, Reviewed: true}}}},
			Mitigations: []coverage.MitigationProof{{Item: "TA0104/M1", Owner: "OT engineering", Evidence: "change 1", Date: today, VerifiedBy: by, Verified: today}},
		})
		if got := r.Tactics[0].Items[0].State; got != want {
			t.Errorf("verified by %q: %s, want %s", by, got, want)
		}
	}
}
