package sql

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// clickHouse is ClickHouse from 24.
type clickHouse struct{}

func (clickHouse) name() string { return "clickhouse" }

func (clickHouse) info() backend.Info {
	return backend.Info{
		Title: "ClickHouse", Language: "SQL", Verified: "executed by ClickHouse 26.7",
		Limits: []string{
			"a query has 262,144 bytes at most, unless max_query_size says otherwise",
			"a list is an Array, in which nothing tells an empty one from a missing one; in JSON a list within a list is not looked into",
			"JSON is a column of String",
			"a column that is stored as a time is a DateTime64(9) in UTC",
		},
	}
}

func (clickHouse) longest() int                        { return 262_144 } // clickhouse.com, settings: max_query_size
func (d clickHouse) table(name string) (string, error) { return d.ident(name) }

func (clickHouse) ident(name string) (string, error) {
	if _, err := quoted(name, 1<<12); err != nil {
		return "", err
	}
	return "`" + clickEscape.Replace(name) + "`", nil
}

// clickEscape is for what stands in quotes (clickhouse.com, "Syntax": a backslash escapes).
var clickEscape = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "`", "\\`", "\x00", `\0`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`)

// text writes bytes that are no UTF-8 by their numbers.
func (clickHouse) text(s string) (string, error) {
	if utf8.ValidString(s) {
		return "'" + clickEscape.Replace(s) + "'", nil
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02X`, s[0])
		} else {
			b.WriteString(clickEscape.Replace(s[:n]))
		}
		s = s[n:]
	}
	return "'" + b.String() + "'", nil
}

func (clickHouse) plain(v string) string { return v }
func (clickHouse) fold(v string) string  { return "lower(" + v + ")" } // lowerUTF8 folds more

func (clickHouse) find(op ir.MatchOp, v, literal string, _ int) string {
	switch op {
	case ir.Prefix:
		return "startsWith(" + v + ", " + literal + ")"
	case ir.Suffix:
		return "endsWith(" + v + ", " + literal + ")"
	}
	return "(position(" + v + ", " + literal + ") > 0)"
}

func (d clickHouse) pattern(v string, p backend.Pattern) (string, error) {
	pattern, err := re2.Regex(p)
	if err != nil {
		return "", err
	}
	return d.search(v, pattern)
}

func (d clickHouse) search(v, pattern string) (string, error) {
	text, err := d.text(pattern)
	return "match(" + v + ", " + text + ")", err
}

// regex takes back the s that match() has by default (clickhouse.com, "match").
func (d clickHouse) regex(v, pattern string) (string, error) {
	return d.search(v, "(?-s)"+goRE2(pattern))
}

func (clickHouse) ofNumber(v string) string { return "toString(" + v + ")" }
func (clickHouse) ofBool(v string) string {
	return "(CASE WHEN " + v + " THEN 'true' WHEN NOT " + v + " THEN 'false' ELSE NULL END)"
}
func (clickHouse) isBool(v string) string { return v }

func (d clickHouse) integer(v string) string {
	double := d.double(v)
	return "multiIf(match(" + v + ", '^[+-]?[0-9]+$') AND accurateCastOrNull(" + v + ", 'Int64') IS NOT NULL, accurateCastOrNull(" + v + ", 'Int64')," +
		" abs(" + double + ") < 9007199254740992 AND trunc(" + double + ") = " + double + ", accurateCastOrNull(" + double + ", 'Int64'), NULL)"
}

