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

// sqlite is SQLite from 3.46, which counts ISO weeks (sqlite.org, "Date And Time Functions": %V).
type sqlite struct{ regexp bool }

func (sqlite) name() string { return "sqlite" }

func (d sqlite) info() backend.Info {
	return backend.Info{
		Title: "SQLite", Language: "SQL", Verified: "executed by SQLite 3.54",
		Limits: []string{
			"regular expressions are refused, unless the site's SQLite has a function REGEXP that speaks RE2",
			"GLOB takes patterns of 50,000 bytes, a statement has 1,000,000 at most",
			"a text that holds NUL ends there for GLOB: a literal with NUL is refused",
			"addresses are compared as text: of IPv6 the short spelling is read",
			"a list is a JSON array in a column of text; a list within a list is not looked into",
			"lower() must be SQLite's own, which folds ASCII, and not that of the ICU extension",
		},
	}
}

func (sqlite) longest() int { return 1_000_000 } // SQLITE_MAX_SQL_LENGTH, sqlite.org/limits.html

func (d sqlite) table(name string) (string, error) { return d.ident(name) }

var errNUL = errors.New("a name or a text with NUL in it can't be written")

func (sqlite) ident(name string) (string, error) { return quoted(name, 1<<16) }

// quoted is a name in double quotes, as the SQL standard has it.
func quoted(name string, most int) (string, error) {
	switch {
	case strings.ContainsRune(name, 0):
		return "", errNUL
	case !utf8.ValidString(name):
		return "", errors.New("a name that is no UTF-8 can't be written")
	case name == "":
		return "", errors.New("a name is empty")
	case len(name) > most:
		return "", fmt.Errorf("a name has %d bytes at most", most)
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`, nil
}

func (sqlite) text(s string) (string, error) { return plainText(s) }

// plainText is a literal in single quotes, in which a quote alone is special.
func plainText(s string) (string, error) {
	switch {
	case strings.ContainsRune(s, 0):
		return "", errNUL
	case !utf8.ValidString(s):
		return "", errors.New("a text that is no UTF-8 can't be written")
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'", nil
}

// plain compares by bytes even where the column says COLLATE NOCASE. The column is text by contract; a number that lies
// there all the same is compared as its text.
func (sqlite) plain(v string) string { return "CAST(" + v + " AS TEXT) COLLATE BINARY" }
func (sqlite) fold(v string) string  { return "lower(" + v + ")" }

func (sqlite) find(op ir.MatchOp, v, literal string, runes int) string {
	switch op {
	case ir.Prefix:
		return fmt.Sprintf("(substr(%s, 1, %d) = %s)", v, runes, literal)
	case ir.Suffix:
		return fmt.Sprintf("(substr(%s, -%d) = %s)", v, runes, literal)
	}
	return "(instr(" + v + ", " + literal + ") > 0)"
}

// longestGlob is SQLITE_MAX_LIKE_PATTERN_LENGTH (sqlite.org/limits.html).
const longestGlob = 50_000

// pattern is a GLOB, which is case-sensitive, takes characters for what they are in UTF-8 and has classes.
func (d sqlite) pattern(v string, p backend.Pattern) (string, error) {
	var b strings.Builder
	for _, part := range p.Parts {
		switch part.Kind {
		case backend.Run:
			b.WriteByte('*')
		case backend.One:
			b.WriteByte('?')
		case backend.Dash:
			b.WriteString("[" + backend.Dashes + "]")
		default:
			for _, r := range part.Text {
				switch alike := backend.Alike(p.Mode, r); {
				case len(alike) > 1:
					b.WriteString("[" + string(alike) + "]")
				case strings.ContainsRune("*?[", r):
					b.WriteString("[" + string(r) + "]")
				default:
					b.WriteRune(r)
				}
			}
		}
	}
	if b.Len() > longestGlob {
		return "", fmt.Errorf("a pattern of %d bytes is longer than the %d that GLOB takes", b.Len(), longestGlob)
	}
	text, err := d.text(b.String())
	return "(" + v + " GLOB " + text + ")", err
}

func (d sqlite) regex(v, pattern string) (string, error) {
	if !d.regexp {
		return "", errors.New("it has no regular expressions of its own; with a function REGEXP that speaks RE2, say so in the store")
	}
	text, err := d.text(pattern)
	return "(" + v + " REGEXP " + text + ")", err
}

func (sqlite) ofNumber(v string) string { return "CAST(" + v + " AS TEXT)" }
func (sqlite) ofBool(v string) string {
	return "(CASE WHEN " + v + " THEN 'true' WHEN NOT " + v + " THEN 'false' END)"
}
func (sqlite) isBool(v string) string { return v }

// unsigned is a text without one sign before it.
func unsigned(v string) string {
	return "substr(" + v + ", 1 + (substr(" + v + ", 1, 1) IN ('+', '-')))"
}

// integer reads digits; where they are more than an integer has, the cast stops at the largest, which shows in its text.
// Other numbers are read where they are whole and a double has them all.
func (d sqlite) integer(v string) string {
	u := unsigned(v)
	digits := "(" + u + " NOT GLOB '*[^0-9]*' AND " + u + " <> '')"
	fits := "(ltrim(CAST(" + v + " AS INTEGER), '-') = CASE ltrim(" + u + ", '0') WHEN '' THEN '0' ELSE ltrim(" + u + ", '0') END)"
	double := d.double(v)
	return "(CASE WHEN " + digits + " THEN CASE WHEN " + fits + " THEN CAST(" + v + " AS INTEGER) END" +
		" WHEN abs(" + double + ") < 9007199254740992.0 AND " + double + " = CAST(" + double + " AS INTEGER) THEN CAST(" + double + " AS INTEGER) END)"
}

// double reads decimal numbers: digits with at most one point among them; with an exponent, what JSON5 has for a number
// once the zeros before it are gone (json_valid with 2: SQLite 3.45).
func (sqlite) double(v string) string {
	u := unsigned(v)
	bare := "replace(" + u + ", '.', '')"
	decimal := "(" + bare + " NOT GLOB '*[^0-9]*' AND " + bare + " <> '' AND length(" + u + ") - length(" + bare + ") <= 1)"
	short := "ltrim(" + u + ", '0')"
	json := "(" + u + " GLOB '[0-9.]*[eE]*' AND " + u + " NOT GLOB '*[^0-9eE.+-]*' AND json_valid(CASE WHEN " + short + " GLOB '[eE.]*' THEN '0' || " + short + " ELSE " + short + " END, 2))"
	cast := "CAST(" + v + " AS REAL)"
	return "(CASE WHEN (" + decimal + " OR " + json + ") AND abs(" + cast + ") <= 1.7976931348623157e308 THEN " + cast + " END)"
}

// moment reads RFC 3339. The date must be one of the calendar, which SQLite by itself doesn't ask.
func (sqlite) moment(v string) string {
	d := "[0-9]"
	form := strings.Repeat(d, 4) + "-" + d + d + "-" + d + d + "[T ]" + "[0-2]" + d + ":[0-5]" + d + ":[0-5]" + d
	head := "replace(substr(" + v + ", 1, 19), 'T', ' ')"
	tail := "substr(" + v + ", 20)"
	zone := "ltrim(" + tail + ", '.0123456789')"
	fraction := "substr(" + tail + ", 1, length(" + tail + ") - length(" + zone + "))"
	digits := "substr(substr(" + fraction + ", 2) || '000000000', 1, 9)"
	fractionOK := "(" + fraction + " = '' OR " + fraction + " GLOB '.[0-9]*' AND substr(" + fraction + ", 2) NOT GLOB '*[^0-9]*')"
	zoneOK := "(" + zone + " IN ('', 'Z') OR " + zone + " GLOB '[+-][0-1][0-9]:[0-5][0-9]' OR " + zone + " GLOB '[+-]2[0-3]:[0-5][0-9]')"
	offset := "(CASE WHEN " + zone + " IN ('', 'Z') THEN 0 ELSE (CASE substr(" + zone + ", 1, 1) WHEN '-' THEN -60 ELSE 60 END) * (60 * substr(" + zone + ", 2, 2) + substr(" + zone + ", 5, 2)) END)"
	return "(CASE WHEN substr(" + v + ", 1, 19) GLOB '" + form + "' AND datetime(" + head + ") = " + head +
		" AND substr(" + v + ", 1, 4) BETWEEN '1678' AND '2261' AND " + fractionOK + " AND " + zoneOK +
		" THEN (unixepoch(" + head + ") - " + offset + ") * 1000000000 + CAST(" + digits + " AS INTEGER) END)"
}

func (sqlite) stored(v string) string { return v }
func (sqlite) precise() int64         { return 1 }
func (sqlite) scaled(v string, unit int64) string {
	return fmt.Sprintf("(CASE WHEN abs(1.0 * %s * %d) < 9.2e18 THEN CAST(%s * %d AS INTEGER) END)", v, unit, v, unit)
}

func (sqlite) part(ns string, unit ir.TimeUnit) string {
	seconds := "((" + ns + ") / 1000000000 - ((" + ns + ") % 1000000000 < 0))"
	format := [...]string{"%M", "%H", "%d", "%V", "%m", "%Y"}[unit]
	return "CAST(strftime('" + format + "', " + seconds + ", 'unixepoch') AS INTEGER)"
}

// ip is an address of IPv4 in its one spelling; of IPv6 the text in small letters.
func (sqlite) ip(v string) string {
	return "replace(lower(" + v + "), '::ffff:', CASE WHEN lower(" + v + ") GLOB '::ffff:*.*' THEN '' ELSE '::ffff:' END)"
}
func (sqlite) ipLiteral(a netip.Addr) string { return "'" + a.String() + "'" }

// net reads four numbers as JSON does, which takes no leading zero either.
func (d sqlite) net(v string, n netip.Prefix) (string, error) {
	v = d.ip(v)
	if n.Addr().Is6() {
		globs, ok := backend.V6Globs(n)
		if !ok {
			return "", fmt.Errorf("the network %s has zeros that the spelling of its addresses leaves out", n)
		}
		return "(" + v + " GLOB '" + globs[0] + "' AND " + v + " NOT GLOB '*[^0-9a-f:]*')", nil
	}
	first, last := backend.NetEdges(n)
	return fmt.Sprintf("((SELECT CASE WHEN a.t NOT GLOB '*[^0-9.]*' AND json_valid('[' || replace(a.t, '.', ',') || ']') THEN"+
		" (SELECT CASE WHEN json_array_length(b.j) = 4 AND max(b.j->>0, b.j->>1, b.j->>2, b.j->>3) <= 255"+
		" THEN 16777216 * (b.j->>0) + 65536 * (b.j->>1) + 256 * (b.j->>2) + (b.j->>3) END"+
		" FROM (SELECT '[' || replace(a.t, '.', ',') || ']' AS j) AS b) END FROM (SELECT %s AS t) AS a) BETWEEN %d AND %d)",
		v, v4(first), v4(last)), nil
}

func v4(a netip.Addr) uint32 {
	b := a.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

func (sqlite) ipLoss(v6 bool) string {
	if v6 {
		return "addresses of IPv6 are compared as text in their short spelling (RFC 5952), without a zone"
	}
	return "an address of IPv4 that is written as one of IPv6 is read in the form ::ffff:192.0.2.1 only"
}

func (sqlite) anyOf(list, name string, of func(string) string) string {
	return "EXISTS (SELECT 1 FROM json_each(" + list + ") AS " + name + " WHERE " + of(sqliteScalar(name)) + ")"
}

// sqliteScalar is the text of a row of json_each that is a scalar; its columns are SQLite's (sqlite.org/json1.html).
func sqliteScalar(name string) string {
	return "(CASE " + name + ".type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'array' THEN NULL WHEN 'object' THEN NULL ELSE " + name + ".value END)"
}

// sqliteText is sqliteScalar as text, whatever the number.
func sqliteText(name string) string { return "CAST(" + sqliteScalar(name) + " AS TEXT)" }

func (d sqlite) member(column string, path []string, name string, of func(string) string) (string, error) {
	p, err := d.path(path)
	if err != nil {
		return "", err
	}
	if of == nil {
		return "(EXISTS (SELECT 1 FROM json_each(" + column + ", " + p + ") AS " + name + " WHERE " + name + ".type <> 'null') OR coalesce(json_type(" + column + ", " + p + ") = 'object', FALSE))", nil
	}
	return "EXISTS (SELECT 1 FROM json_each(" + column + ", " + p + ") AS " + name + " WHERE json_type(" + column + ", " + p + ") <> 'object' AND " + of(sqliteText(name)) + ")", nil
}

func (d sqlite) every(column, name string, of func(string) string) (string, error) {
	return "EXISTS (SELECT 1 FROM json_tree(" + column + ") AS " + name + " WHERE " + of(sqliteText(name)) + ")", nil
}

// path is a path of JSON as SQLite and DuckDB take it: names in double quotes, without an escape for one in them.
func (d sqlite) path(path []string) (string, error) {
	text, err := jsonPath(path)
	if err != nil {
		return "", err
	}
	return d.text(text)
}

func jsonPath(path []string) (string, error) {
	out := "$"
	for _, p := range path {
		if strings.ContainsAny(p, "\"\\") || strings.ContainsFunc(p, func(r rune) bool { return r < ' ' }) {
			return "", fmt.Errorf("a path of JSON can't name %q", p)
		}
		out += `."` + p + `"`
	}
	return out, nil
}

func (sqlite) tableForm() string {
	return "(value TEXT NOT NULL, folded TEXT NOT NULL, valid_until TEXT NOT NULL)"
}

func (sqlite) partLoss(ir.TimeUnit) string { return "" }

func (sqlite) rounded(v string, unit int64) string {
	return fmt.Sprintf("(CASE WHEN abs(%s * %d) < 9.2e18 THEN CAST(%s * %d AS INTEGER) END)", v, unit, v, unit)
}

func (sqlite) ofAddress(v string) string { return v }

// items is an array of JSON: what stands at the path, if it is one, or an array of it.
func (d sqlite) items(column string, path []string) (string, func(string) string, error) {
	p, err := d.path(path)
	if err != nil {
		return "", nil, err
	}
	at := column + ", " + p
	list := "(CASE json_type(" + at + ") WHEN 'array' THEN json_extract(" + at + ") WHEN 'object' THEN NULL ELSE '[' || (" + column + " -> " + p + ") || ']' END)"
	return list, func(v string) string { return "CAST(" + v + " AS TEXT)" }, nil
}

func (sqlite) mapped(list, name string, of func(string) string) string {
	return "(SELECT json_group_array(" + of(sqliteScalar(name)) + ") FROM json_each(" + list + ") AS " + name + ")"
}

func (sqlite) single(v string) string { return "json_array(" + v + ")" }
func (d sqlite) scalar(column string, path []string) (string, error) {
	p, err := d.path(path)
	return "(" + column + " ->> " + p + ")", err
}
func (sqlite) spread(list, name string) (string, string) {
	return " CROSS JOIN json_each(" + list + ") AS " + name, name + ".value"
}

func (sqlite) moment64(ns string) string    { return ns }
func (sqlite) now() string                  { return "unixepoch() * 1000000000" }
func (sqlite) ranges() bool                 { return true }
func (sqlite) real(v string) string         { return "CAST(" + v + " AS REAL)" }
func (sqlite) wide(v string) (string, bool) { return v, false } // a sum of integers past 64 bits fails the query
