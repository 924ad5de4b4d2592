package sigmalint

import (
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// maxClauses bounds the clauses of a conjunction that are held each against each.
const maxClauses = 64

// constantRules finds rules that match nothing or everything, and filters that take out nothing.
func constantRules(s *subject, l *diag.List) {
	if s.Where == nil || len(s.Conditions) == 0 {
		return
	}
	at := s.Conditions[0].Whole
	if c, ok := s.Where.(*ir.Const); ok {
		if c.Value {
			l.Add(diag.SigmaTooGeneric, at, "the condition holds whatever the event").WithHelp("say what the event must have")
		} else {
			l.Add(diag.SigmaNever, at, "the condition holds for no event").WithHelp("look for a clause that contradicts another")
		}
		return
	}
	ways := []ir.Expr{s.Where}
	if or, ok := bare(s.Where).(*ir.Or); ok {
		ways = or.Args
	}
	generic := false
	for _, way := range ways {
		s.way(way, l)
		generic = generic || s.Kind == sigma.RuleDocument && negative(way)
	}
	if generic {
		l.Add(diag.SigmaTooGeneric, at, "the condition says what an event must not have, and nothing that it must").
			WithHelp("add a selection that must hold")
	}
}

// negative says that an expression has atoms, and each stands under a negation. That a field is there is no negation,
// however it is said.
func negative(e ir.Expr) bool {
	some, positive := false, false
	ir.Atoms(e, func(a ir.Expr, negated bool) {
		some = true
		if _, has := a.(*ir.Exists); has || !negated {
			positive = true
		}
	})
	return some && !positive
}

// way looks at one of the ways to meet a condition: clauses that must all hold, some of them negated.
func (s *subject) way(e ir.Expr, l *diag.List) {
	var must, not []ir.Expr
	s.clauses(e, &must, &not)
	if len(must) > maxClauses || len(not) > maxClauses {
		return
	}
	for i, x := range must {
		for _, y := range must[:i] {
			if worthwhile(x, y) && s.disjoint(y, x) {
				l.Add(diag.SigmaNever, s.place(x), "this can't hold together with another clause that must").
					WithNote(s.place(y), "the other one").WithHelp("write an alternative where one of the two is enough, or mend the value that is wrong")
				return
			}
		}
	}
	if len(must) == 0 {
		return
	}
	found := &ir.And{Args: must}
	for _, x := range not {
		if s.implies(found, x) {
			l.Add(diag.SigmaNever, s.place(x), "this takes out all that the rule finds").
				WithNote(s.place(must[0]), "what it finds").WithHelp("ask more of what is taken out, or less of what is found")
			return
		}
		if s.disjoint(found, x) {
			l.Add(diag.SigmaFilterIdle, s.place(x), "this can't hold together with what the rule finds, so it takes out nothing").
				WithNote(s.place(must[0]), "what it finds").WithHelp("mend the value that is wrong, or take it out")
		}
	}
}

// clauses parts a conjunction into what must hold and what must not. Names are gone into, alternatives are not; of
// those that must not hold, each counts by itself.
func (s *subject) clauses(e ir.Expr, must, not *[]ir.Expr) {
	switch x := bare(e).(type) {
	case *ir.And:
		for _, a := range x.Args {
			s.clauses(a, must, not)
		}
	case *ir.Not:
		if or, ok := bare(x.Arg).(*ir.Or); ok && !s.isSelection(x.Arg) {
			*not = append(*not, or.Args...)
		} else {
			*not = append(*not, x.Arg)
		}
	default:
		*must = append(*must, e)
	}
}

// isSelection says that an expression bears a name: its alternatives are one selection's, and are not told apart.
func (s *subject) isSelection(e ir.Expr) bool {
	_, ok := e.(*ir.Named)
	return ok
}

// worthwhile says that two clauses may be worth comparing: atoms of one field, or something larger.
func worthwhile(x, y ir.Expr) bool {
	f, g := ir.Fields(bare(x)), ir.Fields(bare(y))
	return len(f) != 1 || len(g) != 1 || f[0].Name == g[0].Name
}

// place is where a clause stands: of a selection its name.
func (s *subject) place(e ir.Expr) source.Span {
	if n, ok := e.(*ir.Named); ok {
		for i := range s.Selections {
			if s.Selections[i].Name.Value == n.Name {
				return s.Selections[i].Name.Whole
			}
		}
	}
	if at := e.Where(); !at.IsZero() {
		return at
	}
	return s.Conditions[0].Whole
}

// idleClauses finds two entries of one mapping on one field of which one follows from the other.
func idleClauses(s *subject, l *diag.List) {
	for i := range s.items {
		x := &s.items[i]
		if x.key == nil || x.group == nil || len(x.values) == 0 {
			continue
		}
		for j := i - 1; j >= 0 && s.items[j].group == x.group && i-j < maxClauses; j-- {
			if y := &s.items[j]; y.field == x.field && x.mods != y.mods {
				s.idleClause(x, y, l)
			}
		}
	}
}

func (s *subject) idleClause(x, y *item, l *diag.List) {
	a, b := s.meaning(x), s.meaning(y)
	if a == nil || b == nil {
		return
	}
	if !s.implies(b, a) {
		if x, y = y, x; !s.implies(a, b) {
			return
		}
	}
	l.Add(diag.SigmaClauseIdle, x.key.Span, "this follows from %s, which must hold anyway", clip(y.key.Text.Value)).
		WithNote(y.key.Span, "the one it follows from").WithHelp("take it out, or write the value that was meant")
}

// meaning is what an item says, put together of the atoms that stand at its values; nil where they can't be told.
func (s *subject) meaning(it *item) ir.Expr {
	e := s.Selections[it.selection].Expr
	if e == nil || it.has(neq) || !it.value.Alias.IsZero() {
		return nil
	}
	lo, hi := it.value.Span.Start, it.value.Span.End
	var args []ir.Expr
	plain := true
	ir.Atoms(e, func(a ir.Expr, negated bool) {
		if at := a.Where(); at.File == it.value.Span.File && lo <= at.Start && at.End <= hi {
			plain = plain && !negated
			args = append(args, a)
		}
	})
	if !plain || len(args) == 0 || len(args) != len(it.values) && len(args) != 1 {
		return nil
	}
	if it.has(allOf) {
		return &ir.And{Args: args}
	}
	return &ir.Or{Args: args}
}
