package workspace

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/ir"
	"detc/compiler/query"
	"detc/compiler/store"
)

// An Export is a target that queries are made for, and who is asked where the records lie.
type Export struct {
	Target backend.Target
	Stores []string // ids of stores, in their order
	Model  string   // id of a model, which speaks of the telemetry's fields in place of the logs' names; empty for none
}

// A Query is what became of a rule on a log, or of a correlation over logs, for a target.
type Query struct {
	Target  string
	ID      string     // a UUID, the emitted Sigma rule's
	Name    string     // by which it goes: stub.source
	Sources []string   // the logs, or the schema for a model
	Tables  []string   // the tables or indexes that it asks, as far as the store names them
	Inlined []ir.Table // context tables whose values stand in it: it has to be made again when they change
	query.Made

	keys []string // of a correlation: what its query calls the names of the stub's group_by
}

// Path is where a query is written, below the output folder.
func (q *Query) Path(r *Rule, extension string) string {
	return "queries/" + q.Target + "/" + strings.TrimPrefix(r.folder(), "sigma/") + q.Name + "." + extension
}

// Needed are the context tables that the queries for a target ask for, as far as the site keeps them, by name.
func (w *Workspace) Needed(target string) []backend.Content {
	need := map[ir.Table]bool{}
	for _, r := range w.Rules {
		for i := range r.Queries {
			if q := &r.Queries[i]; q.Target == target {
				for _, t := range q.Needs {
					need[t] = true
				}
			}
		}
	}
	var out []backend.Content
	for t := range need {
		values, ok := w.list(t)
		if !ok {
			continue
		}
		c := backend.Content{Table: t, Columns: []string{"value"}, ValidUntil: w.content[t.Name].ValidUntil}
		for _, v := range values {
			c.Rows = append(c.Rows, []string{v.Text()})
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b backend.Content) int { return strings.Compare(a.Table.Name, b.Table.Name) })
	return out
}

// storesOf are the stores, or the model, that a target's rules are placed in.
func (w *Workspace) storesOf(x Export) []*store.Store {
	lib := w.stores
	var out []*store.Store
	if x.Model != "" {
		if m, ok := lib.Model(x.Model); ok {
			out = append(out, m)
		}
		return out
	}
	for _, id := range x.Stores {
		if s, ok := lib.Store(id); ok {
			out = append(out, s)
		}
	}
	return out
}

// export makes the queries of all targets that were asked for.
func (w *Workspace) export() error {
	if len(w.opts.Exports) == 0 {
		return nil
	}
	w.stores = w.Stores()
	var stores [][]*store.Store
	for _, x := range w.opts.Exports {
		stores = append(stores, w.storesOf(x))
	}
	err := w.each(func(r *Rule) {
		for i, x := range w.opts.Exports {
			w.exportRule(r, x, stores[i])
		}
	})
	w.exportCorrelations()
	found, trouble := w.stores.Findings()
	w.Findings.Append(found)
	w.Trouble = append(w.Trouble, trouble...)
	return err
}

// exportRule makes the queries of a rule for a target: one a log, or one for all of them where a model is asked.
func (w *Workspace) exportRule(r *Rule, x Export, stores []*store.Store) {
	if r.IR == nil {
		return
	}
	if x.Model != "" {
		r.Queries = append(r.Queries, w.narrowedExport(w.logical(r), w.excluded(r, nil), x, stores))
		return
	}
	for i := range r.Emitted {
		e := &r.Emitted[i]
		if e.Bound == nil || e.ReadBack != nil {
			continue
		}
		in := w.boundRule(r, e)
		in.Losses = append(in.Losses, w.notExcluded(r, e)...)
		r.Queries = append(r.Queries, w.narrowedExport(in, w.excluded(r, e), x, stores))
	}
}

// notExcluded are the site's filters that a log can't carry: what they leave out of the rule is found there.
func (w *Workspace) notExcluded(r *Rule, e *Emission) (out []backend.Loss) {
	for _, f := range w.narrowed[r] {
		for _, on := range f.Emitted {
			if on.Source == e.Source && on.Bound == nil && !on.Never() {
				at := f.FilterForm.Exclude.Whole
				out = append(out, backend.Loss{Span: at, Clause: ir.Text(f.Exclude), Effect: backend.Wider,
					Reason: fmt.Sprintf("the filter %s leaves nothing out here: %s", f.Name.Value, on.Reason)})
			}
		}
	}
	return out
}

// An exclusion is what a filter of the site leaves out of a rule.
type exclusion struct {
	filter *Filter
	where  ir.Expr
}

// excluded is what the site's filters leave out of a rule on a log; on its telemetry, where e is nil.
func (w *Workspace) excluded(r *Rule, e *Emission) (out []exclusion) {
	for _, f := range w.narrowed[r] {
		if e == nil {
			out = append(out, exclusion{f, f.Exclude})
			continue
		}
		for _, on := range f.Emitted {
			if on.Source == e.Source && f.Written(on) {
				out = append(out, exclusion{f, on.Bound.Where})
			}
		}
	}
	return out
}

