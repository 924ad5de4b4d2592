package source

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// fatal is what *testing.T and *rapid.T share.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// hold parses a text with yaml.v3 and here, and holds the two against each other: the same values, every scalar
// aligned, every visible character of a value at a place of the file that holds it or its escape.
func hold(t fatal, text string) []*Node {
	t.Helper()
	docs, c, err := parse(NewFile("t.yaml", text))
	if err != nil {
		t.Fatalf("%v\n%q", err, text)
	}
	if c.misaligned > 0 {
		t.Fatalf("%d scalars could not be aligned in\n%q", c.misaligned, text)
	}
	dec := yaml.NewDecoder(strings.NewReader(text))
	for _, n := range docs {
		var y yaml.Node
		if err := dec.Decode(&y); err != nil {
			t.Fatalf("%v", err)
		}
		same(t, n, y.Content[0])
	}
	return docs
}

func same(t fatal, n *Node, y *yaml.Node) {
	t.Helper()
	if y.Kind == yaml.AliasNode {
		if got := n.Alias.Text(); got != "*"+y.Value {
			t.Fatalf("the alias *%s is at %q", y.Value, got)
		}
		y = y.Alias
	}
	switch n.Kind {
	case Scalar:
		if n.Text.Value != y.Value {
			t.Fatalf("value %q, yaml.v3 says %q", n.Text.Value, y.Value)
		}
		everyCharacter(t, n.Text)
	case Sequence:
		if len(n.Items) != len(y.Content) {
			t.Fatalf("%d items, yaml.v3 says %d", len(n.Items), len(y.Content))
		}
		for i := range n.Items {
			same(t, n.Items[i], y.Content[i])
		}
	case Mapping:
		if 2*len(n.Pairs) != len(y.Content) {
			t.Fatalf("%d pairs, yaml.v3 says %d", len(n.Pairs), len(y.Content)/2)
		}
		for i, p := range n.Pairs {
			same(t, p.Key, y.Content[2*i])
			same(t, p.Value, y.Content[2*i+1])
		}
	}
}

func everyCharacter(t fatal, x Text) {
	t.Helper()
	last := x.Whole.Start
	for i, r := range x.Value {
		s := x.Span(i, i+len(string(r)))
		if s.Start < last || !unicode.IsSpace(r) && s.End > x.Whole.End || s.Start < x.Whole.Start {
			t.Fatalf("character %d (%q) of %q is at %d-%d, outside %d-%d or out of order", i, r, x.Value, s.Start, s.End, x.Whole.Start, x.Whole.End)
		}
		last = s.Start
		got := s.Text()
		if got == string(r) || unicode.IsSpace(r) && strings.TrimSpace(got) == "" {
			continue
		}
		var v string
		style := x.Whole.Text()[:1]
		if style != `"` && style != "'" {
			t.Fatalf("character %d (%q) of %q is at %q in %q", i, r, x.Value, got, x.Whole.Text())
		}
		if err := yaml.Unmarshal([]byte(style+got+style), &v); err != nil || v != string(r) {
			t.Fatalf("character %d (%q) of %q is at %q, which is %q", i, r, x.Value, got, v)
		}
	}
}

