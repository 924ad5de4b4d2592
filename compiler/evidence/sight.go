package evidence

import (
	"slices"

	"detc/compiler/eval"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

type tableEntry = form.Entry[[]source.Text]

// look notes which verdicts the atoms were seen with.
func (run *runner) look(s eval.Step) {
	if len(s.Steps) == 0 {
		at := run.seen[s.Expr]
		at.yes = at.yes || s.Value
		at.no = at.no || !s.Value
		run.seen[s.Expr] = at
		return
	}
	for _, child := range s.Steps {
		run.look(child)
	}
}

// unseen names the clauses that no case saw true, or none saw false.
func (run *runner) unseen() []string {
	var out []string
	done := map[ir.Expr]bool{}
	ir.Atoms(run.Rule.Where, func(atom ir.Expr, _ bool) {
		at := run.seen[atom]
		if done[atom] {
			return
		}
		done[atom] = true
		if !at.yes {
			out = append(out, ir.Text(atom)+" true")
		}
		if !at.no {
			out = append(out, ir.Text(atom)+" false")
		}
	})
	return out
}

// nearMiss says of a rule that did not match that it would have, had a single atom said otherwise.
func nearMiss(s eval.Step) bool {
	var atoms []ir.Expr
	gather(s, &atoms)
	for _, a := range atoms {
		if flipped(s, a) {
			return true
		}
	}
	return false
}

func gather(s eval.Step, atoms *[]ir.Expr) {
	if len(s.Steps) == 0 {
		if !slices.Contains(*atoms, s.Expr) {
			*atoms = append(*atoms, s.Expr)
		}
		return
	}
	for _, child := range s.Steps {
		gather(child, atoms)
	}
}

// flipped is the verdict with one atom's turned round.
func flipped(s eval.Step, atom ir.Expr) bool {
	switch s.Expr.(type) {
	case *ir.And:
		return !slices.ContainsFunc(s.Steps, func(c eval.Step) bool { return !flipped(c, atom) })
	case *ir.Or:
		return slices.ContainsFunc(s.Steps, func(c eval.Step) bool { return flipped(c, atom) })
	case *ir.Not:
		return !flipped(s.Steps[0], atom)
	case *ir.Named:
		return flipped(s.Steps[0], atom)
	}
	return s.Value != (s.Expr == atom)
}
