package stub

import (
	"slices"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// FilterForm is a filter file: what one site leaves out of rules that are right for everybody else, for how long, and
// who answers for it. Emitted it is a Sigma filter (Sigma specification 2.1, "Sigma Filters").
type FilterForm struct {
	Name      source.Text           `form:"name,required" is:"name" doc:"unique among the filters: site-patch-window-scanner"`
	Title     source.Text           `form:"title,required" doc:"one line: what is left out"`
	ID        source.Text           `form:"id,required" is:"uuid" doc:"a random UUID; the emitted filters' ids come from it"`
	Owner     source.Text           `form:"owner,required" doc:"the role that answers for it: OT engineering"`
	Ticket    source.Text           `form:"ticket,required" doc:"where it was asked for and allowed: CHG-4711"`
	Until     source.Text           `form:"until,required" is:"date" doc:"the last day it holds"`
	Date      source.Text           `form:"date" is:"date" doc:"written on"`
	Reason    source.Text           `form:"reason,required" doc:"why it is safe to leave these events out"`
	Rules     form.Many             `form:"rules,required" is:"name" doc:"the rules that it narrows, by name; any is every rule of the telemetry"`
	Telemetry source.Text           `form:"telemetry,required" is:"field" doc:"the schema whose fields exclude names; every rule must be over it"`
	Let       form.Map[source.Text] `form:"let" is:"cel" doc:"names for parts of exclude; each may use the ones before it"`
	Exclude   source.Text           `form:"exclude,required" is:"cel" doc:"CEL over the telemetry's fields, the lets and context.*: an event on which it is true alerts nobody"`
	Tests     TestsForm             `form:"tests,required" doc:"what is left out (no match), and what must still alert (match)"`
	Span      source.Span
}

// A Filter is a filter file, read but not yet compiled. Its values keep their places.
type Filter struct {
	FilterForm
	File *source.File
}

// Any in place of a rule's name stands for every rule of the telemetry.
const Any = "any"

// ReadFilter reads a filter file. What can't be named is nil; what has findings of error severity is returned with as
// much as was read.
func ReadFilter(f *source.File, l *diag.List) *Filter {
	out := &Filter{File: f}
	if !form.File(f, &out.FilterForm, "a filter", l) || out.Name.IsZero() {
		return nil
	}
	s := out.AsStub()
	s.checkLets(l)
	s.checkCases(l)
	if out.All() && len(out.Rules) > 1 {
		i := slices.IndexFunc(out.Rules, func(t source.Text) bool { return t.Value == Any })
		l.Add(diag.BadValue, out.Rules[i].Whole, "any stands beside the names of rules").
			WithHelp("name the rules, or write rules: any for every rule of %s", out.Telemetry.Value)
	}
	return out
}

// All says that the filter is for every rule of its telemetry.
func (f *Filter) All() bool {
	return slices.ContainsFunc(f.Rules, func(t source.Text) bool { return t.Value == Any })
}

// AsStub is the filter's condition and tests as a stub has them, for who reads or runs those of either.
func (f *Filter) AsStub() *Stub {
	return &Stub{File: f.File, Form: Form{Name: f.Name, Title: f.Title, ID: f.ID, Telemetry: f.Telemetry, Let: f.Let,
		Condition: f.Exclude, Tests: f.Tests, Span: f.Span}}
}
