package trial

import (
	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
)

// A clause is a bound expression whose atoms are shared by all expressions of a judge, so that each is judged once a
// record.
type clause struct {
	op   op
	args []*clause
	atom int
}

type op uint8

const (
	yes op = iota
	no
	all
	some
	not
	one
)

// An atom is judged by compiler/eval, once for each value it meets: logs repeat themselves.
type atom struct {
	expr    ir.Expr
	slots   []int32
	exists  bool
	missing bool // what it is where its name is not there
	texts   memo
	numbers memo
	record  int // that it was judged on
	verdict bool
	rich    *bind.Source // of an atom that asks what supplied tables give; else nil
}

// A judge decides clauses on one record after another.
type judge struct {
	event
	given  map[string]*looked // of the source that is compiled for
	atoms  []atom
	known  map[[32]byte]int // where an atom stands, by its digest
	record int
	key    []byte

	supplied // of a site; nothing in a trial, which knows none
}

// reading says what becomes of an atom that asks a table which nobody supplied.
type reading uint8

const (
	least reading = iota // whatever makes the whole false
	most                 // whatever makes the whole true
	blank                // that nothing is in any table
)

func (j *judge) compile(e ir.Expr, r reading) *clause { return j.clause(e, r, false) }

func (j *judge) clause(e ir.Expr, r reading, negated bool) *clause {
	switch e := e.(type) {
	case *ir.And:
		return &clause{op: all, args: j.clauses(e.Args, r, negated)}
	case *ir.Or:
		return &clause{op: some, args: j.clauses(e.Args, r, negated)}
	case *ir.Not:
		return &clause{op: not, args: []*clause{j.clause(e.Arg, r, !negated)}}
	case *ir.Named:
		return j.clause(e.Arg, r, negated)
	case *ir.Const:
		return constant(e.Value)
	case *ir.InSet:
		if _, known := j.tables[e.Table]; known {
			break
		}
		if r == blank || (r == most) == negated {
			return constant(false)
		}
		// A value that isn't there is in no table.
		return j.clause(&ir.Exists{Field: e.Field, Span: e.Span}, r, negated)
	}
	plain := &clause{op: one, atom: j.atom(e)}
	if r != blank && (r == most) != negated && j.isLooked(e) {
		return j.looked(e, plain)
	}
	return plain
}

func (j *judge) clauses(args []ir.Expr, r reading, negated bool) []*clause {
	out := make([]*clause, len(args))
	for i, a := range args {
		out[i] = j.clause(a, r, negated)
	}
	return out
}

func constant(value bool) *clause {
	if value {
		return &clause{op: yes}
	}
	return &clause{op: no}
}

func (j *judge) atom(e ir.Expr) int {
	if j.isRich(e) {
		return j.richAtom(e)
	}
	d := ir.Digest(e)
	if i, ok := j.known[d]; ok {
		return i
	}
	a := atom{expr: e, missing: eval.Match(e, nothing{}, nil), record: -1}
	_, a.exists = e.(*ir.Exists)
	for _, f := range ir.Fields(e) {
		slot, _ := j.names.Slot(f.Name)
		a.slots = append(a.slots, slot)
	}
	j.atoms = append(j.atoms, a)
	j.known[d] = len(j.atoms) - 1
	return j.known[d]
}

// holds says whether a clause is true of the record.
func (j *judge) holds(c *clause) bool {
	switch c.op {
	case all:
		for _, a := range c.args {
			if !j.holds(a) {
				return false
			}
		}
		return true
	case some:
		for _, a := range c.args {
			if j.holds(a) {
				return true
			}
		}
		return false
	case not:
		return !j.holds(c.args[0])
	case one:
		a := &j.atoms[c.atom]
		if a.record != j.record {
			a.record, a.verdict = j.record, j.decide(a)
		}
		return a.verdict
	}
	return c.op == yes
}

func (j *judge) decide(a *atom) bool {
	if a.rich != nil {
		return eval.Match(a.expr, j.enriched(a.rich), j.tables)
	}
	if len(a.slots) != 1 {
		return eval.Match(a.expr, &j.event, j.tables)
	}
	v, n := j.scan.One(a.slots[0])
	switch {
	case n == 0:
		return a.missing
	case a.exists:
		return true
	case n > 1:
		return eval.Match(a.expr, &j.event, j.tables)
	}
	m := &a.texts
	switch v.Kind {
	case ndjson.Number:
		m = &a.numbers
	case ndjson.Text:
	default:
		return eval.Match(a.expr, &j.event, j.tables)
	}
	key := v.Raw
	if !v.Plain {
		j.key = v.Append(j.key[:0])
		key = j.key
	}
	if verdict, known := m.of[string(key)]; known {
		return verdict
	}
	verdict := eval.Match(a.expr, &j.event, j.tables)
	m.learn(key, verdict)
	return verdict
}

// A memo remembers what was said of a text. A name whose texts don't repeat is not worth one.
type memo struct {
	of    map[string]bool
	times int // that it was full
}

const (
	memoSize  = 4096
	memoTimes = 2
	memoText  = 256 // bytes of the longest text that is remembered
)

func (m *memo) learn(key []byte, verdict bool) {
	if m.times >= memoTimes || len(key) > memoText {
		return
	}
	if len(m.of) >= memoSize {
		clear(m.of)
		if m.times++; m.times == memoTimes {
			m.of = nil
			return
		}
	}
	if m.of == nil {
		m.of = map[string]bool{}
	}
	m.of[string(key)] = verdict
}
