package ir

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Encoding says how the values of a Match stand in the log. The zero Encoding is as they are. The parts apply in the
// order of the fields, which is the order that Sigma's modifiers must stand in.
type Encoding struct {
	Dash   bool    // a dash or slash that begins an option is any of - / – — ― (Sigma 2.1, modifier windash)
	Wide   Charset // the value's characters in UTF-16
	Base64 Base64  // the bytes so far in base64
}

// Charset is how a value's characters become bytes.
type Charset uint8

// The charsets; all but the first are Sigma's modifiers (specification 2.1, "Encoding").
const (
	UTF8    Charset = iota
	UTF16LE         // low byte first; `wide` is another name for it
	UTF16BE         // high byte first
	UTF16           // a byte order mark, then low byte first
)

// Base64 says whether a value's bytes stand in base64.
type Base64 uint8

const (
	NoBase64     Base64 = iota
	Base64Whole         // by themselves
	Base64Offset        // inside other bytes, at any of the three offsets
)

var (
	charsetNames = [...]string{"", "utf16le", "utf16be", "utf16"}
	base64Names  = [...]string{"", "base64", "base64offset"}
)

func (c Charset) String() string { return charsetNames[c] }
func (b Base64) String() string  { return base64Names[b] }

// ParseCharset reads a charset by Sigma's name for it.
func ParseCharset(name string) (Charset, bool) {
	switch name {
	case "utf16le", "wide":
		return UTF16LE, true
	case "utf16be":
		return UTF16BE, true
	case "utf16":
		return UTF16, true
	}
	return UTF8, false
}

// Plain says that the values stand in the log as they are.
func (e Encoding) Plain() bool { return e == Encoding{} }

// Words are the names of the encoding's parts, in their order.
func (e Encoding) Words() []string {
	var out []string
	if e.Dash {
		out = append(out, "windash")
	}
	if e.Wide != UTF8 {
		out = append(out, e.Wide.String())
	}
	if e.Base64 != NoBase64 {
		out = append(out, e.Base64.String())
	}
	return out
}

// String is the words with a space between them.
func (e Encoding) String() string { return strings.Join(e.Words(), " ") }

// mark is one byte for each encoding, in digests. It keeps those apart that an encoding may never be made of.
func (e Encoding) mark() byte {
	b := byte(e.Base64)
	if e.Base64 != NoBase64 {
		b++
	}
	switch {
	case e.Dash && b == 0:
		b = 1
	case e.Dash:
		b += 2
	}
	return b | byte(e.Wide)<<4
}

// Encode is a text's bytes in the charset. A byte that is no UTF-8 is taken for U+FFFD, but by UTF8 itself.
func (c Charset) Encode(s string) string {
	if c == UTF8 {
		return s
	}
	out := make([]byte, 0, 2*len(s)+2)
	if c == UTF16 {
		out = append(out, 0xFF, 0xFE)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if c == UTF16BE {
			out = binary.BigEndian.AppendUint16(out, u)
		} else {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
	}
	return string(out)
}

// ClosedGlob is a pattern that something can be written behind: a backslash at its end that stands for itself is
// doubled, so that it doesn't take what follows as it is.
func ClosedGlob(pattern string) string {
	if n := len(pattern) - len(strings.TrimRight(pattern, `\`)); n%2 == 1 {
		return pattern + `\`
	}
	return pattern
}
