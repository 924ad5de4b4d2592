package sigma

import (
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// FuzzReadSigma: no text makes the reader panic; each finding has a message and each error something to do; and what is
// read is written as Sigma that reads back as the same, or refused with a reason.
func FuzzReadSigma(f *testing.F) {
	f.Add(twoRules)
	for _, test := range readings {
		f.Add("title: t\ndetection: {s: {f: x}, t: " + test[1] + ", condition: not s or 1 of t*}\n")
	}
	f.Add("correlation: {rules: [a_rule], timespan: 5m, type: value_percentile, condition: {field: f, percentile: 99.5, gte: 3}}")
	f.Add("\uFEFFx: &v [a, b]\ndetection: {s: {f: *v}, t: &t {g: c}, u: *t, condition: [s and t, u]}\n---\naction: global\n---\n[]")
	f.Add("filter: {rules: any, selection: [{User|startswith: 'adm?\\'}, k*y], condition: not all of them}")
	f.Fuzz(func(t *testing.T, text string) {
		docs, l := readAll(text)
		for _, d := range l {
			if d.Message == "" || d.Severity == diag.Error && d.Help == "" && d.Code != diag.Syntax && d.Code != diag.Unreadable {
				t.Errorf("%+v says nothing, or not what to do", d)
			}
		}
		for _, d := range docs {
			w, refused := Write(d)
			if w == nil {
				if !refused.HasErrors() {
					t.Errorf("%q is not written, without a reason", d.Title.Value)
				}
				continue
			}
			written := string(w.YAML())
			again, back := readAll(written)
			if len(back) > 0 || len(again) != 1 {
				t.Fatalf("%s\n%s", written, shown(back))
			}
			if d.Where != nil && !ir.Equal(ir.Normalize(spelled(d.Where)), ir.Normalize(spelled(again[0].Where))) {
				t.Fatalf("%s\n%s\nreads back as\n%s", written, ir.Text(d.Where), ir.Text(again[0].Where))
			}
			if !sameTexts(d, again[0]) {
				t.Fatalf("what it says of itself changed:\n%s", written)
			}
		}
	})
}

// FuzzCondition: no condition makes the parser panic, a finding stands inside the condition, and what is read means the
// same with its names in parentheses and its operators in capitals.
func FuzzCondition(f *testing.F) {
	for _, c := range []string{"a_x and not 1 of b* or (all of them)", "NOT (a_x or _p)", "1 of _*", "a_x | count() > 5", "not not a_y", "((a_x", "any of", "b-1 and b.2 or bé"} {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, condition string) {
		read := func(condition string) (ir.Expr, diag.List) {
			var l diag.List
			r := &reader{diags: &l, doc: &Document{}}
			for _, name := range []string{"a_x", "a_y", "b-1", "b.2", "bé", "_p"} {
				e := &ir.Eq{Field: ir.Field{Name: name}, Values: []ir.Value{ir.StringValue("v")}}
				r.doc.Selections = append(r.doc.Selections, ReadSelection{Name: source.Text{Value: name}, Expr: e})
				r.sizes = append(r.sizes, 1)
			}
			e, ok := r.condition(source.Literal(source.NewFile("c", condition), 0, condition))
			if ok != (len(l) == 0) {
				t.Fatalf("%q is read: %t\n%s", condition, ok, shown(l))
			}
			return e, l
		}
		e, l := read(condition)
		for _, d := range l {
			if d.Span.Start < 0 || d.Span.End > len(condition) || d.Help == "" {
				t.Fatalf("%q: %+v", condition, d)
			}
		}
		if e == nil {
			return
		}
		words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(condition))
		for i, w := range words {
			switch lower := strings.ToLower(w); lower {
			case "and", "or", "not", "of", "them", "all", "any":
				words[i] = strings.ToUpper(w)
			default:
				if w != "(" && w != ")" && w != "1" && !strings.Contains(w, "*") && (i == 0 || words[i-1] != "OF") {
					words[i] = "( " + w + " )"
				}
			}
		}
		spelt := strings.Join(words, " ")
		if other, l := read(spelt); len(l) == 0 && !ir.Equal(e, other) {
			t.Fatalf("%q: %s\n%q: %s", condition, ir.Text(e), spelt, ir.Text(other))
		} else if len(l) > 0 && l[0].Code != diag.SigmaTooLarge {
			t.Fatalf("%q was read, and %q is not\n%s", condition, spelt, shown(l))
		}
	})
}
