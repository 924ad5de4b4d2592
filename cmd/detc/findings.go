package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"detc/compiler/diag"
	"detc/compiler/report"
)

// shown are the findings that are printed: notes only on request.
func (a *app) shown(l diag.List) diag.List {
	if a.notes || a.failOn == "note" {
		return l
	}
	var out diag.List
	for _, d := range l {
		if d.Severity > diag.Note {
			out = append(out, d)
		}
	}
	return out
}

// findings prints a list in the command's format and sets the exit code.
func (a *app) findings(w io.Writer, l diag.List, format string) error {
	shown := a.shown(l)
	a.judge(l)
	return diag.Render(w, shown, diag.Options{Format: diag.Format(format), Color: a.colored(w)})
}

// folds adds --max-findings.
func (a *app) folds(c *cobra.Command) {
	c.Flags().IntVar(&a.maxFindings, "max-findings", 200, "as text, show a few of each kind where there are more than so many; 0 shows all")
}

// take counts findings for the exit code and keeps those that are to be shown.
func (a *app) take(fold *report.Fold, l diag.List) {
	a.judge(l)
	fold.Add(a.shown(l))
}

// json prints a value as indented JSON.
func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// count says how many of a thing there are: "1 rule", "3 rules".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
