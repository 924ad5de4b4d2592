package lint

import (
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// negatedOptional finds clauses that are true of a record because it lacks a field: a negated atom, with nothing
// beside it that is false of such a record or that says it out loud.
func negatedOptional(r *Rule, l *diag.List) {
	if r.Condition == nil {
		return
	}
	n := negations{rule: r, found: map[source.Span][]string{}, simple: map[source.Span]bool{}}
	n.walk(r.Condition, false, nil, nil)
	for _, at := range n.order {
		fields := n.found[at]
		d := l.Add(diag.NegatedOptional, at, "this is true where %s is missing", strings.Join(fields, " or ")).
			WithHelp("write %s if such a record must not match", guarded(fields, at))
		if n.simple[at] && len(fields) == 1 {
			d.WithUnsafeFix("ask for the field first", source.Span{File: at.File, Start: at.Start, End: at.Start}, "has("+fields[0]+") && ")
		}
	}
}

func guarded(fields []string, at source.Span) string {
	text := strings.Join(strings.Fields(at.Text()), " ")
	if len(text) > 60 || text == "" {
		text = "…"
	}
	return "has(" + strings.Join(fields, ") && has(") + ") && " + text
}

type negations struct {
	rule   *Rule
	found  map[source.Span][]string // the fields, by where the negation stands
	simple map[source.Span]bool     // a ! before one atom
	order  []source.Span
}

// walk goes through an expression with its sign: under a negation an And is a choice and an Or is not. guards are the
// fields that are there wherever the expression matters, or whose absence was asked for beside it; not is the
// innermost negation.
func (n *negations) walk(e ir.Expr, negated bool, guards []string, not *ir.Not) {
	if chosen(e) { // c ? a : b: that b counts where c can't be told is what ?: says
		or := e.(*ir.Or)
		n.walk(or.Args[0], negated, guards, not)
		n.walk(ir.Children(or.Args[1])[1], negated, guards, not)
		return
	}
	switch e := e.(type) {
	case *ir.And, *ir.Or:
		_, and := e.(*ir.And)
		args := ir.Children(e)
		for i, a := range args {
			around := slices.Clone(guards)
			for j, other := range args {
				switch {
				case i == j:
				case and != negated: // a clause that must hold too: what it needs is there
					around = append(around, present(other, negated)...)
				default: // an alternative: what it takes the absence of was thought of
					around = append(around, absent(other, negated)...)
				}
			}
			n.walk(a, negated, around, not)
		}
	case *ir.Not:
		n.walk(e.Arg, !negated, guards, e)
	case *ir.Named:
		n.walk(e.Arg, negated, guards, not)
	case *ir.Const, *ir.Exists, *ir.Keyword:
	default:
		if negated && not != nil {
			n.atom(e, guards, not)
		}
	}
}

func (n *negations) atom(e ir.Expr, guards []string, not *ir.Not) {
	at := not.Span
	for _, f := range ir.Fields(e) {
		if slices.Contains(guards, f.Name) || n.guaranteed(f.Name) || slices.Contains(n.found[at], f.Name) {
			continue
		}
		if n.found[at] == nil {
			n.order = append(n.order, at)
		}
		n.found[at] = append(n.found[at], f.Name)
		n.simple[at] = bare(not.Arg) == e && strings.HasPrefix(at.Text(), "!")
	}
}

// guaranteed says that every source of the rule has the field throughout its log.
func (n *negations) guaranteed(field string) bool {
	for _, s := range n.rule.Emitted {
		if s.Binding(field).Const == nil {
			return false
		}
	}
	return len(n.rule.Emitted) > 0
}

// absent are fields whose absence alone makes an expression true, or, with negated, false.
func absent(e ir.Expr, negated bool) []string {
	switch e := e.(type) {
	case *ir.Not:
		return absent(e.Arg, !negated)
	case *ir.Named:
		return absent(e.Arg, negated)
	case *ir.Exists:
		if negated {
			return []string{e.Field.Name}
		}
	}
	return nil
}

// present are fields that are there wherever an expression is true, or, with negated, wherever it is false.
func present(e ir.Expr, negated bool) []string {
	switch e := e.(type) {
	case *ir.And, *ir.Or:
		_, and := e.(*ir.And)
		var out []string
		for i, a := range ir.Children(e) {
			switch fields := present(a, negated); {
			case and != negated || i == 0:
				out = append(out, fields...)
			default:
				out = slices.DeleteFunc(out, func(f string) bool { return !slices.Contains(fields, f) })
			}
		}
		return out
	case *ir.Not:
		return present(e.Arg, !negated)
	case *ir.Named:
		return present(e.Arg, negated)
	case *ir.Const, *ir.Keyword:
		return nil
	}
	if negated {
		return nil
	}
	var out []string
	for _, f := range ir.Fields(e) {
		out = append(out, f.Name)
	}
	return out
}
