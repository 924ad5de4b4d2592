package trial

import (
	"slices"

	"detc/compiler/bind"
	"detc/compiler/ir"
)

// A looked field is one that a context table gives, if anybody supplies it: a log as it is written has none of them.
type looked struct {
	tables []string // that must be looked up
	keys   [][]ir.Field
}

// lookedUp are the names of a source's fields that are looked up.
func lookedUp(s *bind.Source) map[string]*looked {
	out := map[string]*looked{}
	for i := range s.Schema.Fields {
		f := &s.Schema.Fields[i]
		b := s.Binding(f.Name)
		if f.Lookup == nil || len(b.Paths) == 0 {
			continue
		}
		k := &looked{tables: []string{f.Lookup.Table}}
		for _, by := range []string{f.Lookup.By, f.Lookup.At} {
			key := s.Binding(by)
			if len(key.Paths) == 0 {
				continue // a constant, or no key of this table
			}
			if on := out[key.Paths[0].Name]; on != nil { // given by another table, which stands before
				k.tables = append(k.tables, on.tables...)
				k.keys = append(k.keys, on.keys...)
				continue
			}
			k.keys = append(k.keys, key.Paths)
		}
		out[b.Paths[0].Name] = k
	}
	return out
}

// ownNames are the raw names that a source reads from the log itself.
func ownNames(s *bind.Source) []string {
	given := lookedUp(s)
	return slices.DeleteFunc(s.RawNames(), func(name string) bool { return given[name] != nil })
}

// asked are the context tables that an expression asks, itself or through what they give.
func asked(e ir.Expr, given map[string]*looked) (tables []string) {
	for _, t := range ir.Tables(e) {
		tables = append(tables, t.Name)
	}
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			if k := given[f.Name]; k != nil {
				tables = append(tables, k.tables...)
			}
		}
	})
	slices.Sort(tables)
	return slices.Compact(tables)
}

// looked is an atom over fields that a table gives, where that may make the whole what the reading wants: it is so
// where the record has the keys, and not what is looked up by them.
func (j *judge) looked(a ir.Expr, plain *clause) *clause {
	out := &clause{op: some, args: []*clause{plain}}
	for _, f := range ir.Fields(a) {
		k := j.given[f.Name]
		if k == nil {
			continue
		}
		unknown := &clause{op: all, args: []*clause{{op: not, args: []*clause{j.there(f)}}}}
		for _, paths := range k.keys {
			key := &clause{op: some}
			for _, p := range paths {
				key.args = append(key.args, j.there(p))
			}
			unknown.args = append(unknown.args, key)
		}
		out.args = append(out.args, unknown)
	}
	return out
}

func (j *judge) there(f ir.Field) *clause {
	return &clause{op: one, atom: j.atom(&ir.Exists{Field: f})}
}

func (j *judge) isLooked(a ir.Expr) bool {
	return slices.ContainsFunc(ir.Fields(a), func(f ir.Field) bool { return j.given[f.Name] != nil })
}
