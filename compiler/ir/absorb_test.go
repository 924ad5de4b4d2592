package ir_test

import (
	"testing"

	"detc/compiler/ir"
	"detc/compiler/source"
)

func TestAbsorb(t *testing.T) {
	field := func(name string) (ir.Field, bool) { return ir.Field{Name: name}, true }
	for _, c := range []struct{ in, want string }{
		{`f = "a" & f in {"a", "b"}`, `f = "a"`},
		{`(f = "a" | g = "b") & f = "a"`, `f = "a"`},
		{`n: f = "a" & (g = "b" | f in {"a", "c"}) & h = "x"`, `n: f = "a" & h = "x"`},
		{`exists(f) & f contains "a"`, `f contains "a"`},
		{`exists(f) & !f = "a"`, `exists(f) & !(f = "a")`},
		{`f = "a" & f = "b"`, `f = "a" & f = "b"`},
		{`f = "A" cased & f in {"A", "B"}`, `f = "A" cased & f in {"A", "B"}`},
		{`f = "a" | f startswith "b"`, `f = "a" | f startswith "b"`},
		{`!(f = "a") & (f = "a" | g = "b")`, `!(f = "a") & (f = "a" | g = "b")`},
	} {
		e, err := ir.Parse(source.NewFile("in", c.in), field)
		if err != nil {
			t.Fatal(err)
		}
		if got := ir.Text(ir.Absorb(ir.Normalize(e))); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}
