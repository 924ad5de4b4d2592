package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"detc/compiler/drift"
)

// DriftJSON writes what a release of ATT&CK changes in the shape of drift.Report, indented, with a newline at its end.
func DriftJSON(w io.Writer, r *drift.Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// DriftText writes what a release of ATT&CK changes for a terminal: a line of totals, and each change with the stubs
// that it touches and what is to be done there.
func DriftText(w io.Writer, r *drift.Report, o Options) error {
	p := &printer{Options: o}
	p.line("%s", p.paint(bold, clean(driftHead(r))))
	p.paragraph("", driftSums(r))
	for _, c := range r.Changes {
		p.line("")
		p.marked(driftColor(c), fmt.Sprintf("%-10s ", c.What), clean(driftWords(c)))
		for i, l := range c.Links {
			if i == 0 || todo(l) != todo(c.Links[i-1]) {
				p.paragraph("  ", clean(todo(l)))
			}
			p.line("    %s", clean(fmt.Sprintf("%s:%d %s", l.File, l.Line, l.Rule)))
		}
	}
	return p.to(w)
}

// DriftMarkdown writes what a release of ATT&CK changes as a comment on a pull request. Where limit is above 0 it has at
// most that many characters; what didn't fit is counted at the end.
func DriftMarkdown(w io.Writer, r *drift.Report, limit int) error {
	p := &page{}
	p.line("## %s\n", escape(driftHead(r)))
	p.line("**%s**\n", escape(driftSums(r)))
	out := p.String()
	changes := r.Changes
	room := limit - length(out) - length(driftLeft(changes))
	for len(changes) > 0 {
		s := driftSection(changes[0])
		if limit > 0 && length(s) > room {
			break
		}
		room -= length(s)
		out += s
		changes = changes[1:]
	}
	if len(changes) > 0 {
		out += driftLeft(changes)
	}
	if limit > 0 && length(out) > limit {
		out = cut(out, limit)
	}
	_, err := io.WriteString(w, out)
	return err
}

func driftSection(c drift.Change) string {
	p := &page{}
	p.line("- **%s** %s", c.What, escape(driftWords(c)))
	for i, l := range c.Links {
		if i == 0 || todo(l) != todo(c.Links[i-1]) {
			p.line("  - %s", escape(limited(todo(l), maxLine)))
		}
		p.line("    - %s line %d, %s", code(limited(l.File, maxValue)), l.Line, code(limited(l.Rule, maxValue)))
	}
	return p.String()
}

func driftLeft(changes []drift.Change) string {
	return fmt.Sprintf("\n*Left out for length: %s. All of it: `detc attack diff --format json`.*\n", plural(len(changes), "change"))
}

// driftHead names the releases, and what of them was looked at.
func driftHead(r *drift.Report) string {
	to := r.To
	if to == "" {
		to = "a release that its bundle doesn't name"
	}
	head := "ATT&CK " + r.From + " → " + to + ": " + strings.Join(r.Tactics, ", ")
	if len(r.Tactics) == 0 {
		head = "ATT&CK " + r.From + " → " + to + ": no tactic that was asked for is of " + strings.Join(r.Domains, ", ")
	}
	return head
}

// driftSums are the totals in words, what is nothing left out.
func driftSums(r *drift.Report) string {
	n := map[drift.What]int{}
	for _, c := range r.Changes {
		n[c.What]++
	}
	var out []string
	for _, what := range drift.Whats() {
		if n[what] > 0 {
			out = append(out, fmt.Sprintf("%d %s", n[what], what))
		}
	}
	if len(out) == 0 {
		out = append(out, "nothing changes")
	}
	out = append(out, fmt.Sprintf("%d of %s touched", r.Touched, plural(r.Stubs, "stub")))
	if len(r.Others) > 0 {
		out = append(out, "not looked at, as no bundle is of its domain: "+strings.Join(r.Others, ", "))
	}
	return strings.Join(out, " · ")
}

// driftWords is a change in a sentence, but for the word of what it is.
func driftWords(c drift.Change) string {
	named := c.ID + " " + limited(c.Name, maxValue)
	tactic := slices.Equal(c.Tactics, []string{c.ID})
	switch {
	case c.What == drift.Renamed:
		return c.ID + " " + limited(c.Was, maxValue) + " is called " + limited(c.Name, maxValue)
	case tactic:
		return "the tactic " + named
	case c.What == drift.Revoked && c.By == nil:
		return named + ": nothing stands for it"
	case c.What == drift.Revoked:
		return named + ": " + c.By.ID + " " + limited(c.By.Name, maxValue) + " stands for it" + byWords(c)
	case c.What == drift.MovedOut && len(c.Now) > 0:
		return named + ", out of " + strings.Join(c.Tactics, ", ") + "; it is of " + strings.Join(c.Now, ", ") + " now"
	case c.What == drift.MovedOut:
		return named + ", out of " + strings.Join(c.Tactics, ", ")
	case c.What == drift.MovedIn:
		return named + ", into " + strings.Join(c.Tactics, ", ")
	}
	return named + " (" + strings.Join(c.Tactics, ", ") + ")"
}

// byWords says what is the matter with what stands for a revoked technique.
func byWords(c drift.Change) string {
	switch {
	case c.By.Deprecated:
		return ", which is deprecated"
	case !slices.ContainsFunc(c.Tactics, func(t string) bool { return slices.Contains(c.By.Tactics, t) }):
		return ", of " + strings.Join(c.By.Tactics, ", ") + " and no longer of " + strings.Join(c.Tactics, ", ")
	}
	return ""
}

// todo is what is to be done at a link, and who can do it.
func todo(l drift.Link) string {
	switch l.Fix {
	case "safe":
		return l.Do + " (detc attack update --fix)"
	case "unsafe":
		return l.Do + " (detc attack update --fix --unsafe)"
	}
	return l.Do
}

func driftColor(c drift.Change) string {
	switch {
	case len(c.Links) > 0 && c.What != drift.Renamed:
		return red
	case len(c.Links) > 0:
		return yellow
	}
	return ""
}
