// Package querytest has the queries of a library as tests hold them on the engines: each with the rule that it was made
// of, before and after it met its store, and with events as records of the log and as rows of the store.
package querytest

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing/fstest"

	"detc/compiler/backend"
	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/query"
	"detc/compiler/source"
	"detc/compiler/store"
	"detc/compiler/workspace"
)

// A Library is a library opened for targets, at a site that keeps something in every context table that is a list: what
// the tests of the stubs give, and texts that query languages trip over.
type Library struct {
	*workspace.Workspace
	Tables eval.Tables // what the site keeps
	stores *store.Library
	tables map[string]*context.Table
}

// A Query is a rule's query on one log.
type Query struct {
	*workspace.Query
	Rule  *workspace.Rule
	Bound *bind.Bound // on the log, in its own names
	Place *store.Place
	lib   *Library
	names []ir.Field // of the log, that the rule or the store asks for
}

// Open opens the library of mappings and rules for the exports. The error says what the machine, or the content, lacks.
func Open(mappings, rules fs.FS, exports ...workspace.Export) (*Library, error) {
	opts := workspace.Options{
		Mappings: []workspace.Root{{FS: mappings, Name: "mappings"}}, Rules: []workspace.Root{{FS: rules, Name: "rules"}},
		Exports: exports, Today: "2026-01-01", Until: "stubs",
	}
	first, err := workspace.Open(opts)
	if err != nil {
		return nil, err
	}
	site, err := siteOf(first)
	if err != nil {
		return nil, err
	}
	opts.Until, opts.Site = "export", &workspace.Root{FS: site, Name: "site"}
	w, err := workspace.Open(opts)
	if err != nil {
		return nil, err
	}
	l := &Library{Workspace: w, Tables: eval.Tables{}, stores: w.Stores(), tables: map[string]*context.Table{}}
	for _, t := range w.Tables {
		l.tables[t.Name] = t
		if t.Shape != context.List {
			continue
		}
		c := w.Content(t.Name)
		if c == nil {
			return nil, fmt.Errorf("the site keeps nothing in %s", t.Name)
		}
		l.Tables[t.Name] = append([]ir.Value{}, c.Values...)
	}
	return l, nil
}

