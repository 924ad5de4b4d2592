// Package compiler_test holds the laws of the house that no single room can hold.
package compiler_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A room may import the rooms named beside it, and those only. Each stands below all that it imports, so the table has
// no cycle; a permission that is not used is taken out, so it shows the house as it is.
var rooms = []struct{ name, mayImport string }{
	{"source", ""},
	{"diag", "source"},
	{"form", "source diag"},
	{"config", "source diag form"},
	{"attack", "source diag"},
	{"ir", "source"},
	{"context", "source diag form ir"},
	{"telemetry", "source diag form ir context"},
	{"store", "source diag form ir telemetry"},
	{"eval", "ir"},
	{"correlate", "ir"},
	{"bind", "source diag ir context telemetry eval"},
	{"condition", "source diag ir"},
	{"brief", "source diag form attack"},
	{"stub", "source diag form ir"},
	{"drift", "source diag attack telemetry brief stub"},
	{"sigma", "source diag ir telemetry bind"},
	{"sigmalint", "source diag attack ir eval sigma"},
	{"corpus", "source diag form ir telemetry sigma"},
	{"intake", "source diag attack ir telemetry condition stub sigma"},
	{"ndjson", ""},
	{"trial", "ir telemetry eval bind ndjson"},
	{"backtest", "source diag form ir telemetry eval correlate bind ndjson trial"},
	{"witness", "ir eval bind"},
	{"backend", "source diag ir"},
	{"backend/backendtest", "source bind correlate eval ir witness backend"},
	{"backend/sql", "source diag ir backend"},
	{"backend/lucene", "diag ir backend"},
	{"backend/esql", "diag ir backend backend/lucene"},
	{"backend/eql", "diag ir backend backend/lucene"},
	{"backend/logsql", "diag ir backend"},
	{"backend/kql", "diag ir backend"},
	{"backend/splunk", "diag ir backend"},
	{"backend/logql", "diag ir backend"},
	{"backend/yaral", "source diag ir backend"},
	{"backend/targets", "backend backend/sql backend/lucene backend/esql backend/eql backend/logsql backend/kql backend/splunk backend/logql backend/yaral"},
	{"query", "source diag ir telemetry store backend"},
	{"bundle", "source diag form"},
	{"evidence", "source diag form ir context telemetry eval correlate bind condition stub sigma witness"},
	{"lint", "source diag ir telemetry context eval bind condition brief stub"},
	{"change", "source diag ir eval bind stub sigma witness evidence"},
	{"revision", ""},
	{"property", "source diag ir telemetry eval"},
	{"visibility", "source diag form"},
	{"coverage", "source diag"},
	{"ledger", "source diag form coverage"},
	{"report", "source diag attack drift ir eval trial backtest change coverage visibility ledger"},
	{"output", ""},
	{"workspace", "source diag form attack ir telemetry context store eval bind condition brief stub sigma corpus backtest backend query bundle evidence lint change revision property visibility coverage ledger report"},
	{"workspace/querytest", "backend bind context diag eval evidence ir query source store telemetry witness workspace"},
}

// Only its home imports a library that reads a language. Its tests may check against it, those of others may not.
var homes = map[string]string{
	"gopkg.in/yaml.v3":                         "source",
	"github.com/google/cel-go":                 "condition",
	"github.com/bradleyjkemp/sigma-go":         "sigma",
	"golang.org/x/net":                         "brief",
	"github.com/spf13/cobra":                   "",
	"github.com/spf13/pflag":                   "",
	"golang.org/x/term":                        "",
	"github.com/mattn/go-runewidth":            "diag report",
	"golang.org/x/sync":                        "workspace",
	"github.com/klauspost/compress":            "ndjson",
	"github.com/google/uuid":                   "sigma intake",
	"github.com/rogpeppe/go-internal":          "", // of tests, and of the command's diff
	"pgregory.net/rapid":                       "ir/irtest",
	"github.com/santhosh-tekuri/jsonschema/v6": "",
}

// What a stage never does: it has no clock, no chance, no network, no files, no screen. Where one must, it says why.
var never = map[string]map[string]string{
	"os":            {"output": "writes the results", "backend/backendtest": "asks which engines the tests run"},
	"os/exec":       {"revision": "runs git, which knows what a revision holds"},
	"os/signal":     {},
	"log":           {},
	"log/slog":      {},
	"net":           {"sigma": "net.ParseCIDR and net.IPNet as sigma-go takes them; no connection", "condition": "net.ParseCIDR, so that the opinion on networks is not netip's"},
	"net/http":      {},
	"net/url":       {"report": "escapes a path as SARIF wants it"},
	"math/rand":     {},
	"math/rand/v2":  {},
	"crypto/rand":   {},
	"path/filepath": {"output": "writes the results"},
	"unsafe":        {},
}

