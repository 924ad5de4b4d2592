package backendtest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"detc/compiler/ir"
)

// Elastic is a condition of ES|QL or EQL, read by a strict grammar of what the targets emit and nothing more: there is no
// engine of either to be had here. It also says what a condition means by the languages' documentation, in three values.
type Elastic struct {
	judge func(Event) (truth, error)
}

// Inside says that a part is a query string, which only Lucene can judge.
type Inside struct{}

func (Inside) Error() string { return "a query string" }

type truth int8

const (
	no truth = iota
	null
	yes
)

// Match says whether a row is found: a condition that is null finds none.
func (e *Elastic) Match(ev Event) (bool, error) {
	t, err := e.judge(ev)
	return t == yes, err
}

// ReadESQL reads a whole query: FROM, then WHERE.
func ReadESQL(text string) (*Elastic, error) {
	return readElastic(text, false, "FROM", "logs", "|", "WHERE")
}

// ReadEQL reads a whole query: any where.
func ReadEQL(text string) (*Elastic, error) { return readElastic(text, true, "any", "where") }

type elastic struct {
	toks []string
	at   int
	eql  bool
	err  error
}

var token = regexp.MustCompile("^(?:[ ]+|\"(?:[^\"\\\\\n\r]|\\\\[\"\\\\nrt])*\"|`(?:[^`]|``)*`|-?[0-9]+(?:\\.[0-9]+)?(?:[eE]-?[0-9]+)?|[A-Za-z_@][A-Za-z0-9_@.]*|==|!=|<=|>=|[<>(),:|*/])")

func readElastic(text string, eql bool, head ...string) (*Elastic, error) {
	p := &elastic{eql: eql}
	for rest := text; rest != ""; {
		t := token.FindString(rest)
		if t == "" {
			return nil, fmt.Errorf("no token at %q", rest)
		}
		rest = rest[len(t):]
		if t[0] != ' ' {
			p.toks = append(p.toks, t)
		}
	}
	for _, h := range head {
		p.want(h)
	}
	j := p.or()
	if p.at < len(p.toks) {
		p.fail("nothing more")
	}
	return &Elastic{j}, p.err
}

func (p *elastic) peek() string {
	if p.at < len(p.toks) {
		return p.toks[p.at]
	}
	return ""
}

func (p *elastic) next() string { t := p.peek(); p.at++; return t }

func (p *elastic) fail(want string) {
	if p.err == nil {
		p.err = fmt.Errorf("token %d is %q, not %s", p.at, p.peek(), want)
	}
	p.at = len(p.toks) + 1
}

// word is a keyword in the language's own case.
func (p *elastic) word(w string) string {
	if p.eql {
		return strings.ToLower(w)
	}
	return w
}

func (p *elastic) want(t string) {
	if p.peek() != t {
		p.fail(t)
		return
	}
	p.at++
}

func (p *elastic) is(t string) bool {
	if p.peek() == t {
		p.at++
		return true
	}
	return false
}

type judge = func(Event) (truth, error)

func (p *elastic) or() judge  { return p.several("OR", p.and, yes) }
func (p *elastic) and() judge { return p.several("AND", p.not, no) }

// several joins conditions; stop is the value that decides.
func (p *elastic) several(word string, each func() judge, stop truth) judge {
	all := []judge{each()}
	for p.is(p.word(word)) {
		all = append(all, each())
	}
	return func(ev Event) (truth, error) {
		out := yes - stop
		for _, j := range all {
			t, err := j(ev)
			if err != nil {
				return no, err
			}
			if stop == yes {
				out = max(out, t)
			} else {
				out = min(out, t)
			}
		}
		return out, nil
	}
}

func (p *elastic) not() judge {
	if p.is(p.word("NOT")) {
		j := p.not()
		return func(ev Event) (truth, error) { t, err := j(ev); return yes - t, err }
	}
	return p.primary()
}

func fixed(t truth) judge { return func(Event) (truth, error) { return t, nil } }

