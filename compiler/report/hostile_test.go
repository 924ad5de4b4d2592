package report_test

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"detc/compiler/coverage"
	"detc/compiler/report"
)

// hostile is what a page, a stub or a log could hold to speak for itself in a comment or a terminal.
const hostile = "- 1. `x` | a <img src=x onerror=alert(1)> @octo/cat #123 [a](https://evil.example/x) ![i](//e) **b** _u_ ~~s~~ $x$ &amp; www.evil.example\r\n## head\n\n| a | b |\x1b[31m\u202Eevil\u200b\\"

func hostileReport() *coverage.Report {
	t := brief("TA0104", hostile, "T1 rules x", "D1 rules x", "M1 mitigation x")
	t.Name, t.Release, t.Limits = hostile, hostile, []string{hostile}
	for k := range t.Items {
		t.Items[k].Text = hostile
	}
	r := rule("r", "TA0104", "TA0104/T1", 1)
	r.Name, r.Title = hostile, hostile
	return coverage.Compute(coverage.Input{Tactics: []coverage.Tactic{t}, Rules: []coverage.Rule{failing(r, coverage.Compiled, coverage.Failed, hostile)}})
}

func TestMarkdownHoldsHostileText(t *testing.T) {
	out := write(t, func(w io.Writer) error { return report.Markdown(w, hostileReport(), 0) })
	for what, re := range map[string]string{
		"HTML":                 `<(?:[^b]|b[^r])`,
		"a mention":            `@\w`,
		"an issue":             `(?:^|[^&])#\d`,
		"a link":               `(?:^|[^\\])\](?:\(|\[)|https?://|www\.`,
		"an image":             `(?:^|[^\\])!`,
		"a control character":  "[\x00-\x09\x0b-\x1f\u202e\u200b]",
		"a list out of a text": `(?m)^> (?:[-+]|\d+\.) `,
		"math":                 `\$`,
	} {
		if m := regexp.MustCompile(re).FindString(out); m != "" {
			t.Errorf("%s gets through: %q", what, m)
		}
	}
	cells, pipe := 0, regexp.MustCompile(`(?:^|[^\\])\|`)
	for l := range strings.Lines(out) {
		if !strings.HasPrefix(l, "|") {
			cells = 0
			continue
		}
		n := len(pipe.FindAllString(strings.TrimSpace(l), -1))
		if cells > 0 && n != cells {
			t.Errorf("a row of %d cells in a table of %d: %s", n, cells, l)
		}
		cells = n
	}
}

func TestTerminalsHoldHostileText(t *testing.T) {
	bad := regexp.MustCompile("[\x00-\x09\x0b-\x1f\u202e\u200b]")
	suites := []report.TestSuite{{Name: hostile, File: hostile, Cases: []report.TestCase{
		{Name: hostile, Message: hostile, Detail: hostile, Opinions: []string{hostile}},
		{Name: hostile, Message: hostile, Verdict: report.Skip},
	}}}
	for name, f := range map[string]func(io.Writer) error{
		"text":  func(w io.Writer) error { return report.Text(w, hostileReport(), report.Options{Verbose: true}) },
		"tests": func(w io.Writer) error { return report.TestText(w, suites, report.Options{}) },
		"all":   func(w io.Writer) error { return report.TestText(w, suites, report.Options{Verbose: true}) },
		"table": func(w io.Writer) error {
			return report.Table(w, []string{"a", "b"}, [][]string{{hostile, hostile}}, 80)
		},
	} {
		if m := bad.FindString(write(t, f)); m != "" {
			t.Errorf("%s lets %q through", name, m)
		}
	}
}

func TestMarkdownKeepsTheLimit(t *testing.T) {
	in := coverage.Input{}
	for n := range 3 {
		items := []string{}
		for k := range 40 {
			items = append(items, fmt.Sprintf("D%d rules %s", k+1, strings.Repeat("é𝄞 words ", 60)))
		}
		in.Tactics = append(in.Tactics, brief(fmt.Sprintf("TA000%d", n+1), "enterprise-attack", items...))
	}
	for n := range 2000 {
		in.Rules = append(in.Rules, rule(fmt.Sprintf("a-rule-with-a-long-name-%d", n), "TA0001", fmt.Sprintf("TA0001/D%d", n%40+1), 3))
	}
	r := coverage.Compute(in)
	for _, limit := range []int{report.CommentLimit, 20000, 4000, 100, 10} {
		out := write(t, func(w io.Writer) error { return report.Markdown(w, r, limit) })
		if n := len(utf16.Encode([]rune(out))); n > limit {
			t.Errorf("%d characters of %d", n, limit)
		}
		if limit > 1000 && !strings.Contains(out, "Proven 40/120") {
			t.Errorf("the headline is lost at %d", limit)
		}
		if limit == 4000 && !strings.Contains(out, "Cut here") {
			t.Error("it doesn't say that it was cut")
		}
	}
	all := write(t, func(w io.Writer) error { return report.Markdown(w, r, 0) })
	if !strings.Contains(all, "a-rule-with-a-long-name-1999") {
		t.Error("without a limit all is there")
	}
}
