package sigma

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"detc/compiler/source"
)

// shared is the Sigma project's schema of detection rules.
const shared = "../../../shared/sigma-schema/sigma-detection-rule-schema.json"

// schema is the Sigma project's; a test without the folder is skipped.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(shared)
	if err != nil {
		t.Skipf("no %s", shared)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("rule.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("rule.json")
}

// jsonOf is an emitted text as JSON values.
func jsonOf(t fataler, text []byte) any {
	docs, err := source.ParseYAML(source.NewFile("rule.yml", string(text)))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%v\n%s", err, text)
	}
	return plainValue(docs[0])
}

type fataler interface{ Fatalf(string, ...any) }

func plainValue(n *source.Node) any {
	switch n.Kind {
	case source.Mapping:
		m := map[string]any{}
		for _, p := range n.Pairs {
			m[p.Key.Text.Value] = plainValue(p.Value)
		}
		return m
	case source.Sequence:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = plainValue(item)
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
