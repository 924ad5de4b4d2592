package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/sql"
)

// TestEnginesTakeNoOrders runs rules whose literals are orders to the engine, or have a NUL or a million bytes: each is
// refused, or finds what eval means, and the table is there afterwards.
func TestEnginesTakeNoOrders(t *testing.T) {
	for _, name := range sql.Names() {
		t.Run(name, func(t *testing.T) {
			eng := open(t, name)
			target := sql.New(name, sql.Options{Regexp: true})
			cases, events := backendtest.Extremes("rows")
			refused, large, pairs := 0, 0, 0
			for i, c := range cases {
				q, l := target.Emit(c.Rule)
				if l.HasErrors() {
					refused++
					continue
				}
				var rows [][]any
				var kept []backendtest.Event
				for _, ev := range events[i] {
					cell, ok := any(nil), true
					if v := ev["user"]; v != nil {
						cell, ok = v[0].Str, name == "clickhouse" || !strings.ContainsRune(v[0].Str, 0)
					}
					if ok {
						rows, kept = append(rows, []any{cell}), append(kept, ev)
					}
				}
				if err := eng.fill("rows", ident(name), []shape{{"user", "text", false}}, rows); err != nil {
					t.Fatal(err)
				}
				ids, err := eng.do("SELECT id FROM ("+q.Text+") AS q", nil)
				if err != nil && len(q.Text) > 1<<20 { // the engine's own bounds on what a query holds
					large++
					continue
				}
				if err != nil {
					t.Errorf("%.200q: %.300s", q.Text, err)
					continue
				}
				hits := map[int]bool{}
				for _, id := range ids {
					hits[id] = true
				}
				for j, ev := range kept {
					pairs++
					if want := backendtest.Match(c.Rule.Where, ev); want != hits[j] && !excused(q.Losses, want) {
						t.Errorf("%.200q on %.100q: the engine says %t, eval %t", q.Text, fmt.Sprint(ev["user"]), hits[j], want)
					}
				}
				if left, err := eng.do("SELECT count(*) FROM rows", nil); err != nil || left[0] != len(rows) {
					t.Fatalf("%.200q left %v of %d rows: %v", q.Text, left, len(rows), err)
				}
			}
			t.Logf("%s: %d rules, %d refused, %d queries of more than a million bytes that the engine refuses, %d pairs", name, len(cases), refused, large, pairs)
			if pairs < 1000 {
				t.Error("too little was held")
			}
		})
	}
}
