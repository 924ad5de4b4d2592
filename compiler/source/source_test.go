package source

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

func TestPosition(t *testing.T) {
	for _, tc := range []struct {
		name, text string // ^ stands before the character that is asked for
		want       Position
	}{
		{"head", "^a", Position{1, 1}},
		{"second line", "a\n ^b", Position{2, 2}},
		{"columns are characters", "é日😀^b", Position{1, 4}},
		{"after CRLF", "a\r\n^b", Position{2, 1}},
		{"after a lone CR", "a\r^b", Position{2, 1}},
		{"a byte order mark is no column", "\uFEFFa^b", Position{1, 2}},
		{"before the byte order mark", "^\uFEFFab", Position{1, 1}},
		{"end of the file", "a\nb^", Position{2, 2}},
		{"end after a line end", "a\n^", Position{2, 1}},
		{"empty", "^", Position{1, 1}},
		{"far out on a long line", strings.Repeat("é", 1000) + "^b", Position{1, 1001}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			i := strings.IndexByte(tc.text, '^')
			f := NewFile("f", strings.Replace(tc.text, "^", "", 1))
			if got := f.Position(i); got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
	f := NewFile("f", "a\néé")
	if got := f.Position(-5); got != (Position{1, 1}) {
		t.Errorf("before the text: %v", got)
	}
	if got := f.Position(99); got != (Position{2, 3}) {
		t.Errorf("behind the text: %v", got)
	}
	if got := f.Position(5); got != (Position{2, 2}) {
		t.Errorf("inside a character: %v", got)
	}
}

// Law: the marks count characters as counting from the head does, both ways.
func TestCharactersAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := NewFile("f", rapid.StringOfN(rapid.SampledFrom([]rune("ab\né日😀")), 0, 300, -1).Draw(t, "text"))
		n := 0
		for i := range f.Text {
			if got := f.characters(i); got != n {
				t.Fatalf("characters(%d) = %d, want %d", i, got, n)
			}
			if got := f.offset(n); got != i {
				t.Fatalf("offset(%d) = %d, want %d", n, got, i)
			}
			n++
		}
	})
}

func TestLine(t *testing.T) {
	f := NewFile("f", "\uFEFFone\r\ntwo\rthree\n")
	for i, want := range []string{"", "one", "two", "three", "", ""} {
		if got, start := f.Line(i); got != want || i > 0 && i < 4 && !strings.HasPrefix(f.Text[start:], want) {
			t.Errorf("line %d is %q at %d, want %q", i, got, start, want)
		}
	}
	if f.Lines() != 4 {
		t.Errorf("%d lines", f.Lines())
	}
}

func TestRead(t *testing.T) {
	files := fstest.MapFS{
		"good.yaml":  {Data: []byte("a: é")},
		"utf16.yaml": {Data: []byte("\xff\xfea\x00:\x00")},
		"latin.yaml": {Data: []byte("a: b\nc: caf\xe9")},
		"large.yaml": {Data: make([]byte, MaxFile+1)},
	}
	if f, err := Read(files, "good.yaml"); err != nil || f.Text != "a: é" {
		t.Errorf("%v, %v", f, err)
	}
	for name, want := range map[string]string{
		"utf16.yaml": "utf16.yaml:1:4: a NUL byte",
		"latin.yaml": "latin.yaml:2:7: byte 0xe9 is not UTF-8",
		"large.yaml": "large.yaml:1:1: the file is larger than 8 MiB",
	} {
		_, err := Read(files, name)
		var e *Error
		if !errors.As(err, &e) || !e.Unreadable || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := Read(files, "none.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file is the machine's trouble: %v", err)
	}
}

