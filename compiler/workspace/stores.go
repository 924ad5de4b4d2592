package workspace

import (
	"slices"

	"detc/compiler/ir"
	"detc/compiler/store"
	"detc/compiler/telemetry"
)

// Stores are the stores and models below the mappings, each read when it is first asked for. They need the passes up to
// filters: what they name is held against the sources and their row filters.
func (w *Workspace) Stores() *store.Library {
	var roots []store.Root
	for _, r := range w.opts.Mappings {
		if r.Only == "" {
			roots = append(roots, store.Root{FS: r.FS, Name: r.Name})
		}
	}
	names := &storeNames{w: w, logs: map[string][]string{}}
	for _, s := range w.Sources {
		if !s.Schema.Taxonomy {
			id := telemetry.TaxonomyID(s.Logsource)
			names.logs[id] = append(names.logs[id], w.RawNames(s.ID)...)
		}
	}
	return store.Open(roots, store.World{Logs: names.all, Names: names.of, Schemas: w.schemaIDs, SchemaOf: names.schema})
}

// RawNames are all raw names that a source of the library knows, each once: those that carry its fields, those that tell
// its records apart, those of its row filter, and that of its time.
func (w *Workspace) RawNames(source string) []string {
	s := w.Source(source)
	if s == nil {
		return nil
	}
	var out []string
	looked := map[string]bool{} // what is looked up for a record is not in it
	for i := range s.Schema.Fields {
		if f := &s.Schema.Fields[i]; f.Lookup != nil {
			looked[f.Name] = true
		}
	}
	for _, name := range s.RawNames() {
		if !looked[name] {
			out = append(out, name)
		}
	}
	if s.Filter != nil {
		ir.Atoms(s.Filter, func(atom ir.Expr, _ bool) {
			for _, f := range ir.Fields(atom) {
				out = append(out, f.Name)
			}
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// checkStores holds the stores and models that stand among the files against what there is. Those of the mappings are read
// when they are asked for.
func (w *Workspace) checkStores() error {
	stores, models := w.loaded.of(storeFile), w.loaded.of(modelFile)
	if len(stores)+len(models) == 0 {
		return nil
	}
	lib := w.Stores()
	for _, c := range stores {
		lib.Check(c.file, false, &w.Findings)
	}
	for _, c := range models {
		lib.Check(c.file, true, &w.Findings)
	}
	return nil
}

// storeNames knows what stores may speak of.
type storeNames struct {
	w    *Workspace
	logs map[string][]string // raw names of the library's log sources, by id
}

func (n *storeNames) all() []string {
	out := n.w.taxonomy.IDs()
	for id := range n.logs {
		out = append(out, id)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// of is a log source's raw names: the library's sources' and Sigma's own.
func (n *storeNames) of(id string) []string {
	out := slices.Clone(n.logs[id])
	if s, ok := n.w.taxonomy.ByID(id); ok {
		for i := range s.Fields {
			out = append(out, s.Fields[i].Sigma)
		}
	}
	return out
}

func (n *storeNames) schema(id string) []string {
	s := n.w.Schema(id)
	if s == nil {
		return nil
	}
	var out []string
	for i := range s.Fields {
		if s.Taxonomy {
			out = append(out, s.Fields[i].Sigma)
		} else {
			out = append(out, s.Fields[i].Name)
		}
	}
	return out
}

// A Reach is how much of what there is a store or a model has a place for.
type Reach struct {
	Sources, OfSources int // sources of the library; schemas of it, for a model
	Names, OfNames     int // raw names of those sources; fields of those schemas
	Logs, OfLogs       int // Sigma's log sources
}

// Reach counts what a store or a model has.
func (w *Workspace) Reach(s *store.Store) Reach {
	var r Reach
	count := func(p *store.Place, names []string) {
		r.Sources++
		for _, n := range names {
			r.OfNames++
			if p.Column(n).Standing == store.Stored {
				r.Names++
			}
		}
	}
	if s.IsModel() {
		w.reachSchemas(s, &r, count)
	} else {
		for _, src := range w.Sources {
			if src.Schema.Taxonomy {
				continue
			}
			r.OfSources++
			if p, ok := s.Find(src.Logsource); ok {
				count(p, w.RawNames(src.ID))
			}
		}
	}
	for _, id := range w.taxonomy.IDs() {
		r.OfLogs++
		if _, ok := s.FindSchema(id); ok {
			r.Logs++
		}
	}
	return r
}

func (w *Workspace) reachSchemas(s *store.Store, r *Reach, count func(*store.Place, []string)) {
	for _, schema := range w.Schemas {
		if schema.Taxonomy {
			continue
		}
		r.OfSources++
		if p, ok := s.FindSchema(schema.ID); ok {
			var names []string
			for i := range schema.Fields {
				if schema.Fields[i].Lookup == nil {
					names = append(names, schema.Fields[i].Name)
				}
			}
			count(p, names)
		}
	}
}
