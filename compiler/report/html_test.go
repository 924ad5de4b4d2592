package report_test

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"detc/compiler/coverage"
	"detc/compiler/report"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// library opens what is inside the binary, at a site of our own where one is asked for.
func library(t testing.TB, site bool) *workspace.Workspace {
	t.Helper()
	opts := workspace.Options{Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}}, Rules: []workspace.Root{{FS: rules.Files, Name: "rules"}}}
	if site {
		opts.Site, opts.Today = &workspace.Root{FS: os.DirFS("../../testdata/site"), Name: "testdata/site"}, "2026-11-22"
	}
	w, err := workspace.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func htmlOf(t testing.TB, in report.HTMLInput) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, in); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// small is a report with something of everything that the page shows.
func small() report.HTMLInput {
	r := example()
	base := coverage.Compute(coverage.Input{Tactics: []coverage.Tactic{brief("TA0104", "ics-attack", "T1 rules Commands typed into a shell.")}})
	in := report.HTMLInput{Coverage: r, Since: coverage.Compare(base, r, "v1", "v2"), Details: map[string]report.RuleDetail{},
		Briefs:     map[string][]report.Block{"TA0104": {{Kind: report.BlockHeading, Text: "Likely telemetry", Line: 1}, {Kind: report.BlockText, Text: "Look at these."}}},
		Techniques: map[string][]report.Technique{"TA0104": {{ID: "T0807", Name: "Command-Line Interface"}, {ID: "T0858", Name: "Change Operating Mode"}}}, Notice: "the notice"}
	in.Since.Shrank = append(in.Since.Shrank, coverage.Shrinkage{What: "devices of plc", From: "60", To: "40", Figures: []string{"TA0104 live"}})
	for _, i := range r.Tactics[0].Items {
		in.Briefs["TA0104"] = append(in.Briefs["TA0104"], report.Block{Kind: report.BlockItem, Text: i.Text, Item: i.ID, Line: 2})
	}
	for _, rule := range r.Rules {
		in.Details[rule.Name] = report.RuleDetail{Kind: "rule", Telemetry: "ot.mode_change", Description: "Why it matters.",
			Lets: []report.NamedText{{Name: "listed", Text: "src_ip in context.hosts"}}, Condition: "stop && !listed",
			Atoms:   []report.Atom{{Text: "stop", True: 3, False: 1}, {Text: "listed", True: 2}},
			Cases:   []report.CaseDetail{{Name: "a stop", Want: "match", Verdict: report.Pass, Line: 12}, {Name: "a start", Want: "no match", Verdict: report.Fail, Message: "it matches", Line: 14}},
			Mutants: &report.MutantScore{All: 10, Killed: 9, Equivalent: 1}, Sigma: []report.SigmaText{{Source: "zeek.a", Path: "a.yml", YAML: []byte("title: a\n")}, {Source: "zeek.b", Path: "b.yml", YAML: []byte("title: b\n"), ReadBack: "another"}},
			Without:  []report.NamedText{{Name: "zeek.c", Text: "the log has no address"}},
			Queries:  []report.Query{{Target: "splunk", Source: "zeek.a", Fidelity: coverage.Approximate, Losses: []string{"case"}, Path: "a.spl", Text: "index=ot | where x<3"}},
			FalsePos: []string{"A laptop"}, Runbook: "ot-controller"}
	}
	return in
}

// element is what the tests look at of a page.
type element struct {
	name  string
	attrs map[string]string
	path  []string
}

var (
	tagForm  = regexp.MustCompile(`^<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:=(?:"[^"<]*"|[a-zA-Z0-9-]+))?)*)\s*(/?)>`)
	attrForm = regexp.MustCompile(`([a-zA-Z-]+)(?:=(?:"([^"]*)"|([a-zA-Z0-9-]+)))?`)
	bodies   = regexp.MustCompile(`(?s)<(script|style)>.*?</(?:script|style)>`)
)

// closedBy are the elements whose end HTML lets out, with what ends them.
var closedBy = map[string]string{"td": "td th tr tbody thead table", "th": "td th tr tbody thead table", "tr": "tr tbody thead table"}

