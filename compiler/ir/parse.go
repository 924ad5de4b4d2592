package ir

import (
	"detc/compiler/source"
)

// MaxDepth is how deep an expression may nest that Parse reads: its longest way from the whole to an atom. It bounds
// the stack on hostile text; nobody writes by hand what is a tenth as deep.
const MaxDepth = 1000

// Parse reads an expression as Text and Indented write it.
//
//	expr    = and { "|" and } .
//	and     = unary { "&" unary } .
//	unary   = "!" unary | "(" expr ")" | name ":" unary | "true" | "false" | atom
//	        | ( "&" | "|" ) "(" [ expr ] ")" .                         an And or Or of less than two
//	atom    = field ( "=" value | "in" "{" [ value { "," value } ] "}" ) [ "cased" ]
//	        | field ( "contains" | "startswith" | "endswith" | "like" )
//	          [ "windash" ] [ "utf16le" | "utf16be" | "utf16" ] [ "base64" | "base64offset" ] strings [ "cased" ]
//	        | field "~" strings | field "in" "net" nets | field ( "<" | "<=" | ">" | ">=" ) value
//	        | field "=" field [ "cased" ] | field "in" "context" name "/" version [ "cased" ]
//	        | "exists" "(" field ")" | "keyword" [ "like" ] strings
//	        | unit "(" field ")" ( "=" number | "in" "{" [ number { "," number } ] "}" ) .
//	strings = string | "{" [ string { "," string } ] "}" .             nets alike
//	value   = string | number | "true" | "false" | "ip" "(" address ")" | "time" "(" RFC 3339 ")" .
//
// A string is quoted as in Go. A number with a point or an exponent is a double. A field is a dotted identifier, which
// may hold @; any other stands in backticks, with Go's escapes and the backtick itself twice, as does one that is a
// word of the grammar. Parentheses that only group leave no trace; an & in parentheses within an & is an And in an And.
//
// resolve knows the type, the unit and whether a field is a list; it says false for a field that is not there. Whether
// a field is cased the text says wherever it matters; elsewhere (exists, ~, orders, parts of a time) resolve does.
//
// A dash beside another encoding is refused: nothing says what it would mean.
//
// A text that can't be read, and one nested deeper than MaxDepth or larger than source.MaxFile, yields a
// *source.Error with the place.
func Parse(f *source.File, resolve func(name string) (Field, bool)) (Expr, error) {
	p, err := newParser(f, resolve)
	if err != nil {
		return nil, err
	}
	return p.whole()
}

// ParseRule reads what RuleText writes.
func ParseRule(f *source.File, resolve func(name string) (Field, bool)) (*Rule, error) {
	p, err := newParser(f, resolve)
	if err != nil {
		return nil, err
	}
	r := &Rule{}
	for _, part := range []struct {
		word, what string
		to         *string
	}{{"rule", "a rule begins with `rule NAME on TELEMETRY`", &r.Name}, {"on", "after the rule's name comes `on TELEMETRY`", &r.Telemetry}} {
		if !p.word(part.word) {
			return nil, p.fail("%s", part.what)
		}
		if *part.to, err = p.handle("a name"); err != nil {
			return nil, err
		}
	}
	r.Where, err = p.whole()
	if err != nil {
		return nil, err
	}
	return r, nil
}

func newParser(f *source.File, resolve func(name string) (Field, bool)) (*parser, error) {
	p := &parser{scanner: newScanner(f), resolve: resolve}
	if len(f.Text) > source.MaxFile {
		return nil, p.fail("the text is larger than %d MiB, the most that is read", source.MaxFile>>20)
	}
	return p, nil
}

type parser struct {
	scanner
	resolve func(name string) (Field, bool)
	open    int // signs and parentheses around the current place
}

// A tree is an expression and how many nodes its longest way has below it.
type tree struct {
	expr   Expr
	height int
}

func (p *parser) whole() (Expr, error) {
	t, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.atEnd() {
		return nil, p.fail("expected `&`, `|` or the end")
	}
	return t.expr, nil
}

func (p *parser) or() (tree, error)  { return p.chain('|', p.and) }
func (p *parser) and() (tree, error) { return p.chain('&', p.unary) }

func (p *parser) chain(sign byte, next func() (tree, error)) (tree, error) {
	t, err := next()
	if err != nil || !p.ahead(sign) {
		return t, err
	}
	args, height := []Expr{t.expr}, t.height
	for p.accept(sign) {
		if t, err = next(); err != nil {
			return tree{}, err
		}
		args, height = append(args, t.expr), max(height, t.height)
	}
	span := args[0].Where()
	span.End = p.end
	return p.over(height, connect(sign == '&', args, span))
}

// over is a node above others of that height.
func (p *parser) over(height int, e Expr) (tree, error) {
	if height >= MaxDepth {
		return tree{}, p.fail("nested more than %d deep", MaxDepth)
	}
	return tree{e, height + 1}, nil
}

// enter bounds the recursion. Text and Indented write at most one pair of parentheses a node, so what they write of
// an expression that was read is never refused for its parentheses.
func (p *parser) enter() error {
	if p.open++; p.open > 2*MaxDepth+2 {
		return p.fail("nested more than %d deep", MaxDepth)
	}
	return nil
}

func (p *parser) unary() (tree, error) {
	if err := p.enter(); err != nil {
		return tree{}, err
	}
	defer func() { p.open-- }()
	p.blank()
	start := p.at
	switch {
	case p.accept('!'):
		t, err := p.unary()
		if err != nil {
			return t, err
		}
		return p.over(t.height, &Not{t.expr, p.from(start)})
	case p.accept('('):
		t, err := p.or()
		if err != nil {
			return t, err
		}
		return t, p.expect(')')
	case p.accept('&'):
		return p.few(true, start)
	case p.accept('|'):
		return p.few(false, start)
	}
	return p.primary()
}

// few is an And or an Or of one argument or none.
func (p *parser) few(all bool, start int) (tree, error) {
	if !p.accept('(') {
		return tree{}, p.fail("expected an expression before this sign")
	}
	if p.accept(')') {
		return p.over(0, connect(all, nil, p.from(start)))
	}
	t, err := p.or()
	if err != nil {
		return t, err
	}
	if err := p.expect(')'); err != nil {
		return t, err
	}
	return p.over(t.height, connect(all, []Expr{t.expr}, p.from(start)))
}

// primary is what begins with a name.
func (p *parser) primary() (tree, error) {
	n, err := p.name()
	if err != nil {
		return tree{}, err
	}
	if p.accept(':') {
		if !n.quoted && !isLabel(n.text) {
			return tree{}, p.failAt(n.start, n.end, "a name before `:` has letters, digits and _; any other stands in backticks")
		}
		t, err := p.unary()
		if err != nil {
			return t, err
		}
		return p.over(t.height, &Named{n.text, t.expr, p.from(n.start)})
	}
	e, err := p.atom(n)
	return tree{expr: e}, err
}
