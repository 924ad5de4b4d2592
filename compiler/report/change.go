package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"detc/compiler/change"
)

// ChangeJSON writes a comparison in the shape of change.Schema, indented, with a newline at its end.
func ChangeJSON(w io.Writer, r *change.Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Bounds of what a reader is shown of one thing; JSON has all of it.
const (
	maxShown = 20  // values, clauses, cases
	maxValue = 200 // characters of a value, or of a text
	maxLine  = 500 // characters of a clause
)

// sides names what was compared.
func sides(r *change.Report) string { return r.Base + " → " + r.Head }

// sums are the totals in words, what is nothing left out.
func sums(t change.Totals) string {
	var out []string
	for _, part := range []struct {
		n    int
		word string
	}{{t.Broken, "broken"}, {t.Narrower, "narrower"}, {t.Wider, "wider"}, {t.Unknown, "unknown"}, {t.Equivalent, "equivalent"},
		{t.Removed, "removed"}, {t.Added, "added"}, {t.Changed, "changed in all"}, {t.Unchanged, "unchanged"}} {
		if part.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", part.n, part.word))
		}
	}
	if t.Flipped > 0 {
		out = slices.Insert(out, 0, plural(t.Flipped, "case")+" flipped")
	}
	if len(out) == 0 {
		return "no rules"
	}
	return strings.Join(out, " · ")
}

// whatHappened is a rule's change in words, the direction first.
func whatHappened(c *change.RuleChange) string {
	var out []string
	if c.Meaning != nil && c.Meaning.Direction != change.Same {
		out = append(out, string(c.Meaning.Direction))
	} else {
		for _, d := range []change.Direction{change.Narrower, change.Wider, change.Unknown} {
			if c.Goes(d) {
				out = append(out, string(d)+" on a source")
			}
		}
	}
	for _, w := range c.What {
		switch w {
		case change.Meant:
		case change.Broken:
			out = append(out, "no longer compiles")
		case change.Mended:
			out = append(out, "compiles now")
		default:
			out = append(out, w)
		}
	}
	if n := c.Flips(); n > 0 {
		out = append(out, plural(n, "case")+" flipped")
	}
	return strings.Join(out, ", ")
}

// limited is a text of one line, cut where it is too long.
func limited(s string, most int) string {
	s = clean(s)
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// some are the first of a list, and how many more there are.
func some(list []string) (shown []string, more int) {
	if len(list) > maxShown {
		return list[:maxShown], len(list) - maxShown
	}
	return list, 0
}

// values are what was added to a list and taken from it: `+ "test", - "stop"`.
func values(added, removed []string) string {
	var out []string
	for _, part := range []struct {
		sign string
		list []string
	}{{"+ ", added}, {"- ", removed}} {
		shown, more := some(part.list)
		for _, v := range shown {
			out = append(out, part.sign+limited(v, maxValue))
		}
		if more > 0 {
			out = append(out, fmt.Sprintf("%sand %d more", part.sign, more))
		}
	}
	return strings.Join(out, ", ")
}

// editText is an edit on one line, without where it stands.
func editText(e change.Edit) string {
	clause := limited(e.Clause, maxLine)
	switch {
	case e.What == change.Added:
		return "+ " + clause
	case e.What == change.Removed:
		return "- " + clause
	case e.What == change.Renamed:
		was := limited(e.Was, maxLine)
		switch {
		case e.Was == "":
			return "named " + clause
		case e.Clause == "":
			return "no longer named " + was
		}
		return "renamed " + was + " → " + clause
	case len(e.Added)+len(e.Removed) > 0:
		return clause + ": " + values(e.Added, e.Removed)
	}
	return limited(e.Was, maxLine) + " → " + clause
}

// propertyText is a change of metadata on one line, without its key.
func propertyText(p change.PropertyChange) string {
	switch {
	case p.Reordered:
		return "in another order"
	case len(p.Added)+len(p.Removed) > 0:
		return values(p.Added, p.Removed)
	case p.Old == "":
		return "+ " + limited(p.New, maxValue)
	case p.New == "":
		return "- " + limited(p.Old, maxValue)
	}
	return limited(p.Old, maxValue) + " → " + limited(p.New, maxValue)
}

// caseText is what became of a case, without its name.
func caseText(t change.CaseChange) (word, rest string) {
	switch t.What {
	case change.Flipped:
		return "flipped", "wants " + t.Want + "; " + t.Note
	case change.Rewanted:
		return "want edited", t.WantWas + " → " + t.Want
	case change.Shows:
		return "shows the change", "wants " + t.Want + ", and fails on base"
	case change.Fails:
		return "fails", "wants " + t.Want + "; " + t.Note
	case change.Dropped:
		return "removed", "wanted " + t.Want
	case change.Further:
		return "added", "wants " + t.Want + ", on base as well"
	}
	return "event edited", "wants " + t.Want
}

// sourceText is what became of a rule on a source, without the source's name.
func sourceText(s change.SourceChange) string {
	switch {
	case s.What == change.Added:
		return "emitted there now"
	case s.What == change.Removed:
		return "no longer emitted: " + s.Reason
	case s.Meaning != nil:
		return "changed by the source"
	}
	return "changed"
}

// quiet says that a source's rule only follows the change of the rule itself, which is told already.
func quiet(s change.SourceChange) bool {
	return s.What == change.Changed && s.Meaning == nil && s.Lines == ""
}