// tricky are entries of tables of texts: quotes, escapes, letters that fold outside ASCII, wildcards.
var tricky = []string{`o'brien "x"`, `a\b`, `a\`, "Stra\u00dfe", "tas\u212a", "a*b?", "100%_", "`{{.x}}`", "\u202eabc"}

// siteOf is a site's folder with a content of each list.
func siteOf(w *workspace.Workspace) (fs.FS, error) {
	site := fstest.MapFS{context.SiteFile: {Data: []byte("title: made for tests\n")}}
	entries := map[string][]string{}
	for _, r := range w.Rules {
		for _, e := range r.Tests.Context {
			gather(entries, e.Key.Value, e.Value)
		}
		for i := range r.Tests.Cases {
			for _, e := range r.Tests.Cases[i].Context {
				gather(entries, e.Key.Value, e.Value)
			}
		}
	}
	for _, t := range w.Tables {
		if t.Shape != context.List {
			continue
		}
		var kept []string
		texts := entries[t.Name]
		switch t.Type {
		case ir.String:
			texts = append(texts, tricky...)
		case ir.IP:
			texts = append(texts, "10.1.2.3", "2001:db8::1")
		}
		for _, text := range texts {
			if _, ok := ir.ParseValue(t.Field(), text, true); ok && !slices.Contains(kept, text) {
				kept = append(kept, text)
			}
		}
		list, err := json.Marshal(kept)
		if err != nil {
			return nil, err
		}
		site["context/"+t.Name+".yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, "table: %s\nversion: %d\nentries: %s\n", t.Name, t.Version, list)}
	}
	return site, nil
}

func gather(entries map[string][]string, table string, n *source.Node) {
	if n == nil {
		return
	}
	for _, item := range n.Items {
		if item.Kind == source.Scalar && !item.IsNull() {
			entries[table] = append(entries[table], item.Text.Value)
		}
	}
}

// Refusals count the single rules' queries that a target refused.
func (l *Library) Refusals(target string) (n int) {
	for _, r := range l.Rules {
		for i := range r.Queries {
			if q := &r.Queries[i]; q.Target == target && r.Correlation == nil && q.Fidelity() == backend.Refused {
				n++
			}
		}
	}
	return n
}

// Queries are those of single rules on logs that a target makes, refused ones left out, in the order of the rules.
func (l *Library) Queries(target string) (out []*Query) {
	for _, r := range l.Rules {
		for i := range r.Queries {
			q := &r.Queries[i]
			if q.Target != target || q.Of == nil || r.Correlation != nil || q.Fidelity() == backend.Refused {
				continue
			}
			e := slices.IndexFunc(r.Emitted, func(e workspace.Emission) bool { return r.Name.Value+"."+e.Source.ID == q.Name })
			if e < 0 || r.Emitted[e].Bound == nil {
				continue
			}
			s, ok := l.stores.Store(q.Store)
			if !ok {
				continue
			}
			p, _ := s.Find(r.Emitted[e].Source.Logsource)
			out = append(out, &Query{q, r, r.Emitted[e].Bound, p, l, l.namesOf(r.Emitted[e].Bound)})
		}
	}
	return out
}

// namesOf are the raw names of a log: those of the rule first, as the rule reads them.
func (l *Library) namesOf(b *bind.Bound) []ir.Field {
	out := fieldsOf(b.Where)
	for _, name := range l.RawNames(b.Source.ID) {
		if !slices.ContainsFunc(out, func(f ir.Field) bool { return f.Name == name }) {
			out = append(out, b.Source.RawField(name))
		}
	}
	return out
}

func fieldsOf(e ir.Expr) (out []ir.Field) {
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			if !slices.ContainsFunc(out, func(g ir.Field) bool { return f.Name == g.Name }) {
				out = append(out, f)
			}
		}
	})
	return out
}

// Cases are the events of the stub's cases as records of the query's log, those that it has a record for. The tables hold
// what the site keeps, and not what a case says: an engine has one content of a table.
func (q *Query) Cases() (out []Event) {
	src := q.Bound.Source
	s := &evidence.Subject{Stub: q.Rule.Stub, Rule: q.Rule.IR, Schema: q.Rule.Schema, Tables: q.lib.tables, Sources: map[string]*bind.Source{src.ID: src}}
	events := map[string]evidence.CaseEvent{}
	for _, e := range evidence.Events(s) {
		events[e.Case] = e
	}
	for i := range q.Rule.Tests.Cases {
		c := &q.Rule.Tests.Cases[i]
		var rec bind.Record
		switch {
		case c.Raw != nil && c.Source.Value == src.ID:
			r, ok := recordOf(c.Raw, src)
			if !ok {
				continue
			}
			rec = r
		case c.Raw != nil || c.Sample != nil:
			continue
		default:
			e, there := events[c.Name.Value]
			if !there {
				continue
			}
			r, _, reason := src.Write(e.Event)
			if reason != "" {
				continue
			}
			rec = r
		}
		if ev, ok := q.event("case "+c.Name.Value, rec.Values()); ok {
			out = append(out, ev)
		}
	}
	return out
}

func recordOf(n *source.Node, src *bind.Source) (bind.Record, bool) {
	if n.Kind == source.Mapping {
		return bind.RecordOf(n), true
	}
	r, err := bind.ParseRecord(src.Format, []byte(n.Text.Value))
	return r, err == nil
}

// Excused says that a query's losses cover a disagreement with eval: a record that should be found and isn't, or the
// other way round.
func Excused(losses []backend.Loss, want bool) bool {
	return slices.ContainsFunc(losses, func(l backend.Loss) bool {
		return l.Effect == backend.Both || want == (l.Effect == backend.Narrower)
	})
}

// Findings are what the library's content has wrong, in one line each: a test with any shows nothing.
func (l *Library) Errors() (out []string) {
	for _, d := range l.Workspace.Findings {
		if d.Severity == diag.Error {
			out = append(out, d.Span.String()+": "+d.Message)
		}
	}
	return out
}

// Names are the stored names of a query's rule, in order.
func (q *Query) Names() []string { return slices.Sorted(maps.Keys(q.Of.Fields)) }

// Excuses are the losses on one line, for people.
func Excuses(losses []backend.Loss) string {
	var out []string
	for _, l := range losses {
		out = append(out, l.Effect.String()+": "+l.Reason)
	}
	return strings.Join(out, "; ")
}

// Columns are all columns that the store has of the query's log, those of the rule first, each once as it is read.
func (q *Query) Columns() (out []backend.Column) {
	add := func(c backend.Column) {
		if c.Name != "" && !slices.ContainsFunc(out, func(d backend.Column) bool { return reflect.DeepEqual(c, d) }) {
			out = append(out, c)
		}
	}
	for _, name := range q.Names() {
		add(q.Of.Fields[name])
	}
	add(q.Of.Time)
	for _, f := range q.names {
		if c, lacks := query.Column(&query.Rule{}, q.Place, f); lacks == "" {
			add(c)
		}
	}
	return out
}