// narrowedExport is a rule without what the site leaves out of it. What the target can't leave out stays in, and the query
// is wider: an alert too many is better than none.
func (w *Workspace) narrowedExport(in *query.Rule, filters []exclusion, x Export, stores []*store.Store) Query {
	q := w.exported(without(in, filters), x, stores)
	if len(filters) == 0 || q.Fidelity() != backend.Refused {
		return q
	}
	wider := *in
	var said []exclusion
	for _, f := range filters {
		more := append(slices.Clip(said), f)
		q := w.exported(without(in, more), x, stores)
		if q.Fidelity() != backend.Refused {
			said = more
			continue
		}
		wider.Losses = append(slices.Clip(wider.Losses), backend.Loss{
			Span: f.where.Where(), Clause: ir.Text(f.where), Effect: backend.Wider,
			Reason: fmt.Sprintf("the filter %s leaves nothing out here: %s", f.filter.Name.Value, q.Why()),
		})
	}
	return w.exported(without(&wider, said), x, stores)
}

// without is a rule without what filters leave out of it.
func without(in *query.Rule, filters []exclusion) *query.Rule {
	if len(filters) == 0 {
		return in
	}
	out := *in
	and := &ir.And{Args: []ir.Expr{in.Where}, Span: in.Where.Where()}
	for _, f := range filters {
		and.Args = append(and.Args, &ir.Not{Arg: f.where, Span: f.where.Where()})
	}
	out.Where = ir.Absorb(ir.Normalize(and))
	return &out
}

// exported is a rule as a query.
func (w *Workspace) exported(in *query.Rule, x Export, stores []*store.Store) Query {
	q := Query{Target: x.Target.Name(), ID: in.ID, Name: in.Name, Sources: []string{in.Source}, Made: query.Make(in, stores, x.Target, w.list)}
	if q.Of != nil {
		q.Inlined = q.Of.Inlined
		if q.Of.Table != "" {
			q.Tables = []string{q.Of.Table}
		}
	}
	return q
}

// list is what the site keeps in a table that is a list, for targets that can't look it up.
func (w *Workspace) list(t ir.Table) ([]ir.Value, bool) {
	held := w.content[t.Name]
	if held == nil || held.Table.Shape != context.List || held.Table.Version != t.Version {
		return nil, false
	}
	return held.Values, true
}

// boundRule is a rule on a log as query has it.
func (w *Workspace) boundRule(r *Rule, e *Emission) *query.Rule {
	src := e.Source
	in := &query.Rule{
		Name: r.Name.Value + "." + src.ID, ID: r.ID.Value, Where: e.Bound.Where, Meta: r.IR.Meta, Source: src.ID, Logsource: src.Logsource,
		Raw: src.RawField, LookedUp: lookedUp(src), Span: r.Condition.Whole,
	}
	if e.Sigma != nil {
		in.ID = e.Sigma.ID
	}
	in.Names = func() (out []ir.Field) {
		for _, name := range w.RawNames(src.ID) {
			out = append(out, src.RawField(name))
		}
		return out
	}
	for _, c := range e.Bound.Degraded {
		in.Losses = append(in.Losses, degraded(c))
	}
	return in
}

func degraded(c bind.Clause) backend.Loss {
	effect := backend.Narrower
	if c.Effect == bind.Wider {
		effect = backend.Wider
	}
	return backend.Loss{Span: c.Span, Clause: c.Span.Text(), Reason: c.Reason, Effect: effect}
}

// lookedUp names the table that a raw name of a source is looked up in.
func lookedUp(src *bind.Source) func(string) string {
	tables := map[string]string{}
	for i := range src.Schema.Fields {
		f := &src.Schema.Fields[i]
		if f.Lookup == nil {
			continue
		}
		for _, p := range src.Binding(f.Name).Paths {
			tables[p.Name] = f.Lookup.Table
		}
		tables[f.Name] = f.Lookup.Table
	}
	return func(name string) string { return tables[name] }
}

// logical is a rule over its telemetry's fields, for a model.
func (w *Workspace) logical(r *Rule) *query.Rule {
	in := &query.Rule{
		Name: r.Name.Value, ID: r.ID.Value, Where: r.IR.Where, Meta: r.IR.Meta, Source: r.Schema.ID, Schema: r.Schema.ID,
		Logsource: r.Schema.Logsource, Span: r.Condition.Whole,
	}
	in.Names = func() (out []ir.Field) {
		for i := range r.Schema.Fields {
			if f := &r.Schema.Fields[i]; f.Lookup == nil {
				out = append(out, f.Field)
			}
		}
		return out
	}
	in.Raw = func(name string) ir.Field {
		if f, ok := r.Schema.Field(name); ok {
			return f.Field
		}
		return ir.Field{Name: name}
	}
	in.LookedUp = func(name string) string {
		if f, ok := r.Schema.Field(name); ok && f.Lookup != nil {
			return f.Lookup.Table
		}
		return ""
	}
	return in
}
