package workspace

import (
	"slices"

	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/stub"
)

// compileLevels compiles what raises the level of a rule's alerts, the highest first.
func (w *Workspace) compileLevels(r *Rule, lets []condition.Let) []ir.LevelWhen {
	var out []ir.LevelWhen
	for _, e := range r.Alert.LevelWhen {
		if e.Value.IsZero() {
			continue
		}
		expr, ok := w.scopes[r.Schema.ID].Compile(e.Value, lets, &r.Findings)
		if !ok {
			continue
		}
		where := ir.Normalize(expr)
		if c, always := where.(*ir.Const); always {
			r.Findings.Add(diag.ConstantRule, e.Value.Whole, "the level %s is %t whatever the event", e.Key.Value, c.Value).WithHelp("give the rule that level, or leave it out")
			continue
		}
		out = append(out, ir.LevelWhen{Level: e.Key.Value, Text: e.Value.Value, Where: expr})
		r.Levels = append(r.Levels, evidence.Level{Name: e.Key.Value, Where: where})
	}
	height := func(level string) int { return slices.Index(stub.Levels, level) }
	slices.SortStableFunc(out, func(a, b ir.LevelWhen) int { return height(b.Level) - height(a.Level) })
	slices.SortStableFunc(r.Levels, func(a, b evidence.Level) int { return height(b.Name) - height(a.Name) })
	return out
}
