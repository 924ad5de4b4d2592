package condition

import (
	"fmt"
	"strconv"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// checkTypes runs cel-go's checker and says what it finds in our words, at the operand that is wrong.
func (c *compiler) checkTypes() bool {
	env, err := sharedEnv()
	if err != nil {
		return false
	}
	root := c.ast.NativeRep().Expr()
	checked, issues := env.Check(c.ast)
	if issues.Err() == nil {
		c.ast = checked
		root = checked.NativeRep().Expr()
		if k := c.kindOf(root); !k.boolean() {
			lo, hi := c.bytesOf(root)
			c.notCondition(root, k, lo, hi, "the condition")
		}
		return !c.failed
	}
	nodes, above := map[int64]ast.Expr{}, map[int64]ast.Expr{}
	ast.PreOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		nodes[e.ID()] = e
		if e.Kind() == ast.CallKind {
			for _, a := range e.AsCall().Args() {
				above[a.ID()] = e
			}
		}
	}))
	for _, issue := range issues.Errors() {
		before := c.errors
		e := nodes[issue.ExprID]
		switch {
		case e == nil:
		case above[e.ID()] != nil && connective(above[e.ID()]) && !c.kindOf(e).boolean(): // the checker names the operand
			c.notOperand(above[e.ID()], e)
		default:
			c.explain(e)
		}
		if c.errors == before {
			c.report(diag.TypeMismatch, 0, len(c.text.Value), "the types in this condition don't fit: %s", issue.Message)
		}
	}
	return false
}

func connective(e ast.Expr) bool {
	switch e.AsCall().FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		return true
	}
	return false
}

// notOperand reports what can't be joined by && and its kin. A text beside a comparison was meant for a list.
func (c *compiler) notOperand(parent, e ast.Expr) {
	lo, hi := c.bytesOf(e)
	op := c.word(int(c.extentOf(parent).name))
	if op == "?" {
		op = "?:"
	}
	d := c.notCondition(e, c.kindOf(e), lo, hi, quote(op))
	if args := parent.AsCall().Args(); op == "||" && isLiteral(e) && e.ID() == args[1].ID() && args[0].Kind() == ast.CallKind {
		left := args[0].AsCall()
		if left.FunctionName() == operators.Equals && isLiteral(left.Args()[1]) && !isLiteral(left.Args()[0]) {
			llo, _ := c.bytesOf(args[0])
			want := fmt.Sprintf("%s in [%s, %s]", c.written(left.Args()[0]), c.written(left.Args()[1]), c.written(e))
			c.fix(d.WithHelp("write %s", want), true, "write a list", change{llo, hi, want})
		}
	}
}

// explain finds what is wrong with the operands of a call.
func (c *compiler) explain(e ast.Expr) {
	if e.Kind() != ast.CallKind {
		return
	}
	call := e.AsCall()
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		c.explainComparison(e, comparisons[name], args[0], args[1])
	case operators.In:
		c.explainIn(e, args[0], args[1])
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		for _, a := range args {
			if !c.kindOf(a).boolean() {
				c.notOperand(e, a)
				return
			}
		}
	default:
		c.explainFunction(e, name)
	}
}

// mismatch reports an operand whose type doesn't fit.
func (c *compiler) mismatch(at ast.Expr, format string, args ...any) *diag.Diagnostic {
	lo, hi := c.bytesOf(at)
	return c.report(diag.TypeMismatch, lo, hi, format, args...)
}

// notCondition reports a value where something true or false is needed.
func (c *compiler) notCondition(e ast.Expr, k kind, lo, hi int, where string) *diag.Diagnostic {
	d := c.report(diag.TypeMismatch, lo, hi, "%s needs something that is true or false, and %s is %s", where, quote(c.src(e)), k)
	switch _, isField := c.fieldOf(e); {
	case isField && k.list:
		d.WithHelp("write has(%s), or \"value\" in %s", c.src(e), c.src(e))
	case isField:
		d.WithHelp("write has(%s), or compare it with a value", c.src(e))
	case e.Kind() == ast.LiteralKind:
		d.WithHelp(`a list of values is written field in ["a", "b"]`)
	}
	return d
}

