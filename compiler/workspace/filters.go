package workspace

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"detc/compiler/bind"
	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/sigma"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

// A Filter is a site's filter and all that was made of it.
type Filter struct {
	*stub.Filter
	Standing FilterStanding
	Schema   *telemetry.Schema
	Rules    []*Rule // that it narrows, by name; the library's too where they are not built here
	Exclude  ir.Expr // normalised; nil where it doesn't compile
	Emitted  []FilterEmission
	Results  *evidence.FilterResults // nil where it doesn't apply
	Findings diag.List

	named map[*Rule]text // where a rule is named; no entry where `any` stands for it
}

// FilterStanding says whether a filter applies.
type FilterStanding string

const (
	FilterApplies FilterStanding = "applies"
	FilterExpired FilterStanding = "expired"
	FilterFaulty  FilterStanding = "has errors" // it leaves nothing out until they are mended
)

// A FilterEmission is what became of a filter on one source of its telemetry.
type FilterEmission struct {
	Source *bind.Source
	bind.Outcome
	Rules    []string      // the names of the emitted rules there
	Sigma    *sigma.Filter // nil where none is emitted: no rule of it is built for the source
	YAML     []byte
	ReadBack error // why the emitted filter, read back, is not the bound one; nil where it is

	asRule []byte // a Sigma rule that is true where the filter lets an event through
}

// Path is where an emission is written, below the output folder.
func (e FilterEmission) Path(f *Filter) string {
	return "sigma/filters/" + f.Name.Value + "." + e.Source.ID + ".yml"
}

// Written says that the emission is a file of a build.
func (f *Filter) Written(e FilterEmission) bool {
	return f.Standing == FilterApplies && e.Sigma != nil && e.ReadBack == nil
}

// FiltersOn are the filters that apply to a rule, or to what a correlation rests on, by name.
func (w *Workspace) FiltersOn(r *Rule) []*Filter { return w.narrowed[r] }

// Filter finds a filter by name or id.
func (w *Workspace) Filter(name string) *Filter {
	for _, f := range w.Filters {
		if f.Name.Value == name || f.ID.Value == name {
			return f
		}
	}
	return nil
}

// filterFiles are the files that hold filters.
func (w *Workspace) filterFiles() []content { return w.loaded.of(filterFile) }

// readFilters reads the filters, and refuses a second one of a name, title or id.
func (w *Workspace) readFilters() {
	for _, c := range w.filterFiles() {
		var l diag.List
		f := stub.ReadFilter(c.file, &l)
		if f == nil {
			w.Findings.Append(l)
			continue
		}
		w.Filters = append(w.Filters, &Filter{Filter: f, Findings: l, Standing: FilterApplies, named: map[*Rule]text{}})
	}
	slices.SortStableFunc(w.Filters, func(a, b *Filter) int { return strings.Compare(a.Name.Value, b.Name.Value) })
	w.refuseDoubleFilters()
}

// exclude compiles the filters, holds them against their rules and writes them as Sigma. Rules stay as they were
// written: a filter is of a site, and a rule of everybody.
func (w *Workspace) exclude() error {
	for _, f := range w.Filters {
		if w.applies(f) {
			w.resolve(f)
		}
	}
	var g errgroup.Group
	g.SetLimit(w.opts.Jobs)
	for _, f := range w.Filters {
		g.Go(func() error {
			w.compileFilter(f)
			return nil
		})
	}
	_ = g.Wait() // compiling yields findings, no errors
	for _, f := range w.Filters {
		if f.Findings.HasErrors() && f.Standing == FilterApplies {
			f.Standing = FilterFaulty
		}
		w.Findings.Append(f.Findings)
		for _, r := range f.Rules {
			if f.Standing == FilterApplies {
				w.narrowed[r] = append(w.narrowed[r], f)
			}
		}
	}
	for _, r := range w.Rules {
		if r.Correlation != nil {
			w.narrowed[r] = w.onParts(r, map[*Rule]bool{})
		}
	}
	return nil
}

