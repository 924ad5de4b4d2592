// Package ndjson reads logs that have a JSON object a line, at the speed of their bytes: it splits a stream into pieces
// of whole lines, and looks at a line without making a tree of it. Of a record it keeps where the values of chosen
// names stand, and which other names it had; a text is decoded when somebody asks for it.
package ndjson

import (
	"unicode/utf8"
)

// A Fault says why a line is no record.
type Fault uint8

// The faults. A line has at most one.
const (
	OK        Fault = iota
	NotObject       // JSON, but no object
	Cut             // ends within a value
	Broken          // no JSON
	Trailing        // an object, and something after it
	TooDeep         // nested deeper than MaxDepth
	TooMany         // more values under one name than MaxValues
)

func (f Fault) String() string {
	return [...]string{"", "no JSON object", "cut off within a value", "not JSON", "more than one JSON value in the line",
		"nested deeper than 10,000 levels", "more than 1,000,000 values under one name"}[f]
}

const (
	// MaxDepth is how many objects and lists may stand within each other, as encoding/json has it.
	MaxDepth = 10000
	// MaxValues is how many values of one name are kept of a record.
	MaxValues = 1_000_000
)

// A Scanner scans one record after another. What it found of one holds until the next. It is not safe for concurrent
// use.
type Scanner struct {
	MaxPaths   int     // how many ways are told apart; those of kept names always are
	Overflowed bool    // there were more, since Reset
	Fault      Fault   // of the last record
	At         int     // where the fault was found, in bytes from the line's head
	Duplicates bool    // a key came twice in an object; the last counts
	Touched    []int32 // the slots whose names are in the record, also as null or as an empty list
	Seen       []Seen  // the ways that bear a value which is no null and no object

	names  *Names
	root   *Path
	paths  int
	line   []byte
	high   bool // there are bytes outside ASCII in texts
	depth  int
	record uint64
	object uint64
	slots  []slot
	buf    []byte
}

// Seen is a way with the first value that the record has there; Raw is as it stands in the line.
type Seen struct {
	Path       *Path
	Start, End int
}

type slot struct {
	record uint64
	path   *Path
	forked bool // more than one way spells the name
	values []hit
}

type hit struct {
	kind       Kind
	plain      bool
	start, end int
}

// NewScanner makes a scanner that keeps the values of some names.
func NewScanner(names *Names) *Scanner {
	return &Scanner{MaxPaths: 20000, names: names, root: newRoot(), slots: make([]slot, names.Len())}
}

// Paths is how many ways are told apart so far.
func (s *Scanner) Paths() int { return s.paths }

// Reset forgets all ways.
func (s *Scanner) Reset() { s.root, s.paths, s.Overflowed = newRoot(), 0, false }

func (s *Scanner) begin(line []byte) {
	s.line, s.high, s.Duplicates, s.depth, s.Fault, s.At = line, false, false, 0, OK, 0
	s.Touched, s.Seen = s.Touched[:0], s.Seen[:0]
	s.record++
}

// Scan looks at one line. It takes what encoding/json takes for an object, and nothing else.
func (s *Scanner) Scan(line []byte) Fault {
	s.begin(line)
	i := s.space(0)
	switch {
	case i == len(line):
		return s.fail(Cut, i)
	case line[i] != '{':
		if j := s.value(i, nil); j < 0 {
			return s.Fault
		}
		return s.fail(NotObject, i)
	}
	i = s.members(i, s.root)
	if i < 0 {
		return s.Fault
	}
	if i = s.space(i); i < len(line) {
		return s.fail(Trailing, i)
	}
	return OK
}

// InvalidUTF8 says whether the last record has bytes that are no UTF-8.
func (s *Scanner) InvalidUTF8() bool { return s.high && !utf8.Valid(s.line) }

func (s *Scanner) fail(f Fault, at int) Fault {
	s.Fault, s.At = f, at
	if f == Broken && at >= len(s.line) {
		s.Fault = Cut
	}
	return s.Fault
}

func (s *Scanner) broken(at int) int {
	s.fail(Broken, at)
	return -1
}

func (s *Scanner) space(i int) int {
	for i < len(s.line) && (s.line[i] == ' ' || s.line[i] == '\t' || s.line[i] == '\r' || s.line[i] == '\n') {
		i++
	}
	return i
}

// members goes through the object that begins at i; it is the value of p. It says where the object ends, or -1.
func (s *Scanner) members(i int, p *Path) int {
	if s.depth++; s.depth > MaxDepth {
		s.fail(TooDeep, i)
		return -1
	}
	s.object++
	object := s.object
	var prev, guess *Path
	if p != nil {
		guess = p.first
	}
	i = s.space(i + 1)
	if i < len(s.line) && s.line[i] == '}' {
		s.depth--
		return i + 1
	}
	for {
		if i >= len(s.line) || s.line[i] != '"' {
			return s.broken(i)
		}
		c, j := s.key(i, p, guess)
		if j < 0 {
			return -1
		}
		if j = s.space(j); j >= len(s.line) || s.line[j] != ':' {
			return s.broken(j)
		}
		j = s.space(j + 1)
		if c != nil && !c.over {
			if prev == nil {
				p.first = c
			} else {
				prev.after = c
			}
			prev, guess = c, c.after
			s.meet(c, object)
		}
		start := j
		if j = s.value(j, c); j < 0 {
			return -1
		}
		if c != nil {
			c.start, c.end = start, j
		}
		j = s.space(j)
		if j >= len(s.line) {
			return s.broken(j)
		}
		switch s.line[j] {
		case ',':
			i = s.space(j + 1)
		case '}':
			s.depth--
			return j + 1
		default:
			return s.broken(j)
		}
	}
}

