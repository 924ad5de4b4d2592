package condition

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"detc/compiler/ir"
)

// The typed calls that names resolve to. The sign @ keeps them out of reach of anything that a person can write.
const (
	fnHas = "@has"
	fnLet = "@let"
)

// fieldTypes gives each type its words: the calls for a field of it and for a list, and how messages name it.
var fieldTypes = [...]struct {
	one, many string
	cel       *types.Type
	a, plural string
}{
	ir.String:    {"@string", "@strings", types.StringType, "a string", "strings"},
	ir.Int:       {"@int", "@ints", types.IntType, "an int", "ints"},
	ir.Double:    {"@double", "@doubles", types.DoubleType, "a double", "doubles"},
	ir.Bool:      {"@bool", "@bools", types.BoolType, "a bool", "bools"},
	ir.IP:        {"@ip", "@ips", ipType, "an ip", "ips"},
	ir.Timestamp: {"@timestamp", "@timestamps", types.TimestampType, "a timestamp", "timestamps"},
	anyType:      {"@any", "@anys", types.DynType, "a value of any type", "values of any type"},
}

// A kind is the type of an expression, as far as the messages need it. The tree's leaves are all typed, so it can be
// read off the tree also where the checker gave up.
type kind struct {
	base baseKind
	list bool
}

// baseKind goes on from ir.Type.
type baseKind uint8

// anyType stands beside ir's types for a field that has none of them.
const anyType = ir.Timestamp + 1

const (
	patternKind baseKind = iota + 100
	conditionKind
	otherKind
)

func (k kind) is(t ir.Type) bool { return !k.list && k.base == baseKind(t) }

func (k kind) String() string {
	switch {
	case k.base == patternKind:
		return "a pattern"
	case k.base == conditionKind:
		return "a condition"
	case k.base == otherKind:
		return "something else"
	case k.list:
		return "a list of " + fieldTypes[k.base].plural
	}
	return fieldTypes[k.base].a
}

// kinds are those of calls with one result.
var kinds = func() map[string]kind {
	m := map[string]kind{
		fnHas: {base: conditionKind}, fnLet: {base: conditionKind},
		"keyword": {base: conditionKind}, "keywordLike": {base: conditionKind},
		"ip": {base: baseKind(ir.IP)}, "timestamp": {base: baseKind(ir.Timestamp)},
		operators.LogicalAnd: {base: conditionKind}, operators.LogicalOr: {base: conditionKind}, operators.LogicalNot: {base: conditionKind},
		operators.Equals: {base: conditionKind}, operators.NotEquals: {base: conditionKind}, operators.In: {base: conditionKind},
		operators.Less: {base: conditionKind}, operators.LessEquals: {base: conditionKind},
		operators.Greater: {base: conditionKind}, operators.GreaterEquals: {base: conditionKind},
	}
	for t, f := range fieldTypes {
		m[f.one], m[f.many] = kind{base: baseKind(t)}, kind{baseKind(t), true}
	}
	for name := range encodings {
		m[name] = kind{base: patternKind}
	}
	for name := range timeParts {
		m[name] = kind{base: baseKind(ir.Int)}
	}
	for name, f := range functions {
		if f.method && f.match {
			m[name] = kind{base: conditionKind}
		}
	}
	return m
}()

func (c *compiler) kindOf(e ast.Expr) kind {
	switch e.Kind() {
	case ast.LiteralKind:
		switch e.AsLiteral().(type) {
		case types.String:
			return kind{base: baseKind(ir.String)}
		case types.Int:
			return kind{base: baseKind(ir.Int)}
		case types.Double:
			return kind{base: baseKind(ir.Double)}
		case types.Bool:
			return kind{base: baseKind(ir.Bool)}
		}
	case ast.IdentKind:
		if f, ok := c.vars[e.AsIdent()]; ok {
			return kind{base: f.base()}
		}
	case ast.ListKind:
		if els := e.AsList().Elements(); len(els) > 0 {
			k := c.kindOf(els[0])
			k.list = true
			return k
		}
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() == operators.Conditional && len(call.Args()) == 3 {
			return c.kindOf(call.Args()[1])
		}
		if k, ok := kinds[call.FunctionName()]; ok {
			return k
		}
	case ast.ComprehensionKind:
		return kind{base: conditionKind}
	}
	return kind{base: otherKind}
}

// boolean says that the kind can stand where a condition is needed.
func (k kind) boolean() bool { return k.base == conditionKind || k.is(ir.Bool) }

// fieldOf is the field that an expression names, or the list whose element an exists looks at.
func (c *compiler) fieldOf(e ast.Expr) (Field, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		f, ok := c.vars[e.AsIdent()]
		return f, ok
	case ast.CallKind:
		call := e.AsCall()
		if len(call.Args()) != 1 || call.IsMemberFunction() {
			return Field{}, false
		}
		for _, t := range fieldTypes {
			if name := call.FunctionName(); name == t.one || name == t.many {
				arg, ok := stringLiteral(call.Args()[0])
				if !ok || isTable(arg) {
					return Field{}, false
				}
				return c.scope.lookup(arg)
			}
		}
	}
	return Field{}, false
}

// tableMark begins the name of a context table in the typed call that it resolves to; no field's name has it.
const tableMark = "context "

func isTable(name string) bool {
	return len(name) > len(tableMark) && name[:len(tableMark)] == tableMark
}

// tableOf is the context table that an expression names.
func (c *compiler) tableOf(e ast.Expr) (Table, bool) {
	if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 1 {
		return Table{}, false
	}
	if arg, ok := stringLiteral(e.AsCall().Args()[0]); ok && isTable(arg) && e.AsCall().FunctionName()[0] == '@' {
		t, ok := c.scope.tables[arg[len(tableMark):]]
		return t, ok
	}
	return Table{}, false
}

func stringLiteral(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}
