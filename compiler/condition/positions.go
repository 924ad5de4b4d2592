package condition

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"detc/compiler/source"
)

// positions knows where every node of the tree stands, as a range of tokens.
type positions struct {
	toks   []token
	bytes  []int32  // the byte of each code point; nil where the text is ASCII and they are the same
	extent []extent // by node id
}

// An extent is the first and the last token of a node, and the token that names it: an operator, a function's name.
type extent struct{ first, last, name int32 }

// index prepares the way from cel-go's offsets, which count code points, to bytes.
func (p *positions) index(text string) {
	if strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return
	}
	for i := range text {
		p.bytes = append(p.bytes, int32(i))
	}
	p.bytes = append(p.bytes, int32(len(text)))
}

func (p *positions) byteAt(offset int32) int {
	if offset < 0 {
		return 0
	}
	if p.bytes == nil {
		return int(offset)
	}
	return int(p.bytes[min(int(offset), len(p.bytes)-1)])
}

// tokenAt is the token at a code point offset, or the one before it.
func (p *positions) tokenAt(offset int32) int {
	b := p.byteAt(offset)
	i := sort.Search(len(p.toks), func(i int) bool { return p.toks[i].start > b }) - 1
	return max(i, 0)
}

// measure records where every node of the tree as it was parsed stands. Nodes that resolve makes take their places
// over from it.
func (c *compiler) measure(e ast.Expr) extent {
	var at int32
	if r, ok := c.ast.NativeRep().SourceInfo().GetOffsetRange(e.ID()); ok {
		at = int32(c.tokenAt(r.Start))
	}
	x := extent{at, at, at}
	cover := func(child ast.Expr) {
		y := c.grow(c.measure(child))
		x.first, x.last = min(x.first, y.first), max(x.last, y.last)
	}
	toMate := func(i int32) {
		if m := c.toks[i].mate; m >= 0 {
			x.last = max(x.last, int32(m))
		}
	}
	switch e.Kind() {
	case ast.LiteralKind:
		if c.toks[at].kind == tokMinus {
			x.last = min(at+1, int32(len(c.toks)-1))
		}
	case ast.SelectKind:
		cover(e.AsSelect().Operand())
		x.last = min(at+1, int32(len(c.toks)-1))
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			cover(call.Target())
		}
		for _, arg := range call.Args() {
			cover(arg)
		}
		if c.toks[at].kind == tokOpen {
			toMate(at)
			if call.FunctionName() != operators.Index {
				x.name = max(at-1, 0)
				x.first = min(x.first, x.name)
			}
		}
	case ast.ListKind:
		for _, el := range e.AsList().Elements() {
			cover(el)
		}
		toMate(at)
	case ast.MapKind, ast.StructKind:
		toMate(at)
	}
	c.place(e.ID(), x)
	return x
}

// place records an extent, and keeps next above every id in use.
func (c *compiler) place(id int64, x extent) {
	if id < 0 {
		return
	}
	for int64(len(c.extent)) <= id {
		c.extent = append(c.extent, extent{})
	}
	c.extent[id] = x
	c.next = max(c.next, id+1)
}

// grow takes in the parentheses around an expression, but not those of a call.
func (c *compiler) grow(x extent) extent {
	for x.first > 0 && c.toks[x.first-1].kind == tokOpen && c.toks[x.first-1].mate == int(x.last)+1 &&
		c.text.Value[c.toks[x.first-1].start] == '(' && !(x.first > 1 && c.toks[x.first-2].kind == tokIdent) {
		x.first, x.last = x.first-1, x.last+1
	}
	return x
}

func (c *compiler) extentOf(e ast.Expr) extent {
	if id := e.ID(); id >= 0 && id < int64(len(c.extent)) {
		return c.extent[id]
	}
	return extent{}
}

// bytesOf are the bytes that an expression stands on.
func (c *compiler) bytesOf(e ast.Expr) (lo, hi int) {
	x := c.extentOf(e)
	return c.toks[x.first].start, c.toks[x.last].end
}

// nameOf are the bytes of a call's function name or operator.
func (c *compiler) nameOf(e ast.Expr) (lo, hi int) {
	t := c.toks[c.extentOf(e).name]
	return t.start, t.end
}

func (c *compiler) span(e ast.Expr) source.Span { return c.text.Span(c.bytesOf(e)) }

// written is an expression to the letter.
func (c *compiler) written(e ast.Expr) string {
	lo, hi := c.bytesOf(e)
	return c.text.Value[lo:hi]
}

// src is an expression as it was written, on one line and not too long for a message.
func (c *compiler) src(e ast.Expr) string {
	lo, hi := c.bytesOf(e)
	s := strings.Join(strings.Fields(c.text.Value[lo:hi]), " ")
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:38]) + "…"
	}
	return s
}

// word is the text of a token.
func (c *compiler) word(i int) string {
	if i < 0 || i >= len(c.toks) {
		return ""
	}
	return c.text.Value[c.toks[i].start:c.toks[i].end]
}
