package kql

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

const emptyIsMissing = "a column of text can't tell an empty text from a missing one"

func (e *emitter) Eq(x *ir.Eq) string {
	return e.each(x.Field, func(c backend.Column) string {
		switch x.Field.Type {
		case ir.String:
			if c.Stored == backend.Number && c.Type == ir.Int {
				return e.countedTexts(c, x)
			}
			var list []backend.Pattern
			for _, v := range x.Values {
				list = append(list, backend.Equals(x.Field, v))
			}
			return e.patterns(x, c, list)
		case ir.Int, ir.Double:
			return e.numbers(x, c)
		case ir.Bool:
			return e.booleans(x, c)
		case ir.IP:
			var parts []string
			for _, v := range x.Values {
				parts = append(parts, "ipv6_is_match("+text(c)+", "+quote(v.IP.String())+")")
			}
			return e.sure(anyOf(parts))
		}
		return e.moments(x, c)
	})
}

// countedTexts holds a column of whole numbers against texts: what isn't spelt as one is never there.
func (e *emitter) countedTexts(c backend.Column, x *ir.Eq) string {
	var list []string
	for _, v := range x.Values {
		if t := v.Text(); integer(t) {
			i, _ := strconv.ParseInt(t, 10, 64)
			list = append(list, whole(i))
		}
	}
	return e.sure(in(member(c.Name, c.Path), "==", "in", list))
}

// in compares with one value or with several.
func in(at, one, several string, list []string) string {
	switch len(list) {
	case 0:
		return "false"
	case 1:
		return at + " " + one + " " + list[0]
	}
	return at + " " + several + " (" + strings.Join(list, ", ") + ")"
}

// numbers compares numbers. What is kept as text or JSON is compared as the text that the number is written as.
func (e *emitter) numbers(x *ir.Eq, c backend.Column) string {
	var list []string
	if c.Stored == backend.Number {
		for _, v := range x.Values {
			if v.Type == ir.Double {
				list = append(list, double(v.Float))
			} else {
				list = append(list, whole(v.Int))
			}
		}
		return e.sure(in(member(c.Name, c.Path), "==", "in", list))
	}
	e.Lose(x, backend.Narrower, "what is kept as %s is compared as text: other spellings of the number aren't found", c.Stored)
	for _, v := range x.Values {
		list = append(list, quote(v.Text()))
	}
	return in(text(c), "==", "in", list)
}

// booleans reads a text as eval does: in the three spellings of strconv.ParseBool that are words.
func (e *emitter) booleans(x *ir.Eq, c backend.Column) string {
	var list []string
	for _, v := range x.Values {
		word := strconv.FormatBool(v.Bool)
		if c.Stored == backend.Bool {
			list = append(list, member(c.Name, c.Path)+" == "+word)
			continue
		}
		list = append(list, in(text(c), "==", "in", []string{quote(word), quote(strings.ToUpper(word)), quote(strings.ToUpper(word[:1]) + word[1:])}))
	}
	return e.sure(anyOf(list))
}

func (e *emitter) moments(x *ir.Eq, c backend.Column) string {
	at, ok := e.moment(x, c)
	if !ok {
		return "false"
	}
	var list []string
	for _, v := range x.Values {
		if mod(v.Int, tick) == 0 { // no datetime lies between ticks
			list = append(list, instant(v.Int))
		}
	}
	return e.sure(in(at, "==", "in", list))
}

func (e *emitter) Match(x *ir.Match) string {
	return e.each(x.Field, func(c backend.Column) string { return e.patterns(x, c, backend.Patterns(x)) })
}

// patterns asks whether a column's text fits any of the patterns. Whole texts of one fold are one list.
func (e *emitter) patterns(clause ir.Expr, c backend.Column, list []backend.Pattern) string {
	var parts []string
	whole := map[string][]string{}
	for _, p := range list {
		op, t, ok := p.Place()
		if !valid(p) {
			continue // no text of Kusto's holds it
		}
		if ok && op == ir.Glob && t != "" && p.Mode != ir.FoldUnicode {
			several := map[bool]string{true: "in", false: "in~"}[p.Mode == ir.FoldNone]
			if len(whole[several]) == 0 {
				parts = append(parts, several)
			}
			whole[several] = append(whole[several], quote(t))
			continue
		}
		parts = append(parts, e.pattern(clause, c, p))
	}
	for i, p := range parts {
		if texts := whole[p]; texts != nil {
			parts[i] = in(text(c), map[string]string{"in": "==", "in~": "=~"}[p], p, texts)
		}
	}
	return anyOf(parts)
}

func valid(p backend.Pattern) bool {
	for _, part := range p.Parts {
		if !utf8.ValidString(part.Text) {
			return false
		}
	}
	return true
}

// pattern asks for one pattern. `has` looks for words, not for texts, and is never used.
func (e *emitter) pattern(clause ir.Expr, c backend.Column, p backend.Pattern) string {
	op, t, ok := p.Place()
	if ok && t == "" {
		return e.empty(clause, c, op)
	}
	if !ok || p.Mode == ir.FoldUnicode {
		re, err := regexes.Regex(p)
		if err != nil {
			e.Refuse(e.target.title, clause, "%v", err)
			return "false"
		}
		return text(c) + " matches regex " + quote(re)
	}
	word := map[ir.MatchOp]string{ir.Contains: "contains", ir.Prefix: "startswith", ir.Suffix: "endswith"}[op]
	if p.Mode == ir.FoldNone {
		word += "_cs"
	}
	return text(c) + " " + word + " " + quote(t)
}

