package eval

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"detc/compiler/ir"
)

// matcher is the test that one value of a Match makes on a text.
func matcher(a *ir.Match, want string) func(string) bool {
	if a.Encoding.Dash {
		return windash(a, want)
	}
	if a.Encoding.Plain() {
		mode, folded := a.Field.Folder(want)
		if a.Op == ir.Glob {
			p := globParts(folded)
			return func(s string) bool { return p.match(ir.FoldAs(mode, s)) }
		}
		return finder(a, want)
	}
	var tests []func(string) bool
	for _, w := range encoded(a, want) {
		tests = append(tests, finder(a, w))
	}
	return func(s string) bool {
		return slices.ContainsFunc(tests, func(test func(string) bool) bool { return test(s) })
	}
}

// encoded are the texts of which one must be found for a value. A pattern in an encoding is the text that it would be
// without one: wildcards are taken out, which the front ends refuse before.
func encoded(a *ir.Match, want string) []string {
	if a.Op == ir.Glob {
		text := ""
		for _, p := range globParts(want) {
			text += p.text
		}
		want = text
	}
	want = a.Encoding.Wide.Encode(want)
	if a.Encoding.Base64 == ir.NoBase64 && !utf8.ValidString(want) { // as the byte order mark of UTF-16, which no text holds
		return nil
	}
	switch a.Encoding.Base64 {
	case ir.Base64Whole:
		return []string{base64.StdEncoding.EncodeToString([]byte(want))}
	case ir.Base64Offset:
		return Base64Offsets(want)
	}
	return []string{want}
}

// finder looks for a text at the place that the operator says.
func finder(a *ir.Match, want string) func(string) bool {
	mode, folded := a.Field.Folder(want)
	return func(s string) bool { return place(a.Op, ir.FoldAs(mode, s), folded) }
}

func place(op ir.MatchOp, s, want string) bool {
	switch op {
	case ir.Glob: // of a text without wildcards
		return s == want
	case ir.Prefix:
		return strings.HasPrefix(s, want)
	case ir.Suffix:
		return strings.HasSuffix(s, want)
	}
	return strings.Contains(s, want)
}

// windash looks for a value of which each dash that begins an option may be any of the five.
func windash(a *ir.Match, want string) func(string) bool {
	mode, folded := a.Field.Folder(want)
	var p pattern
	switch a.Op {
	case ir.Glob:
		p = globParts(folded).dashed()
	case ir.Prefix:
		p = append(pattern{{text: folded}}.dashed(), anyRun)
	case ir.Suffix:
		p = append(pattern{anyRun}, pattern{{text: folded}}.dashed()...)
	default:
		p = slices.Concat(pattern{anyRun}, pattern{{text: folded}}.dashed(), pattern{anyRun})
	}
	return func(s string) bool { return p.match(ir.FoldAs(mode, s)) }
}

// Base64Offsets are the three texts that a value leaves in base64, by where it begins in a group of three bytes, less
// the characters that its neighbours take part in (Sigma specification 2.1, modifier base64offset; cut as its reference
// implementation, pySigma, cuts). A value of one byte leaves nothing of its own at one of the places, and an empty one
// at none: those are left out, since nothing would be found everywhere.
func Base64Offsets(value string) []string {
	var out []string
	for offset := range 3 {
		head := []int{0, 2, 3}[offset]
		tail := []int{0, 3, 2}[(offset+len(value))%3]
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(" ", offset) + value))
		if end := len(text) - tail; end > head {
			out = append(out, text[head:end])
		}
	}
	return out
}

// timePart is a part of a moment in UTC, as Sigma counts it; a week is ISO 8601's.
func timePart(v ir.Value, part ir.TimeUnit) int {
	t := time.Unix(0, v.Int).UTC()
	switch part {
	case ir.Minute:
		return t.Minute()
	case ir.Hour:
		return t.Hour()
	case ir.Day:
		return t.Day()
	case ir.Week:
		_, week := t.ISOWeek()
		return week
	case ir.Month:
		return int(t.Month())
	}
	return t.Year()
}