func (c *compiler) explainComparison(e ast.Expr, op string, l, r ast.Expr) {
	kl, kr := c.kindOf(l), c.kindOf(r)
	lit, other := r, l // the side to point at, and the side that says what is needed
	if isLiteral(l) && !isLiteral(r) {
		lit, other = l, r
	}
	k := c.kindOf(other)
	switch {
	case kl.base == patternKind || kr.base == patternKind:
		at := l
		if kr.base == patternKind {
			at = r
		}
		c.mismatch(at, "%s describes a part of a text and can't be compared", quote(c.src(at))).
			WithHelp("write field.contains(%s)", c.src(at))
	case op != "==" && op != "!=" && kl == kr:
		c.mismatch(l, "%s have no order; %s compares numbers and timestamps", plural(kl), quote(op))
	case k.list && !c.kindOf(lit).list:
		d := c.mismatch(other, "%s is %s, and %s compares one value", quote(c.src(other)), k, quote(op))
		if op == "==" && isLiteral(lit) {
			lo, hi := c.bytesOf(e)
			want := c.src(lit) + " in " + c.src(other)
			c.fix(d.WithHelp("write %s", want), true, "write "+want, change{lo, hi, c.written(lit) + " in " + c.written(other)})
			return
		}
		d.WithHelp("write %s.exists(x, …)", c.src(other))
	case kr.list && !kl.list && (op == "==" || op == "!="):
		d := c.mismatch(r, "%s is %s and %s is %s", quote(c.src(l)), kl, quote(c.src(r)), kr)
		if lo, hi := c.nameOf(e); op == "==" && kl.base == kr.base && !isLiteral(l) {
			c.fix(d.WithHelp("write %s in %s", c.src(l), c.src(r)), true, "write in", change{lo, hi, "in"})
		}
	case isLiteral(lit):
		c.wrongLiteral(c.src(other), k, lit)
	default:
		c.mismatch(r, "%s is %s and %s is %s; they can't be compared", quote(c.src(l)), kl, quote(c.src(r)), kr).
			WithHelp("two fields compare only if both have the same type")
	}
}

func plural(k kind) string {
	switch {
	case k.base >= patternKind:
		return "conditions"
	case k.list:
		return "lists"
	}
	return fieldTypes[k.base].plural
}

// wrongLiteral reports a literal that is not of the type of what it is compared with, with the literal that is.
func (c *compiler) wrongLiteral(other string, k kind, lit ast.Expr) {
	kl := c.kindOf(lit)
	d := c.mismatch(lit, "%s is %s and %s is %s", quote(other), k, quote(c.src(lit)), kl)
	lo, hi := c.bytesOf(lit)
	replace := func(s string) {
		c.fix(d.WithHelp("write %s", s), true, "write "+s, change{lo, hi, s})
	}
	s, isText := stringLiteral(lit)
	switch {
	case k.base == baseKind(anyType):
		d.WithHelp("only a number or a timestamp(…) has an order")
	case k.is(ir.String) && (kl.is(ir.Int) || kl.is(ir.Double) || kl.is(ir.Bool)):
		replace(strconv.Quote(c.text.Value[lo:hi]))
	case k.is(ir.Int) && isText:
		if _, err := strconv.ParseInt(s, 10, 64); err == nil {
			replace(s)
		}
	case k.is(ir.Int) && kl.is(ir.Double):
		v := float64(lit.AsLiteral().(types.Double))
		if v == float64(int64(v)) {
			replace(strconv.FormatInt(int64(v), 10))
		} else {
			d.WithHelp("no whole number is equal to it; compare by < or >")
		}
	case k.is(ir.Double) && isText:
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			replace(s)
		}
	case k.is(ir.Bool) && isText && (s == "true" || s == "false"):
		replace(s)
	case k.is(ir.Timestamp) && isText:
		replace("timestamp(" + c.text.Value[lo:hi] + ")")
	case k.is(ir.Timestamp):
		d.WithHelp("write %s", functions["timestamp"].use)
	case k.is(ir.IP):
		d.WithHelp("an address is written as a text: \"10.0.0.1\"")
	}
}

