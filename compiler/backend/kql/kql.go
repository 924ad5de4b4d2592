// Package kql makes queries in the Kusto Query Language, for Microsoft Sentinel and for the advanced hunting of Microsoft
// Defender XDR. What the language means is taken from Microsoft's reference (learn.microsoft.com/kusto/query); that a
// query is of it, and that its names and types fit the tables, is shown by Microsoft's own parser and binder
// (testdata/engines/kusto). No engine that runs it can be had.
package kql

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A Target is one product that runs KQL.
type Target struct {
	name, title string
	longest     int                     // characters of a query; 0 is as long as one likes
	set         func(t ir.Table) string // a table of one column that holds a context table
	file        func(t ir.Table) string // the file that Export writes
	extra       []string                // limits of this product alone
}

// Targets are the products, by the names that --target has for them.
func Targets() []*Target {
	return []*Target{
		{
			name: "sentinel", title: "Microsoft Sentinel", longest: 10_000,
			set:   func(t ir.Table) string { return "_GetWatchlist(" + quote(SetName(t)) + ") | project SearchKey" },
			file:  func(t ir.Table) string { return SetName(t) + ".watchlist.csv" },
			extra: []string{"A query is at most 10,000 characters long: Sentinel takes no longer one in an analytics rule."},
		},
		{
			name: "defender", title: "Microsoft Defender XDR, advanced hunting",
			set:  func(t ir.Table) string { return name(SetName(t)) + "() | project value" },
			file: func(t ir.Table) string { return SetName(t) + ".function.kql" },
			extra: []string{"Context is a function of the tenant's own, since advanced hunting has no watchlists: its text is exported, and has to be saved under its name.",
				"Correlations of several rules use scan, which Microsoft's reference lists for Sentinel, not for advanced hunting."},
		},
	}
}

// SetName is what a context table is called in the product: the version of its schema is part of it, so that a query
// never reads a table of another shape.
func SetName(t ir.Table) string { return "detc_" + t.Name + "_v" + strconv.Itoa(t.Version) }

// Name is what --target names.
func (t *Target) Name() string { return t.name }

// Describe says what the product runs and what no query of it says.
func (t *Target) Describe() backend.Info {
	return backend.Info{
		Title:    t.title,
		Language: "KQL",
		Verified: "parsed and bound by Microsoft's Kusto.Language 12.4.1; not executed",
		Limits: append([]string{
			"A column of text can't tell a text that is empty from one that is missing.",
			"Two fields, or a field and a table, compare letters outside ASCII with case.",
			"Numbers, times and booleans that are kept as text or JSON are read as Kusto reads them.",
			"A member of JSON is taken to be a scalar, or a list of scalars where the schema says so: an object would be searched as the text of its JSON.",
			"In a correlation texts are taken to be sorted with letters of another case apart; what comes late is judged where it belongs, however late.",
			"A column of addresses is taken to hold addresses, not networks, and without a zone.",
		}, t.extra...),
	}
}

// Emit makes the query: the table, the store's stage, then filters. What asks for lists comes last, behind the filters
// that are cheap.
func (t *Target) Emit(r *backend.Rule) (backend.Query, diag.List) {
	e := &emitter{target: t, rule: r}
	from := e.from()
	var plain, late []string
	for _, part := range conjuncts(r.Where) {
		before := e.asked
		text := e.and(part)
		switch {
		case text == "true":
		case e.asked > before:
			late = append(late, text)
		default:
			plain = append(plain, text)
		}
	}
	lines := []string{from}
	if r.Prepare != "" {
		lines = append(lines, "| "+r.Prepare)
	}
	for _, p := range plain {
		lines = append(lines, "| where "+p)
	}
	lines = append(lines, e.applied()...)
	for _, p := range late {
		lines = append(lines, "| where "+p)
	}
	if e.flags > 0 {
		lines = append(lines, "| project-away "+e.flagNames())
	}
	text := strings.Join(lines, "\n")
	if n := utf8.RuneCountInString(text); t.longest > 0 && n > t.longest {
		e.Findings.Add(diag.QueryTooLong, r.Where.Where(), "the query for %s has %d characters, and it takes %d", t.title, n, t.longest).
			WithHelp("put long lists into a context table: %s keeps it beside the query", t.title)
	}
	return e.Done(r, text)
}

// conjuncts are the parts of an expression that all hold.
func conjuncts(x ir.Expr) []ir.Expr {
	switch x := x.(type) {
	case *ir.And:
		var out []ir.Expr
		for _, a := range x.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	case *ir.Named:
		return conjuncts(x.Arg)
	}
	return []ir.Expr{x}
}

// from is the table, or several that are read as one.
func (e *emitter) from() string {
	tables := []string{e.rule.Table}
	if e.rule.Table == "" {
		tables = nil
		for _, in := range e.rule.In {
			if in.Name == "table" {
				tables = in.Values
			}
		}
	}
	switch len(tables) {
	case 0:
		e.Findings.Add(diag.NoColumn, e.rule.Where.Where(), "nothing says which table of %s the records lie in", e.target.title).
			WithHelp("name the table in the store: in: {table: ...}")
		return ""
	case 1:
		return name(tables[0])
	}
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = name(t)
	}
	return "union " + strings.Join(names, ", ")
}
