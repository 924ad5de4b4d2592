package lucene

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

const (
	othersSpelt = "the index holds %s as text: values that are spelt otherwise are not found"
	asText      = "the index holds %s as text, which has no order"
)

// values asks a column for any of some numbers, booleans, addresses or moments.
func (e *emitter) values(q *ir.Eq, c backend.Column) node {
	text := c.Stored == backend.Text || c.Stored == backend.TimeText
	var out []string
	for _, v := range q.Values {
		switch {
		case v.Type == ir.Bool && text:
			s := v.Text()
			for _, spelt := range []string{s, strings.ToUpper(s), strings.ToUpper(s[:1]) + s[1:]} { // as eval reads one
				if p, ok := e.pattern(q, backend.Equals(ir.Field{Cased: true}, ir.StringValue(spelt))); ok {
					out = append(out, p)
				}
			}
		case v.Type == ir.Timestamp:
			n, ok := e.moment(q, c, v)
			if !ok {
				return n
			}
			out = append(out, n.text)
		case text:
			e.Lose(q, backend.Narrower, othersSpelt, c.Name)
			out = append(out, quote(v.Text()))
		default:
			if !e.holds(c, v.Type) {
				return e.refuse(q, "the index holds %s as %s", c.Name, c.Stored)
			}
			if v == ir.DoubleValue(0) { // -0 is less than 0 to Lucene, and the same to everybody else
				out = append(out, "[-0.0 TO 0.0]")
				continue
			}
			out = append(out, quote(number(v)))
		}
	}
	return e.anyOf(field(c.Name), out)
}

func (e *emitter) holds(c backend.Column, t ir.Type) bool {
	switch t {
	case ir.Int, ir.Double:
		return c.Stored == backend.Number
	case ir.Bool:
		return c.Stored == backend.Bool
	case ir.IP:
		return c.Stored == backend.Address
	}
	return false
}

// number is a value as a query string has it: no exponent with a plus.
func number(v ir.Value) string {
	if v.Type == ir.Double {
		return strings.ReplaceAll(strconv.FormatFloat(v.Float, 'g', -1, 64), "e+", "e")
	}
	return v.Text()
}

func (e *emitter) Compare(x *ir.Compare) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	bound := ""
	switch {
	case x.Value.Type == ir.Timestamp:
		n, ok := e.moment(x, c, x.Value)
		if !ok {
			return n
		}
		bound = n.text
	case c.Stored != backend.Number && c.Stored != backend.Text:
		return e.refuse(x, "the index holds %s as %s", c.Name, c.Stored)
	case c.Stored != backend.Number:
		return e.refuse(x, asText, c.Name)
	default:
		bound = number(x.Value)
		if x.Value == ir.DoubleValue(0) && (x.Op == ir.Lt || x.Op == ir.Ge) { // -0 is less than 0 to Lucene
			bound = "-0.0"
		}
	}
	return e.anyOf(field(c.Name), []string{ordered(x.Op, bound)})
}

func ordered(op ir.CompareOp, bound string) string {
	switch op {
	case ir.Lt:
		return "[* TO " + bound + "}"
	case ir.Le:
		return "[* TO " + bound + "]"
	case ir.Gt:
		return "{" + bound + " TO *]"
	}
	return "[" + bound + " TO *]"
}

// moment is a moment as the column has it, in a node's text; ok is false where it has none, and the node is then the
// clause's.
func (e *emitter) moment(atom ir.Expr, c backend.Column, v ir.Value) (node, bool) {
	switch c.Stored {
	case backend.Time:
		Milliseconds(&e.Notes, atom, v)
		return node{text: quote(time.Unix(0, v.Int).UTC().Format("2006-01-02T15:04:05.000Z"))}, true
	case backend.TimeNumber:
		unit := max(1, int64(c.Unit))
		if v.Int%unit != 0 {
			return node{text: strconv.FormatFloat(float64(v.Int)/float64(unit), 'f', -1, 64)}, true
		}
		return node{text: strconv.FormatInt(v.Int/unit, 10)}, true
	}
	return e.refuse(atom, asText, c.Name), false
}

// Milliseconds notes what a date of whole milliseconds, cut off, can't tell of an Eq or a Compare.
func Milliseconds(e *backend.Notes, atom ir.Expr, v ir.Value) {
	const reason = "the index holds moments in whole milliseconds"
	whole := v.Int%int64(time.Millisecond) == 0
	x, compared := atom.(*ir.Compare)
	switch {
	case !compared && whole:
		e.Lose(atom, backend.Wider, reason)
	case !compared, !whole:
		e.Lose(atom, backend.Both, reason)
	case x.Op == ir.Gt:
		e.Lose(atom, backend.Narrower, reason)
	case x.Op == ir.Le:
		e.Lose(atom, backend.Wider, reason)
	}
}

func (e *emitter) Cidr(x *ir.Cidr) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	var out []string
	for _, n := range x.Nets {
		switch {
		case c.Stored == backend.Address && n.Addr().Is6() && n.Bits() < 96 && n.Contains(netip.MustParseAddr("::ffff:0:0")):
			e.Lose(x, backend.Wider, "an address of IPv4 is one of IPv6 in the index")
			fallthrough
		case c.Stored == backend.Address:
			out = append(out, quote(backend.PlainNet(n).String()))
		case c.Stored != backend.Text:
			return e.refuse(x, "the index holds %s as %s", c.Name, c.Stored)
		default:
			if !backend.PlainNet(n).Addr().Is4() {
				return e.refuse(x, "the index holds %s as text, where a network of IPv6 has no one spelling", c.Name)
			}
			e.Lose(x, backend.Narrower, othersSpelt, c.Name)
			re, err := Flavour().Rewrite(backend.V4Regex(n))
			if err != nil || units(re) > MaxRegex {
				return e.refuse(x, "the network becomes a regular expression that is too long")
			}
			out = append(out, "/"+re+"/")
		}
	}
	return e.anyOf(field(c.Name), out)
}

func (e *emitter) TimePart(x *ir.TimePart) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	if x.Part != ir.Year || c.Stored != backend.Time && c.Stored != backend.TimeNumber {
		return e.refuse(x, "a query string has no parts of a moment")
	}
	var out []string
	for _, y := range x.Values {
		if y < 1678 || y > 2261 { // beyond what a moment may be
			continue
		}
		from, _ := e.moment(&ir.Compare{Op: ir.Ge}, c, ir.TimeValue(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)))
		to, _ := e.moment(&ir.Compare{Op: ir.Lt}, c, ir.TimeValue(time.Date(y+1, 1, 1, 0, 0, 0, 0, time.UTC)))
		out = append(out, fmt.Sprintf("[%s TO %s}", from.text, to.text))
	}
	return e.anyOf(field(c.Name), out)
}
