package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"detc/compiler/backend/targets"
	"detc/mappings"
)

// TestPublicRulesBecomeQueries is what share of the public Sigma rules each target takes over its default stores; what it
// doesn't take names the clause or the field.
func TestPublicRulesBecomeQueries(t *testing.T) {
	const public = "../../../shared/sigmahq/rules"
	if _, err := os.Stat(public); err != nil {
		t.Skipf("no %s: the public rules are not part of this repository", public)
	}
	var out, errs bytes.Buffer
	if code := run([]string{"convert", "-t", "all", "--format", "jsonl", public}, &out, &errs); code != exitClean {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	type line struct {
		Path, ID, Title, Target, Fidelity string
		Queries                           []string
		Losses, Findings                  []struct{ Clause, Reason, Message string }
	}
	counts := map[string]map[string]int{}
	rules := map[string]bool{}
	for dec := json.NewDecoder(&out); dec.More(); {
		var l line
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		if counts[l.Target] == nil {
			counts[l.Target] = map[string]int{}
		}
		counts[l.Target][l.Fidelity]++
		rules[l.Path] = true
		if l.ID == "" || l.Title == "" || (l.Fidelity == "refused") != (len(l.Queries) == 0) ||
			l.Fidelity == "refused" && len(l.Findings) == 0 || (l.Fidelity == "approximate") != (len(l.Losses) > 0) {
			t.Errorf("a line doesn't say what became of its rule: %+v", l)
		}
	}
	least := map[string]int{"splunk": 95, "lucene": 95, "opensearch": 95, "esql": 95, "clickhouse": 95, "duckdb": 95, "postgresql": 95, "sqlite": 95, "sentinel": 60}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		c := counts[name]
		taken := c["exact"] + c["approximate"]
		t.Logf("%s: %d exact, %d approximate, %d refused: %.1f %%", name, c["exact"], c["approximate"], c["refused"], 100*float64(taken)/float64(len(rules)))
		if taken*100 < least[name]*len(rules) {
			t.Errorf("%s takes less than %d %%", name, least[name])
		}
		delete(least, name)
	}
	if len(rules) < 3000 || len(least) > 0 {
		t.Errorf("%d rules; no line for %v", len(rules), least)
	}
}

// TestTargetsHaveDefaults holds that every target knows where to look and how its files are called.
func TestTargetsHaveDefaults(t *testing.T) {
	for _, target := range targets.All() {
		d := targets.Of(target.Name())
		if d.Extension == "" || (len(d.Stores) == 0) == (d.Model == "") {
			t.Errorf("%s: %+v", target.Name(), d)
		}
		for _, id := range d.Stores {
			if _, err := mappings.Files.Open("stores/" + id + ".yaml"); err != nil {
				t.Errorf("%s: %v", target.Name(), err)
			}
		}
		if d.Model != "" {
			if _, err := mappings.Files.Open("models/" + d.Model + ".yaml"); err != nil {
				t.Errorf("%s: %v", target.Name(), err)
			}
		}
	}
}
