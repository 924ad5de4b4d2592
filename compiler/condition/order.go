package condition

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

var orders = map[string]ir.CompareOp{operators.Less: ir.Lt, operators.LessEquals: ir.Le, operators.Greater: ir.Gt, operators.GreaterEquals: ir.Ge}

// flip is what an order becomes when its sides change places.
var flip = [...]ir.CompareOp{ir.Lt: ir.Gt, ir.Le: ir.Ge, ir.Gt: ir.Lt, ir.Ge: ir.Le}

// lowerOrder reads < <= > >=: a field beside a literal, on either side.
func (c *compiler) lowerOrder(e, l, r ast.Expr) (ir.Expr, bool) {
	op := orders[e.AsCall().FunctionName()]
	if isLiteral(l) && isLiteral(r) {
		a, ok1 := c.literal(l)
		b, ok2 := c.literal(r)
		if !ok1 || !ok2 {
			return nil, false
		}
		return &ir.Const{Value: holds(op, cmp.Or(cmp.Compare(a.Int, b.Int), cmp.Compare(a.Float, b.Float))), Span: c.span(e)}, true
	}
	if isLiteral(l) {
		l, r, op = r, l, flip[op]
	}
	if f, ok := c.fieldOf(l); ok && isLiteral(r) {
		if f.Any { // cel-go let only what has an order through
			f.Type = orderedAs(r)
		}
		v, ok := c.literal(r)
		if ok && v.Type != f.Type {
			c.wrongLiteral(f.Name, kind{base: baseKind(f.Type)}, r)
			return nil, false
		}
		return &ir.Compare{Field: f.Field, Op: op, Value: v, Span: c.span(e)}, ok
	}
	if part, _, ok := c.partOf(l); ok && isLiteral(r) {
		c.orderedPart(e, part, op, l, r)
		return nil, false
	}
	lo, hi := c.nameOf(e)
	c.report(diag.NotInLanguage, lo, hi, "%s holds a field against a number or a time that is written out", quote(c.text.Value[lo:hi])).
		WithHelp("two fields compare only by ==")
	return nil, false
}

func holds(op ir.CompareOp, order int) bool {
	switch op {
	case ir.Lt:
		return order < 0
	case ir.Le:
		return order <= 0
	case ir.Gt:
		return order > 0
	}
	return order >= 0
}

// orderedPart reports getHours() < 6 with the list that it stands for: Sigma compares parts of a time by equality.
func (c *compiler) orderedPart(e ast.Expr, part timePart, op ir.CompareOp, l, r ast.Expr) {
	lo, hi := c.nameOf(e)
	d := c.report(diag.NotInLanguage, lo, hi, "a part of a time is compared by == and in only: Sigma has no order for it")
	n, ok := r.AsLiteral().(types.Int)
	if !ok || part.max-part.min > 60 {
		return
	}
	var list []string
	for v := part.min; v <= part.max; v++ {
		if holds(op, cmp.Compare(v, int(n))) {
			list = append(list, fmt.Sprint(v))
		}
	}
	if len(list) > 0 {
		elo, ehi := c.bytesOf(e)
		text := c.written(l) + " in [" + strings.Join(list, ", ") + "]"
		c.fix(d.WithHelp("write %s", text), true, "list them", change{elo, ehi, text})
	}
}

// partOf is the part of a timestamp field that a call reads.
func (c *compiler) partOf(e ast.Expr) (timePart, Field, bool) {
	if e.Kind() != ast.CallKind || !e.AsCall().IsMemberFunction() {
		return timePart{}, Field{}, false
	}
	p, ok := timeParts[e.AsCall().FunctionName()]
	if !ok {
		return timePart{}, Field{}, false
	}
	f, ok := c.fieldOf(e.AsCall().Target())
	if f.Any {
		f.Type = ir.Timestamp
	}
	return p, f, ok
}

// partValue reads a number in CEL's count and gives it in Sigma's.
func (c *compiler) partValue(p timePart, e ast.Expr) (int, bool) {
	n, ok := e.AsLiteral().(types.Int)
	if !ok {
		c.mismatch(e, "a part of a time is a whole number, and %s is %s", quote(c.src(e)), c.kindOf(e))
		return 0, false
	}
	if int64(n) < int64(p.min) || int64(n) > int64(p.max) {
		lo, hi := c.bytesOf(e)
		d := c.report(diag.BadLiteral, lo, hi, "no %s is %d: CEL counts them from %d to %d", p.unit, n, p.min, p.max)
		if p.add == 1 {
			d.WithHelp("CEL counts from 0 here: January is 0, and the first day of a month is getDate() == 1")
		}
		return 0, false
	}
	return int(n) + p.add, true
}

func (c *compiler) partValues(p timePart, els []ast.Expr) ([]int, bool) {
	out, all := make([]int, 0, len(els)), true
	for _, el := range els {
		if el.Kind() != ast.LiteralKind {
			c.mismatch(el, "a list here holds whole numbers, and %s is none", quote(c.src(el)))
			all = false
			continue
		}
		v, ok := c.partValue(p, el)
		out, all = append(out, v), all && ok
	}
	return out, all
}
