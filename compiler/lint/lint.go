// Package lint looks for what compiles and is probably not meant. Each check is one file and one value in Checks; its
// page, with what is bad and what is good, stands in the table of codes (compiler/diag/codes_lint.go).
//
// To add a check: a code with its page, a file here, a line in Checks. A test compiles the page's examples.
package lint

import (
	"detc/compiler/bind"
	"detc/compiler/brief"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

// A Check looks at each rule, or at all of them together.
type Check struct {
	Code    diag.Code
	Rule    func(*Rule, *diag.List)
	Library func(*Library, *diag.List)
}

// Checks are all there are. A rule's findings come in this order.
var Checks = []Check{
	{Code: diag.UnusedLet, Rule: unusedLet},
	{Code: diag.NegatedOptional, Rule: negatedOptional},
	{Code: diag.ConstantClause, Rule: constantClause},
	{Code: diag.RepeatedClause, Rule: repeatedClause},
	{Code: diag.PlainRegex, Rule: plainRegex},
	{Code: diag.ShortContains, Rule: shortContains},
	{Code: diag.SnapshotRepeats, Rule: snapshotRepeats},
	{Code: diag.AnsweredElsewise, Rule: answeredElsewise},
	{Code: diag.SourceUntested, Rule: sourceUntested},
	{Code: diag.CaseCantFail, Rule: caseCantFail},
	{Code: diag.UnusedTable, Library: unusedTable},
	{Code: diag.UnusedRunbook, Library: unusedRunbook},
	{Code: diag.UnusedField, Library: unusedField},
}

// A Rule is a stub with what the compiler made of it.
type Rule struct {
	*stub.Stub
	Schema    *telemetry.Schema
	Lets      []Let
	Condition ir.Expr                 // as it is written, not normalised; nil where it doesn't compile
	Levels    []ir.Expr               // what raises the level of its alerts
	Emitted   []*bind.Source          // the sources that the rule is emitted on
	Sources   map[string]*bind.Source // of its telemetry
	Reached   map[string]bool         // the sources of which a case had a record, its own or one written of its event
	Items     *brief.Items            // of its tactic; nil where nobody has reviewed them
}

// A Let is a name for a part of the condition.
type Let struct {
	Name, Text source.Text
	Expr       ir.Expr // as it is written; nil where it doesn't compile
}

// A Library is everything that is compiled together. Schemas, Tables and Runbooks are those to be judged: what was
// lent by another library may well be used there.
type Library struct {
	Rules    []*Rule
	Schemas  []*telemetry.Schema
	Tables   []*context.Table
	Runbooks []Runbook
	Excluded []ir.Expr // what the site's filters leave out
}

// A Runbook is a page that an alert can lead to.
type Runbook struct {
	Name string
	Span source.Span
}

// Look runs the checks of a rule on its own.
func Look(r *Rule, l *diag.List) {
	for _, c := range Checks {
		if c.Rule != nil {
			c.Rule(r, l)
		}
	}
}

// LookAtAll runs the checks of all rules together.
func LookAtAll(lib *Library, l *diag.List) {
	for _, c := range Checks {
		if c.Library != nil {
			c.Library(lib, l)
		}
	}
}

// texts are the expressions that the author wrote, each once: the lets and the condition. Where one refers to a let
// stands an ir.Named, which is not gone into.
func (r *Rule) texts() []ir.Expr {
	var out []ir.Expr
	for _, l := range r.Lets {
		if l.Expr != nil {
			out = append(out, l.Expr)
		}
	}
	if r.Condition != nil {
		out = append(out, r.Condition)
	}
	return append(out, r.Levels...)
}

// each calls f for an expression and all below it that stand in the same text, until f says false.
func each(e ir.Expr, f func(ir.Expr) bool) {
	if !f(e) {
		return
	}
	if _, ok := e.(*ir.Named); ok {
		return
	}
	for _, c := range ir.Children(e) {
		each(c, f)
	}
}

// bare is an expression without the names it bears.
func bare(e ir.Expr) ir.Expr {
	for {
		n, ok := e.(*ir.Named)
		if !ok {
			return e
		}
		e = n.Arg
	}
}

// chosen says that an Or is what ?: became: (c && a) || (!c && b). Its parts stand in the text once only.
func chosen(e ir.Expr) bool {
	or, ok := e.(*ir.Or)
	if !ok || len(or.Args) != 2 {
		return false
	}
	yes, ok1 := or.Args[0].(*ir.And)
	no, ok2 := or.Args[1].(*ir.And)
	return ok1 && ok2 && len(yes.Args) == 2 && len(no.Args) == 2 && yes.Span == or.Span && no.Span == or.Span
}
