// Package backend is what all targets share: what a rule is before it becomes a query, what a query says of its own
// fidelity, and the parts of the IR's meaning that every query language needs spelt out (folds, patterns, encodings,
// networks). Each target is a folder below; none of them knows where a rule came from.
//
// A query is exact, approximate or refused. It is exact where it finds the rows on which eval says true, and no others.
// It is approximate where it has losses: each names its clause and whether rows are lost or added. A clause that can't be
// said at all refuses the rule. Nothing is approximated in silence.
package backend

import (
	"time"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Rule is a rule over the names and types of one store: what a target makes a query of.
type Rule struct {
	Name, ID, Title, Level string
	Source                 string            // the log source that it is bound to: zeek.s7comm.mode
	Where                  ir.Expr           // normalised, over stored names
	Fields                 map[string]Column // every field that Where names, by the name that Where has for it
	Texts                  []Column          // what a keyword is looked for in: all columns of the table
	Table                  string            // the table, stream or index
	In                     []Place           // where the records lie, in the SIEM's own words, where one name doesn't say it
	Prepare                string            // a stage in the target's language that has to come before the names are there
	Time                   Column            // says when; its Name is empty where the store doesn't say
	Inlined                []ir.Table        // context tables whose values, as the site has them, stand in Where in place of the table
	Losses                 []Loss            // what was lost before the target; Emit hands it on
	Meta                   ir.Meta
}

// A Place is a word of a SIEM for where records lie, with the values of which one holds: index, sourcetype, labels.
type Place struct {
	Name   string
	Values []string
}

// A Column is where a field stands in a store.
type Column struct {
	Name     string
	Type     ir.Type // what the rule reads there; an atom may read another type (a field of any type)
	List     bool    // several values
	Cased    bool
	Stored   Storage
	Path     []string      // of JSON: the way down from the column, a member's name a step
	Unit     time.Duration // of TimeNumber: what one of the number is
	Nullable bool          // rows may lack it
}

// Storage is what a store keeps a field as.
type Storage uint8

const (
	Text       Storage = iota // text as the log writes it
	Number                    // a number of the engine's: an integer of 64 bits, or a double for ir.Double
	Bool                      // true or false
	Address                   // the engine's type for IP addresses
	Time                      // the engine's type for moments, in UTC
	TimeText                  // text in RFC 3339
	TimeNumber                // a number of Units since 1970
	JSON                      // a member of a column of JSON: a scalar, a list of scalars or an object, as the log writes it
)

var storageNames = [...]string{"text", "number", "bool", "ip", "time", "time as text", "time as number", "json"}

func (s Storage) String() string { return storageNames[s] }

// Effect says which rows a loss changes the answer for.
type Effect uint8

const (
	Narrower Effect = iota // rows that the rule means are not found
	Wider                  // rows are found that the rule doesn't mean
	Both                   // either
)

func (e Effect) String() string { return [...]string{"narrower", "wider", "narrower or wider"}[e] }

// Turned is the effect of the same loss under a negation.
func (e Effect) Turned() Effect {
	switch e {
	case Narrower:
		return Wider
	case Wider:
		return Narrower
	}
	return Both
}

// A Loss is a clause that the query says otherwise than the rule.
type Loss struct {
	Span   source.Span
	Clause string // the clause as text of the IR
	Reason string // what differs, in one line
	Effect Effect // on the whole query: negations around the clause are counted in
}

// A Query is what a target makes of a rule.
type Query struct {
	Text      string
	Losses    []Loss     // none: exact
	Artifacts []Artifact // what has to stand beside it
	Needs     []ir.Table // the context tables that it asks for
}

// An Artifact is a file that goes with a query.
type Artifact struct {
	Name    string // a file's name, without a folder
	Content []byte
}

// Fidelity says how far a query means what its rule means.
type Fidelity uint8

const (
	Exact Fidelity = iota
	Approximate
	Refused
)

func (f Fidelity) String() string { return [...]string{"exact", "approximate", "refused"}[f] }

// Fidelity is the query's, where Emit gave no error beside it.
func (q *Query) Fidelity() Fidelity {
	if len(q.Losses) > 0 {
		return Approximate
	}
	return Exact
}

// Info is what a target says of itself, for the reports.
type Info struct {
	Title    string   // DuckDB 1.5
	Language string   // SQL
	Verified string   // what held the queries: "executed by DuckDB 1.5.3"; empty: not engine-verified
	Limits   []string // what it refuses or approximates whatever the rule, a sentence each
}

// A Target makes queries of one dialect.
type Target interface {
	// Name is what --target names: duckdb.
	Name() string
	Describe() Info
	// Emit makes the query. A finding that is an error refuses the rule and names the clause; the query is empty then.
	Emit(r *Rule) (Query, diag.List)
}

// A Content is what a context table holds, as texts: one row an entry. Its first column is the value that is asked for.
type Content struct {
	Table      ir.Table
	Columns    []string
	Rows       [][]string
	ValidUntil string // not to be relied on after it; empty for ever
}

// An Exporter is a target that brings context tables along.
type Exporter interface {
	Export(c Content) (Artifact, diag.List)
}

// A Namer is a target that says what its queries call things, for what stands beside a query: a bundle.
type Namer interface {
	TableName(t ir.Table) string          // a context table
	KeyName(n int, groupBy string) string // the column that a correlation's rows have for the nth name of GroupBy, from 0
	Member(c Column) string               // a member of JSON, as an expression
}