func (c *compiler) explainIn(e, l, r ast.Expr) {
	kl, kr := c.kindOf(l), c.kindOf(r)
	if t, ok := c.tableOf(r); ok {
		if kl.list {
			c.mismatch(l, "%s is %s, and in asks for one value", quote(c.src(l)), kl).
				WithHelp("write %s.exists(x, x in %s)", c.src(l), c.src(r))
			return
		}
		c.mismatch(r, "%s is %s and context.%s is %s", quote(c.src(l)), kl, t.Name, kr).
			WithHelp("the table must be a list of %s", plural(kl))
		return
	}
	if r.Kind() == ast.ListKind {
		if kl.list {
			c.mismatch(l, "%s is %s, and in asks for one value", quote(c.src(l)), kl).
				WithHelp("write %s.exists(x, x in %s)", c.src(l), c.src(r))
			return
		}
		for _, el := range r.AsList().Elements() {
			if ke := c.kindOf(el); ke != kl {
				c.wrongElement(l, kl, el)
				return
			}
		}
	}
	if !kr.list {
		d := c.mismatch(r, "%s is %s, and in needs a list", quote(c.src(r)), kr)
		lo, hi := c.bytesOf(r)
		if isLiteral(r) && kl == kr {
			list := "[" + c.text.Value[lo:hi] + "]"
			c.fix(d.WithHelp("write %s", list), true, "write "+list, change{lo, hi, list})
		}
		return
	}
	if isLiteral(l) {
		c.mismatch(l, "%s is %s and %s is %s", quote(c.src(r)), kr, quote(c.src(l)), kl)
		return
	}
	c.mismatch(r, "%s is %s and %s is %s", quote(c.src(l)), kl, quote(c.src(r)), kr)
}

func (c *compiler) wrongElement(l ast.Expr, k kind, el ast.Expr) {
	if isLiteral(el) {
		c.wrongLiteral(c.src(l), k, el)
		return
	}
	c.mismatch(el, "%s is %s and %s is %s", quote(c.src(l)), k, quote(c.src(el)), c.kindOf(el))
}

func (c *compiler) explainFunction(e ast.Expr, name string) {
	call := e.AsCall()
	needs := kind{base: baseKind(ir.String)}
	if name == "inCidr" {
		needs = kind{base: baseKind(ir.IP)}
	} else if _, ok := timeParts[name]; ok {
		needs = kind{base: baseKind(ir.Timestamp)}
	}
	if call.IsMemberFunction() {
		if k := c.kindOf(call.Target()); k != needs {
			t := c.src(call.Target())
			d := c.mismatch(call.Target(), "%s is for %s, and %s is %s", quote(name+"()"), plural(needs), quote(t), k)
			lo, hi := c.bytesOf(call.Target())
			switch {
			case k == (kind{needs.base, true}):
				if _, end := c.bytesOf(e); name != "exists" {
					want := fmt.Sprintf("%s.exists(x, x%s)", t, c.text.Value[hi:end])
					c.fix(d.WithHelp("write %s", want), true, "look at each value", change{lo, end, want})
				}
			case k.is(ir.IP):
				d.WithHelp(`for an address write == or inCidr("10.0.0.0/8")`)
			case k.is(ir.Int) || k.is(ir.Double):
				d.WithHelp("compare a number by ==, in, < or >")
			}
			return
		}
	}
	if len(call.Args()) == 0 {
		return
	}
	a := call.Args()[0]
	d := c.mismatch(a, "%s needs a text, and %s is %s", quote(name+"()"), quote(c.src(a)), c.kindOf(a))
	if a.Kind() == ast.ListKind && functions[name+"Any"].name != "" {
		lo, hi := c.nameOf(e)
		c.fix(d.WithHelp("write %s", name+"Any"), true, "write "+name+"Any", change{lo, hi, name + "Any"})
		return
	}
	d.WithHelp("write %s", functions[name].use)
}
