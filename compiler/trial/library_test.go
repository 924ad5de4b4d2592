package trial

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/condition"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
	"detc/mappings"
	"detc/rules"
)

// samples is the folder of real records that can't be part of this repository.
const samples = "../../../shared/samples"

// library compiles the built-in sources and rules; workspace, which does it for commands, stands to the right of here.
// It is compiled once: trials change none of it.
func library(t testing.TB) (sources []*bind.Source, subjects []Subject) {
	t.Helper()
	once.Do(func() { once.sources, once.subjects = compiledLibrary(t) })
	return once.sources, once.subjects
}

var once struct {
	sync.Once
	sources  []*bind.Source
	subjects []Subject
}

func compiledLibrary(t testing.TB) (sources []*bind.Source, subjects []Subject) {
	t.Helper()
	var l diag.List
	var tables []condition.Table
	var looked []*context.Table
	for _, f := range yamlFiles(t, mappings.Files, "context") {
		if c := context.Read(f, &l); c != nil {
			looked = append(looked, c)
			tables = append(tables, condition.Table{Name: c.Name, Type: c.Type, Version: c.Version})
		}
	}
	scopes, on := map[string]*condition.Scope{}, map[string][]*bind.Source{}
	for _, f := range yamlFiles(t, mappings.Files, "telemetry") {
		s := telemetry.Read(f, &l)
		s.Enrich(looked, &l)
		var fields []condition.Field
		for _, f := range s.Fields {
			fields = append(fields, condition.Field{Field: f.Field, Enum: f.Enum})
		}
		scopes[s.ID] = condition.NewScope("telemetry "+s.ID, fields, tables)
		for _, src := range s.Sources {
			b := &bind.Source{Source: src}
			if !src.Where.IsZero() {
				e, ok := condition.NewRawScope("the log "+src.ID, src.RawField).Compile(src.Where, nil, &l)
				if !ok {
					t.Fatal(src.ID)
				}
				b.Filter = ir.Normalize(e)
			}
			sources, on[s.ID] = append(sources, b), append(on[s.ID], b)
		}
	}
	for _, dir := range []string{"ta0041", "ta0104"} {
		for _, f := range yamlFiles(t, rules.Files, dir) {
			if name := path.Base(f.Name); name == "items.yaml" || strings.HasPrefix(name, "_") {
				continue
			}
			if s := stub.Read(f, nil, &l); s.Correlation == nil && scopes[s.Telemetry.Value] != nil {
				subjects = append(subjects, compiled(t, s, scopes, on, &l))
			}
		}
	}
	return sources, subjects
}

func compiled(t testing.TB, s *stub.Stub, scopes map[string]*condition.Scope, on map[string][]*bind.Source, l *diag.List) Subject {
	out := Subject{Name: s.Name.Value}
	scope := scopes[s.Telemetry.Value]
	var lets []condition.Let
	for _, e := range s.Let {
		expr, ok := scope.Compile(e.Value, lets, l)
		if !ok {
			t.Fatalf("%s: %s doesn't compile: %v", out.Name, e.Key.Value, (*l)[len(*l)-1])
		}
		lets = append(lets, condition.Let{Name: e.Key.Value, Expr: ir.Normalize(expr)})
	}
	where, ok := scope.Compile(s.Condition, lets, l)
	if !ok {
		t.Fatalf("%s doesn't compile: %v", out.Name, (*l)[len(*l)-1])
	}
	rule := &ir.Rule{Name: s.Name.Value, Telemetry: s.Telemetry.Value, Where: ir.Normalize(where)}
	for _, src := range on[s.Telemetry.Value] {
		if b := bind.Rule(rule, src, false, l).Bound; b != nil {
			out.On = append(out.On, b)
		}
	}
	return out
}

func yamlFiles(t testing.TB, fsys fs.FS, dir string) (files []*source.File) {
	t.Helper()
	names, err := fs.Glob(fsys, dir+"/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(dir, err)
	}
	for _, n := range names {
		data, err := fs.ReadFile(fsys, n)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, source.NewFile(n, string(data)))
	}
	return files
}

func sampleFiles(t testing.TB) []string {
	t.Helper()
	files, _ := filepath.Glob(samples + "/*/*.ndjson")
	if len(files) == 0 {
		t.Skip("needs the folder of sample records: shared/samples beside the checkout")
	}
	return files
}

func readAll(t testing.TB, files []string) (all []byte) {
	t.Helper()
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}
