package logql

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

func (e *emitter) Eq(q *ir.Eq) node {
	if q.Field.Type != ir.String {
		return e.values(q)
	}
	var ps []backend.Pattern
	for _, v := range q.Values {
		ps = append(ps, backend.Equals(q.Field, v))
	}
	return e.texts(q, q.Field, ps)
}

func (e *emitter) Match(m *ir.Match) node { return e.texts(m, m.Field, backend.Patterns(m)) }

func (e *emitter) texts(atom ir.Expr, f ir.Field, ps []backend.Pattern) node {
	label, _, ok := e.label(atom, f)
	if !ok {
		return constant(false)
	}
	var whole, exprs []string
	var nodes []node
	for _, p := range ps {
		if why := unheld(p); why != "" {
			e.Lose(atom, backend.Narrower, "%s", why)
			continue
		}
		switch op, text, plain := p.Place(); {
		case len(p.Parts) == 1 && p.Parts[0].Kind == backend.Run:
			return e.exists(atom, label)
		case plain && op == ir.Glob && text == "":
			e.Lose(atom, backend.Wider, emptyGone)
			nodes = append(nodes, there(label).negated())
		case plain && op == ir.Glob && !folds(p):
			whole = append(whole, text)
		default:
			exprs = append(exprs, pattern(p))
		}
	}
	if len(whole) > 2 {
		for i, w := range whole {
			whole[i] = regexp.QuoteMeta(w)
		}
		nodes = append(nodes, matches(label, "^(?:"+strings.Join(whole, "|")+")"))
		whole = nil
	}
	for _, w := range whole {
		nodes = append(nodes, equals(label, w))
	}
	for _, x := range exprs {
		nodes = append(nodes, matches(label, x))
	}
	return disjunction(nodes...)
}

// unheld says why no label holds a text that the pattern fits; it is empty where one may.
func unheld(p backend.Pattern) string {
	for _, part := range p.Parts {
		switch {
		case !utf8.ValidString(part.Text):
			return "a value that is no UTF-8 is in no label"
		case strings.ContainsRune(part.Text, unicode.ReplacementChar):
			return "Loki reads U+FFFD as a space"
		}
	}
	return ""
}

// folds says that a pattern's letters stand for others too.
func folds(p backend.Pattern) bool {
	for _, part := range p.Parts {
		for _, r := range part.Text {
			if len(backend.Alike(p.Mode, r)) > 1 {
				return true
			}
		}
	}
	return false
}

// pattern is an RE2 expression that fits a whole label where the pattern does. Loki anchors it at both ends; that it begins
// with an anchor all the same keeps Loki from taking it apart: foo.* and foo|foobar would be looked for anywhere in the label
// (simplifyConcat in its pkg/logql/log/filter.go).
func pattern(p backend.Pattern) string {
	flags := "s"
	if folds(p) {
		flags = "is"
	}
	var b strings.Builder
	b.WriteString("(?" + flags + ")^")
	for _, part := range p.Parts {
		switch part.Kind {
		case backend.Run:
			b.WriteString(".*")
		case backend.One:
			b.WriteByte('.')
		case backend.Dash:
			b.WriteString("[" + regexp.QuoteMeta(backend.Dashes) + "]")
		default:
			for _, r := range part.Text {
				b.WriteString(letter(p.Mode, r))
			}
		}
	}
	return b.String()
}

// letter is a character under (?i), which folds by Unicode: where only ASCII is meant and the letter has a fellow beyond it
// (k and the Kelvin sign, s and ſ), a class says which.
func letter(mode ir.FoldMode, r rune) string {
	alike := backend.Alike(mode, r)
	if len(alike) == 1 || len(alike) == len(backend.Alike(ir.FoldUnicode, r)) {
		return regexp.QuoteMeta(string(r))
	}
	return "(?-i:[" + string(alike) + "])"
}

func (e *emitter) Regex(x *ir.Regex) node {
	label, _, ok := e.label(x, x.Field)
	if !ok {
		return constant(false)
	}
	var nodes []node
	for _, p := range x.Patterns {
		re, err := regexp.Compile(p)
		switch {
		case err != nil:
			return e.refuse(x, "the expression is none of RE2's: %v", err)
		case !utf8.ValidString(p):
			return e.refuse(x, "the expression is no UTF-8")
		}
		n := matches(label, "^(?s:.*)(?:"+p+")(?s:.*)")
		if re.MatchString("") {
			n = conjunction(e.exists(x, label), n)
		}
		nodes = append(nodes, n)
	}
	return disjunction(nodes...)
}

// FieldEq is left to a template, which can hold two labels against each other.
func (e *emitter) FieldEq(f *ir.FieldEq) node {
	a, _, ok := e.label(f, f.Field)
	b, _, ok2 := e.label(f, f.Other)
	if !ok || !ok2 {
		return constant(false)
	}
	test := "eq ." + a + " ." + b
	switch {
	case f.Field.Type == ir.String && !f.Field.Cased:
		e.Lose(f, backend.Both, "letters outside ASCII are folded by Loki's lower, and an empty text is a missing one")
		test = "eq (lower ." + a + ") (lower ." + b + ")"
	case f.Field.Type == ir.String:
		e.Lose(f, backend.Narrower, emptyGone)
	default:
		e.Lose(f, backend.Both, "Loki holds both as text: one value may be spelt in two ways, and a text that is no value may stand in both")
	}
	return equals(e.template(a+"_is_"+b, "{{if and ."+a+" ("+test+")}}1{{end}}"), "1")
}