// key reads the key at i and says which way it goes on. Records of one log have their keys in one order, so the key
// that came next last time is tried first.
func (s *Scanner) key(i int, p, guess *Path) (*Path, int) {
	i++
	if guess != nil && guess.plain {
		if n := i + len(guess.key); n < len(s.line) && s.line[n] == '"' && string(s.line[i:n]) == guess.key {
			return guess, n + 1
		}
	}
	end, escaped, high := stringEnd(s.line, i)
	if end >= len(s.line) || s.line[end] != '"' {
		return nil, s.broken(end)
	}
	s.high = s.high || high
	if p == nil {
		return nil, end + 1
	}
	key := s.line[i:end]
	if escaped || high {
		s.buf = unquote(s.buf[:0], key)
		key = s.buf
	}
	return s.child(p, key), end + 1
}

// meet notes that a key is there. If the object had it before, what stood there counts no more.
func (s *Scanner) meet(c *Path, object uint64) {
	if c.object == object {
		s.Duplicates = true
		s.forget(c.start, c.end)
	}
	c.object = object
	if c.Slot < 0 {
		return
	}
	switch t := &s.slots[c.Slot]; {
	case t.record != s.record:
		t.record, t.path, t.forked, t.values = s.record, c, false, t.values[:0]
		s.Touched = append(s.Touched, c.Slot)
	case t.path != c:
		t.forked = true
	}
}

func (s *Scanner) forget(start, end int) {
	for _, n := range s.Touched {
		t := &s.slots[n]
		kept := t.values[:0]
		for _, h := range t.values {
			if h.start < start || h.start >= end {
				kept = append(kept, h)
			}
		}
		t.values = kept
	}
}

// value goes through the value at i, which stands under p, and says where it ends, or -1.
func (s *Scanner) value(i int, p *Path) int {
	if i >= len(s.line) {
		return s.broken(i)
	}
	switch c := s.line[i]; c {
	case '"':
		end, escaped, high := stringEnd(s.line, i+1)
		if end >= len(s.line) || s.line[end] != '"' {
			return s.broken(end)
		}
		s.high = s.high || high
		return s.leaf(p, hit{Text, !escaped && !high, i + 1, end}, end+1)
	case '{':
		if s.leaf(p, hit{Object, true, i, i}, 0) < 0 {
			return -1
		}
		return s.members(i, p)
	case '[':
		return s.list(i, p)
	case 't':
		return s.word(i, "true", p, True)
	case 'f':
		return s.word(i, "false", p, False)
	case 'n':
		return s.word(i, "null", p, Null)
	}
	end, ok := numberEnd(s.line, i)
	if !ok {
		return s.broken(end)
	}
	return s.leaf(p, hit{Number, true, i, end}, end)
}

func (s *Scanner) list(i int, p *Path) int {
	if s.depth++; s.depth > MaxDepth {
		s.fail(TooDeep, i)
		return -1
	}
	i = s.space(i + 1)
	if i < len(s.line) && s.line[i] == ']' {
		s.depth--
		return i + 1
	}
	for {
		if i = s.value(i, p); i < 0 {
			return -1
		}
		i = s.space(i)
		if i >= len(s.line) {
			return s.broken(i)
		}
		switch s.line[i] {
		case ',':
			i = s.space(i + 1)
		case ']':
			s.depth--
			return i + 1
		default:
			return s.broken(i)
		}
	}
}

func (s *Scanner) word(i int, word string, p *Path, k Kind) int {
	for n := range len(word) {
		if i+n >= len(s.line) || s.line[i+n] != word[n] {
			return s.broken(i + n)
		}
	}
	return s.leaf(p, hit{k, true, i, i + len(word)}, i+len(word))
}

// leaf notes a value under p; next is handed back unless there are too many.
func (s *Scanner) leaf(p *Path, h hit, next int) int {
	if p == nil || h.kind == Null {
		return next
	}
	if p.record != s.record && h.kind != Object && !p.over {
		p.record = s.record
		s.Seen = append(s.Seen, Seen{p, h.start, h.end})
	}
	if p.Slot >= 0 {
		t := &s.slots[p.Slot]
		if len(t.values) >= MaxValues {
			s.fail(TooMany, h.start)
			return -1
		}
		t.values = append(t.values, h)
	}
	return next
}

// numberEnd is where the number at i ends, and whether it is one (RFC 8259, section 6); if not, where it goes wrong.
func numberEnd(b []byte, i int) (int, bool) {
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	case i < len(b) && '1' <= b[i] && b[i] <= '9':
		i = digits(b, i)
	default:
		return i, false
	}
	if i < len(b) && b[i] == '.' {
		n := digits(b, i+1)
		if n == i+1 {
			return n, false
		}
		i = n
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		n := digits(b, i)
		if n == i {
			return n, false
		}
		i = n
	}
	return i, true
}

func digits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}
