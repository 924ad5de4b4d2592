package ledger

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/source"
)

// An Annotation is what somebody says of a row. An empty text leaves what is there.
type Annotation struct {
	Key
	Hash, Reason, Note, Owner, Approver, Control, Approved, Until string
}

// field is a key of a row with what it shall be.
type field struct{ key, value string }

func (a Annotation) fields() []field {
	all := []field{{"item", a.Item}, {"scope", a.Scope}, {"gate", a.Gate}, {"gap", a.Gap}, {"hash", a.Hash}, {"reason", a.Reason}, {"note", a.Note},
		{"owner", a.Owner}, {"approver", a.Approver}, {"control", a.Control}, {"approved", a.Approved}, {"until", a.Until}}
	return slices.DeleteFunc(all, func(f field) bool { return f.value == "" })
}

// Annotate writes an annotation into a ledger's text: into the row that is there, or as a new one at the end. What people
// wrote beside it stays, their comments too. Where the row was approved before on another day, that day goes to renewed.
// The error says why the file can't be written so; nothing is half done.
func Annotate(f *source.File, a Annotation) (string, error) {
	var findings diag.List
	text := ""
	if strings.TrimSpace(f.Text) == "" {
		text = "waivers:\n" + row("  ", a)
	} else {
		l := Read(f, &findings)
		if l == nil || findings.HasErrors() {
			return "", fmt.Errorf("%s can't be read, so nothing is written into it: %s", f.Name, first(findings))
		}
		if w := l.annotated()[a.Key]; w != nil && a.Hash != "" && w.accepts(a.Hash) {
			a.Hash = "" // it is one of those that stand there
		}
		edits, err := l.edits(a)
		if err != nil {
			return "", err
		}
		var skipped int
		if text, skipped = diag.Apply(f.Text, edits); skipped > 0 {
			return "", fmt.Errorf("%s: the row can't be changed in place", f.Name)
		}
	}
	return text, holds(f, text, a)
}

// holds reads a text back: it must say what was to be written, and all that it said before.
func holds(before *source.File, text string, a Annotation) error {
	var findings diag.List
	l := Read(source.NewFile(before.Name, text), &findings)
	if l == nil || findings.HasErrors() {
		return fmt.Errorf("%s would not be readable any more: %s", before.Name, first(findings))
	}
	w := l.annotated()[a.Key]
	if w == nil {
		return fmt.Errorf("%s would not hold the row %s", before.Name, a.Key)
	}
	for _, f := range a.fields() {
		if got := w.value(f.key); got != f.value {
			return fmt.Errorf("%s would say %s: %q, not %q", before.Name, f.key, got, f.value)
		}
	}
	var old diag.List
	if was := Read(before, &old); was != nil {
		for k, o := range was.annotated() {
			n := l.annotated()[k]
			if k != a.Key && (n == nil || n.Until.Value != o.Until.Value || n.Owner.Value != o.Owner.Value) {
				return fmt.Errorf("%s would lose the row %s", before.Name, k)
			}
		}
	}
	return nil
}

func (w *WaiverForm) value(key string) string {
	return map[string]source.Text{"item": w.Item, "scope": w.Scope, "gate": w.Gate, "gap": w.Gap, "hash": w.Hash, "reason": w.Reason, "note": w.Note,
		"owner": w.Owner, "approver": w.Approver, "control": w.Control, "approved": w.Approved, "until": w.Until}[key].Value
}

func first(l diag.List) string {
	for _, d := range l {
		if d.Severity == diag.Error {
			return fmt.Sprintf("%s: %s", d.Span, d.Message)
		}
	}
	return "it holds nothing"
}

// edits are what changes the ledger's text.
func (l *Ledger) edits(a Annotation) ([]diag.Edit, error) {
	list := l.node.Get("waivers")
	if w := l.annotated()[a.Key]; w != nil {
		n := list.Items[slices.IndexFunc(l.Waivers, func(o WaiverForm) bool { return o.Span == w.Span })]
		return l.change(n, w, a)
	}
	if list.IsNull() || list.Kind != source.Sequence || len(list.Items) == 0 {
		return l.begin(list, a)
	}
	last := list.Items[len(list.Items)-1]
	if list.Span.Text() != "" && list.Span.Text()[0] == '[' {
		return []diag.Edit{{Span: at(last.Span, last.Span.End), New: ", " + flow(a)}}, nil
	}
	// A new row begins where the first one does, on the line after the last one's end and what is remarked beside it.
	dash := lineStart(l.File.Text, list.Items[0].Span.Start)
	indent := l.File.Text[dash : dash+strings.IndexByte(l.File.Text[dash:]+"-", '-')]
	return []diag.Edit{insertLine(last.Span, row(indent, a))}, nil
}

