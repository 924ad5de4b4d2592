package eql_test

import (
	"errors"
	"testing"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/eql"
	"detc/compiler/ir"
)

// TestGrammar holds every query to a strict grammar, and to what the language's documentation makes of it: no engine.
func TestGrammar(t *testing.T) {
	for _, columns := range []map[string]backend.Column{backendtest.Columns(), backendtest.TextColumns()} {
		var queries, approximate, refused, inside, pairs, strayed, bad int
		typed := columns["port"].Stored == backend.Number
		for _, c := range backendtest.Cases(columns) {
			q, l := eql.Target{}.Emit(c.Rule)
			if l.HasErrors() {
				refused++
				continue
			}
			queries++
			if len(q.Losses) > 0 {
				approximate++
			}
			read, err := backendtest.ReadEQL(q.Text)
			if err != nil {
				t.Fatalf("%s\n%s\n%v", ir.Text(c.Rule.Where), q.Text, err)
			}
			if !typed {
				continue // what the language reads in a text is the engine's to say
			}
			for _, ev := range c.Events() {
				if !indexable(ev) {
					continue
				}
				got, err := read.Match(ev)
				if errors.As(err, new(backendtest.Inside)) {
					inside++
					break
				}
				pairs++
				want := backendtest.Match(c.Rule.Where, ev)
				if got == want {
					continue
				}
				strayed++
				if !allowed(q.Losses, want) {
					if bad++; bad <= 8 {
						t.Errorf("%s\n%s\n%v: eval %t, the reading %t; losses %v", ir.Text(c.Rule.Where), q.Text, ev, want, got, q.Losses)
					}
				}
			}
		}
		t.Logf("%d queries (%d approximate, %d with a query string inside), %d refused, %d pairs, %d disagreements inside what was said, %d outside",
			queries, approximate, inside, refused, pairs, strayed-bad, bad)
	}
}

// indexable are the events that an index takes, less those of several values, which only an engine can judge.
func indexable(ev backendtest.Event) bool {
	for _, values := range ev {
		if len(values) != 1 || !utf8.ValidString(values[0].Str) {
			return false
		}
	}
	return true
}

func allowed(losses []backend.Loss, lost bool) bool {
	for _, l := range losses {
		if l.Effect == backend.Both || (l.Effect == backend.Narrower) == lost {
			return true
		}
	}
	return false
}
