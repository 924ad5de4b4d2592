package lint

import (
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
)

// The law of implies: wherever it says that x follows from y, no event is y and not x. The fields are few and their
// values alike, so that it says so often.
func TestImpliesIsNeverWrong(t *testing.T) {
	fields := irtest.Fields()[:6]
	said := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 40 { // pairs of which one follows from the other are rare
			y, x := irtest.Atom(fields[:2]).Draw(t, "y"), irtest.Atom(fields[:2]).Draw(t, "x")
			if rapid.Bool().Draw(t, "whole") {
				y, x = irtest.Expr(fields).Draw(t, "y"), irtest.Expr(fields).Draw(t, "x")
			}
			if implies(y, x) {
				said++
				follows(t, fields, y, x)
			}
		}
	})
	if said == 0 {
		t.Error("nothing was ever said to follow")
	}
}

// follows looks for an event that is y and not x.
func follows(t *rapid.T, fields []ir.Field, y, x ir.Expr) {
	for range 20 {
		cells := map[string][]ir.Value{}
		for _, f := range fields {
			n := rapid.IntRange(-1, 1).Draw(t, "how many")
			if f.List {
				n = rapid.IntRange(-1, 3).Draw(t, "how many")
			}
			if n < 0 {
				continue
			}
			cells[f.Name] = rapid.SliceOfN(irtest.Value(f.Type), n, n).Draw(t, f.Name)
		}
		ev := bind.NewEvent(cells)
		if eval.Match(y, ev, nil) && !eval.Match(x, ev, nil) {
			t.Fatalf("%s\ndoesn't imply\n%s\non %v", ir.Text(y), ir.Text(x), cells)
		}
	}
}
