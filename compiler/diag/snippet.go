package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"detc/compiler/source"
)

// Printable is a text made fit for a terminal: control characters, line separators, and the invisible format
// characters that reorder or hide text (Unicode TR 36, bidirectional overrides) become escapes. The joiners that
// emoji and Indic scripts need stay.
func Printable(s string) string {
	clean := true
	for _, r := range s {
		if hidden(r) || r == utf8.RuneError {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = 0x200C, 0x200D
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7F
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs) && r != zeroWidthNonJoiner && r != zeroWidthJoiner
}

const (
	tabStop  = 4   // cells
	lineMax  = 120 // cells of a source line that are shown
	lineHead = 40  // of them, those before the place, if not all can be
	bytesMax = 16 * lineMax
)

// terminal is asked for widths. It depends on no locale: the same finding always looks the same.
var terminal = &runewidth.Condition{StrictEmojiNeutral: true}

// cells is how many a text takes.
func cells(s string) int { return terminal.StringWidth(s) }

// snippet is the line that a span begins on as a terminal shows it, and where the marks go: after indent cells, width
// of them. A span of several lines is marked to the end of its first; a long line is cut around the span.
func snippet(s source.Span) (line string, indent, width int) {
	text, start := s.File.Line(s.Position().Line)
	from := min(max(s.Start-start, 0), len(text))
	to := min(max(s.End-start, from), len(text))
	for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	// However long the line is, only what can be shown of it is looked at.
	lo, hi := max(0, from-bytesMax), min(len(text), from+bytesMax)
	for lo > 0 && !utf8.RuneStart(text[lo]) {
		lo--
	}
	for hi < len(text) && !utf8.RuneStart(text[hi]) {
		hi--
	}
	to = min(to, hi)
	head := show(text[lo:from], 0)
	mid := show(text[from:to], cells(head))
	tail := show(text[to:hi], cells(head+mid))
	if lo > 0 || hi < len(text) || cells(head+mid+tail) > lineMax {
		if n := cells(head) - lineHead; n > 0 && cells(head+mid) > lineMax-lineHead || lo > 0 {
			head = "…" + lastCells(head, lineHead)
		}
		room := lineMax - cells(head)
		if whole := mid + tail; hi < len(text) || cells(whole) > room {
			mid = firstCells(mid, room)
			tail = firstCells(tail, room-cells(mid)) + "…"
		}
	}
	indent = cells(head)
	return head + mid + tail, indent, max(1, cells(head+mid)-indent)
}

// show makes a stretch of a line printable; its tabs reach to the stops they would on a terminal, from a column on.
func show(s string, column int) string {
	if strings.IndexByte(s, '\t') < 0 {
		return Printable(s)
	}
	var b strings.Builder
	for i, part := range strings.Split(s, "\t") {
		if i > 0 {
			n := tabStop - column%tabStop
			b.WriteString(strings.Repeat(" ", n))
			column += n
		}
		part = Printable(part)
		b.WriteString(part)
		column += cells(part)
	}
	return b.String()
}

// firstCells is as much of the head of s as fits into n cells.
func firstCells(s string, n int) string {
	for i, r := range s {
		if n -= terminal.RuneWidth(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

// lastCells is as much of the end of s as fits into n cells.
func lastCells(s string, n int) string {
	for i := len(s); i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if n -= terminal.RuneWidth(r); n < 0 {
			return s[i:]
		}
		i -= size
	}
	return s
}
