package bundle

import (
	"strconv"
	"strings"

	"detc/compiler/source"
)

// A doc is a mapping in the order in which it is written. Its values are strings, ints, bools, docs, and lists of strings
// or docs; what is empty is left out.
type doc []pair

type pair struct {
	key   string
	value any
}

// yamlText writes a mapping in block style.
func yamlText(d doc) string {
	var b strings.Builder
	writeDoc(&b, d, "")
	return b.String()
}

func writeDoc(b *strings.Builder, d doc, indent string) {
	first := strings.HasSuffix(b.String(), "- ") // behind the dash of a list
	for _, p := range d {
		if empty(p.value) {
			continue
		}
		if !first {
			b.WriteString(indent)
		}
		first = false
		b.WriteString(source.Plain(p.key, false) + ":")
		writeValue(b, p.value, indent)
	}
}

func empty(v any) bool {
	switch v := v.(type) {
	case doc:
		return len(v) == 0
	case []doc:
		return len(v) == 0
	case []string:
		return len(v) == 0
	case nil:
		return true
	}
	return false
}

func writeValue(b *strings.Builder, v any, indent string) {
	switch v := v.(type) {
	case doc:
		b.WriteByte('\n')
		writeDoc(b, v, indent+"  ")
	case []doc:
		b.WriteByte('\n')
		for _, d := range v {
			b.WriteString(indent + "  - ")
			writeDoc(b, d, indent+"    ")
		}
	case []string:
		b.WriteByte('\n')
		for _, s := range v {
			b.WriteString(indent + "  - " + scalar(s, indent+"    ") + "\n")
		}
	case string:
		b.WriteString(" " + scalar(v, indent+"  ") + "\n")
	case int:
		b.WriteString(" " + strconv.Itoa(v) + "\n")
	case bool:
		b.WriteString(" " + strconv.FormatBool(v) + "\n")
	}
}

// scalar is a text as YAML has it. vmalert replaces %{NAME} in a file before it reads the YAML, by what its environment
// has (docs.victoriametrics.com/victorialogs/vmalert, -rule), so a percent sign before a brace is always spelt as an escape.
func scalar(s, indent string) string {
	if strings.Contains(s, "%{") {
		return hidePercent(s)
	}
	if strings.Contains(s, "\n") {
		return source.Block(s, indent)
	}
	return source.Plain(s, false)
}

func hidePercent(s string) string {
	quoted := source.Quoted("\x01" + s) // a control character asks for double quotes
	quoted = `"` + strings.TrimPrefix(quoted, `"\x01`)
	return strings.ReplaceAll(quoted, "%{", `\x25{`)
}
