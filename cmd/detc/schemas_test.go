package main

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"detc/compiler/source"
	"detc/mappings"
	"detc/rules"
)

// stdout is what a command prints; it must exit with 0.
func stdout(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != exitClean {
		t.Fatalf("detc %s: exit code %d\n%s", strings.Join(args, " "), code, errs.String())
	}
	return out.Bytes()
}

func compiled(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// values are a YAML file's as JSON has them.
func values(t *testing.T, name string, text []byte) any {
	t.Helper()
	docs, err := source.ParseYAML(source.NewFile(name, string(text)))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%s: %d documents, %v", name, len(docs), err)
	}
	return plain(docs[0])
}

func plain(n *source.Node) any {
	switch n.Kind {
	case source.Mapping:
		m := map[string]any{}
		for _, p := range n.Pairs {
			m[p.Key.Text.Value] = plain(p.Value)
		}
		return m
	case source.Sequence:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = plain(item)
		}
		return list
	}
	switch n.Type {
	case source.Bool:
		return strings.EqualFold(n.Text.Value, "true")
	case source.Null:
		return nil
	case source.Int, source.Float:
		return json.Number(n.Text.Value)
	}
	return n.Text.Value
}

// The schemas that `detc schema` publishes allow what the library is written in.
func TestLibraryFitsItsSchemas(t *testing.T) {
	schemas := map[string]*jsonschema.Schema{}
	for _, name := range []string{"stub", "defaults", "items", "telemetry", "context", "store", "model"} {
		schemas[name] = compiled(t, stdout(t, "schema", name))
	}
	seen := map[string]int{}
	check := func(root fs.FS, kind func(name string) string) {
		err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || path.Ext(name) != ".yaml" {
				return err
			}
			text, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			k := kind(name)
			seen[k]++
			if err := schemas[k].Validate(values(t, name, text)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	check(rules.Files, func(name string) string {
		switch path.Base(name) {
		case "items.yaml":
			return "items"
		case "_defaults.yaml":
			return "defaults"
		}
		return "stub"
	})
	check(mappings.Files, func(name string) string {
		if strings.HasPrefix(name, "taxonomy/") {
			return "telemetry"
		}
		if dir := path.Dir(name); dir == "stores" || dir == "models" {
			return strings.TrimSuffix(dir, "s")
		}
		return path.Dir(name)
	})
	for name := range schemas {
		if seen[name] == 0 {
			t.Errorf("the library has no file of the form %s", name)
		}
	}
}

// What a build writes fits what is published about it.
func TestOutputFitsItsSchemas(t *testing.T) {
	dir := t.TempDir()
	stdout(t, "build", "-o", dir)
	report, err := os.ReadFile(filepath.Join(dir, "coverage.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled(t, stdout(t, "schema", "coverage")).Validate(doc); err != nil {
		t.Error(err)
	}
	t.Run("sigma", func(t *testing.T) { sigmaFits(t, dir) })
}

// sigmaFits holds every emitted rule and correlation against the Sigma project's own schemas.
func sigmaFits(t *testing.T, dir string) {
	schemas := map[bool]*jsonschema.Schema{}
	for correlation, file := range map[bool]string{false: "sigma-detection-rule-schema.json", true: "sigma-correlation-rules-schema.json"} {
		name := filepath.Join(shared, "sigma-schema", file)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Skipf("no %s: Sigma's schemas are not part of this repository", name)
		}
		schemas[correlation] = compiled(t, text)
	}
	n := map[bool]int{}
	err := filepath.WalkDir(filepath.Join(dir, "sigma"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rule, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		correlation := bytes.Contains(rule, []byte("\ncorrelation:\n"))
		n[correlation]++
		if err := schemas[correlation].Validate(values(t, name, rule)); err != nil {
			t.Errorf("%s: %v", d.Name(), err)
		}
		return nil
	})
	if err != nil || n[false] == 0 || n[true] == 0 {
		t.Fatal(n, err)
	}
}

// A stream that can't be written to is the machine's trouble.
func TestBrokenOutput(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"list", "checks"}, {"brief"}, {"--help"}, {"schema", "stub"}} {
		if code := run(args, broken{}, io.Discard); code != exitMachine {
			t.Errorf("detc %s: exit code %d", strings.Join(args, " "), code)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
