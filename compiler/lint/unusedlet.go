package lint

import (
	"slices"
	"strings"

	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/source"
)

// unusedLet finds names that the condition doesn't use, itself or through others.
func unusedLet(r *Rule, l *diag.List) {
	if r.Condition == nil {
		return
	}
	used := condition.Uses(r.Condition)
	for _, e := range r.Levels {
		used = append(used, condition.Uses(e)...)
	}
	for _, let := range r.Lets {
		if let.Expr == nil || slices.Contains(used, let.Name.Value) {
			continue
		}
		d := l.Add(diag.UnusedLet, let.Name.Whole, "the let %q is not used", let.Name.Value)
		if lines, ok := ownLines(let.Name.Whole, let.Text.Whole); ok && len(r.Lets) > 1 {
			d.WithUnsafeFix("take it out", lines, "")
		}
	}
}

// ownLines are the lines from the head of one span to the tail of another, where nothing else stands on them.
func ownLines(from, to source.Span) (source.Span, bool) {
	if from.File == nil || from.File != to.File || to.End < from.Start {
		return source.Span{}, false
	}
	text := from.File.Text
	lo := strings.LastIndexByte(text[:from.Start], '\n') + 1
	hi := len(text)
	if n := strings.IndexByte(text[to.End:], '\n'); n >= 0 {
		hi = to.End + n + 1
	}
	if strings.TrimSpace(text[lo:from.Start]) != "" || strings.TrimSpace(text[to.End:hi]) != "" {
		return source.Span{}, false
	}
	return source.Span{File: from.File, Start: lo, End: hi}, true
}
