package backtest

import (
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// LabelsForm is a file that says which hits were what they claim to be.
type LabelsForm struct {
	Labels []LabelForm `form:"labels,required" doc:"what people found when they looked at hits"`
}

// LabelForm is what somebody found of hits of one rule: of one record, or of all whose fields have these values.
type LabelForm struct {
	Rule   source.Text           `form:"rule,required" is:"name" doc:"the rule, or correlation, whose hits it is about"`
	Record source.Text           `form:"record" is:"sha256" doc:"the record: the SHA-256 of its line without its end"`
	Where  form.Map[source.Text] `form:"where" doc:"the hits whose fields have all these values: {src_ip: 10.20.9.77}"`
	Is     source.Text           `form:"is,required" enum:"true_positive|false_positive" doc:"what it was"`
	Note   source.Text           `form:"note" doc:"why"`
	Span   source.Span
}

// Labels are the labels of a file, ready to be asked.
type Labels struct {
	File    *source.File
	list    []*label
	records map[string]*label   // by rule and record
	wheres  map[string][]*label // by rule
}

type label struct {
	*LabelForm
	kind verdict
	used bool
}

// verdict is what a label says; the zero value is nothing.
type verdict uint8

const (
	unlabelled verdict = iota
	truePositive
	falsePositive
)

// ReadLabels reads a file of labels and holds it against the rules: a label of a rule that isn't there, or for fields
// that it doesn't have, is a finding.
func ReadLabels(f *source.File, rules []Rule, l *diag.List) *Labels {
	var in LabelsForm
	out := &Labels{File: f, records: map[string]*label{}, wheres: map[string][]*label{}}
	if !form.File(f, &in, "a file of labels", l) {
		return out
	}
	byName := map[string]*Rule{}
	var names []string
	for i := range rules {
		byName[rules[i].Name] = &rules[i]
		names = append(names, rules[i].Name)
	}
	for i := range in.Labels {
		b := &label{LabelForm: &in.Labels[i], kind: truePositive}
		if b.Is.Value == "false_positive" {
			b.kind = falsePositive
		}
		if !b.Rule.IsZero() && !b.Is.IsZero() && b.check(byName[b.Rule.Value], names, l) {
			out.add(b, l)
		}
	}
	return out
}

func (b *label) check(r *Rule, names []string, l *diag.List) bool {
	name := b.Rule.Value
	switch {
	case r == nil:
		l.Add(diag.LabelUnknownRule, b.Rule.Whole, "there is no rule %q", name).WithGuess(b.Rule.Whole, name, names)
		return false
	case b.Record.IsZero() == (len(b.Where) == 0):
		l.Add(diag.LabelNoHit, b.Rule.Whole, "the label doesn't say of which hits of %s it is", name).
			WithHelp("give record: the SHA-256 of one line; or where: the fields' values of several hits")
		return false
	case r.Correlation != nil && !b.Record.IsZero():
		l.Add(diag.LabelNoHit, b.Record.Whole, "%s is a correlation, of which no one record is a hit", name).WithHelp("give where: the group that it fired for")
		return false
	}
	for _, e := range b.Where {
		if known := fieldsOf(r); !slices.Contains(known, e.Key.Value) {
			l.Add(diag.LabelNoHit, e.Key.Whole, "a hit of %s has no field %q", name, e.Key.Value).WithGuess(e.Key.Whole, e.Key.Value, known)
			return false
		}
	}
	return true
}

func fieldsOf(r *Rule) []string {
	if r.Schema != nil {
		return r.Schema.Names()
	}
	if r.Correlation != nil {
		return r.Correlation.GroupBy
	}
	return nil
}

// add takes a label, unless one before it says the same or the contrary.
func (o *Labels) add(b *label, l *diag.List) {
	rule := b.Rule.Value
	before := o.records[rule+" "+b.Record.Value]
	if b.Record.IsZero() {
		before = nil
		for _, w := range o.wheres[rule] {
			if sameWhere(w.Where, b.Where) {
				before = w
			}
		}
	}
	if before != nil {
		what := "once more"
		if before.kind != b.kind {
			what = "as the contrary"
		}
		l.Add(diag.LabelTwice, b.Rule.Whole, "these hits of %s are labelled %s", rule, what).WithNote(before.Rule.Whole, "here first").WithHelp("keep one of them")
		return
	}
	o.list = append(o.list, b)
	if b.Record.IsZero() {
		o.wheres[rule] = append(o.wheres[rule], b)
	} else {
		o.records[rule+" "+b.Record.Value] = b
	}
}

func sameWhere(a, b form.Map[source.Text]) bool {
	if len(a) != len(b) {
		return false
	}
	for _, e := range a {
		if v, ok := b.Get(e.Key.Value); !ok || v.Value != e.Value.Value {
			return false
		}
	}
	return true
}

// fieldsOf are the fields that the labels of a rule name.
func (o *Labels) fieldsOf(rule string) (out []string) {
	if o == nil {
		return nil
	}
	for _, b := range o.wheres[rule] {
		for _, e := range b.Where {
			out = append(out, e.Key.Value)
		}
	}
	return out
}

// byRecord says that some labels name records.
func (o *Labels) byRecord() bool { return o != nil && len(o.records) > 0 }

// of is what the labels say of a hit: the one of its record before one of its fields, of those the first.
func (o *Labels) of(s *subject, h *hit) verdict {
	if o == nil {
		return unlabelled
	}
	b := o.records[s.Name+" "+h.record]
	for _, w := range o.wheres[s.Name] {
		fits := true
		for _, e := range w.Where {
			i := slices.Index(s.fields, e.Key.Value)
			fits = fits && i >= 0 && slices.ContainsFunc(h.texts[i], func(t string) bool { return strings.EqualFold(t, e.Value.Value) })
		}
		if fits {
			w.used = true
			if b == nil {
				b = w
			}
		}
	}
	if b == nil {
		return unlabelled
	}
	b.used = true
	return b.kind
}

// Unused says, after a run, which labels no hit fitted.
func (o *Labels) Unused(l *diag.List) {
	if o == nil {
		return
	}
	for _, b := range o.list {
		if !b.used {
			l.Add(diag.LabelUnused, b.Rule.Whole, "no hit of %s fits this label", b.Rule.Value).
				WithHelp("the rule no longer hits there, or the record is in none of these logs")
		}
	}
}
