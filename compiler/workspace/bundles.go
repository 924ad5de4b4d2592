package workspace

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/bundle"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// Bundle is what the SIEM of a target imports: its queries with when they run, what they mute and what they say, as far as
// the target has words for it. previous is the state of the bundle before; nil for the first.
func (w *Workspace) Bundle(x Export, previous *bundle.State) bundle.Output {
	in := bundle.Input{Target: x.Target.Name(), Previous: previous}
	if w.Site != nil {
		in.Site = w.Site.Name
	}
	for _, r := range w.Rules {
		if r.Alert.Off {
			continue // it feeds correlations
		}
		for i := range r.Queries {
			if q := &r.Queries[i]; q.Target == in.Target && q.Fidelity() != backend.Refused {
				in.Rules = append(in.Rules, w.deployed(r, q, x.Target))
			}
		}
	}
	if exporter, ok := x.Target.(backend.Exporter); ok {
		for _, content := range w.Needed(in.Target) {
			a, said := exporter.Export(content)
			w.Findings.Append(said)
			if !said.HasErrors() {
				in.Tables = append(in.Tables, bundle.Table{
					Name: content.Table.Name, Version: content.Table.Version, Object: object(x.Target, content.Table), File: a.Name,
					Content: a.Content, ValidUntil: content.ValidUntil,
				})
			}
		}
	}
	return bundle.Make(in)
}

// Unbuilt says why a bundle can't go on from the one before: stubs that it has rules of have errors now, or there is no
// rule at all. What is left out by mistake would be switched off in the target.
func (w *Workspace) Unbuilt(previous *bundle.State) (l diag.List) {
	if previous == nil {
		return nil
	}
	has := func(stub string) bool {
		return slices.ContainsFunc(previous.Rules, func(e bundle.Entry) bool {
			return e.State != bundle.Removed && (e.Name == stub || strings.HasPrefix(e.Name, stub+"."))
		})
	}
	for _, r := range w.Rules {
		if r.Findings.HasErrors() && has(r.Name.Value) {
			l.Add(diag.BundleKept, r.Name.Whole, "%s: %s has errors, and the bundle before has it: that bundle is kept as it is", previous.Target, r.Name.Value).
				WithHelp("mend the stub; or take its file away if the rule is to be switched off")
		}
	}
	if len(w.Rules) == 0 && slices.ContainsFunc(previous.Rules, func(e bundle.Entry) bool { return e.State != bundle.Removed }) {
		l.Add(diag.BundleKept, span{}, "%s: there is no rule at all, and the bundle before has %d: that bundle is kept as it is", previous.Target, len(previous.Rules)).
			WithHelp("is --rules the folder that is meant?")
	}
	return l
}

// object is what the queries of a target call a context table.
func object(t backend.Target, table ir.Table) string {
	if n, ok := t.(backend.Namer); ok {
		return n.TableName(table)
	}
	return fmt.Sprintf("detc_%s_v%d", table.Name, table.Version)
}

// deployed is a rule's query as a bundle has it.
func (w *Workspace) deployed(r *Rule, q *Query, t backend.Target) bundle.Rule {
	d := &deployment{w: w, rule: r, query: q, target: t}
	out := bundle.Rule{
		ID: q.ID, Name: q.Name, Title: d.title(), Description: r.Description.Value, Level: r.Level.Value,
		Tactic: bundle.Attack{ID: r.Tags.Tactic.ID, Name: r.Tags.Tactic.Name}, Domain: r.Tags.Tactic.Domain,
		References: values(r.References), FalsePositives: values(r.FalsePositives), Date: r.Date.Value, Modified: r.Modified.Value,
		Query: q.Text, Fidelity: q.Fidelity().String(), State: state(r.State), Sources: q.Sources, Span: r.Condition.Whole,
		ArrivesWithin: d.arrives(), Exprs: map[string]string{}, Summary: d.summary(), Fields: d.names(values(r.Alert.Fields)), Entities: d.entities(),
	}
	if out.Span.IsZero() {
		out.Span = r.Span
	}
	out.Suppress.By = d.names(values(r.Alert.Suppress.By))
	out.Suppress.For, _ = time.ParseDuration(hours(r.Alert.Suppress.For.Value))
	for _, tech := range r.Tags.Techniques {
		out.Techniques = append(out.Techniques, bundle.Attack{ID: tech.ID, Name: tech.Name})
	}
	for _, l := range q.Losses {
		out.Losses = append(out.Losses, fmt.Sprintf("%s, %s: %s", l.Effect, l.Clause, l.Reason))
	}
	for _, l := range r.Alert.LevelWhen {
		out.LevelWhen = append(out.LevelWhen, l.Key.Value+" where "+strings.TrimSpace(l.Value.Value))
	}
	for _, n := range q.Needs {
		out.NeedsTables = append(out.NeedsTables, object(t, n))
	}
	out.Index = q.Tables
	if r.Correlation != nil {
		out.Window = r.Correlation.IR.Within
		if r.Correlation.IR.Kind == ir.FirstSeen {
			out.Window *= 2 // the history, and the time in which a group is new
		}
	}
	d.exprs(out.Exprs)
	return out
}

