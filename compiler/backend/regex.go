package backend

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"

	"detc/compiler/ir"
)

// A Flavour is how an engine spells the parts of a regular expression that finds, unanchored and with case, some stretch
// of a text. What a rule says in RE2 is taken apart and spelt anew in it: so `.`, `^`, `\b`, `\d` and `(?i)` mean in every
// engine what they mean in RE2. Only which texts fit counts, never what a group holds, so greed is left out.
type Flavour struct {
	Rune      func(r rune) string        // one character as it is
	Class     func(ranges []rune) string // pairs of first and last; nil refuses classes
	AnyChar   string                     // any character, a line break too
	NoMatch   string                     // what fits nothing
	BeginText string                     // each of these is empty where the engine has no word for it
	EndText   string
	BeginLine string
	EndLine   string
	Word      string // \b over ASCII
	NoWord    string
	Group     string // opens a group: (?:
	MaxRepeat int    // the largest count in {m,n}
}

// Rewrite spells an RE2 expression in a flavour. The error names what the flavour has no word for.
func (f Flavour) Rewrite(pattern string) (string, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", fmt.Errorf("no regular expression: %v", err)
	}
	w := rewriter{f: f}
	text := w.node(re, false)
	return text, w.err
}

type rewriter struct {
	f   Flavour
	err error
}

func (w *rewriter) fail(format string, args ...any) string {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
	return ""
}

// word is the flavour's word for something, which it may lack.
func (w *rewriter) word(text, what string) string {
	if text == "" {
		return w.fail("it has no %s", what)
	}
	return text
}

func (w *rewriter) group(text string) string { return w.f.Group + text + ")" }

// node spells a part; tight says that an operator follows or that other parts stand beside it.
func (w *rewriter) node(re *syntax.Regexp, tight bool) string {
	switch re.Op {
	case syntax.OpNoMatch:
		return w.word(w.f.NoMatch, "expression that fits nothing")
	case syntax.OpEmptyMatch:
		return w.group("")
	case syntax.OpLiteral:
		return w.literal(re, tight)
	case syntax.OpCharClass:
		return w.class(re.Rune)
	case syntax.OpAnyChar:
		return w.word(w.f.AnyChar, "sign for any character")
	case syntax.OpAnyCharNotNL:
		return w.class([]rune{0, '\n' - 1, '\n' + 1, 0x10FFFF})
	case syntax.OpBeginText:
		return w.word(w.f.BeginText, "sign for the beginning of the text")
	case syntax.OpEndText:
		return w.word(w.f.EndText, "sign for the end of the text")
	case syntax.OpBeginLine:
		return w.word(w.f.BeginLine, "sign for the beginning of a line")
	case syntax.OpEndLine:
		return w.word(w.f.EndLine, "sign for the end of a line")
	case syntax.OpWordBoundary:
		return w.word(w.f.Word, "sign for the edge of a word")
	case syntax.OpNoWordBoundary:
		return w.word(w.f.NoWord, "sign for a place that is no edge of a word")
	case syntax.OpCapture:
		return w.node(re.Sub[0], tight)
	}
	return w.several(re, tight)
}

func (w *rewriter) several(re *syntax.Regexp, tight bool) string {
	var parts []string
	switch re.Op {
	case syntax.OpConcat:
		for _, s := range re.Sub {
			parts = append(parts, w.beside(s))
		}
		if text := strings.Join(parts, ""); !tight {
			return text
		}
		return w.group(strings.Join(parts, ""))
	case syntax.OpAlternate:
		for _, s := range re.Sub {
			parts = append(parts, w.node(s, false))
		}
		return w.group(strings.Join(parts, "|"))
	}
	return w.repeat(re, tight)
}

// beside spells a part of a sequence: only a choice needs a group there, and it has one.
func (w *rewriter) beside(re *syntax.Regexp) string { return w.node(re, false) }

