package source

import (
	"strings"
	"unicode/utf8"
)

type scalarStyle uint8

const (
	plain scalarStyle = iota
	singleQuoted
	doubleQuoted
	block
)

// An aligner walks a scalar as it stands in the file together with its decoded value and notes which bytes became
// which. It follows yaml.v3's scanner (scan_flow_scalar, scan_plain_scalar, scan_block_scalar) rule by rule; since
// the value is known already, every rule is also held against it, and a scalar that doesn't agree gets no pieces
// rather than wrong ones.
type aligner struct {
	text, value string
	src, dec    int
	wrong       bool

	first  int     // where this scalar's pieces begin in the arena
	pieces []piece // an arena that the scalars of a file share
}

// align finds the bytes of the scalar that begins at offset start. raw is set where the value stands there as it is
// (an offset plus one); otherwise the aligner's pieces from first on tell. end is the scalar's end in the file,
// its closing quote included, a block's last line end not. ok is false where text and value don't agree.
func (a *aligner) align(start int, value string, style scalarStyle) (raw, end int, ok bool) {
	a.value, a.src, a.dec, a.wrong, a.first = value, start, 0, false, len(a.pieces)
	rest := a.text[start:]
	switch style {
	case plain:
		if strings.HasPrefix(rest, value) {
			return start + 1, start + len(value), true
		}
		end = a.plain()
	case block:
		end = a.block()
	default:
		quote := byte('\'')
		if style == doubleQuoted {
			quote = '"'
		}
		if n := len(value); len(rest) > n+1 && rest[n+1] == quote && rest[1:n+1] == value &&
			strings.IndexByte(value, quote) < 0 && (quote == '\'' || strings.IndexByte(value, '\\') < 0) {
			return start + 2, start + n + 2, true
		}
		end = a.quoted(quote)
	}
	if a.wrong || a.dec != len(value) {
		a.pieces = a.pieces[:a.first]
		line := strings.IndexAny(rest, "\r\n")
		if line < 0 {
			line = len(rest)
		}
		return 0, start + line, false
	}
	return 0, end, true
}

// plain walks a plain scalar of several lines, or one that a comment or an indicator follows.
func (a *aligner) plain() (end int) {
	for !a.wrong {
		a.words(func(int) bool { return false })
		end = a.src
		if a.dec == len(a.value) {
			return end
		}
		a.space(false)
	}
	return end
}

// quoted walks a single- or double-quoted scalar (YAML 1.2, sections 7.3.1 and 7.3.2).
func (a *aligner) quoted(quote byte) (end int) {
	a.src++
	stop := func(i int) bool { return a.text[i] == quote || quote == '"' && a.text[i] == '\\' }
	for !a.wrong {
		a.words(stop)
		switch {
		case a.src >= len(a.text):
			a.wrong = true
		case a.text[a.src] == '\\' && quote == '"':
			a.escape()
		case a.text[a.src] != quote:
			a.space(false)
		case quote == '\'' && strings.HasPrefix(a.text[a.src:], "''"):
			a.put("'", 2)
		default:
			return a.src + 1
		}
	}
	return a.src
}

// words takes characters that stand for themselves, up to white space or where stop says.
func (a *aligner) words(stop func(i int) bool) {
	i := a.src
	for n := a.dec; i < len(a.text) && n < len(a.value) && a.text[i] == a.value[n]; i, n = i+1, n+1 {
		if isBlank(a.text[i]) || breakAt(a.text, i) > 0 || stop(i) {
			break
		}
	}
	a.copy(i - a.src)
}

// space takes a run of white space of a flow scalar: blanks are kept on one line, a line end folds to a space,
// further ones are kept (YAML 1.2, section 6.5). After an escaped line end the first one is gone already.
func (a *aligner) space(escaped bool) {
	start, from, lead := a.src, a.src, 0
	i := a.src
	for i < len(a.text) {
		if n := breakAt(a.text, i); n > 0 {
			if lead == 0 && !escaped {
				lead, from = n, i
			}
			i += n
		} else if isBlank(a.text[i]) {
			i++
		} else {
			break
		}
	}
	switch {
	case i == a.src && !escaped:
		a.wrong = true
	case escaped:
		a.breaks(start, i)
	case lead == 0:
		a.copy(i - a.src)
	case breakValue(a.text[from:]) != "\n":
		a.breaks(from, i)
	case !a.breaks(from+lead, i):
		a.put(" ", i-start)
	}
	a.src = i
}

// breaks takes the line ends between two offsets, and says whether there were any.
func (a *aligner) breaks(from, to int) (any bool) {
	for i := from; i < to; {
		n := breakAt(a.text, i)
		if n == 0 {
			i++
			continue
		}
		a.src, any = i, true
		a.lineEnd(n)
		i += n
	}
	return any
}

// lineEnd takes one line end of n bytes: all but LS and PS become LF.
func (a *aligner) lineEnd(n int) {
	if v := breakValue(a.text[a.src:]); v == a.text[a.src:a.src+n] {
		a.copy(n)
	} else {
		a.put(v, n)
	}
}

