package source

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// The styles a scalar can be written in, each with a writer that takes every liberty the style gives.
var styles = []struct {
	name  string
	block bool
	write func(t *rapid.T, value string, indent int) string
}{
	{"plain", false, func(t *rapid.T, v string, indent int) string { return foldFlow(t, v, indent) }},
	{"single-quoted", false, func(t *rapid.T, v string, indent int) string {
		return "'" + foldFlow(t, strings.ReplaceAll(v, "'", "''"), indent) + "'"
	}},
	{"double-quoted", false, writeDouble},
	{"literal", true, func(t *rapid.T, v string, indent int) string { return writeBlock(t, "|", v, indent) }},
	{"folded", true, func(t *rapid.T, v string, indent int) string { return writeBlock(t, ">", v, indent) }},
}

// foldFlow writes line ends as the flow styles do, one more than there are, and turns some blanks into line ends.
func foldFlow(t *rapid.T, v string, indent int) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] == '\n':
			b.WriteByte('\n')
			for i+1 < len(v) && v[i+1] == '\n' {
				b.WriteString("\n" + strings.Repeat(" ", rapid.IntRange(0, 3).Draw(t, "blanks")))
				i++
			}
			b.WriteString("\n" + strings.Repeat(" ", indent))
		case v[i] == ' ' && i > 0 && i+1 < len(v) && !strings.ContainsAny(v[i-1:i]+v[i+1:i+2], " \n\t") && rapid.Bool().Draw(t, "fold"):
			b.WriteString("\n" + strings.Repeat(" ", indent+rapid.IntRange(0, 2).Draw(t, "more")))
		default:
			b.WriteByte(v[i])
		}
	}
	return b.String()
}

func writeDouble(t *rapid.T, v string, indent int) string {
	named := map[rune]string{'\n': `\n`, '\t': `\t`, '"': `\"`, '\\': `\\`, ' ': `\ `, '\u00a0': `\_`, '\u2028': `\L`, '\'': "'"}
	var b strings.Builder
	for _, r := range v {
		if rapid.IntRange(0, 9).Draw(t, "break") == 0 {
			b.WriteString("\\\n" + strings.Repeat("\n", rapid.IntRange(0, 1).Draw(t, "empty")) + strings.Repeat(" ", indent))
		}
		how := rapid.IntRange(0, 4).Draw(t, "how")
		switch {
		case how == 0 && r < 256:
			fmt.Fprintf(&b, `\x%02x`, r)
		case how == 1 && r < 0x10000:
			fmt.Fprintf(&b, `\u%04X`, r)
		case how == 2:
			fmt.Fprintf(&b, `\U%08x`, r)
		case named[r] != "" && (how == 3 || strings.ContainsRune("\"\\\n\u2028", r)):
			b.WriteString(named[r])
		case r == ' ' && how == 4:
			b.WriteString("\n" + strings.Repeat(" ", indent)) // a space only where it stands alone
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

func writeBlock(t *rapid.T, header, v string, indent int) string {
	chomp := rapid.SampledFrom([]string{"", "-", "+"}).Draw(t, "chomping")
	deeper := indent + rapid.IntRange(0, 2).Draw(t, "deeper")
	if rapid.Bool().Draw(t, "indicator") {
		digit := rapid.IntRange(1, 9).Draw(t, "digit")
		chomp = rapid.SampledFrom([]string{fmt.Sprint(digit) + chomp, chomp + fmt.Sprint(digit)}).Draw(t, "order")
	}
	if rapid.Bool().Draw(t, "comment") {
		chomp += " # word"
	}
	lines := strings.Split(v, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = strings.Repeat(" ", deeper) + l
		} else {
			lines[i] = strings.Repeat(" ", rapid.IntRange(0, indent).Draw(t, "blanks"))
		}
	}
	return header + chomp + "\n" + strings.Join(lines, "\n")
}