func (w *rewriter) repeat(re *syntax.Regexp, tight bool) string {
	sub := w.node(re.Sub[0], true)
	switch re.Sub[0].Op {
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpEmptyMatch, syntax.OpAlternate, syntax.OpConcat, syntax.OpLiteral:
	default: // an anchor or another repetition can't be repeated everywhere
		sub = w.group(sub)
	}
	switch re.Op {
	case syntax.OpStar:
		sub += "*"
	case syntax.OpPlus:
		sub += "+"
	case syntax.OpQuest:
		sub += "?"
	case syntax.OpRepeat:
		if max(re.Min, re.Max) > w.f.MaxRepeat {
			return w.fail("it repeats %d times at most", w.f.MaxRepeat)
		}
		switch re.Max {
		case -1:
			sub += fmt.Sprintf("{%d,}", re.Min)
		case re.Min:
			sub += fmt.Sprintf("{%d}", re.Min)
		default:
			sub += fmt.Sprintf("{%d,%d}", re.Min, re.Max)
		}
	default:
		return w.fail("%s isn't known", re.Op)
	}
	if tight {
		return w.group(sub)
	}
	return sub
}

// literal spells a text; where case folds, each letter is a class of all that RE2 takes for it.
func (w *rewriter) literal(re *syntax.Regexp, tight bool) string {
	var b strings.Builder
	for _, r := range re.Rune {
		alike := []rune{r}
		if re.Flags&syntax.FoldCase != 0 {
			alike = Alike(ir.FoldUnicode, r)
		}
		if len(alike) == 1 {
			b.WriteString(w.f.Rune(r))
			continue
		}
		var ranges []rune
		for _, a := range alike {
			ranges = append(ranges, a, a)
		}
		b.WriteString(w.class(ranges))
	}
	if tight && len(re.Rune) > 1 {
		return w.group(b.String())
	}
	return b.String()
}

func (w *rewriter) class(ranges []rune) string {
	if w.f.Class == nil {
		return w.fail("it has no classes of characters")
	}
	if len(ranges) == 2 && ranges[0] == ranges[1] {
		return w.f.Rune(ranges[0])
	}
	return w.f.Class(ranges)
}

// Regex spells the pattern, anchored at both ends, in a flavour: for patterns that a target has no other word for.
func (f Flavour) Regex(p Pattern) (string, error) {
	w := rewriter{f: f}
	parts := p.Parts
	var b strings.Builder
	if len(parts) > 0 && parts[0].Kind == Run {
		parts = parts[1:]
	} else {
		b.WriteString(w.word(f.BeginText, "sign for the beginning of the text"))
	}
	open := len(parts) > 0 && parts[len(parts)-1].Kind == Run
	if open {
		parts = parts[:len(parts)-1]
	}
	for _, part := range parts {
		switch part.Kind {
		case Run:
			b.WriteString(w.word(f.AnyChar, "sign for any character") + "*")
		case One:
			b.WriteString(w.word(f.AnyChar, "sign for any character"))
		case Dash:
			b.WriteString(w.runes([]rune(Dashes)))
		default:
			for _, r := range part.Text {
				b.WriteString(w.runes(Alike(p.Mode, r)))
			}
		}
	}
	if !open && !(len(p.Parts) == 1 && p.Parts[0].Kind == Run) {
		b.WriteString(w.word(f.EndText, "sign for the end of the text"))
	}
	return b.String(), w.err
}

func (w *rewriter) runes(list []rune) string {
	var ranges []rune
	for _, r := range list {
		ranges = append(ranges, r, r)
	}
	return w.class(ranges)
}

// Class writes a class of characters, given as ranges in pairs, in square brackets: all but a few as what it is not. char
// writes one character of it.
func Class(ranges []rune, char func(rune) string) string {
	var b strings.Builder
	b.WriteByte('[')
	if n := len(ranges); n > 2 && ranges[0] == 0 && ranges[n-1] == unicode.MaxRune {
		b.WriteByte('^')
		ranges = ranges[1 : n-1] // what lies between two ranges, less its ends
		for i := 0; i < len(ranges); i += 2 {
			writeRange(&b, ranges[i]+1, ranges[i+1]-1, char)
		}
	} else {
		for i := 0; i < n; i += 2 {
			writeRange(&b, ranges[i], ranges[i+1], char)
		}
	}
	b.WriteByte(']')
	return b.String()
}

func writeRange(b *strings.Builder, from, to rune, char func(rune) string) {
	b.WriteString(char(from))
	if to != from {
		b.WriteString("-" + char(to))
	}
}

// Code names a character by its number, as RE2 and PCRE have it: \x41, \x{1F600}.
func Code(r rune) string {
	if r <= 0xFF {
		return fmt.Sprintf(`\x%02X`, r)
	}
	return fmt.Sprintf(`\x{%X}`, r)
}
