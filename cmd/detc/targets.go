package main

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/backend"
	"detc/compiler/backend/targets"
	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/workspace"
)

// selection is which targets queries are made for, and where the records lie.
type selection struct {
	names, stores []string
	model         string
}

// targeted adds --store and --model; what names the targets is the command's own.
func (s *selection) targeted(c *cobra.Command) {
	c.Flags().StringSliceVar(&s.stores, "store", nil, "the stores that say where the records lie, the first that has a log counts: detc list stores")
	c.Flags().StringVar(&s.model, "model", "", "a data model in place of stores: detc list models")
}

// exports are the targets with their stores; all is every target but the variants of another.
func (s *selection) exports() ([]workspace.Export, error) {
	var out []workspace.Export
	add := func(t backend.Target) {
		d := targets.Of(t.Name())
		x := workspace.Export{Target: t, Stores: d.Stores, Model: d.Model}
		if len(s.stores) > 0 {
			x.Stores, x.Model = s.stores, ""
		}
		if s.model != "" {
			x.Stores, x.Model = nil, s.model
		}
		if !slices.ContainsFunc(out, func(before workspace.Export) bool { return before.Target.Name() == t.Name() }) {
			out = append(out, x)
		}
	}
	for _, name := range s.names {
		if name == "all" {
			for _, t := range targets.All() {
				if !targets.Of(t.Name()).Variant {
					add(t)
				}
			}
			continue
		}
		t, ok := targets.Get(name)
		if !ok {
			return nil, unknownTarget(name)
		}
		add(t)
	}
	slices.SortFunc(out, func(a, b workspace.Export) int { return strings.Compare(a.Target.Name(), b.Target.Name()) })
	return out, nil
}

// known holds the names of stores and the model against what there is.
func (s *selection) known(w *workspace.Workspace) error {
	lib := w.Stores()
	for _, id := range s.stores {
		if ids := lib.StoreIDs(); !slices.Contains(ids, id) {
			return unknown("store", id, ids)
		}
	}
	if ids := lib.ModelIDs(); s.model != "" && !slices.Contains(ids, s.model) {
		return unknown("model", s.model, ids)
	}
	return nil
}

// queryFile is where a query stands below the output folder.
func queryFile(r *workspace.Rule, q *workspace.Query) string {
	return q.Path(r, targets.Of(q.Target).Extension)
}

// addQueries puts the queries into a build's folder, what has to stand beside them, and how far each means its rule.
func addQueries(w *workspace.Workspace, exports []workspace.Export, f output.Folder) (*report.Fidelity, error) {
	matrix := fidelityOf(w, exports)
	for _, r := range w.Rules {
		if r.State == workspace.Disabled {
			continue
		}
		for i := range r.Queries {
			q := &r.Queries[i]
			if q.Fidelity() == backend.Refused {
				continue
			}
			f.Files[queryFile(r, q)] = []byte(q.Text + "\n")
			for _, a := range q.Artifacts {
				f.Files[path.Join("queries", q.Target, "beside", a.Name)] = a.Content
			}
		}
	}
	for _, x := range exports {
		exporter, can := x.Target.(backend.Exporter)
		if !can {
			continue
		}
		for _, content := range w.Needed(x.Target.Name()) {
			a, said := exporter.Export(content)
			w.Findings.Append(said)
			if !said.HasErrors() {
				f.Files[path.Join("queries", x.Target.Name(), "context", a.Name)] = a.Content
			}
		}
	}
	var md, data bytes.Buffer
	if err := report.FidelityMarkdown(&md, matrix); err != nil {
		return nil, err
	}
	if err := report.FidelityJSON(&data, matrix); err != nil {
		return nil, err
	}
	f.Files["fidelity.md"], f.Files["fidelity.json"] = md.Bytes(), data.Bytes()
	return matrix, nil
}

