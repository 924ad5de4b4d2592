package yaral_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A reader of the part of YARA-L that the emitter writes, and of no more: what it doesn't know is an error. It is made from
// Google's reference, not from the emitter, and stands in for an engine, of which none can be had.

// A rule is its sections, a line each, with the predicates of events read.
type rule struct {
	name     string
	sections map[string][]string
	events   []*node
}

type node struct {
	op    string // and, or, not, a comparison, in, or a function's name
	any   bool   // of a path
	text  string // of a path, a literal, a table
	kind  string // path, text, raw, int, float, bool, call, table
	fold  bool
	args  []*node
	event string
}

var (
	head    = regexp.MustCompile(`^rule ([A-Za-z_][A-Za-z0-9_]*) \{$`)
	section = regexp.MustCompile(`^  ([a-z]+):$`)
	order   = []string{"meta", "events", "match", "outcome", "condition"}
	metaRow = regexp.MustCompile(`^[a-z_]+ = "(?:[^"\\]|\\["\\])*"$`)
	matches = regexp.MustCompile(`^\$key[0-9]+(?:, \$key[0-9]+)* over (?:[1-9][0-9]*m|[1-9]|[1-3][0-9]h|4[0-8]h|[1-9]h)(?: after \$e1)?$`)
	holds   = regexp.MustCompile(`^(?:!?\$e[0-9]*|(?:#e|\$values|\$number) (?:=|!=|<|<=|>|>=) [0-9]+(?:\.[0-9]+)?)(?: and (?:!?\$e[0-9]*|(?:#e|\$values|\$number) (?:=|!=|<|<=|>|>=) [0-9]+(?:\.[0-9]+)?))*$`)
	gives   = regexp.MustCompile(`^\$(?:values = count_distinct|number = (?:sum|window\.avg))\(\$e\.[a-z0-9_.]+\)$`)
)

func read(text string) (r *rule, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v in\n%s", p, text)
		}
	}()
	lines := strings.Split(text, "\n")
	m := head.FindStringSubmatch(lines[0])
	if m == nil || m[1] == "rule" || len(lines) < 3 || lines[len(lines)-1] != "}" {
		panic("no rule")
	}
	r = &rule{name: m[1], sections: map[string][]string{}}
	at, next := "", 0
	for _, l := range lines[1 : len(lines)-1] {
		switch s := section.FindStringSubmatch(l); {
		case s != nil:
			for next < len(order) && order[next] != s[1] {
				next++
			}
			if next == len(order) {
				panic("a section out of order: " + s[1])
			}
			at = s[1]
		case l == "":
		case !strings.HasPrefix(l, "    ") || at == "":
			panic("a line of no section: " + l)
		default:
			r.sections[at] = append(r.sections[at], l[4:])
		}
	}
	r.check()
	return r, nil
}

func (r *rule) check() {
	for name, re := range map[string]*regexp.Regexp{"meta": metaRow, "match": matches, "outcome": gives, "condition": holds} {
		for _, l := range r.sections[name] {
			if !re.MatchString(l) {
				panic("no line of " + name + ": " + l)
			}
		}
	}
	if len(r.sections["meta"]) == 0 || len(r.sections["condition"]) != 1 || len(r.sections["events"]) == 0 {
		panic("meta, events and condition are due")
	}
	for _, l := range r.sections["events"] {
		p := &parser{in: l}
		n := p.expr()
		if p.at != len(l) {
			p.fail("nothing more is due")
		}
		r.events = append(r.events, n)
	}
}

type parser struct {
	in string
	at int
}

func (p *parser) fail(what string) { panic(fmt.Sprintf("at %d of %s: %s", p.at, p.in, what)) }

