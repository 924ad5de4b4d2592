package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"detc/compiler/coverage"
	"detc/compiler/report"
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
	w, err := a.open("")
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
