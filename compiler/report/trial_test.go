package report

import (
	"strings"
	"testing"

	"detc/compiler/trial"
)

// What stands in a log can't move the cursor, break a line or make one longer than the terminal is wide.
func TestTrialTextOfHostileLogs(t *testing.T) {
	evil := "\x1b[2J\r\n\u202e" + strings.Repeat("wide ", 60) + "宽"
	long := strings.Repeat("x", 200)
	r := &trial.Result{Records: 3, Bound: 1, Unbound: 2, Failed: 1, Other: 1,
		Files: []trial.File{{Name: evil, Error: evil, Hint: evil, Failed: []trial.Failure{{Reason: evil, Count: 1200, First: 1}}}},
		Logs: []trial.Log{{Records: 1, Files: []string{evil, evil}, Unused: []trial.Name{{Name: long, Count: 1, Example: evil}},
			Sources: []trial.Source{{ID: "a.b", Telemetry: "t", Rules: 1, Never: []string{evil},
				Problems: []trial.Problem{{Field: "f", Raw: "r", What: trial.Unmapped, Count: 1, Values: []trial.Value{{Text: evil, Count: 1}}}}}}}},
		Rules: []trial.Rule{{Rule: "r", Source: "a.b", State: trial.Fires, Fires: 1, Rows: 1, First: []trial.Place{{File: evil, Line: 1}, {File: "b", Line: 2}, {File: "b", Line: 3}}},
			{Rule: "w", Source: "a.b", State: trial.Waits, Waits: 1, Rows: 1, Context: []string{"t"}}, {Rule: "l", Source: "a.b", State: trial.Lacks, Lacks: []string{evil}},
			{Rule: "s", Source: "a.b", State: trial.Silent}},
		Looks: []trial.Look{{Name: evil, Records: 2, Nearest: &trial.Nearest{Source: "a.b", Lacks: []string{evil}}}, {Name: long, Records: 1}},
	}
	for _, verbose := range []bool{false, true} {
		var b strings.Builder
		if err := TrialText(&b, r, Options{Verbose: verbose}); err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(b.String()) {
			l = strings.TrimSuffix(l, "\n")
			if strings.ContainsAny(l, "\x1b\r\u202e") {
				t.Errorf("%q", l)
			}
			if w := columns.StringWidth(l); w > 100 && strings.Count(strings.TrimSpace(l), " ") > 3 && !strings.Contains(l, "xxx") {
				t.Errorf("%d columns: %s", w, l)
			}
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}
