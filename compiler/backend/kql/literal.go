package kql

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"

	"detc/compiler/backend"
)

// quote writes a text as a literal of strings. One with backslashes and nothing that needs them is written verbatim, as
// people write paths; in any other what isn't printable is written by its number, so that what is read is what is there
// (learn.microsoft.com/kusto/query/scalar-data-types/string).
func quote(s string) string {
	if strings.Contains(s, `\`) && printable(s) {
		return `@"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04X`, u)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// name writes a name of a table, a column or a function; one that isn't plain stands in brackets.
func name(s string) string {
	if plainName(s) && !reserved[s] {
		return s
	}
	return "[" + quote(s) + "]"
}

func plainName(s string) bool {
	for i, r := range s {
		digit := '0' <= r && r <= '9'
		if !(r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || digit && i > 0) {
			return false
		}
	}
	return s != ""
}

// reserved are the words that the parser takes for its own where a name may stand. A name in brackets is never one, so
// that too many here do no harm.
var reserved = set(`and any as asc between by contains contains_cs count database datatable declare default desc
	distinct endswith endswith_cs extend external_table externaldata facet false filter find fork from getschema granny
	graph has has_all has_any has_cs hasprefix hasprefix_cs hassuffix hassuffix_cs if in invoke is join kind let limit
	like lookup macro materialize matches mv nan not null nulls of on or order pack parse partition pattern print
	project range real reduce regex render restrict sample scan search serialize set sort startswith startswith_cs
	string summarize take time timespan to toscalar top true typeof union view where with bool boolean date datetime
	decimal double dynamic float guid int int32 int64 long uint uint64 uuid access accumulate alias cluster consume
	evaluate execute hint notlike output plugin query_parameters rows step table tabular title worktable`)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// member writes the way into a column of JSON.
func member(column string, path []string) string {
	var b strings.Builder
	b.WriteString(name(column))
	for _, step := range path {
		if plainName(step) && !reserved[step] {
			b.WriteString("." + step)
		} else {
			b.WriteString("[" + quote(step) + "]")
		}
	}
	return b.String()
}

// edge is how \b is written: in a group, which no text can be mistaken for.
const edge, noEdge = `(?:\b)`, `(?:\B)`

// regexes are Kusto's: RE2's syntax, in an engine that since 2024 is Rust's regex crate, so that a word's edge may be one
// of Unicode's (learn.microsoft.com/kusto/query/regex). Only what both read alike is written.
var regexes = backend.Flavour{
	Rune:      char,
	Class:     class,
	AnyChar:   `(?s:.)`,
	BeginText: `\A`,
	EndText:   `\z`,
	BeginLine: `(?m:^)`,
	EndLine:   `(?m:$)`,
	Word:      edge,
	NoWord:    noEdge,
	Group:     `(?:`,
	MaxRepeat: 1000,
}

func char(r rune) string {
	switch {
	case strings.ContainsRune(`\.+*?()|[]{}^$-&~#`, r):
		return `\` + string(r)
	case unicode.IsPrint(r):
		return string(r)
	}
	return backend.Code(r)
}

func class(ranges []rune) string { return backend.Class(ranges, char) }
