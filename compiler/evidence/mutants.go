package evidence

import (
	"detc/compiler/ir"
	"detc/compiler/source"
)

// An Operator is a way to put one small fault into a rule. Whoever wrote the rule could have made it; a case that judges
// the faulty rule otherwise than the rule shows that they did not.
type Operator struct {
	Name string
	Doc  string
	at   func(*mutator, ir.Expr, place)
}

// Operators is the fixed list, in the order in which they are tried: of two faults that come to the same rule the first
// counts. A change here is a change of what the score means, so it goes with EvidenceVersion.
var Operators = []Operator{
	{"presence", "a has() is dropped or turned round; one is put before a negated clause that has none", (*mutator).presence},
	{"drop", "a clause of an and, or of an or, is left out", (*mutator).drop},
	{"negate", "a clause is turned round", (*mutator).negate},
	{"connective", "an and becomes an or, or the other way round", (*mutator).connective},
	{"operator", "contains, startsWith, endsWith and == stand for one another; an order is made strict, or no longer, or turned round", (*mutator).operator},
	{"value-dropped", "one value is left out of a list", (*mutator).valueDropped},
	{"value", "the only value becomes one unlike any; true becomes false", (*mutator).value},
	{"case", "letters that were compared without case are compared with it, or the other way round", (*mutator).letterCase},
	{"bound", "a number, or an hour, is one less or one more; a network is half or twice its size", (*mutator).bound},
}

// A Mutant is a rule with one small fault.
type Mutant struct {
	Operator string
	Clause   string      // the faulty clause as it was, as IR text
	Fault    string      // what was done to it: `is left out`, `"stop" is left out of the list`
	Let      string      // the let that the clause stands in; "" in the condition itself
	Span     source.Span // of the clause
	Where    ir.Expr     // the faulty rule; it shares with the rule what is the same
	atom     ir.Expr     // the clause
}

func (m Mutant) String() string { return m.Clause + ": " + m.Fault }

// Mutants are the rules that differ from a normalised one by one fault, each meaning once. The field's closed
// vocabulary, where it has one, is enum(field): such values are whole words in one spelling, so no fault is made of how
// they are compared.
func Mutants(where ir.Expr, enum func(field string) []string) []Mutant {
	m := &mutator{enum: enum}
	for _, op := range Operators {
		m.op = op
		m.walk(where, place{put: func(e ir.Expr) ir.Expr { return e }})
	}
	seen := map[[32]byte]bool{}
	out := m.out[:0]
	for _, mutant := range m.out {
		if d := ir.Digest(mutant.Where); !seen[d] {
			seen[d] = true
			out = append(out, mutant)
		}
	}
	return out
}

// A mutator walks a rule for one operator and gathers the faulty ones.
type mutator struct {
	enum func(field string) []string
	op   Operator
	out  []Mutant
}

// A place is where an expression stands in a rule.
type place struct {
	put    func(ir.Expr) ir.Expr // the rule with something else in its stead
	let    string
	parent ir.Expr // the connective it is an argument of, through names; nil of the whole
	drop   func() ir.Expr
	inNot  bool // it is the argument of a Not: what turns the clause round has been at that one
}

// walk goes to every expression. A name is no place of its own: what bears it is one.
func (m *mutator) walk(e ir.Expr, at place) {
	if n, ok := e.(*ir.Named); ok {
		put := at.put
		at.let = n.Name
		at.put = func(x ir.Expr) ir.Expr { return put(&ir.Named{Name: n.Name, Arg: x, Span: n.Span}) }
		m.walk(n.Arg, at)
		return
	}
	m.op.at(m, e, at)
	switch e := e.(type) {
	case *ir.And:
		m.args(e, e.Args, at, func(args []ir.Expr) ir.Expr { return &ir.And{Args: args, Span: e.Span} })
	case *ir.Or:
		m.args(e, e.Args, at, func(args []ir.Expr) ir.Expr { return &ir.Or{Args: args, Span: e.Span} })
	case *ir.Not:
		put := at.put
		m.walk(e.Arg, place{let: at.let, inNot: true, put: func(x ir.Expr) ir.Expr { return put(&ir.Not{Arg: x, Span: e.Span}) }})
	}
}

func (m *mutator) args(e ir.Expr, args []ir.Expr, at place, join func([]ir.Expr) ir.Expr) {
	for i, a := range args {
		m.walk(a, place{let: at.let, parent: e,
			put: func(x ir.Expr) ir.Expr {
				changed := append([]ir.Expr{}, args...)
				changed[i] = x
				return at.put(join(changed))
			},
			drop: func() ir.Expr {
				return at.put(join(append(append([]ir.Expr{}, args[:i]...), args[i+1:]...)))
			}})
	}
}

// add notes a faulty rule: the clause e at a place became x.
func (m *mutator) add(e ir.Expr, at place, x ir.Expr, fault string) {
	m.addWhole(e, at, at.put(x), fault)
}

func (m *mutator) addWhole(e ir.Expr, at place, whole ir.Expr, fault string) {
	m.out = append(m.out, Mutant{Operator: m.op.Name, Clause: ir.Text(e), Fault: fault, Let: at.let, Span: e.Where(), Where: whole, atom: e})
}

func (m *mutator) presence(e ir.Expr, at place) {
	switch e := e.(type) {
	case *ir.Exists:
		if at.drop != nil {
			m.addWhole(e, at, at.drop(), "is left out")
		}
		m.add(e, at, &ir.Not{Arg: e, Span: e.Span}, "is turned round")
	case *ir.Not:
		asked := map[string]bool{}
		if and, ok := at.parent.(*ir.And); ok {
			for _, a := range and.Args {
				if x, ok := unnamed(a).(*ir.Exists); ok {
					asked[x.Field.Name] = true
				}
			}
		}
		ir.Atoms(e.Arg, func(atom ir.Expr, _ bool) {
			for _, f := range ir.Fields(atom) {
				if _, is := atom.(*ir.Exists); is || asked[f.Name] {
					continue
				}
				asked[f.Name] = true
				has := &ir.Exists{Field: f, Span: e.Span}
				m.add(e, at, &ir.And{Args: []ir.Expr{has, e}, Span: e.Span}, "holds only where "+f.Name+" is there")
			}
		})
	}
}

func unnamed(e ir.Expr) ir.Expr {
	for {
		n, ok := e.(*ir.Named)
		if !ok {
			return e
		}
		e = n.Arg
	}
}

func (m *mutator) drop(e ir.Expr, at place) {
	if at.drop != nil {
		m.addWhole(e, at, at.drop(), "is left out")
	}
}

func (m *mutator) negate(e ir.Expr, at place) {
	if at.inNot {
		return
	}
	if not, ok := e.(*ir.Not); ok {
		m.add(e, at, not.Arg, "is turned round")
		return
	}
	m.add(e, at, &ir.Not{Arg: e, Span: e.Where()}, "is turned round")
}

func (m *mutator) connective(e ir.Expr, at place) {
	switch e := e.(type) {
	case *ir.And:
		m.add(e, at, &ir.Or{Args: e.Args, Span: e.Span}, "its ands become ors")
	case *ir.Or:
		m.add(e, at, &ir.And{Args: e.Args, Span: e.Span}, "its ors become ands")
	}
}
