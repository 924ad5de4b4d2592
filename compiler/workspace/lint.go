package workspace

import (
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/lint"
	"detc/compiler/source"
)

// A runbook is a page of which only the name counts here.
type runbook struct {
	file     *source.File
	writable bool
}

// lint runs the checks, on each rule and on all of them.
func (w *Workspace) lint() error {
	views := make(map[*Rule]*lint.Rule, len(w.Rules))
	lib := &lint.Library{}
	for _, r := range w.Rules {
		views[r] = w.view(r)
		lib.Rules = append(lib.Rules, views[r])
	}
	if err := w.each(func(r *Rule) {
		if r.Schema != nil {
			lint.Look(views[r], &r.Findings)
		}
	}); err != nil {
		return err
	}
	if w.broken() {
		return nil
	}
	w.judged(lib)
	for _, f := range w.Filters {
		if f.Exclude != nil {
			lib.Excluded = append(lib.Excluded, f.Exclude)
		}
	}
	lint.LookAtAll(lib, &w.Findings)
	return nil
}

// broken says that something could not be read or compiled: then nobody knows what it would have used.
func (w *Workspace) broken() bool {
	return len(w.Trouble) > 0 || w.Findings.HasErrors() ||
		slices.ContainsFunc(w.Rules, func(r *Rule) bool { return r.Findings.HasErrors() })
}

// view is a rule as the checks see it.
func (w *Workspace) view(r *Rule) *lint.Rule {
	v := &lint.Rule{Stub: r.Stub, Schema: r.Schema, Lets: r.lets, Condition: r.written, Sources: map[string]*bind.Source{}}
	if r.IR != nil {
		for _, e := range r.IR.Meta.Levels {
			v.Levels = append(v.Levels, e.Where)
		}
	}
	for _, e := range r.Emitted {
		if e.Bound != nil {
			v.Emitted = append(v.Emitted, e.Source)
		}
	}
	if r.Results != nil {
		v.Reached = r.Results.Reached()
	}
	if r.Schema != nil {
		for _, s := range r.Schema.Sources {
			if b := w.sources[s]; b != nil {
				v.Sources[s.ID] = b
			}
		}
	}
	if t := w.Tactic(r.Tags.Tactic.ID); t != nil {
		v.Items = t.Items
	}
	return v
}

// judged picks what may be called unused: everything where the whole library is compiled, and the caller's own files
// where the library lends them its telemetry without its rules.
func (w *Workspace) judged(lib *lint.Library) {
	lent := slices.ContainsFunc(w.opts.Rules, func(r Root) bool { return r.Reference })
	own := func(f *source.File) bool { return !lent || w.writable[f] }
	for _, s := range w.Schemas {
		if own(s.Span.File) {
			lib.Schemas = append(lib.Schemas, s)
		}
	}
	for _, t := range w.Tables {
		if own(t.Span.File) {
			lib.Tables = append(lib.Tables, t)
		}
	}
	for name, b := range w.runbooks {
		if !lent || b.writable {
			lib.Runbooks = append(lib.Runbooks, lint.Runbook{Name: name, Span: span{File: b.file}})
		}
	}
	slices.SortFunc(lib.Runbooks, func(a, b lint.Runbook) int { return strings.Compare(a.Name, b.Name) })
}
