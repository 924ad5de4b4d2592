package condition

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

const celFalse = types.False

// lower makes ir of a checked expression that is true or false. It adds a finding where it says no.
func (c *compiler) lower(e ast.Expr) (ir.Expr, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		if b, ok := e.AsLiteral().(types.Bool); ok {
			return &ir.Const{Value: bool(b), Span: c.span(e)}, true
		}
	case ast.IdentKind:
		if f, ok := c.vars[e.AsIdent()]; ok && f.Type == ir.Bool {
			return c.isTrue(f, e), true
		}
	case ast.ComprehensionKind:
		return c.lowerExists(e)
	case ast.CallKind:
		return c.lowerCall(e)
	}
	lo, hi := c.bytesOf(e)
	c.notCondition(e, c.kindOf(e), lo, hi, "the condition")
	return nil, false
}

func (c *compiler) isTrue(f Field, e ast.Expr) ir.Expr {
	return &ir.Eq{Field: f.Field, Values: []ir.Value{ir.BoolValue(true)}, Span: c.span(e)}
}

func (c *compiler) lowerCall(e ast.Expr) (ir.Expr, bool) {
	call := e.AsCall()
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd:
		list, ok := c.lowerAll(e, name, nil)
		return &ir.And{Args: list, Span: c.span(e)}, ok
	case operators.LogicalOr:
		list, ok := c.lowerAll(e, name, nil)
		return &ir.Or{Args: list, Span: c.span(e)}, ok
	case operators.LogicalNot:
		x, ok := c.lower(args[0])
		return &ir.Not{Arg: x, Span: c.span(e)}, ok
	case operators.Conditional:
		return c.lowerChoice(e)
	case operators.Equals:
		return c.lowerEquals(e, args[0], args[1])
	case operators.NotEquals:
		x, ok := c.lowerEquals(e, args[0], args[1])
		return &ir.Not{Arg: x, Span: c.span(e)}, ok
	case operators.In:
		return c.lowerIn(e, args[0], args[1])
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return c.lowerOrder(e, args[0], args[1])
	case fnHas:
		name, _ := stringLiteral(args[0])
		f, _ := c.scope.lookup(name)
		return &ir.Exists{Field: f.Field, Span: c.span(e)}, true
	case fnLet:
		name, _ := stringLiteral(args[0])
		if l := c.let(name); l != nil && l.Expr != nil {
			return &ir.Named{Name: name, Arg: l.Expr, Span: c.span(e)}, true
		}
		c.failed = true
		return nil, false
	case "keyword":
		values, ok := c.texts(args[0], name)
		return &ir.Keyword{Values: values, Span: c.span(e)}, ok
	case "keywordLike":
		p, ok := c.glob(Field{}, args[0], name)
		return &ir.Keyword{Op: ir.Glob, Values: []string{p}, Span: c.span(e)}, ok
	default:
		if f, ok := c.fieldOf(e); ok && !f.List && f.Type == ir.Bool {
			return c.isTrue(f, e), true
		}
		if call.IsMemberFunction() && functions[name].match {
			return c.lowerFunction(e, name)
		}
	}
	lo, hi := c.bytesOf(e)
	c.notCondition(e, c.kindOf(e), lo, hi, "the condition")
	return nil, false
}

// lowerAll gathers the arguments of a run of one connective, which the parser made a tree of. All of them are read,
// so that one text yields all of its findings.
func (c *compiler) lowerAll(e ast.Expr, op string, list []ir.Expr) ([]ir.Expr, bool) {
	all := true
	for _, a := range e.AsCall().Args() {
		if a.Kind() == ast.CallKind && a.AsCall().FunctionName() == op && c.grow(c.extentOf(a)) == c.extentOf(a) {
			var ok bool
			list, ok = c.lowerAll(a, op, list)
			all = all && ok
			continue
		}
		x, ok := c.lower(a)
		list, all = append(list, x), all && ok
	}
	return list, all
}

// lowerChoice makes (c && a) || (!c && b) of c ? a : b.
func (c *compiler) lowerChoice(e ast.Expr) (ir.Expr, bool) {
	args := e.AsCall().Args()
	if k := c.kindOf(args[1]); !k.boolean() {
		c.mismatch(args[1], "?: chooses between conditions, and %s is %s", quote(c.src(args[1])), k).
			WithHelp("compare inside: c ? field == \"a\" : field == \"b\"")
		return nil, false
	}
	cond, ok1 := c.lower(args[0])
	yes, ok2 := c.lower(args[1])
	no, ok3 := c.lower(args[2])
	span := c.span(e)
	return &ir.Or{Span: span, Args: []ir.Expr{
		&ir.And{Args: []ir.Expr{cond, yes}, Span: span},
		&ir.And{Args: []ir.Expr{&ir.Not{Arg: cond, Span: span}, no}, Span: span},
	}}, ok1 && ok2 && ok3
}

