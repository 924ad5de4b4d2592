package splunk

import (
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// An emitter writes one rule.
type emitter struct {
	backend.Notes
	rule   *backend.Rule
	stages []string // what has to come before where
	made   []string // the fields that they make
	dated  map[string]string
}

// neverTrue is a search that finds nothing.
const neverTrue = "(NOT *)"

// searchable says that search can say an expression.
func (e *emitter) searchable(x ir.Expr) bool { return ir.Visit[bool](x, searchable{e}) }

type searchable struct{ e *emitter }

func (s searchable) all(args []ir.Expr) bool {
	for _, a := range args {
		if !s.e.searchable(a) {
			return false
		}
	}
	return len(args) > 0
}

func (s searchable) And(x *ir.And) bool     { return s.all(x.Args) }
func (s searchable) Or(x *ir.Or) bool       { return s.all(x.Args) }
func (s searchable) Not(x *ir.Not) bool     { return s.e.searchable(x.Arg) }
func (s searchable) Named(x *ir.Named) bool { return s.e.searchable(x.Arg) }
func (s searchable) Const(*ir.Const) bool   { return false }

func (s searchable) Eq(x *ir.Eq) bool {
	if !s.named(x.Field) {
		return false
	}
	switch x.Field.Type {
	case ir.Int, ir.Bool:
		return true
	case ir.IP:
		for _, v := range x.Values {
			if !v.IP.Is4() {
				return false
			}
		}
		return true
	case ir.String:
		return s.patterns(s.e.equals(x))
	}
	return false
}

func (s searchable) Match(x *ir.Match) bool {
	return s.named(x.Field) && s.patterns(backend.Patterns(x))
}

// patterns says that search finds each as it is meant: with ASCII's fold, and no wildcard but *. An empty text is left to
// where, in which it is one.
func (s searchable) patterns(list []backend.Pattern) bool {
	for _, p := range list {
		if p.Mode != ir.FoldASCII || len(p.Parts) == 0 || len(p.Parts) == 1 && p.Parts[0].Kind == backend.Run {
			return false
		}
		for _, part := range p.Parts {
			if part.Kind != backend.Run && (part.Kind != backend.Literal || !searched(part.Text)) {
				return false
			}
		}
	}
	return len(list) > 0
}

func (s searchable) named(f ir.Field) bool { return plainField(s.e.column(f).Name) }

func (s searchable) Regex(*ir.Regex) bool       { return false }
func (s searchable) Cidr(x *ir.Cidr) bool       { return false }
func (s searchable) Compare(*ir.Compare) bool   { return false }
func (s searchable) FieldEq(*ir.FieldEq) bool   { return false }
func (s searchable) Exists(*ir.Exists) bool     { return false }
func (s searchable) InSet(*ir.InSet) bool       { return false }
func (s searchable) TimePart(*ir.TimePart) bool { return false }

func (s searchable) Keyword(x *ir.Keyword) bool { return s.patterns(keywords(x)) }

// column is where a field stands.
func (e *emitter) column(f ir.Field) backend.Column {
	c, ok := e.rule.Fields[f.Name]
	if !ok {
		c = backend.Column{Name: f.Name, Type: f.Type, List: f.List, Cased: f.Cased, Nullable: true}
	}
	if len(c.Path) > 0 { // members are fields of their own
		c.Name += "." + strings.Join(c.Path, ".")
	}
	return c
}

func (e *emitter) equals(x *ir.Eq) (out []backend.Pattern) {
	for _, v := range x.Values {
		out = append(out, backend.Equals(x.Field, v))
	}
	return out
}

// searching writes an expression for search.
func (e *emitter) searching(x ir.Expr) string {
	switch x := x.(type) {
	case *ir.And:
		return "(" + strings.Join(e.each(x.Args), " ") + ")"
	case *ir.Or:
		return choice(e.each(x.Args))
	case *ir.Named:
		return e.searching(x.Arg)
	case *ir.Not:
		text := ""
		e.Negated(func() { text = e.searching(x.Arg) })
		return "NOT " + text
	case *ir.Keyword:
		e.Lose(x, backend.Both, rawOnly)
		return choice(e.searched("_raw", keywords(x)))
	case *ir.Match:
		return choice(e.searched(e.column(x.Field).Name, backend.Patterns(x)))
	case *ir.Eq:
		return choice(e.searchedEq(x))
	}
	return neverTrue // searchable lets no other through
}

const rawOnly = "a keyword is looked for in the raw text of the event: names are found too, and what the format escapes is escaped there"

func (e *emitter) each(args []ir.Expr) (out []string) {
	for _, a := range args {
		out = append(out, e.searching(a))
	}
	return out
}

func (e *emitter) searchedEq(x *ir.Eq) (out []string) {
	name := e.column(x.Field).Name
	if x.Field.Type == ir.String {
		return e.searched(name, e.equals(x))
	}
	for _, v := range x.Values {
		out = append(out, name+"="+quoted(v.Text()))
	}
	return out
}

func (e *emitter) searched(name string, list []backend.Pattern) (out []string) {
	for _, p := range list {
		out = append(out, name+"="+quoted(starred(p)))
	}
	return out
}

// starred writes a pattern with * for each run.
func starred(p backend.Pattern) string {
	var b strings.Builder
	for _, part := range p.Parts {
		if part.Kind == backend.Run {
			b.WriteByte('*')
		} else {
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

// keywords are what is looked for in the raw text. In JSON a backslash or a quotation mark has a backslash before it, so
// each is looked for both ways.
func keywords(x *ir.Keyword) []backend.Pattern {
	out := backend.KeywordPatterns(x)
	for _, p := range out {
		escaped := backend.Pattern{Mode: p.Mode}
		changed := false
		for _, part := range p.Parts {
			text := escapes.Replace(part.Text)
			changed = changed || text != part.Text
			part.Text = text
			escaped.Parts = append(escaped.Parts, part)
		}
		if changed {
			out = append(out, escaped)
		}
	}
	return out
}
