package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"detc/compiler/coverage"
	"detc/compiler/report"
	"detc/compiler/workspace"
)

// siteCounts are items by tactic, by detection or mitigation, and by state. What stands nowhere is none.
type siteCounts map[string]int

func (c siteCounts) add(tactic, part, state string, n int) {
	if n > 0 {
		c[tactic+" "+part+" "+state] += n
	}
}

// part is which of the two totals a kind of item siteCounts in.
func part(kind string) string {
	if kind == coverage.Mitigation {
		return "mitigation"
	}
	return "detection"
}

var itemID = regexp.MustCompile(`^TA\d{4}/([TDM])\d+$`)

// partOf is the same by an item's id.
func partOf(id string) string {
	if m := itemID.FindStringSubmatch(id); m != nil && m[1] == "M" {
		return "mitigation"
	}
	return "detection"
}

// siteReports is what detc coverage writes, every format in its file, and the HTML page beside them.
func siteReports(t *testing.T, args ...string) string {
	t.Helper()
	t.Setenv("SOURCE_DATE_EPOCH", siteDay)
	dir := t.TempDir()
	all := append([]string{"coverage"}, args...)
	for _, f := range coverageFormats() {
		if to := filepath.Join(dir, f); f == "navigator" || f == "dettect" {
			all = append(all, "--report", f+"="+to+"/")
		} else {
			all = append(all, "--report", f+"="+to)
		}
	}
	var out, errs bytes.Buffer
	if code := run(all, &out, &errs); code != exitClean {
		t.Fatalf("exits %d: %s", code, errs.String())
	}
	if slices.Contains(coverageFormats(), "html") {
		return dir
	}
	a := &app{err: io.Discard, told: map[string]bool{}}
	for k := 0; k+1 < len(args); k += 2 {
		switch args[k] {
		case "--site":
			a.site = args[k+1]
		case "--brief":
			a.briefs = append(a.briefs, args[k+1])
		}
	}
	exports, err := a.siteExports(selection{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := a.openWith("", func(o *workspace.Options) { o.Exports = exports })
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := report.HTML(&page, w.HTMLInput()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "html"), page.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

func slurp(t *testing.T, parts ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readers read the figures back out of the formats.
var readers = map[string]func(t *testing.T, dir string) siteCounts{
	"json": func(t *testing.T, dir string) siteCounts {
		r, err := coverage.Read(slurp(t, dir, "json"))
		if err != nil {
			t.Fatal(err)
		}
		out := siteCounts{}
		for _, tactic := range r.Tactics {
			for name, c := range map[string]coverage.Count{"detection": tactic.Totals.Detection, "mitigation": tactic.Totals.Mitigation} {
				if c.Sum() != c.Items || c.Items == 0 {
					t.Errorf("%s %s: %d states of %d items", tactic.ID, name, c.Sum(), c.Items)
				}
				for state, n := range map[string]int{coverage.Effective: c.Effective, coverage.Partial: c.Partial, coverage.ItemWaived: c.Waived, coverage.Blind: c.Blind, coverage.ItemNotNeeded: c.NotApplicable} {
					out.add(tactic.ID, name, state, n)
				}
			}
		}
		return out
	},
	"csv": func(t *testing.T, dir string) siteCounts {
		rows, err := csv.NewReader(bytes.NewReader(slurp(t, dir, "csv"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		col := func(name string) int { return slices.Index(rows[0], name) }
		out, seen := siteCounts{}, map[string]bool{}
		for _, r := range rows[1:] {
			if id := r[col("item")]; !seen[id] {
				seen[id] = true
				out.add(r[col("tactic")], part(r[col("kind")]), r[col("item_state")], 1)
			}
		}
		return out
	},
	"junit": func(t *testing.T, dir string) siteCounts {
		var doc struct {
			Suites []struct {
				Name       string `xml:"name,attr"`
				Properties []struct {
					Name  string `xml:"name,attr"`
					Value string `xml:"value,attr"`
				} `xml:"properties>property"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal(slurp(t, dir, "junit"), &doc); err != nil {
			t.Fatal(err)
		}
		out := siteCounts{}
		for _, s := range doc.Suites {
			for _, p := range s.Properties {
				if name, state, ok := strings.Cut(p.Name, " "); ok && slices.Contains(coverage.ItemStates(), state) {
					out.add(s.Name[:6], name, state, number(t, p.Value))
				}
			}
		}
		return out
	},
	"sarif": func(t *testing.T, dir string) siteCounts {
		type figure struct {
			State string
			Items int
		}
		var doc struct {
			Runs []struct {
				Properties struct {
					Tactics []struct {
						ID                    string
						Detection, Mitigation []figure
					}
				}
			}
		}
		decode(t, slurp(t, dir, "sarif"), &doc)
		out := siteCounts{}
		for _, tactic := range doc.Runs[0].Properties.Tactics {
			for _, f := range tactic.Detection {
				out.add(tactic.ID, "detection", f.State, f.Items)
			}
			for _, f := range tactic.Mitigation {
				out.add(tactic.ID, "mitigation", f.State, f.Items)
			}
		}
		return out
	},
	"navigator": func(t *testing.T, dir string) siteCounts {
		out := siteCounts{}
		for _, l := range layers(t, dir) {
			for _, m := range l.Metadata {
				if w := strings.Fields(m.Name); len(w) == 3 && w[0] != "ATT&CK" {
					n, _, _ := strings.Cut(m.Value, "/")
					out.add(w[0], w[1], w[2], number(t, n))
				}
			}
		}
		return out
	},
	"markdown":       func(t *testing.T, dir string) siteCounts { return ofMarkdown(string(slurp(t, dir, "markdown"))) },
	"comment":        func(t *testing.T, dir string) siteCounts { return ofMarkdown(string(slurp(t, dir, "comment"))) },
	"github-summary": func(t *testing.T, dir string) siteCounts { return ofMarkdown(string(slurp(t, dir, "github-summary"))) },
	"github": func(t *testing.T, dir string) siteCounts {
		return ofSentence(t, strings.ReplaceAll(string(slurp(t, dir, "github")), "%0A", "\n"))
	},
	"gitlab": func(t *testing.T, dir string) siteCounts {
		var issues []struct{ Description string }
		decode(t, slurp(t, dir, "gitlab"), &issues)
		text := ""
		for _, i := range issues {
			text += i.Description + "\n"
		}
		return ofSentence(t, text)
	},
	"html": func(t *testing.T, dir string) siteCounts {
		out := siteCounts{}
		for _, m := range htmlItem.FindAllStringSubmatch(string(slurp(t, dir, "html")), -1) {
			out.add(m[1][:6], partOf(m[1]), m[2], 1)
		}
		return out
	},
}

var (
	htmlItem = regexp.MustCompile(`<article class="page" id="(TA\d{4}/[TDM]\d+)"[^>]* data-state="([^"]*)"`)
	// htmlTile is a figure of the executive page.
	htmlTile = regexp.MustCompile(`<b>(\d+)</b><span>/(\d+)</span></p><p class="what"><b[^>]*>[^<]*</b>([^<]*)</p>`)
	mdRow    = regexp.MustCompile("(?m)^\\| `(TA\\d{4}/[TDM]\\d+)` \\| ([^|]*) \\| ([^|]*) \\|.* \\|$")
	sentence = regexp.MustCompile(`(?m)^(TA\d{4}) .*: detection: (.*?) of \d+; mitigation: (.*?) of \d+`)
)

// ofMarkdown siteCounts the rows of the tables of items.
func ofMarkdown(text string) siteCounts {
	out, seen := siteCounts{}, map[string]bool{}
	for _, m := range mdRow.FindAllStringSubmatch(text, -1) {
		state := m[3]
		if partOf(m[1]) == "mitigation" {
			state = m[2][strings.LastIndex(m[2], " ")+1:]
		}
		if slices.Contains(coverage.ItemStates(), state) && !seen[m[1]] { // else a row of another table
			seen[m[1]] = true
			out.add(m[1][:6], partOf(m[1]), state, 1)
		}
	}
	return out
}

// ofSentence reads "1 effective, 9 partial, …".
func ofSentence(t *testing.T, text string) siteCounts {
	out := siteCounts{}
	for _, m := range sentence.FindAllStringSubmatch(text, -1) {
		for k, name := range []string{"detection", "mitigation"} {
			for f := range strings.SplitSeq(m[k+2], ", ") {
				n, state, _ := strings.Cut(f, " ")
				out.add(m[1], name, state, number(t, n))
			}
		}
	}
	return out
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

type navigatorLayer struct {
	Domain     string
	Metadata   []struct{ Name, Value string }
	Techniques []struct {
		TechniqueID, Tactic string
		Score               *int
		Color               string
	}
}

// layers are the layers of both domains.
func layers(t *testing.T, dir string) (out []navigatorLayer) {
	t.Helper()
	for _, domain := range []string{"ics-attack", "mobile-attack"} {
		var l navigatorLayer
		decode(t, slurp(t, dir, "navigator", domain+".navigator.json"), &l)
		out = append(out, l)
	}
	return out
}

// publishedPages are the flags for the two pages as they are published; the test is skipped without them.
func publishedPages(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, name := range []string{"ta0041-page.txt", "ta0104-page.txt"} {
		file := filepath.Join(shared, "briefs", name)
		if _, err := os.Stat(file); err != nil {
			t.Skipf("no shared/briefs/%s beside the checkout: the published pages are not part of this repository", name)
		}
		out = append(out, "--brief", file)
	}
	return out
}

// What detc coverage says of the site, and without one, in every format.
func TestSiteReports(t *testing.T) {
	own, none := siteReports(t, "--site", testSite), siteReports(t)
	figures := readers["json"](t, own)
	t.Run("library", func(t *testing.T) { siteFigures(t, own) })
	t.Run("published", func(t *testing.T) {
		dir := siteReports(t, append(publishedPages(t), "--site", testSite)...)
		siteFigures(t, dir)
		if got := readers["json"](t, dir); !maps.Equal(got, figures) { // they are the same items
			t.Errorf("%v of the library's pages, %v of those published", figures, got)
		}
	})
	t.Run("no site", func(t *testing.T) { liveIsUnknown(t, none) })
	t.Run("layers", func(t *testing.T) {
		executionLayers(t, own, coverage.Live)
		executionLayers(t, none, coverage.Proven)
	})
}

// siteFigures holds that the site is honest about a plant: every state is there, the states add up to all items of both
// tactics, and every format says the same figures.
func siteFigures(t *testing.T, dir string) {
	want := readers["json"](t, dir)
	states, all := siteCounts{}, siteCounts{}
	for key, n := range want {
		w := strings.Fields(key)
		states[w[2]] += n
		all[w[0]+" "+w[1]] += n
	}
	for _, s := range coverage.ItemStates() {
		if states[s] == 0 {
			t.Errorf("nothing is %s", s)
		}
	}
	if sum := (siteCounts{"TA0041 detection": 10, "TA0041 mitigation": 5, "TA0104 detection": 10, "TA0104 mitigation": 5}); !maps.Equal(all, sum) {
		t.Errorf("the states add up to %v, not to %v", all, sum)
	}
	for format, read := range readers {
		if got := read(t, dir); !maps.Equal(got, want) {
			t.Errorf("%s says %v; json %v", format, got, want)
		}
	}
	tiles := siteCounts{}
	for _, m := range htmlTile.FindAllStringSubmatch(string(slurp(t, dir, "html")), -1) {
		tiles[strings.ToLower(m[3])] += number(t, m[1])
	}
	for _, s := range coverage.ItemStates() {
		if n := want["TA0041 detection "+s] + want["TA0104 detection "+s]; tiles[s] != n {
			t.Errorf("html: the executive pages say %d %s of detection, and there are %d", tiles[s], s, n)
		}
	}
	t.Log(want)
}

// liveIsUnknown holds that without a site every format says what is proven, that Live is unknown, and why.
func liveIsUnknown(t *testing.T, dir string) {
	r, err := coverage.Read(slurp(t, dir, "json"))
	if err != nil {
		t.Fatal(err)
	}
	d := r.Totals.Detection
	if d.Live != nil || d.Effective != 0 || d.Proven < 18 || d.Asked != 20 {
		t.Errorf("%+v", d)
	}
	want := fmt.Sprintf("Proven %d/%d · Live unknown: no visibility.yaml", d.Proven, d.Asked)
	if r.Headline != want {
		t.Errorf("%q, want %q", r.Headline, want)
	}
	for _, format := range []string{"text", "markdown", "comment", "json", "github", "github-summary", "gitlab", "sarif", "junit", "html", "csv"} {
		why := "Live unknown: no visibility.yaml"
		if text := string(slurp(t, dir, format)); !strings.Contains(text, why) {
			t.Errorf("%s doesn't say %q", format, why)
		} else if format != "csv" && !strings.Contains(text, "Proven ") {
			t.Errorf("%s doesn't say what is proven", format)
		}
	}
	if text := string(slurp(t, dir, "badge")); !strings.Contains(text, "live unknown") {
		t.Errorf("the badge says %s", text)
	}
}

// executionLayers holds that the layers colour T0858 under Execution alone, to its stage, and leave T0874, which no rule
// names, untouched.
func executionLayers(t *testing.T, dir string, stage coverage.Stage) {
	seen := map[string]int{}
	for _, l := range layers(t, dir) {
		for _, k := range l.Techniques {
			seen[k.TechniqueID]++
			if k.Tactic != "execution" {
				t.Errorf("%s is under %q", k.TechniqueID, k.Tactic)
			}
			if k.TechniqueID == "T0858" && (k.Score == nil || *k.Score != int(stage)) {
				t.Errorf("T0858 has the score %v, not %d", k.Score, stage)
			}
			if k.TechniqueID == "T0874" && (k.Score != nil || k.Color != "") {
				t.Error("T0874 is coloured")
			}
		}
	}
	if seen["T0858"] != 1 || seen["T0874"] != 1 {
		t.Errorf("T0858 stands there %d times, T0874 %d times", seen["T0858"], seen["T0874"])
	}
}

// An auditor's question has its answer on one page, in text and as JSON.
func TestSiteAuditorsQuestion(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", siteDay)
	var x itemAnswer
	decode(t, stdout(t, "explain", "TA0104/D5", "--site", testSite, "--format", "json"), &x)
	asked := map[string]coverage.Obligation{}
	for _, o := range x.Item.Obligations {
		asked[o.Scope] = o
		if o.Owner == "" || o.Carrier == "" || x.Rules[o.Carrier].Line == 0 || len(o.Evidence) == 0 {
			t.Errorf("%s: owner %q, carried by %q at line %d, %d pieces of evidence", o.Scope, o.Owner, o.Carrier, x.Rules[o.Carrier].Line, len(o.Evidence))
		}
		for _, e := range o.Evidence {
			if e.Digest == "" {
				t.Errorf("%s: %s has no digest", o.Scope, e.What)
			}
		}
	}
	if o := asked["controller"]; o.State != coverage.ItemWaived || o.Approver != "plant manager" || o.Until != "2027-03-31" || o.OwnerSince != "" {
		t.Errorf("controller: %+v", o)
	}
	if o := asked["safety_controller"]; o.Owner != "functional safety" || o.OwnerSince != "2026-08-03" {
		t.Errorf("safety controller: %+v", o)
	}
	if len(asked) != 7 || len(x.Ledger) < len(asked) || x.Today != "2026-11-22" {
		t.Errorf("%d scopes, %d rows of the ledger, %s", len(asked), len(x.Ledger), x.Today)
	}
}
