package evidence

import (
	"errors"
	"strings"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/condition"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// An opinion that differs from the rule's, or that can't be had, fails the case as the others do.
func TestJudgeCEL(t *testing.T) {
	scope := condition.NewScope("telemetry x", []condition.Field{{Field: ir.Field{Name: "user"}}}, nil)
	const text = `user == "b"`
	program := func() (*condition.Program, error) {
		return scope.Elaborate(source.Literal(source.NewFile("c", text), 0, text), nil)
	}
	ev := bind.NewEvent(map[string][]ir.Value{"user": {ir.StringValue("B")}})
	for _, c := range []struct {
		name             string
		cel              func() (*condition.Program, error)
		asked, want      bool
		verdict          Verdict
		rests, message   string
		pairs, disagreed int
	}{
		{"agrees", program, true, true, Pass, "cel", "", 1, 0},
		{"differs", program, true, false, Fail, "", "cel-go on the condition says match, the rule says no match", 1, 1},
		{"fails", func() (*condition.Program, error) { return nil, errors.New("no") }, true, true, Fail, "", "cel-go on the condition (no)", 0, 1},
		{"isn't asked", program, false, false, Pass, "", "", 0, 0},
		{"isn't there", nil, true, false, Pass, "", "", 0, 0},
	} {
		run := &runner{Subject: &Subject{CEL: c.cel}, options: Options{Opinions: c.asked}}
		out := Case{Verdict: Pass}
		run.judgeCEL(ev, c.want, &out, nil)
		if p := run.results.Pairs; out.Verdict != c.verdict || strings.Join(out.Rests, " ") != c.rests || p.CEL != c.pairs || p.Disagreed != c.disagreed ||
			!strings.HasPrefix(out.Message, c.message) {
			t.Errorf("%s: %+v %+v", c.name, out, p)
		}
	}
}
