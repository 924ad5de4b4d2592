package ndjson

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// Masks for looking at eight bytes at once.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// stringEnd is where the text that begins at i ends: at its closing quote, or where a byte stands that can't be in one.
// It says whether a backslash or a byte outside ASCII was passed.
func stringEnd(b []byte, i int) (end int, escaped, high bool) {
	for {
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			quote, slash := w^(ones*'"'), w^(ones*'\\')
			// A byte below 0x20, a quote or a backslash leaves its high bit set in the lowest place where it stands;
			// places above it may be wrong, and are not looked at.
			stop := ((w - ones*0x20) | (quote - ones) | (slash - ones)) & ^w & highs
			if stop == 0 {
				high = high || w&highs != 0
				i += 8
				continue
			}
			n := bits.TrailingZeros64(stop) / 8
			high = high || w&highs&(1<<(8*n)-1) != 0
			i += n
			break
		}
		for i < len(b) && b[i] >= 0x20 && b[i] != '"' && b[i] != '\\' {
			high = high || b[i] >= utf8.RuneSelf
			i++
		}
		if i >= len(b) || b[i] != '\\' {
			return i, escaped, high
		}
		escaped = true
		n := escapeLen(b[i:])
		if n == 0 {
			return i, escaped, high
		}
		i += n
	}
}

// escapeLen is the length of the escape at the head of b; 0 where it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(b[2:]); ok {
			return 6
		}
	}
	return 0
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unquote appends what a valid text between its quotes says. Bytes that are no UTF-8, and surrogates without their
// other half, become U+FFFD, each for itself, as encoding/json has it.
func unquote(out, b []byte) []byte {
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '\\':
			n := escapeLen(b[i:])
			out = appendEscape(out, b[i:i+n])
			if r, pair := surrogates(b[i:]); pair {
				out, n = utf8.AppendRune(out[:len(out)-3], r), 12 // in place of the U+FFFD of its first half
			}
			i += n
		case c < utf8.RuneSelf:
			out = append(out, c)
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			out = utf8.AppendRune(out, r)
			i += n
		}
	}
	return out
}

func appendEscape(out, e []byte) []byte {
	switch e[1] {
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'u':
		r, _ := hex4(e[2:])
		return utf8.AppendRune(out, r) // of a lone surrogate it makes U+FFFD
	}
	return append(out, e[1])
}

// surrogates reads two escapes that are one character.
func surrogates(b []byte) (rune, bool) {
	if len(b) < 12 || b[1] != 'u' || b[6] != '\\' || b[7] != 'u' {
		return 0, false
	}
	hi, _ := hex4(b[2:])
	lo, ok := hex4(b[8:])
	r := utf16.DecodeRune(hi, lo)
	return r, ok && r != utf8.RuneError
}
