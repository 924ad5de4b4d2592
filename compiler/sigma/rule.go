// Package sigma writes bound rules as Sigma rules (specification 2.1), reads them back, and holds another
// implementation's opinion against ours. It is the only home of sigma-go. YAML is read by source and written here.
package sigma

import (
	"strconv"
	"strings"

	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// A Rule is a Sigma rule as it is written: its fields are the keys of the Sigma schema, in the schema's order. An
// empty one is left out.
type Rule struct {
	Title          string
	ID             string // UUID
	DerivedFrom    string // related: the id of the rule that it was made from
	Status         string
	Description    string
	References     []string
	Author         string
	Date, Modified string // YYYY-MM-DD
	Tags           []string
	Logsource      telemetry.Logsource
	Detection      Detection
	Fields         []string
	FalsePositives []string
	Level          string
	Origin         Origin
}

// Origin is the block `detc`, which Sigma's readers leave alone: where the rule comes from and what it needs.
type Origin struct {
	Tactic, Domain string
	Items          []string
	Source         string
	Context        []ir.Table
}

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
	if r.DerivedFrom != "" {
		w.line("related:\n" + step + "- id: " + bare(r.DerivedFrom) + "\n" + step + "  type: derived")
	}
	w.optional("status", r.Status, plain(r.Status, false))
	w.optional("description", r.Description, block(r.Description, step))
	w.list("references", r.References)
	w.optional("author", r.Author, plain(r.Author, false))
	w.optional("date", r.Date, bare(r.Date))
	w.optional("modified", r.Modified, bare(r.Modified))
	w.list("tags", r.Tags)
	w.logsource(r.Logsource)
	w.detection(r.Detection)
	w.list("fields", r.Fields)
	w.list("falsepositives", r.FalsePositives)
	w.optional("level", r.Level, plain(r.Level, false))
	w.origin(r.Origin)
	return []byte(w.String())
}

type writer struct{ strings.Builder }

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
	if o.Source == "" {
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
	w.pair(step+"source", plain(o.Source, false))
	if len(o.Context) > 0 {
		tables := make([]string, len(o.Context))
		for i, t := range o.Context {
			tables[i] = plain(t.Name, true) + ": " + strconv.Itoa(t.Version)
		}
		w.pair(step+"context", "{"+strings.Join(tables, ", ")+"}")
	}
}
