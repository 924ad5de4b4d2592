package evidence

import (
	"fmt"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/stub"
)

// A Level is what an alert's level is raised to where an expression over the telemetry's fields holds.
type Level struct {
	Name  string
	Where ir.Expr
}

// given is the event that a logical case gives, and the fields of which it speaks.
func (run *runner) given(c *stub.CaseForm, l *diag.List) (bind.Event, spoken) {
	given := run.Stub.Tests.Given
	if c.Given != nil {
		given = c.Given
	}
	return bind.NewEvent(present(bind.EventOf(given, run.Schema, l))).With(bind.EventOf(c.But, run.Schema, l)), speaks(given, c.But)
}

// asked are the expressions that a case must know the fields of: the rule's, and the levels' where it names one.
func (run *runner) asked(c *stub.CaseForm) []ir.Expr {
	out := []ir.Expr{run.Rule.Where}
	if !c.Level.IsZero() {
		for _, e := range run.Levels {
			out = append(out, e.Where)
		}
	}
	return out
}

// judgeLevel holds the level that a match's alert has against the one that the case names.
func (run *runner) judgeLevel(c *stub.CaseForm, ev bind.Event, out *Case, tables world) {
	if c.Level.IsZero() || !out.Got || out.Verdict != Pass {
		return
	}
	if got := run.LevelOf(ev, tables.Tables); got != c.Level.Value {
		out.Verdict, out.Message = Fail, fmt.Sprintf("its alert is of level %s, not %s", got, c.Level.Value)
	}
}

// LevelOf is the level that the rule's alert of an event has.
func (s *Subject) LevelOf(ev bind.Event, tables eval.Tables) string {
	for _, e := range s.Levels {
		if eval.Match(e.Where, ev, tables) {
			return e.Name
		}
	}
	return s.Stub.Level.Value
}
