package eval_test

import (
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
)

// Why names what decided, with what it saw: of a rule that matches all that had to hold, of one that doesn't the first
// clause that failed, also where it stands under a negation.
func TestWhy(t *testing.T) {
	rule := `opens: s in {"program", "run"} & exists(ip) & !listed: ip in context hosts/1`
	for _, c := range []struct{ rule, event, want string }{
		{rule, `{"s":"Run","ip":"10.9.9.9"}`,
			`matches: s in {"program", "run"} is true (s is "Run"); exists(ip) is true (ip is 10.9.9.9); ip in context hosts/1 is false (ip is 10.9.9.9)`},
		{rule, `{"s":"stop","ip":"10.9.9.9"}`, `does not match: s in {"program", "run"} is false (s is "stop")`},
		{rule, `{"s":"run"}`, `does not match: exists(ip) is false (ip is missing)`},
		{rule, `{"s":"run","ip":"10.0.0.1"}`, `does not match: ip in context hosts/1 is true (ip is 10.0.0.1)`},
		{rule, `{"s":"run","ip":"x"}`,
			`matches: s in {"program", "run"} is true (s is "run"); exists(ip) is true (ip is there, but no ip this rule knows); ip in context hosts/1 is false (ip is there, but no ip this rule knows)`},
		{`s = "a" | s = "b" | n > 5`, `{"s":["x","y"],"n":5}`, `does not match: s = "a" is false (s is "x", "y"); s = "b" is false (s is "x", "y"); n > 5 is false (n is 5)`},
		{`s = "a" | n > 5`, `{"s":"x","n":6}`, `matches: n > 5 is true (n is 6)`},
		{`!(s = "a" | n > 5)`, `{"s":"x","n":6}`, `does not match: n > 5 is true (n is 6)`},
		{`!(s = "a" & n > 5)`, `{"s":"x","n":6}`, `matches: s = "a" is false (s is "x")`},
		{`s = "a" & t = "b" & n = 1 & b = true`, `{"s":"a","t":"b","n":1,"b":true}`, `matches: s = "a" is true (s is "a"); t = "b" is true (t is "b"); n = 1 is true (n is 1); …`},
		{`s = t`, `{"s":"a\u001b[31m","t":"\\"}`, `does not match: s = t is false (s is "a\x1b[31m", t is "\\")`},
		{`keyword "x"`, `{}`, `does not match: keyword "x" is false`},
		{`false`, `{}`, `does not match: false`},
		{`|()`, `{}`, `does not match: |() is false`},
	} {
		if got := eval.Trace(expr(t, c.rule), event(t, c.event), tables).Why(); got != c.want {
			t.Errorf("%s of %s\n got %s\nwant %s", c.rule, c.event, got, c.want)
		}
	}
}

// Every step of a trace has the verdict that Match gives of its expression, and Why is made of some of them.
func TestTraceAgreesWithMatch(t *testing.T) {
	all := irtest.Fields()
	yes, no := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		e := irtest.Expr(all).Draw(t, "e")
		held := map[string][]ir.Value{}
		for _, f := range all {
			if rapid.IntRange(0, 3).Draw(t, "present") > 0 {
				held[f.Name] = rapid.SliceOfN(irtest.Value(f.Type), 0, 2).Draw(t, f.Name)
			}
		}
		ev := bind.NewEvent(held)
		var walk func(eval.Step)
		walk = func(s eval.Step) {
			if got := eval.Match(s.Expr, ev, nil); got != s.Value {
				t.Fatalf("%s is %t, its step says %t", ir.Text(s.Expr), got, s.Value)
			}
			if len(s.Steps) != len(ir.Children(s.Expr)) {
				t.Fatalf("%s has %d steps", ir.Text(s.Expr), len(s.Steps))
			}
			for _, c := range s.Steps {
				walk(c)
			}
		}
		step := eval.Trace(e, ev, nil)
		walk(step)
		if step.Why() == "" {
			t.Fatal("no reason")
		}
		if step.Value {
			yes++
		} else {
			no++
		}
	})
	if yes == 0 || no == 0 {
		t.Errorf("%d true, %d false: the test shows one side only", yes, no)
	}
}