func state(s State) string {
	switch s {
	case Shadow:
		return bundle.Shadow
	case Disabled:
		return bundle.Disabled
	}
	return bundle.Enabled
}

// hours is a duration with its days as hours, which time.ParseDuration doesn't know.
func hours(s string) string {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n int
		if _, err := fmt.Sscanf(days, "%d", &n); err == nil {
			return fmt.Sprintf("%dh", 24*n)
		}
	}
	return s
}

// A deployment looks up what a rule's telemetry calls things in the rows that a query gives.
type deployment struct {
	w      *Workspace
	rule   *Rule
	query  *Query
	target backend.Target
	paths  map[string]string // how the language says a stored name that is no column by itself
}

func (d *deployment) title() string {
	if len(d.query.Sources) == 0 || d.query.Name == d.rule.Name.Value {
		return d.rule.Title.Value
	}
	return fmt.Sprintf("%s (%s)", d.rule.Title.Value, strings.Join(d.query.Sources, ", "))
}

// arrives is how late a record of any of the logs may come.
func (d *deployment) arrives() (late time.Duration) {
	for _, id := range d.query.Sources {
		if s := d.w.Source(id); s != nil {
			late = max(late, s.ArrivesWithin)
		} else if schema := d.w.Schema(id); schema != nil {
			for _, s := range schema.Sources {
				late = max(late, s.ArrivesWithin)
			}
		}
	}
	return late
}

// stored is what a field of the telemetry is called in the rows; constant is its value where the log has only one.
func (d *deployment) stored(field string) (name, constant string, ok bool) {
	q := d.query
	if d.rule.Correlation != nil {
		for i, g := range d.rule.Correlation.IR.GroupBy {
			if g == field {
				key := d.key(i, q.keys[i])
				return key, "", key != ""
			}
		}
		return "", "", false
	}
	raw := q.Field(field)
	if !q.Logical() {
		b := d.w.Source(q.Sources[0]).Binding(field)
		switch {
		case b.Absent():
			return "", "", false
		case b.Const != nil:
			return "", b.Const[0].Text(), true
		}
		raw = b.Paths[0]
	}
	c, lacks := q.Column(raw)
	if lacks != "" {
		return "", "", false
	}
	if len(c.Path) == 0 {
		return c.Name, "", true
	}
	name = c.Name + "." + strings.Join(c.Path, ".")
	if n, can := d.target.(backend.Namer); can {
		if d.paths == nil {
			d.paths = map[string]string{}
		}
		d.paths[name] = n.Member(c)
	}
	return name, "", true
}

// key is the column that a correlation's rows have for the nth name of group_by; empty where the target doesn't say.
func (d *deployment) key(n int, name string) string {
	if of, ok := d.target.(backend.Namer); ok {
		return of.KeyName(n, name)
	}
	return ""
}

func (d *deployment) exprs(into map[string]string) {
	for name, expr := range d.paths {
		into[name] = expr
	}
}

// names are the stored names of fields, without those that the rows lack.
func (d *deployment) names(fields []string) (out []string) {
	for _, f := range fields {
		if name, _, ok := d.stored(f); ok && name != "" {
			out = append(out, name)
		}
	}
	return out
}

// summary is the stub's, in stored names; what the rows lack stands as its field's name.
func (d *deployment) summary() string {
	var b strings.Builder
	rest := d.rule.Alert.Summary.Value
	for {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		field, tail, closed := strings.Cut(after, "}")
		if !closed {
			return b.String() + "{" + after
		}
		switch name, constant, ok := d.stored(field); {
		case !ok:
			b.WriteString(field)
		case name == "":
			b.WriteString(constant)
		default:
			b.WriteString("{" + name + "}")
		}
		rest = tail
	}
}

// entities are the fields that name a thing, each stored name once.
func (d *deployment) entities() (out []bundle.Entity) {
	if d.rule.Schema == nil {
		return nil
	}
	seen := map[string]bool{}
	for i := range d.rule.Schema.Fields {
		f := &d.rule.Schema.Fields[i]
		kind := entity(f)
		if kind == "" {
			continue
		}
		if name, _, ok := d.stored(f.Name); ok && name != "" && !seen[name] {
			seen[name] = true
			out = append(out, bundle.Entity{Role: f.Role, Kind: kind, Field: name})
		}
	}
	return out
}

// entity is what a field names: an address wherever it holds one, else what the schema says.
func entity(f *telemetry.Field) string {
	if f.Type == ir.IP && (f.Entity != "" || f.Role != "") {
		return "ip"
	}
	return f.Entity
}
