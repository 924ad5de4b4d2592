package source

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// A converter makes Nodes of yaml.v3's and finds where they stand.
type converter struct {
	file    *File
	text    string
	lines   []int // where yaml.v3 sees lines begin
	nodes   int   // how many there are so far, each alias counted with all that it stands for
	deepest int   // the deepest nesting since an anchor was opened
	anchors map[*yaml.Node]anchor
	aligner aligner
	slab    []Node

	misaligned int // scalars whose pieces could not be told; the tests hold it to none
}

// An anchor is a node that was converted already. Its aliases share it: copies would let a few hundred bytes of
// aliases fill the memory.
type anchor struct {
	node          *Node
	nodes, height int
}

func newConverter(f *File) *converter {
	c := &converter{file: f, text: f.Text, lines: f.starts()}
	c.aligner.text = f.Text
	if strings.Contains(f.Text, "\u0085") || strings.Contains(f.Text, "\u2028") || strings.Contains(f.Text, "\u2029") {
		c.lines = make([]int, 1, len(c.lines)+16)
		for i := 0; i < len(c.text); i++ {
			if n := breakAt(c.text, i); n > 0 {
				i += n - 1
				c.lines = append(c.lines, i+1)
			}
		}
	}
	return c
}

// offset is where a place of yaml.v3's stands. It counts both numbers from 1, the column in characters.
func (c *converter) offset(line, column int) int {
	if line < 1 || line > len(c.lines) {
		return len(c.text)
	}
	o := c.lines[line-1]
	if line == 1 {
		o = c.file.bom()
	}
	if column <= 1 {
		return o
	}
	if c.file.marks == nil {
		return min(o+column-1, len(c.text))
	}
	return c.file.offset(c.file.characters(o) + column - 1)
}

func (c *converter) span(start, end int) Span { return Span{c.file, start, end} }

func (c *converter) fail(n *yaml.Node, format string, args ...any) error {
	o := c.offset(n.Line, n.Column)
	return &Error{Span: c.span(o, o), Message: fmt.Sprintf(format, args...)}
}

func (c *converter) convert(y *yaml.Node, depth int) (*Node, error) {
	if c.deepest = max(c.deepest, depth); depth > MaxDepth {
		return nil, c.fail(y, "nested more than %d deep", MaxDepth)
	}
	if c.nodes++; c.nodes > MaxNodes {
		return nil, c.fail(y, "more than %d values once aliases are followed", MaxNodes)
	}
	if y.Kind == yaml.AliasNode {
		return c.alias(y, depth)
	}
	if y.Anchor == "" {
		return c.node(y, depth)
	}
	nodes, deepest := c.nodes, c.deepest
	c.deepest = depth
	n, err := c.node(y, depth)
	if err != nil {
		return nil, err
	}
	if c.anchors == nil {
		c.anchors = map[*yaml.Node]anchor{}
	}
	c.anchors[y] = anchor{n, c.nodes - nodes, c.deepest - depth}
	c.deepest = max(c.deepest, deepest)
	return n, nil
}

// alias gives the anchor's node, marked with where the alias stands.
func (c *converter) alias(y *yaml.Node, depth int) (*Node, error) {
	target, ok := c.anchors[y.Alias]
	if !ok {
		return nil, c.fail(y, "the alias *%s stands inside what it names", y.Value)
	}
	if c.deepest = max(c.deepest, depth+target.height); c.deepest > MaxDepth {
		return nil, c.fail(y, "nested more than %d deep once aliases are followed", MaxDepth)
	}
	if c.nodes += target.nodes; c.nodes > MaxNodes {
		return nil, c.fail(y, "more than %d values once aliases are followed", MaxNodes)
	}
	n := c.new()
	*n = *target.node
	o := c.offset(y.Line, y.Column)
	n.Alias = c.span(o, min(o+1+len(y.Value), len(c.text)))
	n.Text.Alias = n.Alias
	return n, nil
}

// maxSlab is how many Nodes are made at once: a finding keeps its whole slab in memory.
const maxSlab = 1024

// reserve makes room for the Nodes of a document, so that there are neither too few in one piece nor too many.
func (c *converter) reserve(doc *yaml.Node) { c.slab = make([]Node, min(count(doc, maxSlab), maxSlab)) }

// count is how many nodes there are, as far as most; it stops soon after.
func count(y *yaml.Node, most int) int {
	n := 1
	for _, child := range y.Content {
		if n > most {
			break
		}
		n += count(child, most-n)
	}
	return n
}

// new takes a Node of a slab: one allocation for many.
func (c *converter) new() *Node {
	if len(c.slab) == 0 {
		c.slab = make([]Node, min(256, 16+c.nodes))
	}
	n := &c.slab[0]
	c.slab = c.slab[1:]
	return n
}

