package lucene

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// TestAnchored holds anchored expressions against what they were made of: equal, or wider where they say so.
func TestAnchored(t *testing.T) {
	pieces := []string{"a", "b", "-", " ", `\b`, `\B`, "^", "$", `.*`, `(?s).*`, `(?m)^`, `(?m)$`, `(^|\s)`, `(\s|$)`, `\w+`, `\d`, "[^a]", "(?i)k", "a?", "(a|-)", ".", "b*", `\n`, "(?:^a|b$)?", "a{2,3}"}
	letters := []string{"a", "b", "-", " ", "k", "K", "\u212a", "_", "1", "\n", "é"}
	wide, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		pattern := ""
		for range rapid.IntRange(1, 6).Draw(t, "pieces") {
			pattern += rapid.SampledFrom(pieces).Draw(t, "piece")
		}
		want, err := regexp.Compile(pattern)
		if err != nil {
			t.Skip()
		}
		text, wider, err := Anchored(pattern)
		if err != nil {
			t.Skip()
		}
		got, err := regexp.Compile(`\A(?:` + text + `)\z`)
		if err != nil {
			t.Fatalf("%q is %q: %v", pattern, text, err)
		}
		for range 40 {
			s := ""
			for range rapid.IntRange(0, 6).Draw(t, "letters") {
				s += rapid.SampledFrom(letters).Draw(t, "letter")
			}
			all++
			if want.MatchString(s) == got.MatchString(s) {
				continue
			}
			wide++
			if !wider || want.MatchString(s) {
				t.Fatalf("%q on %q: %t; as %q (wider: %t): %t", pattern, s, want.MatchString(s), text, wider, got.MatchString(s))
			}
		}
	})
	t.Logf("%d texts, %d of them found because an edge was left out", all, wide)
}
