package report

import (
	"fmt"
	"io"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// FindingsJUnit writes findings as JUnit XML: a suite a file, a case a finding, which fails from FailAt on. A file
// without findings is a suite with one case that passes, so that it is seen that it was read.
func FindingsJUnit(w io.Writer, files []*source.File, l diag.List, o FindingsOptions) error {
	by := map[*source.File]diag.List{}
	var order []*source.File
	add := func(f *source.File) {
		if _, known := by[f]; !known {
			by[f] = nil
			order = append(order, f)
		}
	}
	for _, f := range files {
		add(f)
	}
	for _, d := range l {
		add(d.Span.File)
		by[d.Span.File] = append(by[d.Span.File], d)
	}
	doc := junitSuites{Name: "detc check"}
	for _, f := range order {
		s := findingsSuite(f, by[f], o.FailAt)
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Suites = append(doc.Suites, s)
	}
	return doc.write(w)
}

func findingsSuite(f *source.File, l diag.List, failAt diag.Severity) junitSuite {
	s := junitSuite{Name: "detc"}
	if f != nil {
		s.Name, s.File = diag.Printable(f.Name), diag.Printable(f.Name)
	}
	for _, d := range l {
		c := junitCase{Name: diag.Printable(fmt.Sprintf("%s %s: %s", d.Code, d.Code.Info().Slug, d.Message)), Class: s.Name, File: s.File}
		text := d.Severity.String() + ": " + diag.Printable(d.Message)
		if !d.Span.IsZero() {
			c.Line = d.Span.Position().Line
			text = diag.Printable(d.Span.String()) + ": " + text
		}
		if d.Help != "" {
			text += "\n" + diag.Printable(d.Help)
		}
		if d.Severity >= failAt {
			c.Failure = &junitFailure{diag.Printable(d.Message), string(d.Code), text}
			s.Failures++
		} else {
			c.SystemOut = text
		}
		s.Cases = append(s.Cases, c)
	}
	if len(l) == 0 {
		s.Cases = []junitCase{{Name: "no findings", Class: s.Name, File: s.File}}
	}
	s.Tests = len(s.Cases)
	return s
}
