package ndjson

// Kind is what a value is.
type Kind uint8

// The kinds. A list is no value by itself: its elements are.
const (
	Null Kind = iota
	Text
	Number
	True
	False
	Object // is there, and says nothing by itself
)

// A Value is a value as it stands in the line.
type Value struct {
	Kind  Kind
	Plain bool   // Raw is what the value says; else Text decodes it
	Raw   []byte // a text without its quotes; of an object nothing. It holds until the next record
}

// Append appends what the value says: a text, a number as it is written, true or false.
func (v Value) Append(out []byte) []byte {
	if v.Plain {
		return append(out, v.Raw...)
	}
	return unquote(out, v.Raw)
}

// Text is what the value says.
func (v Value) Text() string {
	if v.Plain {
		return string(v.Raw)
	}
	return string(unquote(nil, v.Raw))
}

func (s *Scanner) valueOf(h hit) Value { return Value{h.kind, h.plain, s.line[h.start:h.end]} }

// Values appends the values that a slot's name has in the last record; nulls are none.
func (s *Scanner) Values(slot int32, out []Value) []Value {
	t := &s.slots[slot]
	if t.record != s.record {
		return out
	}
	if t.forked { // which of the ways counts is told by what each object has
		s.settle(slot)
	}
	for _, h := range t.values {
		out = append(out, s.valueOf(h))
	}
	return out
}

// One is the value of a slot's name, and how many there are: only of one is it given.
func (s *Scanner) One(slot int32) (v Value, n int) {
	t := &s.slots[slot]
	if t.record != s.record {
		return v, 0
	}
	if t.forked {
		s.settle(slot)
	}
	if len(t.values) == 1 {
		v = s.valueOf(t.values[0])
	}
	return v, len(t.values)
}

// Example is a value as it stands in the line, at most max bytes of it.
func (s *Scanner) Example(at Seen, max int) string {
	raw, cut := s.line[at.Start:at.End], ""
	if len(raw) > max {
		raw, cut = raw[:max], "…"
	}
	return string(raw) + cut
}

// Flat takes a record that is not JSON but has keys and texts, as if it had been scanned. The keys must be told in an
// order that the record alone decides.
func (s *Scanner) Flat(pairs func(yield func(key, text string) bool)) {
	s.begin(s.line[:0:0])
	var line []byte
	s.object++
	for key, text := range pairs {
		c := s.child(s.root, []byte(key))
		start := len(line)
		line = append(line, text...)
		if !c.over {
			s.meet(c, s.object)
			c.start, c.end = start, len(line)
		}
		s.leaf(c, hit{Text, true, start, len(line)}, 0)
	}
	s.line = line
}
