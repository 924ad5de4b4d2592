package report

import (
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// columns measures what a terminal shows. The locale has no say in it: a report is the same for everybody.
var columns = func() *runewidth.Condition {
	c := runewidth.NewCondition()
	c.EastAsianWidth, c.StrictEmojiNeutral = false, true
	return c
}()

// clean makes a text that came from a file fit to stand on one line of a terminal or a page: white space becomes one
// space, and what could move the cursor, hide or reorder text is gone.
func clean(s string) string { return strings.Join(strings.Fields(visible(s)), " ") }

// visible is clean for text whose spaces are its layout, as a trace's are: a tab is four of them.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\t", "    "))
}

// pad fills a text up to a width in columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-columns.StringWidth(s)))
}

// fit cuts a text to a width in columns, between words where that costs little, and shows that it did.
func fit(s string, width int) string {
	if columns.StringWidth(s) <= width {
		return s
	}
	s = columns.Truncate(s, max(width-1, 0), "")
	if i := strings.LastIndexByte(s, ' '); i > len(s)*3/4 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:.") + "…"
}

// wrap breaks a text into lines of at most width columns, between words. A longer word has a line of its own.
func wrap(s string, width int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case columns.StringWidth(line)+1+columns.StringWidth(word) <= width:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
