package ndjson

import "strings"

// Names are the names that a scanner keeps the values of, each with a slot. A name is a flat key, or a way down nested
// objects by dots, through lists as well: `id.orig_h`, `threat.package_name`.
type Names struct {
	list  []string
	slots map[string]int32
	above map[string]bool // what stands before a dot of a name
}

// NewNames numbers names; one that comes twice has one slot.
func NewNames(names []string) *Names {
	n := &Names{slots: map[string]int32{}, above: map[string]bool{}}
	for _, name := range names {
		if _, twice := n.slots[name]; twice {
			continue
		}
		n.slots[name] = int32(len(n.list))
		n.list = append(n.list, name)
		for i := range len(name) {
			if name[i] == '.' {
				n.above[name[:i]] = true
			}
		}
	}
	return n
}

// Len is the number of slots.
func (n *Names) Len() int { return len(n.list) }

// Slot is a name's slot, from 0; it says false where the name isn't kept.
func (n *Names) Slot(name string) (int32, bool) {
	s, ok := n.slots[name]
	return s, ok
}

// A Path is a way of keys that some record had. There is one Path for a way, lists left out, until Reset.
type Path struct {
	Name  string // its keys, joined by dots
	Top   *Path  // the way's first key
	Index int    // from 0, in the order in which the ways were met
	Slot  int32  // of the name that it spells; -1 where none is kept

	parent   *Path
	key      string
	plain    bool  // the key stands in a record as it is, without escapes
	wanted   bool  // a name goes on below
	over     bool  // stands for the ways that were too many to tell apart
	first    *Path // the child that an object began with last time
	after    *Path // the key that came next, last time
	children map[string]*Path

	object     uint64 // the object that it was met in last
	start, end int    // its value there
	record     uint64 // the record that it was met in last with a value
}

func newRoot() *Path { return &Path{Slot: -1, wanted: true} }

// child finds the way that goes on with a key, or makes it.
func (s *Scanner) child(p *Path, key []byte) *Path {
	if p.over {
		return p
	}
	if c := p.children[string(key)]; c != nil {
		return c
	}
	c := &Path{parent: p, key: string(key), Slot: -1, Top: p.Top}
	c.Name = c.key
	if p != s.root {
		c.Name = p.Name + "." + c.key
	}
	if p.wanted {
		if slot, ok := s.names.slots[c.Name]; ok {
			c.Slot = slot
		}
		c.wanted = s.names.above[c.Name]
	}
	if s.paths >= s.MaxPaths && c.Slot < 0 && !c.wanted {
		s.Overflowed = true
		return &Path{Slot: -1, over: true, Top: c}
	}
	if c.Top == nil {
		c.Top = c
	}
	c.Index = s.paths
	s.paths++
	c.plain = strings.IndexFunc(c.key, func(r rune) bool { return r < 0x20 || r == '"' || r == '\\' || r >= 0x80 }) < 0
	if p.children == nil {
		p.children = map[string]*Path{}
	}
	p.children[c.key] = c
	return c
}