// Where a word of the value stands, in every style: the text between «» is what the span must be.
func TestTextFindsItsBytes(t *testing.T) {
	for name, doc := range map[string]string{
		"plain":                      "k: some «word» here",
		"plain, comment after":       "k: some «word» # word\n",
		"plain, several lines":       "k: some\n  other\n\n  «word» here\nl: x\n",
		"plain key, several lines":   "? some\n  «word»\n: 1\n",
		"single-quoted":              "k: 'it''s the «word»'",
		"single-quoted, folded":      "k: 'it''s\n\n   \n  the «word»  '",
		"double-quoted":              `k: "a \"«word»\""`,
		"escapes":                    `k: "\n\t\x41\u00e9\U0001F600\\\_ «word»"`,
		"escaped word":               `k: "\n «\x77\u006f\U00000072d»"`,
		"escaped line end":           "k: \"a \\\n    b \\\n\n   c «wo\\\n   rd»\"",
		"escaped blank":              "k: \"a\n   \\  \\\t «word»  \n  \"",
		"quoted key":                 "\"a «word»\": 1",
		"literal":                    "k: |\n  first\n    indented\n\n  a «word»\n",
		"literal, kept":              "k: |+\n  a «word»\n\n\n\nl: x\n",
		"literal, stripped":          "k: |-\n\n\n  a «word»\n\n\nl: x\n",
		"literal, indentation":       "k: |2-\n      first\n    \n  a «word»",
		"literal, both indicators":   "k: |+1 # word\n   first\n a «word»\n",
		"literal in a list":          "- - |\n    a\n    «word»\n",
		"literal, no last line end":  "k: |\n  a «word»",
		"folded":                     "k: >\n  first\n  second\n\n  a «word»\n",
		"folded, more indented":      "k: >-\n  first\n    second\n\n    third\n  a «word»\n",
		"folded, kept":               "k: >+\n\n  first\n\n\n  a «word»\n\n",
		"folded, indentation":        "k: >1-\n   first\n  second\n a «word»\n",
		"folded, a tab":              "k: >\n  first\n  \tsecond\n  a «word»\n",
		"anchor":                     "k: &a some «word»",
		"tag":                        "k: !!str some «word»",
		"tag and anchor, quoted":     "k: !!str &a 'some «word»'",
		"anchor, block":              "k: &a |\n  some «word»\n",
		"verbatim tag":               "k: !<tag:yaml.org,2002:str> \"some «word»\"",
		"anchor, comment, line end":  "k: &a # word\n  'some «word»'",
		"flow":                       "{a: [b, some «word», c], d: e}",
		"flow, folded":               "{a: [b, some\n   other\n «word»\n, c], d: e}",
		"byte order mark":            "\uFEFFk: some «word»",
		"byte order mark, line two":  "\uFEFFk: é\nl: some «word»",
		"multi-byte":                 "日本: [é, '😀', 日本 «word»]",
		"multi-byte, literal":        "日本: |\n  日本 😀\n  é «word»\n",
		"line ends CRLF":             "a: 'b'\r\nk: |\r\n  first\r\n\r\n  a «word»\r\n",
		"line ends CRLF, folded":     "a: b\r\nk: \"first\r\n\r\n  \\\r\n  a «word»\"\r\n",
		"line ends CR":               "a: b\rk: >\r  first\r  a «word»\r",
		"line ends NEL, LS, PS":      "a: b\u0085k: >\u0085  first\u2028  second\u2029\u2029  third\u0085  a «word»\u0085",
		"quoted NEL, LS":             "a: 'b\u0085 c\u2028\u2029 d\u0085\u2028 «word»'",
		"after a directive":          "%YAML 1.1\n---\nk: some «word»\n...\n",
		"second document":            "k: x\n---\nk: some «word»\n",
		"top level":                  "«word»",
		"after a mark in the middle": "a: b\n\uFEFFk: some «word»\n",
	} {
		t.Run(name, func(t *testing.T) {
			want := strings.Index(doc, "«")
			text := strings.NewReplacer("«", "", "»", "").Replace(doc)
			end := strings.Index(strings.Replace(doc, "«", "", 1), "»")
			found := false
			var walk func(n *Node)
			walk = func(n *Node) {
				if i := strings.Index(n.Text.Value, "word"); i >= 0 {
					found = true
					if s := n.Text.Span(i, i+4); s.Start != want || s.End != end {
						t.Errorf("%q is at %d-%d, want %d-%d", s.Text(), s.Start, s.End, want, end)
					}
				}
				for _, p := range n.Pairs {
					walk(p.Key)
					walk(p.Value)
				}
				for _, i := range n.Items {
					walk(i)
				}
			}
			for _, n := range hold(t, text) {
				walk(n)
			}
			if !found {
				t.Error("no value holds the word")
			}
		})
	}
}

// Law: whatever string is written in whatever style that can hold it, in whatever place, its value is yaml.v3's and
// every visible character maps to itself or its escape.
func TestAnyStringInAnyStyle(t *testing.T) {
	held := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.SampledFrom([]rune(" \n\t abcde 'Z\"\\:#-,[]{}é日😀\u00a0\u0301\u2028"))).Draw(t, "value")
		style := rapid.SampledFrom(styles).Draw(t, "style")
		place := rapid.SampledFrom(places).Draw(t, "place")
		properties := rapid.SampledFrom([]string{"", "", "", "&a ", "!!str ", "!!str &a ", "&a !!str "}).Draw(t, "properties")
		after := rapid.SampledFrom([]string{"", "", " # word", "  "}).Draw(t, "after")
		if style.block {
			after = ""
		}
		text := fmt.Sprintf(place.format, properties+style.write(t, value, place.indent)+after)
		if rapid.Bool().Draw(t, "crlf") {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		if rapid.Bool().Draw(t, "bom") {
			text = bom + text
		}
		docs, err := readAll(text)
		if err != nil {
			return // the style can't hold it here
		}
		if _, err := ParseYAML(NewFile("", text)); err != nil && strings.Contains(err.Error(), "a key must be") {
			return // it became a mapping
		}
		hold(t, text)
		held[style.name]++
		exact := false
		var walk func(y *yaml.Node)
		walk = func(y *yaml.Node) {
			exact = exact || y.Value == value && y.Kind == yaml.ScalarNode
			for _, child := range y.Content {
				walk(child)
			}
		}
		for _, y := range docs {
			walk(y)
		}
		if exact {
			held[style.name+", exactly"]++
		}
	})
	t.Log(held)
	for _, s := range styles {
		if held[s.name+", exactly"] == 0 && s.name != "folded" {
			t.Errorf("no value was held in style %s: the test tests nothing", s.name)
		}
	}
}

// readAll is yaml.v3 by itself.
func readAll(text string) (docs []*yaml.Node, err error) {
	dec := yaml.NewDecoder(strings.NewReader(text))
	for {
		y := new(yaml.Node)
		if err := dec.Decode(y); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return docs, err
		}
		docs = append(docs, y)
	}
}

var places = []struct {
	format string
	indent int // what a line that goes on must be indented by
}{
	{"k: %s\nl: x\n", 2}, {"k:\n  - %s\n  - y", 5}, {"- %s\n", 2}, {"? %s\n: x\n", 3}, {"%s", 2},
	{"{k: %s, l: [x]}", 2}, {"a:\n  - [x, %s\n    ,y]\n", 5}, {"é: {日: x}\nk: %s\n\n# end\n", 1},
	{"a: %s\nb: *a\nc: [*a, {k: *a}]\n", 2}, {"%s : x\n", 2}, {"--- %s\n--- x\n", 2},
}
