package sigma

import (
	"strings"
	"unicode/utf8"

	"detc/compiler/diag"
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

// condition reads one; ok is false where a finding says why not.
func (r *reader) condition(text source.Text) (e ir.Expr, ok bool) {
	if len(text.Value) > maxCondition {
		r.fail(diag.SigmaTooLarge, text.Whole, "the condition is longer than %d KiB", maxCondition>>10).WithHelp("write several rules")
		return nil, false
	}
	p := &parser{r: r, text: text}
	if !p.scan() {
		return nil, false
	}
	if e = p.or(); e == nil {
		return nil, false
	}
	if p.next < len(p.words) {
		p.fail(diag.SigmaSyntax, "%q: an operator (and, or) must stand before it", p.peek()).WithHelp("join selections by and, or; negate one by not")
		return nil, false
	}
	return e, true
}

func (p *parser) scan() bool {
	s := p.text.Value
	p.words = make([]word, 0, strings.Count(s, " ")+4)
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
			p.r.fail(diag.SigmaAggregation, p.text.Span(i, len(s)), "an aggregation (| count() …) is a correlation, a document of its own").
				WithHelp("write a correlation of type event_count or value_count that names this rule")
			return false
		default:
			_, n := utf8.DecodeRuneInString(s[i:])
			p.r.fail(diag.SigmaSyntax, p.text.Span(i, i+n), "%q has no meaning in a condition", s[i:i+n]).
				WithHelp("a condition has names of selections, and, or, not, parentheses, `1 of` and `all of`")
			return false
		}
		p.words = append(p.words, word{s[start:i], start, i})
	}
	return true
}

func inName(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '*' || c == '.' || c >= utf8.RuneSelf
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
	if p.next < len(p.words) && strings.EqualFold(p.words[p.next].text, w) {
		p.next++
		return true
	}
	return false
}

// here is where the next word stands.
func (p *parser) here() source.Span {
	if p.next < len(p.words) {
		w := p.words[p.next]
		return p.text.Span(w.start, w.end)
	}
	return p.text.Span(len(p.text.Value), len(p.text.Value))
}

func (p *parser) fail(code diag.Code, format string, args ...any) *diag.Diagnostic {
	return p.r.fail(code, p.here(), format, args...)
}

// from is the span from a word to the last that was read.
func (p *parser) from(first int) source.Span {
	return p.text.Span(p.words[first].start, p.words[max(first, p.next-1)].end)
}

// or and those below it are nil where a finding says why.
func (p *parser) or() ir.Expr {
	begin := p.next
	e := p.and()
	if e == nil || !p.is("or") {
		return e
	}
	args := []ir.Expr{e}
	for p.accept("or") {
		if e = p.and(); e == nil {
			return nil
		}
		args = append(args, e)
	}
	return &ir.Or{Args: args, Span: p.from(begin)}
}

func (p *parser) and() ir.Expr {
	begin := p.next
	e := p.unary()
	if e == nil || !p.is("and") {
		return e
	}
	args := []ir.Expr{e}
	for p.accept("and") {
		if e = p.unary(); e == nil {
			return nil
		}
		args = append(args, e)
	}
	return &ir.And{Args: args, Span: p.from(begin)}
}

func (p *parser) unary() ir.Expr {
	if p.depth++; p.depth > maxNesting {
		p.fail(diag.SigmaTooLarge, "nested more than %d deep", maxNesting).WithHelp("write several rules")
		return nil
	}
	defer func() { p.depth-- }()
	begin := p.next
	switch {
	case p.next >= len(p.words):
		p.fail(diag.SigmaSyntax, "the condition breaks off: a selection's name must follow").WithHelp("write a name, or take the last operator out")
		return nil
	case p.accept("not"):
		e := p.unary()
		if e == nil {
			return nil
		}
		return &ir.Not{Arg: e, Span: p.from(begin)}
	case p.accept("("):
		e := p.or()
		if e == nil {
			return nil
		}
		if !p.accept(")") {
			p.fail(diag.SigmaSyntax, "a ) must follow").WithHelp("close what ( opened, or join what follows by and, or")
			return nil
		}
		return e
	case p.next+1 < len(p.words) && strings.EqualFold(p.words[p.next+1].text, "of"):
		return p.quantified()
	case p.is(")", "and", "or", "of", "them"):
		p.fail(diag.SigmaSyntax, "%q: a selection's name must stand here", p.peek()).WithHelp("write a name, `not`, (, or `1 of` and a pattern")
		return nil
	case p.is("near"):
		p.fail(diag.SigmaAggregation, "`near` is a correlation, a document of its own").
			WithHelp("write a correlation of type temporal that names the rules")
		return nil
	}
	return p.name()
}

func (p *parser) name() ir.Expr {
	for i := range p.r.doc.Selections {
		s := &p.r.doc.Selections[i]
		if s.Name.Value != p.peek() {
			continue
		}
		s.Used = true
		p.r.atoms += p.r.sizes[i]
		if !p.count(1) {
			return nil
		}
		p.next++
		return said(s.Expr)
	}
	names := make([]string, len(p.r.doc.Selections))
	for i, s := range p.r.doc.Selections {
		names[i] = s.Name.Value
	}
	d := p.fail(diag.SigmaNoSelection, "there is no selection %q", p.peek())
	if strings.Contains(p.peek(), "*") {
		d.WithHelp("write 1 of %s, or all of %s", p.peek(), p.peek())
	} else {
		d.WithHelp("the selections are %.200s", strings.Join(names, ", ")).WithGuess(p.here(), p.peek(), names)
	}
	return nil
}

// said is a selection's expression, or, where a finding says that it can't be read, something in its stead: the rest of
// the condition is looked through all the same, and the document has no meaning anyway.
func said(e ir.Expr) ir.Expr {
	if e == nil {
		return &ir.Const{}
	}
	return e
}

func (p *parser) quantified() ir.Expr {
	begin := p.next
	all := p.is("all")
	if !p.is("1", "any", "all") {
		p.fail(diag.SigmaSyntax, "%q: before `of` stands 1, any or all", p.peek()).WithHelp("write 1 of …, or all of …")
		return nil
	}
	p.next += 2
	if p.next >= len(p.words) || p.is("(", ")") {
		p.fail(diag.SigmaSyntax, "a selection's name, a pattern or `them` must follow").WithHelp("write 1 of selection*, or 1 of them")
		return nil
	}
	args, found := p.r.matching(p.peek())
	if !found {
		p.fail(diag.SigmaNoSelection, "no selection has a name like %q", p.peek()).
			WithHelp("* stands for any characters; names that begin with _ are named by `them` and patterns only where the pattern does, too")
		return nil
	}
	if !p.count(len(args)) {
		return nil
	}
	p.next++
	switch {
	case len(args) == 0:
		return said(nil)
	case all:
		return &ir.And{Args: args, Span: p.from(begin)}
	}
	return &ir.Or{Args: args, Span: p.from(begin)}
}

// count bounds what patterns blow up to.
func (p *parser) count(n int) bool {
	if p.r.terms += n; p.r.terms > maxTerms || p.r.atoms > maxAtoms {
		p.fail(diag.SigmaTooLarge, "the condition names more than %d selections, or %d values in them", maxTerms, maxAtoms).WithHelp("write several rules")
		return false
	}
	return true
}
