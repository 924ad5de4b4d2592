package sigma

import (
	"math"
	"slices"
	"strconv"
	"time"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A Correlation is a Sigma correlation as it is written (Sigma specification 2.1, "Sigma Correlation Rules"): its fields
// are the keys of the Sigma schema for correlations. An empty one is left out.
type Correlation struct {
	Title, ID      string
	Name           string // by which other correlations refer to it
	DerivedFrom    string // related: the id of the correlation that it was made from
	Related        []ir.Relation
	Status         string
	Description    string
	License        string
	References     []string
	Author         string
	Date, Modified string // YYYY-MM-DD
	Tags           []string
	Type           string
	Rules          []string // names or ids
	Aliases        []CorrelationAlias
	GroupBy        []string
	Timespan       string // a number and one of s, m, h, d
	Condition      Condition
	Generate       bool
	FalsePositives []string
	Level          string
	Origin         Origin
}

// A CorrelationAlias is one name for what each rule calls otherwise; the rules stand in the order of the correlation.
type CorrelationAlias struct {
	Name   string
	Fields []ir.AliasField
}

// A Condition is what the number of a correlation must satisfy.
type Condition struct {
	Fields     []string // whose values count; none for the kinds that count events or rules
	Bounds     []Bound
	Percentile string // a number; empty where there is none
}

// A Bound is an operator and a number, as they are written.
type Bound struct{ Op, Value string }

// EmitCorrelation makes a Sigma correlation of one whose rules, fields and aliases already are what they are called in
// the emitted rules. The correlation is nil where a finding is an error: a kind that Sigma lacks, a timespan or a number that
// it can't write. Where it comes from (Origin.Sources, DerivedFrom) is for the caller to say.
func EmitCorrelation(c *ir.Correlation) (*Correlation, diag.List) {
	var diags diag.List
	meta := &c.Meta
	out := &Correlation{
		Title: title(meta.Title, "", c.Span, &diags), ID: c.ID, Name: c.Name,
		Status: meta.Status, Description: meta.Description, References: distinct(meta.References),
		Author: meta.Author, Date: meta.Date, Modified: meta.Modified, Tags: tags(meta.Techniques, c.Span, &diags),
		Type: c.Kind.String(), GroupBy: c.GroupBy, Timespan: timespan(c, &diags), Condition: condition(c, &diags), Generate: c.Generate,
		FalsePositives: remarks(meta.FalsePositives, c.Span, &diags), Level: meta.Level,
		Origin: Origin{Tactic: meta.Tactic, Domain: meta.Domain, Items: meta.Items},
	}
	if !c.Kind.InSigma() {
		diags.Add(diag.NoSigmaForm, c.Span, "Sigma has no correlation of the type %s", c.Kind).
			WithHelp("another target may have one: nothing is written for Sigma")
	}
	for _, r := range c.Rules {
		out.Rules = append(out.Rules, r.Name)
	}
	for _, a := range c.Aliases {
		out.Aliases = append(out.Aliases, CorrelationAlias{a.Name, a.Fields})
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return out, diags
}

// timespan is the duration in the largest unit that says it whole. Sigma's smallest is the second.
func timespan(c *ir.Correlation, diags *diag.List) string {
	if c.Within <= 0 || c.Within%time.Second != 0 {
		diags.Add(diag.NoSigmaForm, c.Span, "a Sigma timespan is whole seconds, not %s", c.Within).WithHelp("round it to seconds")
		return ""
	}
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if c.Within%u.of == 0 {
			return strconv.FormatInt(int64(c.Within/u.of), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(c.Within/time.Second), 10) + "s"
}

func condition(c *ir.Correlation, diags *diag.List) Condition {
	out := Condition{Fields: c.Fields}
	for i, b := range c.Having {
		if math.IsNaN(b.Value) || math.IsInf(b.Value, 0) {
			diags.Add(diag.NoSigmaForm, b.Span, "%v is no number that YAML can hold", b.Value)
		}
		if slices.ContainsFunc(c.Having[:i], func(x ir.Bound) bool { return x.Op == b.Op }) {
			diags.Add(diag.NoSigmaForm, b.Span, "a Sigma condition has one %s, not two", b.Op).WithHelp("keep the narrower")
		}
		out.Bounds = append(out.Bounds, Bound{b.Op.String(), decimal(b.Value)})
	}
	if c.Kind == ir.ValuePercentile {
		out.Percentile = decimal(c.Percentile)
	}
	return out
}

// decimal is a number without an exponent, whole where it is whole: the schema asks for integers.
func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// Keep gives a correlation that was imported what it brought along; its own id, where no other is made of it.
func (c *Correlation) Keep(id string, from *ir.Imported) {
	c.Tags, c.Related, c.License = distinct(from.Tags), from.Related, from.License
	if id != "" {
		c.ID, c.DerivedFrom = id, ""
	}
	c.Origin = Origin{}
}

// YAML is the correlation's text. The same correlation gives the same bytes.
func (c *Correlation) YAML() []byte {
	w := &writer{}
	w.pair("title", plain(c.Title, false))
	w.optional("id", c.ID, bare(c.ID))
	w.optional("name", c.Name, plain(c.Name, false))
	w.related(c.DerivedFrom, c.Related)
	w.optional("status", c.Status, plain(c.Status, false))
	w.optional("description", c.Description, block(c.Description, step))
	w.optional("license", c.License, plain(c.License, false))
	w.list("references", c.References)
	w.optional("author", c.Author, plain(c.Author, false))
	w.optional("date", c.Date, bare(c.Date))
	w.optional("modified", c.Modified, bare(c.Modified))
	w.list("tags", c.Tags)
	w.correlation(c)
	w.list("falsepositives", c.FalsePositives)
	w.optional("level", c.Level, plain(c.Level, false))
	w.origin(c.Origin)
	return []byte(w.String())
}

func (w *writer) correlation(c *Correlation) {
	w.line("correlation:")
	w.pair(step+"type", c.Type)
	w.names(step, "rules", c.Rules)
	if len(c.Aliases) > 0 {
		w.line(step, "aliases:")
		for _, a := range c.Aliases {
			w.line(step, step, plain(a.Name, false), ":")
			for _, f := range a.Fields {
				w.line(step, step, step, plain(f.Rule, false), ": ", plain(f.Field, false))
			}
		}
	}
	w.names(step, "group-by", c.GroupBy)
	w.pair(step+"timespan", c.Timespan)
	if on := c.Condition; len(on.Bounds)+len(on.Fields) > 0 {
		w.line(step, "condition:")
		if len(on.Fields) == 1 {
			w.pair(step+step+"field", plain(on.Fields[0], false))
		} else if len(on.Fields) > 1 {
			w.names(step+step, "field", on.Fields)
		}
		w.optional(step+step+"percentile", on.Percentile, on.Percentile)
		for _, b := range on.Bounds {
			w.pair(step+step+b.Op, b.Value)
		}
	}
	if c.Generate { // the schema has the key a level up; pySigma reads it here, and nobody else reads it yet
		w.pair(step+"generate", "true")
	}
}

// names writes a list below a key; an empty one too, since the schema wants its keys: a correlation without a group
// has `group-by: []`.
func (w *writer) names(indent, key string, items []string) {
	if len(items) == 0 {
		w.pair(indent+key, "[]")
		return
	}
	w.line(indent, key, ":")
	for _, s := range items {
		w.line(indent, step, "- ", plain(s, false))
	}
}