func (clickHouse) double(v string) string {
	cast := "toFloat64OrNull(" + v + ")"
	return "if(match(" + v + ", " + strings.ReplaceAll(decimal, `\`, `\\`) + ") AND isFinite(" + cast + "), " + cast + ", NULL)"
}

// moment counts the days by itself: the engine's own types for dates begin in 1900.
func (clickHouse) moment(v string) string {
	t := "assumeNotNull(" + v + ")"
	at := func(from, n int) string { return fmt.Sprintf("toInt64OrZero(substring(%s, %d, %d))", t, from, n) }
	y, m, d := at(1, 4), at(6, 2), at(9, 2)
	leap := "(" + y + " % 4 = 0 AND (" + y + " % 100 <> 0 OR " + y + " % 400 = 0))"
	valid := "(" + m + " BETWEEN 1 AND 12 AND " + d + " BETWEEN 1 AND multiIf(" + m + " IN (4, 6, 9, 11), 30, " + m + " <> 2, 31, " + leap + ", 29, 28))"
	y = "(" + y + " - (" + m + " < 3))" // years begin in March, so that the leap day is the last
	days := "(365 * " + y + " + intDiv(" + y + ", 4) - intDiv(" + y + ", 100) + intDiv(" + y + ", 400) + intDiv(153 * ((" + m + " + 9) % 12) + 2, 5) + " + d + " - 719469)"
	zone := "extract(" + t + ", '[+-][0-9][0-9]:[0-9][0-9]$')"
	offset := "((if(startsWith(" + zone + ", '-'), -60, 60)) * (60 * toInt64OrZero(substring(" + zone + ", 2, 2)) + toInt64OrZero(substring(" + zone + ", 5, 2))))"
	seconds := "(86400 * " + days + " + 3600 * " + at(12, 2) + " + 60 * " + at(15, 2) + " + " + at(18, 2) + " - " + offset + ")"
	fraction := "toInt64OrZero(rightPad(extract(" + t + `, '\\.([0-9]{1,9})'), 9, '0'))`
	return "if(match(" + v + ", " + strings.ReplaceAll(rfc3339, `\`, `\\`) + ") AND " + valid + ", " + seconds + " * 1000000000 + " + fraction + ", NULL)"
}

func (clickHouse) stored(v string) string { return "toUnixTimestamp64Nano(" + v + ")" }
func (clickHouse) precise() int64         { return 1 }
func (clickHouse) scaled(v string, unit int64) string {
	ns := fmt.Sprintf("(toInt128(%s) * %d)", v, unit)
	return "if(abs(" + ns + ") <= 9223372036854775807, toInt64(" + ns + "), NULL)"
}

func (clickHouse) part(ns string, unit ir.TimeUnit) string {
	switch unit {
	case ir.Minute:
		return "intDiv(positiveModulo(" + ns + ", 3600000000000), 60000000000)"
	case ir.Hour:
		return "intDiv(positiveModulo(" + ns + ", 86400000000000), 3600000000000)"
	}
	f := [...]string{"", "", "toDayOfMonth", "toISOWeek", "toMonth", "toYear"}[unit]
	return "if(" + ns + " >= -2208988800000000000, " + f + "(fromUnixTimestamp64Nano(toInt64(" + ns + "), 'UTC')), NULL)"
}

// partLoss is of the engine's dates, which begin in 1900.
func (clickHouse) partLoss(unit ir.TimeUnit) string {
	if unit < ir.Day {
		return ""
	}
	return "times before 1900 have no date here"
}

// ip reads an address as one of IPv6, which one of IPv4 has a place among. A zone is left out.
func (clickHouse) ip(v string) string {
	bare := "replaceRegexpOne(" + v + `, '^([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)%.+$', '\\1')`
	return "if(match(" + bare + ", '" + v4Text + "') OR match(" + bare + ", '^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$'), toIPv6OrNull(" + bare + "), NULL)"
}

func (clickHouse) ipLiteral(a netip.Addr) string {
	b := a.As16()
	return "toIPv6('" + netip.AddrFrom16(b).String() + "')"
}

func (d clickHouse) net(v string, n netip.Prefix) (string, error) {
	first, last := backend.NetEdges(n)
	in := "(" + d.ip(v) + " BETWEEN " + d.ipLiteral(first) + " AND " + d.ipLiteral(last) + ")"
	mapped := netip.MustParseAddr("::ffff:0.0.0.0")
	if n.Addr().Is6() && n.Contains(mapped) {
		in = "(" + in + " AND NOT " + d.ip(v) + " BETWEEN toIPv6('::ffff:0.0.0.0') AND toIPv6('::ffff:255.255.255.255'))"
	}
	return in, nil
}

func (clickHouse) ipLoss(bool) string { return "" }

// anyOf closes the test: arrayExists takes no NULL.
func (clickHouse) anyOf(list, name string, of func(string) string) string {
	return "arrayExists(" + name + " -> coalesce(" + of(name) + ", FALSE), " + list + ")"
}

func (d clickHouse) member(column string, path []string, name string, of func(string) string) (string, error) {
	list, text, err := d.items(column, path)
	if err != nil {
		return "", err
	}
	return d.anyOf(list, name, func(v string) string {
		if of == nil {
			return "(" + v + " NOT IN ('', 'null'))"
		}
		return of(text(v))
	}), nil
}

func (d clickHouse) at(column string, path []string) (string, error) {
	at := column
	for _, p := range path {
		text, err := d.text(p)
		if err != nil {
			return "", err
		}
		at += ", " + text
	}
	return at, nil
}

// items are pieces of JSON.
func (d clickHouse) items(column string, path []string) (string, func(string) string, error) {
	at, err := d.at(column, path)
	if err != nil {
		return "", nil, err
	}
	list := "if(JSONType(" + at + ") = 'Array', JSONExtractArrayRaw(" + at + "), [JSONExtractRaw(" + at + ")])"
	return "CAST(" + list + ", 'Array(String)')", clickScalar, nil
}

// clickScalar is the text of a piece of JSON that is a scalar.
func clickScalar(v string) string {
	return "multiIf(startsWith(" + v + `, '"'), JSONExtractString(` + v + "), startsWith(" + v + ", '{') OR startsWith(" + v + ", '[') OR " + v + " IN ('', 'null'), NULL, " + v + ")"
}

func (clickHouse) mapped(list, name string, of func(string) string) string {
	return "arrayMap(" + name + " -> " + of(name) + ", " + list + ")"
}

func (clickHouse) single(v string) string { return "[" + v + "]" }
func (d clickHouse) scalar(column string, path []string) (string, error) {
	at, err := d.at(column, path)
	return clickScalar("JSONExtractRaw(" + at + ")"), err
}
func (clickHouse) spread(list, name string) (string, string) {
	return " ARRAY JOIN " + list + " AS " + name, name
}

// moment64 takes the NULL out of the type: a window over a range of a Nullable is not implemented.
func (clickHouse) moment64(ns string) string    { return "toInt64(assumeNotNull(" + ns + "))" }
func (d clickHouse) now() string                { return d.stored("now64(9)") }
func (clickHouse) ranges() bool                 { return false }
func (clickHouse) real(v string) string         { return "toFloat64(" + v + ")" }
func (clickHouse) wide(v string) (string, bool) { return "toInt128(" + v + ")", true }

// jsonTokens finds the scalars of a document: a text, then a colon if it is a member's name, or a number, true or false.
const jsonTokens = `"((?:[^"\\]|\\.)*)"(\s*:)?|(-?[0-9][-+.0-9eE]*|true|false)`

// every reads a document by its tokens: no function of the engine walks through one.
func (d clickHouse) every(column, name string, of func(string) string) (string, error) {
	tokens, err := d.text(jsonTokens)
	scalars := "arrayFilter(g -> g[2] = '', extractAllGroupsVertical(coalesce(" + column + ", ''), " + tokens + "))"
	texts := "arrayMap(g -> if(g[3] <> '', g[3], JSONExtractString(concat('\"', g[1], '\"'))), " + scalars + ")"
	return d.anyOf(texts, name, of), err
}

func (clickHouse) tableForm() string {
	return "(value String, folded String, valid_until String) ENGINE = MergeTree ORDER BY folded"
}

func (clickHouse) rounded(v string, unit int64) string {
	return fmt.Sprintf("if(abs(%s * %d) < 9.2e18, toInt64(trunc(%s * %d)), NULL)", v, unit, v, unit)
}

func (clickHouse) ofAddress(v string) string { return "toString(" + v + ")" }
