package mappings_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/source"
	"detc/compiler/store"
	"detc/compiler/telemetry"
	"detc/compiler/workspace"
	"detc/mappings"
)

func stores(t *testing.T) (*workspace.Workspace, *store.Library) {
	t.Helper()
	w, err := workspace.Open(workspace.Options{Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}}, Until: "filters"})
	if err != nil {
		t.Fatal(err)
	}
	return w, w.Stores()
}

// Each store and model reads without a finding: what it names is there. Each says where its names were read.
func TestStoresAndModels(t *testing.T) {
	w, lib := stores(t)
	siems := map[string]bool{}
	for _, id := range lib.StoreIDs() {
		s, ok := lib.Store(id)
		if !ok {
			t.Errorf("%s can't be used", id)
			continue
		}
		siems[s.SIEM] = true
		r := w.Reach(s)
		if r.Sources == 0 && r.Logs == 0 || r.Names*2 < r.OfNames {
			t.Errorf("%s has a place for %d of %d sources, %d of %d names", id, r.Sources, r.OfSources, r.Names, r.OfNames)
		}
		t.Logf("%-26s %3d/%d sources, %5.1f %% of their names, %d/%d log sources of Sigma's", id, r.Sources, r.OfSources, share(r.Names, r.OfNames), r.Logs, r.OfLogs)
	}
	for _, siem := range []string{"splunk", "sentinel", "defender", "elastic", "opensearch", "loki", "victorialogs", "clickhouse", "duckdb", "postgresql", "sqlite"} {
		if !siems[siem] {
			t.Errorf("no store is of %s", siem)
		}
	}
	for _, id := range lib.ModelIDs() {
		m, ok := lib.Model(id)
		if !ok {
			t.Errorf("%s can't be used", id)
			continue
		}
		r := w.Reach(m)
		if r.Sources != r.OfSources {
			t.Errorf("%s says nothing of %d schemas", id, r.OfSources-r.Sources)
		}
		t.Logf("%-26s %3d/%d schemas, %5.1f %% of their fields, %d/%d log sources of Sigma's", id, r.Sources, r.OfSources, share(r.Names, r.OfNames), r.Logs, r.OfLogs)
	}
	if ids := strings.Join(lib.ModelIDs(), " "); ids != "asim cim ecs ocsf udm" {
		t.Errorf("models: %s", ids)
	}
	found, trouble := lib.Findings()
	for _, d := range found {
		t.Errorf("%s: %s %s", d.Span.File.Name, d.Code, d.Message)
	}
	for _, err := range trouble {
		t.Error(err)
	}
}

func share(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }

// How many of the public rules ask only for names that the stores of a target have a place for, in the order in which a
// target would ask them. A rule whose log no store has, or one name of which none has, is not converted.
func TestPublicRulesAreStored(t *testing.T) {
	if _, err := os.Stat(publicRules); err != nil {
		t.Skipf("no %s: the public rules are not part of this repository", publicRules)
	}
	_, lib := stores(t)
	for _, target := range []struct {
		name   string
		stores []string
		least  float64
	}{
		{"Splunk", []string{"splunk-windows", "splunk-zeek", "splunk-json"}, 95},
		{"Elasticsearch", []string{"elastic-windows", "elastic-json"}, 95},
		{"Elasticsearch, JSON as it comes", []string{"elastic-json"}, 95},
		{"SQL", []string{"duckdb-json"}, 95},
		{"Sentinel, Sysmon collected", []string{"sentinel-windows", "sentinel-tables", "sentinel-defender"}, 60},
		{"Sentinel, Defender first", []string{"sentinel-defender", "sentinel-windows", "sentinel-tables"}, 60},
	} {
		var read []*store.Store
		for _, id := range target.stores {
			s, ok := lib.Store(id)
			if !ok {
				t.Fatalf("%s can't be used", id)
			}
			read = append(read, s)
		}
		rules, stored, lost := 0, 0, map[string]int{}
		eachPublicRule(t, func(ls telemetry.Logsource, names []string) {
			rules++
			if why := unstored(read, ls, names); why == "" {
				stored++
			} else {
				lost[telemetry.TaxonomyID(ls)+" "+why]++
			}
		})
		t.Logf("%s: %d of %d rules, %.1f %%", target.name, stored, rules, share(stored, rules))
		if rules < 3000 || share(stored, rules) < target.least {
			t.Errorf("%s: fewer than %.0f %%: %v", target.name, target.least, lost)
		}
	}
}

// unstored is a name that the first store which has the log doesn't have; empty where it has all.
func unstored(stores []*store.Store, ls telemetry.Logsource, names []string) string {
	for _, s := range stores {
		place, ok := s.Find(ls)
		if !ok {
			continue
		}
		for _, n := range names {
			if place.Column(n).Standing != store.Stored {
				return n
			}
		}
		return ""
	}
	return "(no store)"
}

func eachPublicRule(t *testing.T, f func(telemetry.Logsource, []string)) {
	t.Helper()
	err := filepath.WalkDir(publicRules, func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".yml" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		docs, err := source.ParseYAML(source.NewFile(name, string(text)))
		if err != nil {
			return err
		}
		for _, doc := range docs {
			var names []string
			for key := range uses(doc.Get("detection")) {
				if key != "" { // a keyword's
					names = append(names, key)
				}
			}
			f(logsource(doc.Get("logsource")), names)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
