package sigma

import "strings"

// A token of a Sigma value: a wildcard, or a piece of text.
type token struct {
	text     string
	any, one bool // * and ?
}

// tokens takes a Sigma value apart (Sigma specification 2.1, "Escaping"): * is any run of characters, ? is one, and a
// backslash before one of the two or before another backslash takes that as it is. Any other backslash is itself.
func tokens(value string) []token {
	var out []token
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			out = append(out, token{text: text.String()})
			text.Reset()
		}
	}
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '\\' && i+1 < len(value) && strings.IndexByte(`*?\`, value[i+1]) >= 0:
			i++
			text.WriteByte(value[i])
		case c == '*' || c == '?':
			flush()
			out = append(out, token{any: c == '*', one: c == '?'})
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return out
}

// literal is the text of a Sigma value that has no wildcards; ok is false where it has.
func literal(value string) (text string, ok bool) {
	if strings.IndexByte(value, '\\') < 0 {
		return value, !strings.ContainsAny(value, "*?")
	}
	switch t := tokens(value); {
	case len(t) == 1:
		return t[0].text, t[0].text != ""
	case len(t) > 1:
		return "", false
	}
	return "", true
}

// escape is the Sigma value that stands for a text. A backslash is doubled only where it would else be read as the
// beginning of an escape, or could be taken for one: before * ? \, at the end, and after another.
func escape(text string) string {
	if !strings.ContainsAny(text, `*?\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '*', '?':
			b.WriteByte('\\')
		case '\\':
			if i+1 == len(text) || strings.IndexByte(`*?\`, text[i+1]) >= 0 || i > 0 && text[i-1] == '\\' {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
