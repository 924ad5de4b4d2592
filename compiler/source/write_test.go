package source

import (
	"testing"

	"pgregory.net/rapid"
)

// What is written is read back, wherever it stands.
func TestWrittenScalars(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "yes", "No", "null", "~", "1", "1.5", "2022-09-27", "a: b", "a #b", "- a", "'", `"`, `\`,
		"a\nb", " a", "a ", "a\n", "a\n\n  b\nc", "#a", "&a", "*a", "!a", "%a", "@a", "`a", "[a]", "{a}", "a,b", "a:", "\t", "a\tb", "é", "\u2028", "\ufeff", "\x00", "|", ">-"}))
	rapid.Check(t, func(t *rapid.T) {
		s := texts.Draw(t, "text")
		for _, yaml := range []string{
			"k: " + Plain(s, false) + "\n", "k: [" + Plain(s, true) + ", x]\n", "k: " + Quoted(s) + "\n", "k: " + Block(s, "  ") + "\n",
			"k:\n  - " + Block(s, "    ") + "\n", "k:\n  - " + Plain(s, false) + "\n",
		} {
			docs, err := ParseYAML(NewFile("f", yaml))
			if err != nil || len(docs) != 1 {
				t.Fatalf("%q is written\n%s\n%v", s, yaml, err)
			}
			n := docs[0].Get("k")
			if n.Kind == Sequence {
				n = n.Items[0]
			}
			if n.Type != String || n.Text.Value != s {
				t.Fatalf("%q is written\n%s and read as %s %q", s, yaml, n.What(), n.Text.Value)
			}
		}
	})
}
