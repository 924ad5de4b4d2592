package sigma

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// selections reads what a detection holds: its selections and conditions, of a filter also its rules. It gives back the
// key `timeframe`, if there is one.
func (r *reader) selections(detection *source.Node) (timeframe *source.Node) {
	d := r.doc
	var condition, rules *source.Node
	d.Selections = make([]ReadSelection, 0, len(detection.Pairs))
	r.unique(detection, "the selection")
	for _, p := range detection.Pairs {
		switch name := p.Key.Text.Value; {
		case name == "condition":
			condition = p.Value
		case name == "timeframe":
			timeframe = p.Key
		case name == "rules" && d.Kind == FilterDocument:
			rules = p.Value
		default:
			s := ReadSelection{Name: p.Key.Text, Node: p.Value}
			if e := r.selection(p.Value, true); e != nil {
				s.Expr = &ir.Named{Name: name, Arg: e, Span: p.Value.Span}
			}
			d.Selections = append(d.Selections, s)
			r.sizes = append(r.sizes, size(p.Value))
		}
	}
	if d.Kind == FilterDocument {
		r.filterRules(rules)
	}
	r.conditions(condition, detection)
	return timeframe
}

// size is how many values a selection has.
func size(n *source.Node) int {
	total := 1
	for _, item := range n.Items {
		total += size(item)
	}
	for _, p := range n.Pairs {
		total += size(p.Value)
	}
	return total
}

func (r *reader) conditions(n, detection *source.Node) {
	items := []*source.Node{n}
	switch {
	case n.IsNull():
		r.fail(diag.SigmaNoSelection, detection.Span, "there is no condition").WithHelp("write condition: selection")
		return
	case n.Kind == source.Sequence:
		if items = n.Items; len(items) == 0 {
			r.fail(diag.SigmaNoSelection, n.Span, "the list of conditions is empty").WithHelp("write condition: selection")
		}
	}
	for _, item := range items {
		if item.Kind != source.Scalar || item.IsNull() {
			r.fail(diag.SigmaSyntax, item.Span, "a condition is text, not %s", item.What()).WithHelp("write condition: selection")
			continue
		}
		r.doc.Conditions = append(r.doc.Conditions, item.Text)
	}
}

// fewKeys is up to how many keys each is held against each; above, a map knows them.
const fewKeys = 16

// unique finds keys that stand twice in a mapping.
func (r *reader) unique(n *source.Node, what string) {
	twice := func(i, j int) {
		r.fail(diag.SigmaTwice, n.Pairs[j].Key.Span, "%s %q stands twice", what, n.Pairs[j].Key.Text.Value).
			WithNote(n.Pairs[i].Key.Span, "here first").WithHelp("put the values into one list, or into two selections")
	}
	if len(n.Pairs) <= fewKeys {
		for j := range n.Pairs {
			for i := range j {
				if n.Pairs[i].Key.Text.Value == n.Pairs[j].Key.Text.Value {
					twice(i, j)
					break
				}
			}
		}
		return
	}
	first := make(map[string]int, len(n.Pairs))
	for j, p := range n.Pairs {
		if i, ok := first[p.Key.Text.Value]; ok {
			twice(i, j)
		} else {
			first[p.Key.Text.Value] = j
		}
	}
}

// selection reads a map (all of it must hold), a list of maps (one must), or keywords. It is nil where a finding says
// why. Only at the top may a list stand.
func (r *reader) selection(n *source.Node, top bool) ir.Expr {
	switch {
	case n.Kind == source.Mapping:
		return r.mapping(n)
	case n.Kind == source.Scalar:
		return r.keyword(n)
	case !top:
		r.fail(diag.SigmaSelection, n.Span, "a selection is a mapping or a list of them, not a list in a list").
			WithHelp("put what stands in the inner list into the outer one")
		return nil
	case len(n.Items) == 0:
		r.fail(diag.SigmaSelection, n.Span, "the selection is empty").WithHelp("say what to look for, or take it out")
		return nil
	}
	out := &ir.Or{Args: make([]ir.Expr, 0, len(n.Items)), Span: n.Span}
	for _, item := range n.Items {
		if e := r.selection(item, false); e != nil {
			out.Args = append(out.Args, e)
		}
	}
	return out
}