func (c *converter) node(y *yaml.Node, depth int) (*Node, error) {
	n := c.new()
	start := c.offset(y.Line, y.Column)
	if y.Anchor != "" || y.Style&yaml.TaggedStyle != 0 || start < len(c.text) && c.text[start] == '!' {
		start = c.skipProperties(start, y.Kind == yaml.ScalarNode && y.Value == "" && y.Style&^yaml.TaggedStyle == 0)
	}
	var err error
	switch y.Kind {
	case yaml.ScalarNode:
		c.scalar(n, y, start)
		return n, nil
	case yaml.SequenceNode:
		n.Kind = Sequence
		n.Items = make([]*Node, len(y.Content))
		for i, item := range y.Content {
			if n.Items[i], err = c.convert(item, depth+1); err != nil {
				return nil, err
			}
		}
	case yaml.MappingNode:
		n.Kind = Mapping
		n.Pairs = make([]Pair, len(y.Content)/2)
		for i := range n.Pairs {
			if n.Pairs[i], err = c.pair(y.Content[2*i], y.Content[2*i+1], depth+1); err != nil {
				return nil, err
			}
		}
	default:
		return nil, c.fail(y, "this is no YAML value")
	}
	n.Span = c.cover(n, start, y.Style&yaml.FlowStyle != 0)
	return n, nil
}

func (c *converter) pair(k, v *yaml.Node, depth int) (p Pair, err error) {
	if k.Tag == "!!merge" {
		return p, c.fail(k, "merge keys (<<) are not read; write the keys out")
	}
	if p.Key, err = c.convert(k, depth); err != nil {
		return p, err
	}
	if p.Key.Kind != Scalar {
		return p, c.fail(k, "a key must be a plain value, not %s", p.Key.What())
	}
	p.Value, err = c.convert(v, depth)
	return p, err
}

func (c *converter) scalar(n *Node, y *yaml.Node, start int) {
	style := plain
	switch {
	case y.Style&yaml.SingleQuotedStyle != 0:
		style = singleQuoted
	case y.Style&yaml.DoubleQuotedStyle != 0:
		style = doubleQuoted
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		style = block
	}
	switch y.ShortTag() {
	case "!!int":
		n.Type = Int
	case "!!float":
		n.Type = Float
	case "!!bool":
		n.Type = Bool
	case "!!null":
		n.Type = Null
	}
	n.Tagged = y.Style&yaml.TaggedStyle != 0
	a := &c.aligner
	raw, end, ok := a.align(start, y.Value, style)
	if !ok {
		c.misaligned++
	}
	n.Span = c.span(start, end)
	n.Text = Text{Value: y.Value, Whole: n.Span, raw: raw, pieces: a.pieces[a.first:len(a.pieces):len(a.pieces)]}
}

// skipProperties steps over a node's anchor and tag (&a !!str), at which yaml.v3 says that it begins, and the white
// space and comments after them; not over the latter where nothing follows that the properties belong to.
func (c *converter) skipProperties(o int, empty bool) int {
	for o < len(c.text) && (c.text[o] == '&' || c.text[o] == '!') {
		for anchor := c.text[o] == '&'; o < len(c.text) && !isBlank(c.text[o]) && breakAt(c.text, o) == 0; o++ {
			if anchor && strings.IndexByte("?:,]}%@`", c.text[o]) >= 0 {
				break
			}
		}
		after := c.skipSpace(o)
		if empty && !strings.HasPrefix(c.text[after:], "&") && !strings.HasPrefix(c.text[after:], "!") {
			return o
		}
		o = after
	}
	return o
}

// skipSpace steps over white space, line ends and comments.
func (c *converter) skipSpace(o int) int {
	for o < len(c.text) {
		switch n := breakAt(c.text, o); {
		case n > 0:
			o += n
		case isBlank(c.text[o]):
			o++
		case c.text[o] == '#':
			for o < len(c.text) && breakAt(c.text, o) == 0 {
				o++
			}
		default:
			return o
		}
	}
	return o
}

// cover is the span of a collection: its children, and the brackets of a flow collection.
func (c *converter) cover(n *Node, start int, flow bool) Span {
	s := c.span(start, start)
	grow := func(child *Node) {
		if child.Alias.IsZero() {
			s.End = max(s.End, child.Span.End)
		} else {
			s.End = max(s.End, child.Alias.End)
		}
	}
	for _, p := range n.Pairs {
		grow(p.Key)
		grow(p.Value)
	}
	for _, i := range n.Items {
		grow(i)
	}
	if !flow || start >= len(c.text) {
		return s
	}
	o := s.End
	if open := c.text[start]; o == start && (open == '[' || open == '{') {
		o++
	}
	for o = c.skipSpace(o); o < len(c.text) && c.text[o] == ','; {
		o = c.skipSpace(o + 1)
	}
	if o < len(c.text) && (c.text[o] == ']' || c.text[o] == '}') {
		s.End = o + 1
	}
	return s
}
