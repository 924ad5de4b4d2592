package evidence

import (
	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/stub"
)

// MinimumScore is what the gate `tested` asks for: so many of a hundred mutants that mean something else are killed.
const MinimumScore = 90

// Mutation is what became of a rule's mutants.
type Mutation struct {
	All        int // mutants made
	Killed     int // judged otherwise than the rule on an event of some case
	Equivalent int // shown to mean what the rule means
	Survivors  []Survivor
}

// A Survivor is a mutant that no case tells from the rule.
type Survivor struct {
	Mutant
	Case string // a case that would, as it is written in a stub; "" where none was found, or none looked for
}

// Score is how many of a hundred mutants were killed, of those that are not equivalent, rounded down; 100 where there
// are none.
func (m *Mutation) Score() int {
	if asked := m.All - m.Equivalent; asked > 0 {
		return m.Killed * 100 / asked
	}
	return 100
}

// Count is a Mutation in the form in which it is kept.
func (m *Mutation) Count() MutationCount {
	out := MutationCount{All: m.All, Killed: m.Killed, Equivalent: m.Equivalent, Survived: []string{}}
	for _, s := range m.Survivors {
		out.Survived = append(out.Survived, s.String())
	}
	return out
}

// A shot is an event on which a case's verdict rests.
type shot struct {
	event   bind.Event
	world          // the tables; the event is enriched
	said    spoken // of a logical case: what it speaks of itself
	of      *stub.CaseForm
	want    bool
	verdict map[ir.Expr]bool // of the atoms looked at: a mutant shares all but one with the rule
}

// match is eval.Match with the verdicts of atoms remembered.
func (s *shot) match(e ir.Expr) bool {
	switch e := e.(type) {
	case *ir.And:
		for _, a := range e.Args {
			if !s.match(a) {
				return false
			}
		}
		return true
	case *ir.Or:
		for _, a := range e.Args {
			if s.match(a) {
				return true
			}
		}
		return false
	case *ir.Not:
		return !s.match(e.Arg)
	case *ir.Named:
		return s.match(e.Arg)
	case *ir.Const:
		return e.Value
	}
	v, known := s.verdict[e]
	if !known {
		v = eval.Match(e, s.event, s.Tables)
		s.verdict[e] = v
	}
	return v
}

// mutate holds the rule's mutants against the events of its cases. A case that fails kills none: it shows nothing.
func (run *runner) mutate() *Mutation {
	out := &Mutation{}
	for _, m := range Mutants(run.Rule.Where, run.enum) {
		out.All++
		switch {
		case run.kills(m.Where):
			out.Killed++
		case eval.Equivalent(run.Rule.Where, m.Where):
			out.Equivalent++
		default:
			out.Survivors = append(out.Survivors, Survivor{Mutant: m})
		}
	}
	for i := range out.Survivors {
		if !run.options.Propose {
			break
		}
		out.Survivors[i].Case = run.killer(&out.Survivors[i].Mutant)
	}
	return out
}

func (run *runner) kills(mutant ir.Expr) bool {
	for _, s := range run.shots {
		if s.match(mutant) != s.want {
			return true
		}
	}
	return false
}

// enum is a field's closed vocabulary, nil where it has none.
func (run *runner) enum(field string) []string {
	if f, ok := run.Schema.Field(field); ok {
		return f.Enum
	}
	return nil
}
