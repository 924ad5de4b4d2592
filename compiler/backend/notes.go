package backend

import (
	"fmt"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Notes gathers what an emitter can't say exactly, or at all. It counts the negations around a clause, so that the
// effect of a loss is that on the whole query. The zero Notes are ready.
type Notes struct {
	Losses   []Loss
	Findings diag.List
	needs    []ir.Table
	negated  bool
}

// Negated does what f does under one more negation: every emitter calls it around the argument of a Not.
func (n *Notes) Negated(f func()) {
	n.negated = !n.negated
	f()
	n.negated = !n.negated
}

// Lose notes that a clause is said otherwise; effect is that on the clause by itself.
func (n *Notes) Lose(clause ir.Expr, effect Effect, format string, args ...any) {
	if n.negated {
		effect = effect.Turned()
	}
	l := Loss{clause.Where(), ir.Text(clause), fmt.Sprintf(format, args...), effect}
	for _, said := range n.Losses {
		if said == l {
			return
		}
	}
	n.Losses = append(n.Losses, l)
}

// Refuse notes that a clause can't be said, which refuses the rule.
func (n *Notes) Refuse(target string, clause ir.Expr, format string, args ...any) *diag.Diagnostic {
	return n.Findings.Add(diag.ClauseRefused, clause.Where(), "%s can't say %s: %s", target, brief(clause), fmt.Sprintf(format, args...))
}

// Need notes that the query asks for a context table.
func (n *Notes) Need(t ir.Table) {
	for _, said := range n.needs {
		if said == t {
			return
		}
	}
	n.needs = append(n.needs, t)
}

// Done is what Emit gives: the query with its losses, or nothing where a clause was refused.
func (n *Notes) Done(r *Rule, text string) (Query, diag.List) {
	if n.Findings.HasErrors() {
		return Query{}, n.Findings
	}
	losses := append(append([]Loss(nil), r.Losses...), n.Losses...)
	return Query{Text: text, Losses: losses, Needs: n.needs}, n.Findings
}

// brief is a clause's text, cut: a list of thousands is no message.
func brief(e ir.Expr) string {
	const most = 160
	r := []rune(ir.Text(e))
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(r)
}
