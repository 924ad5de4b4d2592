package brief

import (
	"html"
	"regexp"
	"strings"
	"sync"
)

var (
	mdHeading   = lazy(`(?m)^ {0,3}#{1,6}[ \t]+\S`)
	mdStrong    = lazy(`\*\*[\pL\pN][^*\n]*\*\*`)
	mdUnderline = lazy(`(?m)^.*\pL.*\r?\n(={3,}|-{3,})[ \t]*\r?$`)

	escape   = lazy("\\\\[!-/:-@\\[-`{-~]")
	codeSpan = lazy("`+[^`]+`+")
	mdLink   = lazy(`!?\[([^\[\]]*)\]\([^()\s]*(?:\s+"[^"]*")?\)`)
	autolink = lazy(`<(https?://[^<>\s]+)>`)
	inlineEl = lazy(`(?i)</?(?:a|abbr|b|br|code|em|i|kbd|mark|p|small|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>|<!--.*?-->`)
	entity   = lazy(`&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});`)

	// Emphasis begins and ends with a word, a quotation or a protected character, and no letter stands at its outer side:
	// so `*.exe`, `a * b` and `snake_case_name` are content.
	strong = lazy(`(\*\*|__)([\pL\pN"'(“‘\x{E000}-\x{E0FF}](?:[^*_]*[\pL\pN"').,:;!?%”’\x{E000}-\x{E0FF}])?)(\*\*|__)`)
	star   = lazy(`(^|[^\pL\pN*])\*([\pL\pN"'(“‘\x{E000}-\x{E0FF}](?:[^*]*[\pL\pN"').,:;!?%”’\x{E000}-\x{E0FF}])?)\*($|[^\pL\pN*])`)
	under  = lazy(`(^|[^\pL\pN_])_([\pL\pN"'(“‘\x{E000}-\x{E0FF}](?:[^_]*[\pL\pN"').,:;!?%”’\x{E000}-\x{E0FF}])?)_($|[^\pL\pN_])`)
)

// lazy is an expression that is compiled when it is first used: a program that reads no brief doesn't pay for it.
func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// looksLikeMarkdown says that a text has markup no plain text has: a marked heading, or a pair of double asterisks.
// In anything else asterisks, backticks and backslashes are content.
func looksLikeMarkdown(name, text string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".markdown") || marksHeadings(text) ||
		strings.Contains(text, "**") && mdStrong().MatchString(text)
}

// marksHeadings asks the cheap question first: the expressions take a hundred times as long.
func marksHeadings(text string) bool {
	return strings.Contains(text, "#") && mdHeading().MatchString(text) ||
		(strings.Contains(text, "\n---") || strings.Contains(text, "\n===")) && mdUnderline().MatchString(text)
}

// inline takes the markup out of a stretch of Markdown and leaves its words.
func inline(s string) string {
	if !strings.ContainsAny(s, "\\`*_[<&") || len(s) > maxInline || strings.IndexFunc(s, private) >= 0 {
		return s
	}
	// What is protected from the other rules becomes a private character until the end.
	var kept []string
	keep := func(content string) string {
		if len(kept) == 0x100 {
			return content
		}
		kept = append(kept, content)
		return string(rune(0xE000 + len(kept) - 1))
	}
	s = escape().ReplaceAllStringFunc(s, func(m string) string { return keep(m[1:]) })
	s = codeSpan().ReplaceAllStringFunc(s, func(m string) string { return keep(strings.TrimSpace(strings.Trim(m, "`"))) })
	s = mdLink().ReplaceAllString(s, "$1")
	s = autolink().ReplaceAllString(s, "$1")
	s = inlineEl().ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(strings.ToLower(m), "<br") {
			return " "
		}
		return ""
	})
	for range 3 { // nested, and neighbours that share the character between them
		t := strong().ReplaceAllStringFunc(s, func(m string) string {
			if m[:2] != m[len(m)-2:] {
				return m
			}
			return m[2 : len(m)-2]
		})
		t = under().ReplaceAllString(star().ReplaceAllString(t, "$1$2$3"), "$1$2$3")
		if t == s {
			break
		}
		s = t
	}
	s = entity().ReplaceAllStringFunc(s, html.UnescapeString)
	// A code span may hold escapes that were protected before it: hence twice.
	return restore(restore(s, kept), kept)
}

// maxInline bounds the work on hostile lines; an item is a hundredth of it.
const maxInline = 64 << 10

func private(r rune) bool { return r >= 0xE000 && r <= 0xE0FF }

func restore(s string, kept []string) string {
	if strings.IndexFunc(s, private) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if i := int(r - 0xE000); private(r) && i < len(kept) {
			b.WriteString(kept[i])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
