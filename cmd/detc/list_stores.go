package main

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/store"
	"detc/compiler/telemetry"
	"detc/compiler/workspace"
)

// listStores lists the stores, or those of one SIEM.
func (a *app) listStores(w *workspace.Workspace, siem string) ([][]string, error) {
	lib := w.Stores()
	var rows [][]string
	var siems []string
	for _, id := range lib.StoreIDs() {
		s, ok := lib.Store(id)
		if ok && !slices.Contains(siems, s.SIEM) {
			siems = append(siems, s.SIEM)
		}
		if !ok || siem != "" && s.SIEM != siem {
			continue
		}
		r := w.Reach(s)
		rows = append(rows, []string{s.ID, s.SIEM, fmt.Sprintf("%d/%d", r.Sources, r.OfSources), percent(r.Names, r.OfNames), fmt.Sprintf("%d/%d", r.Logs, r.OfLogs), s.Verified, s.Title})
	}
	if siem != "" && len(rows) == 0 {
		return nil, unknown("SIEM with a store", siem, siems)
	}
	return rows, a.storesTold(lib)
}

// listModels lists the models.
func (a *app) listModels(w *workspace.Workspace, _ string) ([][]string, error) {
	lib := w.Stores()
	var rows [][]string
	for _, id := range lib.ModelIDs() {
		s, ok := lib.Model(id)
		if !ok {
			continue
		}
		r := w.Reach(s)
		rows = append(rows, []string{s.ID, s.Version, fmt.Sprintf("%d/%d", r.Sources, r.OfSources), percent(r.Names, r.OfNames), fmt.Sprintf("%d/%d", r.Logs, r.OfLogs), s.Verified, s.Title})
	}
	return rows, a.storesTold(lib)
}

// storesTold shows what was wrong with the stores that were read, and what the machine could not do.
func (a *app) storesTold(lib *store.Library) error {
	findings, trouble := lib.Findings()
	a.trouble(trouble)
	return a.findings(a.err, findings, "text")
}

// percent is a share as people read it: never 100 % where anything is left out, nor 0 % where anything is there.
func percent(n, of int) string {
	switch {
	case of == 0:
		return "-"
	case n == of:
		return "100 %"
	case n == 0:
		return "0 %"
	}
	return fmt.Sprintf("%d %%", min(99, max(1, (100*n+of/2)/of)))
}

// stored lists where each field of each source of a schema lies in a store.
func (a *app) stored(name string) func(*workspace.Workspace, string) ([][]string, error) {
	return func(w *workspace.Workspace, id string) ([][]string, error) {
		schema, err := schemaOf(w, id)
		if err != nil {
			return nil, err
		}
		lib := w.Stores()
		s, ok := lib.Store(name)
		if !ok {
			if err := a.storesTold(lib); err != nil || a.code != exitClean {
				return nil, err
			}
			return nil, unknown("store", name, lib.StoreIDs())
		}
		var rows [][]string
		for i := range schema.Fields {
			f := &schema.Fields[i]
			if f.Lookup != nil {
				rows = append(rows, []string{f.Name, "", "", "", "", "looked up"})
				continue
			}
			for _, src := range schema.Sources {
				rows = append(rows, storedField(s, src, f)...)
			}
		}
		return rows, a.storesTold(lib)
	}
}

// storedField is where one field of one source lies: a row for each raw name that it is read from.
func storedField(s *store.Store, src *telemetry.Source, f *telemetry.Field) (rows [][]string) {
	b := src.Binding(f.Name)
	place, ok := s.Find(src.Logsource)
	row := func(raw string, c store.Column, state string) {
		rows = append(rows, []string{f.Name, src.ID, raw, c.Name, string(c.Type), state})
	}
	switch {
	case b.Const != nil:
		row(constants(b.Const), store.Column{}, "constant")
	case b.Absent():
	case !ok:
		row("", store.Column{}, "log not stored")
	default:
		for _, p := range b.Paths {
			c := place.Column(p.Name)
			state := string(c.Standing)
			if c.While != "" {
				state += " while " + c.While
			}
			row(p.Name, c, state)
		}
	}
	return rows
}

func constants(values []ir.Value) string {
	var out []string
	for _, v := range values {
		out = append(out, v.Text())
	}
	return strings.Join(out, " ")
}

// modelled lists where each field of a schema stands in a model.
func (a *app) modelled(name string) func(*workspace.Workspace, string) ([][]string, error) {
	return func(w *workspace.Workspace, id string) ([][]string, error) {
		schema, err := schemaOf(w, id)
		if err != nil {
			return nil, err
		}
		lib := w.Stores()
		m, ok := lib.Model(name)
		if !ok {
			if err := a.storesTold(lib); err != nil || a.code != exitClean {
				return nil, err
			}
			return nil, unknown("model", name, lib.ModelIDs())
		}
		place, ok := m.FindSchema(schema.ID)
		var rows [][]string
		for i := range schema.Fields {
			f := &schema.Fields[i]
			field, c := f.Name, store.Column{Standing: "schema not in the model"}
			if schema.Taxonomy {
				field = f.Sigma
			}
			if ok {
				c = place.Column(field)
			}
			if f.Lookup != nil {
				c = store.Column{Standing: "looked up"}
			}
			rows = append(rows, []string{field, c.Name, string(c.Type), string(c.Standing)})
		}
		return rows, a.storesTold(lib)
	}
}

// schemaOf finds a schema by its id, and says which there are where it is none.
func schemaOf(w *workspace.Workspace, id string) (*telemetry.Schema, error) {
	if s := w.Schema(id); s != nil {
		return s, nil
	}
	var ids []string
	for _, s := range w.Schemas {
		ids = append(ids, s.ID)
	}
	if best := diag.Nearest(id, append(w.Taxonomy().IDs(), ids...)); best != "" {
		return nil, fmt.Errorf("there is no schema %q; did you mean %q?", id, best)
	}
	return nil, fmt.Errorf("list fields takes one of the schemas: %s; or one of detc list telemetry --taxonomy", strings.Join(ids, ", "))
}
