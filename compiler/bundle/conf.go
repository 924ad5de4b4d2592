package bundle

import (
	"strings"
)

// A conf is a file of Splunk's: stanzas of keys with values. Keys and names of stanzas are our own; values are anybody's.
//
// The rules (docs.splunk.com, "About configuration files" and savedsearches.conf.spec): a line is key = value, blanks
// around both don't count, and a backslash at the end of a line says that the value goes on in the next one, line break
// included. So a value can't start a stanza, a key or a comment as long as each line of it but the last ends in a
// backslash. A last line that ends in one of its own would swallow the next key: an empty line after it ends the value.
type conf struct{ b strings.Builder }

func (c *conf) comment(text string) { c.b.WriteString("# " + oneLine(text) + "\n") }

func (c *conf) stanza(name string) { c.b.WriteString("\n[" + name + "]\n") }

func (c *conf) set(key, value string) {
	value = strings.TrimSpace(value)
	if value == "" {
		c.b.WriteString(key + " =\n")
		return
	}
	lines := strings.Split(value, "\n")
	c.b.WriteString(key + " = " + strings.Join(lines, "\\\n"))
	if strings.HasSuffix(value, `\`) {
		c.b.WriteString("\\\n")
	}
	c.b.WriteByte('\n')
}

func (c *conf) bytes() []byte { return []byte(c.b.String()) }

// token is text for a value in which $name$ stands for a field: a dollar of its own is shown by the wide one, since no
// spelling of it is documented for the parameters of alert actions.
func token(s string) string { return strings.ReplaceAll(s, "$", "\uFF04") }

// tokens is a summary as such a value.
func tokens(summary string) string {
	var b strings.Builder
	for _, p := range pieces(summary) {
		if p.field && !strings.ContainsAny(p.text, "$| \t\n") {
			b.WriteString("$" + p.text + "$")
		} else {
			b.WriteString(token(p.text))
		}
	}
	return b.String()
}
