package kql

import (
	"slices"
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// An emitter writes one rule. It is a visitor of IR that gives the text of each expression.
//
// Kusto's truth has three values and its reference doesn't say alike everywhere what null becomes in them, so nothing
// rests on that: where an atom may be null and a negation stands around it, coalesce makes false of null.
type emitter struct {
	backend.Notes
	target  *Target
	rule    *backend.Rule
	negated bool // an odd or even number of negations stands around
	lists   []*list
	flags   int // made so far
	asked   int // how often one was asked for
}

// A list is a column of several values, with what is asked of any of them: each answer is a column of its own, made
// before the filter.
type list struct {
	source string // the values, as one dynamic value
	asked  []string
	names  []string
}

// and writes an expression that stands beside others that all hold: a choice stands in parentheses.
func (e *emitter) and(x ir.Expr) string {
	text := ir.Visit[string](x, e)
	if _, ok := unnamed(x).(*ir.Or); ok && strings.Contains(text, " or ") {
		return "(" + text + ")"
	}
	return text
}

func unnamed(x ir.Expr) ir.Expr {
	for {
		n, ok := x.(*ir.Named)
		if !ok {
			return x
		}
		x = n.Arg
	}
}

func (e *emitter) And(x *ir.And) string {
	if len(x.Args) == 0 {
		return "true"
	}
	parts := make([]string, len(x.Args))
	for i, a := range x.Args {
		parts[i] = e.and(a)
	}
	return chain(parts, " and ")
}

func (e *emitter) Or(x *ir.Or) string {
	if len(x.Args) == 0 {
		return "false"
	}
	parts := make([]string, len(x.Args))
	for i, a := range x.Args {
		parts[i] = ir.Visit[string](a, e) // `and` binds tighter
	}
	return chain(parts, " or ")
}

func (e *emitter) Not(x *ir.Not) string {
	var text string
	was := e.negated
	e.negated = true
	e.Negated(func() { text = ir.Visit[string](x.Arg, e) })
	e.negated = was
	return "not(" + text + ")"
}

func (e *emitter) Const(x *ir.Const) string { return strconv.FormatBool(x.Value) }

func (e *emitter) Named(x *ir.Named) string { return ir.Visit[string](x.Arg, e) }

// sure makes false of null where a negation would keep it.
func (e *emitter) sure(text string) string {
	if e.negated {
		return "coalesce(" + text + ", false)"
	}
	return text
}

// chain joins parts by a word. Many come in groups: each further word is one level of syntax more, and Kusto looks at no
// query that is too deep (KS245 of its binder).
func chain(parts []string, word string) string {
	const most = 100
	if len(parts) <= most {
		return strings.Join(parts, word)
	}
	var groups []string
	for group := range slices.Chunk(parts, most) {
		groups = append(groups, "("+strings.Join(group, word)+")")
	}
	return chain(groups, word)
}

// any writes alternatives as one operand.
func anyOf(parts []string) string {
	switch len(parts) {
	case 0:
		return "false"
	case 1:
		return parts[0]
	}
	return "(" + chain(parts, " or ") + ")"
}

// column is where a field stands.
func (e *emitter) column(f ir.Field) backend.Column {
	if c, ok := e.rule.Fields[f.Name]; ok {
		return c
	}
	return backend.Column{Name: f.Name, Type: f.Type, List: f.List, Cased: f.Cased, Nullable: true}
}

// each asks of a field's value, or of any of several. ask writes the question about one column.
func (e *emitter) each(f ir.Field, ask func(c backend.Column) string) string {
	c := e.column(f)
	if !f.List && !c.List {
		return ask(c)
	}
	l := e.list(c)
	item := backend.Column{Name: itemName, Type: c.Type, Cased: c.Cased, Stored: backend.JSON, Unit: c.Unit, Nullable: true}
	was := e.negated
	e.negated = false // countif counts what is true: null and false are one to it
	text := ask(item)
	e.negated = was
	return e.flag(l, text)
}

// Names that the query makes: no column of a table begins so.
const (
	itemName   = "detc_item"
	flagPrefix = "detc_any"
)

// list is the list of a column. A row whose list is empty or missing would vanish in mv-apply, so it gets a null, of which
// nothing is true; one value by itself is a list of one.
func (e *emitter) list(c backend.Column) *list {
	at := member(c.Name, c.Path)
	if c.Stored != backend.JSON {
		at = "parse_json(" + text(c) + ")"
	}
	source := "case(array_length(" + at + ") > 0, " + at + ", isnull(" + at + ") or array_length(" + at + ") == 0, dynamic([null]), pack_array(" + at + "))"
	for _, l := range e.lists {
		if l.source == source {
			return l
		}
	}
	l := &list{source: source}
	e.lists = append(e.lists, l)
	return l
}

// flag is the column that says whether any value of the list answers the question.
func (e *emitter) flag(l *list, question string) string {
	e.asked++
	for i, asked := range l.asked {
		if asked == question {
			return l.names[i]
		}
	}
	e.flags++
	flag := flagPrefix + strconv.Itoa(e.flags)
	l.asked, l.names = append(l.asked, question), append(l.names, flag)
	return flag
}

// applied are the stages that make the flags, one a list.
func (e *emitter) applied() (out []string) {
	for _, l := range e.lists {
		counts := make([]string, len(l.asked))
		for i, q := range l.asked {
			counts[i] = l.names[i] + " = countif(" + q + ") > 0"
		}
		out = append(out, "| mv-apply "+itemName+" = "+l.source+" to typeof(dynamic) on (summarize "+strings.Join(counts, ", ")+")")
	}
	return out
}

func (e *emitter) flagNames() string {
	var out []string
	for _, l := range e.lists {
		out = append(out, l.names...)
	}
	return strings.Join(out, ", ")
}