// escape takes one escape of a double-quoted scalar (YAML 1.2, section 5.7).
func (a *aligner) escape() {
	if n := breakAt(a.text, a.src+1); n > 0 { // the line end and the indentation after it stand for nothing
		a.src += 1 + n
		a.space(true)
		return
	}
	length := 2
	if a.src+1 < len(a.text) {
		switch a.text[a.src+1] {
		case 'x':
			length = 4
		case 'u':
			length = 6
		case 'U':
			length = 10
		}
	}
	_, n := utf8.DecodeRuneInString(a.value[a.dec:])
	a.put(a.value[a.dec:a.dec+n], length)
}

// block walks a literal or folded scalar (YAML 1.2, section 8.1). The indentation is not worked out from the
// indicator and the parent, which the file alone doesn't tell, but from the first line of the value.
func (a *aligner) block() (end int) {
	if a.src >= len(a.text) {
		a.wrong = true
		return a.src
	}
	folded := a.text[a.src] == '>'
	header := a.src + 1
	for header < len(a.text) && strings.IndexByte("+-0123456789", a.text[header]) >= 0 {
		header++
	}
	i := header
	for i < len(a.text) && breakAt(a.text, i) == 0 { // blanks, a comment
		i++
	}
	i += breakAt(a.text, i)
	end = header
	lines := 0
	for lines < len(a.value) && breakAt(a.value, lines) > 0 {
		lines += breakAt(a.value, lines)
	}
	i = a.emptyLines(i, lines)
	if a.dec == len(a.value) || a.wrong {
		return end
	}
	indent := leadingSpaces(a.text[i:]) - leadingSpaces(a.value[lines:])
	if indent < 1 {
		a.wrong = true
		return end
	}
	i += indent
	lead, blankBefore := -1, false // the last line's end; whether that line began with a blank
	for i < len(a.text) && !a.wrong {
		// i is at a line's first character after the indentation.
		blank := isBlank(a.text[i])
		switch {
		case lead < 0:
		case !folded || blankBefore || blank || breakValue(a.text[lead:]) != "\n":
			a.breaks(lead, i)
		case !a.breaks(lead+breakAt(a.text, lead), i):
			a.src = lead
			a.put(" ", i-lead)
		}
		blankBefore = blank
		lead = i
		for lead < len(a.text) && breakAt(a.text, lead) == 0 {
			lead++
		}
		a.src, end = i, lead
		a.copy(lead - i)
		var column int
		if i, column = nextLine(a.text, lead+breakAt(a.text, lead), indent); column != indent {
			break
		}
	}
	a.emptyLines(lead, len(a.value)) // what chomping kept
	return end
}

// emptyLines takes line ends, and the blanks around them, up to an offset of the value.
func (a *aligner) emptyLines(i, dec int) int {
	for a.dec < dec && !a.wrong {
		for i < len(a.text) && a.text[i] == ' ' {
			i++
		}
		n := breakAt(a.text, i)
		if a.src = i; n == 0 {
			a.wrong = true
			break
		}
		a.lineEnd(n)
		i += n
	}
	return i
}

// nextLine is where the next line that is not empty begins after its indentation, and how much of that it has.
func nextLine(text string, i, indent int) (start, column int) {
	for {
		column = 0
		for i < len(text) && column < indent && text[i] == ' ' {
			i, column = i+1, column+1
		}
		n := breakAt(text, i)
		if n == 0 {
			return i, column
		}
		i += n
	}
}

// copy takes n bytes that stand for themselves.
func (a *aligner) copy(n int) {
	if n == 0 || a.wrong {
		return
	}
	if a.dec+n > len(a.value) || a.text[a.src:a.src+n] != a.value[a.dec:a.dec+n] {
		a.wrong = true
		return
	}
	last := len(a.pieces) - 1
	if last >= a.first && a.pieces[last].verbatim && a.pieces[last].src+a.pieces[last].m == a.src {
		a.pieces[last].n += n
		a.pieces[last].m += n
	} else {
		a.pieces = append(a.pieces, piece{a.dec, a.src, n, n, true})
	}
	a.dec += n
	a.src += n
}

// put takes m bytes that became v.
func (a *aligner) put(v string, m int) {
	if a.wrong || a.src+m > len(a.text) || !strings.HasPrefix(a.value[a.dec:], v) {
		a.wrong = true
		return
	}
	a.pieces = append(a.pieces, piece{a.dec, a.src, len(v), m, false})
	a.dec += len(v)
	a.src += m
}

func leadingSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// breakAt is the length of the line end at an offset, 0 where there is none. For yaml.v3 NEL, LS and PS end a line
// too (YAML 1.1, section 4.2; 1.2 has dropped them).
func breakAt(s string, i int) int {
	if i >= len(s) || s[i] > '\r' && s[i] < 0x80 {
		return 0
	}
	switch {
	case s[i] == '\n':
		return 1
	case s[i] == '\r':
		if strings.HasPrefix(s[i+1:], "\n") {
			return 2
		}
		return 1
	case strings.HasPrefix(s[i:], "\u0085"):
		return 2
	case strings.HasPrefix(s[i:], "\u2028"), strings.HasPrefix(s[i:], "\u2029"):
		return 3
	}
	return 0
}

// breakValue is what the line end at the head of s becomes in a value.
func breakValue(s string) string {
	if s != "" && s[0] == 0xE2 {
		return s[:3]
	}
	return "\n"
}
