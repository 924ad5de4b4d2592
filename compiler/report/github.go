package report

import (
	"fmt"
	"io"
	"strings"

	"detc/compiler/diag"
)

// MaxAnnotations is how many annotations of one kind GitHub shows of a step; it drops the rest without a word.
const MaxAnnotations = 10

var githubKinds = map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Note: "notice"}

// What a workflow command takes for its own (actions/toolkit, packages/core/src/command.ts).
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub writes findings as workflow commands, which GitHub Actions shows as annotations beside the lines. Past
// MaxAnnotations of a kind the last one says how many more there are.
func GitHub(w io.Writer, l diag.List) error {
	var b strings.Builder
	left := map[diag.Severity]int{}
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		left[s] = l.Count(s)
		if left[s] > MaxAnnotations {
			left[s] = MaxAnnotations - 1
		}
	}
	for _, d := range l {
		if left[d.Severity] == 0 {
			continue
		}
		left[d.Severity]--
		annotation(&b, d)
	}
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		if more := l.Count(s) - (MaxAnnotations - 1); more > 1 {
			fmt.Fprintf(&b, "::%s::%s\n", githubKinds[s], githubData.Replace(fmt.Sprintf("%d more %ss: detc check --format short lists them all", more, s)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func annotation(b *strings.Builder, d *diag.Diagnostic) {
	property := func(key, value string) string { return key + "=" + githubProperty.Replace(diag.Printable(value)) }
	var properties []string
	if f := d.Span.File; f != nil {
		properties = append(properties, property("file", f.Name))
		if f.Text != "" {
			from, to := d.Span.Position(), f.Position(max(d.Span.Start, d.Span.End))
			properties = append(properties, fmt.Sprintf("line=%d", from.Line), fmt.Sprintf("endLine=%d", to.Line), fmt.Sprintf("col=%d", from.Column))
			if from.Line == to.Line { // columns of two lines can't be shown
				properties = append(properties, fmt.Sprintf("endColumn=%d", to.Column))
			}
		}
	}
	properties = append(properties, property("title", string(d.Code)+" "+d.Code.Info().Slug))
	text := diag.Printable(d.Message)
	if d.Help != "" {
		text += "\n" + diag.Printable(d.Help)
	}
	fmt.Fprintf(b, "::%s %s::%s\n", githubKinds[d.Severity], strings.Join(properties, ","), githubData.Replace(text))
}
