package trial

import (
	"cmp"
	"slices"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A Sighting is a row on which a rule fires, with what its verdict rests on. Where it fires only if the tables say so,
// they say so in the trace.
type Sighting struct {
	Place
	Trace eval.Step
}

// places are the first few, in order.
type places []Sighting

// maxPlaces is how many are named where nobody asks for more.
const maxPlaces = 3

// note keeps a row, where few have been so far.
func (m *machine) note(p *places, at Place, b *bound) {
	if len(*p) >= m.most {
		return
	}
	s := Sighting{Place: at}
	if m.explain {
		s.Trace = b.trace(&m.event)
	}
	*p = append(*p, s)
}

// with is the first few of both.
func (p places) with(o places, most int) places {
	all := slices.Concat(p, o)
	slices.SortFunc(all, func(a, b Sighting) int {
		return cmp.Or(cmp.Compare(a.nth, b.nth), cmp.Compare(a.Line, b.Line))
	})
	return all[:min(len(all), most)]
}

func (p places) lines() []Place {
	out := make([]Place, len(p))
	for i := range p {
		out[i] = p[i].Place
	}
	return out
}

// trace says why the rule fires on a row on which it may: with tables that hold nothing, or, where it doesn't fire
// then, with tables that hold what it wants them to.
func (b *bound) trace(ev eval.Event) eval.Step {
	s := eval.Trace(b.Where, ev, nil)
	if s.Value || len(b.tables) == 0 {
		return s
	}
	tables := eval.Tables{}
	ir.Atoms(b.Where, func(a ir.Expr, negated bool) {
		if set, ok := a.(*ir.InSet); ok && !negated {
			values, _ := ev.Get(set.Field)
			tables[set.Table] = append(tables[set.Table], values...)
		}
	})
	return eval.Trace(b.granted(b.Where, false), ev, tables)
}

// granted is an expression in which what must be looked up is as the rule wants it.
func (b *bound) granted(e ir.Expr, negated bool) ir.Expr {
	switch e := e.(type) {
	case *ir.And:
		return &ir.And{Args: b.grantedAll(e.Args, negated), Span: e.Span}
	case *ir.Or:
		return &ir.Or{Args: b.grantedAll(e.Args, negated), Span: e.Span}
	case *ir.Not:
		return &ir.Not{Arg: b.granted(e.Arg, !negated), Span: e.Span}
	case *ir.Named:
		return &ir.Named{Name: e.Name, Arg: b.granted(e.Arg, negated), Span: e.Span}
	}
	for _, f := range ir.Fields(e) {
		if b.given[f.Name] != nil {
			return &ir.Const{Value: !negated, Span: e.Where()}
		}
	}
	return e
}

func (b *bound) grantedAll(args []ir.Expr, negated bool) []ir.Expr {
	out := make([]ir.Expr, len(args))
	for i, a := range args {
		out[i] = b.granted(a, negated)
	}
	return out
}

// inFile are a rule's rows of one file.
type inFile struct{ fires, empty, most int }

// saw judges a rule on the record.
func (m *machine) saw(b *bound, at Place) {
	must := m.holds(b.must)
	if !must && (b.may == nil || !m.holds(b.may)) {
		return
	}
	of := b.files[at.nth]
	if of == nil {
		of = &inFile{}
		b.files[at.nth] = of
	}
	of.most++
	if must || m.holds(b.bare) {
		of.empty++
	}
	if must {
		of.fires++
		m.note(&b.firedAt, at, b)
		return
	}
	m.note(&b.waitingAt, at, b)
}

// all are a rule's rows of all files.
func (b *bound) all() (out inFile) {
	for _, f := range b.files {
		out.add(f)
	}
	return out
}

func (f *inFile) add(o *inFile) {
	f.fires += o.fires
	f.empty += o.empty
	f.most += o.most
}
