// Package esql writes queries of Elasticsearch's ES|QL. A missing field is null there, and so is a field of several
// values to every operator: negations are guarded, lists are asked by a query string inside.
package esql

import (
	"regexp"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/backend/lucene"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Target is ES|QL of Elasticsearch 9.
type Target struct{}

const title = "ES|QL"

// Name is the target's.
func (Target) Name() string { return "esql" }

// Describe says what the target can't do whatever the rule.
func (Target) Describe() backend.Info {
	return backend.Info{
		Title: "Elasticsearch ES|QL", Language: title,
		Limits: []string{
			"Not engine-verified: held by a strict grammar of what is emitted.",
			"Lists and keywords are asked by QSTR, which needs Elasticsearch 9 and no stage before it.",
			"Weeks are not asked: ES|QL's are not those of ISO 8601. Context tables are not asked.",
			"Moments have whole milliseconds.",
			"Correlations are counted in windows that lie side by side; sequences are refused, first seen needs Elasticsearch 9.2.",
		},
	}
}

// maxQuery is the longest statement that Elasticsearch takes, in characters.
const maxQuery = 1_000_000

// Emit makes the query.
func (Target) Emit(r *backend.Rule) (backend.Query, diag.List) {
	e := &emitter{r: r}
	where := places(r)
	n := ir.Visit[node](r.Where, e)
	from := r.Table
	if from == "" {
		from = "*"
	}
	text := "FROM " + index(from)
	if r.Prepare != "" {
		if len(where) > 0 {
			text += " | WHERE " + joined("AND", where, always()).text
		}
		text += " | " + r.Prepare
		where = nil
	}
	text += " | WHERE " + joined("AND", append(where, n), always()).text
	if len(text) > maxQuery {
		e.Findings.Add(diag.QueryTooLong, r.Where.Where(), "the query has %d characters, and ES|QL takes %d", len(text), maxQuery)
	}
	return e.Done(r, text)
}

// places say where a rule's records lie.
func places(r *backend.Rule) (out []node) {
	for _, p := range r.In {
		out = append(out, in(name(p.Name), p.Values))
	}
	return out
}

type emitter struct {
	backend.Notes
	r *backend.Rule
}

// A node is a condition. Its text may be null where a field is missing, which a query takes for false; guarded is the
// same and never null. What asks a query string inside must not stand in a function, so there a negation takes the
// guarded atoms in place of a guard around the whole.
type node struct {
	text, guarded, joined string
	full                  bool
}

func total(text string) node { return node{text: text, guarded: text} }

func nullable(text string) node { return node{text: text, guarded: "COALESCE(" + text + ", false)"} }

func always() node { return total("true") }
func never() node  { return total("false") }

func joined(word string, nodes []node, empty node) node {
	switch len(nodes) {
	case 0:
		return empty
	case 1:
		return nodes[0]
	}
	out := node{joined: word}
	var text, guarded []string
	for _, n := range nodes {
		t, g := n.text, n.guarded
		if n.joined != "" && n.joined != word {
			t, g = "("+t+")", "("+g+")"
		}
		text, guarded = append(text, t), append(guarded, g)
		out.full = out.full || n.full
	}
	out.text, out.guarded = strings.Join(text, " "+word+" "), strings.Join(guarded, " "+word+" ")
	return out
}

func (e *emitter) visit(args []ir.Expr) []node {
	out := make([]node, len(args))
	for i, a := range args {
		out[i] = ir.Visit[node](a, e)
	}
	return out
}

func (e *emitter) And(a *ir.And) node     { return joined("AND", e.visit(a.Args), always()) }
func (e *emitter) Or(o *ir.Or) node       { return joined("OR", e.visit(o.Args), never()) }
func (e *emitter) Named(n *ir.Named) node { return ir.Visit[node](n.Arg, e) }

func (e *emitter) Not(n *ir.Not) node {
	var arg node
	e.Negated(func() { arg = ir.Visit[node](n.Arg, e) })
	switch {
	case arg.text == arg.guarded || arg.full:
		t := arg.guarded
		if arg.joined != "" {
			t = "(" + t + ")"
		}
		return node{text: "NOT " + t, guarded: "NOT " + t, full: arg.full}
	}
	return total("NOT COALESCE(" + arg.text + ", false)")
}

func (e *emitter) Const(c *ir.Const) node {
	if c.Value {
		return always()
	}
	return never()
}

func (e *emitter) column(atom ir.Expr, f ir.Field) (backend.Column, bool) {
	c, ok := e.r.Fields[f.Name]
	if !ok {
		e.Findings.Add(diag.NoColumn, atom.Where(), "nothing says where %s stands in the store", f.Name)
	}
	return c, ok
}

func (e *emitter) refuse(atom ir.Expr, format string, args ...any) node {
	e.Refuse(title, atom, format, args...)
	return never()
}

// inside asks a query string: of a field with several values, of which ES|QL's operators see none, and of all fields.
func (e *emitter) inside(atom ir.Expr) node {
	if e.r.Prepare != "" {
		return e.refuse(atom, "a query string can't stand behind another stage, and ES|QL's operators see nothing in a field of several values")
	}
	n := total("QSTR(" + quote(lucene.Dialects()[0].Clause(e.r, atom, &e.Notes)) + ")")
	n.full = true
	return n
}

var plainName = regexp.MustCompile(`^[A-Za-z_@][A-Za-z0-9_]*(\.[A-Za-z_@][A-Za-z0-9_]*)*$`)

// words are the names that the grammar reads as words of its own.
var words = map[string]bool{"and": true, "or": true, "not": true, "in": true, "is": true, "null": true, "like": true, "rlike": true, "true": true, "false": true, "by": true, "as": true, "asc": true, "desc": true, "first": true, "last": true, "nulls": true}

func name(s string) string {
	if plainName.MatchString(s) && !words[strings.ToLower(s)] {
		return s
	}
	return "`" + strings.ReplaceAll(s, "`", "``") + "`"
}

var plainIndex = regexp.MustCompile(`^[A-Za-z0-9_.*][A-Za-z0-9_.*-]*(,[A-Za-z0-9_.*][A-Za-z0-9_.*-]*)*$`)

func index(s string) string {
	if plainIndex.MatchString(s) {
		return s
	}
	return quote(s)
}

// quote is a string literal.
func quote(s string) string {
	return `"` + escapes.Replace(s) + `"`
}

func in(field string, texts []string) node {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = quote(t)
	}
	return oneOf(field, quoted)
}

