package logql

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// Pieces of a line of JSON, as expressions.
const (
	oneChar  = `(?:[^"\\]|\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4})`
	anyChars = `(?:[^"\\]|\\[^u]|\\u[0-9a-fA-F]{4})*` // an escape as a whole: the 0 in \u0034 is none of the text
	// before is what may stand before a text: whole texts and what is between them, so that the next quote opens one.
	before = `^(?:[^"]|"` + anyChars + `")*`
	// after is what follows a value; after the name of a member is a colon.
	after = `[ \t\r\n]*[,}\]]`
)

// Keyword is looked for in the texts of the line, apart from the names of members: the labels are not known by name.
func (e *emitter) Keyword(k *ir.Keyword) node {
	if !e.json() {
		return e.refuse(k, "a line that isn't JSON doesn't say where its values stand")
	}
	var texts, others []string
	for _, p := range backend.KeywordPatterns(k) {
		if why := unheld(p); why != "" {
			e.Lose(k, backend.Narrower, "%s", why)
			continue
		}
		texts = append(texts, written(p))
		others = append(others, bare(p)...)
	}
	e.Lose(k, backend.Narrower, "letters of ASCII and digits that the line writes as \\uXXXX are not found")
	if len(texts) == 0 {
		return constant(false)
	}
	values := `"(?:` + strings.Join(texts, "|") + `)"`
	if len(others) > 0 {
		values += `|[:\[,][ \t\r\n]*(?:` + strings.Join(others, "|") + ")"
	}
	return equals(e.template("keyword_found", "{{if count "+quoted(before+"(?:"+values+")"+after)+" __line__}}1{{end}}"), "1")
}

// written is an expression for a text, as it is written, that the pattern fits.
func written(p backend.Pattern) string {
	var b strings.Builder
	for _, part := range p.Parts {
		switch part.Kind {
		case backend.Run:
			b.WriteString(anyChars)
		case backend.One:
			b.WriteString(oneChar)
		case backend.Dash:
			b.WriteString(anySpelling([]rune(backend.Dashes)))
		default:
			for _, r := range part.Text {
				b.WriteString(anySpelling(backend.Alike(p.Mode, r)))
			}
		}
	}
	return b.String()
}

func anySpelling(alike []rune) string {
	var each []string
	longest := 0
	for _, r := range alike {
		way := spelt(r)
		each, longest = append(each, way), max(longest, len(way))
	}
	switch {
	case longest == 1 && len(each) > 1:
		return "[" + strings.Join(each, "") + "]"
	case longest == 1:
		return each[0]
	}
	return "(?:" + strings.Join(each, "|") + ")"
}

// spelt is a character in the ways that JSON may write it; letters of ASCII, digits and the space are taken to be themselves.
func spelt(r rune) string {
	if r == ' ' || r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return string(r)
	}
	var ways []string
	if r >= 0x20 && r != '"' && r != '\\' {
		ways = append(ways, regexp.QuoteMeta(string(r)))
	}
	if i := strings.IndexRune("\"\\/\b\f\n\r\t", r); i >= 0 {
		ways = append(ways, `\\`+regexp.QuoteMeta(string(`"\/bfnrt`[i])))
	}
	hex := fmt.Sprintf(`\\u(?i:%04x)`, r)
	if r > 0xFFFF {
		hi, lo := utf16.EncodeRune(r)
		hex = fmt.Sprintf(`\\u(?i:%04x)\\u(?i:%04x)`, hi, lo)
	}
	return strings.Join(append(ways, hex), "|")
}

// bare are expressions for a number, or a true or false, in which a text stands. One with wildcards within
// is not looked for in those.
func bare(p backend.Pattern) (out []string) {
	op, text, ok := p.Place()
	if !ok || op != ir.Contains {
		return nil
	}
	lower := strings.ToLower(text)
	if strings.Trim(lower, "0123456789.+-e") == "" {
		e := "[eE]"
		const digits = `[-+.0-9eE]*`
		out = append(out, digits+strings.ReplaceAll(regexp.QuoteMeta(lower), "e", e)+digits)
	}
	for _, word := range []string{"true", "false"} {
		if strings.Contains(word, lower) {
			out = append(out, word)
		}
	}
	return out
}
