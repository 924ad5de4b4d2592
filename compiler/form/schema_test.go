package form

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"detc/compiler/diag"
	"detc/compiler/source"
)

func compile(t testing.TB) *jsonschema.Schema {
	t.Helper()
	data, err := json.Marshal(Schema(Type[sample](), "https://example.org/sample.json", "A sample"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("https://example.org/sample.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://example.org/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plain is what a JSON Schema validator of an editor sees of a node.
func plain(n *source.Node) any {
	switch n.Kind {
	case source.Mapping:
		m := map[string]any{}
		for _, p := range n.Pairs {
			m[p.Key.Text.Value] = plain(p.Value)
		}
		return m
	case source.Sequence:
		l := []any{}
		for _, i := range n.Items {
			l = append(l, plain(i))
		}
		return l
	}
	switch n.Type {
	case source.Int:
		i, _ := wholeNumber(n.Text.Value)
		return json.Number(fmt.Sprint(i))
	case source.Float:
		f, _ := number(n.Text.Value)
		return json.Number(fmt.Sprint(f))
	case source.Bool:
		return strings.EqualFold(n.Text.Value, "true")
	case source.Null:
		return nil
	}
	return n.Text.Value
}

// values are what stands after a key: good for some, bad for others.
var values = []string{
	"ok", "Ok Then", "high", "no", "no match", "2026-11-22", "2026-02-30", "''", "' '", "5", "-1_000", "0x1F", "1.5", "true", "~", "",
	"[]", "[a]", "[a, b.c]", "[5]", "[~]", "[[a]]", "{}", "{a: b}", "{a: }", "{a: {id: x}}", "{a: {}}", "{id: x}", "{id: }",
	"{id: x, note: }", "{id: x, other: y}", "{id: [x]}", "[{id: x}, {id: y}]", "[{id: x}, {}]", "LOUD", "\"5\"", "|\n  ok\n", ">-\n  high\n",
}

// The published schema takes the documents that Decode takes, and no others: each key with each value.
func TestSchemaAgreesWithDecode(t *testing.T) {
	schema := compile(t)
	held := [2]int{}
	for _, key := range append(Keys(Type[sample]()), "unknown") {
		for _, value := range values {
			text := "name: ok\n" + key + ": " + value + "\n"
			if key == "name" {
				text = "name: " + value + "\n"
			}
			agree(t, schema, text, &held)
		}
	}
	if held[0] < 50 || held[1] < 50 {
		t.Errorf("%v documents were good and bad", held)
	}
}

// Law: so it is with any mixture of them.
func TestSchemaAgreesWithDecodeOnMixtures(t *testing.T) {
	schema := compile(t)
	keys := append(Keys(Type[sample]()), "unknown")
	held := [2]int{}
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 0, 5, rapid.ID[string]).Draw(t, "keys") {
			fmt.Fprintf(&b, "%s: %s\n", key, rapid.SampledFrom(values).Draw(t, key))
		}
		agree(t, schema, b.String(), &held)
	})
}

type failer interface {
	Helper()
	Errorf(string, ...any)
}

func agree(t failer, schema *jsonschema.Schema, text string, held *[2]int) {
	t.Helper()
	docs, err := source.ParseYAML(source.NewFile("f", text))
	if err != nil {
		t.Errorf("%v in\n%s", err, text)
		return
	}
	if len(docs) == 0 {
		return
	}
	var s sample
	var l diag.List
	Decode(docs[0], &s, "the sample", &l)
	refused := schema.Validate(plain(docs[0]))
	if (refused == nil) != (len(l) == 0) {
		t.Errorf("%s\nthe schema says %v, the reader %s", text, refused, shown(l))
	}
	if refused == nil {
		held[0]++
	} else {
		held[1]++
	}
}

func TestSchemaIsDeterministic(t *testing.T) {
	one, _ := json.Marshal(Schema(Type[sample](), "id", "title"))
	two, _ := json.Marshal(Schema(Type[sample](), "id", "title"))
	if !bytes.Equal(one, two) || !bytes.Contains(one, []byte(`"description":"how bad"`)) {
		t.Errorf("%s\n%s", one, two)
	}
}

// Law: applying a finding's fix, safe or not, yields a text that still parses and no longer has the finding. (It may
// show another: what stood behind the first.)
func TestFixesRemoveTheirOwnFinding(t *testing.T) {
	keys := append(Keys(Type[sample]()), "levle", "nme", "tag", "innr", "\"cuont\"", "'lsit'")
	more := append([]string{"hihg", "'hihg'", "\"no mach\"", "no mach", "a, b", "a]b", "a\n  b", "!!int 5", "&a 5", "&b hihg", "{id: 5}", "[5, true]", "{note: 1.0}", "TA0104 # word"}, values...)
	fixed := 0
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("x: &x 5\n")
		for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, 5, rapid.ID[string]).Draw(t, "keys") {
			fmt.Fprintf(&b, "%s: %s\n", key, rapid.SampledFrom(append(more, "*x")).Draw(t, key))
		}
		text := b.String()
		_, before := read(text)
		for _, d := range before {
			for _, fix := range d.Fixes {
				after, skipped := diag.Apply(text, fix.Edits)
				if skipped > 0 {
					t.Fatalf("%d edits skipped in\n%s", skipped, text)
				}
				_, left := read(after)
				for _, e := range left {
					if e.Code == diag.Syntax || e.Code == d.Code && e.Message == d.Message && left.Count(diag.Error) >= before.Count(diag.Error) {
						t.Fatalf("%q is still there after %q:\n%s\nwas\n%s", e.Message, fix.Title, after, text)
					}
				}
				fixed++
			}
		}
	})
	if fixed == 0 {
		t.Error("no fix was tried")
	}
}
