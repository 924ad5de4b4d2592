package lucene_test

import (
	"slices"
	"testing"

	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/lucene"
)

// maxTerm is the longest term that an index takes, in bytes (IndexWriter.MAX_TERM_LENGTH).
const maxTerm = 32766

// TestLuceneTakesNoOrders runs rules whose literals are syntax of the query string, or have a NUL or a million bytes: each is
// refused, or finds what eval means.
func TestLuceneTakesNoOrders(t *testing.T) {
	eng := startEngine(t)
	cases, events := backendtest.Extremes("rows")
	for _, d := range lucene.Dialects()[:1] { // the others ask in the same words, or in fewer
		refused, pairs := 0, 0
		for i, c := range cases {
			q, l := d.Emit(c.Rule)
			if l.HasErrors() {
				refused++
				continue
			}
			kept := slices.DeleteFunc(indexable(events[i]), func(ev backendtest.Event) bool { return len(ev["user"]) > 0 && len(ev["user"][0].Str) > maxTerm })
			eng.load("keyword", c.Rule.Fields, kept)
			rows, err := eng.rows(q.Text)
			if err != nil {
				t.Errorf("%.60q: %.300s", q.Text, err)
				continue
			}
			for j, ev := range kept {
				pairs++
				if want := backendtest.Match(c.Rule.Where, ev); want != rows[j] && !allowed(q.Losses, want) {
					t.Errorf("%.60q on %.60v: Lucene says %t, eval %t", q.Text, ev, rows[j], want)
				}
			}
		}
		t.Logf("%s: %d rules, %d refused, %d pairs", d.Name(), len(cases), refused, pairs)
		if pairs < 1000 {
			t.Error("too little was held")
		}
	}
}
