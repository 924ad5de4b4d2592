package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"detc/compiler/coverage"
)

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
