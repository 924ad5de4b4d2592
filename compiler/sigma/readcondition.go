package sigma

import (
	"strings"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// A parser reads a condition (Sigma specification 2.1, "Condition"):
//
//	or    = and { "or" and } .
//	and   = unary { "and" unary } .
//	unary = "not" unary | "(" or ")" | ( "1" | "any" | "all" ) "of" ( pattern | "them" ) | name .
//
// Operators are words in any case.
type parser struct {
	r     *reader
	text  source.Text
	words []word
	next  int
	depth int
}

// A word of a condition and where it stands in it.
type word struct {
	text       string
	start, end int
}

func (r *reader) condition(text source.Text) (ir.Expr, error) {
	if len(text.Value) > maxCondition {
		return nil, fail(text.Whole, "the condition is longer than %d KiB", maxCondition>>10)
	}
	p := &parser{r: r, text: text}
	if err := p.scan(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.next < len(p.words) {
		return nil, p.fail("%q: an operator (and, or) must stand before it", p.peek())
	}
	return e, nil
}

func (p *parser) scan() error {
	s := p.text.Value
	for i := 0; i < len(s); {
		start := i
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c == '(' || c == ')':
			i++
		case inName(c):
			for i < len(s) && inName(s[i]) {
				i++
			}
		case c == '|':
			return fail(p.text.Span(i, i+1), "an aggregation (| count() …) is a correlation, which is not read here")
		default:
			return fail(p.text.Span(i, i+1), "%q has no meaning in a condition", string([]rune(s[i:])[0]))
		}
		p.words = append(p.words, word{s[start:i], start, i})
	}
	return nil
}

func inName(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '*' || c == '?'
}

func (p *parser) peek() string {
	if p.next < len(p.words) {
		return p.words[p.next].text
	}
	return ""
}

func (p *parser) is(words ...string) bool {
	for _, w := range words {
		if strings.EqualFold(p.peek(), w) {
			return true
		}
	}
	return false
}

func (p *parser) accept(w string) bool {
	if p.is(w) && p.next < len(p.words) {
		p.next++
		return true
	}
	return false
}

func (p *parser) fail(format string, args ...any) error {
	span := p.text.Span(len(p.text.Value), len(p.text.Value))
	if p.next < len(p.words) {
		w := p.words[p.next]
		span = p.text.Span(w.start, w.end)
	}
	return fail(span, format, args...)
}

// from is the span from a word to the last that was read.
func (p *parser) from(first int) source.Span {
	return p.text.Span(p.words[first].start, p.words[max(first, p.next-1)].end)
}

func (p *parser) or() (ir.Expr, error) {
	args, span, err := p.chain("or", func() (ir.Expr, error) {
		args, span, err := p.chain("and", p.unary)
		if len(args) == 1 || err != nil {
			return first(args), err
		}
		return &ir.And{Args: args, Span: span}, nil
	})
	if len(args) == 1 || err != nil {
		return first(args), err
	}
	return &ir.Or{Args: args, Span: span}, nil
}

func first(args []ir.Expr) ir.Expr {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

func (p *parser) chain(operator string, operand func() (ir.Expr, error)) (args []ir.Expr, span source.Span, err error) {
	begin := p.next
	for {
		e, err := operand()
		if err != nil {
			return nil, source.Span{}, err
		}
		args = append(args, e)
		if !p.accept(operator) {
			return args, p.from(begin), nil
		}
	}
}

func (p *parser) unary() (ir.Expr, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, p.fail("nested more than %d deep", maxNesting)
	}
	defer func() { p.depth-- }()
	begin := p.next
	switch {
	case p.next >= len(p.words):
		return nil, p.fail("the condition breaks off: a selection's name must follow")
	case p.accept("not"):
		e, err := p.unary()
		if err != nil {
			return nil, err
		}
		return &ir.Not{Arg: e, Span: p.from(begin)}, nil
	case p.accept("("):
		e, err := p.or()
		if err != nil {
			return nil, err
		}
		if !p.accept(")") {
			return nil, p.fail("a ) must follow")
		}
		return e, nil
	case p.is("1", "any", "all") && p.next+1 < len(p.words) && strings.EqualFold(p.words[p.next+1].text, "of"):
		return p.quantified()
	case p.is(")", "and", "or", "of", "them"):
		return nil, p.fail("%q: a selection's name must stand here", p.peek())
	}
	return p.name()
}

func (p *parser) name() (ir.Expr, error) {
	for _, s := range p.r.selections {
		if s.name == p.peek() {
			if err := p.count(1); err != nil {
				return nil, err
			}
			p.next++
			return s.expr, nil
		}
	}
	return nil, p.fail("there is no selection %q", p.peek())
}

func (p *parser) quantified() (ir.Expr, error) {
	begin := p.next
	all := p.is("all")
	p.next += 2
	if p.next >= len(p.words) || p.is("(", ")") {
		return nil, p.fail("a selection's name, a pattern or `them` must follow")
	}
	matching := p.r.matching(p.peek())
	if len(matching) == 0 {
		return nil, p.fail("no selection has a name like %q", p.peek())
	}
	if err := p.count(len(matching)); err != nil {
		return nil, err
	}
	p.next++
	args := make([]ir.Expr, len(matching))
	for i, s := range matching {
		args[i] = s.expr
	}
	if all {
		return &ir.And{Args: args, Span: p.from(begin)}, nil
	}
	return &ir.Or{Args: args, Span: p.from(begin)}, nil
}

// count bounds what patterns blow up to.
func (p *parser) count(n int) error {
	if p.r.terms += n; p.r.terms > maxTerms {
		return p.fail("the condition names more than %d selections", maxTerms)
	}
	return nil
}
