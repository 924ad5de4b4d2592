package witness_test

import (
	"slices"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// applies says of a public rule that a planted bug could make a difference to it.
type applies func(r *publicRule) bool

// holding says that the text has one of the parts, in the modifiers of a field or anywhere.
func holding(parts ...string) applies {
	return func(r *publicRule) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(r.text, p) })
	}
}

// inImport plants mistakes in what is read: the reader is given another text, sigma-go the published one.
func inImport() []struct {
	name     string
	from, to string
} {
	return []struct{ name, from, to string }{
		{"a pattern's one becomes all", "1 of ", "all of "},
		{"a pattern's all becomes one", "all of ", "1 of "},
		{"not is lost", " and not ", " and "},
		{"all is lost", "|contains|all:", "|contains:"},
		{"windash is lost", "|windash", ""},
		{"endswith is contains", "|endswith:", "|contains:"},
		{"startswith is lost", "|startswith:", ":"},
		{"base64offset is base64", "|base64offset", "|base64"},
		{"null is an empty text", ": null", ": ''"},
		{"a doubled backslash is one before a wildcard", `\\*`, `\*`},
		{"an escaped wildcard is a wildcard", `\*`, `*`},
		{"fieldref is a text", "|fieldref:", ":"},
		{"keywords need not all be there", "'|all':", "'|contains':"},
		{"a network is an address range too wide", "/16'", "/12'"},
		{"i is lost", "|re|i:", "|re:"},
	}
}

// maxPlanted is on how many of the rules that a planted bug applies to it must be noticed.
const maxPlanted = 60

// Every mistake in reading that is planted on purpose is noticed by sigma-go, on some public rule.
func TestDifferentialNoticesMistakesInReading(t *testing.T) {
	rules := publicOrSkip(t)
	for _, b := range inImport() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			noticed(t, rules, holding(b.from), straightReads(), func(r *publicRule) *publicRule {
				var l diag.List
				text := strings.ReplaceAll(r.text, b.from, b.to)
				docs := sigma.ReadAll(source.NewFile(r.file, text), func(telemetry.Logsource) func(string) ir.Field { return r.fields }, &l)
				if len(docs) != 1 || docs[0].Where == nil {
					return nil
				}
				return &publicRule{file: r.file, text: r.text, doc: docs[0], fields: r.fields}
			})
		})
	}
}

// Every mistake in eval that is planted on purpose is noticed by sigma-go, on some public rule.
func TestDifferentialNoticesMistakesInEval(t *testing.T) {
	rules := publicOrSkip(t)
	for _, name := range []struct {
		name    string
		applies applies
	}{
		{"not is false where a field is missing", holding(" not ")},
		{"contains puts both sides into lower case", holding("|contains")},
		{"texts are equal as strings.EqualFold says", holding(": 's", ": 'k")},
		{"all values of a list must do", holding("|contains")},
		{"a missing text is an empty one", holding(": ''")},
		{"windash is ignored", holding("windash")},
		{"a pattern may stand anywhere", holding("*")},
		{"expressions fold case", holding("|re:")},
		{"expressions are anchored", holding("|re:")},
		{"dashes are two", holding("windash")},
		{"no text folds", holding("|contains")},
		{"a backslash is an escape of any character", holding(`\`)},
	} {
		t.Run(name.name, func(t *testing.T) {
			t.Parallel()
			p := straight()
			for _, b := range slices.Concat(inEval(), inPublicEval()) {
				if b.name == name.name {
					b.plant(p)
				}
			}
			if !p.altered {
				t.Fatal("no such bug is planted")
			}
			by := straightReads()
			by.eval = p.eval
			noticed(t, rules, name.applies, by, func(r *publicRule) *publicRule {
				return &publicRule{file: r.file, text: r.text, doc: r.doc, fields: r.fields}
			})
		})
	}
}

// inPublicEval plants what the public rules have much of.
func inPublicEval() []planted {
	changed := func(name string, change func(*ir.Match, eval.Event) ir.Expr) planted {
		return planted{name, func(p *pipeline) {
			p.altered, p.eval = true, interpreter(func(a ir.Expr, ev eval.Event, t eval.Tables) bool {
				if m, ok := a.(*ir.Match); ok {
					a = change(m, ev)
				}
				return eval.Match(a, ev, t)
			}, false)
		}}
	}
	return []planted{
		{"not is false where a field is missing", func(p *pipeline) { p.altered, p.eval = true, strictNot }},
		changed("dashes are two", func(m *ir.Match, ev eval.Event) ir.Expr {
			values, _ := ev.Get(m.Field)
			if m.Encoding.Dash && slices.ContainsFunc(values, func(v ir.Value) bool { return strings.ContainsAny(v.Str, "–—―") }) {
				return &ir.Const{}
			}
			return m
		}),
		changed("no text folds", func(m *ir.Match, _ eval.Event) ir.Expr {
			c := *m
			c.Field.Cased = true
			return &c
		}),
		changed("a backslash is an escape of any character", func(m *ir.Match, _ eval.Event) ir.Expr {
			c := *m
			c.Values = nil
			for _, v := range m.Values {
				c.Values = append(c.Values, strings.ReplaceAll(v, `\`, ""))
			}
			return &c
		}),
	}
}

// strictNot takes what is not there for what can't be denied.
func strictNot(e ir.Expr, ev eval.Event, t eval.Tables) bool {
	switch e := e.(type) {
	case *ir.And:
		return !slices.ContainsFunc(e.Args, func(a ir.Expr) bool { return !strictNot(a, ev, t) })
	case *ir.Or:
		return slices.ContainsFunc(e.Args, func(a ir.Expr) bool { return strictNot(a, ev, t) })
	case *ir.Named:
		return strictNot(e.Arg, ev, t)
	case *ir.Not:
		missing := false
		ir.Atoms(e.Arg, func(a ir.Expr, _ bool) {
			for _, f := range ir.Fields(a) {
				_, present := ev.Get(f)
				missing = missing || !present
			}
		})
		return !missing && !strictNot(e.Arg, ev, t)
	}
	return eval.Match(e, ev, t)
}

// noticed holds planted rules against sigma-go until it differs on one.
func noticed(t *testing.T, rules []*publicRule, of applies, by reads, plant func(*publicRule) *publicRule) {
	const events = 40
	d, tried := newDifferential(), 0
	for _, r := range rules {
		if !of(r) {
			continue
		}
		bad := plant(r)
		if bad == nil {
			continue
		}
		tried++
		d.rule(bad, events, by)
		if len(d.differs[adapted]) > 0 {
			t.Logf("noticed on %d of %d rules, after %d events", len(d.differs[adapted]), tried, d.events)
			return
		}
		if tried == maxPlanted {
			break
		}
	}
	t.Fatalf("not noticed on %d rules, %d events", tried, d.events)
}
