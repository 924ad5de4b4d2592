package sql_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/sql"
	"detc/compiler/corpus"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
	"detc/mappings"
)

// public is where the public Sigma rules are; a test without the folder is skipped.
const public = "../../../../shared/sigmahq/rules"

// publicRules are what the public rules mean, by file, in its order.
var publicRules = sync.OnceValue(func() (out []ir.Expr) {
	names := corpus.NewNames(telemetry.OpenTaxonomy([]telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}}))
	corpus.Run([]corpus.Root{{FS: os.DirFS(public)}}, corpus.Options{Fields: names.Fields}, func(f *corpus.File) bool {
		for _, d := range f.Documents {
			if d.Where != nil {
				out = append(out, ir.Normalize(d.Where))
			}
		}
		return true
	})
	return out
})

// texts is a column of text a field: what a table without types has.
var texts = layout{"texts", func(f ir.Field) (backend.Column, shape) {
	return backend.Column{Name: f.Name, Type: ir.String, List: f.List, Cased: f.Cased, Nullable: true}, shape{f.Name, "text", f.List}
}}

// TestPublicRules says how many of the public rules each dialect takes.
func TestPublicRules(t *testing.T) {
	if _, err := os.Stat(public); err != nil {
		t.Skipf("no %s", public)
	}
	for _, name := range sql.Names() {
		for _, l := range []layout{texts, document} {
			target := sql.New(name, sql.Options{})
			var refused, approximate int
			for _, e := range publicRules() {
				r, _ := l.rule(e, fieldsOf(e))
				q, found := target.Emit(r)
				switch {
				case found.HasErrors():
					refused++
				case len(q.Losses) > 0:
					approximate++
				}
			}
			all := len(publicRules())
			t.Logf("%s, %s: of %d rules %d exact, %d approximate, %d refused", name, l.name, all, all-refused-approximate, approximate, refused)
			if refused*20 > all {
				t.Errorf("%s: less than 95 %% convert", name)
			}
		}
	}
}

// TestEnginesAgreeOnPublicRules holds each engine against eval on the public rules.
func TestEnginesAgreeOnPublicRules(t *testing.T) {
	if _, err := os.Stat(public); err != nil {
		t.Skipf("no %s", public)
	}
	for _, name := range sql.Names() {
		t.Run(name, func(t *testing.T) {
			eng := open(t, name)
			var sum tally
			step := max(1, len(publicRules())/count(t, "DETC_PUBLIC", 150))
			for i := 0; i < len(publicRules()); i += step {
				e := publicRules()[i]
				l := []layout{texts, document}[i/step%2]
				if l.name == texts.name && sameInSmall(e) {
					continue
				}
				hold(t, eng, sql.New(name, sql.Options{Regexp: true}), l, e, count(t, "DETC_EVENTS", 60), &sum)
				if t.Failed() {
					break
				}
			}
			sum.log(t, name)
		})
	}
}

// sameInSmall says that two names are one to an engine that folds the names of columns.
func sameInSmall(e ir.Expr) bool {
	seen := map[string]bool{"id": true}
	for _, f := range fieldsOf(e) {
		name := strings.ToLower(f.Name)
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}
