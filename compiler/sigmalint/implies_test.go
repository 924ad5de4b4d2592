package sigmalint

import (
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
)

// The laws of implies and disjoint: wherever they say it of two expressions, no event with one value a field speaks
// against it. The fields are few and their values alike, so that they say it often.
func TestImpliesAndDisjointAreNeverWrong(t *testing.T) {
	var fields []ir.Field
	for _, f := range irtest.Fields() {
		if !f.List && len(fields) < 5 {
			fields = append(fields, f)
		}
	}
	implied, apart := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range 30 {
			few := fields[:1+rapid.IntRange(0, 1).Draw(t, "fields")]
			y, x := irtest.Atom(few).Draw(t, "y"), irtest.Atom(few).Draw(t, "x")
			if rapid.Bool().Draw(t, "whole") {
				few = fields
				y, x = irtest.Expr(few).Draw(t, "y"), irtest.Expr(few).Draw(t, "x")
			}
			s := &subject{budget: maxPairs}
			follows, never := s.implies(y, x), s.disjoint(y, x)
			if follows {
				implied++
			}
			if never {
				apart++
			}
			if !follows && !never {
				continue
			}
			for range 20 {
				ev := event{}
				for _, f := range few {
					if v := rapid.SliceOfN(irtest.Value(f.Type), 0, 1).Draw(t, f.Name); len(v) == 1 {
						ev[f.Name] = v[0].Text()
					}
				}
				holdsY, holdsX := eval.Match(y, ev, nil), eval.Match(x, ev, nil)
				if follows && holdsY && !holdsX {
					t.Fatalf("%s\ndoesn't imply\n%s\non %v", ir.Text(y), ir.Text(x), ev)
				}
				if never && holdsY && holdsX {
					t.Fatalf("%s\nisn't apart from\n%s\non %v", ir.Text(y), ir.Text(x), ev)
				}
			}
		}
	})
	if implied == 0 || apart == 0 {
		t.Errorf("%d were said to follow, %d to be apart", implied, apart)
	}
}

// Out of budget nothing is said any more.
func TestBudgetBounds(t *testing.T) {
	f := ir.Field{Name: "f"}
	a := &ir.Match{Field: f, Op: ir.Contains, Values: []string{"ab"}}
	b := &ir.Match{Field: f, Op: ir.Contains, Values: []string{"abc"}}
	if s := (&subject{budget: 100}); !s.implies(b, a) {
		t.Error("within budget")
	}
	if s := (&subject{budget: 1}); s.implies(b, a) {
		t.Error("out of budget")
	}
}

// What stands for a value in a comparison, and where its wildcards are.
func TestValues(t *testing.T) {
	for v, want := range map[string]shape{
		"a": {}, `a\*`: {}, `\*a`: {}, `a\\*`: {trail: true}, "*a*": {lead: true, trail: true}, "*": {lead: true}, "a?": {inner: true}, "a*b*": {inner: true, trail: true}, `a\`: {},
	} {
		if got := shapeOf(v); got != want {
			t.Errorf("%q has the shape %+v", v, got)
		}
	}
	for v, want := range map[string]string{`a\b`: `a\b`, `a\\b`: `a\b`, `a\*`: "a*", `a\`: `a\`, `\\\\x`: `\\x`, `\\\*`: `\*`} {
		if got := literal(v); got != want {
			t.Errorf("%q is %q", v, got)
		}
	}
	for pattern, names := range map[string][2]string{"a*": {"a", "ba"}, "*a": {"ba", "ab"}, "a*b*c": {"axbxc", "acb"}, "a*a": {"aa", "a"}, "a": {"a", "A"}, "*": {"", "\x00"}} {
		if !glob(pattern, names[0]) || names[1] != "\x00" && glob(pattern, names[1]) {
			t.Errorf("%s: %q", pattern, names)
		}
	}
}
