package main

import (
	"fmt"
	"strings"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/workspace"
)

// listFilters lists the filters; takes is, over all rules, how many of the events that were made for them and match the
// filter takes.
func listFilters(w *workspace.Workspace, rule string) (rows [][]string, err error) {
	for _, f := range w.Filters {
		names := ruleNames(f)
		if rule != "" && !strings.Contains(" "+names+" ", " "+rule+" ") {
			continue
		}
		taken, of := 0, 0
		if f.Results != nil {
			for _, n := range f.Results.Rules {
				taken, of = taken+n.Taken, of+n.Of
			}
		}
		takes := "-"
		if of > 0 {
			takes = fmt.Sprintf("%d/%d", taken, of)
		}
		rows = append(rows, []string{f.Name.Value, f.Until.Value, string(f.Standing), names, takes, f.Owner.Value, f.Ticket.Value, f.Title.Value})
	}
	return rows, nil
}

func ruleNames(f *workspace.Filter) string {
	var names []string
	for _, t := range f.FilterForm.Rules {
		names = append(names, t.Value)
	}
	return strings.Join(names, " ")
}

// filterSummary says how many Sigma filters a build wrote; nothing where there are no filters.
func (a *app) filterSummary(w *workspace.Workspace) (written int) {
	from, out := 0, map[workspace.FilterStanding]int{}
	for _, f := range w.Filters {
		n := 0
		for _, e := range f.Emitted {
			if f.Written(e) {
				n++
			}
		}
		if written += n; n > 0 {
			from++
		}
		out[f.Standing]++
	}
	if len(w.Filters) == 0 {
		return 0
	}
	fmt.Fprintf(a.out, "%s from %s, each read back equal", count(written, "Sigma filter"), count(from, "filter"))
	if n := out[workspace.FilterExpired]; n > 0 {
		fmt.Fprintf(a.out, "; %d expired", n)
	}
	if n := out[workspace.FilterFaulty]; n > 0 {
		fmt.Fprintf(a.out, "; %d left out because of errors", n)
	}
	fmt.Fprintln(a.out)
	return written
}

// listFiltersOn says what narrows a rule at this site.
func (a *app) listFiltersOn(w *workspace.Workspace, r *workspace.Rule) {
	for i, f := range w.FiltersOn(r) {
		if i == 0 {
			fmt.Fprintln(a.out, "\nnarrowed at this site by")
		}
		of := ""
		if r.Correlation != nil {
			of = " from " + ruleNames(f)
		}
		fmt.Fprintf(a.out, "  - %-28s until %s, %s, %s:%s %s\n", f.Name.Value, f.Until.Value, f.Owner.Value, f.Ticket.Value, of, ir.Text(f.Exclude))
	}
}

// printWithheld says which filters take an event away from the rule that matches it.
func (a *app) printWithheld(j workspace.Judgement) {
	for _, h := range j.Filters {
		f := h.Filter
		switch {
		case j.Logical == nil || !j.Logical.Value || !h.Step.Value:
		case h.Note != "":
			fmt.Fprintf(a.out, "the filter %s would take it away, and is not written for %s: %s\n", f.Name.Value, j.Source, h.Note)
		default:
			fmt.Fprintf(a.out, "no alert at this site: the filter %s takes it away (%s, %s, until %s), since %s\n",
				f.Name.Value, f.Owner.Value, f.Ticket.Value, f.Until.Value, because(h.Step))
		}
	}
}

// because is why something is true, without that it is.
func because(s eval.Step) string {
	_, why, _ := strings.Cut(s.Why(), ": ")
	return why
}

func (a *app) explainFilter(f *workspace.Filter) {
	fmt.Fprintf(a.out, "%s  %s until %s\n%s\n\nasked for by %s in %s\n%s\n", f.Name.Value, f.Standing, f.Until.Value, f.Title.Value,
		f.Owner.Value, f.Ticket.Value, strings.TrimSpace(f.Reason.Value))
	if f.Exclude == nil {
		if f.Standing == workspace.FilterFaulty {
			fmt.Fprintf(a.out, "\nnot compiled: detc check %s\n", f.File.Name)
		}
		return
	}
	fmt.Fprintf(a.out, "\nleft out of %s on %s\n%s\n", ruleNames(f), f.Schema.ID, ir.Indented(f.Exclude, "  "))
	for _, e := range f.Emitted {
		switch {
		case e.Bound == nil:
			fmt.Fprintf(a.out, "  - %-28s %s\n", e.Source.ID, e.Reason)
		case f.Written(e):
			fmt.Fprintf(a.out, "  + %-28s %s\n", e.Source.ID, e.Path(f))
		default:
			fmt.Fprintf(a.out, "  - %-28s not written: its rules are not built here, or it has errors\n", e.Source.ID)
		}
	}
	if f.Results == nil {
		return
	}
	for _, n := range f.Results.Rules {
		fmt.Fprintf(a.out, "\ntakes %d of %d events made for %s that match it; %s once more, %d of them lose their match\n",
			n.Taken, n.Of, n.Subject.Rule.Name, count(len(n.Again), "case"), len(n.Defeated))
	}
}
