package kql_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/kql"
	"detc/compiler/ir"
)

// A binder is Microsoft's parser and binder of KQL in a process of its own (testdata/engines/kusto).
type binder struct {
	in  *json.Encoder
	out *bufio.Reader
}

// A request is a query with the tables and functions that it is bound to.
type request struct {
	Query     string              `json:"query"`
	Tables    map[string]string   `json:"tables"`
	Functions map[string]function `json:"functions"`
}

type function struct {
	Parameters string `json:"parameters"`
	Body       string `json:"body"`
}

// openBinder starts it.
func openBinder(t *testing.T) *binder {
	t.Helper()
	backendtest.NeedEngine(t, "kusto")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(cache, "detc-engines", "kusto")
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"package.json", "main.js"} {
		text, err := os.ReadFile("../../../testdata/engines/kusto/" + f)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, f), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(to, "node_modules")); err != nil {
		install := exec.Command("npm", "install", "--no-audit", "--no-fund", "--silent")
		install.Dir = to
		if out, err := install.CombinedOutput(); err != nil {
			t.Fatalf("npm install: %v\n%s", err, out)
		}
	}
	cmd := exec.Command("node", filepath.Join(to, "main.js"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &binder{json.NewEncoder(in), bufio.NewReaderSize(out, 1<<20)}
}

// bind gives what the binder has against a query.
func (b *binder) bind(t *testing.T, r request) []string {
	t.Helper()
	if err := b.in.Encode(r); err != nil {
		t.Fatal(err)
	}
	line, err := b.out.ReadBytes('\n')
	if err != nil {
		t.Fatal("the binder went away: ", err)
	}
	var answer struct{ Diagnostics []string }
	if err := json.Unmarshal(line, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Diagnostics
}

// functions are those that a rule's context tables are.
func functions(e ir.Expr) map[string]function {
	out := map[string]function{"_GetWatchlist": {"(watchlistAlias:string)", "{ datatable(SearchKey:string, _DTItemId:string)[] }"}}
	for _, t := range ir.Tables(e) {
		out[kql.SetName(t)] = function{"()", "{ datatable(value:string)[] }"}
	}
	return out
}

func (b *binder) hold(t *testing.T, e ir.Expr, fields map[string]backend.Column) bool {
	t.Helper()
	for _, target := range kql.Targets() {
		q, l := target.Emit(newRule(e, fields))
		if l.HasErrors() {
			continue
		}
		if found := b.bind(t, request{q.Text, schemas(fields), functions(e)}); len(found) > 0 {
			t.Errorf("%s\n%s", q.Text, strings.Join(found, "\n"))
			return false
		}
	}
	return true
}

// Microsoft's binder accepts every query against the table that it was made for.
func TestBinderAccepts(t *testing.T) {
	b := openBinder(t)
	n := 0
	for i, e := range rules(600) {
		if !b.hold(t, e, columns(i%3 == 0)) {
			return
		}
		n++
	}
	for _, fields := range []map[string]backend.Column{backendtest.Columns(), backendtest.TextColumns()} {
		for _, c := range backendtest.Cases(fields) {
			if !b.hold(t, c.Rule.Where, fields) {
				return
			}
			n++
		}
	}
	for _, text := range hostile {
		v := ir.Field{Name: "v"}
		e := &ir.Or{Args: []ir.Expr{
			&ir.Eq{Field: v, Values: []ir.Value{ir.StringValue(text)}},
			&ir.Match{Field: v, Op: ir.Contains, Values: []string{text}},
			&ir.Match{Field: v, Op: ir.Glob, Values: []string{"?" + ir.PlainGlob(text) + "*z"}},
			&ir.Keyword{Values: []string{text}},
		}}
		b.hold(t, e, map[string]backend.Column{"v": {Name: "v"}})
		n++
	}
	t.Logf("%d rules bound for %d targets", n, len(kql.Targets()))
}

// The binder refuses what isn't of the table: a test that can't fail shows nothing.
func TestBinderRefuses(t *testing.T) {
	b := openBinder(t)
	tables := map[string]string{"T": "(v:string, n:long)"}
	for _, q := range []string{"T | where w == 1", "U | where v == ''", `T | where v == "\q"`, "T | where n contains 'x' and", `T | where v > 3`} {
		if len(b.bind(t, request{Query: q, Tables: tables})) == 0 {
			t.Errorf("accepted: %s", q)
		}
	}
	for _, w := range strings.Fields("where and or in by project count kind from to type Timestamp") {
		if found := b.bind(t, request{Query: "T | where " + nameFor(t, w) + " == 'x'", Tables: map[string]string{"T": "(['" + w + "']:string)"}}); len(found) > 0 {
			t.Errorf("a column %s: %s", w, found)
		}
	}
}

// nameFor is how a query writes a column's name.
func nameFor(t *testing.T, column string) string {
	t.Helper()
	e := &ir.Eq{Field: ir.Field{Name: column}, Values: []ir.Value{ir.StringValue("y")}}
	q, _ := kql.Targets()[0].Emit(newRule(e, nil))
	_, rest, _ := strings.Cut(q.Text, "where ")
	name, _, _ := strings.Cut(rest, " =~")
	return name
}
