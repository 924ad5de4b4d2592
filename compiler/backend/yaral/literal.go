package yaral

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// sayable says that a text can stand in double quotation marks. Which escapes are read there beside those of a backslash,
// a quotation mark and a tab is not documented (YARA-L 2.0 language syntax, "String and regular expression literals"), so
// that what isn't printable is left to expressions, which name it by its number.
func sayable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) < 0
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// oneLine is a text as meta can have it: what isn't printable, line breaks among it, becomes a space.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// word is a name for a rule: letters, digits and underscores, of which the first is no digit.
func word(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, s)
	if s == "" || unicode.IsDigit(rune(s[0])) {
		return "_" + s
	}
	return s
}

// integer writes a whole number. There are no negative literals: 0-1 stands for -1 (same page, the note on top).
func integer(n int64) string {
	switch {
	case n == math.MinInt64:
		return "0-9223372036854775807-1"
	case n < 0:
		return "0-" + strconv.FormatInt(-n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// float writes a number that is none of the whole ones' type, which a point tells.
func float(f float64) string {
	s := strconv.FormatFloat(math.Abs(f), 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	if f < 0 {
		return "0-" + s
	}
	return s
}

func number(v ir.Value) string {
	if v.Type == ir.Int {
		return integer(v.Int)
	}
	return float(v.Float)
}

// expression writes a regular expression in back quotes, where all characters stand for themselves. (?s) comes first:
// without it only the first line of a field is looked at (re.regex, "Notes"), and each `.` is spelt out anyhow.
func expression(re, flags string) string { return "`(?" + flags + ")" + re + "`" }

// regexes are RE2's. A back quote, which would end the literal, is named by its number.
var regexes = backend.Flavour{
	Rune:      char,
	Class:     class,
	AnyChar:   `.`,
	NoMatch:   `[^\x00-\x{10FFFF}]`,
	BeginText: `^`,
	EndText:   `$`,
	BeginLine: `(?m:^)`,
	EndLine:   `(?m:$)`,
	Word:      `\b`,
	NoWord:    `\B`,
	Group:     `(?:`,
	MaxRepeat: 1000,
}

func char(r rune) string {
	switch {
	case r == '`' || !unicode.IsPrint(r):
		return backend.Code(r)
	case strings.ContainsRune(`\.+*?()|[]{}^$`, r):
		return `\` + string(r)
	}
	return string(r)
}

// foldedChar is a character under (?i).
func foldedChar(r rune) string {
	if r == 'k' || r == 's' {
		return "(?-i:[" + strings.ToUpper(string(r)) + string(r) + "])"
	}
	return char(r)
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
