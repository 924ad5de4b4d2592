package trial

import (
	"slices"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
)

// An Index finds, of many questions to one source, those that a record can answer with yes: a question whose names the
// record lacks costs nothing, and one that asks for other values of a name costs nothing once a value was seen.
type Index struct {
	x      *Matcher
	always []int32
	keys   []*indexKey
	out    []int32
}

// An indexKey is a raw name without which some questions are never true.
type indexKey struct {
	slot           int32
	of             []keyed
	texts, numbers map[string][]int32
	times          int // that they were full
}

// keyed is a question with what it asks of the key.
type keyed struct {
	question int32
	asks     []*clause
}

// Index makes an index of expressions that are bound to a source; they are numbered from 0.
func (x *Matcher) Index(source int, exprs []ir.Expr) *Index {
	l := x.m.sources[source]
	x.m.compileFor(l.Source)
	return x.index(exprs, l.Filter)
}

// index makes an index of what is true of no record but rows of a row filter.
func (x *Matcher) index(exprs []ir.Expr, filter ir.Expr) *Index {
	in := &Index{x: x}
	of := make([]map[int32][]*clause, len(exprs))
	asked := map[int32]int{} // how many questions could be found by a name
	for i, e := range exprs {
		of[i] = x.m.keysOf(e, filter)
		for slot := range of[i] {
			asked[slot]++
		}
	}
	keys := map[int32]*indexKey{}
	for i := range exprs {
		slot, ok := rarest(of[i], asked)
		if !ok {
			in.always = append(in.always, int32(i))
			continue
		}
		k := keys[slot]
		if k == nil {
			k = &indexKey{slot: slot}
			keys[slot] = k
			in.keys = append(in.keys, k)
		}
		k.of = append(k.of, keyed{int32(i), of[i][slot]})
	}
	return in
}

// keysOf are the clauses that must be true for an expression to be, of one name each, which they need: by name. Those
// of the row filter are left out, as they are true of every row.
func (j *judge) keysOf(e, filter ir.Expr) map[int32][]*clause {
	var rows [][32]byte
	if filter != nil {
		for _, c := range conjuncts(filter) {
			rows = append(rows, ir.Digest(c))
		}
	}
	out := map[int32][]*clause{}
	for _, c := range conjuncts(e) {
		slot, ok := j.onlyName(c)
		if !ok || slices.Contains(rows, ir.Digest(c)) {
			continue
		}
		out[slot] = append(out[slot], j.compile(c, least))
	}
	return out
}

// onlyName is the one name that a clause asks for, where it is false without it and asks no table that nobody supplied.
func (j *judge) onlyName(e ir.Expr) (slot int32, ok bool) {
	fine := true
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		fields := ir.Fields(a)
		if len(fields) != 1 || j.isLooked(a) || j.isRich(a) {
			fine = false
			return
		}
		s, known := j.names.Slot(fields[0].Name)
		if fine = fine && known && (!ok || s == slot); fine {
			slot, ok = s, true
		}
		if set, in := a.(*ir.InSet); in {
			_, supplied := j.tables[set.Table]
			fine = fine && supplied
		}
	})
	return slot, fine && ok && !withoutName(e)
}

// withoutName is what a clause of one name is where that is not there.
func withoutName(e ir.Expr) bool { return eval.Match(e, nothing{}, nil) }

func conjuncts(e ir.Expr) []ir.Expr {
	switch e := e.(type) {
	case *ir.And:
		var out []ir.Expr
		for _, a := range e.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	case *ir.Named:
		return conjuncts(e.Arg)
	}
	return []ir.Expr{e}
}

// rarest is the name by which the fewest questions could be found; of several the first.
func rarest(of map[int32][]*clause, asked map[int32]int) (slot int32, ok bool) {
	for s := range of {
		if !ok || asked[s] < asked[slot] || asked[s] == asked[slot] && s < slot {
			slot, ok = s, true
		}
	}
	return slot, ok
}

// Candidates are the questions that may be true of the record, by number, in no order that means anything. It holds until the next
// call.
func (in *Index) Candidates() []int32 {
	in.out = append(in.out[:0], in.always...)
	for _, k := range in.keys {
		v, n := in.x.m.scan.One(k.slot)
		if n == 0 {
			continue
		}
		in.out = append(in.out, in.x.m.candidates(k, v, n)...)
	}
	return in.out
}

func (j *judge) candidates(k *indexKey, v ndjson.Value, n int) []int32 {
	kept := &k.texts
	if v.Kind == ndjson.Number {
		kept = &k.numbers
	}
	known := n == 1 && (v.Kind == ndjson.Text || v.Kind == ndjson.Number) && v.Plain && len(v.Raw) <= memoText && k.times < memoTimes
	if known {
		if of, ok := (*kept)[string(v.Raw)]; ok {
			return of
		}
	}
	out := []int32{}
	for _, q := range k.of {
		if j.all(q.asks) {
			out = append(out, q.question)
		}
	}
	if !known {
		return out
	}
	if len(*kept) >= memoSize {
		clear(*kept)
		if k.times++; k.times == memoTimes {
			k.texts, k.numbers = nil, nil
			return out
		}
	}
	if *kept == nil {
		*kept = map[string][]int32{}
	}
	(*kept)[string(v.Raw)] = out
	return out
}

func (j *judge) all(clauses []*clause) bool {
	for _, c := range clauses {
		if !j.holds(c) {
			return false
		}
	}
	return true
}
