package ndjson

import "strings"

// settle finds the values of a name that the record spells in more than one way: a flat key counts first, then the
// shortest key that leads to a value, in each object for itself. It works on the line, which was scanned already.
func (s *Scanner) settle(n int32) {
	t := &s.slots[n]
	t.values, t.forked = t.values[:0], false
	s.find(s.space(0), s.names.list[n], t)
}

func (s *Scanner) find(at int, name string, t *slot) {
	switch s.line[at] {
	case '[':
		s.elements(at, func(at int) { s.find(at, name, t) })
	case '{':
		if v := s.member(at, name); v >= 0 {
			s.leaves(v, t)
			return
		}
		for i := strings.IndexByte(name, '.'); i >= 0; {
			if v := s.member(at, name[:i]); v >= 0 {
				before := len(t.values)
				if s.find(v, name[i+1:], t); len(t.values) > before {
					return
				}
			}
			next := strings.IndexByte(name[i+1:], '.')
			if next < 0 {
				return
			}
			i += 1 + next
		}
	}
}

func (s *Scanner) leaves(at int, t *slot) {
	switch s.line[at] {
	case '[':
		s.elements(at, func(at int) { s.leaves(at, t) })
	case '{':
		t.values = append(t.values, hit{Object, true, at, at})
	case '"':
		end, escaped, high := stringEnd(s.line, at+1)
		t.values = append(t.values, hit{Text, !escaped && !high, at + 1, end})
	case 'n':
	case 't':
		t.values = append(t.values, hit{True, true, at, at + len("true")})
	case 'f':
		t.values = append(t.values, hit{False, true, at, at + len("false")})
	default:
		end, _ := numberEnd(s.line, at)
		t.values = append(t.values, hit{Number, true, at, end})
	}
}

// elements calls f with where each element of a list begins.
func (s *Scanner) elements(at int, f func(at int)) {
	for i := s.space(at + 1); s.line[i] != ']'; {
		f(i)
		if i = s.space(s.skip(i)); s.line[i] == ',' {
			i = s.space(i + 1)
		}
	}
}

// member is where the value of a key begins, the last if there are several; -1 where there is none.
func (s *Scanner) member(at int, key string) int {
	found := -1
	for i := s.space(at + 1); s.line[i] != '}'; {
		end, escaped, high := stringEnd(s.line, i+1)
		text := s.line[i+1 : end]
		if escaped || high {
			text = unquote(nil, text)
		}
		i = s.space(s.space(end+1) + 1)
		if string(text) == key {
			found = i
		}
		if i = s.space(s.skip(i)); s.line[i] == ',' {
			i = s.space(i + 1)
		}
	}
	return found
}

// skip is where the value ends that begins at i.
func (s *Scanner) skip(i int) int {
	depth := 0
	for {
		switch s.line[i] {
		case '"':
			i, _, _ = stringEnd(s.line, i+1)
			i++
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		case ' ', '\t', '\r', '\n', ',', ':':
			i++
			continue
		case 't', 'n':
			i += len("true")
		case 'f':
			i += len("false")
		default:
			i, _ = numberEnd(s.line, i)
		}
		if depth == 0 {
			return i
		}
	}
}
