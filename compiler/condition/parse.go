package condition

import (
	"strings"

	"detc/compiler/diag"
)

// parse runs cel-go's parser, with no macros, so that the tree is what was written.
//
// CEL reserves words that logs use as names (function, package, namespace). They are hidden from the parser under as
// many underscores; resolve reads names from our own tokens, where they stand in full.
func (c *compiler) parse() bool {
	env, err := sharedEnv()
	if err != nil { // our declarations contradict each other: a test's business, not the user's
		c.report(diag.ConditionSyntax, 0, len(c.text.Value), "conditions can't be read: %v", err)
		return false
	}
	text := c.text.Value
	for i, t := range c.toks {
		if t.kind == tokIdent && reserved[c.word(i)] {
			text = text[:t.start] + strings.Repeat("_", t.end-t.start) + text[t.end:]
		}
	}
	parsed, issues := env.Parse(text)
	if issues.Err() == nil {
		c.ast = parsed
		return true
	}
	for _, e := range issues.Errors() {
		if c.errors >= maxSyntax {
			break
		}
		i := 0
		if line, col := e.Location.Line(), e.Location.Column(); line > 0 {
			i = c.tokenAtLine(line, col)
		}
		c.parserError(i, e.Message)
	}
	return false
}

// tokenAtLine is the token at a line (from 1) and a column in code points (from 0).
func (c *compiler) tokenAtLine(line, col int) int {
	b := 0
	for ; line > 1; line-- {
		n := strings.IndexByte(c.text.Value[b:], '\n')
		if n < 0 {
			break
		}
		b += n + 1
	}
	for range c.text.Value[b:] {
		if col == 0 {
			break
		}
		col--
		b++
		for b < len(c.text.Value) && c.text.Value[b]&0xC0 == 0x80 {
			b++
		}
	}
	i := 0
	for i+1 < len(c.toks) && c.toks[i+1].start <= b {
		i++
	}
	return i
}

// parserError says in our words what the parser refuses after scan let it pass.
func (c *compiler) parserError(i int, message string) {
	t, w := c.toks[i], c.word(i)
	switch {
	case strings.Contains(message, "recursion") || strings.Contains(message, "exceeds limit"):
		c.report(diag.ConditionTooLarge, 0, len(c.text.Value), "the condition is nested too deeply").
			WithHelp("name parts of it under let:")
		c.errors = maxSyntax
	case strings.Contains(message, "lookahead limit") || strings.Contains(message, "attempt limit"):
		if !c.failed {
			c.syntax(t.start, t.end, "the condition makes no sense from here on")
		}
	case strings.Contains(message, "invalid int literal"), strings.Contains(message, "invalid uint literal"), strings.Contains(message, "invalid double literal"):
		c.report(diag.BadLiteral, t.start, t.end, "%s is too large for a number", quote(w))
	case strings.Contains(message, "unicode code point"), strings.Contains(message, "unescape"):
		c.syntax(t.start, t.end, "%s holds an escape that stands for no character", quote(w))
	case strings.Contains(message, "unsupported syntax"):
		c.syntax(t.start, t.end, "optional values (?) are not in the language").WithHelp("ask has(field) first")
	case strings.Contains(message, "<EOF>") && i == len(c.toks)-1:
		c.syntax(t.start, t.end, "something is missing after %s", quote(w))
	case w == "?" || w == ":":
		c.syntax(t.start, t.end, "%s stands alone here", quote(w)).WithHelp("a choice is written condition ? this : that")
	default:
		c.syntax(t.start, t.end, "%s can't stand here", quote(w))
	}
}
