package condition

import (
	"fmt"
	"slices"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"detc/compiler/ir"
)

// recordName is the map that has(…) looks into. It can't be written, so no field has it.
const recordName = "@record"

// An elaborator rewrites the tree of a compiled text into CEL that cel-go can judge by itself.
type elaborator struct {
	c     *compiler
	vars  map[string]variable
	has   []ir.Field
	info  *ast.SourceInfo // remembers which comprehension is which exists(…), for printing
	id    int64
	names [3]string // free names: one of a field's values, one of another's, the event's texts
	err   error
}

func newElaborator(c *compiler) *elaborator {
	b := &elaborator{c: c, vars: map[string]variable{}, info: ast.NewSourceInfo(common.NewTextSource(""))}
	for i, name := range []string{"v", "w", "texts"} {
		for taken(c, name) {
			name += "_"
		}
		b.names[i] = name
	}
	return b
}

// taken says that a word stands in the text, where it may be a field's, or the head of one's.
func taken(c *compiler, name string) bool {
	for i, t := range c.toks {
		if t.kind == tokIdent && c.word(i) == name {
			return true
		}
	}
	return false
}

func (b *elaborator) next() int64 {
	b.id++
	return b.id
}

func (b *elaborator) call(name string, args ...ast.Expr) ast.Expr {
	return factory.NewCall(b.next(), name, args...)
}

func (b *elaborator) method(of ast.Expr, name string, args ...ast.Expr) ast.Expr {
	return factory.NewMemberCall(b.next(), name, of, args...)
}

func (b *elaborator) ident(name string) ast.Expr { return factory.NewIdent(b.next(), name) }

func (b *elaborator) literal(v ref.Val) ast.Expr { return factory.NewLiteral(b.next(), v) }

// atom is what a missing field makes false.
func (b *elaborator) atom(test ast.Expr) ast.Expr { return b.call(fnAtom, test) }

// any is list.exists(name, test): what CEL's own macro makes of it.
func (b *elaborator) any(list, name string, test func() ast.Expr) ast.Expr {
	id, body := b.next(), test()
	b.info.SetMacroCall(id, factory.NewMemberCall(0, operators.Exists, b.ident(list), b.ident(name), body))
	return factory.NewComprehension(id, b.ident(list), name, factory.AccuIdentName(),
		b.literal(types.False),
		b.call(operators.NotStrictlyFalse, b.call(operators.LogicalNot, factory.NewAccuIdent(b.next()))),
		b.call(operators.LogicalOr, factory.NewAccuIdent(b.next()), body),
		factory.NewAccuIdent(b.next()))
}

// anyOf is an atom over a field: whether the test is true of any of its values.
func (b *elaborator) anyOf(f Field, test func(v ast.Expr) ast.Expr) ast.Expr {
	return b.atom(b.any(b.list(f), b.names[0], func() ast.Expr { return test(b.ident(b.names[0])) }))
}

// list names the variable of a field's values. A field of any type has one for each type that it is read as; no field
// stands below another, so that the name is free.
func (b *elaborator) list(f Field) string {
	name := f.Name
	if f.Any && f.Type != ir.String {
		name += ".as_" + f.Type.String()
	}
	b.vars[name] = variable{kind: fieldVar, field: f.Field}
	return name
}

// refuse notes what can't be elaborated. Compile has let the text pass, so it is a fault of this compiler's.
func (b *elaborator) refuse(e ast.Expr) ast.Expr {
	if b.err == nil {
		b.err = fmt.Errorf("%s is in the language, and can't be elaborated", quote(b.c.src(e)))
	}
	return b.literal(types.False)
}

// condition rewrites an expression that is true or false.
func (b *elaborator) condition(e ast.Expr) ast.Expr {
	switch e.Kind() {
	case ast.LiteralKind:
		return b.literal(e.AsLiteral())
	case ast.ComprehensionKind: // it holds one test of its list, which is what any test of a field is
		return b.condition(e.AsComprehension().LoopStep().AsCall().Args()[1])
	case ast.IdentKind, ast.CallKind:
		if f, ok := b.c.fieldOf(e); ok {
			return b.anyOf(f, func(v ast.Expr) ast.Expr { return v })
		}
	}
	if e.Kind() != ast.CallKind {
		return b.refuse(e)
	}
	call := e.AsCall()
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		parts := make([]ast.Expr, len(args))
		for i, a := range args {
			parts[i] = b.condition(a)
		}
		return b.call(name, parts...)
	case operators.NotEquals:
		return b.call(operators.LogicalNot, b.comparison(e, operators.Equals, args[0], args[1]))
	case operators.Equals, operators.In, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return b.comparison(e, name, args[0], args[1])
	case fnHas:
		return b.presence(args[0])
	case fnLet:
		let, _ := stringLiteral(args[0])
		b.vars[let] = variable{kind: letVar}
		return b.ident(let)
	case "keyword":
		b.vars[b.names[2]] = variable{kind: textsVar}
		return b.atom(b.any(b.names[2], b.names[0], func() ast.Expr { return b.search(Field{}, "contains", args[0]) }))
	case "keywordLike":
		b.vars[b.names[2]] = variable{kind: textsVar}
		glob, _ := stringLiteral(args[0])
		part := b.literal(types.String("*" + glob + "*")) // a like() pattern ends with no single backslash
		return b.atom(b.any(b.names[2], b.names[0], func() ast.Expr { return b.method(b.ident(b.names[0]), "ilike", part) }))
	default:
		if f, ok := b.c.fieldOf(call.Target()); ok && call.IsMemberFunction() && functions[name].match {
			if f.Any && name == "inCidr" {
				f.Type = ir.IP
			}
			return b.anyOf(f, func(v ast.Expr) ast.Expr { return b.function(f, name, v, args[0]) })
		}
	}
	return b.refuse(e)
}

