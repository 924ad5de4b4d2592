package lucene

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// Flavour is Lucene's own syntax of regular expressions (org.apache.lucene.util.automaton.RegExp, with all its optional
// parts, as Elasticsearch sets it): anchored at both ends, a dot is any character, no \d, no (?i). Elasticsearch's query
// languages share it.
func Flavour() backend.Flavour {
	return backend.Flavour{
		Rune: quoteRune, Class: quoteClass, AnyChar: ".", NoMatch: "#", Group: "(", MaxRepeat: 1000,
	}
}

// quoteRune is a character that stands for itself. Every sign of ASCII is one of Lucene's, or may become one. The
// backslash is a class of its own: behind one the query parser would take the slash that ends the expression as part of it.
func quoteRune(r rune) string {
	switch {
	case r == '\\':
		return `[\\]`
	case r > ' ' && r < 0x7F && !isWord(r) || r == '_':
		return `\` + string(r)
	}
	return string(r)
}

func quoteClass(ranges []rune) string {
	if len(ranges) == 2 && ranges[0] == 0 && ranges[1] == unicode.MaxRune {
		return "."
	}
	open := "["
	if n := len(ranges); n > 2 && ranges[0] == 0 && ranges[n-1] == unicode.MaxRune {
		open, ranges = "[^", negated(ranges)
	}
	var b strings.Builder
	b.WriteString(open)
	for i := 0; i+1 < len(ranges); i += 2 {
		b.WriteString(quoteInClass(ranges[i]))
		switch ranges[i+1] - ranges[i] {
		case 0:
			continue
		case 1:
		default:
			b.WriteByte('-')
		}
		b.WriteString(quoteInClass(ranges[i+1]))
	}
	return b.String() + "]"
}

func quoteInClass(r rune) string {
	if r == '\\' {
		return `\\`
	}
	return quoteRune(r)
}

// MaxRegex is the length of the longest regular expression that Elasticsearch and OpenSearch take, in UTF-16 units
// (index.max_regex_length, by default 1,000).
const MaxRegex = 1000

// units is a text's length as Java counts it.
func units(s string) (n int) {
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// Regex writes a pattern as a regular expression for the whole text, of limit bytes at most, so that neither its length in
// UTF-16 units nor Lucene's states, which are of bytes, become too many; cut says that its end was left out for that and
// any text may stand there. A limit of 0 is none.
func Regex(p backend.Pattern, limit int) (text string, cut bool) {
	return regex(p, limit, backend.Alike)
}

func regex(p backend.Pattern, limit int, alike func(ir.FoldMode, rune) []rune) (text string, cut bool) {
	var b strings.Builder
	size := 0
	write := func(s string) bool {
		size += len(s)
		if limit > 0 && size > limit-2 { // two for the .* behind a cut
			return false
		}
		b.WriteString(s)
		return true
	}
	for _, part := range p.Parts {
		ok := true
		switch part.Kind {
		case backend.Run:
			ok = write(".*")
		case backend.One:
			ok = write(".")
		case backend.Dash:
			ok = write(oneOf([]rune(backend.Dashes)))
		default:
			for _, r := range part.Text {
				ok = ok && write(oneOf(alike(p.Mode, r)))
			}
		}
		if !ok {
			return strings.TrimSuffix(b.String(), ".*") + ".*", true
		}
	}
	if b.Len() == 0 {
		return "()", false
	}
	return b.String(), false
}

// oneOf is any of some characters.
func oneOf(list []rune) string {
	if len(list) == 1 {
		return quoteRune(list[0])
	}
	var ranges []rune
	for _, r := range list {
		ranges = append(ranges, r, r)
	}
	return quoteClass(ranges)
}

// Folds says that a pattern's letters stand for more characters than themselves, or that it has a dash of windash: then
// only a regular expression says it.
func Folds(p backend.Pattern) bool { return folds(p, backend.Alike) }

func folds(p backend.Pattern, alike func(ir.FoldMode, rune) []rune) bool {
	return slices.ContainsFunc(p.Parts, func(part backend.Part) bool {
		if part.Kind != backend.Literal {
			return part.Kind == backend.Dash
		}
		for _, r := range part.Text {
			if len(alike(p.Mode, r)) > 1 {
				return true
			}
		}
		return false
	})
}

// Expression writes an RE2 expression, which finds a stretch of a text, as one of Lucene's for the whole text; wider as
// Anchored says it. The error names what Lucene has no word for, or that it is longer than MaxRegex.
func Expression(pattern string) (text string, wider bool, err error) {
	return expression(pattern, Flavour())
}

func expression(pattern string, f backend.Flavour) (text string, wider bool, err error) {
	anchored, wider, err := Anchored(pattern)
	if err != nil {
		return "", false, fmt.Errorf("regular expressions of Lucene have no anchors: %w", err)
	}
	if text, err = f.Rewrite(anchored); err != nil {
		return "", false, err
	}
	if n := units(text); n > MaxRegex {
		return "", false, fmt.Errorf("the regular expression becomes one of %d characters, and %d are taken", n, MaxRegex)
	}
	return text, wider, nil
}

// The losses that all languages on Lucene share.
const (
	NoEdges = `Lucene's regular expressions have no \b, and what stands beside it here may be a word or not`
	TooLong = "the value is longer than a regular expression may be (1,000 characters): what its end says is left out"
)
