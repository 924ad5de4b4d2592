package logql

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

const othersSpelt = "Loki holds %s as text: addresses that are spelt otherwise are not found"

const (
	// decimal is what eval reads as a number. What overflows a double would be an error to Loki and is none to eval; the last
	// twentieth before that, from 1.7e308 on, is left out, too.
	decimal = `^[-+]?(?:(?:[0-9]{1,200}\.?[0-9]*|\.[0-9]+)(?:[eE](?:-[0-9]+|\+?0*[0-9]{1,2}))?|[0-9](?:\.[0-9]*)?[eE]\+?(?:[12][0-9][0-9]|30[0-7])|1(?:\.[0-6][0-9]*)?[eE]\+?308)`
	// whole is what eval reads as an integer of 64 bits, as logs write one: digits, with nothing after the point, or 1e6. To
	// tell that 4.43e2 is one and 4.43e1 is none is beyond an expression, and from 2^63 on to 19 digits there is no short one.
	whole = `^[-+]?(?:[0-9]{1,19}|[0-9]{1,15}\.0*|[0-9](?:\.0*)?[eE]\+?0*(?:[0-9]|1[0-4]))`
)

// precise bounds the whole numbers that a double, as which Loki compares, keeps apart.
const precise = 1 << 53

func guard(label, guard string, body node) node {
	return node{kind: guarded, args: []node{matches(label, guard), body}}
}

func (e *emitter) values(q *ir.Eq) node {
	label, c, ok := e.label(q, q.Field)
	if !ok {
		return constant(false)
	}
	var texts, numbers []node
	for _, v := range q.Values {
		switch v.Type {
		case ir.Bool:
			s := v.Text() // as eval reads one
			texts = append(texts, equals(label, s), equals(label, strings.ToUpper(s)), equals(label, strings.ToUpper(s[:1])+s[1:]))
		case ir.Timestamp:
			texts = append(texts, e.moment(q, c, label, "eq", "==", "!=", v))
		case ir.IP:
			e.Lose(q, backend.Narrower, othersSpelt, c.Name)
			texts = append(texts, e.network(label, netip.PrefixFrom(v.IP, v.IP.BitLen())))
		case ir.Int:
			if v.Int <= -precise || v.Int >= precise {
				texts = append(texts, matches(label, large(v)))
				continue
			}
			numbers = append(numbers, compare(label, "==", "!=", v.Text()))
		default:
			numbers = append(numbers, compare(label, "==", "!=", number(v)))
		}
	}
	if len(numbers) > 0 {
		texts = append(texts, guard(label, decimal, disjunction(numbers...)))
	}
	return disjunction(texts...)
}

// large fits the spellings of a whole number that a double doesn't tell from its neighbours.
func large(v ir.Value) string {
	if text := v.Text(); text[0] == '-' {
		return "^-0*" + text[1:]
	}
	return `^\+?0*` + v.Text()
}

// number is a number as LogQL reads one.
func number(v ir.Value) string {
	if v.Type == ir.Double {
		return strconv.FormatFloat(v.Float+0, 'g', -1, 64)
	}
	return v.Text()
}

// opposites are the operators of numbers with their negations, by ir.CompareOp.
var opposites = [...][2]string{ir.Lt: {"<", ">="}, ir.Le: {"<=", ">"}, ir.Gt: {">", "<="}, ir.Ge: {">=", "<"}}

func (e *emitter) Compare(x *ir.Compare) node {
	label, c, ok := e.label(x, x.Field)
	if !ok {
		return constant(false)
	}
	op := opposites[x.Op]
	reads := decimal
	switch {
	case x.Value.Type == ir.Timestamp:
		return e.moment(x, c, label, [...]string{"lt", "le", "gt", "ge"}[x.Op], op[0], op[1], x.Value)
	case x.Value.Type == ir.Int:
		reads = whole
		if x.Value.Int <= -precise || x.Value.Int >= precise {
			e.Lose(x, backend.Both, "Loki compares numbers as doubles")
		}
	}
	return guard(label, reads, compare(label, op[0], op[1], number(x.Value)))
}

func (e *emitter) Cidr(x *ir.Cidr) node {
	label, c, ok := e.label(x, x.Field)
	if !ok {
		return constant(false)
	}
	var nodes []node
	for _, n := range x.Nets {
		e.Lose(x, backend.Narrower, othersSpelt, c.Name)
		nodes = append(nodes, e.network(label, backend.PlainNet(n)))
	}
	return disjunction(nodes...)
}

// six fits texts at whose head Loki's ip() sees an address of IPv6 and then reads the whole of it. It sees none in less than
// five characters, and looks further in the text where it sees none at the head.
const six = `^(?:[0-9a-fA-F]{1,4}:|::[0-9a-fA-F])[0-9a-fA-F:.]*`

// network fits the addresses of a network. ip() finds one anywhere in a text, so an expression says what the text is.
func (e *emitter) network(label string, n netip.Prefix) node {
	if n.Addr().Is4() {
		return matches(label, "^(?:::[fF]{4}:)?"+backend.V4Regex(n))
	}
	long := []node{matches(label, six), compare(label, "=", "!=", fmt.Sprintf("ip(%q)", n))}
	if n.Overlaps(mapped) { // which eval takes for addresses of IPv4
		long = append(long, compare(label, "!=", "=", fmt.Sprintf("ip(%q)", mapped)))
	}
	nodes := []node{conjunction(long...)}
	if short := shorts(n); len(short) > 0 {
		nodes = append(nodes, matches(label, "(?i)^(?:"+strings.Join(short, "|")+")"))
	}
	return disjunction(nodes...)
}

var mapped = netip.MustParsePrefix("::ffff:0:0/96")

// shorts are the spellings of a network's addresses in less than five characters.
func shorts(n netip.Prefix) (out []string) {
	try := func(text string) {
		if n.Contains(netip.MustParseAddr(text)) {
			out = append(out, text)
		}
	}
	try("::")
	for i := range 16 {
		try(fmt.Sprintf("%x::", i))
		try(fmt.Sprintf("::%x", i))
	}
	for i := range 256 {
		try(fmt.Sprintf("%02x::", i))
		try(fmt.Sprintf("%x::%x", i>>4, i&15))
		try(fmt.Sprintf("::%02x", i))
	}
	return out
}
