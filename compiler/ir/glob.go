package ir

import "strings"

// PlainGlob is a pattern of Glob in its one spelling: a backslash stands before each *, ? and \ that is meant as it is,
// and nowhere else. In others a backslash before any other character, or at the end, is one by itself (Sigma
// specification 2.1, "Escaping").
func PlainGlob(pattern string) string {
	lone := -1
	for i := 0; i < len(pattern) && lone < 0; i++ {
		if pattern[i] == '\\' {
			if i+1 == len(pattern) || strings.IndexByte(`*?\`, pattern[i+1]) < 0 {
				lone = i
			}
			i++
		}
	}
	if lone < 0 {
		return pattern
	}
	var b strings.Builder
	b.WriteString(pattern[:lone])
	for i := lone; i < len(pattern); i++ {
		b.WriteByte(pattern[i])
		if pattern[i] != '\\' {
			continue
		}
		if i+1 < len(pattern) && strings.IndexByte(`*?\`, pattern[i+1]) >= 0 {
			i++
			b.WriteByte(pattern[i])
		} else {
			b.WriteByte('\\')
		}
	}
	return b.String()
}

// placed is a pattern whose only wildcards are * at its ends, as what it means: a text at the beginning, at the end,
// anywhere, or the whole. ok is false for any other pattern, and for one that has no text.
func placed(pattern string) (text string, before, after, ok bool) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '?':
			return "", false, false, false
		case c == '*' && b.Len() == 0:
			before = true
			continue
		case c == '*':
			after = true
			continue
		case c == '\\' && i+1 < len(pattern) && strings.IndexByte(`*?\`, pattern[i+1]) >= 0:
			i++
		}
		if after {
			return "", false, false, false // a wildcard inside
		}
		b.WriteByte(pattern[i])
	}
	return b.String(), before, after, b.Len() > 0
}

// place writes the patterns of an atom that only say where a text stands as just that. It gives the atom back where
// there is none.
func (m *Match) place() Expr {
	if m.Op != Glob || !m.Encoding.Plain() {
		return m
	}
	var parts []Expr
	var rest []string
	for _, v := range m.Values {
		text, before, after, ok := placed(v)
		switch {
		case !ok:
			rest = append(rest, v)
			continue
		case !before && !after:
			parts = append(parts, &Eq{m.Field, []Value{StringValue(text)}, m.Span})
			continue
		}
		op := Contains
		switch {
		case !before:
			op = Prefix
		case !after:
			op = Suffix
		}
		parts = append(parts, &Match{m.Field, op, []string{text}, m.Encoding, m.Span})
	}
	switch {
	case len(parts) == 0:
		return m
	case len(rest) > 0:
		parts = append(parts, &Match{m.Field, Glob, rest, m.Encoding, m.Span})
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return &Or{parts, m.Span}
}