// begin writes the first row of a ledger that has none.
func (l *Ledger) begin(list *source.Node, a Annotation) ([]diag.Edit, error) {
	if list == nil {
		end := source.Span{File: l.File, Start: len(l.File.Text), End: len(l.File.Text)}
		text := "waivers:\n" + row("  ", a)
		if !strings.HasSuffix(l.File.Text, "\n") {
			text = "\n" + text
		}
		return []diag.Edit{{Span: end, New: text}}, nil
	}
	if list.Span.Text() != "[]" && list.Span.Start != list.Span.End {
		return nil, fmt.Errorf("%s: write the first row of waivers yourself, and the next ones are added to it", list.Span)
	}
	return []diag.Edit{{Span: list.Span, New: "\n" + strings.TrimSuffix(row("  ", a), "\n")}}, nil
}

// change writes into a row that is there.
func (l *Ledger) change(n *source.Node, w *WaiverForm, a Annotation) (out []diag.Edit, err error) {
	inFlow := strings.HasPrefix(n.Span.Text(), "{")
	for _, f := range a.fields() {
		v := n.Get(f.key)
		switch {
		case v == nil:
			out = append(out, l.add(n, inFlow, f.key+": "+source.Plain(f.value, inFlow)))
		case v.Text.Value == f.value:
		case !v.Alias.IsZero():
			return nil, fmt.Errorf("%s: %s is an alias; write it out first", v.Span, f.key)
		case v.Span.Start == v.Span.End:
			out = append(out, diag.Edit{Span: v.Span, New: " " + source.Plain(f.value, inFlow)})
		default:
			out = append(out, diag.Edit{Span: v.Span, New: source.Plain(f.value, inFlow)})
		}
	}
	if was := w.Approved; a.Approved != "" && !was.IsZero() && was.Value != a.Approved {
		if list := n.Get("renewed"); list == nil {
			out = append(out, l.add(n, inFlow, "renewed: ["+was.Value+"]"))
		} else if k := len(list.Items); k > 0 && strings.HasPrefix(list.Span.Text(), "[") {
			out = append(out, diag.Edit{Span: at(list.Span, list.Items[k-1].Span.End), New: ", " + was.Value})
		} else {
			return nil, fmt.Errorf("%s: write renewed as [%s], and the day is added to it", list.Span, was.Value)
		}
	}
	return out, nil
}

// add puts a key at the end of a row.
func (l *Ledger) add(n *source.Node, inFlow bool, pair string) diag.Edit {
	last := n.Pairs[len(n.Pairs)-1].Value
	if inFlow {
		return diag.Edit{Span: at(n.Span, last.Span.End), New: ", " + pair}
	}
	key := n.Pairs[0].Key.Span.Start
	return insertLine(last.Span, strings.Repeat(" ", key-lineStart(l.File.Text, key))+pair+"\n")
}

// insertLine puts lines after the line on which a value ends.
func insertLine(s source.Span, lines string) diag.Edit {
	end := s.End
	for end > s.Start && s.File.Text[end-1] == '\n' { // a block scalar's own last line end
		end--
	}
	k := strings.IndexByte(s.File.Text[end:], '\n')
	if k < 0 {
		return diag.Edit{Span: at(s, len(s.File.Text)), New: "\n" + lines}
	}
	return diag.Edit{Span: at(s, end+k+1), New: lines}
}

func at(s source.Span, offset int) source.Span {
	return source.Span{File: s.File, Start: offset, End: offset}
}

func lineStart(text string, offset int) int { return strings.LastIndexByte(text[:offset], '\n') + 1 }

// row is an annotation as a row of its own.
func row(indent string, a Annotation) string {
	var b strings.Builder
	lead := indent + "- "
	for _, f := range a.fields() {
		b.WriteString(lead + f.key + ": " + source.Plain(f.value, false) + "\n")
		lead = indent + "  "
	}
	return b.String()
}

func flow(a Annotation) string {
	var out []string
	for _, f := range a.fields() {
		out = append(out, f.key+": "+source.Plain(f.value, true))
	}
	return "{" + strings.Join(out, ", ") + "}"
}