func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.in[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

func (p *parser) must(s string) {
	if !p.take(s) {
		p.fail(fmt.Sprintf("%q is due", s))
	}
}

// expr is one predicate: several stand in parentheses, with one word between them all.
func (p *parser) expr() *node {
	if p.take("not (") {
		return &node{op: "not", args: []*node{p.group()}}
	}
	if p.take("(") {
		return p.group()
	}
	return p.compared()
}

// group is what stands in parentheses, whose first is taken.
func (p *parser) group() *node {
	n := p.expr()
	if n.kind == "open" {
		n.kind = "" // its own parentheses are closed
	}
	for {
		word := ""
		switch {
		case p.take(" and "):
			word = "and"
		case p.take(" or "):
			word = "or"
		default:
			p.must(")")
			return n
		}
		if n.op != word || n.kind != "open" {
			if n.kind == "open" {
				p.fail("and and or stand beside each other")
			}
			n = &node{op: word, kind: "open", args: []*node{n}}
		}
		arg := p.expr()
		if arg.kind == "open" {
			arg.kind = ""
		}
		n.args = append(n.args, arg)
	}
}

var operators = []string{" != ", " <= ", " >= ", " = ", " < ", " > "}

func (p *parser) compared() *node {
	left := p.operand()
	if left.kind == "call" && (left.op == "re.regex" || left.op == "net.ip_in_range_cidr") {
		return left
	}
	if left.kind != "path" && left.kind != "call" && left.kind != "key" {
		p.fail("a field is due")
	}
	if p.take(" in ") {
		if left.any {
			p.fail("any stands before in")
		}
		n := &node{op: "in", args: []*node{left, p.table()}}
		n.fold = p.take(" nocase")
		return n
	}
	for _, op := range operators {
		if p.take(op) {
			n := &node{op: strings.TrimSpace(op), args: []*node{left, p.operand()}}
			if n.fold = p.take(" nocase"); n.fold && n.args[1].kind != "text" && n.args[1].kind != "path" {
				p.fail("nocase folds no number")
			}
			if left.any && n.args[1].kind == "path" {
				p.fail("any can't join two fields")
			}
			return n
		}
	}
	p.fail("an operator is due")
	return nil
}

var (
	pathToken  = regexp.MustCompile(`^(\$e[0-9]*)\.([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*(?:\["[^"\\]+"\])?)`)
	keyToken   = regexp.MustCompile(`^\$key[0-9]+`)
	callToken  = regexp.MustCompile(`^(re\.regex|net\.ip_in_range_cidr|timestamp\.get_(?:minute|hour|timestamp)|cast\.as_float)\(`)
	numToken   = regexp.MustCompile(`^(?:0-)?[0-9]+(?:\.[0-9]+)?(?:-1)?`)
	rawToken   = regexp.MustCompile("^`[^`]*`")
	textToken  = regexp.MustCompile(`^"(?:[^"\\]|\\["\\])*"`)
	tableToken = regexp.MustCompile(`^%[A-Za-z_][A-Za-z0-9_]*\.value`)
)

func (p *parser) token(re *regexp.Regexp) string {
	t := re.FindString(p.in[p.at:])
	p.at += len(t)
	return t
}

func (p *parser) table() *node {
	t := p.token(tableToken)
	if t == "" {
		p.fail("a table is due")
	}
	return &node{kind: "table", text: strings.TrimSuffix(t[1:], ".value")}
}

func (p *parser) operand() *node {
	any := p.take("any ")
	if t := p.token(pathToken); t != "" {
		m := pathToken.FindStringSubmatch(t)
		return &node{kind: "path", text: m[2], event: m[1], any: any}
	}
	if any {
		p.fail("a field is due")
	}
	if t := p.token(callToken); t != "" {
		return p.call(strings.TrimSuffix(t, "("))
	}
	for _, k := range []struct {
		re   *regexp.Regexp
		kind string
	}{{keyToken, "key"}, {textToken, "text"}, {rawToken, "raw"}, {numToken, "int"}, {regexp.MustCompile(`^(?:true|false)`), "bool"}} {
		t := p.token(k.re)
		switch {
		case t == "":
			continue
		case k.kind == "text":
			t = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(t[1 : len(t)-1])
		case k.kind == "raw":
			t = t[1 : len(t)-1]
		case k.kind == "int":
			return number(t)
		}
		return &node{kind: k.kind, text: t}
	}
	p.fail("an operand is due")
	return nil
}

// number reads a literal with what is taken from it: negative ones are differences.
func number(t string) *node {
	if strings.Contains(t, ".") {
		f, err := strconv.ParseFloat(strings.TrimPrefix(t, "0"), 64)
		if err != nil || !strings.HasPrefix(t, "0-") {
			f, err = strconv.ParseFloat(t, 64)
		}
		if err != nil {
			panic(err)
		}
		return &node{kind: "float", text: strconv.FormatFloat(f, 'g', -1, 64)}
	}
	sum := int64(0)
	for i, part := range strings.Split(t, "-") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			panic(err)
		}
		if i == 0 {
			sum = n
		} else {
			sum -= n
		}
	}
	return &node{kind: "int", text: strconv.FormatInt(sum, 10)}
}

func (p *parser) call(name string) *node {
	n := &node{kind: "call", op: name}
	for len(n.args) == 0 || p.take(", ") {
		n.args = append(n.args, p.operand())
	}
	p.must(")")
	want := map[string]string{
		"re.regex": "path raw", "net.ip_in_range_cidr": "path text", "timestamp.get_minute": "path text", "timestamp.get_hour": "path text",
		"timestamp.get_timestamp": "path text text", "cast.as_float": "path",
	}[name]
	var have []string
	for _, a := range n.args {
		have = append(have, a.kind)
	}
	if strings.Join(have, " ") != want {
		p.fail("other arguments are due")
	}
	return n
}
