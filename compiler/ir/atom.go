package ir

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"net/netip"
	"slices"

	"detc/compiler/source"
)

// An atom taken apart into what it asks (head) and the literals that it asks about. Two atoms with one head that hold
// a list of literals are, joined by or, one atom with both lists.
type parts struct {
	head head
	lits []literal
	list bool // the literals are alternatives; none of them is false
}

// head is comparable: the key of a map.
type head struct {
	kind    uint8
	op      uint8
	enc     Encoding
	version int
	field   Field
	other   Field
	table   string
}

const (
	kindEq uint8 = iota + 1
	kindMatch
	kindRegex
	kindCidr
	kindCompare
	kindFieldEq
	kindExists
	kindInSet
	kindTimePart
	kindKeyword
	kindNot
	kindAnd
	kindOr
	kindConst
)

// A literal is a value and what stands for it in a comparison. A network is an IP with the prefix's length in Int.
type literal struct {
	value Value
	mode  FoldMode
	fold  string // of a String
}

// apart is the AtomVisitor that makes parts of an atom.
type apart struct{}

func (apart) Eq(a *Eq) parts {
	p := parts{head: head{kind: kindEq, field: a.Field}, list: true, lits: make([]literal, len(a.Values))}
	for i, v := range a.Values {
		p.lits[i] = literal{value: v}
		if v.Type == String {
			p.lits[i].mode, p.lits[i].fold = a.Field.Folder(v.Str)
		}
	}
	return p
}

func (apart) Match(a *Match) parts {
	h := head{kind: kindMatch, op: uint8(a.Op), enc: a.Encoding, field: a.Field}
	// What is encoded is the literal as it is written, so its case counts whatever the field.
	cased := a.Field.Cased || a.Encoding.Wide != UTF8 || a.Encoding.Base64 != NoBase64
	return parts{head: h, list: true, lits: textLiterals(a.Values, cased).patterns(a.Op)}
}

func (apart) Regex(a *Regex) parts {
	return parts{head: head{kind: kindRegex, field: a.Field}, list: true, lits: textLiterals(a.Patterns, true)}
}

func (apart) Keyword(a *Keyword) parts {
	return parts{head: head{kind: kindKeyword, op: uint8(a.Op)}, list: true, lits: textLiterals(a.Values, false).patterns(a.Op)}
}

type literals []literal

// patterns are compared in their one spelling, where the texts are patterns.
func (lits literals) patterns(op MatchOp) literals {
	if op == Glob {
		for i := range lits {
			lits[i].fold = PlainGlob(lits[i].fold)
		}
	}
	return lits
}

func textLiterals(values []string, cased bool) literals {
	lits := make(literals, len(values))
	for i, s := range values {
		lits[i].value = StringValue(s)
		lits[i].mode, lits[i].fold = Field{Cased: cased}.Folder(s)
	}
	return lits
}

func (apart) Cidr(a *Cidr) parts {
	p := parts{head: head{kind: kindCidr, field: a.Field}, list: true, lits: make([]literal, len(a.Nets))}
	for i, n := range a.Nets {
		n = plainNet(n)
		p.lits[i].value = Value{Type: IP, IP: n.Addr(), Int: int64(n.Bits())}
	}
	return p
}

// plainNet is the same network without host bits and, where it can be, without v4-in-v6.
func plainNet(n netip.Prefix) netip.Prefix {
	if a := n.Addr(); a.Is4In6() && n.Bits() >= 96 {
		n = netip.PrefixFrom(a.Unmap(), n.Bits()-96)
	}
	return n.Masked()
}

func (apart) TimePart(a *TimePart) parts {
	h := head{kind: kindTimePart, op: uint8(a.Part), field: a.Field}
	p := parts{head: h, list: true, lits: make([]literal, len(a.Values))}
	for i, n := range a.Values {
		p.lits[i].value = IntValue(int64(n))
	}
	return p
}

func (apart) Compare(a *Compare) parts {
	l := literal{value: a.Value, fold: a.Value.Str}
	return parts{head: head{kind: kindCompare, op: uint8(a.Op), field: a.Field}, lits: []literal{l}}
}

