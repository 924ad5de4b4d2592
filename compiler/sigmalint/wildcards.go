package sigmalint

import (
	"detc/compiler/diag"
	"detc/compiler/source"
)

// wildcards finds * at the ends of values, where a modifier says it or has said it already.
func wildcards(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		switch {
		case it.key == nil || it.field == "" || !it.compares() || it.has(encoding&^dashes):
		case it.has(inside):
			beside(it, l)
		case it.mods&^(allOf|cased) == 0:
			instead(it, l)
		}
	}
}

// instead reports values that wildcards at their ends make a beginning, an end or a part of.
func instead(it *item, l *diag.List) {
	var all shape
	var first *source.Node
	same := true
	for _, v := range it.values {
		var one shape
		if isText(v) && len(v.Text.Value) > 1 {
			one = shapeOf(v.Text.Value)
		}
		ends := (one.lead || one.trail) && !one.inner
		switch {
		case ends && first == nil:
			first, all = v, one
			same = same && v == it.values[0]
		case ends && one == all:
		default:
			same = false
		}
	}
	if first == nil {
		return
	}
	modifier := "contains"
	switch {
	case !all.trail:
		modifier = "endswith"
	case !all.lead:
		modifier = "startswith"
	}
	d := l.Add(diag.SigmaWildcard, first.Span, "wildcards say what the modifier %s says", modifier).WithHelp("write %s|%s and leave the wildcards out", it.field, modifier)
	if !same {
		return
	}
	n := len(it.field)
	edits := []diag.Edit{{Span: it.key.Text.Span(n, n), New: "|" + modifier}}
	withoutStars(d, "write "+modifier, it, edits, func(one shape) (bool, bool) { return one.lead, one.trail })
}

// beside reports wildcards at an end that the modifier leaves open.
func beside(it *item, l *diag.List) {
	idle := func(one shape) (lead, trail bool) {
		return one.lead && it.has(contains|endswith), one.trail && it.has(contains|startswith)
	}
	for _, v := range it.values {
		if !isText(v) || len(v.Text.Value) < 2 {
			continue
		}
		if lead, trail := idle(shapeOf(v.Text.Value)); lead || trail {
			d := l.Add(diag.SigmaWildcardEnd, v.Span, "the modifier leaves this end of the value open, with or without a wildcard").WithHelp("take the wildcard out")
			withoutStars(d, "take the wildcards out", it, nil, idle)
			return
		}
	}
}

// withoutStars adds a fix that takes the stars out of an item's values, where each is in quotes and keeps some text.
func withoutStars(d *diag.Diagnostic, title string, it *item, edits []diag.Edit, which func(shape) (lead, trail bool)) {
	if !it.key.Alias.IsZero() || !it.value.Alias.IsZero() {
		return
	}
	for _, v := range it.values {
		if !isText(v) {
			continue
		}
		text := v.Text.Value
		lead, trail := false, false
		if len(text) > 1 {
			lead, trail = which(shapeOf(text))
		}
		if !lead && !trail {
			continue
		}
		if lead && trail && len(text) == 2 || !v.Alias.IsZero() || !quoted(v.Text) {
			return
		}
		if lead {
			edits = append(edits, diag.Edit{Span: v.Text.Span(0, 1)})
		}
		if trail {
			edits = append(edits, diag.Edit{Span: v.Text.Span(len(text)-1, len(text))})
		}
	}
	d.Fixes = append(d.Fixes, diag.Fix{Title: title, Safe: true, Edits: edits})
}
