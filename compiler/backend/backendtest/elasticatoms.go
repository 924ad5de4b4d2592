package backendtest

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

func (p *elastic) cidr() judge {
	p.at++
	p.want("(")
	col := p.term()
	var nets []netip.Prefix
	for p.is(",") {
		n, err := netip.ParsePrefix(p.text())
		if err != nil {
			p.fail("a network")
		}
		nets = append(nets, n)
	}
	p.want(")")
	return anyOf(col, func(v any) bool {
		for _, n := range nets {
			if a, ok := v.(netip.Addr); ok && n.Contains(a) {
				return true
			}
		}
		return false
	})
}

func anyOf(col term, test func(any) bool) judge {
	return func(ev Event) (truth, error) {
		v := col(ev)
		switch {
		case v == nil:
			return null, nil
		case test(v):
			return yes, nil
		}
		return no, nil
	}
}

func (p *elastic) compared(col term) judge {
	op := p.next()
	switch {
	case op == "!=" && p.eql && p.is("null"), op == "IS" && !p.eql && p.is("NOT") && p.is("NULL"):
		return func(ev Event) (truth, error) { return truth(2 * map[bool]int8{true: 1}[col(ev) != nil]), nil }
	case op == p.word("IN"):
		if p.peek() != "(" {
			p.fail("(")
		}
		return p.each(col, func(want any) func(any) bool { return func(v any) bool { return ordered("==", v, want) } })
	case op == "==", op == "<", op == "<=", op == ">", op == ">=":
		if t := p.peek(); !p.eql && op == "==" && t != "" && strings.IndexByte(`"-0123456789`, t[0]) < 0 && t != "true" && t != "false" && t != "TO_IP" && t != "TO_DATETIME" && t != "TO_LONG" {
			return both(col, p.term())
		}
		want := p.literal()
		return anyOf(col, func(v any) bool { return ordered(op, v, want) })
	case op == "LIKE" && !p.eql, op == "like" && p.eql, op == ":" && p.eql:
		return p.each(col, func(want any) func(any) bool { return p.fits(p.wildcards(op, want)) })
	case op == "RLIKE" && !p.eql, op == "regex" && p.eql:
		return p.each(col, func(want any) func(any) bool {
			s, _ := want.(string)
			return p.fits(strings.ReplaceAll(s, "#", `[^\x00-\x{10FFFF}]`))
		})
	}
	p.at--
	p.fail("an operator")
	return fixed(no)
}

func (p *elastic) each(col term, test func(want any) func(any) bool) judge {
	var tests []func(any) bool
	for _, want := range p.literals() {
		tests = append(tests, test(want))
	}
	return anyOf(col, func(v any) bool {
		return slices.ContainsFunc(tests, func(test func(any) bool) bool { return test(v) })
	})
}

// fits is the test of a whole text by an expression.
func (p *elastic) fits(expr string) func(any) bool {
	re, err := regexp.Compile(`\A(?s:` + strings.ReplaceAll(expr, `\[^\x00-\x{10FFFF}]`, `\#`) + `)\z`)
	if err != nil {
		p.fail("an expression: " + err.Error())
		return func(any) bool { return false }
	}
	return func(v any) bool {
		s, ok := v.(string)
		if !ok && v != nil {
			s = fmt.Sprint(v)
		}
		return re.MatchString(s)
	}
}

// both holds two columns against each other.
func both(a, b term) judge {
	return func(ev Event) (truth, error) {
		v, w := a(ev), b(ev)
		switch {
		case v == nil || w == nil:
			return null, nil
		case v == w:
			return yes, nil
		}
		return no, nil
	}
}

func ordered(op string, v, want any) bool {
	c := 0
	switch v := v.(type) {
	case string:
		c = strings.Compare(v, want.(string))
	case bool:
		return v == want
	case netip.Addr:
		a, err := netip.ParseAddr(want.(string))
		return err == nil && a == v
	case time.Time:
		t, err := time.Parse(time.RFC3339Nano, want.(string))
		if err != nil {
			return false
		}
		c = v.Compare(t)
	case int64:
		w, ok := want.(int64)
		if !ok {
			w, _ = strconv.ParseInt(want.(string), 10, 64)
		}
		c = cmp.Compare(v, w)
	case float64:
		w, _ := want.(float64)
		c = 1
		if v <= w {
			c = cmp.Compare(v, w)
		}
	}
	return map[string]bool{"==": c == 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op]
}

// wildcards writes a pattern as an expression; in ES|QL a backslash takes the next character as it is, in EQL there is
// none. A colon folds each character to its other case, as Lucene does for the two.
func (p *elastic) wildcards(op string, want any) string {
	text, _ := want.(string)
	var re strings.Builder
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '*':
			re.WriteString(".*")
		case r == '?':
			re.WriteByte('.')
		case r == '\\' && !p.eql && i+1 < len(runes):
			i++
			re.WriteString(quoteMeta(runes[i]))
		case op == ":":
			other := unicode.ToLower(r)
			if unicode.IsLower(r) {
				other = unicode.ToUpper(r)
			}
			re.WriteString("(?:" + quoteMeta(r) + "|" + quoteMeta(other) + ")")
		default:
			re.WriteString(quoteMeta(r))
		}
	}
	return re.String()
}

// quoteMeta also marks the one sign that is Lucene's alone.
func quoteMeta(r rune) string {
	if r == '#' {
		return `\#`
	}
	return regexp.QuoteMeta(string(r))
}