// empty asks for an empty text (Glob), or for one that holds it, which any does.
func (e *emitter) empty(clause ir.Expr, c backend.Column, op ir.MatchOp) string {
	if op != ir.Glob {
		if isText(c) {
			e.Lose(clause, backend.Narrower, emptyIsMissing)
		}
		return present(c)
	}
	if isText(c) {
		e.Lose(clause, backend.Wider, emptyIsMissing)
		return "isempty(" + text(c) + ")"
	}
	return "(" + present(c) + ` and ` + text(c) + ` == "")`
}

func (e *emitter) Regex(x *ir.Regex) string {
	return e.each(x.Field, func(c backend.Column) string {
		var parts []string
		void := false
		for _, p := range x.Patterns {
			re, err := regexes.Rewrite(p)
			if err != nil {
				e.Refuse(e.target.title, x, "%v", err)
				return "false"
			}
			if strings.Contains(re, edge) || strings.Contains(re, noEdge) {
				e.Lose(x, backend.Both, `the edge of a word may be one of Unicode's: beside a letter outside ASCII it is another than RE2's`)
			}
			if compiled, err := regexp.Compile(p); err == nil && compiled.MatchString("") {
				void = true
			}
			parts = append(parts, text(c)+" matches regex "+quote(re))
		}
		if !void {
			return anyOf(parts)
		}
		if isText(c) {
			e.Lose(x, backend.Narrower, emptyIsMissing)
		}
		return "(" + present(c) + " and " + anyOf(parts) + ")"
	})
}

// prefixOf says that an address lies in a network, IPv4's in their IPv6 spelling too, which netip holds apart.
func prefixOf(n netip.Prefix, a netip.Addr) bool {
	b, c := n.Addr().As16(), a.As16()
	for i := range n.Bits() {
		if (b[i/8]^c[i/8])>>(7-i%8)&1 != 0 {
			return false
		}
	}
	return true
}

// v4in6 is the first address of those that stand for IPv4's.
var v4in6 = netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff})

// Cidr uses the function that takes both families and knows v4 in v6.
func (e *emitter) Cidr(x *ir.Cidr) string {
	return e.each(x.Field, func(c backend.Column) string {
		var parts []string
		for _, n := range x.Nets {
			n = backend.PlainNet(n)
			if n.Addr().Is6() && n.Bits() < 96 && prefixOf(n, v4in6) {
				e.Lose(x, backend.Wider, "%s takes in all IPv4 addresses, which Kusto reads as IPv6 ones", n)
			}
			parts = append(parts, "ipv6_is_match("+text(c)+", "+quote(n.String())+")")
		}
		return e.sure(anyOf(parts))
	})
}

func (e *emitter) Compare(x *ir.Compare) string {
	return e.each(x.Field, func(c backend.Column) string {
		if x.Field.Type == ir.Timestamp {
			return e.compareTime(x, c)
		}
		at, to := e.number(x, c), ""
		if x.Value.Type == ir.Double {
			to = double(x.Value.Float)
		} else {
			to = whole(x.Value.Int)
		}
		return e.sure(at + " " + x.Op.String() + " " + to)
	})
}

// compareTime compares ticks. A bound between two is moved to the one before, and takes that one in, or leaves it out, so
// that the order of whole ticks is kept.
func (e *emitter) compareTime(x *ir.Compare, c backend.Column) string {
	at, ok := e.moment(x, c)
	if !ok {
		return "false"
	}
	op := x.Op
	if mod(x.Value.Int, tick) != 0 {
		op = map[ir.CompareOp]ir.CompareOp{ir.Lt: ir.Le, ir.Le: ir.Le, ir.Gt: ir.Gt, ir.Ge: ir.Gt}[op]
	}
	return e.sure(at + " " + op.String() + " " + instant(x.Value.Int))
}

func (e *emitter) Exists(x *ir.Exists) string {
	return e.each(x.Field, func(c backend.Column) string {
		if isText(c) {
			e.Lose(x, backend.Narrower, emptyIsMissing)
		}
		return present(c)
	})
}

// parts are the words of datetime_part; a week is ISO 8601's there too.
var timeParts = map[ir.TimeUnit]string{
	ir.Minute: "minute", ir.Hour: "hour", ir.Day: "day", ir.Week: "week_of_year", ir.Month: "month", ir.Year: "year",
}

func (e *emitter) TimePart(x *ir.TimePart) string {
	return e.each(x.Field, func(c backend.Column) string {
		at, ok := e.moment(x, c)
		if !ok {
			return "false"
		}
		list := make([]string, len(x.Values))
		for i, n := range x.Values {
			list[i] = whole(int64(n))
		}
		return e.sure(in("datetime_part("+quote(timeParts[x.Part])+", "+at+")", "==", "in", list))
	})
}
