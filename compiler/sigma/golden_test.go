package sigma

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"detc/compiler/ir"
	"detc/compiler/source"
)

var update = flag.Bool("update", false, "write what is emitted into testdata")

// The fields of testdata: their types by name, all others strings.
var goldenTypes = map[string]ir.Field{
	"id.orig_h": {Type: ir.IP}, "id.resp_h": {Type: ir.IP}, "addresses": {Type: ir.IP, List: true},
	"port": {Type: ir.Int}, "count": {Type: ir.Int}, "ratio": {Type: ir.Double},
	"is_orig": {Type: ir.Bool}, "enrolled": {Type: ir.Bool},
	"ts": {Type: ir.Timestamp, Unit: time.Second}, "seen_at": {Type: ir.Timestamp},
	"permissions": {List: true}, "path": {Cased: true}, "old_path": {Cased: true},
}

func goldenField(name string) (ir.Field, bool) {
	f := goldenTypes[name]
	f.Name = name
	return f, true
}

// Each file holds a condition over a log's own names, as ir.Text writes it, and the rule that comes of it, or why none
// does.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			condition := string(a.Files[0].Data)
			e, err := ir.Parse(source.NewFile("condition.ir", condition), goldenField)
			if err != nil {
				t.Fatal(err)
			}
			got := golden(t, ir.Normalize(e))
			if *update {
				a.Files = []txtar.File{a.Files[0], {Name: got.Name, Data: got.Data}}
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(a.Files) != 2 || a.Files[1].Name != got.Name || string(a.Files[1].Data) != string(got.Data) {
				t.Errorf("go test -update writes %s:\n%s", got.Name, got.Data)
			}
		})
	}
}

var detection = regexp.MustCompile(`(?s)\ndetection:\n(.*?)\n(?:fields|falsepositives|level):`)

func golden(t *testing.T, e ir.Expr) txtar.File {
	b := boundTo(e)
	r, diags := Emit(b)
	if r == nil {
		var out strings.Builder
		for _, d := range diags {
			out.WriteString(string(d.Code) + " " + d.Span.String() + " " + d.Span.Text() + "\n    " + d.Message + "\n")
		}
		return txtar.File{Name: "refused", Data: []byte(out.String())}
	}
	text := r.YAML()
	if err := Verify(b, text); err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	if _, err := NewOracle(text, nil, Fields(e)); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(t.Name(), "TestGolden/rule") {
		return txtar.File{Name: "rule.yml", Data: text}
	}
	part := detection.FindSubmatch(text)
	return txtar.File{Name: "detection.yml", Data: append(part[1], '\n')}
}

// What is emitted is what the Sigma project's schema allows.
func TestGoldenSchema(t *testing.T) {
	s := schema(t)
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		e, err := ir.Parse(source.NewFile(name, string(a.Files[0].Data)), goldenField)
		if err != nil {
			t.Fatal(err)
		}
		if r, _ := Emit(boundTo(ir.Normalize(e))); r != nil {
			if err := s.Validate(jsonOf(t, r.YAML())); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
