package ir

import "testing"

func TestPlainGlob(t *testing.T) {
	for pattern, want := range map[string]string{
		``: ``, `a*b?`: `a*b?`, `C:\Windows\*.exe`: `C:\\Windows\*.exe`, `a\`: `a\\`, `a\\`: `a\\`, `\*\?\\`: `\*\?\\`,
		`a\\b\c`: `a\\b\\c`, `\\\*`: `\\\*`, `\\\x`: `\\\\x`,
	} {
		got := PlainGlob(pattern)
		if got != want {
			t.Errorf("%s: %s, want %s", pattern, got, want)
		}
		if again := PlainGlob(got); again != got {
			t.Errorf("%s: %s is written otherwise again: %s", pattern, got, again)
		}
	}
}

// A pattern's spelling has no meaning: where a backslash stands for itself, Equal takes it for the two that say so.
func TestGlobsEqualInAnySpelling(t *testing.T) {
	like := func(p string) Expr { return &Match{Field: Field{Name: "f"}, Op: Glob, Values: []string{p}} }
	if !Equal(like(`C:\Windows*`), like(`c:\\windows*`)) {
		t.Error("a single backslash and a doubled one differ")
	}
	if Equal(like(`a\*`), like(`a\\*`)) {
		t.Error("a star that is one and a star that is none are the same")
	}
	if !Equal(&Keyword{Op: Glob, Values: []string{`a\b*`}}, &Keyword{Op: Glob, Values: []string{`a\\b*`}}) {
		t.Error("in keywords they differ")
	}
}
