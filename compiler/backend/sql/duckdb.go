package sql

import (
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// duckDB is DuckDB from 1.3, which has json_tree.
type duckDB struct{}

func (duckDB) name() string { return "duckdb" }

func (duckDB) info() backend.Info {
	return backend.Info{
		Title: "DuckDB", Language: "SQL", Verified: "executed by DuckDB 1.5.3",
		Limits: []string{
			"addresses are compared as text, without the extension inet: of IPv6 the short spelling is read",
			"a list is an array; in JSON a list within a list is not looked into",
			"a column that is stored as a time is a TIMESTAMP in UTC, which counts microseconds",
		},
	}
}

func (duckDB) longest() int                        { return 100_000_000 }
func (d duckDB) table(name string) (string, error) { return d.ident(name) }
func (duckDB) ident(name string) (string, error)   { return quoted(name, 1<<16) }

// text puts NUL in by its number: a literal ends there.
func (duckDB) text(s string) (string, error) {
	parts := strings.Split(s, "\x00")
	for i, p := range parts {
		text, err := plainText(p)
		if err != nil {
			return "", err
		}
		parts[i] = text
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return "(" + strings.Join(parts, " || chr(0) || ") + ")", nil
}

func (duckDB) plain(v string) string { return v }

const upper, lower = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'", "'abcdefghijklmnopqrstuvwxyz'"

// fold is not lower(), which folds by Unicode: it takes the Kelvin sign for a k.
func (duckDB) fold(v string) string { return "translate(" + v + ", " + upper + ", " + lower + ")" }

func (duckDB) find(op ir.MatchOp, v, literal string, _ int) string {
	return [...]string{"contains", "starts_with", "ends_with"}[op] + "(" + v + ", " + literal + ")"
}

// re2 spells patterns for engines that have RE2.
var re2 = backend.Flavour{
	Rune: func(r rune) string {
		if r == 0 {
			return `\x00`
		}
		return regexp.QuoteMeta(string(r))
	},
	Class: func(ranges []rune) string {
		var b strings.Builder
		for i := 0; i < len(ranges); i += 2 {
			fmt.Fprintf(&b, `\x{%x}`, ranges[i])
			if ranges[i+1] != ranges[i] {
				fmt.Fprintf(&b, `-\x{%x}`, ranges[i+1])
			}
		}
		return "[" + shorter(b.String(), ranges) + "]"
	},
	AnyChar: `(?s:.)`, BeginText: `\A`, EndText: `\z`, Group: "(?:", MaxRepeat: 1000,
}

// shorter is a class of single letters as these.
func shorter(class string, ranges []rune) string {
	var b strings.Builder
	for i := 0; i < len(ranges); i += 2 {
		r := ranges[i]
		if r != ranges[i+1] || r < 'A' || r > 'Z' && r < 'a' || r > 'z' && r < 0xC0 {
			return class
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (d duckDB) pattern(v string, p backend.Pattern) (string, error) {
	pattern, err := re2.Regex(p)
	if err != nil {
		return "", err
	}
	return d.search(v, pattern)
}

func (d duckDB) search(v, pattern string) (string, error) {
	text, err := d.text(pattern)
	return "regexp_matches(" + v + ", " + text + ")", err
}

// regex hands the author's text on. Only the names of groups have a spelling that older RE2s don't have.
func (d duckDB) regex(v, pattern string) (string, error) { return d.search(v, goRE2(pattern)) }

func goRE2(pattern string) string {
	if strings.Contains(pattern, "(?<") || strings.ContainsRune(pattern, 0) {
		if re, err := syntax.Parse(pattern, syntax.Perl); err == nil {
			return re.String()
		}
	}
	return pattern
}

func (duckDB) ofNumber(v string) string { return "CAST(" + v + " AS VARCHAR)" }
func (duckDB) ofBool(v string) string {
	return "(CASE WHEN " + v + " THEN 'true' WHEN NOT " + v + " THEN 'false' END)"
}
func (duckDB) isBool(v string) string { return v }

const decimal = `'^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$'`

func (d duckDB) integer(v string) string {
	double := d.double(v)
	return "(CASE WHEN regexp_matches(" + v + ", '^[+-]?[0-9]+$') AND TRY_CAST(" + v + " AS BIGINT) IS NOT NULL THEN TRY_CAST(" + v + " AS BIGINT)" +
		" WHEN abs(" + double + ") < 9007199254740992 AND trunc(" + double + ") = " + double + " THEN TRY_CAST(" + double + " AS BIGINT) END)"
}

func (duckDB) double(v string) string {
	cast := "TRY_CAST(" + v + " AS DOUBLE)"
	return "(CASE WHEN regexp_matches(" + v + ", " + decimal + ") AND isfinite(" + cast + ") THEN " + cast + " END)"
}

// rfc3339 fits a moment with or without a zone, in RE2 and in PostgreSQL alike.
const rfc3339 = `'^(16(7[89]|[89][0-9])|1[7-9][0-9][0-9]|2[01][0-9][0-9]|22[0-5][0-9]|226[01])-[0-9][0-9]-[0-9][0-9][T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$'`

// moment takes the fraction apart, since a cast rounds it.
func (duckDB) moment(v string) string {
	whole := "TRY_CAST(regexp_replace(" + v + `, '\.[0-9]+', '') AS TIMESTAMP)`
	fraction := "CAST(rpad(regexp_extract(" + v + `, '\.([0-9]{1,9})', 1), 9, '0') AS BIGINT)`
	return "(CASE WHEN regexp_matches(" + v + ", " + rfc3339 + ") THEN epoch_us(" + whole + ") * 1000 + " + fraction + " END)"
}

func (duckDB) stored(v string) string { return "(epoch_us(" + v + ") * 1000)" }
func (duckDB) precise() int64         { return 1000 }
func (duckDB) scaled(v string, unit int64) string {
	ns := fmt.Sprintf("(CAST(%s AS HUGEINT) * %d)", v, unit)
	return "(CASE WHEN abs(" + ns + ") <= 9223372036854775807 THEN CAST(" + ns + " AS BIGINT) END)"
}

func (duckDB) part(ns string, unit ir.TimeUnit) string {
	return "extract(" + unit.String() + " FROM make_timestamp_ns(CAST(" + ns + " AS BIGINT)))"
}

func (duckDB) ip(v string) string {
	return `regexp_replace(lower(` + v + `), '^::ffff:([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$', '\1')`
}
func (duckDB) ipLiteral(a netip.Addr) string { return "'" + a.String() + "'" }

func (d duckDB) net(v string, n netip.Prefix) (string, error) {
	if !n.Addr().Is6() {
		return d.search(d.ip(v), "^"+backend.V4Regex(n)+"$")
	}
	globs, ok := backend.V6Globs(n)
	if !ok {
		return "", fmt.Errorf("the network %s has zeros that the spelling of its addresses leaves out", n)
	}
	return d.search(d.ip(v), "^"+strings.ReplaceAll(globs[0], "*", "[0-9a-f:]*")+"$")
}

func (duckDB) ipLoss(v6 bool) string { return sqlite{}.ipLoss(v6) }

func (duckDB) anyOf(list, name string, of func(string) string) string {
	return "EXISTS (SELECT 1 FROM unnest(" + list + ") AS u" + name + "(" + name + ") WHERE " + of(name) + ")"
}

func (d duckDB) member(column string, path []string, name string, of func(string) string) (string, error) {
	list, text, err := d.items(column, path)
	if err != nil {
		return "", err
	}
	if of == nil {
		return d.anyOf(list, name, func(v string) string { return "coalesce(json_type(" + v + "), 'NULL') <> 'NULL'" }), nil
	}
	return d.anyOf(list, name, func(v string) string { return of(text(v)) }), nil
}

// items makes a list of what stands at the path: its elements, or itself.
func (d duckDB) items(column string, path []string) (string, func(string) string, error) {
	text, err := jsonPath(path)
	if err != nil {
		return "", nil, err
	}
	one, err := d.text(text)
	if err != nil {
		return "", nil, err
	}
	all, _ := d.text(text + "[*]")
	return "(CASE json_type(" + column + ", " + one + ") WHEN 'ARRAY' THEN json_extract(" + column + ", " + all + ") ELSE [json_extract(" + column + ", " + one + ")] END)", duckScalar, nil
}

func (duckDB) mapped(list, name string, of func(string) string) string {
	return "[" + of(name) + " FOR " + name + " IN " + list + "]"
}

func (duckDB) single(v string) string { return "[" + v + "]" }
func (d duckDB) scalar(column string, path []string) (string, error) {
	text, err := jsonPath(path)
	if err != nil {
		return "", err
	}
	text, err = d.text(text)
	return "json_extract_string(" + column + ", " + text + ")", err
}
func (duckDB) spread(list, name string) (string, string) {
	return " CROSS JOIN unnest(" + list + ") AS u" + name + "(" + name + ")", "u" + name + "." + name
}

func (duckDB) moment64(ns string) string    { return "CAST(" + ns + " AS BIGINT)" }
func (d duckDB) now() string                { return d.stored("now()") }
func (duckDB) ranges() bool                 { return true }
func (duckDB) real(v string) string         { return "CAST(" + v + " AS DOUBLE)" }
func (duckDB) wide(v string) (string, bool) { return "CAST(" + v + " AS HUGEINT)", true }

func duckScalar(v string) string {
	return "(CASE WHEN json_type(" + v + ") NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN " + v + " ->> '$' END)"
}

func (d duckDB) every(column, name string, of func(string) string) (string, error) {
	return "EXISTS (SELECT 1 FROM json_tree(" + column + ") AS " + name + " WHERE " + of("(CASE WHEN "+name+".type NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN "+name+".value ->> '$' END)") + ")", nil
}

func (duckDB) tableForm() string {
	return "(value VARCHAR NOT NULL, folded VARCHAR NOT NULL, valid_until VARCHAR NOT NULL)"
}

func (duckDB) partLoss(ir.TimeUnit) string { return "" }

func (duckDB) rounded(v string, unit int64) string {
	return fmt.Sprintf("(CASE WHEN abs(%s * %d) < 9.2e18 THEN CAST(trunc(%s * %d) AS BIGINT) END)", v, unit, v, unit)
}

func (duckDB) ofAddress(v string) string { return "CAST(" + v + " AS VARCHAR)" }
