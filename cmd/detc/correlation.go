package main

import (
	"fmt"
	"strings"

	"detc/compiler/ir"
	"detc/compiler/output"
	"detc/compiler/workspace"
)

// addCorrelations puts the emitted correlations into a build's folder.
func addCorrelations(w *workspace.Workspace, f output.Folder) {
	for _, r := range w.Rules {
		for _, e := range written(r) {
			f.Files[e.Path(r)] = e.YAML
		}
	}
}

// written are a correlation's emissions that read back equal.
func written(r *workspace.Rule) (out []workspace.CorrelationEmission) {
	if r.Correlation == nil {
		return nil
	}
	for _, e := range r.Correlation.Emitted {
		if e.ReadBack == nil {
			out = append(out, e)
		}
	}
	return out
}

// correlationSummary says what a build made of the correlations: how many files, and how many stubs are none of the
// rules that were left out because of errors.
func (a *app) correlationSummary(w *workspace.Workspace) (files, built int) {
	from := 0
	without := map[string][]string{}
	var kinds []string
	for _, r := range w.Rules {
		if n := len(written(r)); n > 0 {
			files += n
			from++
		} else if r.Correlation != nil && r.Correlation.None != "" {
			if without[r.Correlation.None] == nil {
				kinds = append(kinds, r.Correlation.None)
			}
			without[r.Correlation.None] = append(without[r.Correlation.None], r.Name.Value)
		}
	}
	if from > 0 {
		fmt.Fprintf(a.out, "%s from %s, each read back equal\n", count(files, "Sigma correlation"), count(from, "stub"))
	}
	none := 0
	for _, why := range kinds {
		none += len(without[why])
		fmt.Fprintf(a.out, "%s: nothing is written for %s\n", why, strings.Join(without[why], ", "))
	}
	return files, from + none
}

// explainCorrelation says what a correlation compiles to, and over which logs.
func (a *app) explainCorrelation(r *workspace.Rule) {
	c := r.Correlation
	fmt.Fprintf(a.out, "answers %s\n\n%s\n", listed(c.IR.Meta.Items), ir.CorrelationText(c.IR))
	if c.None != "" {
		fmt.Fprintf(a.out, "  %s: nothing is written\n", c.None)
	}
	for _, e := range c.Emitted {
		fmt.Fprintf(a.out, "  + %s  %s\n", e.Path(r), strings.Join(e.Sources, ", "))
	}
}

// listed joins names; nothing is said as such.
func listed(names []string) string {
	if len(names) == 0 {
		return "no item"
	}
	return strings.Join(names, ", ")
}

// dumpCorrelation prints a correlation after its stages.
func (a *app) dumpCorrelation(r *workspace.Rule, stage func(string) bool) {
	c := r.Correlation
	if stage("ir") {
		fmt.Fprintf(a.out, "\n# ir\n%s", ir.CorrelationText(c.IR))
	}
	if !stage("stub") && stage("cel") { // asked for by itself
		fmt.Fprintf(a.out, "# cel: none, a correlation has no condition of its own\n")
	}
	if c.None != "" && (stage("bound") || stage("sigma")) {
		fmt.Fprintf(a.out, "\n# sigma: none, %s\n", c.None)
	}
	for _, e := range c.Emitted {
		if stage("bound") {
			fmt.Fprintf(a.out, "\n# over %s\n%s", strings.Join(e.Sources, ", "), ir.CorrelationText(e.IR))
		}
		if stage("sigma") {
			fmt.Fprintf(a.out, "\n# %s\n%s", e.Path(r), e.YAML)
		}
	}
}
