package witness

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"detc/compiler/ir"
)

// dashes are what windash takes for one another (pySigma, SigmaWindowsDashModifier), and one that it doesn't: the minus
// sign.
var dashes = []string{"-", "/", "–", "—", "―", "\u2212"}

// examples are texts that one value of a Match is meant to be true of, the plainest first.
func examples(a *ir.Match, want string) (out []string) {
	var cores []string
	glob := a.Op == ir.Glob && a.Encoding.Wide == ir.UTF8 && a.Encoding.Base64 == ir.NoBase64
	want = wide(a, want)
	switch {
	case a.Encoding.Dash:
		cores = dashed(want)
	case a.Encoding.Base64 == ir.Base64Whole:
		cores = []string{base64.StdEncoding.EncodeToString([]byte(want))}
	case a.Encoding.Base64 == ir.Base64Offset:
		for offset := range 3 {
			for _, tail := range []string{"", "z", "zz"} {
				cores = append(cores, base64.StdEncoding.EncodeToString([]byte("yyy"[:offset]+want+tail)))
			}
		}
	default:
		cores = []string{want}
	}
	for _, core := range cores {
		if glob {
			out = append(out, globExamples(core)...)
			continue
		}
		out = append(out, core)
	}
	for _, core := range few(out) {
		out = append(out, core+"x", "x"+core, "x"+core+"x", " "+core+" ")
	}
	return out
}

// wide is a value in the charset of its encoding. No record holds bytes that are no UTF-8, unless base64 is around them.
func wide(a *ir.Match, want string) string {
	if a.Encoding.Wide == ir.UTF8 {
		return want
	}
	want = a.Encoding.Wide.Encode(want)
	if a.Encoding.Base64 == ir.NoBase64 {
		want = strings.ToValidUTF8(want, "?")
	}
	return want
}

// dashed is a text as it is, and with each other dash in the place of those that it has.
func dashed(s string) []string {
	out := []string{s}
	for _, d := range dashes {
		out = append(out, strings.Map(func(r rune) rune {
			if r == '-' || r == '/' {
				r, _ = utf8.DecodeRuneInString(d)
			}
			return r
		}, s))
	}
	return out
}

// A piece of a pattern is a text or one of its signs.
type piece struct {
	text     string
	any, one bool
}

