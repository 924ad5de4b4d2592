package workspace_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/backend/targets"
	"detc/compiler/backtest"
	"detc/compiler/bundle"
	"detc/compiler/coverage"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// exporting is the library with queries for a target, at a site whose site.yaml has these lines.
func exporting(t *testing.T, target, lines string, reports ...workspace.Backtest) (*workspace.Workspace, workspace.Export) {
	t.Helper()
	return exportingAt(t, target, lines, nil, reports...)
}

// exportingAt is exporting at a site with more files.
func exportingAt(t *testing.T, target, lines string, more map[string]string, reports ...workspace.Backtest) (*workspace.Workspace, workspace.Export) {
	t.Helper()
	of, ok := targets.Get(target)
	if !ok {
		t.Fatal("there is no target ", target)
	}
	d := targets.Of(target)
	x := workspace.Export{Target: of, Stores: d.Stores, Model: d.Model}
	files := fstest.MapFS{"site.yaml": {Data: []byte("title: t\n" + lines)}}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	w, err := workspace.Open(workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}}, Rules: []workspace.Root{{FS: rules.Files, Name: "rules"}},
		Site:    &workspace.Root{FS: files, Name: "site"},
		Exports: []workspace.Export{x}, Targets: []string{target}, Backtests: reports, Today: exampleDay,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, x
}

// What a bundle mutes a correlation by are columns of its rows.
func TestCorrelationsAreMutedByTheirRows(t *testing.T) {
	w, x := exporting(t, "duckdb", "")
	text := map[string]string{}
	for _, r := range w.Rules {
		for _, q := range r.Queries {
			if r.Correlation != nil {
				text[q.ID] = q.Text
			}
		}
	}
	var made []struct {
		ID       string
		Suppress struct{ By []string }
	}
	if err := json.Unmarshal(w.Bundle(x, nil).Files["views.json"], &made); err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, v := range made {
		for _, by := range v.Suppress.By {
			if q := text[v.ID]; q != "" {
				if held++; !strings.Contains(q, `AS "`+by+`"`) {
					t.Errorf("%s is muted by %s, which its rows lack", v.ID, by)
				}
			}
		}
	}
	if held < 50 {
		t.Errorf("only %d columns of correlations were held", held)
	}
}

// A correlation over a rule that the site has disabled is no query of a model's either.
func TestNoModelOfADisabledPart(t *testing.T) {
	const name, part = "ot-many-controllers-stopped", "ot-mode-leaves-run"
	for _, lines := range []string{"", "rules: {" + part + ": disabled}\n"} {
		w, _ := exporting(t, "yaral", lines)
		if n := len(w.Rule(name).Queries); (n == 0) != (lines != "") {
			t.Errorf("%q: %d queries", lines, n)
		}
	}
}

// Alerts that somebody called true positives count once: the back-test has left them out.
func TestLabelledAlertsAreLeftOutOnce(t *testing.T) {
	plain, _ := exporting(t, "duckdb", "")
	i := slices.IndexFunc(plain.Coverage.Rules, func(r coverage.RuleReport) bool { return r.PerDay == 1 })
	rule := plain.Coverage.Rules[i]
	report := &backtest.Report{Complete: true, Site: plain.Site.Name, From: "2026-10-01T00:00:00Z", To: exampleDay + "T00:00:00Z", Rules: []backtest.RuleReport{{
		Name: rule.Name, Digest: rule.Digest, Days: 20, Hits: 80, Alerts: 80, MaxAlerts: 80, Against: 40, Verdict: backtest.Over,
		Budget: &backtest.Budget{Text: plain.Rule(rule.Name).Alert.Budget.Value, PerDay: 1}, Labelled: &backtest.Labelled{True: 40},
	}}}
	w, _ := exporting(t, "duckdb", "", workspace.Backtest{Name: "b", Report: report})
	i = slices.IndexFunc(w.Coverage.Rules, func(r coverage.RuleReport) bool { return r.Name == rule.Name })
	if got := w.Coverage.Rules[i].Gates[coverage.Measured]; got != coverage.Failed {
		t.Errorf("40 alerts in 20 days that nobody called true, of one a day: %s", got)
	}
}

// Of two filters a target leaves out what the one says where it can't say the other.
func TestOneFilterOfTwo(t *testing.T) {
	of, _ := targets.Get("lucene")
	filter := func(name, exclude string) string {
		f := strings.NewReplacer("name: site-scanner", "name: "+name, "The scanner of plant 2", name, "5a0d0a38-7f0c-4f3c-8f52-0f2f54a3f0b1", idOf(name), "ot-mode-change-unlisted", "ot-mode-leaves-run").Replace(siteFilter)
		f = strings.Replace(f, "  cases:", "  context: {field_masters: [10.1.1.9]}\n  cases:", 1)
		return strings.Replace(f, `exclude: src_ip == "10.1.1.9" && new_mode == "stop"`, "exclude: "+exclude, 1)
	}
	w := site(t, "2026-12-31", map[string]string{
		"a.yaml": filter("f-a", `src_ip == "10.1.1.9" && new_mode == "stop"`),
		"b.yaml": filter("f-b", `new_mode == "stop" && src_ip in context.field_masters`),
	}, func(o *workspace.Options) {
		o.Exports = []workspace.Export{{Target: of, Stores: targets.Of("lucene").Stores}}
	})
	said := 0
	for _, q := range w.Rule("ot-mode-leaves-run").Queries {
		var lost []string
		for _, l := range q.Losses {
			if strings.Contains(l.Reason, "leaves nothing out") {
				lost = append(lost, l.Reason)
			}
		}
		if len(lost) == 1 && strings.Contains(lost[0], "f-b") && strings.Contains(q.Text, "10.1.1.9") {
			said++
		} else if q.Text != "" && len(lost) > 0 {
			t.Errorf("%s: %q\n%s", q.Name, lost, q.Text)
		}
	}
	if said == 0 {
		for _, f := range w.Filters {
			for _, d := range f.Findings {
				t.Log(f.Name.Value, d.Code, d.Message)
			}
		}
		t.Error("no query has the one filter")
	}
}

// A query that runs on the target and is not made any more is another than what is compiled.
func TestAStaleQueryIsSeen(t *testing.T) {
	const rule = "ot-mode-change-unlisted"
	before, x := exporting(t, "duckdb", "")
	state := before.Bundle(x, nil).State
	deployed := func(state bundle.State) coverage.State {
		data, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		w, _ := exportingAt(t, "duckdb", "", map[string]string{
			"bundle.json":   string(data),
			"deployed.yaml": "deployed:\n  - {target: duckdb, bundle: bundle.json, seen: " + exampleDay + ", by: security monitoring, evidence: the list of views}\n",
		})
		i := slices.IndexFunc(w.Coverage.Rules, func(r coverage.RuleReport) bool { return r.Name == rule })
		return w.Coverage.Rules[i].Gates[coverage.Deployed]
	}
	if got := deployed(state); got != coverage.Pass {
		t.Errorf("what is compiled runs: %s", got)
	}
	stale := state
	stale.Rules = append(slices.Clone(state.Rules), bundle.Entry{ID: "0b9ee5a8-0000-4000-8000-000000000001", Name: rule + ".zeek.gone", Key: "gone", Version: 1, Digest: "d", State: bundle.Enabled})
	if got := deployed(stale); got == coverage.Pass {
		t.Error("a query of the rule runs that nothing makes any more, and it passes")
	}
}
