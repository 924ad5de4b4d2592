package eql

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/lucene"
	"detc/compiler/ir"
)

const othersSpelt = "the index holds %s as text: values that are spelt otherwise are not found"

// numbers asks a column of whole numbers for texts: only the shortest spelling of one is ever its text.
func (e *emitter) numbers(q *ir.Eq, c backend.Column) node {
	var out []string
	for _, v := range q.Values {
		if i, err := strconv.ParseInt(v.Text(), 10, 64); err == nil && strconv.FormatInt(i, 10) == v.Text() {
			out = append(out, v.Text())
		}
	}
	return oneOf(name(c.Name), "==", "in", out)
}

func (e *emitter) values(q *ir.Eq, c backend.Column) node {
	text := c.Stored == backend.Text || c.Stored == backend.TimeText
	var out []string
	for _, v := range q.Values {
		switch {
		case text && v.Type == ir.Bool:
			s := v.Text()
			out = append(out, quote(s), quote(strings.ToUpper(s)), quote(strings.ToUpper(s[:1])+s[1:])) // as eval reads one
		case text:
			e.Lose(q, backend.Narrower, othersSpelt, c.Name)
			out = append(out, quote(v.Text()))
		default:
			l, ok := e.literal(q, c, v)
			if !ok {
				return never()
			}
			out = append(out, l)
		}
	}
	return oneOf(name(c.Name), "==", "in", out)
}

// literal is a value as the column holds it.
func (e *emitter) literal(atom ir.Expr, c backend.Column, v ir.Value) (string, bool) {
	switch {
	case (v.Type == ir.Int || v.Type == ir.Double) && c.Stored == backend.Number:
		return number(v), true
	case v.Type == ir.Bool && c.Stored == backend.Bool:
		return v.Text(), true
	case v.Type == ir.IP && c.Stored == backend.Address:
		return quote(v.Text()), true
	case v.Type == ir.Timestamp && c.Stored == backend.Time:
		lucene.Milliseconds(&e.Notes, atom, v)
		return quote(time.Unix(0, v.Int).UTC().Format("2006-01-02T15:04:05.000Z")), true
	case v.Type == ir.Timestamp && c.Stored == backend.TimeNumber && c.Unit > 0:
		return strconv.FormatFloat(float64(v.Int)/float64(c.Unit), 'f', -1, 64), true
	}
	e.refuse(atom, "the index holds %s as %s", c.Name, c.Stored)
	return "", false
}

func number(v ir.Value) string {
	if v.Type == ir.Double {
		s := strings.ReplaceAll(strconv.FormatFloat(v.Float, 'g', -1, 64), "e+", "e")
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	}
	return v.Text()
}

func (e *emitter) Compare(x *ir.Compare) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	bound, ok := e.literal(x, c, x.Value)
	if !ok {
		return never()
	}
	return nullable(name(c.Name), name(c.Name)+" "+x.Op.String()+" "+bound)
}

func (e *emitter) Cidr(x *ir.Cidr) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	n := name(c.Name)
	var nets, regex []string
	for _, p := range x.Nets {
		p = backend.PlainNet(p)
		switch {
		case c.Stored == backend.Address:
			if p.Contains(netip.MustParseAddr("::ffff:0:0")) {
				e.Lose(x, backend.Wider, "an address of IPv4 is one of IPv6 in the index")
			}
			nets = append(nets, quote(p.String()))
		case c.Stored == backend.Text && p.Addr().Is4():
			e.Lose(x, backend.Narrower, othersSpelt, c.Name)
			re, err := lucene.Flavour().Rewrite(backend.V4Regex(p))
			if err != nil {
				return e.refuse(x, "%v", err)
			}
			regex = append(regex, quote(re))
		default:
			return e.refuse(x, "the index holds %s as %s", c.Name, c.Stored)
		}
	}
	if len(nets) > 0 {
		return nullable(n, "cidrMatch("+n+", "+strings.Join(nets, ", ")+")")
	}
	return oneOf(n, "regex", "regex", regex)
}

func (e *emitter) TimePart(x *ir.TimePart) node {
	c, ok := e.column(x, x.Field)
	switch {
	case !ok:
		return never()
	case x.Part != ir.Year || c.Stored != backend.Time:
		return e.refuse(x, "EQL has no parts of a moment")
	}
	n := name(c.Name)
	var nodes []node
	for _, y := range x.Values {
		text := fmt.Sprintf(`%s >= "%04d-01-01T00:00:00.000Z" and %s < "%04d-01-01T00:00:00.000Z"`, n, y, n, y+1)
		nodes = append(nodes, node{text, "(" + n + " != null and " + text + ")", "and"})
	}
	return joined("or", nodes, never())
}
