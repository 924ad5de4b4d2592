// Package config is detc.yaml: what the runs below a folder have unless a flag says otherwise. Its keys are the flags'
// names with underscores, and the thresholds that coverage goes by.
package config

import (
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// File is the name of the file. It is looked for in the working folder and those above it.
const File = "detc.yaml"

// Form is the file's.
type Form struct {
	Rules    source.Text   `form:"rules" doc:"a folder of stubs in place of the library's"`
	AddRules source.Text   `form:"add_rules" doc:"a folder of stubs beside the library's"`
	Mappings source.Text   `form:"mappings" doc:"a folder of telemetry, context, stores and models"`
	Site     source.Text   `form:"site" doc:"a site: a folder with site.yaml, or the name of one in sites/"`
	Samples  source.Text   `form:"samples" doc:"the folder of sample records that test cases name"`
	Brief    form.Many     `form:"brief" doc:"tactic pages in place of the library's"`
	Target   form.Many     `form:"target" doc:"the targets that queries are made for: detc list targets"`
	Store    form.Many     `form:"store" doc:"the stores that say where the records lie, the first that has a log counts"`
	Model    source.Text   `form:"model" doc:"a data model in place of stores"`
	FailOn   source.Text   `form:"fail_on" enum:"error|warning|note" doc:"exit 1 at findings of this severity or above"`
	Coverage ThresholdForm `form:"coverage" doc:"what coverage goes by"`
	Span     source.Span
}

// ThresholdForm says when a gate of coverage is passed.
type ThresholdForm struct {
	Devices        form.Value[float64] `form:"devices" doc:"the share of a scope's devices that must be seen, over 0 and up to 1; 0.9"`
	Fields         form.Value[float64] `form:"fields" doc:"the share of records that must carry each field that a rule needs; 0.95"`
	EvidenceDays   form.Value[int64]   `form:"evidence_days" doc:"how old what shows telemetry or a deployment may be; 7"`
	BacktestDays   form.Value[int64]   `form:"backtest_days" doc:"how many days a back-test must span; 14"`
	BacktestAge    form.Value[int64]   `form:"backtest_age" doc:"how many days ago it may have ended; 90"`
	MitigationDays form.Value[int64]   `form:"mitigation_days" doc:"how old the evidence of a mitigation may be; 365"`
	BudgetFactor   form.Value[float64] `form:"budget_factor" doc:"multiplies every rule's own budget; 1"`
	Span           source.Span
}

// Read reads the file; nil where nothing of it can be read. What is wrong with it is a finding.
func Read(f *source.File, l *diag.List) *Form {
	var out Form
	if !form.File(f, &out, "the configuration", l) {
		return nil
	}
	t := &out.Coverage
	for _, share := range []struct {
		name string
		v    form.Value[float64]
		most float64
	}{{"devices", t.Devices, 1}, {"fields", t.Fields, 1}, {"budget_factor", t.BudgetFactor, 1000}} {
		if share.v.Set && !(share.v.V > 0 && share.v.V <= share.most) {
			l.Add(diag.BadThreshold, share.v.Span, "%s is %v; it is over 0 and up to %v", share.name, share.v.V, share.most)
		}
	}
	for _, days := range []struct {
		name string
		v    form.Value[int64]
	}{{"evidence_days", t.EvidenceDays}, {"backtest_days", t.BacktestDays}, {"backtest_age", t.BacktestAge}, {"mitigation_days", t.MitigationDays}} {
		if days.v.Set && (days.v.V < 1 || days.v.V > 3650) {
			l.Add(diag.BadThreshold, days.v.Span, "%s is %d; it is from 1 to 3650 days", days.name, days.v.V)
		}
	}
	return &out
}

// Names are the flags that the file can speak of.
func (*Form) Names() []string {
	return []string{"rules", "add-rules", "mappings", "site", "samples", "brief", "target", "store", "model", "fail-on"}
}

// A Setting is what the file says of a flag.
type Setting struct {
	Flag   string
	Values []source.Text
	Path   bool // each is a path, from the file's folder
}

// Settings are what is said of flags, in the order of the form; of what isn't said there is none.
func (f *Form) Settings() []Setting {
	one := func(t source.Text) []source.Text {
		if t.IsZero() {
			return nil
		}
		return []source.Text{t}
	}
	var out []Setting
	for _, s := range []Setting{
		{"rules", one(f.Rules), true}, {"add-rules", one(f.AddRules), true}, {"mappings", one(f.Mappings), true}, {"site", one(f.Site), true},
		{"samples", one(f.Samples), true}, {"brief", f.Brief, true}, {"target", f.Target, false}, {"store", f.Store, false},
		{"model", one(f.Model), false}, {"fail-on", one(f.FailOn), false},
	} {
		if len(s.Values) > 0 {
			out = append(out, s)
		}
	}
	return out
}
