package kql_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/kql"
	"detc/compiler/backend/targets"
	"detc/compiler/corpus"
	"detc/compiler/ir"
	placing "detc/compiler/query"
	"detc/compiler/sigma"
	stores "detc/compiler/store"
	"detc/compiler/telemetry"
	"detc/compiler/workspace"
	"detc/compiler/workspace/querytest"
	"detc/mappings"
	library "detc/rules"
)

// tables are the tables of a workspace: the kind of each column, by table and name. A table has one, whichever query asks.
type tables map[string]map[string]string

// add gives a table a column; said is what is wrong with it.
func (ts tables) add(table string, c backend.Column) (said string) {
	if ts[table] == nil {
		ts[table] = map[string]string{}
	}
	k := kind(c)
	if c.Stored == backend.JSON || c.List {
		k = "dynamic"
	}
	before, there := ts[table][c.Name]
	if there && before != k {
		return fmt.Sprintf("%s.%s is %s to one rule, %s to another", table, c.Name, before, k)
	}
	ts[table][c.Name] = k
	return ""
}

// prepared are documented columns that a stage reads before the rule's names are there, by table (Microsoft's reference of
// advanced hunting, DeviceRegistryEvents).
var prepared = map[string][]string{"DeviceRegistryEvents": {"RegistryKey", "RegistryValueName"}}

// schemas are some of the tables as the binder takes them.
func (ts tables) schemas(names ...string) map[string]string {
	out := map[string]string{}
	for _, table := range names {
		for _, name := range prepared[table] {
			ts.add(table, backend.Column{Name: name})
		}
		var list []string
		for _, name := range slices.Sorted(maps.Keys(ts[table])) {
			list = append(list, fmt.Sprintf("[%s]:%s", quoteFor(name), ts[table][name]))
		}
		out[table] = "(" + strings.Join(list, ", ") + ")"
	}
	return out
}

// TestBinderAcceptsLibrary binds every query of the library, correlations' too, against the tables that its stores say
// there are: all columns of each log, in the types that the stores give them, one type a column.
func TestBinderAcceptsLibrary(t *testing.T) {
	b := openBinder(t)
	for _, target := range kql.Targets() {
		name := target.Name()
		lib, err := querytest.Open(mappings.Files, library.Files, workspace.Export{Target: target, Stores: targets.Of(name).Stores})
		if err != nil {
			t.Fatal(err)
		}
		known, watched := tables{}, map[string]function{}
		for _, q := range lib.Queries(name) {
			for _, c := range q.Columns() {
				if said := known.add(q.Of.Table, c); said != "" {
					t.Errorf("%s: %s", q.Name, said)
				}
			}
			maps.Copy(watched, functions(q.Of.Where))
		}
		single, correlated := 0, 0
		for _, r := range lib.Rules {
			for i := range r.Queries {
				q := &r.Queries[i]
				if q.Fidelity() == backend.Refused {
					continue
				}
				if found := b.bind(t, request{q.Text, known.schemas(q.Tables...), watched}); len(found) > 0 {
					t.Errorf("%s: %s\n%s", q.Name, q.Text, strings.Join(found, "\n"))
				}
				if r.Correlation != nil {
					correlated++
				} else {
					single++
				}
			}
		}
		t.Logf("%s: %d queries of single rules and %d of correlations bound, over %d tables", name, single, correlated, len(known))
		if single == 0 {
			t.Error("nothing was bound")
		}
	}
}

const public = "../../../../shared/sigmahq/rules"

// TestBinderAcceptsPublicRules does the same for the queries of the public Sigma rules.
func TestBinderAcceptsPublicRules(t *testing.T) {
	if _, err := os.Stat(public); err != nil {
		t.Skipf("no %s", public)
	}
	b := openBinder(t)
	lib := stores.Open([]stores.Root{{FS: mappings.Files, Name: "mappings"}}, stores.World{})
	for _, target := range kql.Targets() {
		var asked []*stores.Store
		for _, id := range targets.Of(target.Name()).Stores {
			s, ok := lib.Store(id)
			if !ok {
				t.Fatal(id)
			}
			asked = append(asked, s)
		}
		made, refused := publicQueries(target, asked)
		known := tables{}
		for _, m := range made {
			for _, name := range slices.Sorted(maps.Keys(m.rule.Fields)) {
				if said := known.add(m.rule.Table, m.rule.Fields[name]); said != "" {
					t.Errorf("%s: %s", m.rule.Name, said)
				}
			}
			for _, c := range append(slices.Clone(m.rule.Texts), m.rule.Time) {
				if _, there := known[m.rule.Table][c.Name]; c.Name != "" && !there {
					known.add(m.rule.Table, c)
				}
			}
		}
		for _, m := range made {
			if found := b.bind(t, request{m.text, known.schemas(m.rule.Table), nil}); len(found) > 0 {
				t.Errorf("%s: %s\n%s", m.rule.Name, m.text, strings.Join(found, "\n"))
			}
		}
		t.Logf("%s: %d queries bound over %d tables, %d rules refused", target.Name(), len(made), len(known), refused)
		if len(made) == 0 {
			t.Error("nothing was bound")
		}
	}
}

// A publicQuery is a query with the rule that it was made of.
type publicQuery struct {
	rule *backend.Rule
	text string
}

// publicQueries are the queries of the public rules, in the order of their files.
func publicQueries(target backend.Target, asked []*stores.Store) (made []publicQuery, refused int) {
	names := corpus.NewNames(telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}}))
	var mu sync.Mutex
	corpus.Run([]corpus.Root{{FS: os.DirFS(public)}}, corpus.Options{Fields: names.Fields}, func(f *corpus.File) bool {
		mu.Lock()
		defer mu.Unlock()
		for _, d := range f.Documents {
			if d.Where == nil || d.Kind == sigma.FilterDocument {
				continue
			}
			id := telemetry.TaxonomyID(d.Logsource)
			in := &placing.Rule{
				Name: d.ID.Value, Where: ir.Normalize(d.Where), Source: id, Logsource: d.Logsource, Raw: names.Fields(d.Logsource), Span: d.Span,
				Names: func() []ir.Field { return names.All(d.Logsource) },
			}
			s, place := placing.Find(in, asked)
			if s == nil {
				refused++
				continue
			}
			of, said := placing.Place(in, s, place, nil)
			if of == nil || said.HasErrors() {
				refused++
				continue
			}
			q, said := target.Emit(of)
			if said.HasErrors() {
				refused++
				continue
			}
			made = append(made, publicQuery{of, q.Text})
		}
		return true
	})
	return made, refused
}
