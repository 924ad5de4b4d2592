package ir

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/source"
)

// atom reads on after the name that begins an atom.
func (p *parser) atom(n name) (Expr, error) {
	if !n.quoted {
		switch n.text {
		case "true", "false":
			return &Const{n.text == "true", p.from(n.start)}, nil
		case "exists":
			f, err := p.inner()
			return &Exists{f, p.from(n.start)}, err
		case "keyword":
			op := Contains
			if p.word(Glob.String()) {
				op = Glob
			}
			values, err := several(p, p.str)
			return &Keyword{op, values, p.from(n.start)}, err
		}
		if unit, ok := timeUnit(n.text); ok && p.ahead('(') {
			return p.timePart(unit, n.start)
		}
	}
	f, err := p.field(n)
	if err != nil {
		return nil, err
	}
	switch {
	case p.accept('='):
		return p.equals(f, n.start)
	case p.accept('~'):
		patterns, err := several(p, p.str)
		return &Regex{f, patterns, p.from(n.start)}, err
	case p.accept('<'):
		return p.compare(f, Lt, n.start)
	case p.accept('>'):
		return p.compare(f, Gt, n.start)
	case p.word("in"):
		return p.in(f, n.start)
	}
	for op := Contains; op <= Glob; op++ {
		if p.word(op.String()) {
			return p.match(f, op, n.start)
		}
	}
	return nil, p.fail("after a field comes =, in, contains, startswith, endswith, like, ~, <, <=, > or >=")
}

func timeUnit(word string) (TimeUnit, bool) {
	for u := Minute; u <= Year; u++ {
		if u.String() == word {
			return u, true
		}
	}
	return 0, false
}

// field resolves a name.
func (p *parser) field(n name) (Field, error) {
	if !n.quoted {
		if slices.Contains(reserved, n.text) {
			return Field{}, p.failAt(n.start, n.end, "`%s` is a word of this language; a field of that name stands in backticks", n.text)
		}
		if !isPath(n.text) {
			return Field{}, p.failAt(n.start, n.end, "`%s` is no dotted identifier; such a field stands in backticks", n.text)
		}
	}
	f, ok := p.resolve(n.text)
	if !ok {
		return Field{}, p.failAt(n.start, n.end, "there is no field %s", n.text)
	}
	f.Name = n.text
	return f, nil
}

// inner is a field in parentheses.
func (p *parser) inner() (Field, error) {
	if err := p.expect('('); err != nil {
		return Field{}, err
	}
	n, err := p.name()
	if err != nil {
		return Field{}, err
	}
	f, err := p.field(n)
	if err != nil {
		return Field{}, err
	}
	return f, p.expect(')')
}

// several is one value, or a list of any number in braces.
func several[T any](p *parser, one func() (T, error)) ([]T, error) {
	if p.ahead('{') {
		return braced(p, one)
	}
	v, err := one()
	return []T{v}, err
}

