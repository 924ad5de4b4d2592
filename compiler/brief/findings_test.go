package brief_test

import (
	"strings"
	"testing"

	"detc/compiler/diag"
)

const good = `TA0104: Execution
About it.
Likely telemetry
- One log
- Another log
Detection direction
- Look at it.
`

// What is wrong with a page is said with its place and what to do.
func TestFindings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a good page", good, ""},
		{"empty", " \n\n", "DT5001 1:1: the page holds no text | copy the tactic page's text into it, or save the page as HTML or Markdown\n"},
		{"binary", "TA0104\x00\x01", "DT0001 1:1: the page is binary or not UTF-8 | save it as UTF-8 text\n"},
		{"no tactic", strings.Replace(good, "TA0104: ", "", 1),
			`DT5002 1:1: the page doesn't say which tactic it is of | begin it with the tactic's id and name, such as "TA0104: Execution"` + "\n"},
		{"the tactic in the references only", strings.Replace(good, "TA0104: ", "", 1) + "External references and citations\n-\n[1]\nmitre-attack TA0104Open source URL\n", ""},
		{"two pages in one file", good + strings.Replace(good, "TA0104", "TA0041", 1),
			"DT5003 8:1: the page is of TA0104, and here of TA0041 | give each tactic's page a file of its own\n"},
		{"an unknown tactic", strings.Replace(good, "TA0104", "TA1104", 1), `DT3001 1:1: ATT&CK 19.1 has no tactic "TA1104" | did you mean "TA0104"?` + "\n"},
		{"another name", strings.Replace(good, ": Execution", ": Discovery", 1), `DT5008 1:1: the page calls TA0104 "Discovery"; in ATT&CK 19.1 it is Execution | check the id: it is what counts` + "\n"},
		{"no telemetry", "TA0104: Execution\nDetection direction\n- Look at it.\n",
			`DT5004 1:1: the page has no section "Likely telemetry" | add a line "Likely telemetry" with the items as bullets under it; or the page was saved before all of it had loaded` + "\n"},
		{"a misspelt head", strings.Replace(good, "Detection direction", "## Detecton direction", 1),
			`DT5004 6:4: the page has no section "Detection direction"; is it this one? | write "Detection direction"` + "\n"},
		{"bullets lost", strings.ReplaceAll(good, "- ", ""),
			`DT5005 3:1: "Likely telemetry" has no bullets | begin each item with a hyphen (or keep the page's list when you save it)` + "\n" +
				`DT5005 6:1: "Detection direction" has no bullets | begin each item with a hyphen (or keep the page's list when you save it)` + "\n"},
		{"a bullet twice", strings.Replace(good, "Another", "One", 1), `DT5006 5:3: this bullet stands twice in "Likely telemetry"` + "\n"},
		{"a section twice, with other bullets", good + "Likely telemetry\n- A third log\n",
			`DT5011 9:3: "Likely telemetry" stands more than once, and this bullet not in the first one | keep one of them; until then the bullets of all are counted` + "\n"},
		{"an unknown head among bullets", good + "See also\n- Our wiki\n",
			`DT5010 8:1: "See also" reads like the head of another section: bullets after it are no items | part it from the bullets by an empty line and mark it as a heading (## See also), or indent it if it goes on with the bullet above` + "\n"},
		{"another release", good + "| Release | Object version | Raw hash |\n| 18.0 | 1.0 | 7081a05e9653… |\n", "DT5009 1:1: the page is of ATT&CK 18.0; ids are checked against 19.1\n"},
		{"more bullets than ids", good + strings.Repeat("- x\n", 1) + manyBullets(120), `DT5007 106:3: "Detection direction" has more than 99 bullets; the rest is not read` + "\n"},
	} {
		_, l := read(t, "page.txt", c.text)
		if got := findings(l); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func manyBullets(n int) string {
	var s strings.Builder
	for i := range n {
		s.WriteString("- item " + strings.Repeat("x", i) + "\n")
	}
	return s.String()
}

// Bullets and wrapped lines as people and programs write them.
func TestBullets(t *testing.T) {
	const head = "TA0104: Execution\nLikely telemetry\n"
	for _, c := range []struct{ name, text, want string }{
		{"hyphens", "- a b\n- c", "a b|c"},
		{"stars", "* a b\n* c", "a b|c"},
		{"dots, with and without a space", "• a b\n•c", "a b|c"},
		{"numbers", "1. a b\n2) c\n(3) d", "a b|c|d"},
		{"indented", "   - a b\n   - c", "a b|c"},
		{"on a line of its own", "•\na b\n•\nc", "a b|c"},
		{"wrapped with indentation", "- a\n  b\n- c", "a b|c"},
		{"wrapped in the middle of a sentence", "- a\nb\n- c", "a b|c"},
		{"a second paragraph", "- a\n\n  b\n\n- c", "a b|c"},
		{"a list within", "- a\n  - b\n- c", "a b|c"},
		{"asterisks that are content", "- *.exe and *.dll\n- 2 * 3 * 4\n- snake_case_name", "*.exe and *.dll|2 * 3 * 4|snake_case_name"},
		{"a heading without a mark ends the list", "- a b\nOur own notes\n- c", "a b"},
	} {
		b, _ := read(t, "page.txt", head+c.text+"\n")
		if got := joined(b.Items); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, c := range []struct{ name, text, want string }{
		{"emphasis", "- *a* **b** _c_ __d__ ***e***\n", "a b c d e"},
		{"content", "- *.exe and *.dll\n- 2 * 3 * 4\n- snake_case_name\n- `a*b*c`", "*.exe and *.dll|2 * 3 * 4|snake_case_name|a*b*c"},
		{"links and entities", "- [a](https://example.org/x \"t\") &amp; <https://example.org>\n", "a & https://example.org"},
		{"check boxes", "- [ ] a\n- [x] b\n", "a|b"},
		{"a heading of a lower rank", "### Network\n- a\n### Host\n- b\n## Else\n- c\n", "a|b"},
		{"lazy", "- a\nB c\n- d\n", "a B c|d"},
	} {
		b, _ := read(t, "page.md", "# TA0104: Execution\n## Likely telemetry\n"+c.text)
		if got := joined(b.Items); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A file that is no page costs little and says so.
func TestHostile(t *testing.T) {
	deep := strings.Repeat("<div><ul><li>", 10_000) + "x"
	for name, text := range map[string]string{
		"nested HTML":     "<html><h1>TA0104: Execution</h1><h2>Likely telemetry</h2>" + deep,
		"nested Markdown": "# TA0104: Execution\n## Likely telemetry\n- " + strings.Repeat("*", 100_000) + strings.Repeat("[", 100_000),
		"a log":           strings.Repeat("- a line of a log\n\n", 60_000),
		"one line":        strings.Repeat("word ", 500_000),
		"unclosed":        "<html><title>x" + strings.Repeat("<p", 100_000),
	} {
		_, l := read(t, "page", text)
		if l.Count(diag.Error) == 0 {
			t.Errorf("%s: no error", name)
		}
	}
}
