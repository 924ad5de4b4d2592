package sigma

import (
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// detect writes an expression as selections and a condition over them; linear in its size. ok is false where a finding
// says that Sigma has no words for it.
func detect(e ir.Expr, diags *diag.List) (d Detection, ok bool) {
	p := &planter{lowerer: lowerer{diags}}
	t := p.plant(e)
	if t == nil || p.failed {
		return Detection{}, false
	}
	b := &builder{taken: names{"condition": true, "timeframe": true, "them": true}}
	root := b.root(t)
	b.arrange(root)
	d.Selections = b.selections
	d.Condition = b.render(root, false)
	return d, true
}

// arrange puts the selections into the order in which the condition speaks of them, so that what is written is written
// the same again once it was read.
func (b *builder) arrange(root *term) {
	place := make(map[string]int, len(b.selections))
	var walk func(*term)
	walk = func(t *term) {
		for _, name := range t.names {
			place[name] = len(place)
		}
		for _, k := range t.kids {
			walk(k)
		}
	}
	walk(root)
	slices.SortFunc(b.selections, func(x, y Selection) int { return place[x.Name] - place[y.Name] })
}

// A term is a part of the condition before all selections are known.
type term struct {
	kind  termKind
	names []string // of a group
	kids  []*term
}

type termKind uint8

const (
	allOf  termKind = iota // every selection of the group
	oneOf                  // one of the group
	noneOf                 // none of the group
	joined                 // all of the kids
	either                 // one of the kids
	negated
)

type builder struct {
	taken      names
	selections []Selection
}

func (b *builder) root(t *tree) *term {
	switch {
	case t.op == or && t.name == "":
		return b.or(t.kids, selectionRole, "")
	case t.op == and && t.name == "":
		return b.and(t.kids, selectionRole, "")
	}
	return b.and([]*tree{t}, selectionRole, "")
}

// about names what an unnamed part is called after, inside a part of that name.
func about(inside, what string) string {
	if inside == "" {
		return what
	}
	return inside + "_" + what
}

// and joins what must all hold. Leaves without a name share the role's own selection; a part with a name, and what
// doesn't fit, has one of its own; what is negated is a filter.
func (b *builder) and(kids []*tree, role, inside string) *term {
	var leaves, parts, nots []*tree
	for _, k := range kids {
		switch {
		case k.op == not:
			nots = append(nots, k.spread()...)
		case k.op == leaf && k.name == "" && !k.keyword():
			leaves = append(leaves, k)
		default:
			parts = append(parts, k)
		}
	}
	group := &term{kind: allOf}
	out := &term{kind: joined, kids: []*term{group}}
	for i, m := range pack(leaves) {
		called := inside
		if i > 0 || role != selectionRole && inside == "" {
			field, _, _ := strings.Cut(m[0].Key, "|")
			called = about(inside, field)
		}
		group.names = append(group.names, b.add(role, called, Selection{Maps: []Map{m}}))
	}
	for _, k := range parts {
		out.place(group, b.part(k, role, inside))
	}
	none := &term{kind: noneOf}
	out.kids = append(out.kids, none)
	for _, k := range nots {
		arg := k.kids[0]
		if name := k.name; name != "" && arg.name == "" {
			arg.name = "not_" + name
		}
		switch t := b.part(arg, filterRole, inside); {
		case t.single():
			none.names = append(none.names, t.names...)
		default:
			out.kids = append(out.kids, &term{kind: negated, kids: []*term{t}})
		}
	}
	return out
}

// spread is a negated Or of parts with names as the negation of each: not (a or b) is not a and not b, and each filter
// keeps its name.
func (t *tree) spread() []*tree {
	arg := t.kids[0]
	if arg.op != or || arg.name != "" || t.name != "" {
		return []*tree{t}
	}
	out := make([]*tree, len(arg.kids))
	for i, k := range arg.kids {
		if k.name == "" || k.op == not {
			return []*tree{t}
		}
		out[i] = &tree{op: not, kids: []*tree{k}, field: k.field}
	}
	return out
}

// place puts a part of one selection into the group and any other beside it.
func (t *term) place(group, part *term) {
	if part.single() {
		group.names = append(group.names, part.names...)
		return
	}
	t.kids = append(t.kids, part)
}

func (t *term) single() bool { return t.kind == allOf && len(t.names) == 1 }

// or joins what of which one must hold.
func (b *builder) or(kids []*tree, role, inside string) *term {
	group := &term{kind: oneOf}
	out := &term{kind: either, kids: []*term{group}}
	for _, k := range together(kids) {
		if k.op != not {
			out.place(group, b.part(k, role, inside))
			continue
		}
		arg := k.kids[0]
		if name := k.name; name != "" && arg.name == "" {
			arg.name = "not_" + name
		}
		out.kids = append(out.kids, &term{kind: negated, kids: []*term{b.part(arg, filterRole, inside)}})
	}
	return out
}

// together puts the leaves without a name that ask about one field into an Or of their own: one selection.
func together(kids []*tree) []*tree {
	at := map[string]int{}
	var out []*tree
	for _, k := range kids {
		if k.op != leaf || k.name != "" || k.keyword() {
			out = append(out, k)
			continue
		}
		i, ok := at[k.field]
		switch {
		case !ok:
			at[k.field] = len(out)
			out = append(out, k)
		case out[i].op == leaf:
			out[i] = &tree{op: or, kids: []*tree{out[i], k}, field: k.field}
		default:
			out[i].kids = append(out[i].kids, k)
		}
	}
	return out
}

// part is a tree as one selection if it fits, else as a condition in parentheses over its own.
func (b *builder) part(t *tree, role, inside string) *term {
	called := t.name
	if called == "" {
		called = t.field
	}
	if values, ok := t.keywords(); ok {
		s := Selection{Keywords: values}
		if (t.name == "" || t.name == "keywords") && role == selectionRole && !b.taken["keywords"] {
			b.taken["keywords"] = true
			s.Name = "keywords"
			b.selections = append(b.selections, s)
			return &term{names: []string{s.Name}}
		}
		return &term{names: []string{b.add(role, about(inside, called), s)}}
	}
	if maps, ok := t.maps(); ok {
		return &term{names: []string{b.add(role, about(inside, called), Selection{Maps: maps})}}
	}
	if t.name != "" {
		inside = about(inside, t.name)
	}
	switch t.op {
	case and:
		return b.and(t.kids, role, inside)
	case or:
		return b.or(t.kids, role, inside)
	}
	arg := t.kids[0]
	return &term{kind: negated, kids: []*term{b.part(arg, filterRole, inside)}}
}

// add takes a name for a selection.
func (b *builder) add(role, called string, s Selection) string {
	s.Name = b.taken.take(role, called)
	b.selections = append(b.selections, s)
	return s.Name
}

// render writes a term; tight asks for parentheses around what an operator could tear apart.
func (b *builder) render(t *term, tight bool) string {
	switch t.kind {
	case allOf:
		return b.group("all of ", " and ", t.names, tight)
	case oneOf:
		return b.group("1 of ", " or ", t.names, tight)
	case noneOf:
		if p := pattern(t.names, b.selections); p != "" {
			return "not 1 of " + p
		}
		return parens("not "+strings.Join(t.names, " and not "), tight && len(t.names) > 1)
	case negated:
		switch inner := t.kids[0].sole(); inner.kind {
		case negated:
			return b.render(inner.kids[0], true)
		case noneOf:
			return b.render(&term{kind: oneOf, names: inner.names}, true)
		}
		return "not " + b.render(t.kids[0], true)
	}
	if s := t.sole(); s != t {
		return b.render(s, tight)
	}
	var parts []string
	for _, k := range t.kids {
		if k.empty() {
			continue
		}
		parts = append(parts, b.render(k, k.kind == either || t.kind == either))
	}
	return parens(strings.Join(parts, map[termKind]string{joined: " and ", either: " or "}[t.kind]), tight)
}

// sole is the one kid of a join that has no other, all the way down.
func (t *term) sole() *term {
	if t.kind != joined && t.kind != either {
		return t
	}
	var only *term
	for _, k := range t.kids {
		if k.empty() {
			continue
		}
		if only != nil {
			return t
		}
		only = k
	}
	if only == nil {
		return t
	}
	return only.sole()
}

func (t *term) empty() bool { return t.kind <= noneOf && len(t.names) == 0 }

// group writes a pattern that means exactly these selections, else their names.
func (b *builder) group(of, operator string, names []string, tight bool) string {
	if p := pattern(names, b.selections); p != "" {
		return of + p
	}
	return parens(strings.Join(names, operator), tight && len(names) > 1)
}

func parens(s string, yes bool) string {
	if yes {
		return "(" + s + ")"
	}
	return s
}