// parsed reads a page by a part of HTML's rules that holds no surprise: every < is a tag's, every attribute is quoted or
// plain, and every element that must be closed is.
func parsed(t *testing.T, text string) (out []element) {
	t.Helper()
	text = bodies.ReplaceAllString(text, "<$1></$1>")
	text = strings.TrimPrefix(text, "<!doctype html>\n")
	var path []string
	for {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			break
		}
		text = text[i:]
		m := tagForm.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("not HTML: %.120s", text)
		}
		text = text[len(m[0]):]
		for len(path) > 0 { // what this tag ends without a word
			last := path[len(path)-1]
			if !slices.Contains(strings.Fields(closedBy[last]), m[2]) || m[1] == "/" && last == m[2] {
				break
			}
			path = path[:len(path)-1]
		}
		if m[1] == "/" {
			if len(path) == 0 || path[len(path)-1] != m[2] {
				t.Fatalf("</%s> ends nothing; open are %v", m[2], path)
			}
			path = path[:len(path)-1]
			continue
		}
		e := element{m[2], map[string]string{}, slices.Clone(path)}
		for _, a := range attrForm.FindAllStringSubmatch(m[3], -1) {
			e.attrs[a[1]] = html.UnescapeString(a[2] + a[3])
		}
		out = append(out, e)
		if m[4] == "" && !slices.Contains([]string{"meta", "br", "wbr", "input"}, m[2]) {
			path = append(path, m[2])
		}
	}
	if len(path) > 0 {
		t.Fatalf("not closed: %v", path)
	}
	return out
}

// sound holds what every page must: unique ids, links that lead somewhere, nothing loaded, headings in order, tables with
// captions, heads with scopes.
func sound(t *testing.T, text string) []element {
	t.Helper()
	all := parsed(t, text)
	ids := map[string]bool{}
	level, tables, captions := 0, 0, 0
	for _, e := range all {
		if id, ok := e.attrs["id"]; ok {
			if ids[id] {
				t.Errorf("the id %q stands twice", id)
			}
			ids[id] = true
		}
		for name, value := range e.attrs {
			if name == "src" || name == "srcset" || name == "style" || strings.HasPrefix(name, "on") || name == "href" && !strings.HasPrefix(value, "#") {
				t.Errorf("<%s %s=%q>", e.name, name, value)
			}
		}
		switch e.name {
		case "link", "img", "iframe", "object", "embed", "base", "video", "audio":
			t.Errorf("<%s> loads something", e.name)
		case "h1", "h2", "h3", "h4", "h5", "h6":
			n := int(e.name[1] - '0')
			if n > level+1 {
				t.Errorf("<%s> follows a heading of level %d", e.name, level)
			}
			level = n
		case "table":
			tables++
		case "caption":
			captions++
		case "th":
			if e.attrs["scope"] == "" {
				t.Error("a <th> has no scope")
			}
		}
	}
	if tables == 0 || tables != captions {
		t.Errorf("%d tables, %d captions", tables, captions)
	}
	for _, e := range all {
		if href, ok := e.attrs["href"]; ok && !ids[strings.TrimPrefix(href, "#")] {
			t.Errorf("%s leads nowhere", href)
		}
	}
	if !strings.Contains(text, `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;`) {
		t.Error("no policy that forbids loading")
	}
	return all
}