func TestSyntaxErrorsNameTheirLine(t *testing.T) {
	for text, want := range map[string]string{
		"a: [1, 2\nb: 3\n":             "2:1: did not find expected ',' or ']'",
		"a:\n  - b\n c: d\n":           "3:2: did not find expected key",
		"x: 1\ny: \"b\" c\nz: 1\n":     "2:1: did not find expected key",
		"- a\nb: c\n":                  "2:1: did not find expected '-' indicator",
		"x: 1\na: b: c\n":              "2:1: mapping values are not allowed",
		"a: b\nno colon here\nc: d\n":  "2:1: could not find expected ':'",
		"a: b\n\tc: d\n":               "2:2: found a tab character",
		"x: 1\ny: 2\nz: @b\n":          "3:1: found character that cannot start any token",
		"a: \"\\q\"\n":                 "1:1: found unknown escape character",
		"x: 1\ny: *nope\n":             "2:4: the alias *nope names no anchor before it",
		"x: 1\ny: &a [*a]\n":           "2:8: the alias *a stands inside what it names",
		"x: &a {b: c}\ny:\n  <<: *a\n": "3:3: merge keys (<<) are not read",
		"x: 1\n? [a]\n: b\n":           "2:3: a key must be a plain value, not a list",
		"x: 1\ny: a\u0007b\n":          "2:5: the control character U+0007",
		"é: 1\ny: b\xe9\n":             "2:5: byte 0xe9 is not UTF-8",
	} {
		_, err := ParseYAML(NewFile("f", text))
		if err == nil || !strings.HasPrefix(err.Error(), "f:"+want) {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

func TestDocumentsBeforeAnErrorAreKept(t *testing.T) {
	docs, err := ParseYAML(NewFile("f", "a: b\n---\nc: [\n"))
	if len(docs) != 1 || err == nil {
		t.Errorf("%d documents, %v", len(docs), err)
	}
}

func TestSpansOfCollections(t *testing.T) {
	text := "a: {b: [x, y], c: {}, d: [ # note\n ], e: [1, # ]\n 2, ]}\nf: &m\n  g: h\n  i: *m2\n"
	text = "z: &m2 q\n" + text
	docs, err := ParseYAML(NewFile("f", text))
	if err != nil {
		t.Fatal(err)
	}
	a := docs[0].Get("a")
	for got, want := range map[*Node]string{
		a:                   "{b: [x, y], c: {}, d: [ # note\n ], e: [1, # ]\n 2, ]}",
		a.Get("b"):          "[x, y]",
		a.Get("c"):          "{}",
		a.Get("d"):          "[ # note\n ]",
		a.Get("e"):          "[1, # ]\n 2, ]",
		docs[0].Get("f"):    "g: h\n  i: *m2",
		a.Get("d").Get("q"): "",
	} {
		if got != nil && got.Span.Text() != want {
			t.Errorf("%q, want %q", got.Span.Text(), want)
		}
	}
}

// An alias's node stands at the anchor and says where the alias is.
func TestAlias(t *testing.T) {
	docs, err := ParseYAML(NewFile("f", "a: &x 'it''s'\nb: *x\nc: &y [1]\nd: *y\n"))
	if err != nil {
		t.Fatal(err)
	}
	b, d := docs[0].Get("b"), docs[0].Get("d")
	if b.Span.Text() != "'it''s'" || b.Alias.Text() != "*x" || b.Text.Alias.Text() != "*x" || b.Text.Span(2, 3).Text() != "''" {
		t.Errorf("%+v", b)
	}
	if d.Alias.Text() != "*y" || d.Span.Text() != "[1]" || !docs[0].Get("c").Alias.IsZero() {
		t.Errorf("%+v", d)
	}
}

// The types of scalars are yaml.v3's: what YAML 1.1 took for a boolean is text, a date is text, 0o17 and 1_000 are
// whole numbers.
func TestScalarTypes(t *testing.T) {
	for text, want := range map[string]ScalarType{
		"yes": String, "no": String, "on": String, "off": String, "y": String, "n": String, "2026-11-22": String,
		"2026-11-22T10:00:00Z": String, "12:30": String, "1.2.3": String, "'5'": String, "!!str 5": String, "0x": String,
		"5": Int, "-5": Int, "+5": Int, "0x1F": Int, "0o17": Int, "017": Int, "0b101": Int, "1_000": Int, "!!int 5": Int,
		"1.5": Float, "1e3": Float, ".inf": Float, "-.inf": Float, ".nan": Float, ".5": Float,
		"true": Bool, "False": Bool, "TRUE": Bool,
		"~": Null, "null": Null, "Null": Null, "": Null, "# only a comment": Null,
	} {
		docs, err := ParseYAML(NewFile("f", "a: "+text))
		if err != nil {
			t.Fatal(err)
		}
		if got := docs[0].Get("a").Type; got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}
