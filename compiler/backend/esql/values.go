package esql

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

const moreSpelt = "the index holds %s as text, of which ES|QL reads other spellings than the rule does"

// typed is the column as a type, which a text is turned into.
func (e *emitter) typed(atom ir.Expr, c backend.Column, t ir.Type) (string, bool) {
	n := name(c.Name)
	stored := map[ir.Type]backend.Storage{ir.Int: backend.Number, ir.Double: backend.Number, ir.Bool: backend.Bool, ir.IP: backend.Address, ir.Timestamp: backend.Time}[t]
	text := c.Stored == backend.Text || c.Stored == backend.TimeText
	switch {
	case c.Stored == stored:
		return n, true
	case t == ir.Timestamp && c.Stored == backend.TimeNumber && c.Unit >= time.Millisecond:
		return fmt.Sprintf("TO_DATETIME(TO_LONG(%s * %d))", n, c.Unit/time.Millisecond), true
	case t == ir.Timestamp && c.Stored == backend.TimeNumber && c.Unit > 0:
		return fmt.Sprintf("TO_DATETIME(TO_LONG(%s / %d))", n, time.Millisecond/c.Unit), true
	case !text:
		e.refuse(atom, "the index holds %s as %s", c.Name, c.Stored)
		return "", false
	}
	e.Lose(atom, backend.Both, moreSpelt, c.Name)
	return map[ir.Type]string{ir.Int: "TO_DOUBLE(", ir.Double: "TO_DOUBLE(", ir.IP: "TO_IP(", ir.Timestamp: "TO_DATETIME("}[t] + n + ")", true
}

func (e *emitter) values(q *ir.Eq, c backend.Column) node {
	if q.Field.Type == ir.Bool && c.Stored == backend.Text {
		var all []string
		for _, v := range q.Values {
			s := v.Text()
			all = append(all, s, strings.ToUpper(s), strings.ToUpper(s[:1])+s[1:]) // as eval reads one
		}
		return in(name(c.Name), all)
	}
	column, ok := e.typed(q, c, q.Field.Type)
	if !ok {
		return never()
	}
	var out []string
	for _, v := range q.Values {
		if v.Type == ir.Timestamp {
			lucene.Milliseconds(&e.Notes, q, v)
		}
		out = append(out, literal(v))
	}
	return oneOf(column, out)
}

// literal is a value that is no text.
func literal(v ir.Value) string {
	switch v.Type {
	case ir.Int, ir.Double:
		return number(v)
	case ir.IP:
		return "TO_IP(" + quote(v.Text()) + ")"
	case ir.Timestamp:
		return "TO_DATETIME(" + quote(time.Unix(0, v.Int).UTC().Format("2006-01-02T15:04:05.000Z")) + ")"
	}
	return v.Text()
}

func (e *emitter) Compare(x *ir.Compare) node {
	c, ok := e.column(x, x.Field)
	switch {
	case !ok:
		return never()
	case c.List:
		return e.inside(x)
	}
	column, ok := e.typed(x, c, x.Value.Type)
	if !ok {
		return never()
	}
	if x.Value.Type == ir.Timestamp {
		lucene.Milliseconds(&e.Notes, x, x.Value)
	}
	return nullable(column + " " + x.Op.String() + " " + literal(x.Value))
}

func (e *emitter) Cidr(x *ir.Cidr) node {
	c, ok := e.column(x, x.Field)
	switch {
	case !ok:
		return never()
	case c.List:
		return e.inside(x)
	}
	column, ok := e.typed(x, c, ir.IP)
	if !ok {
		return never()
	}
	args := []string{column}
	for _, n := range x.Nets {
		n = backend.PlainNet(n)
		if n.Contains(netip.MustParseAddr("::ffff:0:0")) {
			e.Lose(x, backend.Wider, "an address of IPv4 is one of IPv6 in the index")
		}
		args = append(args, quote(n.String()))
	}
	if len(args) == 1 {
		return never()
	}
	return nullable("CIDR_MATCH(" + strings.Join(args, ", ") + ")")
}

var parts = map[ir.TimeUnit]string{ir.Minute: "minute_of_hour", ir.Hour: "hour_of_day", ir.Day: "day_of_month", ir.Month: "month_of_year", ir.Year: "year"}

func (e *emitter) TimePart(x *ir.TimePart) node {
	c, ok := e.column(x, x.Field)
	switch part := parts[x.Part]; {
	case !ok:
		return never()
	case part == "":
		return e.refuse(x, "the weeks of DATE_EXTRACT are not those of ISO 8601")
	case c.List:
		return e.refuse(x, "ES|QL's operators see nothing in a field of several values")
	default:
		column, ok := e.typed(x, c, ir.Timestamp)
		if !ok {
			return never()
		}
		var out []string
		for _, v := range x.Values {
			out = append(out, strconv.Itoa(v))
		}
		return oneOf("DATE_EXTRACT("+quote(part)+", "+column+")", out)
	}
}
