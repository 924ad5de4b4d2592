package stub

import (
	"strings"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Draft is a stub that is made by the tool: the values of its form as they are to be written. What is empty is left
// out.
type Draft struct {
	Name, Title, ID       string
	Tags                  []string
	Status, Level, Author string
	Date, Modified        string // YYYY-MM-DD
	Origin                string // "sigma" of an imported rule
	Related               []Relation
	License               string
	Scope                 []string
	Telemetry             string
	Requires              string // logsource.definition
	Description           string
	References            []string
	Let                   []Let
	Condition             string
	Correlation           *ir.Correlation // in place of telemetry, lets and condition; its rules by their stubs' names
	Silent                bool            // alert: false
	Fields                []string        // alert.fields
	FalsePositives        []string
}

// A Relation is an entry of `related`.
type Relation struct{ ID, Type string }

// A Let names a part of the condition.
type Let struct{ Name, Text string }

// YAML is the stub's text: what Read makes the same stub of. The same draft gives the same bytes.
func (d *Draft) YAML() []byte {
	w := &writer{}
	w.key("name", d.Name)
	w.key("title", d.Title)
	w.bare("id", d.ID)
	w.flow("tags", d.Tags)
	w.key("status", d.Status)
	w.key("level", d.Level)
	w.key("author", d.Author)
	w.bare("date", d.Date)
	w.bare("modified", d.Modified)
	w.key("origin", d.Origin)
	if len(d.Related) > 0 {
		w.line("related:")
		for _, r := range d.Related {
			w.line("  - {id: ", r.ID, ", type: ", source.Plain(r.Type, true), "}")
		}
	}
	w.key("license", d.License)
	w.flow("scope", d.Scope)
	w.key("telemetry", d.Telemetry)
	if d.Requires != "" {
		w.line("requires: ", cel(d.Requires, "  "))
	}
	if d.Description != "" {
		w.line("description: ", source.Block(d.Description, "  "))
	}
	w.list("references", d.References)
	if len(d.Let) > 0 {
		w.line("let:")
		for _, l := range d.Let {
			w.line("  ", l.Name, ": ", cel(l.Text, "    "))
		}
	}
	if d.Condition != "" {
		w.line("condition: ", cel(d.Condition, "  "))
	}
	w.correlation(d.Correlation)
	switch {
	case d.Silent:
		w.line("alert: false")
	case len(d.Fields) > 0:
		w.line("alert:")
		w.flow("  fields", d.Fields)
	}
	w.list("falsepositives", d.FalsePositives)
	return []byte(w.String())
}

type writer struct{ strings.Builder }

func (w *writer) line(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
	w.WriteByte('\n')
}

func (w *writer) key(key, value string) {
	if value != "" {
		w.line(key, ": ", source.Plain(value, false))
	}
}

// bare writes what is known to need no quotes: a UUID, a date.
func (w *writer) bare(key, value string) {
	if value != "" {
		w.line(key, ": ", value)
	}
}

// list writes one entry a line.
func (w *writer) list(key string, items []string) {
	if len(items) == 0 {
		return
	}
	w.line(key, ":")
	for _, s := range items {
		w.line("  - ", source.Plain(s, false))
	}
}

// flow writes the entries on one line.
func (w *writer) flow(key string, items []string) {
	if len(items) == 0 {
		return
	}
	w.line(key, ": ", flowList(items))
}

func flowList(items []string) string {
	out := make([]string, len(items))
	for i, s := range items {
		out[i] = source.Plain(s, true)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// cel is a condition, or another text: as it is where it stands on one line and needs no quotes, in single quotes where
// nothing in it need be doubled, else as a block.
func cel(text, indent string) string {
	if s := source.Plain(text, false); s == text || s == "'"+text+"'" {
		return s
	}
	return source.Block(text, indent)
}