// FieldEq says the same whichever field stands first.
func (apart) FieldEq(a *FieldEq) parts {
	f, g := a.Field, a.Other
	if compareFields(f, g) > 0 {
		f, g = g, f
	}
	return parts{head: head{kind: kindFieldEq, field: f, other: g}}
}

func (apart) Exists(a *Exists) parts { return parts{head: head{kind: kindExists, field: a.Field}} }

func (apart) InSet(a *InSet) parts {
	return parts{head: head{kind: kindInSet, field: a.Field, table: a.Table, version: a.Version}}
}

func compareFields(f, g Field) int {
	return cmp.Or(cmp.Compare(f.Name, g.Name), cmp.Compare(f.Type, g.Type), cmp.Compare(f.Unit, g.Unit),
		cmp.Compare(flags(f), flags(g)))
}

func flags(f Field) byte {
	var b byte
	if f.List {
		b |= 1
	}
	if f.Cased {
		b |= 2
	}
	return b
}

// compareLiterals is a total order in which literals of one type that no event tells apart are equal.
func compareLiterals(a, b literal) int {
	if a.value.Type == String && b.value.Type == String {
		return cmp.Or(cmp.Compare(a.mode, b.mode), cmp.Compare(a.fold, b.fold))
	}
	v, w := a.value, b.value
	return cmp.Or(cmp.Compare(v.Type, w.Type), v.IP.Compare(w.IP), cmp.Compare(v.Int, w.Int),
		cmp.Compare(v.Float, w.Float), cmp.Compare(truth(v.Bool), truth(w.Bool)))
}

func truth(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// tidy sorts the literals and drops those said before; of two spellings the author's first stays.
func (p *parts) tidy() {
	if len(p.lits) > 1 {
		slices.SortStableFunc(p.lits, compareLiterals)
		p.lits = slices.CompactFunc(p.lits, func(a, b literal) bool { return compareLiterals(a, b) == 0 })
	}
}

// atom puts a list atom together again.
func (p *parts) atom(span source.Span) Expr {
	h := p.head
	switch h.kind {
	case kindEq:
		return &Eq{h.field, each(p.lits, func(v Value) Value { return v }), span}
	case kindMatch:
		return &Match{h.field, MatchOp(h.op), each(p.lits, textOf), h.enc, span}
	case kindRegex:
		return &Regex{h.field, each(p.lits, textOf), span}
	case kindCidr:
		return &Cidr{h.field, each(p.lits, func(v Value) netip.Prefix { return netip.PrefixFrom(v.IP, int(v.Int)) }), span}
	case kindTimePart:
		return &TimePart{h.field, TimeUnit(h.op), each(p.lits, func(v Value) int { return int(v.Int) }), span}
	}
	return &Keyword{MatchOp(h.op), each(p.lits, textOf), span}
}

func textOf(v Value) string { return v.Str }

func each[T any](lits []literal, f func(Value) T) []T {
	out := make([]T, len(lits))
	for i, l := range lits {
		out[i] = f(l.value)
	}
	return out
}

// A sum names a meaning. It is a cryptographic one because arguments with one sum are dropped for each other: who
// writes the rules must not be able to make two meanings collide.
type sum [sha256.Size]byte

// appendTo writes tidy parts so that no two that differ are written alike: every string has its length before it.
func (p *parts) appendTo(b []byte) []byte {
	h := p.head
	b = append(b, h.kind, h.op, h.enc.mark())
	b = appendField(b, h.field)
	b = appendField(b, h.other)
	b = appendText(b, h.table)
	b = binary.AppendVarint(b, int64(h.version))
	for _, l := range p.lits {
		v := l.value
		b = append(b, byte(v.Type), byte(l.mode))
		switch v.Type {
		case String:
			b = appendText(b, l.fold)
		case Int, Timestamp:
			b = binary.BigEndian.AppendUint64(b, uint64(v.Int))
		case Double:
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(v.Float+0)) // -0 is 0
		case Bool:
			b = append(b, truth(v.Bool))
		case IP:
			b = appendText(b, string(v.IP.AsSlice()))
			b = binary.AppendVarint(b, v.Int)
		}
	}
	return b
}

func appendField(b []byte, f Field) []byte {
	b = appendText(b, f.Name)
	b = append(b, byte(f.Type), flags(f))
	return binary.AppendVarint(b, int64(f.Unit))
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
