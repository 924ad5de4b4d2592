package mappings_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
	"detc/mappings"
)

// Each file of the taxonomy reads without a finding, is found by its logsource, and is written as its own writer would.
func TestTaxonomyFiles(t *testing.T) {
	tax := telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}})
	ids := tax.IDs()
	if len(ids) < 100 {
		t.Fatalf("only %d log sources", len(ids))
	}
	fields := 0
	for _, id := range ids {
		s, ok := tax.ByID(id)
		if !ok {
			t.Errorf("%s can't be read", id)
			continue
		}
		if by, _ := tax.For(s.Logsource); by != s {
			t.Errorf("%s is not what %s finds", id, s.Logsource)
		}
		product, rest, _ := strings.Cut(id, ".")
		text, err := fs.ReadFile(mappings.Files, path.Join("taxonomy", product, rest+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if want := string(s.YAML()); string(text) != want {
			t.Errorf("%s is written otherwise than\n%s", id, want)
		}
		for _, f := range s.Fields {
			if fields++; f.Doc == "" || strings.HasSuffix(f.Doc, ".") {
				t.Errorf("%s.%s: doc %q", id, f.Name, f.Doc)
			}
			if unknown := strings.Contains(f.Doc, "unverified"); unknown && !f.Any {
				t.Errorf("%s.%s has a type that no documentation says", id, f.Name)
			}
		}
	}
	found, trouble := tax.Findings()
	for _, d := range found {
		t.Errorf("%s: %s %s", d.Span.File.Name, d.Code, d.Message)
	}
	for _, err := range trouble {
		t.Error(err)
	}
	t.Logf("%d log sources, %d fields", len(ids), fields)
}

const publicRules = "../../shared/sigmahq/rules"

// A use is how the public rules ask for a field of a log source.
type use struct {
	text bool // whether a part of its text is looked for
}

// The taxonomy knows the log sources and the fields of the public rules; the rest is listed.
func TestPublicRulesAreKnown(t *testing.T) {
	if _, err := os.Stat(publicRules); err != nil {
		t.Skipf("no %s: the public rules are not part of this repository", publicRules)
	}
	tax := telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}})
	rules, known := 0, 0
	spellings := map[string]map[string]bool{} // by log source and name in small letters
	err := filepath.WalkDir(publicRules, func(name string, d fs.DirEntry, err error) error {
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
			ls := logsource(doc.Get("logsource"))
			rules++
			s, ok := tax.For(ls)
			if !ok {
				t.Errorf("%s: no log source %s", filepath.Base(name), ls)
				continue
			}
			missing := false
			for key, u := range uses(doc.Get("detection")) {
				if key == "" {
					continue // a keyword's
				}
				at := s.ID + " " + strings.ToLower(key)
				if spellings[at] == nil {
					spellings[at] = map[string]bool{}
				}
				spellings[at][key] = true
				f, ok := s.Sigma(key)
				switch {
				case !ok:
					missing = true
					t.Logf("%s: %s has no %s", filepath.Base(name), s.ID, key)
				case u.text && f.Type != ir.String:
					t.Errorf("%s: %s.%s is of type %s, and a part of its text is asked for", filepath.Base(name), s.ID, key, f.TypeName())
				}
			}
			if !missing {
				known++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range slices.Sorted(keys(spellings)) {
		if names := spellings[at]; len(names) > 1 {
			t.Logf("%s is spelt %v", at, slices.Sorted(keys(names)))
		}
	}
	t.Logf("%d of %d rules are known: %.2f %%", known, rules, 100*float64(known)/float64(rules))
	if rules < 3000 || known*100 < rules*99 {
		t.Errorf("%d of %d rules are known", known, rules)
	}
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func logsource(n *source.Node) telemetry.Logsource {
	text := func(key string) string {
		if v := n.Get(key); v != nil {
			return v.Text.Value
		}
		return ""
	}
	return telemetry.Logsource{Category: text("category"), Product: text("product"), Service: text("service")}
}

// uses gathers the fields of a detection, however deep the maps and lists of its selections are.
func uses(detection *source.Node) map[string]*use {
	out := map[string]*use{}
	var walk func(n *source.Node)
	walk = func(n *source.Node) {
		for _, item := range n.Items {
			walk(item)
		}
		for _, p := range n.Pairs {
			parts := strings.Split(p.Key.Text.Value, "|")
			u := out[parts[0]]
			if u == nil {
				u = &use{}
				out[parts[0]] = u
			}
			plain := true
			for _, m := range parts[1:] {
				u.text = u.text || slices.Contains([]string{"contains", "startswith", "endswith", "re", "base64", "base64offset", "windash"}, m)
				plain = plain && m == "all"
			}
			for _, v := range append(slices.Clone(p.Value.Items), p.Value) {
				if plain && v.Kind == source.Scalar && v.Type == source.String && strings.ContainsAny(v.Text.Value, "*?") {
					u.text = true
				}
			}
		}
	}
	if detection == nil {
		return out
	}
	for _, p := range detection.Pairs {
		if p.Key.Text.Value != "condition" && p.Key.Text.Value != "timeframe" {
			walk(p.Value)
		}
	}
	return out
}

// What is wrong with a site's own log source is said, and it stands for nothing.
func TestBrokenLogSource(t *testing.T) {
	var l diag.List
	s, _ := telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files}}).ByID("any.proxy")
	telemetry.Read(source.NewFile("t.yaml", strings.Replace(string(s.YAML()), "c_uri:", "c-uri:", 1)), &l)
	if !l.HasErrors() {
		t.Error("a name that no condition can hold goes unsaid")
	}
}
