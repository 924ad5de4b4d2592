package trial

import (
	"encoding/json"
	"slices"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
)

// supplied is what is known of a site: its lists, and the tables in which fields are looked up.
type supplied struct {
	tables eval.Tables
	rows   bind.Contents

	rich      []string     // raw names that the supplied tables give, of the source that is compiled for
	on        *bind.Source // that source
	richAtoms map[richKey]int

	with map[*bind.Source]*withTables
}

type richKey struct {
	digest [32]byte
	source *bind.Source
}

// withTables is a record as a source reads it, with what the tables say of it.
type withTables struct {
	record bind.Record
	at     int      // the record that it is of
	names  []string // that the source reads
	slots  []int32
}

// supply says what is known of a site.
func (j *judge) supply(tables eval.Tables, rows bind.Contents) {
	j.tables, j.rows = tables, rows
	j.richAtoms, j.with = map[richKey]int{}, map[*bind.Source]*withTables{}
}

// compileFor makes ready to compile what is bound to a source: which of its fields tables give, and which of those
// tables nobody supplied.
func (j *judge) compileFor(s *bind.Source) {
	j.given, j.rich, j.on = lookedUp(s), nil, s
	for i := range s.Schema.Fields {
		f := &s.Schema.Fields[i]
		if b := s.Binding(f.Name); f.Lookup != nil && len(b.Paths) > 0 && j.rows[f.Lookup.Table] != nil {
			j.rich = append(j.rich, b.Paths[0].Name)
		}
	}
	for name, k := range j.given {
		if !slices.ContainsFunc(k.tables, func(t string) bool { return j.rows[t] == nil }) {
			delete(j.given, name)
		}
	}
}

func (j *judge) isRich(e ir.Expr) bool {
	return len(j.rich) > 0 && slices.ContainsFunc(ir.Fields(e), func(f ir.Field) bool { return slices.Contains(j.rich, f.Name) })
}

// richAtom is an atom that is judged on the record with what the tables say of it. It is the source's own: two sources
// look up one name by different ones.
func (j *judge) richAtom(e ir.Expr) int {
	key := richKey{ir.Digest(e), j.on}
	if i, ok := j.richAtoms[key]; ok {
		return i
	}
	j.atoms = append(j.atoms, atom{expr: e, record: -1, rich: j.on})
	j.richAtoms[key] = len(j.atoms) - 1
	return len(j.atoms) - 1
}

// enriched is the record at hand, as far as a source reads it, with what the tables say of it: looked up once for each
// source.
func (j *judge) enriched(s *bind.Source) bind.Record {
	w := j.with[s]
	if w == nil {
		w = &withTables{at: -1}
		for _, name := range s.RawNames() {
			if slot, ok := j.names.Slot(name); ok {
				w.names, w.slots = append(w.names, name), append(w.slots, slot)
			}
		}
		j.with[s] = w
	}
	if w.at != j.record {
		w.record, w.at = s.Enrich(j.asRead(w), j.rows, nil), j.record
	}
	return w.record
}

// asRead is a record of nothing but the names that a source reads, each as a key of its own.
func (j *judge) asRead(w *withTables) bind.Record {
	values := make(map[string]any, len(w.names))
	for i, slot := range w.slots {
		j.raw = j.scan.Values(slot, j.raw[:0])
		switch len(j.raw) {
		case 0:
		case 1:
			values[w.names[i]] = decoded(j.raw[0])
		default:
			list := make([]any, len(j.raw))
			for k, v := range j.raw {
				list[k] = decoded(v)
			}
			values[w.names[i]] = list
		}
	}
	return bind.NewRecord(values)
}

// decoded is a value as bind keeps it. Of an object nothing is asked but whether it is there.
func decoded(v ndjson.Value) any {
	switch v.Kind {
	case ndjson.Text:
		return v.Text()
	case ndjson.Number:
		return json.Number(v.Raw)
	case ndjson.True:
		return true
	case ndjson.False:
		return false
	}
	return map[string]any{}
}

// unsupplied are the tables that an expression asks, itself or through what they give, and that nobody supplied.
func (j *judge) unsupplied(e ir.Expr) []string {
	return slices.DeleteFunc(asked(e, j.given), func(name string) bool {
		_, listed := j.tables[name]
		return listed || j.rows[name] != nil
	})
}
