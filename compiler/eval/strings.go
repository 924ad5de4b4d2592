package eval

import (
	"encoding/base64"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"detc/compiler/ir"
)

// matcher is the test that one value of a Match makes on a text.
func matcher(a *ir.Match, want string) func(string) bool {
	switch a.Encoding {
	case ir.Base64:
		want = base64.StdEncoding.EncodeToString([]byte(want))
	case ir.Base64Offset:
		return anyText(a, Base64Offsets(want))
	case ir.Windash:
		return windash(a, want)
	}
	if a.Op == ir.Glob {
		return glob(want, a.Field.Cased)
	}
	mode, folded := a.Field.Folder(want)
	return func(s string) bool { return place(a.Op, ir.FoldAs(mode, s), folded) }
}

func anyText(a *ir.Match, wants []string) func(string) bool {
	plain := *a
	plain.Encoding = ir.Plain
	return func(s string) bool {
		for _, w := range wants {
			if matcher(&plain, w)(s) {
				return true
			}
		}
		return false
	}
}

func place(op ir.MatchOp, s, want string) bool {
	switch op {
	case ir.Prefix:
		return strings.HasPrefix(s, want)
	case ir.Suffix:
		return strings.HasSuffix(s, want)
	}
	return strings.Contains(s, want)
}

// Base64Offsets are the three texts that a value leaves in base64, by where it begins in a group of three bytes, less
// the characters that its neighbours take part in (Sigma specification 2.1, modifier base64offset).
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

// dashes are the characters that windash takes for one another (Sigma specification 2.1, modifier windash).
const dashes = "-/–—―"

// windash looks for a value whose option dashes may be any of the five. A dash is one that begins a word: before it
// stands no word character, after it one does.
func windash(a *ir.Match, want string) func(string) bool {
	var re strings.Builder
	if !a.Field.Cased {
		re.WriteString("(?i)")
	}
	re.WriteString("(?s)")
	if a.Op == ir.Prefix {
		re.WriteString(`\A`)
	}
	before := ' '
	for i, r := range want {
		after, _ := utf8.DecodeRuneInString(want[i+utf8.RuneLen(r):])
		if (r == '-' || r == '/') && !isWord(before) && isWord(after) {
			re.WriteString("[" + dashes + "]")
		} else {
			re.WriteString(regexp.QuoteMeta(string(r)))
		}
		before = r
	}
	if a.Op == ir.Suffix {
		re.WriteString(`\z`)
	}
	compiled, err := regexp.Compile(re.String())
	if err != nil {
		return func(string) bool { return false }
	}
	return compiled.MatchString
}

func isWord(r rune) bool {
	return r == '_' || r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r > utf8.RuneSelf && r != utf8.RuneError && unicode.IsLetter(r)
}

// glob is an anchored match of * and ?; a backslash takes the next character as it is. It takes time in proportion to
// the product of both lengths at worst, never more.
func glob(pattern string, cased bool) func(string) bool {
	var parts []globPart
	literal := ""
	flush := func() {
		if literal != "" {
			parts = append(parts, globPart{text: literal})
			literal = ""
		}
	}
	for i := 0; i < len(pattern); {
		r, n := utf8.DecodeRuneInString(pattern[i:])
		if r == '\\' && i+n < len(pattern) && strings.ContainsRune(`*?\`, rune(pattern[i+n])) {
			literal += pattern[i+n : i+n+1]
			i += n + 1
			continue
		}
		switch r {
		case '*':
			flush()
			parts = append(parts, globPart{any: true})
		case '?':
			flush()
			parts = append(parts, globPart{one: true})
		default:
			literal += pattern[i : i+n]
		}
		i += n
	}
	flush()
	return func(s string) bool { return globMatch(parts, s, cased) }
}

type globPart struct {
	text     string
	any, one bool
}

func globMatch(parts []globPart, s string, cased bool) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for {
		if p < len(parts) && parts[p].any {
			star, mark = p, i
			p++
			continue
		}
		if p == len(parts) && i == len(s) {
			return true
		}
		if p < len(parts) {
			if n, ok := parts[p].take(s[i:], cased); ok {
				i += n
				p++
				continue
			}
		}
		if star < 0 || mark >= len(s) {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[mark:])
		mark += n
		p, i = star+1, mark
	}
}

// take matches one part at the head of s and says how many bytes it took.
func (g globPart) take(s string, cased bool) (int, bool) {
	if g.one {
		_, n := utf8.DecodeRuneInString(s)
		return n, n > 0
	}
	if cased {
		return len(g.text), strings.HasPrefix(s, g.text)
	}
	mode, want := ir.Folder(g.text)
	n := 0
	for want != "" && n < len(s) {
		_, size := utf8.DecodeRuneInString(s[n:])
		folded := ir.FoldAs(mode, s[n:n+size])
		rest, ok := strings.CutPrefix(want, folded)
		if !ok {
			return 0, false
		}
		want = rest
		n += size
	}
	return n, want == ""
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
