package report

import (
	"io"
	"strconv"
	"strings"

	"detc/compiler/coverage"
)

// CoverageJUnit writes coverage as JUnit XML: a suite a tactic, a case an obligation. An obligation passes where it is
// effective; it is skipped where it was waived or isn't asked for, and fails otherwise: what is unknown is a failure. The
// figures, which count items and not obligations, are the suite's properties; the page's own limits are its output.
func CoverageJUnit(w io.Writer, r *coverage.Report) error {
	doc := junitSuites{Name: "detc coverage"}
	for _, t := range r.Tactics {
		s := coverageSuite(t)
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Skipped += s.Skipped
		doc.Suites = append(doc.Suites, s)
	}
	return doc.write(w)
}

func coverageSuite(t coverage.TacticReport) junitSuite {
	about := &junitProperties{[]junitProperty{{"headline", clean(t.Headline)}}}
	s := junitSuite{Name: heading(t), Properties: about}
	for _, p := range parts(t) {
		for _, f := range figuresOf(p.Count) {
			about.Property = append(about.Property, junitProperty{p.name + " " + f.State, strconv.Itoa(f.Items)})
		}
		about.Property = append(about.Property, junitProperty{p.name + " items", strconv.Itoa(p.Items)})
	}
	for _, l := range t.Limits {
		s.SystemOut += clean(l) + "\n"
	}
	for _, i := range t.Items {
		for _, o := range i.Obligations {
			c := junitCase{Name: clean(i.ID + " in " + o.Scope), Class: clean(t.ID + "." + i.Kind), File: clean(i.File), Line: i.Line, SystemOut: clip(i.Text, messageLength)}
			switch o.State {
			case coverage.Effective:
			case coverage.ItemWaived:
				c.Skipped = &junitSkipped{"waived, which is not covered: " + clip(o.Reason, messageLength)}
				s.Skipped++
			case coverage.ItemNotNeeded:
				c.Skipped = &junitSkipped{"not applicable: " + clip(o.Reason, messageLength)}
				s.Skipped++
			default:
				c.Failure = &junitFailure{clip(o.Reason, messageLength), o.State, gapLines(o)}
				s.Failures++
			}
			s.Cases = append(s.Cases, c)
		}
	}
	s.Tests = len(s.Cases)
	return s
}

// gapLines says of every gate that is not passed why, a line each.
func gapLines(o coverage.Obligation) string {
	var out []string
	for _, g := range o.Open {
		kind := g.Gate
		if g.Kind != "" {
			kind += "/" + g.Kind
		}
		line := kind + " is " + g.State.String() + ": " + clip(g.Why, messageLength)
		if g.Waived {
			line += " (waived)"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
