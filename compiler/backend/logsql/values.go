package logsql

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// decimal is what eval reads as a number. VictoriaLogs reads more as one: 5s, 4KiB, 10.0.0.1, 2024-01-01T00:00:00Z.
const decimal = `^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$`

// precise bounds the whole numbers that a double, as which VictoriaLogs compares, keeps apart.
const precise = 1 << 53

func (e *emitter) values(q *ir.Eq, c backend.Column) node {
	var nodes []node
	var texts []string
	for _, v := range q.Values {
		switch {
		case v.Type == ir.Bool && !c.List:
			s := v.Text()
			texts = append(texts, s, strings.ToUpper(s), strings.ToUpper(s[:1])+s[1:]) // as eval reads one
		case v.Type == ir.Timestamp:
			nodes = append(nodes, e.moment(q, c, ir.Ge, v, ir.Le, v))
		case c.List:
			e.Lose(q, backend.Both, listText)
			nodes = append(nodes, match(c, `(?:^|[\[,]"?)`+regexp.QuoteMeta(v.Text())+`(?:"?[,\]]|$)`))
		case v.Type == ir.Int && v.Int > -precise && v.Int < precise, v.Type == ir.Double:
			nodes = append(nodes, node{text: fmt.Sprintf("%s:range[%s, %s]", name(c.Name), number(v), number(v))})
		default:
			e.Lose(q, backend.Narrower, othersSpelt, c.Name)
			texts = append(texts, v.Text())
		}
	}
	numeric := len(nodes) > 0 && !c.List && (q.Field.Type == ir.Int || q.Field.Type == ir.Double)
	out := disjunction(nodes)
	if numeric {
		out = conjunction([]node{out, match(c, decimal)})
	}
	if len(texts) > 0 {
		if len(nodes) == 0 {
			return anyOf(name(c.Name), texts)
		}
		return disjunction([]node{anyOf(name(c.Name), texts), out})
	}
	return out
}

// number is a number as LogsQL reads one.
func number(v ir.Value) string {
	if v.Type == ir.Double {
		return strconv.FormatFloat(v.Float, 'f', -1, 64)
	}
	return v.Text()
}

func (e *emitter) Compare(x *ir.Compare) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return none()
	}
	if x.Value.Type == ir.Timestamp {
		return e.moment(x, c, x.Op, x.Value, x.Op, x.Value)
	}
	if c.List {
		return e.refuse(x, "a list is kept as the text of its JSON")
	}
	if x.Value.Type == ir.Int && (x.Value.Int <= -precise || x.Value.Int >= precise) {
		e.Lose(x, backend.Both, "VictoriaLogs compares numbers as doubles")
	}
	return conjunction([]node{{text: name(c.Name) + ":" + x.Op.String() + number(x.Value)}, match(c, decimal)})
}

// moment asks for moments between two bounds, or beyond the one where both operators are the same.
func (e *emitter) moment(atom ir.Expr, c backend.Column, lo ir.CompareOp, a ir.Value, hi ir.CompareOp, b ir.Value) node {
	bound := func(op ir.CompareOp, v ir.Value) node {
		switch c.Stored {
		case backend.Time: // VictoriaLogs' own _time, to the nanosecond
			return node{text: name(c.Name) + ":" + op.String() + strconv.Quote(time.Unix(0, v.Int).UTC().Format(time.RFC3339Nano))}
		case backend.TimeNumber:
			return node{text: fmt.Sprintf("%s:%s%s", name(c.Name), op, strconv.FormatFloat(float64(v.Int)/float64(max(1, int64(c.Unit))), 'f', -1, 64))}
		}
		e.Lose(atom, backend.Both, "VictoriaLogs compares moments in text as doubles, to a quarter of a microsecond, and reads RFC 3339 with an offset only")
		return node{text: fmt.Sprintf("%s:%s%d", name(c.Name), op, v.Int)}
	}
	if c.List {
		return e.refuse(atom, "a list is kept as the text of its JSON")
	}
	if c.Stored == backend.Time && c.Name != "_time" {
		return e.refuse(atom, "only _time is a moment to VictoriaLogs")
	}
	nodes := []node{bound(lo, a)}
	if lo != hi {
		nodes = append(nodes, bound(hi, b))
	}
	if c.Stored == backend.TimeNumber {
		nodes = append(nodes, match(c, decimal))
		e.Lose(atom, backend.Both, "VictoriaLogs compares numbers as doubles")
	}
	return conjunction(nodes)
}

func (e *emitter) Cidr(x *ir.Cidr) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return none()
	}
	var nodes []node
	for _, n := range x.Nets {
		n = backend.PlainNet(n)
		e.Lose(x, backend.Narrower, othersSpelt, c.Name)
		switch {
		case c.List && n.Addr().Is4():
			e.Lose(x, backend.Both, listText)
			nodes = append(nodes, match(c, `(?:^|[\[,]")`+backend.V4Regex(n)+`(?:"[,\]]|$)`))
		case n.Addr().Is4():
			nodes = append(nodes, node{text: fmt.Sprintf("%s:ipv4_range(%s)", name(c.Name), strconv.Quote(n.String()))})
		default:
			nodes = append(nodes, e.v6(x, c, n))
		}
	}
	return disjunction(nodes)
}

func (e *emitter) v6(x *ir.Cidr, c backend.Column, n netip.Prefix) node {
	globs, ok := backend.V6Globs(n)
	if !ok || c.List {
		return e.refuse(x, "VictoriaLogs has no networks of IPv6, and this one has no single spelling")
	}
	var nodes []node
	for _, g := range globs {
		nodes = append(nodes, match(c, "^"+strings.ReplaceAll(g, "*", ".*")+"$"))
	}
	return disjunction(nodes)
}

func (e *emitter) TimePart(x *ir.TimePart) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return none()
	}
	var nodes []node
	for _, v := range x.Values {
		switch {
		case c.Name == "_time" && x.Part == ir.Hour:
			nodes = append(nodes, node{text: fmt.Sprintf("_time:day_range[%02d:00, %02d:59]", v, v)})
		case c.Stored == backend.TimeText && x.Part != ir.Week && !c.List:
			e.Lose(x, backend.Narrower, "only moments that are written in UTC are found")
			nodes = append(nodes, match(c, clock(x.Part, v)))
		default:
			return e.refuse(x, "LogsQL has no %ss of %s", x.Part, c.Name)
		}
	}
	return disjunction(nodes)
}

// clock fits moments in RFC 3339, in UTC, of which a part is v.
func clock(part ir.TimeUnit, v int) string {
	fields := []string{`[0-9]{4}`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{2}`}
	at, width := map[ir.TimeUnit]int{ir.Year: 0, ir.Month: 1, ir.Day: 2, ir.Hour: 3, ir.Minute: 4}[part], 2
	if part == ir.Year {
		width = 4
	}
	fields[at] = fmt.Sprintf("%0*d", width, v)
	return "^" + strings.Join(fields[:3], "-") + "[T ]" + fields[3] + ":" + fields[4] + `:[0-9.]+(?:Z|\+00:00)?$`
}
