package main

import (
	"encoding/json"
	"fmt"
	"io"

	"detc/compiler/diag"
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
