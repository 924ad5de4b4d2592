package sql

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// postgres is PostgreSQL from 16, which can ask whether a text is an address before it is cast.
type postgres struct{}

func (postgres) name() string { return "postgresql" }

func (postgres) info() backend.Info {
	return backend.Info{
		Title: "PostgreSQL", Language: "SQL", Verified: "executed by PostgreSQL 18.6",
		Limits: []string{
			"the database's encoding is UTF8",
			"no text holds NUL: a clause that asks for it is never true",
			"a list is an array, JSON is jsonb; in JSON a list within a list is not looked into",
			"a column that is stored as a time is a timestamptz, which counts microseconds",
			"a regular expression repeats 255 times at most",
		},
	}
}

func (postgres) longest() int                        { return 100_000_000 }
func (d postgres) table(name string) (string, error) { return d.ident(name) }

// ident refuses a name that would be cut to another (postgresql.org, "Identifiers and Key Words": 63 bytes).
func (postgres) ident(name string) (string, error) { return quoted(name, 63) }

// text writes backslashes so that the setting standard_conforming_strings makes no difference.
func (postgres) text(s string) (string, error) {
	switch {
	case strings.ContainsRune(s, 0):
		return "NULL", nil
	case !utf8.ValidString(s):
		return "", errors.New("a text that is no UTF-8 can't be written")
	}
	out := strings.ReplaceAll(s, "'", "''")
	if strings.Contains(s, `\`) {
		return "E'" + strings.ReplaceAll(out, `\`, `\\`) + "'", nil
	}
	return "'" + out + "'", nil
}

// plain and fold have the collation C, in which case is ASCII's and order is that of bytes.
func (postgres) plain(v string) string { return "(" + v + ` COLLATE "C")` }
func (postgres) fold(v string) string  { return "lower(" + v + ` COLLATE "C")` }

func (postgres) find(op ir.MatchOp, v, literal string, runes int) string {
	switch op {
	case ir.Prefix:
		return "starts_with(" + v + ", " + literal + ")"
	case ir.Suffix:
		return fmt.Sprintf("(right(%s, %d) = %s)", v, runes, literal)
	}
	return "(strpos(" + v + ", " + literal + ") > 0)"
}

const (
	word     = `[0-9A-Za-z_]`
	edge     = `(?:(?<=` + word + `)(?!` + word + `)|(?<!` + word + `)(?=` + word + `))`
	nonEdge  = `(?:(?<=` + word + `)(?=` + word + `)|(?<!` + word + `)(?!` + word + `))`
	anyARE   = `(?:.|\n)`
	noMatch  = `(?!)`
	lineHead = `(?:\A|(?<=\n))`
	lineTail = `(?:\Z|(?=\n))`
)

// are is PostgreSQL's "advanced" flavour (postgresql.org, "Regular Expression Details"). Its own \d and \y ask the
// locale, its . takes a line break: neither is used.
var are = backend.Flavour{
	Rune: func(r rune) string {
		switch {
		case r == 0:
			return noMatch // no text holds it
		case r < ' ' || r == 0x7F:
			return fmt.Sprintf(`\u%04x`, r)
		case strings.ContainsRune(`\.+*?()|[]{}^$-#/`, r):
			return `\` + string(r)
		}
		return string(r)
	},
	Class:   areClass,
	AnyChar: anyARE, NoMatch: noMatch, BeginText: `\A`, EndText: `\Z`, BeginLine: lineHead, EndLine: lineTail,
	Word: edge, NoWord: nonEdge, Group: "(?:", MaxRepeat: 255,
}

// areClass writes a class. A range from the first to the last character is one of all but its gaps: shorter, and the
// engine need not list it.
func areClass(ranges []rune) string {
	if len(ranges) == 0 {
		return noMatch
	}
	if ranges[0] == 0 && ranges[len(ranges)-1] == 0x10FFFF {
		var gaps []rune
		for i := 1; i+1 < len(ranges); i += 2 {
			gaps = append(gaps, ranges[i]+1, ranges[i+1]-1)
		}
		if len(gaps) == 0 {
			return anyARE
		}
		return "[^" + areRanges(gaps) + "]"
	}
	return "[" + areRanges(ranges) + "]"
}

func areRanges(ranges []rune) string {
	var b strings.Builder
	for i := 0; i < len(ranges); i += 2 {
		low, high := max(ranges[i], 1), ranges[i+1]
		if high < low {
			continue
		}
		b.WriteString(areRune(low))
		if high != low {
			b.WriteString("-" + areRune(high))
		}
	}
	return b.String()
}

func areRune(r rune) string {
	switch {
	case r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= 0xC0 && r < 0x250:
		return string(r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

func (d postgres) pattern(v string, p backend.Pattern) (string, error) {
	pattern, err := are.Regex(p)
	if err != nil {
		return "", err
	}
	return d.search(v, pattern)
}

func (d postgres) search(v, pattern string) (string, error) {
	// The head says which flavour it is, whatever the setting regex_flavor; a pattern that begins with *** or (?x) can't.
	text, err := d.text("(?:" + pattern + ")")
	return "(" + v + " ~ " + text + ")", err
}

func (d postgres) regex(v, pattern string) (string, error) {
	text, err := are.Rewrite(pattern)
	if err != nil {
		return "", fmt.Errorf("the regular expression can't be said in its flavour: %w", err)
	}
	return d.search(v, text)
}

func (postgres) ofNumber(v string) string { return "CAST(" + v + " AS text)" }
func (postgres) ofBool(v string) string   { return "CAST(" + v + " AS text)" }
func (postgres) isBool(v string) string   { return v }

const pgDecimal = `'^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'`

func (d postgres) integer(v string) string {
	return "(SELECT CASE WHEN y.t ~ '^[+-]?[0-9]+$' AND abs(y.n) <= 9223372036854775808 AND y.n <> 9223372036854775808 THEN y.n" +
		" WHEN abs(y.d) < 9007199254740992 AND trunc(y.d) = y.d THEN CAST(y.d AS numeric) END FROM (SELECT x.t AS t, " +
		d.numeric("x.t") + " AS n, " + d.double("x.t") + " AS d FROM (SELECT " + v + " AS t) AS x) AS y)"
}

func (postgres) numeric(v string) string {
	return "(CASE WHEN " + v + " ~ " + pgDecimal + " THEN CASE WHEN pg_input_is_valid(" + v + ", 'numeric') THEN CAST(" + v + " AS numeric) END END)"
}

// double keeps what a double can't hold from the cast, which would fail: too large is no value, too small is none.
func (d postgres) double(v string) string {
	n := d.numeric("z.t")
	return "(SELECT CASE WHEN abs(z.n) < 1e-307 OR z.t ~ '[eE]-[0-9]{5,}$' THEN 0 WHEN abs(z.n) <= 1.7976931348623157e308 THEN CAST(z.n AS double precision) END" +
		" FROM (SELECT z.t AS t, " + n + " AS n FROM (SELECT " + v + " AS t) AS z) AS z)"
}

func (postgres) moment(v string) string {
	whole := "regexp_replace(" + v + `, '[.][0-9]+', '') || CASE WHEN ` + v + ` ~ '(Z|[+-][0-9][0-9]:[0-9][0-9])$' THEN '' ELSE 'Z' END`
	fraction := "CAST(rpad(coalesce(substring(" + v + ` from '[.]([0-9]{1,9})'), ''), 9, '0') AS numeric)`
	return "(CASE WHEN " + v + " ~ " + strings.ReplaceAll(rfc3339, `\.`, "[.]") + " THEN CASE WHEN pg_input_is_valid(" + whole + ", 'timestamptz') THEN" +
		" extract(epoch FROM CAST(" + whole + " AS timestamptz)) * 1000000000 + " + fraction + " END END)"
}

func (postgres) stored(v string) string { return "(extract(epoch FROM " + v + ") * 1000000000)" }
func (postgres) precise() int64         { return 1000 }
func (postgres) scaled(v string, unit int64) string {
	ns := fmt.Sprintf("(CAST(%s AS numeric) * %d)", v, unit)
	return "(CASE WHEN abs(" + ns + ") <= 9223372036854775807 THEN " + ns + " END)"
}

func (postgres) part(ns string, unit ir.TimeUnit) string {
	return "extract(" + unit.String() + " FROM to_timestamp(CAST(floor(" + ns + " / 1000000000) AS double precision)) AT TIME ZONE 'UTC')"
}

const v4Text = `^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$`

// ip reads an address; one of v4-in-v6 becomes one of IPv4. A zone is left out.
func (postgres) ip(v string) string {
	bare := "regexp_replace(" + v + `, '^([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)%.+$', E'\\1')`
	return "(SELECT CASE WHEN a.i << '::ffff:0:0/96' THEN CAST('0.0.0.0' AS inet) + (a.i - CAST('::ffff:0.0.0.0' AS inet)) ELSE a.i END FROM" +
		" (SELECT CASE WHEN b.t ~ '" + v4Text + "' OR b.t ~ '^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$' AND pg_input_is_valid(b.t, 'inet') THEN CAST(b.t AS inet) END AS i" +
		" FROM (SELECT " + bare + " AS t) AS b) AS a)"
}
func (postgres) ipLiteral(a netip.Addr) string { return "CAST('" + a.String() + "' AS inet)" }
func (d postgres) net(v string, n netip.Prefix) (string, error) {
	return "(" + d.ip(v) + " <<= CAST('" + n.String() + "' AS inet))", nil
}
func (postgres) ipLoss(bool) string { return "" }

func (postgres) anyOf(list, name string, of func(string) string) string {
	return "EXISTS (SELECT 1 FROM unnest(" + list + ") AS u" + name + "(" + name + ") WHERE " + of(name) + ")"
}

func (d postgres) member(column string, path []string, name string, of func(string) string) (string, error) {
	list, text, err := d.items(column, path)
	if err != nil {
		return "", err
	}
	test := func(v string) string {
		if of == nil {
			return "jsonb_typeof(" + v + ") <> 'null'"
		}
		return of(text(v))
	}
	return "EXISTS (SELECT 1 FROM " + list + " AS u" + name + "(" + name + ") WHERE " + test(name) + ")", nil
}

func (d postgres) at(column string, path []string) (string, error) {
	at := column
	for _, p := range path {
		text, err := d.text(p)
		if err != nil || strings.ContainsRune(p, 0) {
			return "", fmt.Errorf("a path of JSON can't name %q", p)
		}
		at += " -> " + text
	}
	return "(" + at + ")", nil
}

// items gives rows, not an array.
func (d postgres) items(column string, path []string) (string, func(string) string, error) {
	at, err := d.at(column, path)
	if err != nil {
		return "", nil, err
	}
	return "jsonb_array_elements(CASE jsonb_typeof(" + at + ") WHEN 'array' THEN " + at + " ELSE jsonb_build_array(" + at + ") END)", pgScalar, nil
}

func (postgres) mapped(list, name string, of func(string) string) string {
	if !strings.HasPrefix(list, "jsonb_") {
		list = "unnest(" + list + ")"
	}
	return "ARRAY(SELECT " + of(name) + " FROM " + list + " AS u" + name + "(" + name + "))"
}

func (postgres) single(v string) string { return "ARRAY[" + v + "]" }
func (d postgres) scalar(column string, path []string) (string, error) {
	at, err := d.at(column, path)
	return "(" + at + " #>> '{}')", err
}
func (postgres) spread(list, name string) (string, string) {
	return " CROSS JOIN LATERAL unnest(" + list + ") AS u" + name + "(" + name + ")", "u" + name + "." + name
}

func (postgres) moment64(ns string) string    { return "CAST(" + ns + " AS bigint)" }
func (d postgres) now() string                { return d.stored("now()") }
func (postgres) ranges() bool                 { return true }
func (postgres) real(v string) string         { return "CAST(" + v + " AS double precision)" }
func (postgres) wide(v string) (string, bool) { return "CAST(trunc(" + v + ") AS numeric)", true }

func pgScalar(v string) string {
	return "(CASE WHEN jsonb_typeof(" + v + ") IN ('string', 'number', 'boolean') THEN " + v + " #>> '{}' END)"
}

func (d postgres) every(column, name string, of func(string) string) (string, error) {
	return "EXISTS (SELECT 1 FROM jsonb_path_query(" + column + ", 'strict $.**') AS u" + name + "(" + name + ") WHERE " + of(pgScalar(name)) + ")", nil
}

func (postgres) tableForm() string {
	return "(value text COLLATE \"C\" NOT NULL, folded text COLLATE \"C\" NOT NULL, valid_until text NOT NULL)"
}

func (postgres) partLoss(ir.TimeUnit) string { return "" }

func (postgres) rounded(v string, unit int64) string {
	return fmt.Sprintf("(CASE WHEN abs(%s * %d) < 9.2e18 THEN CAST(trunc(%s * %d) AS numeric) END)", v, unit, v, unit)
}

func (postgres) ofAddress(v string) string { return "host(" + v + ")" }
