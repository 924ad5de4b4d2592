package source

import (
	"errors"
	"strings"
	"testing"
)

// FuzzParseYAML: whatever the text, reading it ends, panics never, and every span lies in the file; what yaml.v3 and
// the limits let through is aligned to the last scalar.
func FuzzParseYAML(f *testing.F) {
	for _, s := range []string{
		"", "\uFEFF", "a: b", "a: 'it''s\n b'\n", "a: \"\\x41\\\n b\"", "a: |2-\n    b\n   c\n", "- >+\n a\n\n  b\n\n",
		"a: &x [1, {b: c}]\nd: *x\n", "a: &a [*a]", "[[[[", "{a: {a: {a", "a:\tb", "\tx", "a\x00b", "\xff\xfea\x00",
		"a\rb: c\r", "a: 'b\u0085c\u2028 d\u2029'", "? [a]\n: b", "<<: *a", "%TAG ! !\n---\n!a b", "--- a\n...\n--- b",
		"&a # c\n  'b'", "!!str", "!, 00", "[!!str, &a , !<x> b]", "{a, b: , c}", ": ,", "a: b # c\n# d\n\n# e\n", "0: [:!00 \xef",
		"a:\n- b\n-\n  - c\n", "\uFEFF\uFEFFa: b\n\uFEFFc: d", "'a\n\n\n b' : \"c\\\n\n d\"", "- |\n\n\n", "|1\n\n  a\n b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := NewFile("f", text)
		docs, c, err := parse(file)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			inside(t, file, e.Span)
		}
		if c.misaligned > 0 {
			t.Errorf("%d scalars not aligned", c.misaligned)
		}
		for _, n := range docs {
			spans(t, file, n)
		}
	})
}

func spans(t *testing.T, f *File, n *Node) {
	inside(t, f, n.Span)
	if !n.Alias.IsZero() {
		inside(t, f, n.Alias)
		if !strings.HasPrefix(n.Alias.Text(), "*") {
			t.Errorf("an alias at %q", n.Alias.Text())
		}
		return // what is below was seen at the anchor
	}
	for i := 0; n.Kind == Scalar && i <= len(n.Text.Value); i++ {
		inside(t, f, n.Text.Span(i, min(i+1, len(n.Text.Value))))
	}
	for _, p := range n.Pairs {
		spans(t, f, p.Key)
		spans(t, f, p.Value)
	}
	for _, i := range n.Items {
		spans(t, f, i)
	}
}

func inside(t *testing.T, f *File, s Span) {
	t.Helper()
	if s.File != f || s.Start < 0 || s.End < s.Start || s.End > len(f.Text) {
		t.Fatalf("span %d-%d of a text of %d", s.Start, s.End, len(f.Text))
	}
	if p := s.Position(); p.Line < 1 || p.Line > f.Lines() || p.Column < 1 {
		t.Fatalf("position %v", p)
	}
}
