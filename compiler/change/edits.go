package change

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// diffExprs are the clauses that differ in two normal forms, in the order of the new one: what both have is passed
// over, and a list of values is compared value by value.
func diffExprs(old, new ir.Expr) []Edit {
	d := &differ{sums: map[ir.Expr][32]byte{}, edits: []Edit{}}
	d.expr(old, new, place{})
	return d.edits
}

// A place is where in a rule two expressions stand.
type place struct {
	in      string // the innermost name around it
	negated bool
}

type differ struct {
	sums  map[ir.Expr][32]byte
	edits []Edit
}

func (d *differ) sum(e ir.Expr) [32]byte {
	s, ok := d.sums[e]
	if !ok {
		s = ir.Digest(e)
		d.sums[e] = s
	}
	return s
}

func (d *differ) add(at place, e Edit) {
	e.In = at.in
	d.edits = append(d.edits, e)
}

// effect is wider or narrower, turned round under a negation.
func (at place) effect(wider bool) string {
	if wider != at.negated {
		return string(Wider)
	}
	return string(Narrower)
}

func (d *differ) expr(old, new ir.Expr, at place) {
	oldName, newName := nameOf(old), nameOf(new)
	if d.sum(old) == d.sum(new) {
		d.names(old, new, at)
		return
	}
	if newName != "" {
		at.in = newName
	}
	if oldName != "" && newName != "" && oldName != newName {
		d.edits = append(d.edits, Edit{What: Renamed, In: at.in, Clause: newName, Was: oldName})
	}
	old, new = bare(old), bare(new)
	switch x := new.(type) {
	case *ir.Not:
		if y, ok := old.(*ir.Not); ok {
			at.negated = !at.negated
			d.expr(y.Arg, x.Arg, at)
			return
		}
	case *ir.And, *ir.Or:
		if args, ok := d.asArgs(old, new); ok {
			d.args(args, ir.Children(new), isAnd(new), at)
			return
		}
	default:
		if d.values(old, new, at) {
			return
		}
	}
	switch old.(type) {
	case *ir.And, *ir.Or:
		if args, ok := d.asArgs(new, old); ok {
			d.args(ir.Children(old), args, isAnd(old), at)
			return
		}
	}
	d.changed(old, new, at)
}

// changed is a clause in place of another.
func (d *differ) changed(old, new ir.Expr, at place) {
	e := Edit{What: Changed, Clause: ir.Text(new), Was: ir.Text(old)}
	switch {
	case eval.Entails(old, new):
		e.Effect = at.effect(true)
	case eval.Entails(new, old):
		e.Effect = at.effect(false)
	}
	d.add(at, e)
}

// names notes the names that differ in expressions that are equal but for them, where they have one shape.
func (d *differ) names(old, new ir.Expr, at place) {
	a, b := nameOf(old), nameOf(new)
	if a != b && (a != "" || b != "") {
		d.add(at, Edit{What: Renamed, Clause: b, Was: a})
	}
	old, new = bare(old), bare(new)
	left := slices.Clone(ir.Children(old))
	for _, c := range ir.Children(new) {
		i := slices.IndexFunc(left, func(e ir.Expr) bool { return d.sum(e) == d.sum(c) })
		if i < 0 {
			return // the shape is another
		}
		d.names(left[i], c, at)
		left = slices.Delete(left, i, i+1)
	}
}

// asArgs are the arguments of e if it is a connective as `like` is, or e alone where that is one of its clauses.
func (d *differ) asArgs(e, like ir.Expr) ([]ir.Expr, bool) {
	switch e.(type) {
	case *ir.And, *ir.Or:
		if isAnd(e) == isAnd(like) {
			return ir.Children(e), true
		}
	}
	for _, c := range ir.Children(like) {
		if d.sum(c) == d.sum(e) {
			return []ir.Expr{e}, true
		}
	}
	if _, connective := e.(*ir.And); connective {
		return nil, false
	}
	if slices.ContainsFunc(ir.Children(like), func(c ir.Expr) bool { return d.alike(e, c) }) {
		return []ir.Expr{e}, true
	}
	return nil, false
}

func isAnd(e ir.Expr) bool {
	_, and := e.(*ir.And)
	return and
}

// maxAlike bounds the clauses of one connective that partners are looked for among.
const maxAlike = 300

