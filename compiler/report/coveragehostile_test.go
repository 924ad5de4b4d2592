package report_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"detc/compiler/coverage"
	"detc/compiler/report"
	"detc/compiler/source"
)

// hostileTitles are what a title, an id or a reason may be where somebody wants it to be more than a text.
func hostileTitles() []string {
	return []string{hostile, "<script>alert(1)</script>", "=cmd|'/C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "::error file=a,line=1::pwned",
		"%0A::error::pwned", "a\n::error::pwned", "##[error]pwned", "]]>", "{0} {{x}} [a](1)", "| a | b |", "`x` ``` y", "\u202Egnp.exe\u2066", "a\x00b\x1b[2J\x7f\x9b", "\xff\xfe bad",
		"\"quoted\", and: 'more' # not a comment", "- a\n  b: c", strings.Repeat("é", 10000), strings.Repeat("x ", 5000), "", " ", "\u2028\u2029\ufeff"}
}

// hostileSite has every hostile title in every place that a person or a page writes.
func hostileSite() *coverage.Report {
	in := siteInput()
	in.Today = "2026-11-22"
	for n, h := range hostileTitles() {
		ics := &in.Tactics[0]
		ics.Limits = append(ics.Limits, h)
		i := ics.Items[0]
		i.ID, i.Text = fmt.Sprintf("TA0104/D%d", n+10), h
		i.Kind = coverage.Direction
		i.Span = source.Span{File: source.NewFile("rules/"+h+"/brief.txt", "text"), Start: 0, End: 4}
		ics.Items = append(ics.Items, i)
		r := rule(h, "TA0104", i.ID, 1)
		r.Title, r.Techniques = h, []string{"T0807", h}
		in.Rules = append(in.Rules, failing(r, coverage.Compiled, coverage.Failed, h))
		in.Owners = append(in.Owners, coverage.Owner{Item: i.ID, Name: h})
		in.Declarations = append(in.Declarations, coverage.Declaration{Item: "TA0104/D1", Scope: "hmi", Reason: h})
		in.Waivers = append(in.Waivers, coverage.Waiver{Item: i.ID, Scope: "plc", Gate: coverage.Compiled, Hash: i.Hash, Reason: h + "x", Owner: h + "x", Approver: h + "y", Until: "2026-12-31"})
		if n%3 > 0 && n > 3 { // enough of them: every item is asked for in every scope
			continue
		}
		in.Scopes = append(in.Scopes, coverage.Scope{ID: fmt.Sprint(n) + h, Domain: "ics-attack", Devices: 1})
	}
	in.Tactics[1].Name, in.Tactics[1].Release = hostile, hostile
	return coverage.Compute(in)
}

// hidden are the characters that no text may bring into a report: they move a cursor, hide or reorder text.
func hidden(s string) string {
	for _, r := range s {
		if r != '\n' && r != '\r' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200b') {
			return fmt.Sprintf("%q", r)
		}
	}
	return ""
}

func TestFormatsHoldHostileText(t *testing.T) {
	formats := machineFormats(hostileSite(), catalog(t))
	out := map[string]string{}
	for name, f := range formats {
		text := write(t, f)
		out[name] = text
		if !utf8.ValidString(text) {
			t.Errorf("%s is not UTF-8", name)
		}
		if name == "site.json" { // which escapes what JSON asks for, and keeps the rest as it was
			continue
		}
		if c := hidden(text); c != "" {
			t.Errorf("%s lets %s through", name, c)
		}
	}
	t.Run("csv", func(t *testing.T) { csvHolds(t, out["site.csv"]) })
	t.Run("github", func(t *testing.T) { githubHolds(t, out["site.github.txt"]) })
	t.Run("junit", func(t *testing.T) {
		if err := xml.Unmarshal([]byte(out["site.junit.xml"]), &struct{}{}); err != nil {
			t.Error(err)
		}
	})
	for name, text := range out {
		if strings.HasSuffix(name, ".json") || name == "site.sarif" {
			if !json.Valid([]byte(text)) {
				t.Errorf("%s is no JSON", name)
			}
		}
	}
	// A viewer of SARIF acts on braces and on links.
	if m := regexp.MustCompile(`"text": "[^"]*(?:[^{]\{[^{"]|\]\()`).FindString(out["site.sarif"]); m != "" {
		t.Errorf("sarif: %s", m)
	}
	// A page shows tags.
	if m := regexp.MustCompile(`<(?:[^b]|b[^r])|(?m)^::|(?:^|[^\\])!\[`).FindString(out["site.md"]); m != "" {
		t.Errorf("markdown: %q", m)
	}
}

