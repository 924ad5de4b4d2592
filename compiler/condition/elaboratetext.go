package condition

import (
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// function rewrites field.name(argument) for one value of the field.
func (b *elaborator) function(f Field, name string, v, arg ast.Expr) ast.Expr {
	switch name {
	case "matches":
		return b.method(v, name, b.value(arg))
	case "inCidr":
		return b.each(arg, func(net ast.Expr) ast.Expr { return b.method(b.ident(b.names[0]), name, net) })
	}
	return b.search(f, strings.TrimSuffix(name, "Any"), arg)
}

// search looks for one text, or for any of a list of them.
func (b *elaborator) search(f Field, name string, arg ast.Expr) ast.Expr {
	if folds(f) {
		name = "i" + name
	}
	return b.each(arg, func(text ast.Expr) ast.Expr { return b.method(b.ident(b.names[0]), name, text) })
}

// each joins a test's results for every element of a list by ||.
func (b *elaborator) each(arg ast.Expr, test func(ast.Expr) ast.Expr) ast.Expr {
	if arg.Kind() != ast.ListKind {
		return test(b.value(arg))
	}
	var out ast.Expr
	for _, el := range arg.AsList().Elements() {
		if one := test(b.value(el)); out == nil {
			out = one
		} else {
			out = b.call(operators.LogicalOr, out, one)
		}
	}
	return out
}
