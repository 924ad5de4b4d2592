package sigmalint

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// style is how a scalar is written: its quote, | or > of a block, or a space where it is plain.
func style(t source.Text) byte {
	if t.Whole.File == nil || t.Whole.Start >= len(t.Whole.File.Text) {
		return 0
	}
	switch c := t.Whole.File.Text[t.Whole.Start]; c {
	case '\'', '"', '|', '>':
		return c
	}
	return ' '
}

// quoted says that a scalar stands in quotes, so that taking characters away leaves it text.
func quoted(t source.Text) bool { return style(t) == '\'' || style(t) == '"' }

// rewrite is the edit that gives a scalar on one line another value. The value must be of letters, digits and . _ - / :
// with nothing that YAML would take for something else.
func rewrite(t source.Text, value string) (diag.Edit, bool) {
	s := style(t)
	if s == '|' || s == '>' || s == 0 || strings.Contains(t.Whole.Text(), "\n") {
		return diag.Edit{}, false
	}
	for _, r := range value {
		if r < '!' || r > '~' || strings.ContainsRune(`'"#,[]{}&*!|>%@\`+"`", r) {
			return diag.Edit{}, false
		}
	}
	if quoted(t) {
		return diag.Edit{Span: source.Span{File: t.Whole.File, Start: t.Whole.Start + 1, End: t.Whole.End - 1}, New: value}, true
	}
	return diag.Edit{Span: t.Whole, New: value}, true
}

// withRewrite adds a fix that gives a scalar another value, where that can be written.
func withRewrite(d *diag.Diagnostic, title string, t source.Text, value string, safe bool) {
	if e, ok := rewrite(t, value); ok {
		d.Fixes = append(d.Fixes, diag.Fix{Title: title, Safe: safe, Edits: []diag.Edit{e}})
	}
}

// removal is the edit that takes an entry out of a list that keeps another: its line where it has one of its own, or
// itself with a comma.
func removal(list *source.Node, i int) (diag.Edit, bool) {
	n := list.Items[i]
	if len(list.Items) < 2 || !n.Alias.IsZero() || !list.Alias.IsZero() || n.Kind != source.Scalar {
		return diag.Edit{}, false
	}
	text, at := n.Span.File.Text, n.Span
	if list.Span.Start < len(text) && text[list.Span.Start] == '[' {
		other := i - 1
		lo, hi := 0, at.End
		if other >= 0 {
			lo = list.Items[other].Span.End
		} else {
			other = 1
			lo, hi = at.Start, list.Items[1].Span.Start
		}
		o := list.Items[other]
		between := source.Span{File: at.File, Start: min(o.Span.End, at.End), End: max(o.Span.Start, at.Start)}
		if !o.Alias.IsZero() || strings.Trim(between.Text(), " ") != "," {
			return diag.Edit{}, false
		}
		return diag.Edit{Span: source.Span{File: at.File, Start: lo, End: hi}}, true
	}
	lo := strings.LastIndexByte(text[:at.Start], '\n') + 1
	hi := len(text)
	if end := strings.IndexByte(text[at.End:], '\n'); end >= 0 {
		hi = at.End + end + 1
	}
	if strings.TrimSpace(text[lo:at.Start]) != "-" || strings.TrimSpace(text[at.End:hi]) != "" || strings.Contains(at.Text(), "\n") {
		return diag.Edit{}, false
	}
	return diag.Edit{Span: source.Span{File: at.File, Start: lo, End: hi}}, true
}

// withRemoval adds a safe fix that takes an entry out of its list.
func withRemoval(d *diag.Diagnostic, list *source.Node, i int) {
	if e, ok := removal(list, i); ok {
		d.Fixes = append(d.Fixes, diag.Fix{Title: "take it out", Safe: true, Edits: []diag.Edit{e}})
	}
}

// clip is a text short enough for a message.
func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