func csvHolds(t *testing.T, text string) {
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line ends in something else than CRLF: %.80q", line)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, c := range row {
			if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(c, " ")); strings.ContainsRune("=+-@\t\r＝＋－＠", first) {
				t.Errorf("a formula: %.40q", c)
			}
			if n := utf8.RuneCountInString(c); n > 32767 {
				t.Errorf("a cell of %d characters", n)
			}
		}
	}
}

func githubHolds(t *testing.T, text string) {
	command := regexp.MustCompile(`^::(error|warning|notice)( (file|title)=[^:,\r\n]*(,(line|title)=[^:,\r\n]*)*)?::[^\r\n]*$`)
	kinds := map[string]int{}
	for line := range strings.Lines(text) {
		m := command.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Errorf("no command of ours: %.120q", line)
			continue
		}
		kinds[m[1]]++
	}
	for kind, n := range kinds {
		if n > report.MaxAnnotations {
			t.Errorf("%d annotations of the kind %s", n, kind)
		}
	}
	if !strings.Contains(text, "more items are") {
		t.Error("what is left out isn't counted")
	}
}

// What a format has no room for is left out from its end, and counted.
func TestFormatsKeepTheirLimits(t *testing.T) {
	in := coverage.Input{Today: "2026-11-22"}
	tactic := brief("TA0104", "ics-attack")
	for n := range 300 {
		i := coverage.Item{ID: fmt.Sprintf("TA0104/D%d", n+1), Kind: coverage.Direction, Text: strings.Repeat("long words ", 500), Hash: fmt.Sprint(n), AnsweredBy: coverage.ByRules, Reviewed: n > 0}
		tactic.Items = append(tactic.Items, i)
		if n < 299 { // the last one is blind
			in.Rules = append(in.Rules, rule(fmt.Sprintf("rule-%d", n), "TA0104", i.ID, 3))
		}
	}
	in.Tactics = []coverage.Tactic{tactic}
	for n := range 100 {
		in.Scopes = append(in.Scopes, coverage.Scope{ID: fmt.Sprintf("class-%d", n), Domain: "ics-attack", Devices: 10})
	}
	r := coverage.Compute(in)
	var log struct {
		Runs []struct {
			Invocations []struct {
				ToolExecutionNotifications []struct{ Message struct{ Text string } }
			}
			Results []struct{ Level string }
		}
	}
	unmarshal(t, write(t, func(w io.Writer) error { return report.CoverageSARIF(w, r, "v1") }), &log)
	results, notes := log.Runs[0].Results, log.Runs[0].Invocations[0].ToolExecutionNotifications
	if len(results) != report.MaxSARIF || len(notes) != 1 || !strings.HasPrefix(notes[0].Message.Text, "5000 more results are left out") {
		t.Errorf("%d results, %+v", len(results), notes)
	}
	blind := 0
	for _, one := range results {
		if one.Level == "error" {
			blind++
		}
	}
	if blind < 100 {
		t.Errorf("%d of the 100 blind obligations are there: the worst come first", blind)
	}
	summary := write(t, func(w io.Writer) error { return report.GitHubSummary(w, r) })
	if n := len(summary); n > report.SummaryLimit || !strings.Contains(summary, "`TA0104/D300`") {
		t.Errorf("a summary of %d bytes", n)
	}
	if n := len(write(t, func(w io.Writer) error { return report.Markdown(w, r, 0) })); n <= report.SummaryLimit {
		t.Errorf("the whole page has %d bytes, and should be more than a summary holds", n)
	}
	comment := write(t, func(w io.Writer) error { return report.Markdown(w, r, report.CommentLimit) })
	if n := len(comment); n > 3*report.CommentLimit || !strings.Contains(comment, "In their scopes: ") {
		t.Errorf("a comment of %d bytes", n)
	}
}

