package condition

import (
	"errors"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/common/ast"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// maxRegexFindings bounds the warnings about one pattern.
const maxRegexFindings = 5

// regex reads a pattern: RE2 (github.com/google/re2/wiki/Syntax), and of it the part that Sigma's targets share.
func (c *compiler) regex(e ast.Expr) (string, bool) {
	p, ok := c.textOf(e, "matches")
	if !ok {
		return "", false
	}
	at := c.inside(e)
	before := c.errors
	c.portable(p, at)
	if c.errors > before {
		return "", false
	}
	_, err := syntax.Parse(p, syntax.Perl)
	if err == nil {
		return p, true
	}
	lo, hi := 0, len(p)
	message := err.Error()
	var s *syntax.Error
	if errors.As(err, &s) {
		message = string(s.Code)
		if i := strings.Index(p, s.Expr); i >= 0 && s.Expr != "" {
			lo, hi = i, i+len(s.Expr)
		}
		if s.Code == syntax.ErrInvalidEscape && len(s.Expr) == 2 && s.Expr[1] >= '1' && s.Expr[1] <= '9' {
			message = "a reference to a group, which RE2 doesn't have"
		}
		if s.Code == syntax.ErrInvalidPerlOp {
			message = "RE2 doesn't look ahead or behind"
		}
	}
	c.report(diag.BadRegex, at(lo), at(hi), "this is no regular expression: %s", message)
	return "", false
}

// portable looks for what engines read differently. It walks the pattern as RE2 would, without understanding it.
func (c *compiler) portable(p string, at func(int) int) {
	seen, warnings := map[string]bool{}, 0
	warn := func(i, n int, help string) {
		if what := p[i : i+n]; !seen[what] && warnings < maxRegexFindings {
			seen[what] = true
			warnings++
			c.report(diag.RegexPortability, at(i), at(i+n), "engines read %s differently", quote(what)).WithHelp("%s", help)
		}
	}
	for i, class := 0, false; i < len(p); i++ {
		rest := p[i:]
		switch {
		case p[i] == '\\' && i+1 < len(p):
			_, n := utf8.DecodeRuneInString(rest[1:])
			if help := shorthand(rest[1], class); help != "" {
				warn(i, 2, help)
			} else if strings.IndexByte("pPzAQEC", rest[1]) >= 0 {
				c.report(diag.BadRegex, at(i), at(i+2), "%s is not in the part of RE2 that targets share", quote(rest[:2])).
					WithHelp("%s", instead[rest[1]])
			}
			i += n
		case class:
			if strings.HasPrefix(rest, "[:") {
				if n := strings.Index(rest, ":]"); n > 0 {
					warn(i, n+2, "write the characters out, e.g. a-z")
					i += n + 1
				}
			} else if p[i] == ']' {
				class = false
			}
		case p[i] == '[':
			class = true
			if strings.HasPrefix(p[i+1:], "^") {
				i++
			}
			if strings.HasPrefix(p[i+1:], "]") { // a bracket first in its class stands for itself
				i++
			}
		case strings.HasPrefix(rest, "(?") && len(rest) > 2:
			c.group(p, i, at)
		}
	}
}

var instead = map[byte]string{
	'p': "write the characters out, e.g. [A-Za-z]", 'P': "write the characters out, e.g. [^A-Za-z]",
	'z': "write $ for the end", 'A': "write ^ for the beginning",
	'Q': `put a backslash before each sign that means something`, 'E': `put a backslash before each sign that means something`,
	'C': "write . for any character",
}

// shorthand is what to write instead of a class that some engines take for ASCII and some for Unicode.
func shorthand(b byte, class bool) string {
	help := map[byte]string{'d': "[0-9]", 'D': "[^0-9]", 'w': "[0-9A-Za-z_]", 'W': "[^0-9A-Za-z_]", 's': `[ \t\r\n\f]`, 'S': `[^ \t\r\n\f]`}[b]
	switch {
	case help != "":
		return "write " + help
	case (b == 'b' || b == 'B') && !class:
		return "say which characters stand there, e.g. (^|[^0-9A-Za-z_])"
	}
	return ""
}

// group checks what follows (? : a named group, or flags elsewhere than at the head, are not shared.
func (c *compiler) group(p string, i int, at func(int) int) {
	rest := p[i+2:]
	switch {
	case strings.HasPrefix(rest, "P<"), strings.HasPrefix(rest, "<") && !strings.HasPrefix(rest, "<=") && !strings.HasPrefix(rest, "<!"):
		n := strings.IndexByte(rest, '>') + 1
		c.report(diag.BadRegex, at(i), at(i+2+n), "groups have no names in the part of RE2 that targets share").WithHelp("write (…)")
	case strings.HasPrefix(rest, ":"), strings.IndexByte("=!<", rest[0]) >= 0: // RE2 itself refuses the latter
	default:
		n := strings.IndexFunc(rest, func(r rune) bool { return r == ')' || r == ':' })
		if n < 0 {
			return
		}
		if i == 0 && rest[n] == ')' && strings.Trim(rest[:n], "ims") == "" {
			return
		}
		c.report(diag.BadRegex, at(i), at(i+2+n+1), "flags stand only at the head of a pattern, and only i, m and s").WithHelp("write (?i) first")
	}
}

// inside finds the way from a byte of a text literal's value to the byte of the condition that it came from.
func (c *compiler) inside(e ast.Expr) func(int) int {
	lo, hi := c.bytesOf(e)
	lit := c.text.Value[lo:hi]
	prefix := max(stringStart(lit), 0)
	open := prefix + 1
	if len(lit) >= prefix+6 && (strings.HasPrefix(lit[prefix:], `"""`) || strings.HasPrefix(lit[prefix:], "'''")) {
		open = prefix + 3
	}
	raw := strings.ContainsAny(lit[:prefix], "rR")
	return func(want int) int {
		i := open
		for n := 0; n < want && i < len(lit); {
			size := 1
			switch {
			case !raw && lit[i] == '\\':
				size = max(escapeLen(lit[i:]), 1)
				n += decodedLen(lit[i : i+size])
			case lit[i] == '\r' && i+1 < len(lit) && lit[i+1] == '\n': // CEL reads a line end as one \n
				size = 2
				n++
			default:
				n++
			}
			i += size
		}
		return lo + min(i, len(lit))
	}
}

// decodedLen is the number of bytes that an escape stands for.
func decodedLen(esc string) int {
	if len(esc) < 4 {
		return 1
	}
	r, base, digits := rune(0), rune(16), esc[2:]
	if esc[1] >= '0' && esc[1] <= '3' {
		base, digits = 8, esc[1:]
	}
	for _, d := range strings.ToLower(digits) {
		if d >= 'a' {
			d -= 'a' - '9' - 1
		}
		r = r*base + d - '0'
	}
	return max(utf8.RuneLen(r), 1)
}

// sharedRegex says that a pattern is in the part of RE2 that a condition takes.
func sharedRegex(p string) bool {
	c := &compiler{text: source.Text{Value: p}, l: &diag.List{}}
	c.portable(p, func(i int) int { return i })
	_, err := syntax.Parse(p, syntax.Perl)
	return err == nil && !c.failed
}
