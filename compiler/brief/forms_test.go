package brief_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"detc/compiler/brief"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// However people save a page, it has the items of its lock, its limits and its release.
func TestAsPeopleSaveIt(t *testing.T) {
	replace := func(re, to string) func(string) string {
		return func(s string) string { return regexp.MustCompile(`(?m)`+re).ReplaceAllString(s, to) }
	}
	const sections = `^(Likely telemetry|Detection direction|Mitigation priorities|Analyst notes and limits|Executive priority|Technical view|How security teams.*|Object version.*|External ref.*)$`
	wrapped := func(indent string) func(string) string {
		return func(s string) string {
			lines := strings.Split(s, "\n")
			for i, line := range lines {
				in := ""
				if strings.HasPrefix(line, "- ") {
					in = indent
				}
				lines[i] = wrap(line, 78, in)
			}
			return strings.Join(lines, "\n")
		}
	}
	parted := func(s string) string { return strings.ReplaceAll(s, "\n", "\n\n") }
	then := func(fs ...func(string) string) func(string) string {
		return func(s string) string {
			for _, f := range fs {
				s = f(s)
			}
			return s
		}
	}
	for name, form := range map[string]func(string) string{
		"heads with hashes":             replace(sections, "## $1"),
		"heads with hashes and colons":  replace(sections, "### $1:"),
		"bold heads":                    replace(sections, "**$1**"),
		"underlined heads":              replace(sections, "$1\n-----"),
		"heads in capitals":             func(s string) string { return strings.ReplaceAll(s, "Likely telemetry", "LIKELY TELEMETRY") },
		"stars":                         replace(`^- `, "* "),
		"dots":                          replace(`^- `, "  •\t"),
		"numbers":                       replace(`^- `, "1. "),
		"bullets on lines of their own": replace(`^- `, "•\n"),
		"all indented":                  replace(`^`, "    "),
		"empty lines":                   parted,
		"wrapped, bullets indented":     wrapped("  "),
		"wrapped, nothing indented":     wrapped(""),
		"wrapped, with empty lines":     then(parted, wrapped("")),
		"wrapped Markdown":              then(replace(sections, "## $1"), parted, wrapped("")),
		"HTML":                          asHTML,
		"HTML on one line":              then(asHTML, func(s string) string { return strings.ReplaceAll(s, "\n", "") }),
		"text in a pre":                 func(s string) string { return "<html><body><pre>" + html.EscapeString(s) + "</pre></body></html>" },
		"a div for each line":           then(html.EscapeString, replace(`^(.*)$`, "<div><span>$1</span></div>")),
		"Markdown":                      asMarkdown,
	} {
		for _, id := range []string{"ta0104", "ta0041"} {
			var l diag.List
			items := brief.LoadItems(file(t, rules+"/"+id, "items.yaml"), &l)
			own := file(t, rules+"/"+id, "brief.txt")
			b := brief.Read(source.NewFile("page", form(own.Text)), catalog(t), &l)
			brief.Match(b, items).Report(&l)
			if len(l) > 0 || len(b.Items) != 15 || len(b.Limits) != 2 || b.Release != "19.1" {
				t.Errorf("%s as %s: %d items, %d limits, release %q\n%s", id, name, len(b.Items), len(b.Limits), b.Release, findings(l))
			}
		}
	}
}
