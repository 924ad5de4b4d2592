package telemetry

import (
	"slices"

	"detc/compiler/ir"
)

// Loosened is a taxonomy schema in which these of Sigma's names are of any type: rules read them as more than one. Names
// that it lacks count for nothing; where none is typed, it is the same schema.
func (s *Schema) Loosened(names []string) *Schema {
	out := *s
	out.Fields = slices.Clone(s.Fields)
	changed := false
	for i := range out.Fields {
		f := &out.Fields[i]
		if !f.Any && slices.Contains(names, f.Sigma) {
			f.Any, f.Type, f.Cased, f.Enum, changed = true, ir.String, false, nil, true
		}
	}
	if !changed {
		return s
	}
	out.index()
	old := s.Sources[0]
	out.addSelf(NamesForm{})
	out.Sources[0].Verified, out.Sources[0].Doc = old.Verified, old.Doc
	return &out
}

// At is a taxonomy schema with the same fields for another log source, of which nothing more is known.
func (s *Schema) At(ls Logsource) *Schema {
	out := *s
	out.ID, out.Title, out.Logsource, out.Fields = TaxonomyID(ls), ls.String(), ls, slices.Clone(s.Fields)
	out.index()
	out.addSelf(NamesForm{})
	return &out
}
