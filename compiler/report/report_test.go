package report_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"detc/compiler/coverage"
	"detc/compiler/report"
	"detc/compiler/source"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test ./compiler/report -update writes it)", err)
	}
	if got != string(want) {
		t.Errorf("%s is not what it was; got\n%s", file, got)
	}
}

func write(t *testing.T, f func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(b.Bytes()) {
		t.Error("not UTF-8")
	}
	return b.String()
}

// brief makes a tactic of texts, each with the way in which it is answered.
func brief(id, domain string, items ...string) coverage.Tactic {
	t := coverage.Tactic{ID: id, Name: "Execution", Domain: domain, Release: "19.1", Sources: map[string][]string{},
		Limits: []string{"The page describes a whole tactic, not one technique: it gives no platforms, no procedures and no official detection. What it is worth in one plant depends on that plant's assets and records."}}
	f := source.NewFile("rules/"+strings.ToLower(id)+"/brief.txt", strings.Repeat("-\n", len(items)))
	kinds := map[byte]string{'T': coverage.Telemetry, 'D': coverage.Direction, 'M': coverage.Mitigation}
	for k, s := range items {
		number, s, _ := strings.Cut(s, " ")
		way, s, _ := strings.Cut(s, " ")
		i := coverage.Item{ID: id + "/" + number, Kind: kinds[number[0]], Text: s, Hash: fmt.Sprintf("%016x", k), AnsweredBy: way, Reviewed: true,
			Span: source.Span{File: f, Start: 2 * k, End: 2*k + 1}}
		t.Items = append(t.Items, i)
		t.Sources[i.ID] = []string{"zeek.a", "zeek.b"}
	}
	return t
}

func rule(name, tactic, items string, cases int) coverage.Rule {
	return coverage.Rule{Name: name, Title: "Title of " + name, Tactic: tactic, Level: "high", Items: strings.Fields(items), Reasons: coverage.Reasons{},
		Gates: coverage.Gates{coverage.Pass, coverage.Pass, coverage.Pass, coverage.Pass}, Budget: true, Suppress: true,
		Sources: []string{"zeek.s7comm", "zeek.cip"}, Cases: cases, Pairs: cases * 3, Techniques: []string{"T0858"},
		Span: source.Span{File: source.NewFile("rules/"+strings.ToLower(tactic)+"/"+name+".yaml", "name"), Start: 0, End: 4}}
}

func failing(r coverage.Rule, g coverage.Gate, s coverage.State, why string) coverage.Rule {
	r.Gates[g], r.Reasons = s, coverage.Reasons{g: why}
	for next := g + 1; next <= coverage.Equivalent; next++ {
		r.Gates[next] = coverage.Unknown
	}
	return r
}

func example() *coverage.Report {
	return coverage.Compute(coverage.Input{
		Tactics: []coverage.Tactic{
			brief("TA0104", "ics-attack",
				"T1 rules Commands typed where a command line exists",
				"T2 rules Calls to programming interfaces, and the records of control interfaces",
				"T3 rules What operators and engineers do in graphical tools, where it is recorded",
				"T4 rules Project files sent, loaded or run",
				"T5 rules Changes of a controller's operating mode",
				"D1 rules Tell the work of authorised engineers, maintainers and operators from what nobody approved",
				"D2 properties Hold what looks like execution against criticality, user, source, time and change windows",
				"D3 rules Look for what follows: discovery, collection, impact, responses that no longer work",
				"D4 measurement Tune for legitimate work; expect false positives where routine changes are badly documented",
				"D5 visibility Find where commands, calls, clicks, files or modes are not recorded or not forwarded",
				"M1 mitigation Know the assets and the interfaces through which something can be changed",
				"M2 mitigation Give people and systems no more rights than they need, and approve the rest"),
			brief("TA0041", "mobile-attack",
				"T1 rules Inventory and compliance from device management",
				"D1 visibility Make sure that the devices used for work are enrolled and belong to somebody"),
		},
		Rules: []coverage.Rule{
			rule("ot-shell-from-unlisted-host", "TA0104", "TA0104/T1 TA0104/D1", 6),
			rule("ot-opcua-method-call", "TA0104", "TA0104/T2 TA0104/D1", 7),
			failing(rule("ot-engineering-session-at-night", "TA0104", "TA0104/T3", 3), coverage.Tested, coverage.Failed, "no case is a near miss"),
			rule("ot-program-download-unlisted", "TA0104", "TA0104/T4 TA0104/D1", 12),
			rule("ot-mode-change-unlisted", "TA0104", "TA0104/T5 TA0104/T2 TA0104/D1", 14),
			failing(rule("ot-mode-restart-unlisted", "TA0104", "TA0104/T5 TA0104/D1", 4), coverage.Compiled, coverage.Failed, `unknown field "new_mod" in telemetry ot.mode_change`),
			rule("ot-sensor-quiet", "TA0104", "TA0104/D5", 5),
			rule("mobile-app-unlisted", "TA0041", "TA0041/T1", 5),
		},
	})
}

