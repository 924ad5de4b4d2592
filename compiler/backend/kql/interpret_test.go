package kql_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A reader of the part of KQL that the emitter writes, and of no more: what it doesn't know is an error. It is made from
// Microsoft's reference, not from the emitter, and stands in for an engine, of which none can be had.

// A node is a part of an expression.
type node struct {
	op   string // a literal, a name, or what is called or compared
	text string
	args []*node

	table func(*scope) []row // of toscalar
}

type parser struct {
	in string
	at int
}

func (p *parser) fail(format string, args ...any) {
	panic(fmt.Sprintf("at %d of %s: %s", p.at, p.in, fmt.Sprintf(format, args...)))
}

func (p *parser) space() {
	for p.at < len(p.in) && (p.in[p.at] == ' ' || p.in[p.at] == '\n') {
		p.at++
	}
}

// take takes a sign or a word, if it stands here.
func (p *parser) take(s string) bool {
	p.space()
	if !strings.HasPrefix(p.in[p.at:], s) {
		return false
	}
	if end := p.at + len(s); wordByte(s[len(s)-1]) && end < len(p.in) && (wordByte(p.in[end]) || p.in[end] == '~') {
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

func wordByte(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p *parser) or() *node {
	n := p.and()
	for p.take("or") {
		n = &node{op: "or", args: []*node{n, p.and()}}
	}
	return n
}

func (p *parser) and() *node {
	n := p.comparison()
	for p.take("and") {
		n = &node{op: "and", args: []*node{n, p.comparison()}}
	}
	return n
}

var comparisons = []string{"==", "!=", "=~", "in~", "in", "matches regex", "contains_cs", "contains", "startswith_cs", "startswith",
	"endswith_cs", "endswith", "<=", ">=", "<", ">"}

func (p *parser) comparison() *node {
	left := p.sum()
	for _, op := range comparisons {
		if !p.take(op) {
			continue
		}
		n := &node{op: op, args: []*node{left}}
		if op == "in" || op == "in~" {
			p.must("(")
			n.args = append(n.args, p.members()...)
			return n
		}
		n.args = append(n.args, p.sum())
		return n
	}
	return left
}

// sum reads sums of products, in which no names stand so close that a hyphen could be one's.
func (p *parser) sum() *node {
	return p.joined(func() *node { return p.joined(p.operand, "*", "/") }, "+", "-")
}

func (p *parser) joined(part func() *node, ops ...string) *node {
	n := part()
	for again := true; again; {
		again = false
		for _, op := range ops {
			if p.take(op + " ") {
				n, again = &node{op: op, args: []*node{n, part()}}, true
			}
		}
	}
	return n
}

// members are the values of an in, or the query that gives them.
func (p *parser) members() (out []*node) {
	if p.take("(") {
		set := p.operand()
		p.must("|")
		p.must("project")
		p.name()
		p.must(")")
		p.must(")")
		return []*node{{op: "set", args: []*node{set}}}
	}
	for {
		out = append(out, p.operand())
		if p.take(")") {
			return out
		}
		p.must(",")
	}
}

func (p *parser) operand() *node {
	p.space()
	if p.at == len(p.in) {
		p.fail("an operand is due")
	}
	switch c := p.in[p.at]; {
	case p.take("("):
		n := p.or()
		p.must(")")
		return n
	case c == '*':
		p.at++
		return &node{op: "any"}
	case c == '"' || c == '@':
		return &node{op: "text", text: p.string()}
	case '0' <= c && c <= '9':
		from := p.at
		for p.at < len(p.in) && (p.in[p.at] >= '0' && p.in[p.at] <= '9' || p.in[p.at] == '.') {
			p.at++
		}
		n := &node{op: "number", text: p.in[from:p.at]}
		if p.at < len(p.in) && strings.IndexByte("dhms", p.in[p.at]) >= 0 {
			n.op = "span " + p.in[p.at:p.at+1]
			p.at++
		}
		return n
	}
	return p.named()
}

func (p *parser) named() *node {
	n := &node{op: "name", text: p.name()}
	switch {
	case n.text == "true" || n.text == "false":
		return &node{op: n.text}
	case p.at < len(p.in) && p.in[p.at] == '(':
		return p.call(n.text)
	}
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case '.':
			p.at++
			n = &node{op: "member", text: p.name(), args: []*node{n}}
		case '[':
			p.at++
			if p.in[p.at] == '(' {
				n = &node{op: "index", args: []*node{n, p.or()}}
			} else {
				n = &node{op: "member", text: p.string(), args: []*node{n}}
			}
			p.must("]")
		default:
			return n
		}
	}
	return n
}

