// Package lucene writes query strings of Elasticsearch and OpenSearch: the syntax of Apache Lucene's query parser, which
// both share. It also holds Lucene's regular expressions and wildcards, which ES|QL and EQL are written in as well.
package lucene

import (
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A Dialect is one way to index, whoever runs it. The zero Dialect is no target: take one of Dialects.
type Dialect struct {
	name, title string
	lower       bool // texts are kept in lower case: keyword fields with the normalizer "lowercase"
}

// Dialects are the targets of this package: Elasticsearch and OpenSearch with texts as they came (keyword or wildcard),
// and each with texts in lower case.
func Dialects() []Dialect {
	return []Dialect{
		{"lucene", "Elasticsearch query string", false},
		{"opensearch", "OpenSearch query string", false},
		{"lucene-lowercase", "Elasticsearch query string on lower-cased keywords", true},
		{"opensearch-lowercase", "OpenSearch query string on lower-cased keywords", true},
	}
}

// maxClauses is how many clauses a query may have (indices.query.bool.max_clause_count, 1,024 at the least).
const maxClauses = 1024

// Name is the target's.
func (d Dialect) Name() string { return d.name }

// Describe says what the target can't do whatever the rule.
func (d Dialect) Describe() backend.Info {
	return backend.Info{
		Title: d.title, Language: "Lucene", Verified: "executed by Apache Lucene 8.7",
		Limits: []string{
			"Fields of texts are of type keyword or wildcard; a value beyond a mapping's ignore_above is not found.",
			"Two fields are not compared, context tables are not asked, and of a moment's parts only the year is.",
			"A regular expression has at most 1,000 characters, a query at most 1,024 clauses.",
			"A mapping that coerces numbers keeps 502.7 in a field of whole numbers as 502.",
		},
	}
}

// Emit makes the query.
func (d Dialect) Emit(r *backend.Rule) (backend.Query, diag.List) {
	e := &emitter{d: d, r: r}
	n := ir.Visit[node](r.Where, e)
	for i := len(r.In) - 1; i >= 0; i-- {
		var values []string
		for _, v := range r.In[i].Values {
			values = append(values, quote(v))
		}
		n = both(e.anyOf(field(r.In[i].Name), values), n)
	}
	if e.clauses > maxClauses {
		e.Findings.Add(diag.QueryTooLong, r.Where.Where(), "the query has %d clauses, and %s takes %d", e.clauses, d.title, maxClauses)
	}
	text := n.text
	if n.negated {
		text = n.single()
	}
	return e.Done(r, text)
}

// Clause writes one expression as a query string, with what it loses noted: for languages that take one inside.
func (d Dialect) Clause(r *backend.Rule, e ir.Expr, n *backend.Notes) string {
	em := &emitter{d: d, r: r}
	em.Notes = *n
	text := ir.Visit[node](e, em).single()
	*n = em.Notes
	return text
}

type emitter struct {
	backend.Notes
	d       Dialect
	r       *backend.Rule
	clauses int
}

// A node is a piece of a query. A negated one stands only beside something that is not, since Lucene subtracts.
type node struct {
	text    string
	joined  string // AND or OR, where the text is several clauses without parentheses
	negated bool   // the text is what the rows are not
}

const everything = "*:*"

func never() node { return node{text: everything, negated: true} }

// single is a node that may stand anywhere.
func (n node) single() string {
	switch {
	case n.negated:
		return "(" + everything + " AND NOT " + n.text + ")"
	case n.joined != "":
		return "(" + n.text + ")"
	}
	return n.text
}

func both(a, b node) node { return conjunction([]node{a, b}) }

func conjunction(nodes []node) node {
	var yes, no []string
	for _, n := range nodes {
		switch {
		case n.negated:
			no = append(no, "NOT "+n.text)
		case n.joined == "AND":
			yes = append(yes, n.text)
		default:
			yes = append(yes, n.single())
		}
	}
	if len(nodes) == 1 {
		return nodes[0]
	}
	if len(yes) == 0 {
		yes = []string{everything}
	}
	return node{text: strings.Join(append(yes, no...), " AND "), joined: joinedBy("AND", len(yes)+len(no))}
}

func joinedBy(word string, parts int) string {
	if parts > 1 {
		return word
	}
	return ""
}

func (e *emitter) And(a *ir.And) node {
	nodes := make([]node, len(a.Args))
	for i, arg := range a.Args {
		nodes[i] = ir.Visit[node](arg, e)
	}
	return conjunction(nodes)
}

func (e *emitter) Or(o *ir.Or) node {
	if len(o.Args) == 0 {
		return never()
	}
	if len(o.Args) == 1 {
		return ir.Visit[node](o.Args[0], e)
	}
	parts := make([]string, len(o.Args))
	for i, arg := range o.Args {
		n := ir.Visit[node](arg, e)
		if n.joined == "OR" && !n.negated {
			parts[i] = n.text
			continue
		}
		parts[i] = n.single()
	}
	return node{text: strings.Join(parts, " OR "), joined: "OR"}
}

func (e *emitter) Not(n *ir.Not) node {
	var arg node
	e.Negated(func() { arg = ir.Visit[node](n.Arg, e) })
	if arg.negated {
		return node{text: arg.text}
	}
	return node{text: arg.single(), negated: true}
}

func (e *emitter) Const(c *ir.Const) node {
	e.clauses++
	return node{text: everything, negated: !c.Value}
}

func (e *emitter) Named(n *ir.Named) node { return ir.Visit[node](n.Arg, e) }

// column finds where a field stands; ok is false where nothing says it, which is noted.
func (e *emitter) column(atom ir.Expr, f ir.Field) (backend.Column, bool) {
	c, ok := e.r.Fields[f.Name]
	if !ok {
		e.Findings.Add(diag.NoColumn, atom.Where(), "nothing says where %s stands in the store", f.Name)
	}
	return c, ok
}

func (e *emitter) refuse(atom ir.Expr, format string, args ...any) node {
	e.Refuse(e.d.title, atom, format, args...)
	return never()
}

// anyOf asks a field for any of some values that are written already.
func (e *emitter) anyOf(field string, values []string) node {
	e.clauses += max(1, len(values))
	switch len(values) {
	case 0:
		return never()
	case 1:
		return node{text: field + ":" + values[0]}
	}
	return node{text: field + ":(" + strings.Join(values, " OR ") + ")"}
}

// field is a field's name as the query parser takes it.
func field(name string) string { return escape(name) }

func (e *emitter) Exists(x *ir.Exists) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	return e.exists(c)
}

func (e *emitter) exists(c backend.Column) node {
	e.clauses++
	return node{text: "_exists_:" + quote(c.Name)}
}

func (e *emitter) FieldEq(f *ir.FieldEq) node {
	return e.refuse(f, "a query string doesn't compare two fields")
}

func (e *emitter) InSet(s *ir.InSet) node {
	return e.refuse(s, "a query string asks no other index, so the table %s can't be looked up; put its values into the rule", s.Table)
}
