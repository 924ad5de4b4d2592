package ir

import (
	"net/netip"

	"detc/compiler/source"
)

// An Expr is a boolean expression. The set of its kinds is closed: Visit reaches each, and a new kind breaks every
// Visitor until it is handled there.
//
// The meaning is two-valued. A positive atom over a missing field is false, its negation is true. Over a field with
// several values an atom is true if it is true of any; a missing list is an empty one.
type Expr interface {
	// Where is the place in the user's text that the expression came from. Equal ignores it.
	Where() source.Span
	expr()
}

// Connectives. And of nothing is true, Or of nothing is false.
type (
	// And is true when all of its arguments are.
	And struct {
		Args []Expr
		Span source.Span
	}
	// Or is true when one of its arguments is.
	Or struct {
		Args []Expr
		Span source.Span
	}
	// Not is true when its argument is false.
	Not struct {
		Arg  Expr
		Span source.Span
	}
	// Const is true or false whatever the event.
	Const struct {
		Value bool
		Span  source.Span
	}
	// Named is its argument, with the name that the author gave it: a `let`, later a Sigma selection. It has no
	// meaning of its own.
	Named struct {
		Name string
		Arg  Expr
		Span source.Span
	}
)

// Atoms. Where one holds a list of values, it is true if it is true of any of them.
type (
	// Eq compares with literals of the field's type. Strings fold case unless the field is cased. Beside a field of
	// strings a literal of another type stands for its text: the number 4624 is equal to the text "4624". It says the
	// same as that text and is held apart from it, so that a number stays one on the way from Sigma back to Sigma.
	Eq struct {
		Field  Field
		Values []Value
		Span   source.Span
	}
	// Match looks for strings at the place that Op says. Case folds unless the field is cased.
	Match struct {
		Field    Field
		Op       MatchOp
		Values   []string
		Encoding Encoding
		Span     source.Span
	}
	// Regex searches, unanchored, for RE2 expressions. It is case-sensitive whatever the field; a leading (?i)
	// says otherwise.
	Regex struct {
		Field    Field
		Patterns []string
		Span     source.Span
	}
	// Cidr holds an IP against networks; both sides are unmapped from v4-in-v6.
	Cidr struct {
		Field Field
		Nets  []netip.Prefix
		Span  source.Span
	}
	// Compare orders a number or a timestamp against a literal.
	Compare struct {
		Field Field
		Op    CompareOp
		Value Value
		Span  source.Span
	}
	// FieldEq holds two fields of one type against each other. It is false if either is missing.
	FieldEq struct {
		Field, Other Field
		Span         source.Span
	}
	// Exists is true when the field is there with a value that is not null: also one that no other atom can read.
	Exists struct {
		Field Field
		Span  source.Span
	}
	// InSet asks whether the value is in a table of site knowledge. The rule names the table and the version of its
	// schema, never its content.
	InSet struct {
		Field   Field
		Table   string
		Version int
		Span    source.Span
	}
	// TimePart compares a part of a timestamp in UTC, as Sigma counts it: months from 1.
	TimePart struct {
		Field  Field
		Part   TimeUnit
		Values []int
		Span   source.Span
	}
	// Keyword looks for strings, case folded, in any value of the event: Op is Contains, or Glob for patterns, which
	// then fit a part of the value.
	Keyword struct {
		Op     MatchOp
		Values []string
		Span   source.Span
	}
)

// MatchOp says where a Match looks.
type MatchOp uint8

const (
	Contains MatchOp = iota
	Prefix
	Suffix
	Glob // the whole value; * is any run of characters, ? is one; a backslash before one of * ? \ takes it as it is
)

func (o MatchOp) String() string { return [...]string{"contains", "startswith", "endswith", "like"}[o] }

// CompareOp is an order.
type CompareOp uint8

const (
	Lt CompareOp = iota
	Le
	Gt
	Ge
)

func (o CompareOp) String() string { return [...]string{"<", "<=", ">", ">="}[o] }

// TimeUnit is a part of a timestamp; the names are Sigma's modifiers.
type TimeUnit uint8

const (
	Minute TimeUnit = iota
	Hour
	Day
	Week
	Month
	Year
)

func (u TimeUnit) String() string {
	return [...]string{"minute", "hour", "day", "week", "month", "year"}[u]
}

func (e *And) Where() source.Span      { return e.Span }
func (e *Or) Where() source.Span       { return e.Span }
func (e *Not) Where() source.Span      { return e.Span }
func (e *Const) Where() source.Span    { return e.Span }
func (e *Named) Where() source.Span    { return e.Span }
func (e *Eq) Where() source.Span       { return e.Span }
func (e *Match) Where() source.Span    { return e.Span }
func (e *Regex) Where() source.Span    { return e.Span }
func (e *Cidr) Where() source.Span     { return e.Span }
func (e *Compare) Where() source.Span  { return e.Span }
func (e *FieldEq) Where() source.Span  { return e.Span }
func (e *Exists) Where() source.Span   { return e.Span }
func (e *InSet) Where() source.Span    { return e.Span }
func (e *TimePart) Where() source.Span { return e.Span }
func (e *Keyword) Where() source.Span  { return e.Span }

