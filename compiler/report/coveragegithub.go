package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// CoverageGitHub writes coverage as workflow commands, which GitHub Actions shows as annotations: an error for each blind
// item, a warning for each partial one, a notice for each that was waived, the worst first. Of each kind a step shows
// MaxAnnotations and a job 50; past that the last one says how many more there are. The first notice has the figures.
func CoverageGitHub(w io.Writer, r *coverage.Report) error {
	text := clean(overall(r))
	for _, t := range r.Tactics {
		text += "\n" + heading(t) + ": " + tacticFigures(t)
		for _, l := range t.Limits {
			text += "\n" + clip(l, messageLength)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "::notice title=%s::%s\n", githubProperty.Replace("Detection coverage"), githubData.Replace(text))
	for _, k := range []struct {
		kind, state string
		room        int
	}{{"error", coverage.Blind, MaxAnnotations}, {"warning", coverage.Partial, MaxAnnotations}, {"notice", coverage.ItemWaived, MaxAnnotations - 1}} {
		items := standingItems(r, k.state)
		shown := len(items)
		if shown > k.room {
			shown = k.room - 1
		}
		for _, i := range items[:shown] {
			itemAnnotation(&b, k.kind, i)
		}
		if more := len(items) - shown; more > 0 {
			fmt.Fprintf(&b, "::%s::%s\n", k.kind, githubData.Replace(fmt.Sprintf("%d more items are %s: detc coverage lists them all", more, k.state)))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// standingItems are the items in a state, the worst first: those whose scope is of high consequence, then by how little
// of them is shown.
func standingItems(r *coverage.Report, state string) []coverage.ItemReport {
	high := map[string]bool{}
	for _, s := range r.Scopes {
		high[s.ID] = s.Consequence == coverage.High
	}
	var out []coverage.ItemReport
	for _, t := range r.Tactics {
		for _, i := range t.Items {
			if i.State == state {
				out = append(out, i)
			}
		}
	}
	weight := func(i coverage.ItemReport) int {
		n := 0
		for _, o := range i.Obligations {
			if high[o.Scope] && o.State == i.State {
				n = -1
			}
		}
		return n
	}
	passed := func(i coverage.ItemReport) int {
		if g, ok := i.Gates.Next(); ok {
			return int(g)
		}
		return len(i.Gates)
	}
	slices.SortStableFunc(out, func(a, b coverage.ItemReport) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a.Stage, b.Stage), cmp.Compare(passed(a), passed(b)))
	})
	return out
}

func itemAnnotation(b *strings.Builder, kind string, i coverage.ItemReport) {
	var properties []string
	if i.File != "" {
		properties = append(properties, "file="+githubProperty.Replace(clean(i.File)))
		if i.Line > 0 {
			properties = append(properties, fmt.Sprintf("line=%d", i.Line))
		}
	}
	properties = append(properties, "title="+githubProperty.Replace(clean(i.ID)+" is "+i.State))
	asked, in := 0, 0
	for _, o := range i.Obligations {
		if o.State != coverage.ItemNotNeeded {
			asked++
			if o.State == i.State {
				in++
			}
		}
	}
	text := clip(i.Reason, messageLength)
	if asked > 1 {
		text = fmt.Sprintf("%s in %d of %d scopes. ", i.State, in, asked) + text
	}
	text += "\nThe page asks for: " + clip(i.Text, messageLength)
	fmt.Fprintf(b, "::%s %s::%s\n", kind, strings.Join(properties, ","), githubData.Replace(text))
}
