package eval_test

import (
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/witness"
)

// What follows is shown, and its reverse is not.
func TestEntails(t *testing.T) {
	for _, c := range []struct{ y, x string }{
		{`s = "a" & n > 5`, `s = "a"`},
		{`s = "a"`, `s = "a" | n > 5`},
		{`s = "a"`, `s in {"a", "b"}`},
		{`!(s in {"a", "b"})`, `!(s = "a")`},
		{`s in {"a", "b"} & n > 5`, `s in {"b", "a", "c"} & n > 4`},
		{`s = "a" & !(ip in context hosts/1)`, `s in {"a", "b"} & (!(ip in context hosts/1) | n = 1)`},
		{`s startswith "abc"`, `s contains "bc"`},
		{`(s = "a" | s = "b") & n = 1`, `s in {"a", "b"}`},
		{`s in {"a", "b"} & t = "x" & n = 1`, `(s = "a" & t = "x") | (s = "b" & n = 1)`},
		{`!(s = "a" | s = "b")`, `!(s = "a")`},
		{`n = 3`, `exists(n)`},
		{`false`, `s = "a"`},
		{`s = "a"`, `true`},
		{`named: (s = "a" & other: n = 1)`, `third: s = "a"`},
		{`(s = "a" & n = 1) | (s = "a" & !(n = 1))`, `s = "a" & t = "x" | s = "a" & !(t = "x")`},
	} {
		y, x := expr(t, c.y), expr(t, c.x)
		if !eval.Entails(y, x) {
			t.Errorf("not shown: %s entails %s", c.y, c.x)
		}
		if back := eval.Entails(x, y); back != (c.y == `(s = "a" & n = 1) | (s = "a" & !(n = 1))`) {
			t.Errorf("%s entails %s: %t", c.x, c.y, back)
		}
	}
}

// What some event contradicts is never shown.
func TestEntailsMeansIt(t *testing.T) {
	shown := 0
	rapid.Check(t, func(t *rapid.T) {
		all := irtest.Fields()
		y := irtest.Expr(all).Draw(t, "y")
		x := irtest.Expr(all).Draw(t, "x")
		switch rapid.IntRange(0, 3).Draw(t, "related") {
		case 0:
			x = &ir.Or{Args: []ir.Expr{y, x}}
		case 1:
			y = &ir.And{Args: []ir.Expr{x, y}}
		case 2:
			x = ir.Normalize(y)
		}
		if !eval.Entails(y, x) {
			return
		}
		shown++
		for _, e := range []ir.Expr{y, x, &ir.And{Args: []ir.Expr{y, &ir.Not{Arg: x}}}} {
			ws, _ := witness.Generate(e, witness.Options{Max: 60})
			for i := range ws {
				if ev := ws[i].Event(); eval.Match(y, ev, ws[i].Tables) && !eval.Match(x, ev, ws[i].Tables) {
					t.Fatalf("%s\nis said to entail\n%s\nand not on %v", ir.Text(y), ir.Text(x), ws[i].Values)
				}
			}
		}
	})
	if shown == 0 {
		t.Error("nothing was shown")
	}
}
