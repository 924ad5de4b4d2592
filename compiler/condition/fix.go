package condition

import (
	"strings"

	"detc/compiler/diag"
)

// A change is one replacement in the text of the condition.
type change struct {
	lo, hi int
	new    string
}

// fix adds a change of the text to a finding. What it writes goes into a YAML scalar, so it is escaped as that
// scalar's style asks, and left out where the style can't hold it.
func (c *compiler) fix(d *diag.Diagnostic, safe bool, title string, changes ...change) *diag.Diagnostic {
	f := diag.Fix{Title: title, Safe: safe}
	for _, ch := range changes {
		text, ok := c.inYAML(ch)
		if !ok {
			return d
		}
		f.Edits = append(f.Edits, diag.Edit{Span: c.text.Span(ch.lo, ch.hi), New: text})
	}
	d.Fixes = append(d.Fixes, f)
	return d
}

func (c *compiler) inYAML(ch change) (string, bool) {
	whole := c.text.Whole.Text()
	switch {
	case whole == "" || ch.new == "":
		return ch.new, true
	case whole[0] == '\'' && whole != c.text.Value:
		return strings.ReplaceAll(ch.new, "'", "''"), true
	case whole[0] == '"' && whole != c.text.Value:
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(ch.new), true
	case whole[0] == '|' || whole[0] == '>':
		return ch.new, true
	}
	// A plain scalar ends at ": " and " #", and must not begin with one of YAML's own signs (YAML 1.2, section 7.3.3).
	if strings.Contains(ch.new, ": ") || strings.Contains(ch.new, " #") {
		return "", false
	}
	if strings.TrimSpace(c.text.Value[:ch.lo]) == "" && strings.IndexByte("!&*-?:|>'\"%@`#,[]{}", ch.new[0]) >= 0 && c.yaml() {
		return "", false
	}
	return ch.new, true
}

// yaml says that the text is a scalar of a YAML file rather than a file, a flag or a test's text of its own.
func (c *compiler) yaml() bool {
	f := c.text.Whole.File
	return f != nil && len(f.Text) > len(c.text.Whole.Text())
}

// quote puts a name into a message.
func quote(s string) string {
	if len(s) > 80 {
		s = s[:77] + "..."
	}
	return "`" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s) + "`"
}
