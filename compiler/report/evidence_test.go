package report

import (
	"strings"
	"testing"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/trial"
)

func evidencePageOf(fires int) *EvidencePage {
	in := []trial.InFile{{File: "a/long.ndjson", Empty: fires, Most: fires + 5}}
	rules := []trial.Rule{{Rule: "loud", Source: "s.one", State: trial.Waits, Waits: fires + 5, Empty: fires, Files: in, Context: []string{"masters"},
		Sightings: []trial.Sighting{{Place: trial.Place{File: "a/long.ndjson", Line: 3}, Trace: sighted("`evil` | <b>@you")}}}}
	return &EvidencePage{Folder: "records", Sources: []string{"s.one", "s.two"},
		Rules: []EvidenceRule{{Name: "loud", Title: "Loud | <i>", Level: "high", Highest: "critical", Kind: "rule", Sources: []string{"s.one"}},
			{Name: "far", Level: "low", Highest: "low", Kind: "rule", Sources: []string{"s.two"}}},
		Trial: &trial.Result{Records: 1000, Rules: rules, Files: []trial.File{{Name: "b.ndjson", SHA256: "22"}, {Name: "a/long.ndjson", Records: 1000, SHA256: "11"}},
			Logs: []trial.Log{{Records: 1000, Sources: []trial.Source{{ID: "s.one", Bound: 1000, Fields: []trial.Field{{Name: "user"}}}}}}}}
}

func sighted(value string) eval.Step {
	at := ir.Field{Name: "src"}
	return eval.Step{Expr: &ir.And{}, Value: true, Steps: []eval.Step{
		{Expr: &ir.Eq{Field: ir.Field{Name: "f"}}, Value: true, Saw: `f is "` + value + `"`},
		{Expr: &ir.Exists{Field: at}, Value: true, Saw: "src is 10.0.0.1"},
		{Expr: &ir.Not{}, Value: true, Steps: []eval.Step{{Expr: &ir.InSet{Field: at, Table: "masters"}, Saw: "src is 10.0.0.1"}}},
		{Expr: &ir.Not{}, Value: true, Steps: []eval.Step{{Expr: &ir.InSet{Field: at, Table: "hosts"}, Saw: "src is 10.0.0.1"}}},
	}}
}

func TestBecause(t *testing.T) {
	want := "`f is \"v\"`; `src is 10.0.0.1`, if it is not in `context.masters` or `context.hosts`"
	if got := because(sighted("v")); got != want {
		t.Errorf("%s\nnot %s", got, want)
	}
}

// A rule whose alerts may be of level high fires on no more than one in a hundred records of a long log.
func TestTooOften(t *testing.T) {
	for fires, want := range map[int]bool{10: false, 11: true} {
		rates := evidencePageOf(fires).Rates()
		if len(rates) != 1 || rates[0].TooOften() != want {
			t.Errorf("%d of 1000: %+v", fires, rates)
		}
	}
	p := evidencePageOf(500)
	p.Rules[0].Level = "medium"
	if rates := p.Rates(); len(rates) != 1 || rates[0].TooOften() {
		t.Errorf("of level medium: %+v", rates)
	}
	p.Raised = []trial.Rule{{Rule: "loud", Files: []trial.InFile{{File: "a/long.ndjson", Empty: 11, Most: 500}}}}
	if rates := p.Rates(); len(rates) != 2 || rates[0].TooOften() || !rates[1].TooOften() {
		t.Errorf("raised: %+v", rates)
	}
	p.Raised = nil
	p.Trial.Files[1].Records = 999
	if rates := p.Rates(); len(rates) != 0 {
		t.Errorf("999 records are no long log: %+v", rates)
	}
}

func TestEvidencePage(t *testing.T) {
	p := evidencePageOf(11)
	// sha256sum of "11  a/long.ndjson" and "22  b.ndjson", a line each.
	if got := p.Digest(); got != "eeca000849b5b5c63e28cb99d64a97d1f8a587ff6294f751d9404a3e5909372f" {
		t.Error(got)
	}
	var b strings.Builder
	if err := p.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1.10 %, too often", "(1): `far`", "`a/long.ndjson` 3: ``f is \"`evil` | <b>@you\"``", "Loud \\| &lt;i&gt; (high to critical)",
		"| `s.one` | 1,000 | 1,000 |  | `user` |", "of 1 source: `s.two`"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page doesn't say %s:\n%s", want, b.String())
		}
	}
}