// lowerExists reads the comprehension that resolve made: any-of over a list is what an atom on a list field means.
func (c *compiler) lowerExists(e ast.Expr) (ir.Expr, bool) {
	f := c.vars[e.AsComprehension().IterVar()]
	body := e.AsComprehension().LoopStep().AsCall().Args()[1]
	x, ok := c.lower(body)
	if !ok {
		return nil, false
	}
	help := ""
	switch x.(type) {
	case *ir.Or:
		help = "write x in [...], or one exists for each part of the ||"
	case *ir.And:
		help = "that one value meets both can't be said in Sigma"
	case *ir.Not:
		help = "write !list.exists(x, …) if no value may match"
	case *ir.Const, *ir.Named, *ir.Exists, *ir.Keyword, *ir.FieldEq:
		help = "write " + functions["exists"].use
	}
	if fields := ir.Fields(x); help == "" && (len(fields) != 1 || fields[0].Name != f.Name) {
		help = "the test must be about the value that exists() goes through"
	}
	if help != "" {
		c.refuse(body, "exists() holds one test of the value, and this is none").WithHelp("%s", help)
		return nil, false
	}
	return x, true
}

// lowerEquals reads ==. A field beside a literal is Eq, two fields are FieldEq, a part of a time is TimePart.
func (c *compiler) lowerEquals(e, l, r ast.Expr) (ir.Expr, bool) {
	if isLiteral(l) && isLiteral(r) {
		return c.foldEquals(e, l, r)
	}
	if isLiteral(l) {
		l, r = r, l
	}
	f, lok := c.fieldOf(l)
	if lok && isLiteral(r) {
		f = c.reading(f, r)
		v, ok := c.value(f, r)
		return &ir.Eq{Field: f.Field, Values: []ir.Value{v}, Span: c.span(e)}, ok
	}
	if part, of, ok := c.partOf(l); ok && isLiteral(r) {
		v, ok := c.partValue(part, r)
		return &ir.TimePart{Field: of.Field, Part: part.unit, Values: []int{v}, Span: c.span(e)}, ok
	}
	if g, ok := c.fieldOf(r); lok && ok {
		return c.lowerFieldEq(e, c.reading(f, r), c.reading(g, l), l, r)
	}
	lo, hi := c.nameOf(e)
	d := c.report(diag.NotInLanguage, lo, hi, "%s holds a field against a value or another field", quote(c.text.Value[lo:hi]))
	if c.kindOf(l).base == conditionKind || c.kindOf(r).base == conditionKind {
		d.WithHelp("write the condition itself, or ! in front of it; combine conditions by && and ||")
	}
	return nil, false
}

func (c *compiler) lowerFieldEq(e ast.Expr, f, g Field, l, r ast.Expr) (ir.Expr, bool) {
	lo, hi := c.bytesOf(r)
	_, lvar := c.vars[identOf(l)]
	_, rvar := c.vars[identOf(r)]
	switch {
	case lvar || rvar || f.List || g.List:
		c.report(diag.FieldComparison, lo, hi, "a list can't be held against another field").
			WithHelp("only single values compare: %s and %s", quote(c.src(l)), quote(c.src(r)))
		return nil, false
	case f.Name == g.Name:
		c.report(diag.FieldComparison, lo, hi, "%s is compared with itself", quote(f.Name)).WithHelp("write has(%s)", f.Name)
		return nil, false
	case f.Cased != g.Cased:
		cased, folded := f, g
		if g.Cased {
			cased, folded = g, f
		}
		c.report(diag.FieldComparison, lo, hi, "%s minds case and %s doesn't", quote(cased.Name), quote(folded.Name)).
			WithHelp("give both fields one collation in the schema")
		return nil, false
	}
	if f.Type == ir.Double {
		c.doubleEquality(e)
	}
	return &ir.FieldEq{Field: f.Field, Other: g.Field, Span: c.span(e)}, true
}

func identOf(e ast.Expr) string {
	if e.Kind() == ast.IdentKind {
		return e.AsIdent()
	}
	return ""
}

// lowerIn reads in: a list of values, a context table, or a list field with a value on the left.
func (c *compiler) lowerIn(e, l, r ast.Expr) (ir.Expr, bool) {
	f, isField := c.fieldOf(l)
	part, of, isPart := c.partOf(l)
	if t, ok := c.tableOf(r); ok {
		if !isField {
			c.mismatch(l, "a context table is asked about a field, and %s is none", quote(c.src(l)))
			return nil, false
		}
		f = c.reading(f, r)
		return &ir.InSet{Field: f.Field, Table: t.Name, Version: t.Version, Span: c.span(e)}, true
	}
	if r.Kind() == ast.ListKind {
		els := r.AsList().Elements()
		if len(els) == 0 {
			lo, hi := c.bytesOf(r)
			c.report(diag.EmptyLiteral, lo, hi, "the list is empty: nothing is in it")
			return nil, false
		}
		switch {
		case isField:
			f = c.reading(f, els[0])
			values, ok := c.values(f, els)
			return &ir.Eq{Field: f.Field, Values: values, Span: c.span(e)}, ok
		case isPart:
			values, ok := c.partValues(part, els)
			return &ir.TimePart{Field: of.Field, Part: part.unit, Values: values, Span: c.span(e)}, ok
		}
	}
	if g, ok := c.fieldOf(r); ok && g.List && isLiteral(l) {
		g = c.reading(g, l)
		v, ok := c.value(g, l)
		return &ir.Eq{Field: g.Field, Values: []ir.Value{v}, Span: c.span(e)}, ok
	}
	lo, hi := c.nameOf(e)
	c.report(diag.NotInLanguage, lo, hi, "in holds a field against values or a table, or a value against a list").
		WithHelp(`write field in ["a", "b"], field in context.table, or "value" in list`)
	return nil, false
}
