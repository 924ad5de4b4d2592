package sigma

import (
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A Kind is what a Sigma document is.
type Kind uint8

const (
	RuleDocument Kind = iota
	CorrelationDocument
	FilterDocument
)

// A Document is a Sigma rule, correlation or filter as it was read: what it says of itself, and what it means. Keys
// that are missing are zero Texts.
type Document struct {
	Kind Kind
	Node *source.Node // the whole document, for who needs more of it
	Span source.Span  // of its title, else of its head

	Title, ID, Name, Status, Level, Description, Author, Date, Modified, Taxonomy, License source.Text
	References, Tags, FalsePositives, Fields, Scope                                        []source.Text
	Related                                                                                []Relation
	Logsource                                                                              telemetry.Logsource
	LogsourceSpan                                                                          source.Span

	Selections  []ReadSelection // of a rule or a filter, in the order of the text
	Conditions  []source.Text   // of a rule: where there are several, one must hold
	Where       ir.Expr         // normalised; selections are Named. Nil for a correlation, and where a finding is an error
	Correlation *ir.Correlation // of a correlation
	Filters     []source.Text   // of a filter: the rules that it narrows, by name or id; `any` is all of the log source
}

// A Relation is an entry of `related`.
type Relation struct{ ID, Type source.Text }

// A ReadSelection is a selection as it was read.
type ReadSelection struct {
	Name source.Text
	Node *source.Node
	Expr ir.Expr // not normalised
	Used bool    // the condition names it, itself or by a pattern
}