// onParts are the filters on the rules that a correlation rests on, by name.
func (w *Workspace) onParts(r *Rule, seen map[*Rule]bool) []*Filter {
	seen[r] = true
	var out []*Filter
	for _, part := range r.Correlation.Parts {
		of := w.narrowed[part]
		if part.Correlation != nil {
			if seen[part] {
				continue
			}
			of = w.onParts(part, seen)
		}
		for _, f := range of {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Filter) int { return strings.Compare(a.Name.Value, b.Name.Value) })
	return out
}

func (w *Workspace) refuseDoubleFilters() {
	for what, of := range map[string]func(*Filter) text{
		"name":  func(f *Filter) text { return f.Name },
		"title": func(f *Filter) text { return f.Title },
		"id":    func(f *Filter) text { return f.ID },
	} {
		first := map[string]text{}
		for _, f := range w.Filters {
			t := of(f)
			if before, twice := first[t.Value]; twice && !t.IsZero() {
				f.Findings.Add(diag.DuplicateID, t.Whole, "two filters have the %s %q", what, t.Value).WithNote(before.Whole, "here first")
				continue
			}
			first[t.Value] = t
		}
	}
}

// warnBefore is how many days before its last one a filter is spoken of.
const warnBefore = 30

// applies holds a filter's last day against today's date. Without a date none ends.
func (w *Workspace) applies(f *Filter) bool {
	until, err := time.Parse(time.DateOnly, f.Until.Value)
	today, err2 := time.Parse(time.DateOnly, w.opts.Today)
	if err != nil || err2 != nil {
		return true
	}
	switch left := int(until.Sub(today).Hours() / 24); {
	case left < 0:
		f.Findings.Add(diag.FilterExpired, f.Until.Whole, "the filter %s expired on %s, and what it left out alerts again", f.Name.Value, f.Until.Value).
			WithHelp("remove it, or renew it with a new ticket")
		f.Standing = FilterExpired
	case left == 0:
		f.Findings.Add(diag.FilterEnds, f.Until.Whole, "today is the last day of the filter %s", f.Name.Value)
	case left <= warnBefore:
		f.Findings.Add(diag.FilterEnds, f.Until.Whole, "the filter %s holds until %s, which is %s away", f.Name.Value, f.Until.Value, plural(left, "day"))
	}
	return f.Standing == FilterApplies
}

// compileFilter makes of a filter all that there is to make. One that has expired is only read: whoever renews it sees
// what else is wrong.
func (w *Workspace) compileFilter(f *Filter) {
	if f.Standing != FilterApplies || f.Schema == nil {
		return
	}
	l := &f.Findings
	if f.Exclude = w.compileExclude(f); f.Exclude == nil || l.HasErrors() || len(f.Rules) == 0 {
		return
	}
	w.emitFilter(f)
	w.testFilter(f)
	lookAtFilter(f, l)
}

// compileExclude compiles the lets, then the condition with them.
func (w *Workspace) compileExclude(f *Filter) ir.Expr {
	r := &Rule{Stub: f.AsStub(), Schema: f.Schema}
	scope, l := w.scopes[f.Schema.ID], &f.Findings
	var lets []condition.Let
	for _, e := range r.Let {
		let := condition.Let{Name: e.Key.Value}
		if !e.Value.IsZero() && scope.CheckLet(e.Key, lets, l) {
			if expr, ok := scope.Compile(e.Value, lets, l); ok {
				let.Expr = ir.Normalize(expr)
			}
		}
		lets = append(lets, let)
	}
	if f.FilterForm.Exclude.IsZero() {
		return nil
	}
	expr, ok := scope.Compile(f.FilterForm.Exclude, lets, l)
	if !ok {
		return nil
	}
	used := condition.Uses(expr)
	for _, e := range r.Let {
		if !slices.Contains(used, e.Key.Value) {
			l.Add(diag.UnusedLet, e.Key.Whole, "the let %q is never used", e.Key.Value)
		}
	}
	where := ir.Normalize(expr)
	if c, ok := where.(*ir.Const); ok {
		l.Add(diag.FilterConstant, f.FilterForm.Exclude.Whole, "what the filter leaves out is %t whatever the event", c.Value)
		return nil
	}
	return where
}