// outline is a page's structure: landmarks, headings, tables by their captions.
func outline(all []element) string {
	var b strings.Builder
	for _, e := range all {
		switch e.name {
		case "header", "nav", "main", "footer", "section", "article", "table", "dialog", "figure", "details", "svg", "form":
			b.WriteString(strings.Repeat("  ", len(e.path)) + e.name)
			for _, a := range []string{"id", "aria-label", "data-state", "data-tactic"} {
				if v := e.attrs[a]; v != "" {
					b.WriteString(" " + a + "=" + v)
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestHTMLStructure(t *testing.T) {
	text := htmlOf(t, small())
	golden(t, "coverage.html.outline", outline(sound(t, text)))
	for _, want := range []string{"Denominator shrank", "T0858", "not from the document", "the notice", "stop &amp;&amp; !listed", "reads back otherwise", "where x&lt;3", "9/10 mutants killed",
		"What the page says of its own limits", "0 never"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page doesn't say %q", want)
		}
	}
}

// The words that a board would take for a promise are not ours.
func TestHTMLPromisesNothing(t *testing.T) {
	files, err := filepath.Glob("html/*")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	code, err := filepath.Glob("html*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, code...) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(`(?i)\b(protected|secure|compliant)\b`).Find(data); m != nil && !strings.HasSuffix(f, "_test.go") {
			t.Errorf("%s says %q", f, m)
		}
	}
}

// hostileHTML has in every place what would speak for itself in a page.
func hostileHTML() report.HTMLInput {
	const script = `"'><script>window.hacked=1</script><img src=x onerror="window.hacked=1">{{.}}</title></style><!-- =cmd|' /C calc'!A0 ::error file=x::y ` + "\u202Eevil\u2066\u200b\x1b[31m\x00 مرحبا שלום "
	long := strings.Repeat("W", 10_000)
	texts := []string{script, long, script + long, "=cmd()", "::error::x", "javascript:alert(1)", "a b#c?d&e/../f%00"}
	t := brief("TA0104", script, "T1 rules x", "T2 rules x", "D1 rules x", "D2 properties x", "D3 measurement x", "D4 visibility x", "M1 mitigation x")
	t.Name, t.Release, t.Limits = script+long, script, []string{script, long}
	in := report.HTMLInput{Details: map[string]report.RuleDetail{}, Briefs: map[string][]report.Block{}, Techniques: map[string][]report.Technique{"TA0104": {{ID: script, Name: long}}}, Notice: script}
	c := coverage.Input{Today: "2026-11-22", Scopes: []coverage.Scope{{ID: script, Domain: script, Devices: 3, Consequence: coverage.High}, {ID: long, Domain: script, Devices: 1}},
		Onboardings: []coverage.Onboarding{{Source: script, Scope: script, Evidence: script, LastSeen: script, Since: long}}, Targets: []string{script}}
	for k := range t.Items {
		t.Items[k].Text, t.Items[k].Hash = texts[k%len(texts)], script
		c.Owners = append(c.Owners, coverage.Owner{Item: t.Items[k].ID, Name: texts[(k+1)%len(texts)], Since: script})
		in.Briefs["TA0104"] = append(in.Briefs["TA0104"], report.Block{Kind: report.BlockItem, Item: t.Items[k].ID, Text: texts[k%len(texts)]}, report.Block{Kind: report.BlockText, Text: script + long})
	}
	c.Tactics = []coverage.Tactic{t}
	for k, name := range texts {
		r := failing(rule(name, "TA0104", "TA0104/T1 TA0104/T2 TA0104/D1", 1), coverage.Compiled, coverage.Failed, script+long)
		r.Name, r.Title, r.Sources, r.Techniques, r.Level = name, texts[(k+1)%len(texts)], []string{script}, []string{script}, script
		r.Exports = map[string]coverage.Export{script: {Fidelity: script, Loss: script, Digest: script}}
		c.Rules = append(c.Rules, r)
		in.Details[name] = report.RuleDetail{Kind: script, Telemetry: script, Description: script + long, Lets: []report.NamedText{{Name: script, Text: script}}, Condition: "</pre>" + script + long,
			Rests: []string{name}, Atoms: []report.Atom{{Text: script + long}}, Cases: []report.CaseDetail{{Name: script + long, Want: script, Message: script}},
			Sigma: []report.SigmaText{{Source: script, Path: script, YAML: []byte("</pre></details>" + script + "\n" + long), ReadBack: script}}, Without: []report.NamedText{{Name: script, Text: long}},
			Queries: []report.Query{{Target: script, Source: script, Fidelity: script, Losses: []string{script}, Path: script, Text: "</pre>" + script}}, FalsePos: []string{script, long}, Runbook: script}
	}
	in.Coverage = coverage.Compute(c)
	in.Since = coverage.Compare(coverage.Compute(coverage.Input{}), in.Coverage, script, long)
	return in
}

func TestHTMLHoldsHostileText(t *testing.T) {
	text := htmlOf(t, hostileHTML())
	all := sound(t, text)
	count := map[string]int{}
	for _, e := range all {
		count[e.name]++
	}
	if count["script"] != 2 || count["style"] != 1 || count["title"] != 1 || count["img"] != 0 {
		t.Errorf("a title made elements: %v", count)
	}
	if m := regexp.MustCompile("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b]").FindString(text); m != "" {
		t.Errorf("%q gets through", m)
	}
}

// An input with nothing in it still gives a page.
func TestHTMLOfNothing(t *testing.T) {
	text := htmlOf(t, report.HTMLInput{Coverage: coverage.Compute(coverage.Input{})})
	if !strings.Contains(text, "there is nothing to hold the rules against") {
		t.Error("the page doesn't say that there is no brief")
	}
	htmlOf(t, report.HTMLInput{Coverage: example()})
}

// Where there is no room for all texts, the page says how many are left out, and what it shows is of as many rules as can be.
func TestHTMLSize(t *testing.T) {
	in := small()
	whole := htmlOf(t, in)
	in.Most = 1
	bare := htmlOf(t, in)
	if len(bare) >= len(whole) || strings.Contains(bare, "title: a\n") || !strings.Contains(bare, "Left out here") || !strings.Contains(bare, "left out here; <code>detc build</code>") {
		t.Errorf("a page of %d bytes without texts, %d with them", len(bare), len(whole))
	}
	if strings.Contains(whole, "eft out here") {
		t.Error("a page with all texts says that some are left out")
	}
}