// Calls that no stage makes, whatever it imports.
var noCall = []string{
	"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.Tick", "time.NewTimer", "time.NewTicker",
	"fmt.Print", "fmt.Println", "fmt.Printf", "fmt.Scan", "fmt.Scanln",
}

// maxLines is the most that a file has: what is longer has two subjects.
const maxLines = 400

type file struct {
	path, room string // room is the folder below compiler/; "" for what is not in it
	test       bool
	imports    []string
	tree       *ast.File
	lines      int
}

// files are all Go files of the module.
func files(t *testing.T) []file {
	t.Helper()
	var out []file
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "dist") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := file{path: name, test: strings.HasSuffix(name, "_test.go"), tree: tree, lines: strings.Count(string(text), "\n")}
		if dir := path.Dir(name); strings.HasPrefix(dir, "compiler/") {
			f.room = strings.TrimPrefix(dir, "compiler/")
		}
		for _, i := range tree.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			f.imports = append(f.imports, p)
		}
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestImportsPointLeft(t *testing.T) {
	allowed, used := map[string]map[string]bool{}, map[string]map[string]bool{}
	for _, r := range rooms {
		allowed[r.name], used[r.name] = map[string]bool{}, map[string]bool{}
		for _, name := range strings.Fields(r.mayImport) {
			if allowed[name] == nil {
				t.Errorf("%s may import %s, which doesn't stand above it", r.name, name)
			}
			allowed[r.name][name] = true
		}
	}
	for _, f := range files(t) {
		if f.room == "" || f.test || f.room == "ir/irtest" {
			continue
		}
		if allowed[f.room] == nil {
			t.Errorf("%s: the table has no room %s", f.path, f.room)
			continue
		}
		for _, i := range f.imports {
			if strings.HasPrefix(i, "detc/") && !strings.HasPrefix(i, "detc/compiler/") {
				t.Errorf("%s imports %s: a compiler's room knows neither the command nor the library", f.path, i)
			}
			if to, ok := strings.CutPrefix(i, "detc/compiler/"); ok {
				used[f.room][to] = true
				if !allowed[f.room][to] {
					t.Errorf("%s: %s may not import %s", f.path, f.room, to)
				}
			}
		}
	}
	for _, r := range rooms {
		for name := range allowed[r.name] {
			if !used[r.name][name] {
				t.Errorf("the table lets %s import %s, and it doesn't", r.name, name)
			}
		}
	}
}

func TestLibrariesHaveOneHome(t *testing.T) {
	for _, f := range files(t) {
		for _, i := range f.imports {
			for library, home := range homes {
				if i != library && !strings.HasPrefix(i, library+"/") {
					continue
				}
				testHelp := f.test && strings.Contains(" rapid jsonschema go-internal ", " "+short(library)+" ")
				command := f.room == "" && strings.HasPrefix(f.path, "cmd/") && home == ""
				if !testHelp && !command && !slices.Contains(strings.Fields(home), f.room) {
					t.Errorf("%s imports %s, whose home is %s", f.path, i, home)
				}
			}
		}
	}
}

func short(library string) string {
	parts := strings.Split(library, "/")
	if last := parts[len(parts)-1]; !strings.HasPrefix(last, "v") {
		return last
	}
	return parts[len(parts)-2]
}

func TestStagesArePure(t *testing.T) {
	used := map[string]bool{}
	for _, f := range files(t) {
		if f.room == "" || f.test {
			continue
		}
		for _, i := range f.imports {
			rooms, forbidden := never[i]
			if _, excused := rooms[f.room]; excused {
				used[i+" "+f.room] = true
			} else if forbidden {
				t.Errorf("%s imports %s", f.path, i)
			}
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && slices.Contains(noCall, x.Name+"."+n.Sel.Name) {
					t.Errorf("%s uses %s.%s", f.path, x.Name, n.Sel.Name)
				}
			case *ast.CallExpr:
				if x, ok := n.Fun.(*ast.Ident); ok && (x.Name == "print" || x.Name == "println") {
					t.Errorf("%s calls %s", f.path, x.Name)
				}
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s has an init function", f.path)
				}
			}
			return true
		})
	}
	for i, rooms := range never {
		for room := range rooms {
			if !used[i+" "+room] {
				t.Errorf("the table excuses %s for %s, which doesn't import it", room, i)
			}
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	var long []string
	for _, f := range files(t) {
		if f.lines > maxLines {
			long = append(long, fmt.Sprintf("%s has %d lines", f.path, f.lines))
		}
	}
	if len(long) > 0 {
		t.Errorf("more than %d lines in a file:\n%s", maxLines, strings.Join(long, "\n"))
	}
}
