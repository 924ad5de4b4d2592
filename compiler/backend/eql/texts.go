package eql

import (
	"strings"
	"unicode"
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
	if !ok {
		return never()
	}
	return e.texts(m, c, backend.Patterns(m))
}

// isText says that a column is text, and refuses the clause where it isn't.
func (e *emitter) isText(atom ir.Expr, c backend.Column) bool {
	if c.Stored == backend.Text || c.Stored == backend.TimeText {
		return true
	}
	e.refuse(atom, "the index holds %s as %s, not as text", c.Name, c.Stored)
	return false
}

// texts sorts patterns by the operator that says each exactly: `:` folds case as Java does, a character at a time, and
// always reads * and ? as wildcards; == and like don't fold; everything else is a regular expression.
func (e *emitter) texts(atom ir.Expr, c backend.Column, ps []backend.Pattern) node {
	if q, ok := atom.(*ir.Eq); ok && c.Stored == backend.Number && c.Type == ir.Int {
		return e.numbers(q, c)
	}
	if !e.isText(atom, c) {
		return never()
	}
	var whole, like, folded, regex []string
	for _, p := range ps {
		op, text, placed := p.Place()
		wild, ok := wildcard(p)
		switch {
		case !valid(p):
			e.Lose(atom, backend.Narrower, "a value that is no UTF-8 is in no index")
		case len(p.Parts) == 1 && p.Parts[0].Kind == backend.Run:
			return total(name(c.Name) + " != null")
		case placed && op == ir.Glob && !lucene.Folds(p):
			whole = append(whole, quote(text))
		case ok && !lucene.Folds(p):
			like = append(like, quote(wild))
		case ok && javaFolds(p):
			folded = append(folded, quote(wild))
		default:
			re, cut := lucene.Regex(p, lucene.MaxRegex)
			if cut {
				e.Lose(atom, backend.Wider, lucene.TooLong)
			}
			regex = append(regex, quote(re))
		}
	}
	n := name(c.Name)
	var nodes []node
	for _, some := range []struct {
		one, several string
		values       []string
	}{{"==", "in", whole}, {"like", "like", like}, {":", ":", folded}, {"regex", "regex", regex}} {
		if len(some.values) > 0 {
			nodes = append(nodes, oneOf(n, some.one, some.several, some.values))
		}
	}
	return joined("or", nodes, never())
}

func valid(p backend.Pattern) bool {
	for _, part := range p.Parts {
		if !utf8.ValidString(part.Text) {
			return false
		}
	}
	return true
}

// wildcard is a pattern in EQL's wildcards. ok is false where a * or ? stands for itself, which has no escape, or where a
// dash of windash stands.
func wildcard(p backend.Pattern) (text string, ok bool) {
	var b strings.Builder
	for _, part := range p.Parts {
		switch part.Kind {
		case backend.Run:
			b.WriteByte('*')
		case backend.One:
			b.WriteByte('?')
		case backend.Dash:
			return "", false
		default:
			if strings.ContainsAny(part.Text, "*?") {
				return "", false
			}
			b.WriteString(part.Text)
		}
	}
	return b.String(), true
}

// javaFolds says that what `:` takes for each character, itself and the other case of it, is what the rule does.
func javaFolds(p backend.Pattern) bool {
	for _, part := range p.Parts {
		for _, r := range part.Text {
			other := unicode.ToLower(r)
			if unicode.IsLower(r) {
				other = unicode.ToUpper(r)
			}
			alike := backend.Alike(p.Mode, r)
			if want := map[bool]int{true: 1, false: 2}[other == r]; len(alike) != want {
				return false
			}
			if other != r && alike[0] != other && alike[1] != other {
				return false
			}
		}
	}
	return true
}

func (e *emitter) Regex(x *ir.Regex) node {
	c, ok := e.column(x, x.Field)
	if !ok || !e.isText(x, c) {
		return never()
	}
	var out []string
	for _, p := range x.Patterns {
		re, wider, err := lucene.Expression(p)
		if err != nil {
			return e.refuse(x, "%v", err)
		}
		if wider {
			e.Lose(x, backend.Wider, lucene.NoEdges)
		}
		out = append(out, quote(re))
	}
	return oneOf(name(c.Name), "regex", "regex", out)
}
