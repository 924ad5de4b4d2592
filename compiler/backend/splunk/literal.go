package splunk

import (
	"strings"
	"unicode"

	"detc/compiler/backend"
)

// quoted writes a text as a string of either language: a backslash and a quotation mark have a backslash before them, and
// nothing else has (Search Manual, "Backslashes"; Search Reference, search, "Quotes and escaping characters").
func quoted(s string) string { return `"` + escapes.Replace(s) + `"` }

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// searched says that a text can stand in a search string as it is: * can't be escaped there, a backtick may begin a macro,
// and what isn't printable is left to regular expressions, which name it by its number.
func searched(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r == '*' || r == '`' || r == unicode.ReplacementChar || !unicode.IsPrint(r) }) < 0
}

// plainField says that search takes a field's name without quotation marks. Members are joined by dots, lists have braces.
func plainField(s string) bool {
	switch strings.ToUpper(s) {
	case "", "AND", "OR", "NOT", "IN", "XOR", "BY", "AS", "CASE", "TERM":
		return false
	}
	for i, r := range s {
		word := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !(word || i > 0 && ('0' <= r && r <= '9' || strings.ContainsRune(".{}:", r))) {
			return false
		}
	}
	return true
}

// sayable says that a name can stand in single quotation marks, in which nothing can be escaped.
func sayable(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return strings.ContainsRune("'\"`\\*", r) || !unicode.IsPrint(r) }) < 0
}

// field writes a name for eval and where.
func field(s string) string {
	if plainWord(s) {
		return s
	}
	return "'" + s + "'"
}

// plainWord is a name that eval takes without quotation marks: a dot there joins texts.
func plainWord(s string) bool {
	return plainField(s) && !strings.ContainsAny(s, ".{}:") && !words[strings.ToLower(s)]
}

// words are eval's own: a field of such a name stands in quotation marks.
var words = map[string]bool{"like": true, "true": true, "false": true, "null": true, "if": true, "case": true, "match": true}

// regexes are PCRE's. Backslashes are few, since each is doubled in the string around the expression.
var regexes = backend.Flavour{
	Rune:      char,
	Class:     class,
	AnyChar:   `(?s:.)`,
	NoMatch:   `(?!)`,
	BeginText: `\A`,
	EndText:   `\z`,
	BeginLine: `(?m:^)`,
	EndLine:   `(?m:$)`,
	Word:      `\b`, // of ASCII, unless PCRE is told otherwise
	NoWord:    `\B`,
	Group:     `(?:`,
	MaxRepeat: 1000,
}

func char(r rune) string {
	switch {
	case r == '`' || !unicode.IsPrint(r): // a backtick may begin a macro
		return backend.Code(r)
	case strings.ContainsRune(`.*+?()|{}$[`, r):
		return "[" + string(r) + "]"
	case r == '\\' || r == '^' || r == ']':
		return `\` + string(r)
	}
	return string(r)
}

func class(ranges []rune) string { return backend.Class(ranges, inClass) }

func inClass(r rune) string {
	switch {
	case r == '`' || !unicode.IsPrint(r):
		return backend.Code(r)
	case strings.ContainsRune(`\^]-[`, r):
		return `\` + string(r)
	}
	return string(r)
}