func braced[T any](p *parser, one func() (T, error)) ([]T, error) {
	if err := p.expect('{'); err != nil {
		return nil, err
	}
	var out []T
	for !p.accept('}') {
		if len(out) > 0 {
			if err := p.expect(','); err != nil {
				return nil, err
			}
		}
		v, err := one()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (p *parser) equals(f Field, start int) (Expr, error) {
	p.blank()
	if v, ok, err := p.literal(); ok || err != nil {
		f.Cased = p.word("cased")
		return &Eq{f, []Value{v}, p.from(start)}, err
	}
	n, err := p.name()
	if err != nil {
		return nil, err
	}
	g, err := p.field(n)
	f.Cased = p.word("cased")
	g.Cased = f.Cased
	return &FieldEq{f, g, p.from(start)}, err
}

func (p *parser) in(f Field, start int) (Expr, error) {
	switch {
	case p.ahead('{'):
		values, err := braced(p, p.value)
		f.Cased = p.word("cased")
		return &Eq{f, values, p.from(start)}, err
	case p.word("net"):
		nets, err := several(p, p.net)
		return &Cidr{f, nets, p.from(start)}, err
	case p.word("context"):
		table, err := p.handle("the name of a context table")
		if err != nil {
			return nil, err
		}
		if err := p.expect('/'); err != nil {
			return nil, err
		}
		version, err := p.integer()
		f.Cased = p.word("cased")
		return &InSet{f, table, version, p.from(start)}, err
	}
	return nil, p.fail("after `in` comes a list in braces, `net` or `context`")
}

func (p *parser) match(f Field, op MatchOp, start int) (Expr, error) {
	enc, err := p.encoding()
	if err != nil {
		return nil, err
	}
	values, err := several(p, p.str)
	f.Cased = p.word("cased")
	return &Match{f, op, values, enc, p.from(start)}, err
}

// encoding reads the words of one, which may be none.
func (p *parser) encoding() (e Encoding, err error) {
	p.blank()
	start := p.at
	e.Dash = p.word("windash")
	for c := UTF16LE; c <= UTF16; c++ {
		if p.word(c.String()) {
			e.Wide = c
			break
		}
	}
	for b := Base64Whole; b <= Base64Offset; b++ {
		if p.word(b.String()) {
			e.Base64 = b
			break
		}
	}
	if e.Dash && e != (Encoding{Dash: true}) {
		return e, p.failAt(start, p.at, "windash goes with no other encoding")
	}
	return e, nil
}

// compare reads on after < or >.
func (p *parser) compare(f Field, op CompareOp, start int) (Expr, error) {
	if p.at < len(p.file.Text) && p.file.Text[p.at] == '=' {
		p.accept('=')
		op++
	}
	v, err := p.value()
	return &Compare{f, op, v, p.from(start)}, err
}

func (p *parser) timePart(unit TimeUnit, start int) (Expr, error) {
	f, err := p.inner()
	if err != nil {
		return nil, err
	}
	var values []int
	switch {
	case p.accept('='):
		var n int
		n, err = p.integer()
		values = []int{n}
	case p.word("in"):
		values, err = braced(p, p.integer)
	default:
		err = p.fail("after %s(...) comes = or in", unit)
	}
	return &TimePart{f, unit, values, p.from(start)}, err
}

// str is a quoted string.
func (p *parser) str() (string, error) {
	p.blank()
	rest := p.file.Text[p.at:]
	if !strings.HasPrefix(rest, `"`) {
		return "", p.fail("expected a string in double quotes")
	}
	q, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return "", p.fail("this string has no end on its line, or an escape that Go doesn't know")
	}
	s, err := strconv.Unquote(q)
	if err != nil {
		return "", p.fail("this string has an escape that Go doesn't know")
	}
	p.advance(len(q))
	return s, nil
}

func (p *parser) value() (Value, error) {
	v, ok, err := p.literal()
	if !ok && err == nil {
		err = p.fail("expected a value: a string in double quotes, a number, true, false, ip(...) or time(...)")
	}
	return v, err
}

// literal reads a value if one stands here.
func (p *parser) literal() (v Value, ok bool, err error) {
	p.blank()
	switch c := p.peek(); {
	case c == '"':
		s, err := p.str()
		return StringValue(s), true, err
	case c == '-' || '0' <= c && c <= '9':
		v, err := p.number()
		return v, true, err
	case p.word("true"):
		return BoolValue(true), true, nil
	case p.word("false"):
		return BoolValue(false), true, nil
	case p.call("ip"):
		start, text := p.until(")")
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return v, true, p.failAt(start, p.at, "this is no IP address without a zone")
		}
		return IPValue(a), true, p.expect(')')
	case p.call("time"):
		start, text := p.until(")")
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || t.Year() <= 1678 || t.Year() >= 2262 {
			return v, true, p.failAt(start, p.at, "this is no time by RFC 3339 between the years 1679 and 2261")
		}
		return TimeValue(t), true, p.expect(')')
	}
	return v, false, nil
}

func (p *parser) number() (Value, error) {
	start, text := p.run("0123456789+-.eE")
	if strings.ContainsAny(text, ".eE") {
		d, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return Value{}, p.failAt(start, p.at, "this is no number that a double holds")
		}
		return DoubleValue(d), nil
	}
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return Value{}, p.failAt(start, p.at, "this is no whole number of 64 bits")
	}
	return IntValue(i), nil
}

func (p *parser) integer() (int, error) {
	p.blank()
	start, text := p.run("0123456789-")
	i, err := strconv.Atoi(text)
	if err != nil {
		return 0, p.failAt(start, p.at, "expected a whole number")
	}
	return i, nil
}

func (p *parser) net() (netip.Prefix, error) {
	p.blank()
	start, text := p.run("0123456789abcdefABCDEF.:/")
	n, err := netip.ParsePrefix(text)
	if err != nil {
		return n, p.failAt(start, p.at, "expected a network such as 10.0.0.0/8")
	}
	return n, nil
}

// from is the span from there to the end of what was read last.
func (p *parser) from(start int) source.Span {
	return source.Span{File: p.file, Start: start, End: p.end}
}
