package source

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quoted is a text as a quoted YAML scalar: in single quotes, or in double ones with escapes where it holds a character
// that doesn't show (controls, line ends, marks of direction, blanks other than the space), so that what a reviewer
// sees is what is there. Bytes that are no UTF-8 become U+FFFD.
func Quoted(s string) string {
	if shows(s) {
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

// shows says that every character is printed as itself. U+FFFD stands for bytes that are no UTF-8 too.
func shows(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// Plain is a text as a YAML scalar without quotes where every YAML reader takes it for that text, those of YAML 1.1
// included, else Quoted. In a flow collection ([a, b]) fewer texts are safe.
func Plain(s string, flow bool) string {
	if isPlain(s, flow) {
		return s
	}
	return Quoted(s)
}

func isPlain(s string, flow bool) bool {
	if s == "" || !shows(s) || !isASCIILetter(s[0]) && s[0] < utf8.RuneSelf || spokenFor[strings.ToLower(s)] {
		return false
	}
	if strings.HasSuffix(s, " ") || strings.HasSuffix(s, ":") || strings.Contains(s, ": ") || strings.Contains(s, " #") {
		return false
	}
	return !flow || strings.IndexFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf || !isASCIILetter(byte(r)) && !strings.ContainsRune("0123456789_./-", r)
	}) < 0
}

func isASCIILetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// spokenFor are the words that some YAML version reads as a boolean or as null.
var spokenFor = map[string]bool{
	"true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true, "null": true,
}

// Block is a text of lines as a literal block (|-) whose lines stand behind indent, or Quoted where a block would not
// give it back.
func Block(s, indent string) string {
	if s == "" || s[0] == ' ' || s[0] == '\n' || strings.HasSuffix(s, "\n") {
		return Quoted(s)
	}
	lines := strings.Split(s, "\n")
	var b strings.Builder
	b.WriteString("|-")
	for _, line := range lines {
		if !shows(line) || strings.HasSuffix(line, " ") {
			return Quoted(s)
		}
		b.WriteByte('\n')
		if line != "" {
			b.WriteString(indent)
			b.WriteString(line)
		}
	}
	return b.String()
}
