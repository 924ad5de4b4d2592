// Package sql makes SQL of rules: one core, which knows what an atom means over a column, and a dialect for each of
// DuckDB, SQLite, PostgreSQL and ClickHouse, which knows the words.
//
// NULL is what is missing. An atom over it is NULL, which AND, OR and WHERE take for false; NOT alone does not, so every
// NOT stands before a coalesce.
package sql

import (
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A target is a dialect as a backend.Target.
type target struct{ d dialect }

// New is the target of a dialect by its name: duckdb, sqlite, postgresql or clickhouse; nil of any other. Options say
// what the site's engine can do beyond its default.
func New(name string, o Options) backend.Target {
	switch name {
	case "duckdb":
		return &target{duckDB{}}
	case "sqlite":
		return &target{sqlite{regexp: o.Regexp}}
	case "postgresql":
		return &target{postgres{}}
	case "clickhouse":
		return &target{clickHouse{}}
	}
	return nil
}

// Names are the dialects.
func Names() []string { return []string{"clickhouse", "duckdb", "postgresql", "sqlite"} }

// Options are what a site's engine can do beyond its default.
type Options struct {
	Regexp bool // SQLite has a function REGEXP, and it speaks RE2
}

func (t *target) Name() string           { return t.d.name() }
func (t *target) Describe() backend.Info { return t.d.info() }

// Emit makes a SELECT of the rows on which the rule is true.
func (t *target) Emit(r *backend.Rule) (backend.Query, diag.List) {
	e := &emitter{dialect: t.d, rule: r}
	where := ir.Visit[string](r.Where, e)
	table, err := t.d.table(r.Table)
	if err != nil {
		e.notes.Refuse(t.Name(), r.Where, "the table's name: %v", err)
	}
	text := "SELECT e.* FROM " + table + " AS e WHERE " + bare(where)
	if most := t.d.longest(); len(text) > most && !e.notes.Findings.HasErrors() {
		e.notes.Findings.Add(diag.QueryTooLong, r.Where.Where(), "the query has %d bytes; %s takes %d", len(text), t.Name(), most).
			WithHelp("put long lists of values into a context table")
	}
	return e.notes.Done(r, text)
}

// bare is an expression without the brackets around the whole of it.
func bare(s string) string {
	if !strings.HasPrefix(s, "(") || !strings.HasSuffix(s, ")") || strings.ContainsAny(s[1:len(s)-1], "()'\"`") {
		return s
	}
	return s[1 : len(s)-1]
}

// An emitter writes one rule. Every method gives an expression that can stand beside AND, OR and NOT.
type emitter struct {
	dialect
	rule  *backend.Rule
	notes backend.Notes
	deep  int // how many lists are open: each has a variable of its own
}

const (
	no  = "FALSE"
	yes = "TRUE"
)

func (e *emitter) And(a *ir.And) string { return e.all(a.Args, " AND ", yes) }
func (e *emitter) Or(a *ir.Or) string   { return e.all(a.Args, " OR ", no) }

func (e *emitter) all(args []ir.Expr, op, none string) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = ir.Visit[string](a, e)
	}
	return join(parts, op, none)
}

// widest is the number of parts that stand in one row: a longer one is a tree, since engines take only so much depth and
// read a row as a tree that leans to one side (SQLite and DuckDB: 1,000).
const widest = 64

func join(parts []string, op, none string) string {
	switch n := len(parts); {
	case n == 0:
		return none
	case n == 1:
		return parts[0]
	case n > widest:
		var rows []string
		for len(parts) > 0 {
			k := min(widest, len(parts))
			rows = append(rows, join(parts[:k], op, none))
			parts = parts[k:]
		}
		return join(rows, op, none)
	}
	return "(" + strings.Join(parts, op) + ")"
}

func (e *emitter) Not(a *ir.Not) (out string) {
	e.notes.Negated(func() { out = ir.Visit[string](a.Arg, e) })
	return "NOT coalesce(" + out + ", " + no + ")"
}

func (e *emitter) Const(c *ir.Const) string {
	if c.Value {
		return yes
	}
	return no
}

func (e *emitter) Named(n *ir.Named) string { return ir.Visit[string](n.Arg, e) }

// column is where a field stands.
func (e *emitter) column(atom ir.Expr, f ir.Field) (backend.Column, bool) {
	c, ok := e.rule.Fields[f.Name]
	if !ok {
		e.notes.Findings.Add(diag.NoColumn, atom.Where(), "nothing says where %q stands", f.Name)
	}
	return c, ok
}

// refuse says that the dialect can't say an atom.
func (e *emitter) refuse(atom ir.Expr, format string, args ...any) string {
	e.notes.Refuse(e.name(), atom, format, args...)
	return no
}