// oneOf compares a column with values that are written already.
func oneOf(column string, values []string) node {
	switch len(values) {
	case 0:
		return never()
	case 1:
		return nullable(column + " == " + values[0])
	}
	return nullable(column + " IN (" + strings.Join(values, ", ") + ")")
}

func (e *emitter) Exists(x *ir.Exists) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	return total(name(c.Name) + " IS NOT NULL")
}

func (e *emitter) InSet(s *ir.InSet) node {
	return e.refuse(s, "the table %s is no index of mode lookup here", s.Table)
}

func (e *emitter) Keyword(k *ir.Keyword) node { return e.inside(k) }

func (e *emitter) FieldEq(f *ir.FieldEq) node {
	a, ok := e.column(f, f.Field)
	b, ok2 := e.column(f, f.Other)
	switch {
	case !ok || !ok2:
		return never()
	case a.List || b.List:
		return e.refuse(f, "ES|QL's operators see nothing in a field of several values")
	case a.Stored != b.Stored || a.Stored == backend.JSON:
		return e.refuse(f, "the index holds %s as %s and %s as %s", a.Name, a.Stored, b.Name, b.Stored)
	case f.Field.Type == ir.String && !f.Field.Cased:
		e.Lose(f, backend.Both, "TO_LOWER folds by Unicode, and the Kelvin sign and İ as k and i")
		return nullable("TO_LOWER(" + name(a.Name) + ") == TO_LOWER(" + name(b.Name) + ")")
	case f.Field.Type != ir.String && a.Stored == backend.Text:
		e.Lose(f, backend.Both, "the index holds both as text: one value may be spelt in two ways, and a text that is no value may stand in both")
	case a.Stored == backend.Time:
		e.Lose(f, backend.Wider, "the index holds moments in whole milliseconds")
	}
	return nullable(name(a.Name) + " == " + name(b.Name))
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
