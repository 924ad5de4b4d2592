package backend

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"detc/compiler/ir"
)

// A Pattern is what one value of an Eq of texts, a Match or a Keyword asks of a whole text, with encodings, wildcards and
// the fold resolved: the one thing that a target has to spell for all three.
type Pattern struct {
	Mode  ir.FoldMode // the fold; the texts are folded already
	Parts []Part      // no two texts, and no two Runs, stand side by side
}

// A Part is a piece of a pattern.
type Part struct {
	Kind PartKind
	Text string // of Literal
}

// PartKind is a kind of Part.
type PartKind uint8

const (
	Literal PartKind = iota
	Run              // any run of characters, line breaks among them; also of none
	One              // any one character
	Dash             // one of Dashes
)

// Dashes are the characters that the encoding Dash takes for one another.
const Dashes = "-/–—―"

// Equals is the pattern of a text literal beside a field: an Eq's. A literal of another type stands for its text.
func Equals(f ir.Field, v ir.Value) Pattern {
	mode, text := f.Folder(v.Text())
	return Pattern{mode, literal(text)}
}

// Patterns are the patterns of a Match, any of which may hold. A value may have several (base64offset) or none: one that
// no text can hold.
func Patterns(m *ir.Match) []Pattern {
	var out []Pattern
	for _, v := range m.Values {
		out = append(out, patterns(m, v)...)
	}
	return out
}

// KeywordPatterns are the patterns of a Keyword, any of which may hold of any column.
func KeywordPatterns(k *ir.Keyword) []Pattern {
	var out []Pattern
	for _, v := range k.Values {
		if k.Op == ir.Glob {
			v = "*" + ir.ClosedGlob(v) + "*"
		}
		out = append(out, patterns(&ir.Match{Op: k.Op}, v)...)
	}
	return out
}

func patterns(m *ir.Match, value string) []Pattern {
	if !m.Encoding.Dash && !m.Encoding.Plain() {
		var out []Pattern
		for _, text := range encoded(m, value) {
			mode, folded := m.Field.Folder(text)
			out = append(out, Pattern{mode, placed(m.Op, literal(folded))})
		}
		return out
	}
	mode, folded := m.Field.Folder(value)
	parts := literal(folded)
	if m.Op == ir.Glob {
		parts = GlobParts(folded)
	}
	if m.Encoding.Dash {
		parts = dashed(parts)
	}
	return []Pattern{{mode, placed(m.Op, parts)}}
}

func literal(text string) []Part {
	if text == "" {
		return nil
	}
	return []Part{{Text: text}}
}

// placed puts what may stand around the parts.
func placed(op ir.MatchOp, parts []Part) []Part {
	run := Part{Kind: Run}
	switch op {
	case ir.Prefix:
		return merged(append(slices.Clone(parts), run))
	case ir.Suffix:
		return merged(append([]Part{run}, parts...))
	case ir.Contains:
		return merged(slices.Concat([]Part{run}, parts, []Part{run}))
	}
	return merged(parts)
}

// merged is the parts with each run of Runs as one.
func merged(parts []Part) []Part {
	return slices.CompactFunc(parts, func(a, b Part) bool { return a.Kind == Run && b.Kind == Run })
}

// GlobParts takes a pattern of * and ? apart; a backslash before * ? or \ takes that as it is, and any other backslash
// is itself (Sigma specification 2.1, "Escaping").
func GlobParts(glob string) (out []Part) {
	var text strings.Builder
	flush := func() {
		out = append(out, literal(text.String())...)
		text.Reset()
	}
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case c == '\\' && i+1 < len(glob) && strings.IndexByte(`*?\`, glob[i+1]) >= 0:
			i++
			text.WriteByte(glob[i])
		case c == '*':
			flush()
			out = append(out, Part{Kind: Run})
		case c == '?':
			flush()
			out = append(out, Part{Kind: One})
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return merged(out)
}

// dashed makes a Dash of each - or / that begins an option: before it stands no word character, after it one does.
func dashed(parts []Part) (out []Part) {
	for _, p := range parts {
		if p.Kind != Literal {
			out = append(out, p)
			continue
		}
		rest, before := 0, ' '
		for i, r := range p.Text {
			next, _ := utf8.DecodeRuneInString(p.Text[i+1:])
			if (r == '-' || r == '/') && !wordRune(before) && wordRune(next) {
				out = append(append(out, literal(p.Text[rest:i])...), Part{Kind: Dash})
				rest = i + 1
			}
			before = r
		}
		out = append(out, literal(p.Text[rest:])...)
	}
	return out
}

func wordRune(r rune) bool {
	return r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// encoded are the texts of which one must be found for a value in UTF-16 or base64. Bytes that no text can hold are left
// out: they are never found.
func encoded(m *ir.Match, value string) []string {
	if m.Op == ir.Glob { // wildcards in an encoding are refused before; taken out, as eval does
		text := ""
		for _, p := range GlobParts(value) {
			text += p.Text
		}
		value = text
	}
	value = m.Encoding.Wide.Encode(value)
	switch m.Encoding.Base64 {
	case ir.Base64Whole:
		return []string{base64.StdEncoding.EncodeToString([]byte(value))}
	case ir.Base64Offset:
		return base64Offsets(value)
	}
	if !utf8.ValidString(value) {
		return nil
	}
	return []string{value}
}

// base64Offsets are the texts that a value leaves in base64, by where it begins in a group of three bytes, less the
// characters that its neighbours take part in (Sigma specification 2.1, modifier base64offset).
func base64Offsets(value string) []string {
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

// Place is where the pattern's text stands, of one that has no wildcard but at its ends: Glob for the whole text.
// ok is false for any other pattern; a pattern of a Run alone contains the empty text.
func (p Pattern) Place() (op ir.MatchOp, text string, ok bool) {
	parts, before, after := p.Parts, false, false
	if len(parts) > 0 && parts[0].Kind == Run {
		parts, before = parts[1:], true
	}
	if n := len(parts); n > 0 && parts[n-1].Kind == Run {
		parts, after = parts[:n-1], true
	}
	switch {
	case len(parts) > 1 || len(parts) == 1 && parts[0].Kind != Literal:
		return 0, "", false
	case len(parts) == 1:
		text = parts[0].Text
	case before:
		after = true
	}
	switch {
	case before && after:
		return ir.Contains, text, true
	case before:
		return ir.Suffix, text, true
	case after:
		return ir.Prefix, text, true
	}
	return ir.Glob, text, true
}

// Alike are all characters that a fold takes for r, r's own spelling among them, in the order of their numbers. They are
// shared: nobody changes them.
func Alike(mode ir.FoldMode, r rune) []rune {
	if r >= 0 && r < utf8.RuneSelf && int(mode) < len(asciiAlike) {
		return asciiAlike[mode][r]
	}
	return alike(mode, r)
}

// asciiAlike is Alike of what nearly all texts are made of.
var asciiAlike = func() (out [3][utf8.RuneSelf][]rune) {
	for mode := range out {
		for r := range out[mode] {
			out[mode][r] = alike(ir.FoldMode(mode), rune(r))
		}
	}
	return out
}()

func alike(mode ir.FoldMode, r rune) []rune {
	out := []rune{r}
	switch {
	case mode == ir.FoldUnicode:
		for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
			out = append(out, o)
		}
	case mode == ir.FoldASCII && ('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'):
		out = append(out, r^0x20)
	}
	slices.Sort(out)
	return out
}

// ASCIIOnly says that a text has no byte outside ASCII: then folds of a text by ASCII and by Unicode differ only in what
// a row holds (ſ and the Kelvin sign).
func ASCIIOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
