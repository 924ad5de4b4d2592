package lucene

import (
	"errors"
	"regexp/syntax"
	"slices"
)

// Anchored is an RE2 expression without anchors and without \b that fits a whole text where pattern finds a stretch of
// it: what an engine needs whose expressions are anchored and know no places. wider says that an edge of a word was left
// out because what stands beside it may be a word or not: then it fits more texts.
func Anchored(pattern string) (text string, wider bool, err error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false, err
	}
	lines, err := spread(re)
	if err != nil {
		return "", false, err
	}
	all := &syntax.Regexp{Op: syntax.OpAlternate}
	for _, line := range lines {
		one, ok, w := settle(line)
		if ok {
			all.Sub = append(all.Sub, one)
			wider = wider || w
		}
	}
	switch len(all.Sub) {
	case 0:
		return (&syntax.Regexp{Op: syntax.OpNoMatch}).String(), false, nil
	case 1:
		return copied(all.Sub[0]).String(), wider, nil
	}
	return copied(all).String(), wider, nil
}

// copied has no part twice: Regexp.String keeps flags by part, and loses parentheses where one stands at two places.
func copied(re *syntax.Regexp) *syntax.Regexp {
	c := &syntax.Regexp{Op: re.Op, Flags: re.Flags, Rune: re.Rune, Min: re.Min, Max: re.Max}
	for _, s := range re.Sub {
		c.Sub = append(c.Sub, copied(s))
	}
	return c
}

// maxLines bounds the sequences that the choices around anchors are spread into.
const maxLines = 64

var (
	errRepeated = errors.New("an anchor stands inside a repetition")
	errMany     = errors.New("anchors stand in too many choices")
)

// placed says that an expression holds an anchor or an edge of a word.
func placed(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return slices.ContainsFunc(re.Sub, placed)
}

// spread writes an expression as sequences of parts of which each is an anchor or holds none.
func spread(re *syntax.Regexp) ([][]*syntax.Regexp, error) {
	switch {
	case re.Op == syntax.OpCapture:
		return spread(re.Sub[0])
	case len(re.Sub) == 0, re.Op != syntax.OpConcat && !placed(re):
		return [][]*syntax.Regexp{{re}}, nil
	case re.Op == syntax.OpQuest:
		some, err := spread(re.Sub[0])
		return append(some, nil), err
	case re.Op == syntax.OpAlternate:
		var out [][]*syntax.Regexp
		for _, s := range re.Sub {
			some, err := spread(s)
			if err != nil {
				return nil, err
			}
			out = append(out, some...)
		}
		return out, nil
	case re.Op != syntax.OpConcat:
		return nil, errRepeated
	}
	out := [][]*syntax.Regexp{nil}
	for _, s := range re.Sub {
		some, err := spread(s)
		if err != nil {
			return nil, err
		}
		if len(out)*len(some) > maxLines {
			return nil, errMany
		}
		var next [][]*syntax.Regexp
		for _, head := range out {
			for _, tail := range some {
				next = append(next, slices.Concat(head, tail))
			}
		}
		out = next
	}
	return out, nil
}

// An item is a part of a sequence that takes characters; the places before it are asked by what is between it and the
// item before.
type item struct {
	re  *syntax.Regexp
	gap bool // any run of the class: what stands at both ends of a search, or .* in a pattern
}

// A place is what a sequence asks of a point between two items.
type place struct{ begin, end, lineBegin, lineEnd, edge, inside bool }

func (p *place) add(op syntax.Op) bool {
	switch op {
	case syntax.OpBeginText:
		p.begin = true
	case syntax.OpEndText:
		p.end = true
	case syntax.OpBeginLine:
		p.lineBegin = true
	case syntax.OpEndLine:
		p.lineEnd = true
	case syntax.OpWordBoundary:
		p.edge = true
	case syntax.OpNoWordBoundary:
		p.inside = true
	default:
		return false
	}
	return true
}

