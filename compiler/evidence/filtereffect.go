package evidence

import (
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
	"detc/compiler/witness"
)

// An Effect is how much of a rule a filter takes away, whatever the cases show. The zero Effect is one that nobody looked at.
type Effect struct {
	Taken, Of int  // of the events that were made for the rule and match it, how many the filter takes
	Never     bool // no event was found that the rule matches and the filter takes
	Whole     bool // none was found that the rule matches and the filter leaves
	Proved    bool // that Never, or Whole, holds of every event there can be
}

// maxBreadth is how many events are made to see how much of a rule a filter takes.
const maxBreadth = 200

// maxEffects bounds the rules of one filter for which events are made: a filter for any rule of a telemetry may have
// thousands. Of the others only their cases are run.
const maxEffects = 200

// Broad says that the filter takes at least half of the events that were made for the rule.
func (e Effect) Broad() bool { return e.Of >= 4 && 2*e.Taken >= e.Of }

// effect looks for events on which rule and exclusion both hold, and for one on which the rule alone does. A search may
// miss an event; a proof (eval.Entails) may find nothing.
func effect(s *Subject, exclude ir.Expr) Effect {
	values := enums(s.Schema)
	var out Effect
	all, _ := witness.Generate(s.Rule.Where, witness.Options{Max: maxBreadth, Fields: values})
	for i := range all {
		if !all[i].Want {
			continue
		}
		out.Of++
		if eval.Match(exclude, all[i].Event(), all[i].Tables) {
			out.Taken++
		}
	}
	both := ir.Normalize(&ir.And{Args: []ir.Expr{s.Rule.Where, exclude}})
	left := ir.Normalize(&ir.And{Args: []ir.Expr{s.Rule.Where, &ir.Not{Arg: exclude}}})
	out.Never = out.Taken == 0 && !reachable(both, values)
	out.Whole = out.Taken == out.Of && !reachable(left, values)
	out.Proved = out.Never && eval.Entails(s.Rule.Where, &ir.Not{Arg: exclude}) || out.Whole && eval.Entails(s.Rule.Where, exclude)
	return out
}

// reachable says that an event was found on which an expression is true.
func reachable(e ir.Expr, values map[string][]string) bool {
	if c, ok := e.(*ir.Const); ok {
		return c.Value
	}
	found, _ := witness.Generate(e, witness.Options{Max: 2, Fields: values})
	for _, w := range found {
		if w.Want {
			return true
		}
	}
	return false
}

// enums are the values that fields are limited to, by name.
func enums(s *telemetry.Schema) map[string][]string {
	out := map[string][]string{}
	for _, f := range s.Fields {
		if f.Enum != nil {
			out[f.Name] = f.Enum
		}
	}
	return out
}
