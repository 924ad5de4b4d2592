// Package logsql writes queries of VictoriaLogs in its language, LogsQL. Every value is text there, a missing field is
// an empty one, and expressions are RE2's.
package logsql

import (
	"regexp"
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Target is VictoriaLogs.
type Target struct{}

const title = "LogsQL"

// Name is the target's.
func (Target) Name() string { return "logsql" }

// Describe says what the target can't do whatever the rule.
func (Target) Describe() backend.Info {
	return backend.Info{
		Title: "VictoriaLogs", Language: title, Verified: "executed by VictoriaLogs 1.117.0",
		Limits: []string{
			"An empty text is a missing field: whether it is there can't be told.",
			"A list is kept as the text of its JSON, and searched as that.",
			"Networks of IPv6 fit addresses in their short spelling.",
			"Context tables are not asked.",
			"Correlations are counted in windows that lie side by side; sequences, absence and first seen are refused.",
		},
	}
}

// maxQuery is the longest query that the server takes, in bytes (-search.maxQueryLen, by default 16 KiB).
const maxQuery = 16 << 10

// Emit makes the query.
func (Target) Emit(r *backend.Rule) (backend.Query, diag.List) {
	e := &emitter{r: r}
	where := ir.Visit[node](r.Where, e)
	head := heads(r)
	text := where.text
	switch {
	case r.Prepare != "":
		if len(head) == 0 {
			head = []node{{text: "*"}}
		}
		text = conjunction(head).text + " | " + r.Prepare + " | filter " + where.text
	case len(head) > 0:
		text = conjunction(append(head, where)).text
	}
	if len(text) > maxQuery {
		e.Findings.Add(diag.QueryTooLong, r.Where.Where(), "the query has %d bytes, and VictoriaLogs takes %d (-search.maxQueryLen)", len(text), maxQuery)
	}
	return e.Done(r, text)
}

// heads say where a rule's records lie.
func heads(r *backend.Rule) (out []node) {
	for _, p := range r.In {
		out = append(out, anyOf(name(p.Name), p.Values))
	}
	return out
}

type emitter struct {
	backend.Notes
	r *backend.Rule
}

// A node is a piece of a query, and the word that joins its parts where it isn't one filter.
type node struct{ text, joined string }

func (n node) single() string {
	if n.joined != "" {
		return "(" + n.text + ")"
	}
	return n.text
}

func all() node  { return node{text: "*"} }
func none() node { return node{text: "!*"} }

func joined(word string, nodes []node, empty node) node {
	switch len(nodes) {
	case 0:
		return empty
	case 1:
		return nodes[0]
	}
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = n.single()
		if n.joined == word {
			parts[i] = n.text
		}
	}
	return node{strings.Join(parts, " "+word+" "), word}
}

func conjunction(nodes []node) node { return joined("and", nodes, all()) }
func disjunction(nodes []node) node { return joined("or", nodes, none()) }

func (e *emitter) visit(args []ir.Expr) []node {
	out := make([]node, len(args))
	for i, a := range args {
		out[i] = ir.Visit[node](a, e)
	}
	return out
}

func (e *emitter) And(a *ir.And) node     { return conjunction(e.visit(a.Args)) }
func (e *emitter) Or(o *ir.Or) node       { return disjunction(e.visit(o.Args)) }
func (e *emitter) Named(n *ir.Named) node { return ir.Visit[node](n.Arg, e) }

func (e *emitter) Not(n *ir.Not) node {
	var arg node
	e.Negated(func() { arg = ir.Visit[node](n.Arg, e) })
	return node{text: "!" + arg.single()}
}

func (e *emitter) Const(c *ir.Const) node {
	if c.Value {
		return all()
	}
	return none()
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
	return none()
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$`)

// name is a field's name; one that may be a word of the language, or ends one, is quoted.
func name(s string) string {
	switch strings.ToLower(s) {
	case "and", "or", "not":
		return strconv.Quote(s)
	}
	if plainName.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}

// anyOf asks a field, whose name is written already, for any of some whole texts.
func anyOf(field string, texts []string) node {
	var nodes []node
	for _, t := range texts {
		nodes = append(nodes, node{text: field + ":=" + strconv.Quote(t)})
	}
	if len(nodes) < 2 {
		return disjunction(nodes)
	}
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = strconv.Quote(t)
	}
	return node{text: field + ":in(" + strings.Join(quoted, ", ") + ")"}
}

func (e *emitter) Exists(x *ir.Exists) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return none()
	}
	return e.exists(x, c)
}

// exists says that a field is there, as far as that can be told.
func (e *emitter) exists(atom ir.Expr, c backend.Column) node {
	e.Lose(atom, backend.Narrower, emptyGone)
	there := node{text: name(c.Name) + ":*"}
	if c.List {
		return conjunction([]node{there, {text: "!" + name(c.Name) + `:="[]"`}})
	}
	return there
}

func (e *emitter) FieldEq(f *ir.FieldEq) node {
	a, ok := e.column(f, f.Field)
	b, ok2 := e.column(f, f.Other)
	switch {
	case !ok || !ok2:
		return none()
	case a.List || b.List:
		return e.refuse(f, "a list is kept as text")
	case f.Field.Type == ir.String && !f.Field.Cased:
		e.Lose(f, backend.Narrower, "eq_field compares with case, and takes empty texts for missing ones")
	case f.Field.Type == ir.String:
		e.Lose(f, backend.Narrower, emptyGone)
	default:
		e.Lose(f, backend.Both, "VictoriaLogs holds both as text: one value may be spelt in two ways, and a text that is no value may stand in both")
	}
	return conjunction([]node{{text: name(a.Name) + ":*"}, {text: name(a.Name) + ":eq_field(" + strconv.Quote(b.Name) + ")"}})
}

func (e *emitter) InSet(s *ir.InSet) node {
	return e.refuse(s, "VictoriaLogs holds no tables beside its logs, so %s can't be looked up", s.Table)
}
