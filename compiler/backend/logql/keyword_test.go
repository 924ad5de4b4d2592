package logql_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/logql"
	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// TestLokiFindsKeywords looks for texts, numbers and words in lines that JSON writes in several ways; names of members and
// what stands between values are none.
func TestLokiFindsKeywords(t *testing.T) {
	e := start(t)
	var records []bind.Record
	var lines []logLine
	for _, s := range append(spellings(), `["a","443"]`, `[443,true]`, `{"443":"a","true":1}`, `"\\\""`, `"a\\"`, `"é\u00c9"`, `"\n"`, `","`, `":443,"`) {
		for _, form := range []string{`{"cmd":1,"value":%s,"y":"z"}`, `{ "a" : [ %s , null ] }`} {
			text := fmt.Sprintf(form, s)
			r, err := bind.ParseRecord(telemetry.JSON, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			records, lines = append(records, r), append(lines, logLine{Line: text})
		}
	}
	pairs, found := 0, 0
	words := append(backendtest.Hostile(), "443", "4", "-", "e", ".", "tru", "null", "value", "\\", `\"`, ":443", "É", "😀", "als")
	for i, w := range words {
		for _, k := range []*ir.Keyword{{Values: []string{w}}, {Values: []string{w, words[(i*7+1)%len(words)]}}, {Op: ir.Glob, Values: []string{w + "?*z"}}} {
			var where ir.Expr = k
			if i%2 == 1 {
				where = &ir.Not{Arg: k}
			}
			q, l := logql.Target{}.Emit(&backend.Rule{Table: "logs", Where: where, Fields: map[string]backend.Column{}})
			if l.HasErrors() {
				t.Fatal(l)
			}
			a := e.ask(t, request{Query: q.Text, Stream: stream, Lines: lines})
			if a.Error != "" {
				t.Fatalf("%s\n%s", q.Text, a.Error)
			}
			for row, r := range records {
				pairs++
				want, got := eval.Match(where, r, nil), slices.Contains(a.Rows, row)
				if got {
					found++
				}
				if want != got && !(strings.Contains(lines[row].Line, `\u00`) && allowed(q.Losses, want)) {
					t.Errorf("%s\n%s\n%s: eval %t, Loki %t", ir.Text(where), q.Text, lines[row].Line, want, got)
				}
			}
		}
	}
	t.Logf("%d pairs, %d found", pairs, found)
}
