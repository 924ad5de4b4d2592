package bind

import (
	"fmt"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Outcome is what became of a rule on a source.
type Outcome struct {
	Bound  *Bound // nil where no rule is emitted for the source
	Reason string // why not, in one line
}

// neverTrue is how the reason begins for which a rule that is never true on a source is not emitted there.
const neverTrue = "never true there: "

// Never says that nothing is emitted since the rule is never true on the source: what it asks for can't be there.
func (o Outcome) Never() bool { return o.Bound == nil && strings.HasPrefix(o.Reason, neverTrue) }

// Rule specialises a rule to a source. `degrade` accepts what is lost there: that an exclusion can't be made, or that a
// clause is never true. What a source can't carry becomes findings at the clause, unless it makes no difference there.
func Rule(r *ir.Rule, src *Source, degrade bool, l *diag.List) Outcome {
	s := &specialiser{rule: r, src: src}
	exact := s.bind(reading{})
	found := s.findings
	if len(found.refused) > 0 && !sameMeaning(s.bind(reading{refusedNegated: true}), s.bind(reading{refusedPositive: true})) {
		for _, c := range found.refused {
			l.Add(diag.MappedOperator, c.Span, "%s: %s", src.ID, c.Reason).
				WithHelp("ask only for ==, in and has() of this field, or leave the source out with sources:")
		}
		return Outcome{Reason: found.refused[0].Reason}
	}
	b := &Bound{Rule: r, Source: src, Where: exact}
	if c, ok := exact.(*ir.Const); ok && !c.Value {
		return Outcome{Reason: neverTrue + found.whyNever()}
	}
	if len(found.negated) > 0 && !sameMeaning(exact, s.bind(reading{absentNegated: true})) {
		names := fieldsOf(found.negated)
		c := Clause{found.negated[0].Where(), "the log has no " + names, Wider}
		if !degrade {
			l.Add(diag.WiderOnSource, c.Span, "%s has no %s, by which this rule excludes", src.ID, names).
				WithHelp("guard it: has(%s) && …; or accept the loss: degrade: [%s]", ir.Fields(found.negated[0])[0].Name, src.ID)
			return Outcome{Reason: "refused: without " + names + " the rule would be wider"}
		}
		b.Degraded = append(b.Degraded, c)
	}
	if len(found.positive) > 0 && !sameMeaning(exact, s.bind(reading{absentPositive: true})) {
		names := fieldsOf(found.positive)
		c := Clause{found.positive[0].Where(), "the log has no " + names, Narrower}
		b.Degraded = append(b.Degraded, c)
		if !degrade {
			l.Add(diag.NarrowerOnSource, c.Span, "%s has no %s, so this clause is never true there", src.ID, names).
				WithHelp("accept the loss: degrade: [%s]; or list the sources that have it under sources:", src.ID)
		}
	}
	if c, ok := exact.(*ir.Const); ok && c.Value {
		l.Add(diag.ConstantRule, r.Where.Where(), "on %s the condition is true of every record", src.ID)
		return Outcome{Reason: "true of every record"}
	}
	return Outcome{Bound: b}
}

// fieldsOf names the fields of atoms, each once.
func fieldsOf(atoms []ir.Expr) string {
	var names []string
	for _, a := range atoms {
		for _, f := range ir.Fields(a) {
			if !contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	return strings.Join(names, ", ")
}

// A reading says of which atoms that a source can't carry it takes for granted that they are true. The law's reading
// is the zero one, of none. The others show whether it matters: where the result changes with them, the rule means
// something else on this source. An atom under an odd number of negations can only take from what matches, any other
// only add to it, so that to hold the two ends against each other is enough.
type reading struct {
	absentNegated, absentPositive   bool // over a field that the source doesn't have
	refusedNegated, refusedPositive bool // that can't be asked in the log's own names and values
}

// findings are the atoms that became other than they were, in the order of the text.
type findings struct {
	negated, positive []ir.Expr // over fields that the source doesn't have
	nothing           []ir.Expr // of whose values the log has none
	refused           []Clause
}

type specialiser struct {
	rule *ir.Rule
	src  *Source
	reading
	findings
}

func (s *specialiser) bind(m reading) ir.Expr {
	s.reading, s.findings = m, findings{}
	e := s.expr(s.rule.Where, false)
	if s.src.Filter != nil {
		e = &ir.And{Args: []ir.Expr{s.src.Filter, e}, Span: s.rule.Where.Where()}
	}
	return ir.Absorb(ir.Normalize(e))
}

func (s *specialiser) expr(e ir.Expr, negated bool) ir.Expr {
	switch e := e.(type) {
	case *ir.And:
		return &ir.And{Args: s.all(e.Args, negated), Span: e.Span}
	case *ir.Or:
		return &ir.Or{Args: s.all(e.Args, negated), Span: e.Span}
	case *ir.Not:
		return &ir.Not{Arg: s.expr(e.Arg, !negated), Span: e.Span}
	case *ir.Named:
		return &ir.Named{Name: e.Name, Arg: s.expr(e.Arg, negated), Span: e.Span}
	case *ir.Const:
		return e
	}
	return s.atom(e, negated)
}

func (s *specialiser) all(args []ir.Expr, negated bool) []ir.Expr {
	out := make([]ir.Expr, len(args))
	for i, a := range args {
		out[i] = s.expr(a, negated)
	}
	return out
}

func (s *specialiser) atom(a ir.Expr, negated bool) ir.Expr {
	switch a := a.(type) {
	case *ir.Keyword:
		return a
	case *ir.FieldEq:
		return s.fieldEq(a, negated)
	}
	f := ir.Fields(a)[0]
	b := s.src.Binding(f.Name)
	switch {
	case b.Absent():
		return s.absent(a, negated)
	case b.Const != nil:
		if _, ok := a.(*ir.InSet); ok {
			return s.refuse(a, negated, fmt.Sprintf("%s is the constant %s there, which a context table can't be asked for", f.Name, b.Const[0].Text()))
		}
		return &ir.Const{Value: eval.Match(a, constant{f.Name, b.Const}, nil), Span: a.Where()}
	}
	return s.onPaths(b, a.Where(), func(path ir.Field) ir.Expr {
		if b.Values != nil {
			return s.onMapped(a, negated, b, path)
		}
		return ir.WithField(a, s.readBy(f, path))
	})
}

// onPaths is the atom on the first raw name that is present.
func (s *specialiser) onPaths(b Binding, span source.Span, atom func(ir.Field) ir.Expr) ir.Expr {
	if len(b.Paths) == 1 {
		return atom(b.Paths[0])
	}
	or := &ir.Or{Span: span}
	for i, path := range b.Paths {
		and := &ir.And{Span: span}
		for _, before := range b.Paths[:i] {
			and.Args = append(and.Args, &ir.Not{Arg: &ir.Exists{Field: before, Span: span}, Span: span})
		}
		and.Args = append(and.Args, atom(path))
		or.Args = append(or.Args, and)
	}
	return or
}

// onMapped is the atom in the log's own values.
func (s *specialiser) onMapped(a ir.Expr, negated bool, b Binding, path ir.Field) ir.Expr {
	switch a := a.(type) {
	case *ir.Exists:
		return &ir.Exists{Field: path, Span: a.Span}
	case *ir.Eq:
		out := &ir.Eq{Field: path, Span: a.Span}
		for _, pair := range b.Values {
			logical, ok := ir.ParseValue(a.Field, pair.Logical, true)
			if ok && eval.Match(a, constant{a.Field.Name, []ir.Value{logical}}, nil) {
				out.Values = append(out.Values, ir.StringValue(pair.Raw))
			}
		}
		if len(out.Values) == 0 {
			s.nothing = append(s.nothing, a)
		}
		return out
	}
	return s.refuse(a, negated, fmt.Sprintf("the log has its own values for %s, and this asks for more than equality", ir.Fields(a)[0].Name))
}

func (s *specialiser) fieldEq(a *ir.FieldEq, negated bool) ir.Expr {
	x, y := s.src.Binding(a.Field.Name), s.src.Binding(a.Other.Name)
	switch {
	case x.Absent() || y.Absent():
		return s.absent(a, negated)
	case x.Values != nil || y.Values != nil:
		return s.refuse(a, negated, fmt.Sprintf("the log has its own values for %s or %s, which can't be held against each other", a.Field.Name, a.Other.Name))
	case x.Const != nil && y.Const != nil:
		both := both{constant{a.Field.Name, x.Const}, constant{a.Other.Name, y.Const}}
		return &ir.Const{Value: eval.Match(a, both, nil), Span: a.Span}
	case foldsOneWay(a.Field, x.Const) || foldsOneWay(a.Field, y.Const):
		return s.refuse(a, negated, fmt.Sprintf("%s or %s is a constant there with letters beyond ASCII, which two fields fold otherwise than a field and a text", a.Field.Name, a.Other.Name))
	case x.Const != nil:
		return s.onPaths(y, a.Span, func(p ir.Field) ir.Expr { return &ir.Eq{Field: p, Values: x.Const, Span: a.Span} })
	case y.Const != nil:
		return s.onPaths(x, a.Span, func(p ir.Field) ir.Expr { return &ir.Eq{Field: p, Values: y.Const, Span: a.Span} })
	}
	return s.onPaths(x, a.Span, func(p ir.Field) ir.Expr {
		return s.onPaths(y, a.Span, func(q ir.Field) ir.Expr {
			return &ir.FieldEq{Field: s.readBy(a.Field, p), Other: s.readBy(a.Other, q), Span: a.Span}
		})
	})
}

// foldsOneWay says of a constant that held against a field it matches more than another field of that value would: the
// literal's letters choose the fold, of two fields both must agree.
func foldsOneWay(f ir.Field, constant []ir.Value) bool {
	if f.Type != ir.String || len(constant) == 0 {
		return false
	}
	mode, _ := f.Folder(constant[0].Str)
	return mode == ir.FoldUnicode
}

func (s *specialiser) absent(a ir.Expr, negated bool) ir.Expr {
	if negated {
		s.negated = append(s.negated, a)
	} else {
		s.positive = append(s.positive, a)
	}
	return &ir.Const{Value: negated && s.absentNegated || !negated && s.absentPositive, Span: a.Where()}
}

func (s *specialiser) refuse(a ir.Expr, negated bool, reason string) ir.Expr {
	s.refused = append(s.refused, Clause{a.Where(), reason, Narrower})
	return &ir.Const{Value: negated && s.refusedNegated || !negated && s.refusedPositive, Span: a.Where()}
}

// whyNever names what the log lacks.
func (f findings) whyNever() string {
	switch {
	case len(f.positive) > 0:
		return "the log has no " + fieldsOf(f.positive)
	case len(f.nothing) > 0:
		return "the log has none of the values asked for of " + fieldsOf(f.nothing)
	}
	return "a constant of the log, or its row filter, contradicts the condition"
}

// constant is an event of one field.
type constant struct {
	name   string
	values []ir.Value
}

func (c constant) Get(f ir.Field) ([]ir.Value, bool) {
	if f.Name == c.name {
		return c.values, true
	}
	return nil, false
}

func (c constant) Texts(func(string) bool) bool { return false }

type both [2]constant

func (b both) Get(f ir.Field) ([]ir.Value, bool) {
	if values, ok := b[0].Get(f); ok {
		return values, true
	}
	return b[1].Get(f)
}

func (b both) Texts(func(string) bool) bool { return false }