func (*And) expr()      {}
func (*Or) expr()       {}
func (*Not) expr()      {}
func (*Const) expr()    {}
func (*Named) expr()    {}
func (*Eq) expr()       {}
func (*Match) expr()    {}
func (*Regex) expr()    {}
func (*Cidr) expr()     {}
func (*Compare) expr()  {}
func (*FieldEq) expr()  {}
func (*Exists) expr()   {}
func (*InSet) expr()    {}
func (*TimePart) expr() {}
func (*Keyword) expr()  {}

// A Visitor has one method a kind of expression. Who reads IR implements it whole, so that a kind added here is a
// compile error there.
type Visitor[T any] interface {
	And(*And) T
	Or(*Or) T
	Not(*Not) T
	Const(*Const) T
	Named(*Named) T
	AtomVisitor[T]
}

// An AtomVisitor has one method a kind of atom.
type AtomVisitor[T any] interface {
	Eq(*Eq) T
	Match(*Match) T
	Regex(*Regex) T
	Cidr(*Cidr) T
	Compare(*Compare) T
	FieldEq(*FieldEq) T
	Exists(*Exists) T
	InSet(*InSet) T
	TimePart(*TimePart) T
	Keyword(*Keyword) T
}

// Visit calls the visitor's method for the kind of e.
func Visit[T any](e Expr, v Visitor[T]) T {
	switch e := e.(type) {
	case *And:
		return v.And(e)
	case *Or:
		return v.Or(e)
	case *Not:
		return v.Not(e)
	case *Const:
		return v.Const(e)
	case *Named:
		return v.Named(e)
	}
	return VisitAtom(e, AtomVisitor[T](v))
}

// VisitAtom calls the visitor's method for the kind of the atom e. It must not be given a connective.
func VisitAtom[T any](e Expr, v AtomVisitor[T]) T {
	switch e := e.(type) {
	case *Eq:
		return v.Eq(e)
	case *Match:
		return v.Match(e)
	case *Regex:
		return v.Regex(e)
	case *Cidr:
		return v.Cidr(e)
	case *Compare:
		return v.Compare(e)
	case *FieldEq:
		return v.FieldEq(e)
	case *Exists:
		return v.Exists(e)
	case *InSet:
		return v.InSet(e)
	case *TimePart:
		return v.TimePart(e)
	case *Keyword:
		return v.Keyword(e)
	}
	panic("ir: no such atom")
}

// Children are the arguments of a connective; an atom has none.
func Children(e Expr) []Expr {
	switch e := e.(type) {
	case *And:
		return e.Args
	case *Or:
		return e.Args
	case *Not:
		return []Expr{e.Arg}
	case *Named:
		return []Expr{e.Arg}
	}
	return nil
}

// Atoms calls f for every atom of e from left to right, and says whether it stands under an odd number of negations.
func Atoms(e Expr, f func(atom Expr, negated bool)) { atoms(e, false, f) }

func atoms(e Expr, negated bool, f func(Expr, bool)) {
	switch e := e.(type) {
	case *And, *Or, *Named:
		for _, c := range Children(e) {
			atoms(c, negated, f)
		}
	case *Not:
		atoms(e.Arg, !negated, f)
	case *Const:
	default:
		f(e, negated)
	}
}

// Map rebuilds e with every atom replaced by what f makes of it. It shares what f leaves as it is.
func Map(e Expr, f func(atom Expr) Expr) Expr {
	switch e := e.(type) {
	case *And:
		return &And{mapAll(e.Args, f), e.Span}
	case *Or:
		return &Or{mapAll(e.Args, f), e.Span}
	case *Not:
		return &Not{Map(e.Arg, f), e.Span}
	case *Named:
		return &Named{e.Name, Map(e.Arg, f), e.Span}
	case *Const:
		return e
	}
	return f(e)
}

func mapAll(args []Expr, f func(Expr) Expr) []Expr {
	out := make([]Expr, len(args))
	for i, a := range args {
		out[i] = Map(a, f)
	}
	return out
}

// Fields are the fields that an atom reads: one, two for a FieldEq, none for a Keyword.
func Fields(atom Expr) []Field {
	switch a := atom.(type) {
	case *Eq:
		return []Field{a.Field}
	case *Match:
		return []Field{a.Field}
	case *Regex:
		return []Field{a.Field}
	case *Cidr:
		return []Field{a.Field}
	case *Compare:
		return []Field{a.Field}
	case *FieldEq:
		return []Field{a.Field, a.Other}
	case *Exists:
		return []Field{a.Field}
	case *InSet:
		return []Field{a.Field}
	case *TimePart:
		return []Field{a.Field}
	}
	return nil
}

// WithField is the atom on another field. It must not be given a FieldEq or a Keyword.
func WithField(atom Expr, f Field) Expr {
	switch a := atom.(type) {
	case *Eq:
		c := *a
		c.Field = f
		return &c
	case *Match:
		c := *a
		c.Field = f
		return &c
	case *Regex:
		c := *a
		c.Field = f
		return &c
	case *Cidr:
		c := *a
		c.Field = f
		return &c
	case *Compare:
		c := *a
		c.Field = f
		return &c
	case *Exists:
		c := *a
		c.Field = f
		return &c
	case *InSet:
		c := *a
		c.Field = f
		return &c
	case *TimePart:
		c := *a
		c.Field = f
		return &c
	}
	panic("ir: the atom has no single field")
}
