package sigmalint

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// shortValues finds empty texts and single letters that are looked for inside of values.
func shortValues(s *subject, l *diag.List) {
	for i := range s.items {
		it := &s.items[i]
		if !it.has(inside) || !it.compares() {
			continue
		}
		for _, v := range it.values {
			if v.Kind != source.Scalar || v.IsNull() {
				continue
			}
			switch text := v.Text.Value; {
			case text == "":
				l.Add(diag.SigmaEmptyValue, v.Span, "every value has an empty text in it").WithHelp("write %s|exists: true, or the text that was meant", it.field)
			case len(text) == 1 && it.has(contains) && !it.has(encoding) && alphanumeric(text[0]):
				l.Add(diag.SigmaShortValue, v.Span, "%q is contained in nearly every value", text).WithHelp("write more of what stands around it")
			}
		}
	}
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// maxQuadratic is the longest list whose values are held each against each; in longer ones only equal values are found.
const maxQuadratic = 128

// impliedValues finds values of a list that another value of it makes idle: the same, or one that follows from it.
func impliedValues(s *subject, l *diag.List) {
	var folded []string // shared by the items of the document
	for i := range s.items {
		it := &s.items[i]
		if len(it.values) < 2 || it.value.Kind != source.Sequence {
			continue
		}
		folded = folded[:0]
		for _, v := range it.values {
			folded = append(folded, it.folded(v))
		}
		twice(it, folded, l)
		if it.has(inside) && it.compares() && !it.has(encoding|neq) && len(folded) <= maxQuadratic {
			implied(it, folded, l)
		}
	}
}

// folded is what a value is compared by. Values of one list with one such text match the same.
func (it *item) folded(v *source.Node) string {
	switch {
	case v.Kind != source.Scalar:
		return ""
	case v.IsNull():
		return "\x00null" // YAML has no such character
	case !it.compares() || it.has(cased|base64whole|base64offset):
		return v.Text.Value
	}
	return fold(v.Text.Value)
}

// twice finds equal values: by comparison in short lists, by a table in long ones.
func twice(it *item, folded []string, l *diag.List) {
	if len(folded) <= 12 {
		for j := 1; j < len(folded); j++ {
			for i := range j {
				if folded[i] == folded[j] && it.values[j].Kind == source.Scalar {
					reportTwice(it, i, j, l)
					break
				}
			}
		}
		return
	}
	first := make(map[string]int, len(folded))
	for j, f := range folded {
		if i, seen := first[f]; !seen {
			first[f] = j
		} else if it.values[j].Kind == source.Scalar {
			reportTwice(it, i, j, l)
		}
	}
}

func reportTwice(it *item, i, j int, l *diag.List) {
	how := ""
	if it.values[i].Text.Value != it.values[j].Text.Value {
		how = " but for its case"
	}
	d := l.Add(diag.SigmaValueTwice, it.values[j].Span, "%q stands twice in the list%s", clip(it.values[j].Text.Value), how).
		WithNote(it.values[i].Span, "the first time").WithHelp("take it out, or write the value that was meant")
	withRemoval(d, it.value, j)
}

// implied finds values that follow from another: where one must hold the longer text is idle, where all must the shorter.
func implied(it *item, folded []string, l *diag.List) {
	for i, v := range it.values {
		if !isText(v) {
			folded[i] = ""
		} else if shapeOf(v.Text.Value).plain() {
			folded[i] = literal(folded[i])
		} else {
			folded[i] = ""
		}
	}
	for long := range folded {
		for short := range folded {
			if len(folded[short]) >= len(folded[long]) || folded[short] == "" || !it.part(folded[long], folded[short]) {
				continue
			}
			idle, beside := long, short
			if it.has(allOf) {
				idle, beside = short, long
			}
			d := l.Add(diag.SigmaValueImplied, it.values[idle].Span, "%q says nothing beside %q", clip(it.values[idle].Text.Value), clip(it.values[beside].Text.Value)).
				WithNote(it.values[beside].Span, "it follows from this one").WithHelp("take it out, or write the value that was meant")
			it.withoutIdle(d, idle)
			if !it.has(allOf) {
				break
			}
		}
	}
}

// withoutIdle adds a fix that takes a value out that another implies. Which of the two was meant a person must say, and
// some stand there for the reader.
func (it *item) withoutIdle(d *diag.Diagnostic, idle int) {
	e, ok := removal(it.value, idle)
	if !ok {
		return
	}
	edits := []diag.Edit{e}
	if at, ok := it.modifier("all"); ok && len(it.values) == 2 {
		edits = append(edits, diag.Edit{Span: at}) // which one value alone may not have
	}
	d.Fixes = append(d.Fixes, diag.Fix{Title: "take it out", Edits: edits})
}

// part says that whatever the item finds the long text in has the short one, too.
func (it *item) part(long, short string) bool {
	switch {
	case it.has(contains):
		return strings.Contains(long, short)
	case it.has(startswith):
		return strings.HasPrefix(long, short)
	}
	return strings.HasSuffix(long, short)
}
