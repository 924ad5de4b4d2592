package lucene

import (
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// quote is a text as one term that is taken as it is.
func quote(text string) string {
	return `"` + escapes.Replace(text) + `"`
}

// escape is a text outside quotes: each sign of the syntax, each blank and control character behind a backslash.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r <= ' ' || r == 0x7F || r == '\u3000' || strings.ContainsRune(`+-&|!(){}[]^"~*?:\/<>=`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// wildcard is a pattern in the query parser's wildcards. ok is false where they don't say it: the parser reads < and > at
// the head of a term as an order, escaped or not, and Lucene fails on an automaton of more than a thousand states in a row
// ("input automaton is too large").
func wildcard(p backend.Pattern) (string, bool) {
	var b strings.Builder
	for i, part := range p.Parts {
		switch part.Kind {
		case backend.Run:
			b.WriteByte('*')
		case backend.One:
			b.WriteByte('?')
		default:
			if i == 0 && (part.Text[0] == '<' || part.Text[0] == '>') {
				return "", false
			}
			b.WriteString(escape(part.Text))
		}
	}
	return b.String(), b.Len() <= MaxRegex
}

// anyText says that a pattern fits every text.
func anyText(p backend.Pattern) bool {
	return len(p.Parts) == 1 && p.Parts[0].Kind == backend.Run
}

// whole is the text of a pattern that is one.
func wholeText(p backend.Pattern) (string, bool) {
	op, text, ok := p.Place()
	return text, ok && op == ir.Glob
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
