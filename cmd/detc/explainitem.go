package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	led "detc/compiler/ledger"
	"detc/compiler/workspace"
)

// An itemAnswer is an auditor's page: who answers for an item, with what evidence, since when. It is what `detc explain
// ITEM --format json` writes.
type itemAnswer struct {
	SchemaVersion int                  `json:"schema_version"` // 1
	Digest        string               `json:"digest"`         // of all that the coverage rests on
	Today         string               `json:"today"`          // by which ages and last days were counted
	Tactic        string               `json:"tactic"`
	Headline      string               `json:"headline"` // of the tactic
	Item          coverage.ItemReport  `json:"item"`
	Rules         map[string]rulePlace `json:"rules"`  // that answer it or carry it somewhere
	Ledger        []led.Row            `json:"ledger"` // what is open, with who accepted it
	Limits        []string             `json:"limits"` // what the page says of itself
}

// A rulePlace is where a rule stands, and what it is by its digests.
type rulePlace struct {
	Title  string `json:"title"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Digest string `json:"digest"` // of its meaning
	Tests  string `json:"tests"`  // of its cases
	Stage  string `json:"stage"`  // in the scope in which it came furthest
}

// itemAnswerOf is nil where there is no such item.
func itemAnswerOf(w *workspace.Workspace, id, today string) *itemAnswer {
	for _, t := range w.Coverage.Tactics {
		k := slices.IndexFunc(t.Items, func(i coverage.ItemReport) bool { return strings.EqualFold(i.ID, id) })
		if k < 0 {
			continue
		}
		i := t.Items[k]
		out := &itemAnswer{SchemaVersion: 1, Digest: w.Coverage.Digest, Today: w.Coverage.Today, Tactic: t.ID, Headline: t.Headline, Item: i,
			Rules: map[string]rulePlace{}, Ledger: []led.Row{}, Limits: t.Limits}
		named := map[string]bool{}
		for _, r := range i.Rules {
			named[r.Name] = true
		}
		for _, o := range i.Obligations {
			named[o.Carrier] = true
		}
		for _, r := range w.Coverage.Rules {
			if named[r.Name] {
				out.Rules[r.Name] = rulePlace{r.Title, r.File, r.Line, r.Digest, r.Tests, r.Stage.String()}
			}
		}
		for _, row := range w.Ledger.Rows(w.Coverage, today) {
			if row.Item == i.ID {
				out.Ledger = append(out.Ledger, row)
			}
		}
		return out
	}
	return nil
}

// explainItem says what answers an item; false where there is none of that id.
func (a *app) explainItem(w *workspace.Workspace, id string) (bool, error) {
	day, err := today()
	if err != nil {
		return false, err
	}
	x := itemAnswerOf(w, id, day)
	if x == nil {
		return false, nil
	}
	if a.format == "json" {
		return true, a.json(x)
	}
	x.text(a.out)
	return true, nil
}

func (x *itemAnswer) text(out io.Writer) {
	i := x.Item
	fmt.Fprintf(out, "%s (%s, answered by %s)\n%s\n", i.ID, i.Kind, cmp.Or(i.AnsweredBy, "nothing that items.yaml names"), oneLine(i.Text))
	if i.File != "" {
		fmt.Fprintf(out, "%s:%d\n", i.File, i.Line)
	}
	fmt.Fprintf(out, "\nstate: %s, stage: %s\n", i.State, i.Stage)
	if i.Reason != "" {
		fmt.Fprintf(out, "why not further: %s\n", oneLine(i.Reason))
	}
	for _, o := range i.Obligations {
		x.obligation(out, o)
	}
	if len(i.Rules) > 0 {
		fmt.Fprint(out, "\nrules that answer it, each in the scope in which it is worst\n")
	}
	for _, r := range i.Rules {
		fmt.Fprintf(out, "  %-36s %-8s %s\n", r.Name, r.Stage, x.where(r.Name))
	}
	fmt.Fprintf(out, "\n%s: %s\nas of %s, input %s\n", x.Tactic, x.Headline, cmp.Or(x.Today, "no day"), shortDigest(x.Digest))
}

// where is a rule's file and line.
func (x *itemAnswer) where(rule string) string {
	if r, ok := x.Rules[rule]; ok && r.File != "" {
		return fmt.Sprintf("%s:%d", r.File, r.Line)
	}
	return ""
}

// obligation is the item in one scope: how far it is, by what, who answers for it, what is shown and what is not.
func (x *itemAnswer) obligation(out io.Writer, o coverage.Obligation) {
	fmt.Fprintf(out, "\n%s: %s", oneLine(o.Scope), o.State)
	if o.State == coverage.ItemNotNeeded {
		fmt.Fprintf(out, "\n  not asked for: %s\n", oneLine(o.Reason))
		return
	}
	fmt.Fprintf(out, ", stage %s", o.Stage)
	if o.Since != "" {
		fmt.Fprintf(out, ", since %s", o.Since)
	}
	fmt.Fprintln(out)
	if o.Carrier != "" {
		fmt.Fprintf(out, "  by %s (%s), rule %s\n", o.Carrier, x.where(o.Carrier), shortDigest(x.Rules[o.Carrier].Digest))
	}
	fmt.Fprintf(out, "  owner %s\n", ownerOf(o))
	for _, e := range o.Evidence {
		fmt.Fprintf(out, "  shown %s\n", evidenceLine(e))
	}
	for _, row := range x.Ledger {
		if row.Scope == o.Scope {
			fmt.Fprintf(out, "  %s\n", openLine(row))
		}
	}
}

// ownerOf is who answers for an obligation, who approved what is accepted of it, and until when.
func ownerOf(o coverage.Obligation) string {
	s := oneLine(o.Owner)
	if s == "" {
		return "nobody is named"
	}
	if o.OwnerSince != "" {
		s += " since " + o.OwnerSince
	}
	if o.Approver != "" {
		s += ", approved by " + oneLine(o.Approver)
	}
	if o.Until != "" {
		s += ", until " + o.Until
	}
	return s
}

func evidenceLine(e coverage.Evidence) string {
	s := e.Gate + ": " + oneLine(e.What)
	if e.Figure != nil {
		s += fmt.Sprintf(", %d of %d", e.Figure.N, e.Figure.Of)
	}
	if e.Since != "" {
		s += ", since " + e.Since
	}
	if e.Date != "" && e.Date != e.Since {
		s += ", last " + e.Date
	}
	if e.Digest != "" {
		s += ", " + shortDigest(e.Digest)
	}
	if e.Ref != "" {
		s += " (" + oneLine(e.Ref) + ")"
	}
	return s
}

// openLine is a gate that is not passed, with who accepted that.
func openLine(r led.Row) string {
	s := r.State + " " + r.Gate
	if r.Gap != "" {
		s += " " + r.Gap
	}
	s += ", " + r.Shown + ": " + oneLine(r.Why)
	switch r.State {
	case led.Waived, led.Expired, led.Void:
		s += fmt.Sprintf("\n    %s, accepted by %s, approved by %s on %s until %s", r.Reason, oneLine(r.Owner), oneLine(r.Approver), r.Approved, r.Until)
		if r.Control != "" {
			s += "\n    instead: " + oneLine(r.Control)
		}
		if r.Void != "" {
			s += "\n    counts for nothing: " + oneLine(r.Void)
		}
		s += fmt.Sprintf("\n    %s:%d", r.File, r.Line)
	}
	return s
}

// shortDigest is the start of a digest, enough to tell it from others; the JSON has all of it.
func shortDigest(s string) string {
	const most = 16
	hex := strings.TrimPrefix(s, "sha256:")
	return "sha256 " + hex[:min(most, len(hex))]
}

// oneLine is a text of somebody else's for the terminal: a line, and nothing in it that steers the terminal.
func oneLine(s string) string { return strings.Join(strings.Fields(diag.Printable(s)), " ") }
