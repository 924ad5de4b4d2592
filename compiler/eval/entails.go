package eval

import (
	"slices"

	"detc/compiler/ir"
)

// Entails says of two expressions that x is true of every event that y is true of. It says so only where that is
// proved: by their shape, with what Implies knows of their atoms, or by a truth table where the atoms are few. It may
// miss it, but never says it wrongly.
func Entails(y, x ir.Expr) bool {
	p := &proof{sums: map[ir.Expr][32]byte{}, known: map[[2]ir.Expr]bool{}}
	if p.entails(pushed(y, false), pushed(x, false)) {
		return true
	}
	for _, as := range [][2]ir.Expr{{spread(y), spread(x)}, {y, x}} { // lists taken apart are more atoms, perhaps too many
		if t, ok := newTable(as[0], as[1]); ok {
			return t.always(0, func() bool { return !t.match(as[0]) || t.match(as[1]) })
		}
	}
	return false
}

// Equivalent says that two expressions have one meaning, and says it only where that is proved: they are equal in the
// canonical form, or have one verdict whatever verdicts their atoms have. Verdicts that can't go together are left
// out of that table where one atom implies the other, so it holds for every event there can be and may hold for
// more. Not to find an event that tells the two apart proves nothing.
func Equivalent(a, b ir.Expr) bool {
	if ir.Equal(a, b) {
		return true
	}
	t, ok := newTable(a, b)
	return ok && t.always(0, func() bool { return t.match(a) == t.match(b) })
}

// maxTable bounds the atoms of a truth table.
const maxTable = 16

// A table goes through the verdicts that the atoms of two expressions can have together.
type table struct {
	atoms   []ir.Expr // each meaning once
	index   map[ir.Expr]int
	implied [][]bool // [y][x]: where y is true, x is
	verdict []bool
}

// newTable says false where the two have too many atoms.
func newTable(a, b ir.Expr) (*table, bool) {
	t := &table{index: map[ir.Expr]int{}}
	number := map[[32]byte]int{}
	for _, e := range []ir.Expr{a, b} {
		ir.Atoms(e, func(atom ir.Expr, _ bool) {
			if _, known := t.index[atom]; known || len(t.atoms) > maxTable {
				return
			}
			d := ir.Digest(atom)
			i, known := number[d]
			if !known {
				i = len(t.atoms)
				number[d], t.atoms = i, append(t.atoms, atom)
			}
			t.index[atom] = i
		})
	}
	if len(t.atoms) > maxTable {
		return nil, false
	}
	t.implied = make([][]bool, len(t.atoms))
	for i, y := range t.atoms {
		t.implied[i] = make([]bool, len(t.atoms))
		for j, x := range t.atoms {
			t.implied[i][j] = i != j && impliesBounded(y, x)
		}
	}
	t.verdict = make([]bool, len(t.atoms))
	return t, true
}

// always tries both verdicts of the i-th atom and those after it, as far as those before it allow, and says that what
// is asked holds of them all.
func (t *table) always(i int, holds func() bool) bool {
	if i == len(t.atoms) {
		return holds()
	}
	for _, v := range []bool{true, false} {
		t.verdict[i] = v
		if t.possible(i) && !t.always(i+1, holds) {
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
