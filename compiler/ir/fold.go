package ir

import (
	"unicode"
	"unicode/utf8"
)

// FoldMode says how far two texts that differ in case are one. The literal chooses it, never the event: so a rule of
// ASCII letters means on every event what the targets' own folding makes of it.
type FoldMode uint8

const (
	// FoldNone holds texts apart that differ in case.
	FoldNone FoldMode = iota
	// FoldASCII takes A to Z for a to z and nothing else: ſ is not s, the Kelvin sign is not k. Most targets fold so.
	FoldASCII
	// FoldUnicode takes the characters for one that Unicode's simple case folding joins, as unicode.SimpleFold does.
	// Lengths in bytes may change; there is always one character for one.
	FoldUnicode
)

// Folder is the one case fold of every operator: the mode that a literal is compared in, and the literal so folded.
// It holds for the value v of an event that v folded in that mode equals (contains, begins with ...) the folded
// literal. A literal with a cased letter outside ASCII folds by Unicode, any other folds ASCII only.
func Folder(lit string) (FoldMode, string) {
	mode := FoldASCII
	for i := 0; i < len(lit); i++ {
		if lit[i] >= utf8.RuneSelf {
			mode = foldModeFrom(lit[i:])
			break
		}
	}
	return mode, FoldAs(mode, lit)
}

func foldModeFrom(s string) FoldMode {
	for _, r := range s {
		if r >= utf8.RuneSelf && unicode.SimpleFold(r) != r {
			return FoldUnicode
		}
	}
	return FoldASCII
}

// Folder is ir.Folder for a literal beside the field: a cased field folds nothing.
func (f Field) Folder(lit string) (FoldMode, string) {
	if f.Cased {
		return FoldNone, lit
	}
	return Folder(lit)
}

// FoldAs folds a text in a mode. Folding twice changes nothing more; bytes that are no UTF-8 stay as they are. It
// allocates only if something changes.
func FoldAs(mode FoldMode, s string) string {
	if mode == FoldNone {
		return s
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf && mode == FoldUnicode {
			return foldFrom(mode, s, i)
		}
	}
	return s
}

// foldFrom folds what begins at byte i; all before it is folded already.
func foldFrom(mode FoldMode, s string, i int) string {
	out := make([]byte, i, len(s)+utf8.UTFMax)
	copy(out, s)
	for i < len(s) {
		c := s[i]
		if c < utf8.RuneSelf || mode == FoldASCII {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			out = append(out, c)
		} else {
			out = utf8.AppendRune(out, foldRune(r))
		}
		i += n
	}
	return string(out)
}

// foldRune picks one character to stand for all that fold together: the lower case of the first of them.
func foldRune(r rune) rune {
	first := r
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		first = min(first, o)
	}
	if first == r && unicode.SimpleFold(r) == r {
		return r // on its own: its lower case may be another letter's (İ and i)
	}
	return unicode.ToLower(first)
}
