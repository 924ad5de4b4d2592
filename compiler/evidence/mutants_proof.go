package evidence

import (
	"slices"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// maxProof bounds the atoms of a truth table: a rule and a mutant with more are not shown to be equivalent by one.
const maxProof = 16

// equivalent says that two expressions have one meaning, and says it only where that is proved: they are equal in the
// canonical form, or have one verdict whatever verdicts their atoms have. Verdicts that can't go together are left
// out of that table where one atom implies the other, so it holds for every event there can be and may hold for
// more. Not to find an event that tells the two apart proves nothing.
func equivalent(a, b ir.Expr) bool {
	if ir.Equal(a, b) {
		return true
	}
	t := table{index: map[ir.Expr]int{}}
	t.add(a)
	t.add(b)
	if len(t.atoms) > maxProof {
		return false
	}
	t.implied = make([][]bool, len(t.atoms))
	for i, y := range t.atoms {
		t.implied[i] = make([]bool, len(t.atoms))
		for j, x := range t.atoms {
			t.implied[i][j] = i != j && eval.Implies(y, x)
		}
	}
	t.verdict = make([]bool, len(t.atoms))
	return t.same(0, a, b)
}

// A table goes through the verdicts that the atoms of two expressions can have together.
type table struct {
	atoms   []ir.Expr // each meaning once
	index   map[ir.Expr]int
	implied [][]bool // [y][x]: where y is true, x is
	verdict []bool
}

func (t *table) add(e ir.Expr) {
	ir.Atoms(e, func(atom ir.Expr, _ bool) {
		if _, known := t.index[atom]; known {
			return
		}
		i := slices.IndexFunc(t.atoms, func(x ir.Expr) bool { return ir.Equal(x, atom) })
		if i < 0 {
			i = len(t.atoms)
			t.atoms = append(t.atoms, atom)
		}
		t.index[atom] = i
	})
}

// same tries both verdicts of the i-th atom and those after it, as far as those before it allow.
func (t *table) same(i int, a, b ir.Expr) bool {
	if i == len(t.atoms) {
		return t.match(a) == t.match(b)
	}
	for _, v := range []bool{true, false} {
		t.verdict[i] = v
		if t.possible(i) && !t.same(i+1, a, b) {
			return false
		}
	}
	return true
}

func (t *table) possible(i int) bool {
	for j := range i {
		if t.verdict[i] && t.implied[i][j] && !t.verdict[j] || t.verdict[j] && t.implied[j][i] && !t.verdict[i] {
			return false
		}
	}
	return true
}

func (t *table) match(e ir.Expr) bool {
	switch e := e.(type) {
	case *ir.And:
		return !slices.ContainsFunc(e.Args, func(a ir.Expr) bool { return !t.match(a) })
	case *ir.Or:
		return slices.ContainsFunc(e.Args, t.match)
	case *ir.Not:
		return !t.match(e.Arg)
	case *ir.Named:
		return t.match(e.Arg)
	case *ir.Const:
		return e.Value
	}
	return t.verdict[t.index[e]]
}
