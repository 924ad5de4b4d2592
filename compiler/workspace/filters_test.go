package workspace_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/bind"
	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/witness"
	"detc/compiler/workspace"
)

const siteFilter = `name: site-scanner
title: The scanner of plant 2
id: 5a0d0a38-7f0c-4f3c-8f52-0f2f54a3f0b1
owner: OT engineering
ticket: CHG-4711
until: 2027-01-31
reason: It changes nothing.
rules: [ot-mode-change-unlisted]
telemetry: ot.mode_change
exclude: src_ip == "10.1.1.9" && new_mode == "stop"
tests:
  given: {new_mode: stop, device_ip: 10.20.1.5, src_ip: 10.1.1.9}
  cases:
    - {name: the scanner, want: no match}
    - {name: another host, but: {src_ip: 10.1.1.10}, want: match}
`

// site is the library with files of a site beside it.
func site(t testing.TB, today string, files map[string]string, change func(*workspace.Options)) *workspace.Workspace {
	t.Helper()
	own := fstest.MapFS{}
	for name, text := range files {
		own[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return library(t, func(o *workspace.Options) {
		o.Rules = append(o.Rules, workspace.Root{FS: own, Name: "site", Writable: true})
		o.Today = today
		if change != nil {
			change(o)
		}
	})
}

// said are the findings in the site's filter, in short.
func said(w *workspace.Workspace) string {
	var out []string
	for _, d := range w.Findings {
		if d.Span.File != nil && d.Span.File.Name == "site/f.yaml" {
			out = append(out, fmt.Sprintf("%s %s", d.Code, d.Severity))
		}
	}
	return strings.Join(out, ", ")
}

// It holds through its last day, and from thirty days before it one is told. (On OMRON's Run nothing is ever stopped,
// which is the other note.)
func TestFilterEnds(t *testing.T) {
	for today, want := range map[string]string{
		"": "DT3315 note", "2026-12-31": "DT3315 note", "2027-01-01": "DT3311 note, DT3315 note", "2027-01-31": "DT3311 note, DT3315 note",
		"2027-02-01": "DT3310 warning",
	} {
		w := site(t, today, map[string]string{"f.yaml": siteFilter}, nil)
		if got := said(w); got != want {
			t.Errorf("on %s: %s, want %s", today, got, want)
		}
		if applies := today != "2027-02-01"; applies != (len(w.FiltersOn(w.Rule("ot-mode-change-unlisted"))) == 1) {
			t.Errorf("on %s it applies: %t", today, !applies)
		}
	}
}

func TestFilterFindings(t *testing.T) {
	const correlation = `name: stop-then-stop
title: Two stops
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a09
tags: [TA0104]
status: test
level: high
description: d
correlation: {type: event_count, rules: [ot-mode-change-unlisted], group_by: [src_ip], within: 5m, condition: {gte: 2}}
`
	for _, c := range []struct{ old, new, want string }{
		{"", "", "DT3315 note"},
		{"[ot-mode-change-unlisted]", "any", "DT3315 note"},
		{"[ot-mode-change-unlisted]", "[stop-then-stop]", "DT3302 error"},
		{"telemetry: ot.mode_change", "telemetry: ot.mode_chnage", "DT3101 error"},
		{"exclude: src_ip", "let: {scanner: device_ip == \"10.1.1.1\"}\nexclude: src_ip", "DT3103 warning, DT3315 note"},
		{`exclude: src_ip == "10.1.1.9"`, `exclude: src_pi == "10.1.1.9"`, "DT2003 error"},
		{`exclude: src_ip == "10.1.1.9"`, `exclude: src_ip in context.engineering_hosts`, "DT3307 error, DT3313 note, DT3315 note"},
	} {
		w := site(t, "2026-11-22", map[string]string{"f.yaml": strings.Replace(siteFilter, c.old, c.new, 1), "c.yaml": correlation}, nil)
		if got := said(w); got != c.want {
			t.Errorf("%q: %s, want %s", c.new, got, c.want)
		}
		if f := w.Filter("site-scanner"); strings.Contains(c.want, "error") != (f.Standing == workspace.FilterFaulty) {
			t.Errorf("%q: %s", c.new, f.Standing)
		}
	}
}

// A filter raises nothing and lowers nothing: neither one that applies, nor one that has ended, nor one with errors.
func TestFilterRaisesNoCoverage(t *testing.T) {
	plain := func(w *workspace.Workspace) string {
		r := *w.Coverage
		r.Rules = slices.Clone(r.Rules)
		r.Digest = ""
		for i := range r.Rules {
			r.Rules[i].Filters = nil
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	without := library(t, nil)
	for name, c := range map[string]struct {
		today, text string
		filters     int
	}{
		"one that applies":  {"2026-11-22", siteFilter, 1},
		"one that ended":    {"2027-02-01", siteFilter, 0},
		"one that is wrong": {"2026-11-22", strings.Replace(siteFilter, "10.1.1.9\" &&", "10.1.1.8\" &&", 1), 0},
	} {
		w := site(t, c.today, map[string]string{"f.yaml": c.text}, nil)
		if plain(w) != plain(without) {
			t.Errorf("%s changes the coverage", name)
		}
		i := slices.IndexFunc(w.Coverage.Rules, func(r coverage.RuleReport) bool { return r.Name == "ot-mode-change-unlisted" })
		if got := w.Coverage.Rules[i].Filters; len(got) != c.filters {
			t.Errorf("%s: %v", name, got)
		}
		if (w.Coverage.Digest == without.Coverage.Digest) != (c.filters == 0) {
			t.Errorf("%s: the report's digest is wrong", name)
		}
	}
}

// A correlation is narrowed by the filters on what it rests on, also through another correlation; not by name.
func TestFilterOnParts(t *testing.T) {
	correlation := func(name, id, part string) string {
		return "name: " + name + "\ntitle: " + name + "\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a" + id + "\ntags: [TA0104]\nstatus: test\nlevel: high\ndescription: d\n" +
			"correlation: {type: event_count, rules: [" + part + "], group_by: [src_ip], within: 5m, generate: true, condition: {gte: 2}}\n"
	}
	w := site(t, "2026-11-22", map[string]string{"f.yaml": siteFilter, "b.yaml": correlation("two-stops", "01", "ot-mode-change-unlisted"),
		"c.yaml": correlation("two-pairs", "02", "two-stops"), "d.yaml": correlation("two-restarts", "03", "ot-mode-restart-unlisted")}, nil)
	for name, want := range map[string]int{"two-stops": 1, "two-pairs": 1, "two-restarts": 0} {
		if r := w.Rule(name); r.Correlation == nil || len(w.FiltersOn(r)) != want {
			t.Errorf("%s is narrowed by %d filters, want %d: %v", name, len(w.FiltersOn(r)), want, r.Findings)
		}
	}
}

// However many run at once, the same comes out.
func TestFiltersAndJobs(t *testing.T) {
	files := map[string]string{}
	for i := range 8 {
		text := strings.NewReplacer("site-scanner", fmt.Sprintf("site-scanner-%d", i), "plant 2", fmt.Sprintf("plant %d", i),
			"f0b1", fmt.Sprintf("f0b%d", i), "10.1.1.9", fmt.Sprintf("10.1.2.%d", i)).Replace(siteFilter)
		files[fmt.Sprintf("f%d.yaml", i)] = text
	}
	show := func(jobs int) string {
		w := site(t, "2026-11-22", files, func(o *workspace.Options) { o.Jobs = jobs })
		var b strings.Builder
		for _, f := range w.Filters {
			for _, e := range f.Emitted {
				fmt.Fprintf(&b, "%s %s\n%s", e.Path(f), e.Reason, e.YAML)
			}
		}
		return printed(t, w) + b.String()
	}
	one := show(1)
	if one != show(16) {
		t.Error("one job and sixteen differ")
	}
	if n := strings.Count(one, "filter: site-scanner"); n == 0 || n%8 != 0 {
		t.Errorf("%d filters were written of 8", n)
	}
}

// On every emitted rule of the library, with exclusions made of the clauses of the rules beside it: the rule and the
// filter that were written say, by sigma-go, what rule and exclusion mean, on events made to exercise both.
func TestLibraryFilteredAgrees(t *testing.T) {
	w := library(t, func(o *workspace.Options) { o.Until = "emit" })
	var n, pairs, matched, taken, off int
	for _, r := range w.Rules {
		if r.IR == nil {
			continue
		}
		for k, exclude := range exclusions(w, r) {
			e := r.Emitted[k%len(r.Emitted)]
			if e.Bound == nil {
				continue
			}
			bare := *e.Source
			bare.Filter = nil
			var l diag.List
			out := bind.Rule(&ir.Rule{Name: "f", ID: r.ID.Value, Where: exclude, Meta: ir.Meta{Title: "t"}}, &bare, false, &l)
			if out.Bound == nil {
				off++
				continue
			}
			f, _ := sigma.EmitFilter(out.Bound, sigma.Lease{}, []string{e.Sigma.Name})
			if f == nil {
				t.Fatalf("%s without %s on %s: not written", r.Name.Value, ir.Text(exclude), e.Source.ID)
			}
			if err := sigma.VerifyFilter(out.Bound, f.Rules, f.YAML()); err != nil {
				t.Error(err)
			}
			n++
			both := ir.Normalize(&ir.Or{Args: []ir.Expr{
				&ir.And{Args: []ir.Expr{e.Bound.Where, out.Bound.Where}}, &ir.And{Args: []ir.Expr{e.Bound.Where, &ir.Not{Arg: out.Bound.Where}}}}})
			events, _ := witness.Generate(&ir.And{Args: []ir.Expr{e.Bound.Where, &ir.Not{Arg: out.Bound.Where}}}, witness.Options{Max: 24})
			more, _ := witness.Generate(both, witness.Options{Max: 8})
			for i, ev := range append(events, more...) {
				texts := map[string][]string{}
				for name, values := range ev.Tables {
					for _, v := range values {
						texts[name] = append(texts[name], v.Text())
					}
				}
				rec := raw(ev.Values)
				alone := eval.Match(e.Bound.Where, rec, ev.Tables)
				want := alone && !eval.Match(out.Bound.Where, rec, ev.Tables)
				rule, err := sigma.NewOracle(e.YAML, texts, sigma.Fields(e.Bound.Where))
				if err != nil {
					t.Fatal(err)
				}
				filter, err := sigma.NewOracle(f.AsRule().YAML(), texts, sigma.Fields(out.Bound.Where))
				if err != nil {
					t.Fatal(err)
				}
				a, err1 := rule.Matches(rec.Values())
				b, err2 := filter.Matches(rec.Values())
				if err1 != nil || err2 != nil || (a && b) != want {
					t.Errorf("%s without %s on %s, event %d %v: ours %t, sigma-go's %t and %t, %v %v", r.Name.Value, ir.Text(exclude), e.Source.ID, i, rec.Values(), want, a, b, err1, err2)
				}
				pairs++
				switch {
				case want:
					matched++
				case alone:
					taken++
				}
			}
		}
	}
	t.Logf("%d filters on emitted rules (%d more have nothing to leave out there), %d events: %d still match, %d are taken away", n, off, pairs, matched, taken)
	if n < 100 || matched < 100 || taken < 100 {
		t.Error("too few were judged")
	}
}

// exclusions are the clauses of a rule itself and of those over the same telemetry, each once, and some of them joined.
func exclusions(w *workspace.Workspace, r *workspace.Rule) []ir.Expr {
	var out []ir.Expr
	for _, other := range w.Rules {
		if other.IR == nil || other.Schema != r.Schema {
			continue
		}
		ir.Atoms(other.IR.Where, func(atom ir.Expr, _ bool) {
			if !slices.ContainsFunc(out, func(e ir.Expr) bool { return ir.Equal(e, atom) }) && len(out) < 8 {
				out = append(out, atom)
			}
		})
	}
	for i := 1; i < min(len(out), 4); i++ {
		out = append(out, ir.Normalize(&ir.And{Args: []ir.Expr{out[i-1], &ir.Not{Arg: out[i]}}}), ir.Normalize(&ir.Or{Args: []ir.Expr{out[i-1], out[i]}}))
	}
	return out
}

// raw is a record with these values, as a log in JSON has it.
func raw(values map[string][]ir.Value) bind.Record {
	out := map[string]any{}
	for name, list := range values {
		texts := make([]any, len(list))
		for i, v := range list {
			switch v.Type {
			case ir.Int:
				texts[i] = json.Number(v.Text())
			case ir.Bool:
				texts[i] = v.Text() == "true"
			default:
				texts[i] = v.Text()
			}
		}
		switch len(texts) {
		case 0:
			out[name] = map[string]any{} // there, and nothing that a rule can read
		case 1:
			out[name] = texts[0]
		default:
			out[name] = texts
		}
	}
	return bind.NewRecord(out)
}
