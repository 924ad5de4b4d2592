package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"detc/compiler/drift"
	"detc/compiler/report"
)

func driftReport(name string, n int) *drift.Report {
	r := &drift.Report{SchemaVersion: 1, From: "19.1", To: "20.0", Tactics: []string{"TA0104"}, Domains: []string{"ics-attack"}, Stubs: 3, Touched: 1}
	for range n {
		r.Changes = append(r.Changes, drift.Change{What: drift.Revoked, ID: "T0858", Name: name, Tactics: []string{"TA0104"}, Now: []string{"TA0104"},
			By:    &drift.Ref{ID: "T0821", Name: name, Tactics: []string{"TA0104"}},
			Links: []drift.Link{{Rule: "a", File: "rules/a.yaml", Line: 4, Do: "replace T0858 by T0821", Fix: "safe"}, {Rule: "b", File: "rules/b.yaml", Line: 5, Do: "replace T0858 by T0821", Fix: "safe"}}})
	}
	return r
}

func TestDrift(t *testing.T) {
	var text, md strings.Builder
	r := driftReport("Mode", 1)
	r.Changes = append(r.Changes,
		drift.Change{What: drift.Added, ID: "T0900", Name: "New", Tactics: []string{"TA0104"}, Now: []string{"TA0104"}},
		drift.Change{What: drift.Gone, ID: "TA0103", Name: "Evasion", Tactics: []string{"TA0103"}})
	if err := report.DriftText(&text, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	const want = `ATT&CK 19.1 → 20.0: TA0104
1 revoked · 1 gone · 1 added · 1 of 3 stubs touched

revoked    T0858 Mode: T0821 Mode stands for it
  replace T0858 by T0821 (detc attack update --fix)
    rules/a.yaml:4 a
    rules/b.yaml:5 b

added      T0900 New (TA0104)

gone       the tactic TA0103 Evasion
`
	if text.String() != want {
		t.Errorf("got\n%s", text.String())
	}
	if err := report.DriftMarkdown(&md, r, 0); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"**1 revoked · 1 gone · 1 added · 1 of 3 stubs touched**", "- **revoked** T0858 Mode: T0821 Mode stands for it\n", "    - `rules/a.yaml` line 4, `a`\n"} {
		if !strings.Contains(md.String(), want) {
			t.Errorf("no %q in\n%s", want, md.String())
		}
	}
}

// What a bundle calls a technique is shown as itself, whatever it is.
func TestDriftIsEscaped(t *testing.T) {
	r := driftReport("<script>@all ](x) **b** \x1b[31m\n::error", 1)
	var text, md, data strings.Builder
	if err := report.DriftText(&text, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := report.DriftMarkdown(&md, r, 0); err != nil {
		t.Fatal(err)
	}
	if err := report.DriftJSON(&data, r); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), "\x1b") || strings.Contains(text.String(), "\n::error") {
		t.Errorf("%q", text.String())
	}
	for _, raw := range []string{"<script>", "@all", "all ](x)", "**b**", "\x1b"} {
		if strings.Contains(md.String(), raw) {
			t.Errorf("%q stands in\n%s", raw, md.String())
		}
	}
	var back drift.Report
	if err := json.Unmarshal([]byte(data.String()), &back); err != nil || back.Changes[0].Name != r.Changes[0].Name {
		t.Errorf("%v: %s", err, data.String())
	}
}

// A comment fits, and says what it leaves out.
func TestDriftFits(t *testing.T) {
	r := driftReport("Mode", 2000)
	for _, limit := range []int{200, 1000, report.CommentLimit} {
		var md strings.Builder
		if err := report.DriftMarkdown(&md, r, limit); err != nil {
			t.Fatal(err)
		}
		if n := utf8.RuneCountInString(md.String()); n > limit {
			t.Errorf("%d characters of %d", n, limit)
		}
		if limit > 500 && !strings.Contains(md.String(), "*Left out for length: ") {
			t.Errorf("%d: what is left out isn't said", limit)
		}
	}
}
