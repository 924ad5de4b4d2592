package sigmalint

import (
	"strings"

	"detc/compiler/source"
)

// An item is a field with its modifiers and values, or a list of keywords.
type item struct {
	selection int          // in Document.Selections
	group     *source.Node // the mapping that it is an entry of
	key       *source.Node // nil for keywords without a key
	field     string
	mods      modifiers
	value     *source.Node
	values    []*source.Node // of a list, or the one value
	list      bool
}

// modifiers are those of a field, as a set.
type modifiers uint32

const (
	contains modifiers = 1 << iota
	startswith
	endswith
	re
	reflag
	cidrs
	compare
	timepart
	fieldref
	exists
	expand
	allOf
	cased
	neq
	dashes
	base64whole
	base64offset
	utf16
	unknown

	inside   = contains | startswith | endswith
	encoding = dashes | base64whole | base64offset | utf16
	// noText are the modifiers that make something else of a value than a text with wildcards.
	noText = re | reflag | cidrs | compare | timepart | fieldref | exists | expand | unknown
)

var modifierOf = map[string]modifiers{
	"contains": contains, "startswith": startswith, "endswith": endswith, "re": re, "i": reflag, "m": reflag, "s": reflag,
	"cidr": cidrs, "lt": compare, "lte": compare, "gt": compare, "gte": compare, "minute": timepart, "hour": timepart,
	"day": timepart, "week": timepart, "month": timepart, "year": timepart, "fieldref": fieldref, "exists": exists,
	"expand": expand, "all": allOf, "cased": cased, "neq": neq, "windash": dashes, "base64": base64whole,
	"base64offset": base64offset, "utf16": utf16, "utf16le": utf16, "utf16be": utf16, "wide": utf16,
}

// maxItems bounds what is looked at in one document; the largest of the public corpus has 300.
const maxItems = 100_000

func (s *subject) readItems() {
	for i := range s.Selections {
		if n := s.Selections[i].Node; n != nil {
			s.readSelection(i, n)
		}
	}
}

func (s *subject) readSelection(i int, n *source.Node) {
	if len(s.items) >= maxItems {
		return
	}
	switch n.Kind {
	case source.Mapping:
		for _, p := range n.Pairs {
			s.items = append(s.items, newItem(i, n, p))
		}
	case source.Sequence:
		if len(n.Items) > 0 && n.Items[0].Kind == source.Scalar {
			s.items = append(s.items, item{selection: i, value: n, values: n.Items, list: true})
			return
		}
		for _, m := range n.Items {
			if m.Kind == source.Mapping {
				s.readSelection(i, m)
			}
		}
	}
}

func newItem(i int, group *source.Node, p source.Pair) item {
	it := item{selection: i, group: group, key: p.Key, value: p.Value}
	rest, more := "", false
	it.field, rest, more = strings.Cut(p.Key.Text.Value, "|")
	for more {
		var m string
		m, rest, more = strings.Cut(rest, "|")
		if bit, ok := modifierOf[m]; ok {
			it.mods |= bit
		} else {
			it.mods |= unknown
		}
	}
	if p.Value.Kind == source.Sequence {
		it.values, it.list = p.Value.Items, true
	} else if p.Value.Kind == source.Scalar {
		it.values = []*source.Node{p.Value}
	}
	return it
}

// has says that the item has one of the modifiers.
func (it *item) has(m modifiers) bool { return it.mods&m != 0 }

// compares says that the values are texts that are looked for, with wildcards.
func (it *item) compares() bool { return it.mods&noText == 0 }

// modifier is where a modifier stands in the key, its bar included.
func (it *item) modifier(name string) (source.Span, bool) {
	text := it.key.Text.Value
	for at := len(it.field); at < len(text); {
		end := strings.IndexByte(text[at+1:], '|')
		if end < 0 {
			end = len(text)
		} else {
			end += at + 1
		}
		if text[at+1:end] == name {
			return it.key.Text.Span(at, end), true
		}
		at = end
	}
	return source.Span{}, false
}

// isText says that a value is text: no number, no boolean, no null and no collection.
func isText(n *source.Node) bool { return n.Kind == source.Scalar && n.Type == source.String }
