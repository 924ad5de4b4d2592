package evidence

import (
	"slices"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// look notes which verdicts the atoms were seen with.
func (run *runner) look(s eval.Step) {
	if len(s.Steps) == 0 {
		d := ir.Digest(s.Expr)
		at := run.seen[d]
		if s.Value {
			at.yes++
		} else {
			at.no++
		}
		run.seen[d] = at
		return
	}
	for _, child := range s.Steps {
		run.look(child)
	}
}

// An Atom is a clause with how often the cases saw it true and false. One that stands twice is one.
type Atom struct {
	Text        string // as ir prints it
	True, False int
}

// atoms are the clauses of the rule, in the order in which they stand.
func (run *runner) atoms() []Atom {
	var out []Atom
	done := map[[32]byte]bool{}
	ir.Atoms(run.Rule.Where, func(atom ir.Expr, _ bool) {
		d := ir.Digest(atom)
		if !done[d] {
			out = append(out, Atom{ir.Text(atom), run.seen[d].yes, run.seen[d].no})
		}
		done[d] = true
	})
	return out
}

// unseen names the clauses that no case saw true, or none saw false.
func unseen(atoms []Atom) []string {
	var out []string
	for _, a := range atoms {
		if a.True == 0 {
			out = append(out, a.Text+" true")
		}
		if a.False == 0 {
			out = append(out, a.Text+" false")
		}
	}
	return out
}

// nearMiss says of a rule that did not match that it would have, had a single atom said otherwise.
func nearMiss(s eval.Step) bool {
	atoms := map[[32]byte]bool{}
	gather(s, atoms)
	for a := range atoms {
		if flipped(s, a) {
			return true
		}
	}
	return false
}

func gather(s eval.Step, atoms map[[32]byte]bool) {
	if len(s.Steps) == 0 {
		atoms[ir.Digest(s.Expr)] = true
		return
	}
	for _, child := range s.Steps {
		gather(child, atoms)
	}
}

// flipped is the verdict with one atom's turned round, wherever that atom stands.
func flipped(s eval.Step, atom [32]byte) bool {
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
	return s.Value != (ir.Digest(s.Expr) == atom)
}
