package workspace

import (
	"detc/compiler/condition"
	"detc/compiler/context"
	"detc/compiler/telemetry"
)

// enrich adds the fields that the schemas look up, now that the tables' columns are known.
func (w *Workspace) enrich() error {
	for _, s := range w.Schemas {
		s.Enrich(w.Tables, &w.Findings)
	}
	return nil
}

// askable are the context tables as the conditions on a schema see them.
func (w *Workspace) askable(s *telemetry.Schema) []condition.Table {
	out := make([]condition.Table, len(w.Tables))
	for i, t := range w.Tables {
		out[i] = condition.Table{Name: t.Name, Type: t.Type, Version: t.Version}
		if t.Shape != context.List {
			out[i].Instead = instead(t, s)
		}
	}
	return out
}

// instead is what to write where a condition asks whether a value is in a table that is looked up.
func instead(t *context.Table, s *telemetry.Schema) string {
	for _, f := range s.Fields {
		if f.Lookup != nil && f.Lookup.Table == t.Name {
			return "ask what it says: has(" + f.Name + "), or one of its other columns"
		}
	}
	return "telemetry " + s.ID + " doesn't look it up; in a schema that has the key: enrich: {…: {table: " + t.Name + ", by: …}}"
}
