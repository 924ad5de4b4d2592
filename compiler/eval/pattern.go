package eval

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A pattern is a text with places where it may be one of several. It is matched against a whole text.
type pattern []part

// A part is a text as it is (it is empty in the others), any run of characters, any one, or a dash that begins an
// option.
type part struct {
	text           string
	any, one, dash bool
}

var anyRun = part{any: true}

// dashes are the characters that windash takes for one another: those of the reference implementation, pySigma, which
// has the three long ones beside the - and / that the Sigma specification (2.1, modifier windash) speaks of.
const dashes = "-/–—―"

// globParts takes a pattern of * and ? apart; a backslash before one of the two, or before a backslash, takes that as
// it is, and any other backslash is itself (Sigma specification 2.1, "Escaping").
func globParts(glob string) (p pattern) {
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			p = append(p, part{text: text.String()})
			text.Reset()
		}
	}
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case c == '\\' && i+1 < len(glob) && strings.IndexByte(`*?\`, glob[i+1]) >= 0:
			i++
			text.WriteByte(glob[i])
		case c == '*' || c == '?':
			flush()
			p = append(p, part{any: c == '*', one: c == '?'})
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return p
}

// dashed splits the texts at each - or / that begins an option: before it stands no word character (or a wildcard, or
// nothing), after it one does. It is what the regular expression \B[-/]\b finds in each stretch between wildcards.
func (p pattern) dashed() (out pattern) {
	for _, t := range p {
		rest, before := 0, ' '
		for i, r := range t.text {
			begins := (r == '-' || r == '/') && !isWord(before)
			if begins && isWord(first(t.text[i+1:])) {
				if i > rest {
					out = append(out, part{text: t.text[rest:i]})
				}
				out = append(out, part{dash: true})
				rest = i + 1
			}
			before = r
		}
		if rest < len(t.text) || t.text == "" && (t.any || t.one) {
			t.text = t.text[rest:]
			out = append(out, t)
		}
	}
	return out
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// isWord says of a character that regular expressions take it for a word's: a letter, a number or an underscore.
func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}

// match goes back to the last * only, so that it takes at worst as many steps as the product of both lengths.
func (p pattern) match(s string) bool {
	at, i := 0, 0
	star, mark := -1, 0
	for {
		switch {
		case at < len(p) && p[at].any:
			if at+1 == len(p) {
				return true
			}
			star, mark = at, i
			at++
			continue
		case at == len(p) && i == len(s):
			return true
		case at < len(p):
			if n, ok := p[at].take(s[i:]); ok {
				i += n
				at++
				continue
			}
		}
		if star < 0 || mark >= len(s) {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[mark:])
		mark += n
		at, i = star+1, mark
	}
}

// take matches one part at the head of s and says how many bytes it took.
func (t part) take(s string) (int, bool) {
	switch {
	case t.one:
		_, n := utf8.DecodeRuneInString(s)
		return n, n > 0
	case t.dash:
		r, n := utf8.DecodeRuneInString(s)
		return n, n > 0 && strings.ContainsRune(dashes, r)
	}
	return len(t.text), strings.HasPrefix(s, t.text)
}
