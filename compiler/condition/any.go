package condition

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"detc/compiler/ir"
)

// A field of any type, as the log sources of Sigma have it, is text beside a text, a number or a boolean: the log's
// value, whatever it is there, as text. It is a double under < and its kin, an address beside ip("…") and in inCidr(), a
// timestamp beside timestamp("…") and where a part of a time is asked for, and beside another field what that one is.

// base is the field's kind.
func (f Field) base() baseKind {
	if f.Any {
		return baseKind(anyType)
	}
	return baseKind(f.Type)
}

// ordered is the kind as < and its kin see it.
func (k kind) ordered() kind {
	if k.base == baseKind(anyType) {
		k.base = baseKind(ir.Double)
	}
	return k
}

// readsAs is what the field is read as beside a literal of a type.
func (f Field) readsAs(t ir.Type) ir.Type {
	if f.Any && (t == ir.Int || t == ir.Double || t == ir.Bool) {
		return ir.String
	}
	return t
}

// reading is the field as what stands beside it needs it: a literal, a table, another field.
func (c *compiler) reading(f Field, beside ast.Expr) Field {
	if !f.Any {
		return f
	}
	f.Type = ir.String
	if t, ok := c.tableOf(beside); ok {
		f.Type = t.Type
	} else if g, ok := c.fieldOf(beside); ok {
		f.Type = g.Type
	} else if beside.Kind() == ast.ListKind && beside.AsList().Size() > 0 {
		return c.reading(f, beside.AsList().Elements()[0])
	} else if isLiteral(beside) && beside.Kind() == ast.CallKind {
		f.Type = map[string]ir.Type{"ip": ir.IP, "timestamp": ir.Timestamp}[beside.AsCall().FunctionName()]
	}
	return f
}

// orderedAs is what a field of any type is read as beside a literal that it is ordered by.
func orderedAs(e ast.Expr) ir.Type {
	if e.Kind() == ast.LiteralKind {
		if _, number := e.AsLiteral().(types.Double); number {
			return ir.Double
		}
	}
	return ir.Timestamp
}
