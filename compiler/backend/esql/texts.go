package esql

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/backend/lucene"
	"detc/compiler/ir"
)

func (e *emitter) Eq(q *ir.Eq) node {
	c, ok := e.column(q, q.Field)
	switch {
	case !ok:
		return never()
	case c.List:
		return e.inside(q)
	case q.Field.Type != ir.String:
		return e.values(q, c)
	}
	var ps []backend.Pattern
	for _, v := range q.Values {
		ps = append(ps, backend.Equals(q.Field, v))
	}
	return e.texts(q, c, ps)
}

func (e *emitter) Match(m *ir.Match) node {
	c, ok := e.column(m, m.Field)
	switch {
	case !ok:
		return never()
	case c.List:
		return e.inside(m)
	}
	return e.texts(m, c, backend.Patterns(m))
}

// text is the column as text; ok is false where ES|QL has no text for it that is the log's.
func (e *emitter) text(atom ir.Expr, c backend.Column) (string, bool) {
	switch {
	case c.Stored == backend.Text || c.Stored == backend.TimeText:
		return name(c.Name), true
	case c.Stored == backend.Number && c.Type != ir.Double || c.Stored == backend.Bool:
		return "TO_STRING(" + name(c.Name) + ")", true
	case c.Stored == backend.Address:
		e.Lose(atom, backend.Both, "the index holds addresses, not how they were spelt")
		return "TO_STRING(" + name(c.Name) + ")", true
	}
	e.refuse(atom, "the index holds %s as %s, not as text", c.Name, c.Stored)
	return "", false
}

func (e *emitter) texts(atom ir.Expr, c backend.Column, ps []backend.Pattern) node {
	column, ok := e.text(atom, c)
	if !ok {
		return never()
	}
	var whole []string
	var nodes []node
	for _, p := range ps {
		op, text, placed := p.Place()
		switch {
		case !valid(p):
			e.Lose(atom, backend.Narrower, "a value that is no UTF-8 is in no index")
		case len(p.Parts) == 1 && p.Parts[0].Kind == backend.Run:
			return total(name(c.Name) + " IS NOT NULL")
		case lucene.Folds(p):
			re, cut := lucene.Regex(p, lucene.MaxRegex)
			if cut {
				e.Lose(atom, backend.Wider, lucene.TooLong)
			}
			nodes = append(nodes, nullable(column+" RLIKE "+quote(re)))
		case placed && op == ir.Glob:
			whole = append(whole, quote(text))
		default:
			nodes = append(nodes, nullable(column+" LIKE "+quote(like(p))))
		}
	}
	if len(whole) > 0 {
		nodes = append([]node{oneOf(column, whole)}, nodes...)
	}
	return joined("OR", nodes, never())
}

func valid(p backend.Pattern) bool {
	for _, part := range p.Parts {
		if !utf8.ValidString(part.Text) {
			return false
		}
	}
	return true
}

// like is a pattern in LIKE's wildcards; a backslash takes them, and itself, as they are.
func like(p backend.Pattern) string {
	var b strings.Builder
	for _, part := range p.Parts {
		switch part.Kind {
		case backend.Run:
			b.WriteByte('*')
		case backend.One:
			b.WriteByte('?')
		default:
			b.WriteString(wildcards.Replace(part.Text))
		}
	}
	return b.String()
}

func (e *emitter) Regex(x *ir.Regex) node {
	c, ok := e.column(x, x.Field)
	switch {
	case !ok:
		return never()
	case c.List:
		return e.inside(x)
	}
	column, ok := e.text(x, c)
	if !ok {
		return never()
	}
	var nodes []node
	for _, p := range x.Patterns {
		re, wider, err := lucene.Expression(p)
		if err != nil {
			return e.refuse(x, "%v", err)
		}
		if wider {
			e.Lose(x, backend.Wider, lucene.NoEdges)
		}
		nodes = append(nodes, nullable(column+" RLIKE "+quote(re)))
	}
	return joined("OR", nodes, never())
}

// number is a number as the grammar has it: a whole one, or one with a point or an exponent.
func number(v ir.Value) string {
	if v.Type == ir.Double {
		s := strconv.FormatFloat(v.Float, 'g', -1, 64)
		s = strings.ReplaceAll(s, "e+", "E")
		if s = strings.ReplaceAll(s, "e", "E"); !strings.ContainsAny(s, ".E") {
			s += ".0"
		}
		return s
	}
	if v.Int == -1<<63 { // its digits without the sign are no long
		return `TO_LONG("-9223372036854775808")`
	}
	return v.Text()
}

var wildcards = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`)
