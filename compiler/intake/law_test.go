package intake

import (
	"os"
	"testing"
	"testing/fstest"

	"detc/compiler/attack"
	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/telemetry"
	"detc/compiler/workspace"
	"detc/mappings"
)

// public is where the public Sigma rules are; a test without the folder is skipped.
const public = "../../../shared/sigmahq/rules"

// TestPublicRulesRoundTrip is the law of an import: of every public rule, what the stub compiles to on its log is what
// the Sigma rule means, under the same id; and a check of the stubs finds no error.
func TestPublicRulesRoundTrip(t *testing.T) {
	if _, err := os.Stat(public); err != nil {
		t.Skipf("no %s", public)
	}
	catalog, err := attack.Load(mappings.Files)
	if err != nil {
		t.Fatal(err)
	}
	taxonomy := telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}})
	m := New(taxonomy, catalog)
	meant := map[string]*sigma.Document{}
	var l diag.List
	corpus.Run([]corpus.Root{{FS: os.DirFS(public)}}, corpus.Options{Fields: corpus.NewNames(taxonomy).Fields}, func(f *corpus.File) bool {
		m.Add(f.Name, f.Documents, &l)
		for _, d := range f.Documents {
			meant[d.ID.Value] = d
		}
		return true
	})
	files := m.Files(&l)
	for _, d := range l {
		if d.Severity == diag.Error {
			t.Errorf("%s: %s", d.Span, d.Message)
		}
	}
	if m.Counts.Refused*100 > m.Counts.Documents*2 {
		t.Errorf("%d of %d rules are refused", m.Counts.Refused, m.Counts.Documents)
	}
	w := open(t, files)
	equal := 0
	for _, r := range w.Rules {
		if r.Findings.HasErrors() {
			t.Errorf("%s: %s", r.Name.Value, r.Findings[0].Message)
			continue
		}
		d := meant[r.ID.Value]
		if d == nil || len(r.Emitted) != 1 || r.Emitted[0].Bound == nil {
			t.Errorf("%s: %d emissions, of a rule that is known: %t", r.Name.Value, len(r.Emitted), d != nil)
			continue
		}
		e := r.Emitted[0]
		if want := ir.Absorb(plain(d.Where)); !ir.Equal(want, plain(e.Bound.Where)) {
			t.Errorf("%s: the rule means\n%s\nand the stub\n%s", r.Name.Value, ir.Text(want), ir.Text(e.Bound.Where))
			continue
		}
		if e.Sigma == nil || e.Sigma.ID != d.ID.Value || e.Sigma.Title != d.Title.Value || e.Sigma.Logsource != d.Logsource || e.ReadBack != nil {
			t.Errorf("%s: it is emitted as another: %v", r.Name.Value, e.ReadBack)
			continue
		}
		equal++
	}
	t.Logf("%d of %d rules came back equal through their stubs", equal, m.Counts.Documents)
	if equal != m.Counts.Stubs {
		t.Errorf("%d of %d stubs", equal, m.Counts.Stubs)
	}
}

// open compiles imported files beside the library's mappings.
func open(t *testing.T, files map[string][]byte) *workspace.Workspace {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	w, err := workspace.Open(workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Rules:    []workspace.Root{{FS: fsys, Name: "imported", Writable: true}}, Until: "emit",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range w.Findings {
		if d.Severity == diag.Error {
			t.Errorf("%s: %s: %s", d.Span, d.Code, d.Message)
		}
	}
	return w
}