// fidelityOf is how far each query means its rule.
func fidelityOf(w *workspace.Workspace, exports []workspace.Export) *report.Fidelity {
	out := &report.Fidelity{SchemaVersion: report.FidelityVersion, Queries: []report.FidelityQuery{}}
	for _, x := range exports {
		d := x.Target.Describe()
		out.Targets = append(out.Targets, report.FidelityTarget{Name: x.Target.Name(), Title: d.Title, Language: d.Language, Verified: d.Verified})
	}
	for _, r := range w.Rules {
		if r.State == workspace.Disabled {
			continue
		}
		var of []report.FidelityQuery
		for i := range r.Queries {
			q := &r.Queries[i]
			row := report.FidelityQuery{Rule: r.Name.Value, Name: q.Name, Target: q.Target, Store: q.Store, Fidelity: q.Fidelity().String()}
			if q.Fidelity() != backend.Refused {
				row.File = queryFile(r, q)
			}
			row.Losses = losses(q.Losses)
			for _, t := range q.Inlined {
				row.Inlined = append(row.Inlined, t.Name)
			}
			for _, d := range q.Findings {
				if d.Severity == diag.Error {
					row.Refusals = append(row.Refusals, d.Message)
				}
			}
			of = append(of, row)
		}
		slices.SortStableFunc(of, func(a, b report.FidelityQuery) int {
			return strings.Compare(a.Name+"\x00"+a.Target, b.Name+"\x00"+b.Target)
		})
		out.Queries = append(out.Queries, of...)
	}
	out.Count()
	return out
}

func losses(list []backend.Loss) (out []report.FidelityLoss) {
	for _, l := range list {
		out = append(out, report.FidelityLoss{Clause: l.Clause, Reason: l.Reason, Effect: l.Effect.String(), Line: l.Span.String()})
	}
	return out
}

// fidelitySummary says a line a target.
func (a *app) fidelitySummary(m *report.Fidelity) {
	approximate := 0
	defer func() {
		if approximate > 0 {
			fmt.Fprintln(a.out, "a rule is proven for a target where its queries are exact; for others that takes a waiver: detc ledger")
		}
	}()
	for _, t := range m.Targets {
		approximate += t.Approximate
		held := ""
		if t.Verified == "" {
			held = "; not engine-verified"
		}
		fmt.Fprintf(a.out, "%s: queries: %d exact, %d approximate, %d refused%s\n", t.Name, t.Exact, t.Approximate, t.Refused, held)
	}
}

// buildGate reads --fail-on of build: a severity, or the worst fidelity that passes no more.
func (a *app) buildGate(word string) (gate string, err error) {
	switch word {
	case backend.Approximate.String(), backend.Refused.String():
		return word, nil
	}
	if _, ok := diag.ParseSeverity(word); !ok {
		return "", fmt.Errorf("--fail-on is error, warning, note, approximate or refused, not %q", word)
	}
	a.failOn = word
	return "", nil
}

// gated sets the exit code where a query is worse than the gate lets through.
func (a *app) gated(m *report.Fidelity, gate string) {
	if gate == "" {
		return
	}
	over := 0
	for _, t := range m.Targets {
		over += t.Refused
		if gate == backend.Approximate.String() {
			over += t.Approximate
		}
	}
	if over > 0 {
		fmt.Fprintf(a.err, "--fail-on %s: %d of the queries are not what it asks for; fidelity.md says why\n", gate, over)
		a.code = max(a.code, exitFindings)
	}
}

// dumpQueries prints a rule's queries for the targets that were named, and what each says otherwise than the rule.
func (a *app) dumpQueries(r *workspace.Rule, stage func(string) bool) {
	if !stage("query") {
		return
	}
	for i := range r.Queries {
		q := &r.Queries[i]
		fmt.Fprintf(a.out, "\n# %s: %s\n", queryFile(r, q), q.Fidelity())
		if q.Fidelity() == backend.Refused {
			fmt.Fprintf(a.out, "# %s\n", q.Why())
			continue
		}
		for _, l := range q.Losses {
			fmt.Fprintf(a.out, "# %s, %s: %s\n", l.Effect, l.Clause, l.Reason)
		}
		fmt.Fprintf(a.out, "%s\n", q.Text)
	}
}