// call reads a call; what stands in a literal's parentheses is no expression.
func (p *parser) call(f string) *node {
	p.at++
	n := &node{op: "call", text: f}
	switch f {
	case "datetime", "real", "long", "dynamic", "typeof":
		end := strings.IndexByte(p.in[p.at:], ')')
		n.args = []*node{{op: "text", text: p.in[p.at : p.at+end]}}
		p.at += end + 1
		return n
	case "toscalar":
		n.table = p.tabular()
		p.must(")")
		return n
	}
	for !p.take(")") {
		if len(n.args) > 0 {
			p.must(",")
		}
		n.args = append(n.args, p.or())
	}
	return n
}

func (p *parser) name() string {
	p.space()
	if p.take("[") {
		s := p.string()
		p.must("]")
		return s
	}
	from := p.at
	for p.at < len(p.in) && wordByte(p.in[p.at]) && p.in[p.at] != '-' {
		p.at++
	}
	if from == p.at {
		p.fail("a name is due")
	}
	return p.in[from:p.at]
}

func (p *parser) string() string {
	p.space()
	var b strings.Builder
	if p.take(`@"`) {
		for {
			end := strings.IndexByte(p.in[p.at:], '"')
			if end < 0 {
				p.fail("a text isn't closed")
			}
			b.WriteString(p.in[p.at : p.at+end])
			if p.at += end + 1; p.at >= len(p.in) || p.in[p.at] != '"' {
				if strings.ContainsAny(b.String(), "\r\n") {
					p.fail("a line ends in a text")
				}
				return b.String()
			}
			b.WriteByte('"')
			p.at++
		}
	}
	p.must(`"`)
	from := p.at
	for p.at < len(p.in) && p.in[p.at] != '"' {
		if p.in[p.at] == '\n' || p.in[p.at] == '\r' {
			p.fail("a line ends in a text")
		}
		if p.in[p.at] == '\\' {
			p.at++
		}
		p.at++
	}
	p.at++
	var s string // of C#'s escapes the emitter writes those that JSON has too
	if err := json.Unmarshal([]byte(`"`+p.in[from:p.at-1]+`"`), &s); err != nil {
		p.fail("%v", err)
	}
	return s
}

// A query is what the stages of a text do, one after the other.
type query struct {
	table  string
	stages []stage
}

type stage struct {
	where *node
	item  *node // mv-apply: its list
	flags map[string]*node
}

func parse(t testing.TB, text string) (q query) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("the query isn't of the grammar: %v", r)
		}
	}()
	p := &parser{in: text}
	q.table = p.name()
	for p.take("|") {
		switch {
		case p.take("where"):
			q.stages = append(q.stages, stage{where: p.or()})
		case p.take("project-away"):
			for p.name(); p.take(","); {
				p.name()
			}
		default:
			p.must("mv-apply")
			q.stages = append(q.stages, p.apply())
		}
	}
	if p.space(); p.at < len(text) {
		p.fail("more than a query")
	}
	return q
}

func (p *parser) apply() stage {
	s := stage{flags: map[string]*node{}}
	p.must("detc_item")
	p.must("=")
	s.item = p.or()
	p.must("to typeof(dynamic) on")
	p.must("(")
	p.must("summarize")
	for {
		name := p.name()
		p.must("=")
		n := p.comparison()
		if n.op != ">" || n.args[0].text != "countif" || n.args[1].text != "0" {
			p.fail("a flag is a count above nothing")
		}
		s.flags[name] = n.args[0].args[0]
		if p.take(")") {
			return s
		}
		p.must(",")
	}
}
