package workspace

import (
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/telemetry"
)

// openTaxonomy finds Sigma's log sources below the mappings, and reads none: a rule, or a command, asks for the few that
// it needs. Those that stand among the schemas were read already, and count before them.
func (w *Workspace) openTaxonomy() {
	var roots []telemetry.TaxonomyRoot
	for _, r := range w.opts.Mappings {
		if r.Only == "" {
			roots = append(roots, telemetry.TaxonomyRoot{FS: r.FS, Name: r.Name})
		}
	}
	w.taxonomy = telemetry.OpenTaxonomy(roots, w.Schemas...)
}

// Taxonomy is Sigma's log sources, each read when it is first asked for. It is nil before the pass telemetry.
func (w *Workspace) Taxonomy() *telemetry.Taxonomy { return w.taxonomy }

// addTaxonomies takes in the log sources that stubs and filters name as their telemetry, and no other: what nobody asks for is in no
// list, and costs nothing.
func (w *Workspace) addTaxonomies() {
	var ids []string
	for _, r := range w.Rules {
		ids = append(ids, r.Telemetry.Value)
	}
	for _, f := range w.Filters {
		ids = append(ids, f.Telemetry.Value)
	}
	for _, id := range ids {
		if id == "" || w.schemas[id] != nil {
			continue
		}
		s, ok := w.taxonomy.ByID(id)
		if !ok {
			continue
		}
		w.schemas[id] = s
		w.Schemas = append(w.Schemas, s)
		for _, src := range s.Sources {
			b := &bind.Source{Source: src}
			w.Sources = append(w.Sources, b)
			w.sources[src] = b
		}
	}
	slices.SortFunc(w.Schemas, func(a, b *telemetry.Schema) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(w.Sources, func(a, b *bind.Source) int { return strings.Compare(a.ID, b.ID) })
}

// schemaIDs are the ids that a stub may name as its telemetry.
func (w *Workspace) schemaIDs() []string {
	ids := w.taxonomy.IDs()
	for _, s := range w.Schemas {
		if !slices.Contains(ids, s.ID) {
			ids = append(ids, s.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
