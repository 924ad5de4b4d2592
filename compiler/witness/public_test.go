package witness_test

import (
	"os"
	"sync"
	"testing"
	"testing/fstest"

	"detc/compiler/attack"
	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/intake"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/telemetry"
	"detc/compiler/workspace"
	"detc/mappings"
)

// public is where the public Sigma rules are; a test without the folder is skipped.
const public = "../../../shared/sigmahq/rules"

// A publicRule is a rule that no one here wrote, in the forms that must all mean one thing.
type publicRule struct {
	file    string
	text    string                     // as it is published
	doc     *sigma.Document            // as it was imported
	written []byte                     // as Sigma that was made of the import
	again   ir.Expr                    // what that means when it is read
	stub    ir.Expr                    // what its stub is on its log; nil where no stub was asked for
	fields  func(name string) ir.Field // how the names of its log are read
}

// publicRules are all that are published, read with the names of the taxonomy.
var publicRules = sync.OnceValues(func() (out []*publicRule, unread diag.List) {
	names := corpus.NewNames(publicTaxonomy())
	corpus.Run([]corpus.Root{{FS: os.DirFS(public)}}, corpus.Options{Fields: names.Fields}, func(f *corpus.File) bool {
		for _, d := range f.Documents {
			if d.Where == nil || len(f.Documents) != 1 {
				unread.Append(f.Findings)
				continue
			}
			out = append(out, &publicRule{file: f.Name, text: f.Source.Text, doc: d, fields: names.Fields(d.Logsource)})
		}
		return true
	})
	return out, unread
})

func publicTaxonomy() *telemetry.Taxonomy {
	return telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}})
}

func publicOrSkip(t *testing.T) []*publicRule {
	t.Helper()
	if _, err := os.Stat(public); err != nil {
		t.Skipf("no %s", public)
	}
	rules, unread := publicRules()
	for _, d := range unread {
		t.Errorf("%s: %s", d.Span, d.Message)
	}
	return rules
}

// reimport writes a rule as Sigma and reads that.
func (r *publicRule) reimport(t *testing.T) {
	w, l := sigma.Write(r.doc)
	if w == nil {
		t.Errorf("%s is not written: %s", r.file, l[0].Message)
		return
	}
	var back diag.List
	r.written = w.YAML()
	docs := sigma.ReadAll(source.NewFile(r.file, string(r.written)), func(telemetry.Logsource) func(string) ir.Field { return r.fields }, &back)
	if len(docs) != 1 || docs[0].Where == nil {
		t.Errorf("%s is not read again:\n%s", r.file, r.written)
		return
	}
	r.again = docs[0].Where
}

// stubs imports all rules as stubs, compiles those, and notes what each is on its log.
func stubs(t *testing.T, rules []*publicRule) {
	t.Helper()
	catalog, err := attack.Load(mappings.Files)
	if err != nil {
		t.Fatal(err)
	}
	m := intake.New(publicTaxonomy(), catalog)
	var l diag.List
	byID := map[string]*publicRule{}
	for _, r := range rules {
		m.Add(r.file, []*sigma.Document{r.doc}, &l)
		byID[r.doc.ID.Value] = r
	}
	fsys := fstest.MapFS{}
	for name, data := range m.Files(&l) {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	w, err := workspace.Open(workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Rules:    []workspace.Root{{FS: fsys, Name: "imported", Writable: true}}, Until: "emit",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range w.Rules {
		if r := byID[s.ID.Value]; r != nil && len(s.Emitted) == 1 && s.Emitted[0].Bound != nil {
			r.stub = s.Emitted[0].Bound.Where
		}
	}
	for _, r := range rules {
		if r.stub == nil {
			t.Errorf("%s has no stub", r.file)
		}
	}
}
