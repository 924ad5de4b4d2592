package sigma

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quoted is a text as a quoted YAML scalar: in single quotes, or in double ones with escapes where it holds a
// character that doesn't show (controls, line ends, marks of direction, blanks other than the space), so that what a
// reviewer sees is what is there. Bytes that are no UTF-8 become U+FFFD; callers refuse them before.
func quoted(s string) string {
	if visible(s) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
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
		case r <= 0xFF:
			fmt.Fprintf(&b, `\x%02X`, r)
		case r <= 0xFFFF:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// visible says that every character is printed as itself. U+FFFD stands for bytes that are no UTF-8 too.
func visible(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// plain is a text as a YAML scalar without quotes where every YAML reader takes it for that text, else quoted. In a
// flow collection ([a, b]) fewer texts are safe.
func plain(s string, flow bool) string {
	if isPlain(s, flow) {
		return s
	}
	return quoted(s)
}

func isPlain(s string, flow bool) bool {
	if s == "" || !visible(s) || !isLetter(s[0]) && s[0] < utf8.RuneSelf || reserved[strings.ToLower(s)] {
		return false
	}
	if strings.HasSuffix(s, " ") || strings.HasSuffix(s, ":") || strings.Contains(s, ": ") || strings.Contains(s, " #") {
		return false
	}
	return !flow || strings.IndexFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf || !isLetter(byte(r)) && !strings.ContainsRune("0123456789_./-", r)
	}) < 0
}

// bare is a UUID or a date as it is; anything else quoted.
func bare(s string) string {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && (c < '0' || c > '9') && c != '-' {
			return quoted(s)
		}
	}
	return s
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// reserved are the words that some YAML version reads as a boolean or as null.
var reserved = map[string]bool{
	"true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true, "null": true,
}

// block is a text of lines as a literal block (|-) whose lines stand behind indent, or quoted where a block would not
// give it back.
func block(s, indent string) string {
	if s == "" || s[0] == ' ' || s[0] == '\n' || strings.HasSuffix(s, "\n") {
		return quoted(s)
	}
	lines := strings.Split(s, "\n")
	var b strings.Builder
	b.WriteString("|-")
	for _, line := range lines {
		if !visible(line) || strings.HasSuffix(line, " ") {
			return quoted(s)
		}
		b.WriteByte('\n')
		if line != "" {
			b.WriteString(indent)
			b.WriteString(line)
		}
	}
	return b.String()
}
