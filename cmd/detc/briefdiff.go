package main

import (
	"fmt"

	"detc/compiler/brief"
	"detc/compiler/drift"
)

type changeOut struct {
	What  string          `json:"what"`
	Old   *itemOut        `json:"old,omitempty"`
	New   *itemOut        `json:"new,omitempty"`
	Links []drift.Mention `json:"links,omitempty"`
}

// printChanges prints what differs between a page and another one, and what rests on that.
func (a *app) printChanges(before *brief.Brief, changes []brief.Change) error {
	links, err := a.review(before, changes)
	if err != nil {
		return err
	}
	out := []changeOut{}
	for i, c := range changes {
		o := changeOut{What: string(c.What), Links: links[i]}
		if c.Old != nil {
			i := outOf(*c.Old)
			o.Old = &i
		}
		if c.New != nil {
			i := outOf(*c.New)
			o.New = &i
		}
		out = append(out, o)
	}
	if a.format == "json" {
		return a.json(out)
	}
	if len(out) == 0 {
		fmt.Fprintln(a.out, "no item differs")
	}
	for _, c := range out {
		switch {
		case c.Old == nil:
			fmt.Fprintf(a.out, "%-8s %s  %s\n", c.What, c.New.ID, c.New.Text)
		case c.New == nil:
			fmt.Fprintf(a.out, "%-8s %s  %s\n", c.What, c.Old.ID, c.Old.Text)
		default:
			fmt.Fprintf(a.out, "%-8s %s  %s\n%-8s %s  %s\n", c.What, c.Old.ID, c.Old.Text, "    now", c.New.ID, c.New.Text)
		}
	}
	a.printLinks(out)
	return nil
}

func (a *app) printLinks(changes []changeOut) {
	head := "\nlinks to review\n"
	for _, c := range changes {
		for _, l := range c.Links {
			fmt.Fprintf(a.out, "%s  %s:%d  %s %s %s\n", head, l.File, l.Line, l.Name, verbs[l.How], l.Item)
			head = ""
		}
	}
}

// verbs say how a place rests on an item.
var verbs = map[string]string{"covers": "covers", "serves": "serves", "telemetry": "is on telemetry that serves"}

// review finds the links to review of each change. A page that nobody has reviewed has none, which is said.
func (a *app) review(before *brief.Brief, changes []brief.Change) ([][]drift.Mention, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	w, err := a.open("stubs")
	if err != nil {
		return nil, err
	}
	known := drift.Known{Schemas: w.Schemas}
	for _, r := range w.Rules {
		known.Stubs = append(known.Stubs, r.Stub)
	}
	name := "the rules' folder"
	if t := w.Tactic(before.Tactic.ID); t != nil {
		known.Items, known.Brief = t.Items, t.Brief
		if t.Items != nil {
			name = t.Items.File.Name
		}
	}
	links, reviewed := known.Review(before, changes)
	if !reviewed {
		fmt.Fprintf(a.err, "%s has no item of %s as reviewed: no links are followed\n", name, before.File.Name)
	}
	return links, nil
}
