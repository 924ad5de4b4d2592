package change

import (
	"strings"

	"detc/compiler/ir"
)

// maxKept is how many alternatives of a list, or of an Or, events are generated for.
const maxKept = 24

// thin is an expression with few of its alternatives, those first that another doesn't have: what the two share tells
// them apart seldom, and the generator looks at each for each. It means something else, so that what is generated from
// it is only tried.
func thin(e, other ir.Expr) ir.Expr {
	t := &thinner{args: map[[32]byte]bool{}, values: map[string]bool{}}
	t.note(other)
	return ir.Normalize(t.expr(e))
}

type thinner struct {
	args   map[[32]byte]bool // alternatives of the other's Ors
	values map[string]bool   // and of its lists, with what is asked
}

func (t *thinner) note(e ir.Expr) {
	if or, ok := e.(*ir.Or); ok && len(or.Args) > maxKept {
		for _, a := range or.Args {
			t.args[ir.Digest(a)] = true
		}
	}
	for _, c := range ir.Children(e) {
		t.note(c)
	}
	if ir.Literals(e) > maxKept {
		for _, v := range literals(e) {
			t.values[headOf(e)+"\x00"+strings.ToLower(v)] = true
		}
	}
}

func (t *thinner) expr(e ir.Expr) ir.Expr {
	switch e := e.(type) {
	case *ir.And:
		return &ir.And{Args: t.all(e.Args), Span: e.Span}
	case *ir.Or:
		args := e.Args
		if len(args) > maxKept {
			var kept []ir.Expr
			for _, i := range t.few(len(args), func(i int) bool { return t.args[ir.Digest(args[i])] }) {
				kept = append(kept, args[i])
			}
			args = kept
		}
		return &ir.Or{Args: t.all(args), Span: e.Span}
	case *ir.Not:
		return &ir.Not{Arg: t.expr(e.Arg), Span: e.Span}
	case *ir.Named:
		return &ir.Named{Name: e.Name, Arg: t.expr(e.Arg), Span: e.Span}
	}
	n := ir.Literals(e)
	if n <= maxKept {
		return e
	}
	head, values := headOf(e), literals(e)
	return ir.WithLiterals(e, t.few(n, func(i int) bool { return t.values[head+"\x00"+strings.ToLower(values[i])] }))
}

func (t *thinner) all(args []ir.Expr) []ir.Expr {
	out := make([]ir.Expr, len(args))
	for i, a := range args {
		out[i] = t.expr(a)
	}
	return out
}

// few are the indices of those to keep of n: first what is not shared.
func (t *thinner) few(n int, shared func(int) bool) []int {
	var own, both []int
	for i := range n {
		switch {
		case !shared(i):
			if own = append(own, i); len(own) == maxKept {
				return own
			}
		case len(both) < maxKept:
			both = append(both, i)
		}
	}
	return append(own, both[:min(len(both), maxKept-len(own))]...)
}
