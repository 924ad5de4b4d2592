package lucene

import (
	"slices"
	"unicode"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// A lower-cased index keeps unicode.ToLower of every character (the normalizer "lowercase"). What a rule asks of the
// text as it was is then asked of what is kept.

const lowered = "the index holds texts in lower case, by Unicode: %s"

// lowerAlike are the characters of the index that a literal's may stand as.
func lowerAlike(mode ir.FoldMode, r rune) []rune {
	var out []rune
	for _, a := range backend.Alike(mode, r) {
		out = append(out, unicode.ToLower(a))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// origins are the characters that the index keeps as l.
func origins(l rune) []rune {
	var out []rune
	for _, r := range append(orbit(l), l) {
		if unicode.ToLower(r) == l {
			out = append(out, r)
		}
	}
	if l == 'i' {
		out = append(out, 'İ')
	}
	return out
}

// lowerWider says that the index keeps something else as it keeps the pattern's texts.
func lowerWider(p backend.Pattern) bool {
	return slices.ContainsFunc(p.Parts, func(part backend.Part) bool {
		for _, r := range part.Text {
			alike := backend.Alike(p.Mode, r)
			for _, l := range lowerAlike(p.Mode, r) {
				for _, o := range origins(l) {
					if !slices.Contains(alike, o) {
						return true
					}
				}
			}
		}
		return false
	})
}

// lowerFlavour writes a regular expression for such an index.
func lowerFlavour() backend.Flavour {
	f := Flavour()
	f.Rune = func(r rune) string { return quoteRune(unicode.ToLower(r)) }
	f.Class = func(ranges []rune) string { return quoteClass(lowerRanges(ranges)) }
	return f
}

// lowerRanges is a class with the lower case of each of its characters that has one.
func lowerRanges(ranges []rune) []rune {
	if n := len(ranges); ranges[0] == 0 && ranges[n-1] == unicode.MaxRune && n > 2 {
		// [^a] is also A, which is kept as a: what is left out is only what none of the others is kept as.
		var out []rune
		gone := negated(ranges)
		for i := 0; i < len(gone); i += 2 {
			for r := gone[i]; r <= gone[i+1] && gone[i+1]-gone[i] < 1<<12; r++ {
				if unicode.ToLower(r) == r && !slices.ContainsFunc(origins(r), func(o rune) bool { return o != r && inside(ranges, o) }) {
					out = append(out, r, r)
				}
			}
		}
		if len(out) == 0 {
			return []rune{0, unicode.MaxRune}
		}
		return negated(joined(out))
	}
	out := slices.Clone(ranges)
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := ranges[i]; r <= ranges[i+1] && r <= lastCased; r++ {
			if l := unicode.ToLower(r); l != r && !inside(ranges, l) {
				out = append(out, l, l)
			}
		}
	}
	return joined(out)
}

// lastCased is beyond the last character that has a lower case.
const lastCased = 0x1F000

func inside(ranges []rune, r rune) bool {
	for i := 0; i+1 < len(ranges); i += 2 {
		if ranges[i] <= r && r <= ranges[i+1] {
			return true
		}
	}
	return false
}

// joined puts ranges in order and those that touch together.
func joined(ranges []rune) (out []rune) {
	type span struct{ lo, hi rune }
	var spans []span
	for i := 0; i+1 < len(ranges); i += 2 {
		spans = append(spans, span{ranges[i], ranges[i+1]})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.lo - b.lo) })
	for _, s := range spans {
		if n := len(out); n > 0 && s.lo <= out[n-1]+1 {
			out[n-1] = max(out[n-1], s.hi)
			continue
		}
		out = append(out, s.lo, s.hi)
	}
	return out
}