// settle writes a sequence as one expression for the whole text. ok is false where it fits none.
func settle(line []*syntax.Regexp) (re *syntax.Regexp, ok, wider bool) {
	anything := &syntax.Regexp{Op: syntax.OpStar, Sub: []*syntax.Regexp{{Op: syntax.OpAnyChar}}}
	items := []item{{anything, true}}
	places := []place{{}, {}} // places[i] stands before items[i]
	for _, part := range line {
		if part.Op == syntax.OpEmptyMatch || places[len(items)].add(part.Op) {
			continue
		}
		items = append(items, item{part, isGap(part)})
		places = append(places, place{})
	}
	items = append(items, item{anything, true})
	places = append(places, place{})
	if !cutEnds(&items, places) {
		return nil, false, false
	}
	out := &syntax.Regexp{Op: syntax.OpConcat}
	for i := range items {
		if items[i].re == nil {
			continue
		}
		one, ok, w := fitted(items, places, i)
		if !ok {
			return nil, false, false
		}
		out.Sub = append(out.Sub, one)
		wider = wider || w
	}
	ok, w := between(items, places)
	return out, ok, wider || w
}

func isGap(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar && (re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL)
}

// cutEnds takes out what stands before a beginning and after an end. It is false where something must stand there.
func cutEnds(items *[]item, places []place) bool {
	list := *items
	for i := range places {
		if places[i].begin && !cut(list[:i]) || places[i].end && !cut(list[i:]) {
			return false
		}
	}
	return true
}

func cut(items []item) bool {
	for i := range items {
		if items[i].re != nil && !kindOf(items[i].re).empty {
			return false
		}
		items[i] = item{}
	}
	return true
}

// A kind is what the first, or the last, character of a part may be.
type kind struct{ word, other, empty bool }

// known says that it is one of the two for sure.
func (k kind) known() bool { return !k.empty && k.word != k.other }

// kindOf is what the characters of a part may be at its first place; of parts that differ inside it says both.
func kindOf(re *syntax.Regexp) kind { return edgeOf(re, true) }

func edgeOf(re *syntax.Regexp, first bool) kind {
	switch re.Op {
	case syntax.OpLiteral:
		at := re.Rune[0]
		if !first {
			at = re.Rune[len(re.Rune)-1]
		}
		if re.Flags&syntax.FoldCase != 0 { // K is also the Kelvin sign, which RE2 takes for no word's
			r := at
			k := runeKind(at)
			for _, o := range orbit(r) {
				k = k.or(runeKind(o))
			}
			return k
		}
		return runeKind(at)
	case syntax.OpCharClass:
		return classKind(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return kind{word: true, other: true}
	case syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		k := edgeOf(re.Sub[0], first)
		k.empty = k.empty || re.Op != syntax.OpRepeat || re.Min == 0
		return k
	case syntax.OpPlus, syntax.OpCapture:
		return edgeOf(re.Sub[0], first)
	case syntax.OpAlternate:
		var k kind
		for _, s := range re.Sub {
			k = k.or(edgeOf(s, first))
		}
		return k
	case syntax.OpConcat:
		k := kind{empty: true}
		for i := range re.Sub {
			s := re.Sub[i]
			if !first {
				s = re.Sub[len(re.Sub)-1-i]
			}
			k.empty = false
			if k = k.or(edgeOf(s, first)); !k.empty {
				break
			}
		}
		return k
	case syntax.OpNoMatch:
		return kind{}
	}
	return kind{empty: true}
}

func (k kind) or(o kind) kind { return kind{k.word || o.word, k.other || o.other, k.empty || o.empty} }

func runeKind(r rune) kind { w := isWord(r); return kind{word: w, other: !w} }

// isWord says of a character that RE2's \b takes it for a word's.
func isWord(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// words are the ranges of RE2's \w.
var words = [...]rune{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}

func classKind(ranges []rune) (k kind) {
	for i := 0; i+1 < len(ranges); i += 2 {
		size, inside := ranges[i+1]-ranges[i]+1, rune(0)
		for j := 0; j < len(words); j += 2 {
			inside += max(0, min(words[j+1], ranges[i+1])-max(words[j], ranges[i])+1)
		}
		k.word = k.word || inside > 0
		k.other = k.other || inside < size
	}
	return k
}
