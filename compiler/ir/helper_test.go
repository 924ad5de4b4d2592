package ir_test

import (
	"strings"
	"testing"

	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
)

var fields = append(irtest.Fields(),
	ir.Field{Name: "a"}, ir.Field{Name: "b"}, ir.Field{Name: "c"},
	ir.Field{Name: "n", Type: ir.Int}, ir.Field{Name: "src_ip", Type: ir.IP}, ir.Field{Name: "ts", Type: ir.Timestamp},
	ir.Field{Name: "new_mode"}, ir.Field{Name: "long", Type: ir.String})

// parse reads an expression over the tests' fields.
func parse(t *testing.T, text string) ir.Expr {
	t.Helper()
	e, err := ir.Parse(source.NewFile("test.ir", text), irtest.Resolver(fields))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// any string as a field, for texts that no test wrote.
func anyField(name string) (ir.Field, bool) { return ir.Field{Name: name}, true }

func lines(s ...string) string { return strings.Join(s, "\n") }
