package lint

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// maxNeighbours bounds the runs of && or || that are looked at, since each argument is held against each.
const maxNeighbours = 128

// repeatedClause finds arguments of && that another one implies, and arguments of || that imply another one: both say
// nothing.
func repeatedClause(r *Rule, l *diag.List) {
	for _, text := range r.texts() {
		each(text, func(e ir.Expr) bool {
			if chosen(e) {
				for _, side := range ir.Children(e) { // each part of ?: by itself; side by side they stand nowhere
					for _, part := range ir.Children(side) {
						each(part, func(e ir.Expr) bool { neighbours(e, l); return !chosen(e) })
					}
				}
				return false
			}
			neighbours(e, l)
			return true
		})
	}
}

func neighbours(e ir.Expr, l *diag.List) {
	_, and := e.(*ir.And)
	if _, or := e.(*ir.Or); !and && !or || len(ir.Children(e)) > maxNeighbours {
		return
	}
	args := ir.Children(e)
	gone := make([]bool, len(args))
	for i, x := range args {
		for j, y := range args {
			if i == j || gone[j] || !redundant(x, y, and) || j > i && redundant(y, x, and) {
				continue
			}
			gone[i] = true
			repeated(args, i, y, and, l)
			break
		}
	}
}

// redundant says that x says nothing beside y.
func redundant(x, y ir.Expr, and bool) bool {
	if and {
		return implies(y, x)
	}
	return implies(x, y)
}

func repeated(args []ir.Expr, i int, y ir.Expr, and bool, l *diag.List) {
	x := args[i]
	what := "this follows from what stands beside it"
	switch {
	case ir.Equal(x, y):
		what = "this stands twice"
	case !and:
		what = "this is a part of what stands beside it"
	}
	d := l.Add(diag.RepeatedClause, x.Where(), "%s", what).WithNote(y.Where(), "beside this it says nothing")
	if at, ok := withOperator(args, i, and); ok {
		d.WithFix("take it out", at, "")
	}
}

// withOperator is the stretch of text of one argument and the connective beside it, where nothing but the connective
// stands between it and its neighbour: no bracket, no line of a comment.
func withOperator(args []ir.Expr, i int, and bool) (source.Span, bool) {
	operator := "||"
	if and {
		operator = "&&"
	}
	lo, hi := args[max(i-1, 0)].Where(), args[max(i, 1)].Where()
	if lo.File == nil || lo.File != hi.File || lo.End > hi.Start || lo.Start < 0 || hi.End > len(lo.File.Text) {
		return source.Span{}, false
	}
	if strings.TrimSpace(lo.File.Text[lo.End:hi.Start]) != operator {
		return source.Span{}, false
	}
	if i > 0 {
		return source.Span{File: lo.File, Start: lo.End, End: hi.End}, true
	}
	// What then comes first may be a sign that YAML takes for its own (YAML 1.2, section 5.3).
	if strings.IndexByte("!&*-?:|>'\"%@`#,[]{}", lo.File.Text[hi.Start]) >= 0 {
		return source.Span{}, false
	}
	return source.Span{File: lo.File, Start: lo.Start, End: hi.Start}, true
}