// presence is has(f): a test of the record, which CEL never takes for an error.
func (b *elaborator) presence(arg ast.Expr) ast.Expr {
	name, _ := stringLiteral(arg)
	f, _ := b.c.scope.lookup(name)
	if !slices.Contains(b.has, f.Field) {
		b.has = append(b.has, f.Field)
	}
	b.vars[recordName] = variable{kind: recordVar}
	id := b.next()
	b.info.SetMacroCall(id, factory.NewCall(0, "has", b.ident(name)))
	return b.atom(factory.NewPresenceTest(id, b.ident(recordName), name))
}

// folds says that texts compare with the field without regard to case.
func folds(f Field) bool { return f.Type == ir.String && !f.Cased }

// comparison rewrites a field beside a literal, a list, a table or another field. The operators are CEL's own, but
// where case folds.
func (b *elaborator) comparison(e ast.Expr, op string, l, r ast.Expr) ast.Expr {
	if isLiteral(l) && isLiteral(r) {
		return b.call(op, b.value(l), b.value(r))
	}
	f, left := b.subject(l, op, r)
	g, right := b.subject(r, op, l)
	switch {
	case left && right && op == operators.Equals:
		return b.twoFields(f, g)
	case right && op == operators.In: // "v" in list
		return b.anyOf(g, func(v ast.Expr) ast.Expr { return b.equals(g, v, b.beside(g, l)) })
	case left && op == operators.In:
		return b.anyOf(f, func(v ast.Expr) ast.Expr {
			if folds(f) {
				return b.method(b.operand(l, v), "iin", b.beside(f, r))
			}
			return b.call(op, b.operand(l, v), b.value(r))
		})
	case left && op == operators.Equals && folds(f):
		return b.anyOf(f, func(v ast.Expr) ast.Expr { return b.equals(f, v, b.beside(f, r)) })
	case right && op == operators.Equals && folds(g):
		return b.anyOf(g, func(v ast.Expr) ast.Expr { return b.equals(g, v, b.beside(g, l)) })
	case left:
		return b.anyOf(f, func(v ast.Expr) ast.Expr { return b.call(op, b.operand(l, v), b.value(r)) })
	case right:
		return b.anyOf(g, func(v ast.Expr) ast.Expr { return b.call(op, b.value(l), b.operand(r, v)) })
	}
	return b.refuse(e)
}

func (b *elaborator) equals(f Field, v, want ast.Expr) ast.Expr {
	if folds(f) {
		return b.method(v, "ieq", want)
	}
	return b.call(operators.Equals, v, want)
}

// twoFields holds any value of one against any of the other. Where case folds, each is the text whose letters say how:
// only what both agree on is equal.
func (b *elaborator) twoFields(f, g Field) ast.Expr {
	others, w := b.list(g), b.names[1]
	return b.anyOf(f, func(v ast.Expr) ast.Expr {
		return b.any(others, w, func() ast.Expr {
			if folds(f) {
				return b.call(operators.LogicalAnd, b.equals(f, v, b.ident(w)), b.equals(f, b.ident(w), b.ident(b.names[0])))
			}
			return b.equals(f, v, b.ident(w))
		})
	})
}

// subject is the field that an operand reads, itself or a part of its time, as what it is held against needs it.
func (b *elaborator) subject(e ast.Expr, op string, beside ast.Expr) (Field, bool) {
	if f, ok := b.c.fieldOf(e); ok {
		if _, ordered := orders[op]; f.Any && ordered {
			f.Type = orderedAs(beside)
			return f, true
		}
		return b.c.reading(f, beside), true
	}
	_, f, ok := b.c.partOf(e)
	return f, ok
}

// operand is v, or the part of the time v that the text asks for: CEL's own functions, in CEL's count.
func (b *elaborator) operand(e, v ast.Expr) ast.Expr {
	if _, _, ok := b.c.partOf(e); ok {
		return b.method(v, e.AsCall().FunctionName())
	}
	return v
}

// beside is what a field is held against. Beside a field of any type that is read as text, CEL's own string() makes text
// of what is none.
func (b *elaborator) beside(f Field, e ast.Expr) ast.Expr {
	if !f.Any || f.Type != ir.String {
		return b.value(e)
	}
	switch e.Kind() {
	case ast.ListKind:
		var els []ast.Expr
		for _, el := range e.AsList().Elements() {
			els = append(els, b.beside(f, el))
		}
		return factory.NewList(b.next(), els, nil)
	case ast.LiteralKind:
		if _, text := stringLiteral(e); !text {
			return b.call(overloads.TypeConvertString, b.value(e))
		}
	}
	return b.value(e)
}

// value copies a literal, a list of them, or a table.
func (b *elaborator) value(e ast.Expr) ast.Expr {
	if t, ok := b.c.tableOf(e); ok {
		name := "context." + t.Name
		b.vars[name] = variable{kind: tableVar, field: ir.Field{Type: t.Type}, name: t.Name}
		return b.ident(name)
	}
	switch e.Kind() {
	case ast.LiteralKind:
		return b.literal(e.AsLiteral())
	case ast.ListKind:
		els := make([]ast.Expr, 0, e.AsList().Size())
		for _, el := range e.AsList().Elements() {
			els = append(els, b.value(el))
		}
		return factory.NewList(b.next(), els, nil)
	case ast.CallKind: // ip("…"), timestamp("…"), windash("…") and their kin
		if call := e.AsCall(); len(call.Args()) == 1 && !call.IsMemberFunction() {
			return b.call(call.FunctionName(), b.value(call.Args()[0]))
		}
	}
	return b.refuse(e)
}
