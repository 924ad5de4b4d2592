package diag

import (
	"fmt"
	"strings"
)

// Page is what there is to say about a code, in Markdown: the text below its heading.
func (i Info) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s *%s*\n\n%s\n", i.Summary, i.Severity, i.Why)
	for _, e := range []struct{ word, example string }{{"Not", i.Bad}, {"But", i.Good}} {
		switch {
		case e.example == "":
		case i.In == InNone && !strings.Contains(e.example, "\n"):
			fmt.Fprintf(&b, "\n%s: %s\n", e.word, inline(e.example))
		default:
			fmt.Fprintf(&b, "\n%s%s:\n\n%s\n", e.word, i.In.Words(), fenced(e.example, i.In))
		}
	}
	return b.String()
}

// Words say where an example stands: ", in a condition"; nothing where it stands by itself.
func (p Place) Words() string {
	switch p {
	case InNone:
		return ""
	case InCondition:
		return ", in a condition"
	case InBrief:
		return ", on a page"
	case InItems:
		return ", in items.yaml"
	}
	return ", in a " + map[Place]string{InStub: "stub", InCorrelation: "correlation's stub", InTelemetry: "telemetry schema", InSource: "source of a schema", InContext: "context table", InFilter: "filter"}[p]
}

func fenced(text string, p Place) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	language := "yaml"
	switch p {
	case InCondition:
		language = "cel"
	case InBrief, InNone:
		language = "text"
	}
	return fence + language + "\n" + strings.TrimRight(text, "\n") + "\n" + fence
}

// inline sets a text in code style; the fence is longer than any run of backquotes in it.
func inline(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// groups are what the first two digits of a code say.
var groups = []struct{ prefix, title string }{
	{"DT0", "Files"}, {"DT1", "Forms"}, {"DT2", "Conditions"}, {"DT30", "ATT&CK"}, {"DT31", "Stubs"}, {"DT32", "Correlations"}, {"DT33", "Filters"}, {"DT4", "Telemetry and binding"},
	{"DT5", "Briefs and items"}, {"DT6", "Sigma"}, {"DT70", "Tests"}, {"DT71", "Queries"}, {"DT72", "Bundles"}, {"DT8", "Coverage"}, {"DT90", "Checks"}, {"DT91", "Suppressions"}, {"DT93", "Properties"},
}

// Pages is the page of all codes, in Markdown.
func Pages() string {
	var b strings.Builder
	b.WriteString(`# Findings

<!-- Written by go test ./compiler/diag -update out of the table in compiler/diag/codes_*.go. -->

What detc can find, each with why it matters, what is bad and what is good; ` + "`detc explain CODE`" + ` prints one of them. A test
compiles the examples. An *error* keeps what it names from being built; a *warning* is likely a mistake, or a loss; a
*note* is worth knowing, and shown with ` + "`--notes`" + `. A comment above a key or an item, or at the end of its line, silences
a warning or a note there:

` + "```yaml" + `
# detc:ignore DT9001 reason="a report without a state counts as open" until=2027-01-31
condition: trust_broken && !closed
` + "```" + `
`)
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n", g.title)
		for _, i := range Codes() {
			if strings.HasPrefix(string(i.Code), g.prefix) {
				fmt.Fprintf(&b, "\n### %s %s\n\n%s", i.Code, i.Slug, i.Page())
			}
		}
	}
	return b.String()
}
