package brief

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// typography maps what editors and web pages set in place of ASCII. Zero-width characters stand for nothing.
var typography = strings.NewReplacer(
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "ʼ", "'", "′", "'",
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "″", `"`,
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-",
	"\u200B", "", "\u200C", "", "\u200D", "", "\u2060", "", "\uFEFF", "", "\u00AD", "",
)

// Normalize is a text as it is hashed: typographic quotes, apostrophes, dashes and spaces as ASCII, runs of white space
// as one space, none at the ends. So the same words have the same hash however the page was copied.
func Normalize(s string) string { return collapse(typography.Replace(s)) }

// Hash is the first 16 hexadecimal digits of the SHA-256 of the normalised text.
func Hash(s string) string {
	sum := sha256.Sum256([]byte(Normalize(s)))
	return hex.EncodeToString(sum[:8])
}

// collapse makes every run of white space one space.
func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

// words are a text's words for comparison: letters and digits in lower case. Beyond some hundreds more words say
// nothing new, and the bound keeps a comparison cheap.
func words(s string) []string {
	w := strings.FieldsFunc(strings.ToLower(Normalize(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return w[:min(len(w), 400)]
}

// Threshold is the similarity from which two texts are one item reworded rather than two items.
const Threshold = 0.6

// Similarity says how alike two texts are, from 0 to 1: twice the words they share over all the words of both
// (Dice's coefficient, a repeated word counted as often as it stands in both).
func Similarity(a, b string) float64 { return similarity(words(a), words(b)) }

func similarity(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	count := make(map[string]int, len(a))
	for _, w := range a {
		count[w]++
	}
	shared := 0
	for _, w := range b {
		if count[w] > 0 {
			count[w]--
			shared++
		}
	}
	return float64(2*shared) / float64(len(a)+len(b))
}