// args compares the arguments of two connectives of one kind: those that are equal go together, then those that look
// alike; the rest was added or removed.
func (d *differ) args(old, new []ir.Expr, all bool, at place) {
	left := map[[32]byte][]ir.Expr{}
	for _, e := range old {
		left[d.sum(e)] = append(left[d.sum(e)], e)
	}
	same := map[ir.Expr]bool{}
	var unmatched []ir.Expr
	for _, e := range new {
		if l := left[d.sum(e)]; len(l) > 0 {
			same[l[0]] = true
			left[d.sum(e)] = l[1:]
			d.names(l[0], e, at)
			continue
		}
		unmatched = append(unmatched, e)
	}
	rest := slices.DeleteFunc(slices.Clone(old), func(e ir.Expr) bool { return same[e] })
	few := len(rest) <= maxAlike && len(unmatched) <= maxAlike
	for _, e := range unmatched {
		if i := slices.IndexFunc(rest, func(o ir.Expr) bool { return few && d.alike(o, e) }); i >= 0 {
			d.expr(rest[i], e, at)
			rest = slices.Delete(rest, i, i+1)
			continue
		}
		d.add(at, Edit{What: Added, Clause: ir.Text(e), Effect: at.effect(!all)})
	}
	for _, e := range rest {
		d.add(at, Edit{What: Removed, Clause: ir.Text(e), Effect: at.effect(all)})
	}
}

// alike says that one clause may be the other after a change: they bear one name, or ask the same of a field, or
// share a part.
func (d *differ) alike(old, new ir.Expr) bool {
	if a := nameOf(old); a != "" && a == nameOf(new) {
		return true
	}
	old, new = bare(old), bare(new)
	x, xNot := old.(*ir.Not)
	y, yNot := new.(*ir.Not)
	if xNot || yNot {
		return xNot && yNot && d.alike(x.Arg, y.Arg)
	}
	a, b := ir.Children(old), ir.Children(new)
	if len(a) == 0 && len(b) == 0 {
		return alikeAtoms(old, new)
	}
	if len(a) > 0 && len(b) > 0 && isAnd(old) != isAnd(new) || len(a)*len(b) > maxAlike {
		return false
	}
	if len(a) == 0 {
		a = []ir.Expr{old}
	}
	if len(b) == 0 {
		b = []ir.Expr{new}
	}
	return slices.ContainsFunc(a, func(e ir.Expr) bool {
		return slices.ContainsFunc(b, func(f ir.Expr) bool { return d.sum(e) == d.sum(f) })
	})
}

func alikeAtoms(old, new ir.Expr) bool {
	if headOf(old) == headOf(new) {
		return true
	}
	f, g := ir.Fields(old), ir.Fields(new)
	return len(f) == 1 && len(g) == 1 && f[0].Name == g[0].Name
}

// values compares two lists that are asked for in one way, value by value. It says false of anything else.
func (d *differ) values(old, new ir.Expr, at place) bool {
	if ir.Literals(old) == 0 || ir.Literals(new) == 0 || headOf(old) != headOf(new) {
		return false
	}
	a, b := literals(old), literals(new)
	e := Edit{What: Changed, Clause: asks(new), Added: without(b, a), Removed: without(a, b)}
	switch {
	case len(e.Added) > 0 && len(e.Removed) == 0:
		e.Effect = at.effect(true)
	case len(e.Removed) > 0 && len(e.Added) == 0:
		e.Effect = at.effect(false)
	case len(e.Added) == 0:
		return false
	case eval.Entails(old, new):
		e.Effect = at.effect(true)
	case eval.Entails(new, old):
		e.Effect = at.effect(false)
	}
	d.add(at, e)
	return true
}

// headOf is what an atom asks, without the values that it asks for: `new_mode in {}`, `path contains {} cased`.
func headOf(atom ir.Expr) string {
	switch atom.(type) {
	case *ir.And, *ir.Or, *ir.Not, *ir.Named, *ir.Const:
		return ""
	}
	if ir.Literals(atom) == 0 {
		return ""
	}
	return ir.Text(ir.WithLiterals(atom, nil))
}

// asks is headOf for people: `new_mode`, `path contains`. How the field compares letters is the field's own.
func asks(atom ir.Expr) string {
	text := strings.TrimSuffix(strings.TrimSuffix(headOf(atom), " cased"), " {}")
	return strings.TrimSuffix(text, " in")
}

// literals are the values of an atom's list, as they stand in IR text.
func literals(atom ir.Expr) []string {
	var out []string
	quoted := func(list []string) {
		for _, s := range list {
			out = append(out, strconv.Quote(s))
		}
	}
	switch a := atom.(type) {
	case *ir.Eq:
		for _, v := range a.Values {
			if v.Type == ir.String {
				quoted([]string{v.Str})
			} else {
				out = append(out, v.Text())
			}
		}
	case *ir.Match:
		quoted(a.Values)
	case *ir.Regex:
		quoted(a.Patterns)
	case *ir.Keyword:
		quoted(a.Values)
	case *ir.Cidr:
		for _, n := range a.Nets {
			out = append(out, n.String())
		}
	case *ir.TimePart:
		for _, n := range a.Values {
			out = append(out, fmt.Sprint(n))
		}
	}
	return out
}

func nameOf(e ir.Expr) string {
	if n, ok := e.(*ir.Named); ok {
		return n.Name
	}
	return ""
}

func bare(e ir.Expr) ir.Expr {
	for {
		n, ok := e.(*ir.Named)
		if !ok {
			return e
		}
		e = n.Arg
	}
}
