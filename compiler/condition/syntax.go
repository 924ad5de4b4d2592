package condition

import (
	"strings"
	"unicode/utf8"

	"detc/compiler/diag"
)

// maxSyntax is the number of syntax errors that are reported per text: after the first few, a parser reports its own
// confusion.
const maxSyntax = 5

// scan holds the tokens against the shape of an expression: operands and operators in turn, brackets in pairs. It
// finds nearly every mistake of syntax before cel-go's parser does, with the place and the words that help; what it
// lets through and the parser refuses is rare.
func (c *compiler) scan() bool {
	c.index(c.text.Value)
	c.toks = lex(c.text.Value, c.lexProblem)
	if len(c.toks) == 0 && !c.failed {
		c.syntax(0, len(c.text.Value), "the condition is only a comment")
	}
	s := scanner{c: c, operand: true}
	for s.i = 0; s.i < len(c.toks) && c.errors < maxSyntax; s.i++ {
		s.step(c.toks[s.i])
	}
	if c.failed && c.errors >= maxSyntax {
		return false
	}
	s.end()
	return !c.failed
}

func (c *compiler) syntax(lo, hi int, format string, args ...any) *diag.Diagnostic {
	return c.report(diag.ConditionSyntax, lo, hi, format, args...)
}

func (c *compiler) lexProblem(lo, hi int, p lexProblem) {
	if c.errors >= maxSyntax {
		return
	}
	if p == unclosedString {
		c.syntax(lo, min(lo+1, hi), "this text is never closed").WithHelp("a text ends with the quote that it began with, on the same line")
		return
	}
	if p == curlyQuotes {
		_, n := utf8.DecodeRuneInString(c.text.Value[lo:hi])
		_, m := utf8.DecodeLastRuneInString(c.text.Value[lo:hi])
		d := c.syntax(lo, hi, "this text stands in typographic quotes").WithHelp(`write straight ones: "…"`)
		c.fix(d, true, "write straight quotes", change{lo, lo + n, `"`}, change{hi - m, hi, `"`})
		return
	}
	esc := c.text.Value[lo:hi]
	d := c.syntax(lo, hi, "%s is no escape that a text can hold", quote(esc))
	d.WithHelp(`write r"…" for a text in which a backslash is a backslash, or double it: %s`, quote(`\`+esc))
	c.fix(d, true, "double the backslash", change{lo, lo, `\`})
}

// A scanner is the state between two tokens: whether an operand must come, and which brackets are open.
type scanner struct {
	c       *compiler
	i       int
	operand bool
	open    []int // tokens
}

func (s *scanner) step(t token) {
	c, w := s.c, s.c.word(s.i)
	if t.kind == tokBad {
		s.badCharacter(t, w)
		return
	}
	if s.operand {
		s.wantOperand(t, w)
		return
	}
	switch t.kind {
	case tokOp:
		s.operator(t, w)
	case tokMinus, tokTernary:
		s.operand = true
	case tokDot:
		s.member(t)
	case tokOpen:
		switch {
		case w == "(" && s.i > 0 && c.toks[s.i-1].kind == tokIdent, w == "[", w == "{":
			s.push()
		default:
			s.missingOperator(t, w)
			s.push()
		}
	case tokClose:
		s.pop(t, w)
	case tokComma:
		if len(s.open) == 0 || c.word(s.open[len(s.open)-1]) == "(" && !s.call(s.open[len(s.open)-1]) {
			c.syntax(t.start, t.end, "a comma stands between values only in a list or a call").WithHelp("join conditions by && or ||")
		}
		s.operand = true
	default:
		s.missingOperator(t, w)
	}
}

// wantOperand reads a token where a value, a name or a condition begins.
func (s *scanner) wantOperand(t token, w string) {
	c := s.c
	switch t.kind {
	case tokIdent:
		if strings.EqualFold(w, "not") && s.startsOperand(s.i+1) {
			c.fix(c.syntax(t.start, t.end, "CEL writes ! for %s", quote(w)).
				WithHelp("! binds to the one name or bracket after it: write !(a == b), or a != b"), false, "write !", change{t.start, t.end, "!"})
			return
		}
		s.operand = false
	case tokWord, tokString, tokNumber:
		s.operand = false
	case tokNot, tokMinus:
	case tokOpen:
		s.push()
	case tokClose:
		s.closeEarly(t, w)
	case tokDot:
		c.syntax(t.start, t.end, "a name must stand before the dot")
	case tokComma:
		c.syntax(t.start, t.end, "a value is missing before the comma")
	case tokTernary:
		c.syntax(t.start, t.end, "a condition is missing before %s", quote(w))
	default:
		s.missingOperand(t, w)
	}
}

// startsOperand says that the token begins an operand, so that what stands before it can't be one.
func (s *scanner) startsOperand(i int) bool {
	if i >= len(s.c.toks) {
		return false
	}
	switch s.c.toks[i].kind {
	case tokIdent, tokWord, tokString, tokNumber, tokNot:
		return true
	}
	return false
}

func (s *scanner) operator(t token, w string) {
	c := s.c
	s.operand = true
	for _, op := range signs {
		if op.text != w || op.meant == "" {
			continue
		}
		if op.meant == "matches" {
			c.syntax(t.start, t.end, "CEL has no operator %s", quote(w)).WithHelp(`write field.matches(r"…")`)
			return
		}
		d := c.syntax(t.start, t.end, "CEL writes %s where this has %s", quote(op.meant), quote(w))
		c.fix(d.WithHelp("write %s", op.meant), true, "write "+op.meant, change{t.start, t.end, op.meant})
	}
}

func (s *scanner) missingOperand(t token, w string) {
	c := s.c
	if s.i == 0 {
		c.syntax(t.start, t.end, "the condition begins with %s: something is missing before it", quote(w))
		return
	}
	p := c.toks[s.i-1]
	if p.kind == tokOpen {
		c.syntax(t.start, t.end, "something is missing between %s and %s", quote(c.word(s.i-1)), quote(w))
		return
	}
	c.syntax(t.start, t.end, "something is missing between %s and %s", quote(c.word(s.i-1)), quote(w)).
		WithHelp("an operator stands between two conditions or values")
}

// member reads what follows a dot: a name.
func (s *scanner) member(t token) {
	c := s.c
	if s.i+1 < len(c.toks) && c.toks[s.i+1].kind == tokIdent {
		s.i++
		return
	}
	switch next := c.word(s.i + 1); {
	case next == "":
		c.syntax(t.start, t.end, "a name is missing after the dot")
	case isIdent(next):
		c.syntax(t.start, c.toks[s.i+1].end, "%s is one of CEL's words and can't stand after a dot", quote(next))
		s.i++
	default:
		c.syntax(t.start, t.end, "a name must follow the dot, not %s", quote(next))
	}
}

// call says that an opening bracket is a function's.
func (s *scanner) call(i int) bool {
	return i > 0 && s.c.word(i) == "(" && s.c.toks[i-1].kind == tokIdent
}

func (s *scanner) push() {
	s.open = append(s.open, s.i)
	s.operand = true
	if len(s.open) == MaxDepth+1 {
		t := s.c.toks[s.i]
		s.c.report(diag.ConditionTooLarge, t.start, t.end, "brackets stand more than %d deep in each other here", MaxDepth).
			WithHelp("name parts of the condition under let:")
		s.c.errors = maxSyntax
	}
}

var mates = map[string]string{"(": ")", "[": "]", "{": "}"}

func (s *scanner) pop(t token, w string) {
	c := s.c
	s.operand = false
	if len(s.open) == 0 {
		c.syntax(t.start, t.end, "%s closes a bracket that was never opened", quote(w))
		return
	}
	o := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	if want := mates[c.word(o)]; want != w {
		c.syntax(t.start, t.end, "%s stands where %s should close", quote(w), quote(want)).
			WithNote(c.text.Span(c.toks[o].start, c.toks[o].end), "this bracket is open")
		return
	}
	c.toks[o].mate, c.toks[s.i].mate = s.i, o
}

// closeEarly reads a closing bracket where an operand should come: right in f() and [], wrong elsewhere.
func (s *scanner) closeEarly(t token, w string) {
	if s.i > 0 && len(s.open) > 0 {
		o := s.open[len(s.open)-1]
		empty := o == s.i-1 && (s.call(o) || s.c.word(o) != "(")
		trailing := s.c.toks[s.i-1].kind == tokComma && s.c.word(o) != "("
		if !empty && !trailing {
			s.missingOperand(t, w)
		}
	}
	s.pop(t, w)
}

func (s *scanner) end() {
	c := s.c
	if c.failed {
		return // what is left over follows from what was found
	}
	for _, o := range s.open {
		t := c.toks[o]
		c.syntax(t.start, t.end, "%s is never closed", quote(c.word(o))).WithHelp("add %s", mates[c.word(o)])
	}
	if n := len(c.toks); s.operand && n > 0 && len(s.open) == 0 {
		t := c.toks[n-1]
		c.syntax(t.start, t.end, "something is missing after %s", quote(c.word(n-1)))
	}
}
