package source

import "sort"

// A Text is a decoded scalar together with the way back to its bytes: an offset in Value becomes a Span in the
// file, whatever the YAML style (plain, quoted, literal, folded) that it was written in.
type Text struct {
	Value string
	Whole Span // the scalar as it stands in the file, quotes included
	Alias Span // where an alias (*name) brought the scalar in; zero where none did

	raw    int     // where all of Value stands in the file as it is, plus one; most scalars are so and need no pieces
	pieces []piece // in the order of the value, without gaps in it
}

// A piece says where a stretch of the decoded value came from. A verbatim piece is the same bytes on both sides;
// any other (an escape, a fold) stands or falls as one.
type piece struct {
	dec, src int // where it begins: in the value, in the file
	n, m     int // how long it is: in the value, in the file
	verbatim bool
}

// Literal makes a Text of a string that stands in a file as it is, from offset on.
func Literal(f *File, offset int, s string) Text {
	return Text{Value: s, Whole: Span{f, offset, offset + len(s)}, raw: offset + 1}
}

// IsZero says that there is no scalar here.
func (t Text) IsZero() bool { return t.Whole.IsZero() && t.Value == "" }

// String is the decoded value.
func (t Text) String() string { return t.Value }

// Span is the stretch of the file that the bytes [start,end) of Value came from. Offsets outside the value are
// clamped to it; start == end gives the empty span before that byte. Of an aliased scalar it is at the anchor.
func (t Text) Span(start, end int) Span {
	start = min(max(start, 0), len(t.Value))
	end = min(max(end, start), len(t.Value))
	switch {
	case t.raw > 0:
		return Span{t.Whole.File, t.raw - 1 + start, t.raw - 1 + end}
	case len(t.pieces) == 0:
		return t.Whole
	}
	s := t.begin(start)
	if end == start {
		return Span{t.Whole.File, s, s}
	}
	return Span{t.Whole.File, s, max(s, t.end(end))}
}

func (t Text) find(dec int) piece {
	i := sort.Search(len(t.pieces), func(i int) bool { return t.pieces[i].dec > dec }) - 1
	return t.pieces[max(i, 0)]
}

func (t Text) begin(dec int) int {
	p := t.find(dec)
	switch {
	case p.verbatim:
		return p.src + min(dec-p.dec, p.n)
	case dec >= p.dec+p.n:
		return p.src + p.m
	}
	return p.src
}

func (t Text) end(dec int) int {
	p := t.find(dec - 1)
	if p.verbatim {
		return p.src + min(dec-p.dec, p.n)
	}
	return p.src + p.m
}
