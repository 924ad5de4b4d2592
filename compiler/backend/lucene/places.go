package lucene

import (
	"regexp/syntax"
	"unicode"
)

// before and after are what stands beside an item: nothing at the ends of the text, which no word reaches.
func before(items []item, i int) (kind, bool) {
	for i--; i >= 0; i-- {
		if items[i].re != nil {
			return edgeOf(items[i].re, false), false
		}
	}
	return kind{other: true}, true
}

func after(items []item, i int) (kind, bool) {
	for i++; i < len(items); i++ {
		if items[i].re != nil {
			return edgeOf(items[i].re, true), false
		}
	}
	return kind{other: true}, true
}

// asks says that a place asks anything of the characters beside it.
func (p place) asks() bool { return p.edge || p.inside || p.lineBegin || p.lineEnd }

// fitted is an item of a sequence; a gap is written so that the places at its ends hold.
func fitted(items []item, places []place, i int) (re *syntax.Regexp, ok, wider bool) {
	if !items[i].gap || !places[i].asks() && !places[i+1].asks() {
		return items[i].re, true, false
	}
	left, atBegin := before(items, i)
	right, atEnd := after(items, i)
	g := gap{star: items[i].re, first: whole(items[i].re), last: whole(items[i].re), empty: true}
	w := g.open(places[i], left, atBegin, right, atEnd)
	v := g.close(places[i+1], right, atEnd, left, atBegin)
	one, ok := g.write()
	return one, ok, w || v
}

// A gap is a run of any characters of which the first and the last must be of a class; it may be empty where that holds
// at the place that is then between its neighbours.
type gap struct {
	star        *syntax.Regexp
	first, last []rune
	empty       bool
}

func whole(star *syntax.Regexp) []rune {
	if star.Sub[0].Op == syntax.OpAnyCharNotNL {
		return []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	}
	return []rune{0, unicode.MaxRune}
}

// open makes the gap's first character fit the place before it.
func (g *gap) open(p place, left kind, atBegin bool, right kind, atEnd bool) (wider bool) {
	if p.lineEnd {
		g.first = common(g.first, []rune{'\n', '\n'})
		g.empty = g.empty && (atEnd || right.empty || right.other)
		wider = g.empty && !atEnd
	}
	if p.lineBegin && !atBegin {
		wider = true // what stands before may end in a line break or not
	}
	return g.side(&g.first, p, left, right) || wider
}

// close makes the gap's last character fit the place behind it.
func (g *gap) close(p place, right kind, atEnd bool, left kind, atBegin bool) (wider bool) {
	if p.lineBegin {
		g.last = common(g.last, []rune{'\n', '\n'})
		g.empty = g.empty && (atBegin || left.empty || left.other)
		wider = g.empty && !atBegin
	}
	if p.lineEnd && !atEnd {
		wider = true
	}
	return g.side(&g.last, p, right, left) || wider
}

// side is the one rule of edges: near is the neighbour at this end of the gap, far that at the other.
func (g *gap) side(class *[]rune, p place, near, far kind) (wider bool) {
	if !p.edge && !p.inside {
		return false
	}
	if p.edge && p.inside {
		g.empty, *class = false, nil
		return false
	}
	if !near.known() {
		return true
	}
	want := near.word == p.inside // a word's character is asked for
	if want {
		*class = common(*class, words[:])
	} else {
		*class = common(*class, negated(words[:]))
	}
	if !far.known() {
		return g.empty // whether an empty gap fits depends on what stands behind it
	}
	g.empty = g.empty && (near.word != far.word) == p.edge
	return false
}

// write is the gap as an expression: one character that fits both ends, or one each with any between.
func (g *gap) write() (*syntax.Regexp, bool) {
	var choices []*syntax.Regexp
	if both := common(g.first, g.last); len(both) > 0 {
		choices = append(choices, class(both))
	}
	if len(g.first) > 0 && len(g.last) > 0 {
		choices = append(choices, &syntax.Regexp{Op: syntax.OpConcat, Sub: []*syntax.Regexp{class(g.first), g.star, class(g.last)}})
	}
	if len(choices) == 0 {
		return &syntax.Regexp{Op: syntax.OpEmptyMatch}, g.empty
	}
	out := &syntax.Regexp{Op: syntax.OpAlternate, Sub: choices}
	if len(choices) == 1 {
		out = choices[0]
	}
	if g.empty {
		out = &syntax.Regexp{Op: syntax.OpQuest, Sub: []*syntax.Regexp{out}}
	}
	return out, true
}

func class(ranges []rune) *syntax.Regexp { return &syntax.Regexp{Op: syntax.OpCharClass, Rune: ranges} }

// between judges the places that have no gap beside them: they hold, or never do, or nobody knows.
func between(items []item, places []place) (ok, wider bool) {
	for i := range places {
		p := places[i]
		if !p.asks() || i > 0 && i-1 < len(items) && items[i-1].gap || i < len(items) && items[i].gap {
			continue
		}
		left, atBegin := before(items, i)
		right, atEnd := after(items, i-1)
		if p.lineBegin && !atBegin || p.lineEnd && !atEnd {
			wider = true
		}
		switch {
		case !p.edge && !p.inside:
		case !left.known() || !right.known():
			wider = true
		case p.edge && left.word == right.word, p.inside && left.word != right.word:
			return false, false
		}
	}
	return true, wider
}

// common are the characters in both of two classes.
func common(a, b []rune) (out []rune) {
	for i := 0; i+1 < len(a); i += 2 {
		for j := 0; j+1 < len(b); j += 2 {
			if lo, hi := max(a[i], b[j]), min(a[i+1], b[j+1]); lo <= hi {
				out = append(out, lo, hi)
			}
		}
	}
	return out
}

// negated are the characters that a class, in order, doesn't hold.
func negated(ranges []rune) (out []rune) {
	next := rune(0)
	for i := 0; i+1 < len(ranges); i += 2 {
		if ranges[i] > next {
			out = append(out, next, ranges[i]-1)
		}
		next = ranges[i+1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}

// orbit are the other characters that simple folding takes for r.
func orbit(r rune) (out []rune) {
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		out = append(out, o)
	}
	return out
}