func (p *elastic) primary() judge {
	switch t := p.peek(); {
	case p.err != nil || t == "":
		p.fail("a condition")
		return fixed(no)
	case p.is("("):
		j := p.or()
		p.want(")")
		return j
	case p.is("true"):
		return fixed(yes)
	case p.is("false"):
		return fixed(no)
	case !p.eql && p.is("COALESCE"):
		p.want("(")
		j := p.or()
		p.want(",")
		p.want("false")
		p.want(")")
		return func(ev Event) (truth, error) {
			t, err := j(ev)
			if t == null {
				t = no
			}
			return t, err
		}
	case !p.eql && p.is("QSTR"):
		p.want("(")
		p.text()
		p.want(")")
		return func(Event) (truth, error) { return no, Inside{} }
	case t == "CIDR_MATCH" && !p.eql, t == "cidrMatch" && p.eql:
		return p.cidr()
	}
	return p.compared(p.term())
}

// A term gives a column's value, nil where there is none.
type term = func(Event) any

func (p *elastic) text() string {
	t := p.next()
	s, err := strconv.Unquote(t)
	if err != nil || t[0] != '"' {
		p.at--
		p.fail("a string")
	}
	return s
}

func (p *elastic) term() term {
	t := p.next()
	switch {
	case t == "":
		p.fail("a column")
	case t[0] == '`':
		return column(strings.ReplaceAll(t[1:len(t)-1], "``", "`"))
	case !p.eql && p.peek() == "(" && t == strings.ToUpper(t):
		return p.call(t)
	case unicode.IsLetter(rune(t[0])) || t[0] == '_' || t[0] == '@':
		return column(t)
	}
	p.at--
	p.fail("a column")
	return func(Event) any { return nil }
}

// column is a field; one that is there with nothing that its type takes is one the index lacks.
func column(name string) term {
	return func(ev Event) any {
		if len(ev[name]) != 1 {
			return nil
		}
		switch v := ev[name][0]; v.Type {
		case ir.String:
			return v.Str
		case ir.Int:
			return v.Int
		case ir.Double:
			return v.Float
		case ir.Bool:
			return v.Bool
		case ir.IP:
			return v.IP
		default:
			return time.Unix(0, v.Int).UTC().Truncate(time.Millisecond)
		}
	}
}

func (p *elastic) call(f string) term {
	p.want("(")
	part := ""
	if f == "DATE_EXTRACT" {
		part = p.text()
		p.want(",")
	}
	arg := p.term()
	p.want(")")
	return func(ev Event) any {
		v := arg(ev)
		switch {
		case v == nil:
			return nil
		case f == "TO_LOWER":
			return strings.ToLower(v.(string))
		case f == "DATE_EXTRACT":
			t := v.(time.Time)
			return int64(map[string]int{"minute_of_hour": t.Minute(), "hour_of_day": t.Hour(), "day_of_month": t.Day(), "month_of_year": int(t.Month()), "year": t.Year()}[part])
		case f == "TO_STRING":
			return fmt.Sprint(v)
		}
		return v
	}
}

func (p *elastic) literal() any {
	t := p.peek()
	switch {
	case t == "":
	case t[0] == '"':
		return p.text()
	case p.is("true"):
		return true
	case p.is("false"):
		return false
	case !p.eql && (t == "TO_IP" || t == "TO_DATETIME" || t == "TO_LONG"):
		p.at++
		p.want("(")
		s := p.text()
		p.want(")")
		return s
	default:
		if n, err := strconv.ParseInt(t, 10, 64); err == nil {
			p.at++
			return n
		}
		if n, err := strconv.ParseFloat(t, 64); err == nil {
			p.at++
			return n
		}
	}
	p.fail("a literal")
	return nil
}

func (p *elastic) literals() (out []any) {
	if !p.is("(") {
		return []any{p.literal()}
	}
	for out = append(out, p.literal()); p.is(","); {
		out = append(out, p.literal())
	}
	p.want(")")
	return out
}
