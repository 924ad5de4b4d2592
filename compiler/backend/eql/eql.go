// Package eql writes queries of Elasticsearch's EQL: one event at a time, any category. A comparison with a missing field
// is null there, and the negation of null is null: under a negation every clause asks first whether the field is there.
package eql

import (
	"regexp"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Target is EQL of Elasticsearch 7.16 and later.
type Target struct{}

const title = "EQL"

// Name is the target's.
func (Target) Name() string { return "eql" }

// Describe says what the target can't do whatever the rule.
func (Target) Describe() backend.Info {
	return backend.Info{
		Title: "Elasticsearch EQL", Language: title,
		Limits: []string{
			"Not engine-verified: held by a strict grammar of what is emitted.",
			"Keywords, two fields against each other, context tables, and of a moment's parts all but the year are refused.",
			"EQL's documentation says nothing of a field of several values: every clause on one is approximate.",
			"Moments have whole milliseconds.",
			"A correlation is a sequence over the field that the search is told to be its timestamp, @timestamp unless it says otherwise.",
			"Sequences are held to be what the documentation calls a state machine: no engine has run them.",
		},
	}
}

// Emit makes the query.
func (Target) Emit(r *backend.Rule) (backend.Query, diag.List) {
	e := &emitter{r: r}
	return e.Done(r, e.query())
}

// query is the whole query of the rule.
func (e *emitter) query() string {
	if e.r.Prepare != "" {
		e.refuse(e.r.Where, "EQL has no stage before the condition")
	}
	var where []node
	for _, p := range e.r.In {
		where = append(where, oneOf(name(p.Name), "==", "in", quoted(p.Values)))
	}
	n := ir.Visit[node](e.r.Where, e)
	return "any where " + joined("and", append(where, n), always()).text
}

type emitter struct {
	backend.Notes
	r *backend.Rule
}

// A node is a condition; its text may be null where a field is missing, guarded never is.
type node struct{ text, guarded, joined string }

func total(text string) node { return node{text: text, guarded: text} }

// nullable is a condition on a column, which is null without it.
func nullable(column, text string) node {
	return node{text: text, guarded: "(" + column + " != null and " + text + ")"}
}

func always() node { return total("true") }
func never() node  { return total("false") }

func joined(word string, nodes []node, empty node) node {
	switch len(nodes) {
	case 0:
		return empty
	case 1:
		return nodes[0]
	}
	var text, guarded []string
	for _, n := range nodes {
		t, g := n.text, n.guarded
		if n.joined != "" && n.joined != word {
			t, g = "("+t+")", "("+g+")"
		}
		text, guarded = append(text, t), append(guarded, g)
	}
	return node{strings.Join(text, " "+word+" "), strings.Join(guarded, " "+word+" "), word}
}

func (e *emitter) visit(args []ir.Expr) []node {
	out := make([]node, len(args))
	for i, a := range args {
		out[i] = ir.Visit[node](a, e)
	}
	return out
}

func (e *emitter) And(a *ir.And) node     { return joined("and", e.visit(a.Args), always()) }
func (e *emitter) Or(o *ir.Or) node       { return joined("or", e.visit(o.Args), never()) }
func (e *emitter) Named(n *ir.Named) node { return ir.Visit[node](n.Arg, e) }

func (e *emitter) Not(n *ir.Not) node {
	var arg node
	e.Negated(func() { arg = ir.Visit[node](n.Arg, e) })
	if strings.HasPrefix(arg.guarded, "(") && arg.joined == "" {
		return total("not " + arg.guarded)
	}
	return total("not (" + arg.guarded + ")")
}

func (e *emitter) Const(c *ir.Const) node {
	if c.Value {
		return always()
	}
	return never()
}

// column finds where a field stands, and notes that a list is one.
func (e *emitter) column(atom ir.Expr, f ir.Field) (backend.Column, bool) {
	c, ok := e.r.Fields[f.Name]
	if !ok {
		e.Findings.Add(diag.NoColumn, atom.Where(), "nothing says where %s stands in the store", f.Name)
	}
	if _, exists := atom.(*ir.Exists); c.List && !exists {
		e.Lose(atom, backend.Both, "what EQL makes of several values in %s is not documented", c.Name)
	}
	return c, ok
}

func (e *emitter) refuse(atom ir.Expr, format string, args ...any) node {
	e.Refuse(title, atom, format, args...)
	return never()
}

var plainName = regexp.MustCompile(`^[A-Za-z_@][A-Za-z0-9_]*(\.[A-Za-z_@][A-Za-z0-9_]*)*$`)

// words are EQL's own, which are no names of fields.
var words = map[string]bool{"and": true, "any": true, "by": true, "false": true, "in": true, "join": true, "like": true, "maxspan": true, "not": true, "null": true, "of": true, "or": true, "regex": true, "sequence": true, "sample": true, "true": true, "until": true, "where": true, "with": true}

func name(s string) string {
	if plainName.MatchString(s) && !words[strings.ToLower(s)] {
		return s
	}
	return "`" + strings.ReplaceAll(s, "`", "``") + "`"
}

// quote is a string literal.
func quote(s string) string {
	return `"` + escapes.Replace(s) + `"`
}

func quoted(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = quote(t)
	}
	return out
}

// oneOf holds a column against values that are written already: one by an operator, several by another.
func oneOf(column, one, several string, values []string) node {
	switch len(values) {
	case 0:
		return never()
	case 1:
		return nullable(column, column+" "+one+" "+values[0])
	}
	return nullable(column, column+" "+several+" ("+strings.Join(values, ", ")+")")
}

func (e *emitter) Exists(x *ir.Exists) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	return total(name(c.Name) + " != null")
}

func (e *emitter) FieldEq(f *ir.FieldEq) node {
	return e.refuse(f, "EQL compares a field with values only")
}

func (e *emitter) InSet(s *ir.InSet) node {
	return e.refuse(s, "EQL asks no other index, so the table %s can't be looked up", s.Table)
}

func (e *emitter) Keyword(k *ir.Keyword) node {
	return e.refuse(k, "EQL has no search over all fields")
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
