package witness_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/witness"
)

// A tally counts what was judged, by opinion and by operator.
type tally struct {
	pairs    int // of a rule and an event, on which all opinions that can have one agreed
	matched  int
	opinions map[string]int
	cells    map[string]*[3]int
	rules    int
	never    int // rules that a source can't carry
	lost     int // events that the log has no record for
}

func newTally() *tally { return &tally{opinions: map[string]int{}, cells: map[string]*[3]int{}} }

const (
	isPresent = iota
	isAbsent
	isNearMiss
)

// count notes, for each operator of the rule, what the event was to it.
func (t *tally) count(e ir.Expr, w *witness.Witness) {
	add := func(op string, cell int) {
		if t.cells[op] == nil {
			t.cells[op] = &[3]int{}
		}
		t.cells[op][cell]++
	}
	present := func(a ir.Expr) int {
		for _, f := range ir.Fields(a) {
			if _, ok := w.Values[f.Name]; !ok {
				return isAbsent
			}
		}
		if _, ok := a.(*ir.Keyword); ok && len(w.Values) == 0 {
			return isAbsent
		}
		return isPresent
	}
	var walk func(e ir.Expr) (holds bool)
	walk = func(e ir.Expr) bool {
		for _, child := range ir.Children(e) {
			holds := walk(child)
			if op := connective(e); op != "" {
				if holds {
					add(op, isPresent)
				} else {
					add(op, isAbsent)
				}
				if holds && w.Kind == witness.NearMiss {
					add(op, isNearMiss)
				}
			}
		}
		if op := operator(e); op != "" {
			add(op, present(e))
			if w.Kind == witness.NearMiss && w.Atom == e {
				add(op, isNearMiss)
			}
		}
		return eval.Match(e, w.Event(), w.Tables)
	}
	walk(e)
}

func connective(e ir.Expr) string {
	switch e.(type) {
	case *ir.And:
		return "and"
	case *ir.Or:
		return "or"
	case *ir.Not:
		return "not"
	case *ir.Named:
		return "named"
	}
	return ""
}

// operator names an atom with all that its meaning hangs on.
func operator(e ir.Expr) string {
	cased := func(f ir.Field) string {
		name := ""
		if f.List {
			name = ", list"
		}
		if f.Type == ir.String && f.Cased {
			name += ", cased"
		}
		return name
	}
	switch a := e.(type) {
	case *ir.Eq:
		return "eq " + a.Field.Type.String() + cased(a.Field)
	case *ir.Match:
		name := a.Op.String()
		if !a.Encoding.Plain() {
			return a.Encoding.String() + " " + name
		}
		return name + cased(a.Field)
	case *ir.Regex:
		return "regex"
	case *ir.Cidr:
		return "cidr" + cased(a.Field)
	case *ir.Compare:
		return a.Op.String() + " " + a.Field.Type.String()
	case *ir.FieldEq:
		return "fieldref " + a.Field.Type.String()
	case *ir.Exists:
		return "exists"
	case *ir.InSet:
		return "context " + a.Field.Type.String()
	case *ir.TimePart:
		return a.Part.String()
	case *ir.Keyword:
		return "keyword"
	}
	return ""
}

func (t *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d pairs (%d of them match) of %d rules; %d rules no source could carry, %d events without a record\n", t.pairs, t.matched, t.rules, t.never, t.lost)
	for _, name := range slices.Sorted(maps.Keys(t.opinions)) {
		fmt.Fprintf(&b, "  %-22s %9d\n", name, t.opinions[name])
	}
	fmt.Fprintf(&b, "%-28s %9s %9s %9s\n", "operator", "present", "absent", "near miss")
	for _, op := range slices.Sorted(maps.Keys(t.cells)) {
		c := t.cells[op]
		fmt.Fprintf(&b, "%-28s %9d %9d %9d\n", op, c[0], c[1], c[2])
	}
	return b.String()
}

// unexercised are the cells of the table that no pair fell into.
func (t *tally) unexercised() (out []string) {
	for _, op := range operators() {
		cells := t.cells[op]
		for i, cell := range []string{"present", "absent", "near miss"} {
			if cells == nil || cells[i] == 0 {
				out = append(out, op+", "+cell)
			}
		}
	}
	return out
}