// Texts that don't compress make a file too long for code scanning before it has too many results: then there are fewer.
func TestSARIFKeepsItsSize(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 60 MB")
	}
	tactic := brief("TA0104", "ics-attack")
	for n := range 20_000 {
		var text []byte
		for k := range 24 {
			sum := sha256.Sum256(fmt.Append(nil, n, k))
			text = base64.RawStdEncoding.AppendEncode(text, sum[:])
		}
		tactic.Items = append(tactic.Items, coverage.Item{ID: fmt.Sprintf("TA0104/D%d", n+1), Kind: coverage.Direction, Text: string(text), Hash: fmt.Sprint(n), AnsweredBy: coverage.ByRules, Reviewed: true})
	}
	r := coverage.Compute(coverage.Input{Tactics: []coverage.Tactic{tactic}})
	out := write(t, func(w io.Writer) error { return report.CoverageSARIF(w, r, "v1") })
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	io.WriteString(z, out)
	z.Close()
	var log struct {
		Runs []struct{ Results []struct{ Level string } }
	}
	unmarshal(t, out, &log)
	n := len(log.Runs[0].Results)
	if zipped.Len() > report.MaxSARIFBytes || n < 5_000 || n == 20_000 || !strings.Contains(out, fmt.Sprintf("%d more results are left out", 20_000-n)) {
		t.Errorf("%d bytes gzipped, %d results", zipped.Len(), n)
	}
}

// A finding is known again when lines, reasons and waivers change, and told apart from every other.
func TestFingerprintsKnowAgain(t *testing.T) {
	prints := func(in coverage.Input) map[string]string {
		var issues []struct {
			Fingerprint, Description string
			Location                 struct{ Path string }
		}
		unmarshal(t, write(t, func(w io.Writer) error { return report.GitLab(w, coverage.Compute(in)) }), &issues)
		out := map[string]string{}
		for _, i := range issues {
			if other, twice := out[i.Fingerprint]; twice {
				t.Errorf("%q and %q have one fingerprint", other, i.Description)
			}
			out[i.Fingerprint] = i.Description
		}
		return out
	}
	before := prints(siteInput())
	moved := siteInput()
	for n := range moved.Tactics {
		for k := range moved.Tactics[n].Items {
			moved.Tactics[n].Items[k].Span = source.Span{File: source.NewFile("elsewhere.txt", "\n\n\ntext"), Start: 3, End: 7}
		}
	}
	for k := range moved.Rules {
		moved.Rules[k].Span = source.Span{File: source.NewFile("moved.yaml", "\n\n\ntext"), Start: 3, End: 7}
	}
	moved.Waivers = nil
	after := prints(moved)
	for print, what := range before {
		if _, known := after[print]; !known {
			t.Errorf("%s is not known again", what)
		}
	}
	if len(before) != len(after) {
		t.Errorf("%d findings, and %d once they moved", len(before), len(after))
	}
	fewer := siteInput()
	fewer.Scopes = fewer.Scopes[:1]
	for print, what := range prints(fewer) {
		if !strings.Contains(what, "detection:") && before[print] != what { // the figures are of fewer
			t.Errorf("without the other scope %q is taken for %q", what, before[print])
		}
	}
}
