package main

import (
	"detc/compiler/property"
	"detc/compiler/workspace"
)

func dimensionNames() []string {
	var out []string
	for _, d := range property.Dimensions() {
		out = append(out, d.String())
	}
	return out
}

// listDimensions is the table that TA0104/D2 asks for: what of a rule's condition, level or alert tells of each.
func listDimensions(w *workspace.Workspace, tactic string) ([][]string, error) {
	var rows [][]string
	for _, r := range w.Dimensions(tactic) {
		row := []string{r.Rule}
		for _, u := range r.Uses {
			row = append(row, u.String())
		}
		rows = append(rows, row)
	}
	return rows, nil
}
