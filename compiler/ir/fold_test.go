package ir_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
)

func TestTheLiteralChoosesTheFold(t *testing.T) {
	for _, c := range []struct {
		lit, text string
		equal     bool
	}{
		{"stop", "STOP", true},
		{"stop", "ſtop", false},  // ſ folds to s in Unicode, but the literal is ASCII
		{"k", "\u212a", false},   // nor is the Kelvin sign a k
		{"\u212a", "k", true},    // unless the rule itself holds one
		{"École", "éCOLE", true}, // é is cased
		{"éſ", "ÉS", true},       // then all of the literal folds by Unicode
		{"straße", "STRAẞE", true},
		{"straße", "STRASSE", false}, // simple folding: one character for one
		{"日本a", "日本A", true},         // no case outside ASCII
		{"i", "İ", false},
		{"İ", "i", false},
		{"Σας", "ΣΑΣ", true},
		{"a\xff", "A\xff", true},
		{"a\xff", "A\xfe", false},
	} {
		mode, folded := ir.Folder(c.lit)
		if got := ir.FoldAs(mode, c.text) == folded; got != c.equal {
			t.Errorf("%q = %q: %v, want %v", c.text, c.lit, got, c.equal)
		}
	}
	if mode, s := (ir.Field{Cased: true}).Folder("Stop"); mode != ir.FoldNone || ir.FoldAs(mode, "Stop") != s || ir.FoldAs(mode, "stop") == s {
		t.Error("a cased field folds")
	}
}

// FoldUnicode joins what unicode.SimpleFold joins, for every character there is, and nothing else.
func TestFoldIsSimpleFold(t *testing.T) {
	orbit := map[string]rune{}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		f := ir.FoldAs(ir.FoldUnicode, string(r))
		if g := ir.FoldAs(ir.FoldUnicode, string(unicode.SimpleFold(r))); f != g {
			t.Fatalf("%q folds to %q, but %q to %q", r, f, unicode.SimpleFold(r), g)
		}
		if ir.FoldAs(ir.FoldUnicode, f) != f {
			t.Fatalf("%q folds to %q, which folds on", r, f)
		}
		if first, ok := orbit[f]; ok && !strings.EqualFold(string(first), string(r)) {
			t.Fatalf("%q and %q fold to %q", first, r, f)
		} else if !ok {
			orbit[f] = r
		}
	}
}

func TestFoldLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, lit := irtest.Text().Draw(t, "s"), irtest.Text().Draw(t, "lit")
		mode, folded := ir.Folder(lit)
		if once := ir.FoldAs(mode, s); ir.FoldAs(mode, once) != once {
			t.Fatalf("%q folds to %q and on to %q", s, once, ir.FoldAs(mode, once))
		}
		if ir.FoldAs(mode, lit) != folded {
			t.Fatal("a literal is not itself")
		}
		if mode == ir.FoldUnicode && utf8.ValidString(s) && utf8.ValidString(lit) && (ir.FoldAs(mode, s) == folded) != strings.EqualFold(s, lit) {
			t.Fatalf("%q and %q: not as EqualFold", s, lit)
		}
	})
}