func suites() []report.TestSuite {
	return []report.TestSuite{
		{Name: "ot-mode-change-unlisted", File: "rules/ta0104/ot-mode-change-unlisted.yaml", Cases: []report.TestCase{
			{Name: "a stop from an unlisted laptop", Line: 38, Verdict: report.Pass, Opinions: []string{"ir", "sigma-go zeek.s7comm.mode", "sigma-go zeek.omron_fins.run"}},
			{Name: "the same stop from a listed station", Line: 41, Verdict: report.Fail, Message: "want no match, but ir and sigma:zeek.s7comm.mode match",
				Detail:   "true  leaves_run & exists(src_ip) & !listed\n  true   leaves_run: new_mode in {\"debug\", \"hold\", \"stop\"}   new_mode = \"stop\"\n  true   exists(src_ip)   src_ip = 10.20.9.77\n  false  listed: src_ip in context engineering_hosts/1\n",
				Opinions: []string{"ir", "sigma-go zeek.s7comm.mode"}},
			{Name: "real S7 stop, the job request", Line: 44, Verdict: report.Skip, Message: "needs the folder of third-party records: --samples DIR"},
		}},
		{Name: "mobile-app-unlisted", File: "rules/ta0041/mobile-app-unlisted.yaml", Cases: []report.TestCase{
			{Name: "an app that nobody approved", Line: 30, Verdict: report.Pass, Opinions: []string{"ir", "sigma-go intune.apps"}},
			{Name: "a real record", Line: 33, Verdict: report.Skip, Message: "needs the folder of third-party records: --samples DIR"},
		}},
	}
}

func TestGolden(t *testing.T) {
	r := example()
	for name, f := range map[string]func(io.Writer) error{
		"coverage.txt":         func(w io.Writer) error { return report.Text(w, r, report.Options{}) },
		"coverage-80.txt":      func(w io.Writer) error { return report.Text(w, r, report.Options{Width: 80}) },
		"coverage-verbose.txt": func(w io.Writer) error { return report.Text(w, r, report.Options{Verbose: true}) },
		"coverage.md":          func(w io.Writer) error { return report.Markdown(w, r, report.CommentLimit) },
		"coverage.json":        func(w io.Writer) error { return report.JSON(w, r) },
		"tests.txt":            func(w io.Writer) error { return report.TestText(w, suites(), report.Options{}) },
		"tests-verbose.txt":    func(w io.Writer) error { return report.TestText(w, suites(), report.Options{Verbose: true}) },
		"tests.xml":            func(w io.Writer) error { return report.JUnit(w, suites()) },
		"table.txt": func(w io.Writer) error {
			return report.Table(w, []string{"id", "rules", "title"}, [][]string{{"ot.mode_change", "6", "A controller changed its operating mode"}, {"zeek.s7comm", "12"}}, 40)
		},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, write(t, f)) })
	}
}

func TestTextKeepsItsWidth(t *testing.T) {
	for _, width := range []int{60, 80, 100, 160} {
		out := write(t, func(w io.Writer) error { return report.Text(w, example(), report.Options{Width: width}) })
		for l := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(l, "\n")); n > width {
				t.Errorf("%d columns of %d: %s", n, width, l)
			}
		}
	}
}

func TestColourAddsNothingButColour(t *testing.T) {
	for name, f := range map[string]func(o report.Options) string{
		"coverage": func(o report.Options) string {
			return write(t, func(w io.Writer) error { return report.Text(w, example(), o) })
		},
		"tests": func(o report.Options) string {
			return write(t, func(w io.Writer) error { return report.TestText(w, suites(), o) })
		},
	} {
		for _, verbose := range []bool{false, true} {
			plain, coloured := f(report.Options{Verbose: verbose}), f(report.Options{Verbose: verbose, Color: true})
			if plain == coloured {
				t.Errorf("%s: no colour", name)
			}
			if got := uncolour(coloured); got != plain {
				t.Errorf("%s: without its colours it reads\n%s\nnot\n%s", name, got, plain)
			}
		}
	}
}

func uncolour(s string) string {
	for _, c := range []string{"0", "1", "2", "31", "32", "33"} {
		s = strings.ReplaceAll(s, "\x1b["+c+"m", "")
	}
	return s
}

func TestReportsSpeakPlainly(t *testing.T) {
	r := example()
	for name, f := range map[string]func(io.Writer) error{
		"text": func(w io.Writer) error { return report.Text(w, r, report.Options{Verbose: true}) },
		"md":   func(w io.Writer) error { return report.Markdown(w, r, 0) },
		"json": func(w io.Writer) error { return report.JSON(w, r) },
	} {
		out := write(t, f)
		for _, never := range []string{"protected", "secure", "compliant", "Live 0"} {
			if strings.Contains(out, never) {
				t.Errorf("%s says %q", name, never)
			}
		}
		for _, always := range []string{"Proven 6/10", "Live unknown: no visibility.yaml", "no platforms, no procedures"} {
			if !strings.Contains(strings.Join(strings.Fields(out), " "), always) {
				t.Errorf("%s doesn't say %q", name, always)
			}
		}
	}
}

func TestEmptyReports(t *testing.T) {
	r := coverage.Compute(coverage.Input{})
	for name, f := range map[string]func(io.Writer) error{
		"text":     func(w io.Writer) error { return report.Text(w, r, report.Options{}) },
		"markdown": func(w io.Writer) error { return report.Markdown(w, r, 0) },
	} {
		if out := write(t, f); !strings.Contains(out, "No brief") {
			t.Errorf("%s: %s", name, out)
		}
	}
	if out := write(t, func(w io.Writer) error { return report.TestText(w, nil, report.Options{}) }); !strings.HasPrefix(out, "0 rules, 0 cases") {
		t.Errorf("tests: %s", out)
	}
}

func TestJUnitSurvivesAnything(t *testing.T) {
	bad := "\x00\x1b]]>\xff<&\"'\n"
	out := write(t, func(w io.Writer) error {
		return report.JUnit(w, []report.TestSuite{{Name: bad, File: bad, Cases: []report.TestCase{{Name: bad, Message: bad, Detail: bad, Opinions: []string{bad}}}}})
	})
	if err := xml.Unmarshal([]byte(out), &struct{}{}); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
