package sigmalint

import "strings"

// A shape is where a value's wildcards stand (Sigma specification 2.1, "Escaping").
type shape struct {
	lead, trail bool // a * is its first, or last, character
	inner       bool // another wildcard stands in it
}

func (s shape) plain() bool { return s == shape{} }

func shapeOf(v string) shape {
	var s shape
	if !strings.ContainsAny(v, "*?") {
		return s
	}
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '\\' && escapes(v, i):
			i++
		case c == '*' && i == 0:
			s.lead = true
		case c == '*' && i == len(v)-1:
			s.trail = true
		case c == '*' || c == '?':
			s.inner = true
		}
	}
	return s
}

// escapes says that the backslash at i takes the character after it as it is.
func escapes(v string, i int) bool {
	return i+1 < len(v) && (v[i+1] == '*' || v[i+1] == '?' || v[i+1] == '\\')
}

// literal is the text that a value without wildcards stands for.
func literal(v string) string {
	if !strings.Contains(v, `\`) {
		return v
	}
	again := false
	for i := 0; i+1 < len(v) && !again; i++ {
		again = v[i] == '\\' && escapes(v, i)
	}
	if !again {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && escapes(v, i) {
			i++
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// fold is a text as Sigma compares it without regard to case. One with letters outside ASCII is left as it is, so that
// no two are taken for one that a target holds apart.
func fold(s string) string {
	upper := false
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return s
		}
		upper = upper || 'A' <= s[i] && s[i] <= 'Z'
	}
	if !upper {
		return s
	}
	return strings.ToLower(s)
}
