package source

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Texts made to cost much. Each ends in a few seconds at MaxFile (a loaded machine is allowed for), with a finding
// or a result, never with a full memory or a broken stack.
func TestHostileTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("several files of the largest size")
	}
	fill := func(s string) string { return strings.Repeat(s, MaxFile/len(s)) }
	bomb := func(levels, width int, open, close string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "a0: &a0 x\n")
		for i := 1; i <= levels; i++ {
			fmt.Fprintf(&b, "a%d: &a%d %s%s%s\n", i, i, open, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), width), close)
		}
		return b.String()
	}
	for _, tc := range []struct{ name, text, want string }{
		{"nested lists", fill("["), "commas and brackets"},
		{"nested lists, closed", strings.Repeat("[", 9999) + strings.Repeat("]", 9999), "nested more than 64 deep"},
		{"nested mappings", fill("{a: "), "commas and brackets"},
		{"nested mappings, fewer", strings.Repeat("{a: ", 9999), "did not find expected node content"},
		{"nested block lists", fill("- "), "max depth"},
		{"nested keys", fill("? "), "commas and brackets"},
		{"huge list", "[" + fill("a,") + "]", "commas and brackets"},
		{"list of as many as are read", "[" + strings.Repeat("é,", MaxNodes-1) + "]", ""},
		{"list of one more", "[" + strings.Repeat("é,", MaxNodes) + "]", "more than 400000 values"},
		{"line ends", fill("\n"), "lines, commas"},
		{"comments", fill("# word word word word word word\n"), ""},
		{"comments in a list", "[" + fill("a, # word word word word word\n") + "]", ""},
		{"comments after entries", fill("- a # word word word word word word\n"), ""},
		{"comments between entries", fill("- a\n\n# word word word word word word\n\n# word word word word word word word\n"), ""},
		{"comments before a deep end", strings.Repeat("- ", 60) + "x\n" + fill("# word word word word word\n\n"), ""},
		{"one word", fill("é"), ""},
		{"one text of many lines", "'" + fill("word word word\n                      \n  word\n") + "'", ""},
		{"escapes", `"` + fill(`\\\n word wo`) + `"`, ""},
		{"blanks", fill(" "), ""},
		{"block of blanks", "|+\n" + fill("             \n"), ""},
		{"documents", fill("--- word word word\n"), "more than 400000 values"},
		{"directives", fill("%TAG !a! b\n"), "%TAG directives"},
		{"anchors", fill("- &a word word word word word\n"), ""},
		{"list of aliases bomb", bomb(40, 10, "[", "]"), "once aliases are followed"},
		{"deep aliases", bomb(70, 1, "[", "]"), "deep once aliases are followed"},
		{"aliases of one text", "a: &a '" + strings.Repeat("word ", 1<<18) + "'\nb: [" + strings.Repeat("*a ,", MaxNodes-10) + "]", ""},
		{"tab", "a:\n\tb: c", "cannot start any token"},
		{"NUL", "a: b\n\x00", "U+0000"},
		{"escape sequence", "a: b\n\x1b[31m", "U+001B"},
		{"not UTF-8", "a: \xff", "not UTF-8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			begin := time.Now()
			_, c, err := parse(NewFile("t.yaml", tc.text))
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %v", took)
			} else if took > time.Second {
				t.Logf("%v", took)
			}
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("error %.200v, want %q", err, tc.want)
			}
			if c.misaligned > 0 {
				t.Errorf("%d scalars not aligned", c.misaligned)
			}
		})
	}
}
