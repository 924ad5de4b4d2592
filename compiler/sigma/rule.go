// Package sigma writes bound rules as Sigma rules (specification 2.1), reads them back, and holds another
// implementation's opinion against ours. It is the only home of sigma-go. YAML is read by source and written here.
package sigma

import (
	"strconv"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// A Rule is a Sigma rule as it is written: its fields are the keys of the Sigma schema, in the schema's order. An
// empty one is left out.
type Rule struct {
	Title          string
	ID             string // UUID
	Name           string // by which correlations refer to it: <rule>.<source>
	DerivedFrom    string // related: the id of the rule that it was made from
	Related        []ir.Relation
	Status         string
	Description    string
	License        string
	References     []string
	Author         string
	Date, Modified string // YYYY-MM-DD
	Tags           []string
	Logsource      telemetry.Logsource
	Requires       string // logsource.definition
	Detection      Detection
	Fields         []string
	FalsePositives []string
	Level          string
	Scope          []string
	Origin         Origin
}

// Origin is the block `detc`, which Sigma's readers leave alone: where the rule comes from and what it needs.
type Origin struct {
	Tactic, Domain string
	Items          []string
	Source         string   // of a rule
	Sources        []string // of a correlation: those of the rules it names
	Context        []ir.Table
	Enriched       []Need         // fields that are looked up before the rule is asked
	LevelWhen      []ir.LevelWhen // what raises the level, which Sigma can't say
	State          string         // shadow where a site has the rule on trial; else empty
}

// A Need is a field under its raw name, and what it is looked up in, by which raw name.
type Need struct{ Field, From string }

// Detection is the selections of a rule and how they are joined.
type Detection struct {
	Selections []Selection
	Condition  string
}

// A Selection is either alternatives, each of which is a map that must hold whole, or keywords, of which one must.
type Selection struct {
	Name     string
	Maps     []Map
	Keywords []Scalar
}

// A Map is an And of entries with different keys.
type Map []Entry

// An Entry is a field with its modifiers and the values asked for.
type Entry struct {
	Key    string
	Values []Scalar
}

// A Scalar is a value: a text, or a number or boolean as it is written.
type Scalar struct {
	Text string
	Bare bool // a number or a boolean: no quotes
}

const step = "    "

// YAML is the rule's text. The same rule gives the same bytes.
func (r *Rule) YAML() []byte {
	w := &writer{}
	w.pair("title", plain(r.Title, false))
	w.optional("id", r.ID, bare(r.ID))
	w.optional("name", r.Name, plain(r.Name, false))
	w.related(r.DerivedFrom, r.Related)
	w.optional("status", r.Status, plain(r.Status, false))
	w.optional("description", r.Description, block(r.Description, step))
	w.optional("license", r.License, plain(r.License, false))
	w.list("references", r.References)
	w.optional("author", r.Author, plain(r.Author, false))
	w.optional("date", r.Date, bare(r.Date))
	w.optional("modified", r.Modified, bare(r.Modified))
	w.list("tags", r.Tags)
	w.logsource(r.Logsource)
	if r.Requires != "" && r.Logsource != (telemetry.Logsource{}) {
		w.pair(step+"definition", block(r.Requires, step+step))
	}
	w.detection(r.Detection)
	w.list("fields", r.Fields)
	w.list("falsepositives", r.FalsePositives)
	w.optional("level", r.Level, plain(r.Level, false))
	w.list("scope", r.Scope)
	w.origin(r.Origin)
	return []byte(w.String())
}

type writer struct{ strings.Builder }

// related is the rule that this one was made from, and those that it brought along.
func (w *writer) related(derived string, others []ir.Relation) {
	if derived != "" {
		others = append([]ir.Relation{{ID: derived, Type: "derived"}}, others...)
	}
	if len(others) == 0 {
		return
	}
	w.line("related:")
	for _, r := range others {
		w.line(step, "- id: ", bare(r.ID))
		w.line(step, "  type: ", plain(r.Type, false))
	}
}

func (w *writer) line(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
	w.WriteByte('\n')
}

func (w *writer) pair(key, written string) { w.line(key, ": ", written) }

func (w *writer) optional(key, value, written string) {
	if value != "" {
		w.pair(key, written)
	}
}

func (w *writer) list(key string, items []string) {
	if len(items) == 0 {
		return
	}
	w.line(key, ":")
	for _, s := range items {
		w.line(step, "- ", plain(s, false))
	}
}

func (w *writer) logsource(l telemetry.Logsource) {
	if l == (telemetry.Logsource{}) {
		w.line("logsource: {}")
		return
	}
	w.line("logsource:")
	w.optional(step+"category", l.Category, plain(l.Category, false))
	w.optional(step+"product", l.Product, plain(l.Product, false))
	w.optional(step+"service", l.Service, plain(l.Service, false))
}

func (w *writer) detection(d Detection) {
	w.line("detection:")
	w.selections(d)
}

func (w *writer) selections(d Detection) {
	for _, s := range d.Selections {
		w.line(step, s.Name, ":")
		for _, k := range s.Keywords {
			w.line(step, step, "- ", k.written())
		}
		if len(s.Maps) == 1 {
			w.entries(s.Maps[0], step+step, step+step)
			continue
		}
		for _, m := range s.Maps {
			w.entries(m, step+step+"- ", step+step+"  ")
		}
	}
	w.pair(step+"condition", d.Condition)
}

// entries writes a map whose first line begins with first and every other with indent.
func (w *writer) entries(m Map, first, indent string) {
	for _, e := range m {
		if len(e.Values) == 1 {
			w.line(first, plain(e.Key, false), ": ", e.Values[0].written())
		} else {
			w.line(first, plain(e.Key, false), ":")
			for _, v := range e.Values {
				w.line(indent, step, "- ", v.written())
			}
		}
		first = indent
	}
}

func (s Scalar) written() string {
	if s.Bare {
		return s.Text
	}
	return quoted(s.Text)
}

func (w *writer) origin(o Origin) {
	if o.Source == "" && len(o.Sources) == 0 {
		return
	}
	w.line("detc:")
	w.optional(step+"tactic", o.Tactic, plain(o.Tactic, false))
	w.optional(step+"attack_domain", o.Domain, plain(o.Domain, false))
	if len(o.Items) > 0 {
		items := make([]string, len(o.Items))
		for i, s := range o.Items {
			items[i] = plain(s, true)
		}
		w.pair(step+"items", "["+strings.Join(items, ", ")+"]")
	}
	w.optional(step+"source", o.Source, plain(o.Source, false))
	if len(o.Sources) > 0 {
		sources := make([]string, len(o.Sources))
		for i, s := range o.Sources {
			sources[i] = plain(s, true)
		}
		w.pair(step+"sources", "["+strings.Join(sources, ", ")+"]")
	}
	w.tables(o.Context)
	w.needs(o.Enriched)
	if len(o.LevelWhen) > 0 {
		levels := make([]string, len(o.LevelWhen))
		for i, e := range o.LevelWhen {
			levels[i] = plain(e.Level, true) + ": " + quoted(strings.Join(strings.Fields(e.Text), " "))
		}
		w.pair(step+"level_when", "{"+strings.Join(levels, ", ")+"}")
	}
	w.optional(step+"state", o.State, plain(o.State, false))
}

// needs are the fields that are looked up, each with what it needs.
func (w *writer) needs(list []Need) {
	if len(list) == 0 {
		return
	}
	w.line(step, "enriched:")
	for _, n := range list {
		w.line(step, step, plain(n.Field, false), ": ", quoted(n.From))
	}
}

// enriched are the fields that expressions over a source's schema ask for and that are looked up, as the source calls
// them and what they are looked up by.
func enriched(src *bind.Source, exprs ...ir.Expr) []Need {
	if src.Schema == nil {
		return nil
	}
	raw := func(field string) string {
		if paths := src.Binding(field).Paths; len(paths) > 0 {
			return paths[0].Name
		}
		return field
	}
	var out []Need
	for _, f := range bind.Lookups(src.Schema, exprs...) {
		if !src.Binding(f.Name).Absent() {
			out = append(out, Need{raw(f.Name), f.Lookup.Text(raw)})
		}
	}
	return out
}

// tables are the context tables that the text asks for, each with its version.
func (w *writer) tables(context []ir.Table) {
	if len(context) == 0 {
		return
	}
	tables := make([]string, len(context))
	for i, t := range context {
		tables[i] = plain(t.Name, true) + ": " + strconv.Itoa(t.Version)
	}
	w.pair(step+"context", "{"+strings.Join(tables, ", ")+"}")
}
