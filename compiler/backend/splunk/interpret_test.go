package splunk_test

import (
	"fmt"
	"strings"
	"testing"
)

// A reader of the part of SPL that the emitter writes, and of no more: what it doesn't know is an error. It is made from
// Splunk's reference, not from the emitter, and stands in for an engine, of which none can be had.

type node struct {
	op   string // what is called, compared or joined; text, field, number
	text string
	args []*node
}

type parser struct {
	in string
	at int
}

func (p *parser) fail(format string, args ...any) {
	panic(fmt.Sprintf("at %d of %s: %s", p.at, p.in, fmt.Sprintf(format, args...)))
}

func (p *parser) take(s string) bool {
	for p.at < len(p.in) && p.in[p.at] == ' ' {
		p.at++
	}
	if !strings.HasPrefix(p.in[p.at:], s) {
		return false
	}
	if end := p.at + len(s); wordByte(s[len(s)-1]) && end < len(p.in) && wordByte(p.in[end]) {
		return false
	}
	p.at += len(s)
	return true
}

func (p *parser) must(s string) {
	if !p.take(s) {
		p.fail("%q is due", s)
	}
}

func (p *parser) next() byte {
	if p.take(" "); p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

func wordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p *parser) word(also string) string {
	p.next()
	from := p.at
	for p.at < len(p.in) && (wordByte(p.in[p.at]) || strings.IndexByte(also, p.in[p.at]) >= 0) {
		p.at++
	}
	if from == p.at {
		p.fail("a word is due")
	}
	return p.in[from:p.at]
}

// string reads a string of either language: \\ and \" are escapes, and the emitter may write no other.
func (p *parser) string() string {
	p.must(`"`)
	var b strings.Builder
	for p.at < len(p.in) {
		c := p.in[p.at]
		p.at++
		switch {
		case c == '"':
			return b.String()
		case c == '\\' && p.at < len(p.in) && (p.in[p.at] == '\\' || p.in[p.at] == '"'):
			c = p.in[p.at]
			p.at++
		case c == '\\' || c == '`' || c < ' ':
			p.fail("%q stands in a string", c)
		}
		b.WriteByte(c)
	}
	p.fail("a string isn't closed")
	return ""
}

// terms are search terms up to a stage's or a group's end; all of them hold, or one where OR stands between them. Both in
// one group would be read otherwise by search than by eval, and is refused.
func (p *parser) terms() *node {
	n := &node{op: "all"}
	for p.next() != 0 && p.next() != ')' && p.next() != '\n' {
		if len(n.args) > 0 {
			if or := p.take("OR"); len(n.args) > 1 && or != (n.op == "one") {
				p.fail("AND and OR in one group")
			} else if or {
				n.op = "one"
			}
		}
		n.args = append(n.args, p.term())
	}
	return n
}

func (p *parser) term() *node {
	switch {
	case p.take("("):
		n := p.terms()
		p.must(")")
		return n
	case p.take("NOT"):
		return &node{op: "not", args: []*node{p.term()}}
	case p.take("*"):
		return &node{op: "anything"}
	}
	name := p.word(".{}:")
	p.must("=")
	return &node{op: "find", text: name, args: []*node{{op: "text", text: p.string()}}}
}

func (p *parser) or() *node {
	n := p.and()
	for p.take("OR") {
		n = &node{op: "or", args: []*node{n, p.and()}}
	}
	return n
}

func (p *parser) and() *node {
	n := p.not()
	for p.take("AND") {
		n = &node{op: "and", args: []*node{n, p.not()}}
	}
	return n
}

func (p *parser) not() *node {
	if p.take("NOT") {
		return &node{op: "not", args: []*node{p.not()}}
	}
	left := p.sum()
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if p.take(op) {
			return &node{op: op, args: []*node{left, p.sum()}}
		}
	}
	return left
}

func (p *parser) sum() *node {
	n := p.product()
	for {
		c := p.next()
		if c != '+' && c != '-' && c != '.' {
			return n
		}
		p.at++
		n = &node{op: string(c), args: []*node{n, p.product()}}
	}
}

func (p *parser) product() *node {
	n := p.operand()
	for {
		c := p.next()
		if c != '*' && c != '/' {
			return n
		}
		p.at++
		n = &node{op: string(c), args: []*node{n, p.operand()}}
	}
}

func (p *parser) operand() *node {
	switch c := p.next(); {
	case p.take("("):
		n := p.or()
		p.must(")")
		return n
	case c == '"':
		return &node{op: "text", text: p.string()}
	case c == '\'':
		end := strings.IndexByte(p.in[p.at+1:], '\'')
		n := &node{op: "field", text: p.in[p.at+1 : p.at+1+end]}
		p.at += end + 2
		return n
	case c == '-' || '0' <= c && c <= '9':
		from := p.at
		for p.at++; p.at < len(p.in) && (p.in[p.at] == '.' || '0' <= p.in[p.at] && p.in[p.at] <= '9'); {
			p.at++
		}
		return &node{op: "number", text: p.in[from:p.at]}
	}
	n := &node{op: "field", text: p.word("")}
	if p.at < len(p.in) && p.in[p.at] == '(' {
		p.at++
		n.op = "call"
		for !p.take(")") {
			if len(n.args) > 0 {
				p.must(",")
			}
			n.args = append(n.args, p.or())
		}
	}
	return n
}

// A stage is a command of the pipeline.
type stage struct {
	command string
	test    *node   // of search and where
	sets    []*node // of eval: a name each, with its value
	table   string  // of lookup
	from    string
	to      string
}

func parse(t testing.TB, text string) (out []stage) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("the search isn't of the grammar: %v", r)
		}
	}()
	for i, line := range strings.Split(text, "\n") {
		p := &parser{in: line}
		if i > 0 {
			p.must("|")
		}
		out = append(out, p.stage())
		if p.next() != 0 {
			p.fail("more than a command")
		}
	}
	return out
}

func (p *parser) stage() stage {
	s := stage{command: p.word("")}
	switch s.command {
	case "search":
		s.test = p.terms()
	case "where":
		s.test = p.or()
	case "eval":
		for {
			n := &node{text: p.word("")}
			p.must("=")
			n.args = []*node{p.or()}
			s.sets = append(s.sets, n)
			if !p.take(",") {
				break
			}
		}
	case "lookup":
		s.table = p.word("")
		p.must("value AS")
		if p.next() == '"' {
			s.from = p.string()
		} else {
			s.from = p.word(".{}:")
		}
		p.must("OUTPUT value AS")
		s.to = p.word("")
	case "fields":
		p.must("-")
		for p.next() != 0 {
			p.word("*")
		}
	default:
		p.fail("no such command")
	}
	return s
}
