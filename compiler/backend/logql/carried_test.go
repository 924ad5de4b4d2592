package logql_test

import (
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/logql"
	"detc/compiler/ir"
)

// A rule that finds fewer events makes fewer firings of "at least", and may make more of "fewer than".
func TestLossesOfMembers(t *testing.T) {
	for op, want := range map[ir.Bound]backend.Effect{{Op: ir.BoundGte, Value: 3}: backend.Narrower, {Op: ir.BoundLt, Value: 3}: backend.Both} {
		lost := backend.Loss{Clause: "a clause", Reason: "made up", Effect: backend.Narrower}
		m := backend.Member{Rule: &backend.Rule{
			Name: "failed", Where: &ir.Eq{Field: ir.Field{Name: "user"}, Values: []ir.Value{ir.StringValue("root")}}, Fields: map[string]backend.Column{"user": {Name: "user"}},
			In: []backend.Place{{Name: "job", Values: []string{"auth"}}}, Prepare: "json", Losses: []backend.Loss{lost},
		}, Keys: []backend.Column{{Name: "src"}}}
		q, l := logql.Target{}.Correlate(&backend.Correlation{Members: []backend.Member{m}, Correlation: &ir.Correlation{
			Name: "c", Kind: ir.EventCount, Rules: []ir.RuleRef{{Name: "failed"}}, GroupBy: []string{"src"}, Within: time.Hour, Having: []ir.Bound{op}}})
		if l.HasErrors() || len(q.Losses) == 0 {
			t.Fatal(l, q.Losses)
		}
		lost.Effect = want
		if q.Losses[0] != lost {
			t.Errorf("%v: %+v", op, q.Losses[0])
		}
	}
}