func (r *reader) mapping(n *source.Node) ir.Expr {
	if len(n.Pairs) == 0 {
		r.fail(diag.SigmaSelection, n.Span, "the selection is empty").WithHelp("say what to look for, or take it out")
		return nil
	}
	r.unique(n, "the key")
	out := &ir.And{Args: make([]ir.Expr, 0, len(n.Pairs)), Span: n.Span}
	for _, p := range n.Pairs {
		if e := r.entry(p); e != nil {
			out.Args = append(out.Args, e)
		}
	}
	return out
}

func (r *reader) keyword(n *source.Node) ir.Expr {
	if n.IsNull() {
		r.fail(diag.SigmaSelection, n.Span, "a keyword is text, not nothing").WithHelp("write the text to look for, or take it out")
		return nil
	}
	if text, ok := literal(n.Text.Value); ok {
		return &ir.Keyword{Values: []string{text}, Span: n.Span}
	}
	return &ir.Keyword{Op: ir.Glob, Values: []string{n.Text.Value}, Span: n.Span}
}

// entry reads a field with modifiers and its values.
func (r *reader) entry(p source.Pair) ir.Expr {
	q, ok := r.modifiers(p.Key)
	if !ok {
		return nil
	}
	values := p.Value.Items
	switch p.Value.Kind {
	case source.Scalar:
		e := r.atom(&q, p.Value)
		if q.negated && e != nil {
			e = &ir.Not{Arg: e, Span: p.Value.Span}
		}
		return e
	case source.Mapping:
		r.fail(diag.SigmaSelection, p.Value.Span, "a value is text, a number or a boolean, not a mapping").
			WithHelp("modifiers stand behind the field: field|contains; a field inside another is joined to it by a dot")
		return nil
	}
	if len(values) == 0 {
		r.fail(diag.SigmaSelection, p.Value.Span, "there is no value to look for").WithHelp("write one, or take the field out")
		return nil
	}
	args := make([]ir.Expr, 0, len(values))
	for _, v := range values {
		if v.Kind != source.Scalar {
			r.fail(diag.SigmaSelection, v.Span, "a value is text, a number or a boolean, not %s", v.What()).
				WithHelp("write one value an entry; what must hold together stands in a list of mappings")
			continue
		}
		if e := r.atom(&q, v); e != nil {
			args = append(args, e)
		}
	}
	var e ir.Expr = &ir.Or{Args: args, Span: p.Value.Span}
	if q.all {
		e = &ir.And{Args: args, Span: p.Value.Span}
	}
	if q.negated {
		e = &ir.Not{Arg: e, Span: p.Value.Span}
	}
	return e
}

// matching marks the selections whose names fit a pattern and gives back what they ask for. `them` is all of them.
// Names that begin with an underscore are private (Sigma specification 2.1, "Condition"): only a pattern that itself
// begins with one names them.
func (r *reader) matching(pattern string) (out []ir.Expr, found bool) {
	if strings.EqualFold(pattern, "them") {
		pattern = "*"
	}
	for i := range r.doc.Selections {
		s := &r.doc.Selections[i]
		name := s.Name.Value
		if strings.HasPrefix(name, "_") && !strings.HasPrefix(pattern, "_") || !fits(pattern, name) {
			continue
		}
		s.Used, found = true, true
		r.atoms += r.sizes[i]
		if s.Expr != nil {
			out = append(out, s.Expr)
		}
	}
	return out, found
}

// fits says that a whole name has the form of a pattern, in which * is any run of characters.
func fits(pattern, name string) bool {
	at, i, star, mark := 0, 0, -1, 0
	for i < len(name) {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			star, mark = at, i
			at++
		case at < len(pattern) && pattern[at] == name[i]:
			at++
			i++
		case star < 0:
			return false
		default:
			mark++
			at, i = star+1, mark
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}
