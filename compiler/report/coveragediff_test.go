package report_test

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"detc/compiler/coverage"
	"detc/compiler/ledger"
	"detc/compiler/report"
)

// Every report of coverage prints what the briefs say of their own limits, with the digest of its input, and no word that
// claims more than was shown.
func TestReportsPromiseNothing(t *testing.T) {
	r := example()
	d := coverage.Compare(coverage.Compute(coverage.Input{}), r, "before", "after")
	rows := (*ledger.Ledger)(nil).Rows(r, "2026-11-22")
	for name, f := range map[string]func(io.Writer) error{
		"text":          func(w io.Writer) error { return report.Text(w, r, report.Options{}) },
		"verbose text":  func(w io.Writer) error { return report.Text(w, r, report.Options{Verbose: true}) },
		"markdown":      func(w io.Writer) error { return report.Markdown(w, r, 0) },
		"json":          func(w io.Writer) error { return report.JSON(w, r) },
		"diff text":     func(w io.Writer) error { return report.CoverageDiffText(w, d, report.Options{}) },
		"diff markdown": func(w io.Writer) error { return report.CoverageDiffMarkdown(w, d, 0) },
		"ledger text":   func(w io.Writer) error { return report.LedgerText(w, rows, report.Options{}) },
		"ledger csv":    func(w io.Writer) error { return report.LedgerCSV(w, rows) },
	} {
		got := write(t, f)
		if m := regexp.MustCompile(`(?i)\b(protected|secure|secured|compliant)\b`).FindString(got); m != "" {
			t.Errorf("%s says %q", name, m)
		}
		if got != write(t, f) {
			t.Errorf("%s: the same input gave other bytes", name)
		}
		if strings.Contains(name, "ledger") {
			continue
		}
		if !strings.Contains(got, r.Digest[:len("sha256:")+12]) {
			t.Errorf("%s doesn't say what it rests on", name)
		}
		if !strings.Contains(name, "diff") && !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(got, ">", "")), " "), "it gives no platforms, no procedures and no official detection") {
			t.Errorf("%s doesn't print the limits of the brief", name)
		}
	}
}

// What a page or a ledger holds is data in every format: no formula, no markup, no escape of a terminal.
func TestHostileLedger(t *testing.T) {
	rows := []ledger.Row{{Item: "TA0104/T1", Scope: "=cmd|' /C calc'!A0", Gate: "onboarded", State: ledger.Waived, Why: "+1\n-2", Text: "\x1b[31m<script>", Owner: "@SUM(A1)",
		Approver: "\t=1", Control: " =1+1", Approved: "2026-01-01", Until: "2026-02-01", Reason: "-1", Note: "＝1"}}
	table, err := csv.NewReader(strings.NewReader(write(t, func(w io.Writer) error { return report.LedgerCSV(w, rows) }))).ReadAll()
	if err != nil || len(table) != 2 {
		t.Fatal(table, err)
	}
	for k, cell := range table[1] {
		if strings.IndexAny(strings.TrimSpace(cell), "=+-@＝") == 0 || strings.ContainsAny(cell, "\n\r\t\x1b") {
			t.Errorf("%s is %q", table[0][k], cell)
		}
	}
	text := write(t, func(w io.Writer) error { return report.LedgerText(w, rows, report.Options{}) })
	if strings.ContainsAny(text, "\x1b\t") || strings.Contains(text, "+1\n-2") {
		t.Errorf("%q", text)
	}
	x := coverage.Transition{Item: "TA0104/T1", Scope: "<img>", Kind: coverage.Worse, From: "live effective", To: "none blind", Causes: []string{"<script>alert(1)</script> @everyone |"}}
	d := &coverage.Diff{Base: coverage.Side{Label: "a](b)"}, Head: coverage.Side{Label: "b"}, Transitions: []coverage.Transition{x}}
	if md := write(t, func(w io.Writer) error { return report.CoverageDiffMarkdown(w, d, 0) }); strings.Contains(md, "<script>") || strings.Contains(md, "<img>") || strings.Contains(md, "@everyone") || strings.Contains(md, "a](b)") {
		t.Error(md)
	}
	for range 5000 {
		d.Transitions = append(d.Transitions, x)
	}
	if md := write(t, func(w io.Writer) error { return report.CoverageDiffMarkdown(w, d, report.CommentLimit) }); utf8.RuneCountInString(md) > report.CommentLimit || !strings.Contains(md, "Cut here") {
		t.Errorf("%d characters", len(md))
	}
}