// pieces takes a pattern apart: a backslash before * or ? or a backslash takes that as it is.
func pieces(glob string) (out []piece) {
	text := ""
	flush := func() {
		if text != "" {
			out = append(out, piece{text: text})
			text = ""
		}
	}
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case c == '\\' && i+1 < len(glob) && strings.IndexByte(`*?\`, glob[i+1]) >= 0:
			i++
			text += glob[i : i+1]
		case c == '*' || c == '?':
			flush()
			out = append(out, piece{any: c == '*', one: c == '?'})
		default:
			text += glob[i : i+1]
		}
	}
	flush()
	return out
}

// globExamples are texts that fit a pattern, and some that miss it by a character.
func globExamples(glob string) (out []string) {
	ps := pieces(glob)
	for _, fill := range [][2]string{{"", "q"}, {"x", "é"}, {"x*y z", "*"}, {"\n", "\n"}, {"", ""}, {"x", "qq"}} {
		text := ""
		for _, p := range ps {
			switch {
			case p.any:
				text += fill[0]
			case p.one:
				text += fill[1]
			}
			text += p.text
		}
		out = append(out, text)
	}
	for i, p := range ps { // without each text
		if p.text == "" {
			continue
		}
		text := ""
		for j, q := range ps {
			if i != j {
				text += q.text
			}
			if q.one {
				text += "q"
			}
		}
		out = append(out, text)
	}
	return out
}

// around are texts that differ from one by what compilers get wrong.
func around(s string) (out []value) {
	add := func(what string, texts ...string) {
		for _, t := range texts {
			if t != s {
				out = append(out, value{ir.StringValue(t), what})
			}
		}
	}
	for _, special := range []string{"*", "?", `\`, `"`, "'", "%"} {
		if strings.Contains(s, special) {
			add("without its "+special, strings.ReplaceAll(s, special, ""))
			add("other text for its "+special, strings.ReplaceAll(s, special, "q"), strings.ReplaceAll(s, special, "qq"))
			add("its "+special+" escaped", strings.ReplaceAll(s, special, `\`+special))
		}
	}
	add("the other case", swapCase(s), strings.ToUpper(s), strings.ToLower(s))
	add("a letter that folds to it", folds(s)...)
	_, first := utf8.DecodeRuneInString(s)
	_, last := utf8.DecodeLastRuneInString(s)
	add("a character cut off", s[:len(s)-last], s[first:])
	add("with text after", s+"x", s+" ")
	add("with text before", "x"+s, " "+s)
	add("in the middle of text", "x"+s+"x")
	return out
}

func swapCase(s string) string {
	return mapValid(s, func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	})
}

// mapValid maps the characters and leaves bytes that are none.
func mapValid(s string, f func(rune) rune) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			b.WriteByte(s[0])
		} else {
			b.WriteRune(f(r))
		}
		s = s[n:]
	}
	return b.String()
}

// folds are texts with letters for which Unicode has more than two cases (ſ for s, the Kelvin sign for k), and each
// other next in its ring.
func folds(s string) (out []string) {
	for range 3 {
		s = mapValid(s, unicode.SimpleFold)
		out = append(out, s)
	}
	return out
}

// A shape is what an atom asks of a text: that it be, begin with, end with or hold something.
type shape struct {
	whole, prefix, suffix string
	infix                 []string
	exact                 bool // whole counts
}

// shapes are the ways in which a text can have what a positive atom asks for, each one enough.
func shapes(a ir.Expr) (out []shape) {
	switch a := a.(type) {
	case *ir.Eq:
		for _, v := range a.Values {
			out = append(out, shape{whole: v.Text(), exact: true})
		}
	case *ir.Match:
		for _, w := range a.Values {
			out = append(out, matchShapes(a, w)...)
		}
	case *ir.Regex:
		for _, p := range a.Patterns {
			for _, s := range regexExamples(p, 6) {
				out = append(out, shape{infix: []string{s}}, shape{prefix: s}, shape{suffix: s}, shape{whole: s, exact: true})
			}
		}
	}
	return out
}

func matchShapes(a *ir.Match, want string) (out []shape) {
	if a.Op == ir.Glob && a.Encoding.Wide == ir.UTF8 && a.Encoding.Base64 == ir.NoBase64 {
		return []shape{globShape(want)}
	}
	cores := []string{wide(a, want)}
	switch a.Encoding.Base64 {
	case ir.Base64Whole:
		cores = []string{base64.StdEncoding.EncodeToString([]byte(cores[0]))}
	case ir.Base64Offset:
		cores = examples(a, want)[:9] // which are in the charset already
	}
	for _, core := range cores {
		switch a.Op {
		case ir.Prefix:
			out = append(out, shape{prefix: core})
		case ir.Suffix:
			out = append(out, shape{suffix: core})
		case ir.Glob:
			out = append(out, shape{whole: core, exact: true})
		default:
			out = append(out, shape{infix: []string{core}})
		}
	}
	return out
}

// globShape is a pattern as what stands before its first *, between two, and after the last.
func globShape(glob string) shape {
	runs := []string{""}
	for _, p := range pieces(glob) {
		switch {
		case p.any:
			runs = append(runs, "")
			continue
		case p.one:
			p.text = "q"
		}
		runs[len(runs)-1] += p.text
	}
	if len(runs) == 1 {
		return shape{whole: runs[0], exact: true}
	}
	last := len(runs) - 1
	return shape{prefix: runs[0], suffix: runs[last], infix: slices.DeleteFunc(runs[1:last], func(s string) bool { return s == "" })}
}

// maxComposed bounds the choices of shapes that compose puts together.
const maxComposed = 96

// compose calls try with texts that have a shape of each atom at once, until it says false.
func (s *solver) compose(yes []int, try func(string) bool) {
	choices := make([][]shape, len(yes))
	total := 1
	for i, a := range yes {
		if choices[i] = shapes(s.atoms[a]); len(choices[i]) == 0 {
			return
		}
		total = min(total*len(choices[i]), maxComposed)
	}
	for n := range total {
		var all []shape
		for _, c := range choices {
			all = append(all, c[n%len(c)])
			n /= len(c)
		}
		if !join(all, try) {
			return
		}
	}
}

// join puts shapes together in the few ways that are likely.
func join(all []shape, try func(string) bool) bool {
	var prefix, suffix string
	var infix []string
	for _, a := range all {
		if a.exact && !try(a.whole) {
			return false
		}
		if len(a.prefix) > len(prefix) {
			prefix = a.prefix
		}
		if len(a.suffix) > len(suffix) {
			suffix = a.suffix
		}
		infix = append(infix, a.infix...)
	}
	for n := min(len(prefix), len(suffix)); n > 0; n-- { // the end of one is the beginning of the other
		if prefix[len(prefix)-n:] == suffix[:n] && !try(prefix+suffix[n:]) {
			return false
		}
	}
	for range 2 {
		for _, sep := range []string{"", "x", " ", "-", "_", "0", "\n", `\`, "é"} {
			parts := slices.Concat([]string{prefix}, infix, []string{suffix})
			if !try(strings.Join(parts, sep)) {
				return false
			}
		}
		slices.Reverse(infix)
	}
	return true
}
