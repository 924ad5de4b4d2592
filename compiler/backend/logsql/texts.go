package logsql

import (
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

const (
	othersSpelt = "VictoriaLogs holds %s as text: values that are spelt otherwise are not found"
	emptyGone   = "VictoriaLogs holds an empty text for a missing field"
	listText    = "VictoriaLogs holds a list as the text of its JSON: values with quotes, backslashes or control characters may be missed, and a run of characters may reach into the next value"
)

func (e *emitter) Eq(q *ir.Eq) node {
	c, ok := e.column(q, q.Field)
	switch {
	case !ok:
		return none()
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
		return none()
	}
	return e.texts(m, c, backend.Patterns(m))
}

func (e *emitter) texts(atom ir.Expr, c backend.Column, ps []backend.Pattern) node {
	var nodes []node
	var whole []string
	for _, p := range ps {
		if !valid(p) {
			e.Lose(atom, backend.Narrower, "a value that is no UTF-8 is in no log")
			continue
		}
		if len(p.Parts) == 1 && p.Parts[0].Kind == backend.Run {
			return e.exists(atom, c)
		}
		op, text, ok := p.Place()
		switch {
		case c.List:
			e.Lose(atom, backend.Both, listText)
			nodes = append(nodes, match(c, listRegex(p)))
		case ok && op == ir.Glob && !folds(p):
			if text == "" {
				e.Lose(atom, backend.Wider, emptyGone)
			}
			whole = append(whole, text)
		case ok && op == ir.Prefix && !folds(p):
			nodes = append(nodes, node{text: name(c.Name) + ":=" + strconv.Quote(text) + "*"})
		default:
			nodes = append(nodes, match(c, pattern(p)))
		}
	}
	if len(whole) > 0 {
		nodes = append([]node{anyOf(name(c.Name), whole)}, nodes...)
	}
	return disjunction(nodes)
}

func match(c backend.Column, re string) node {
	return node{text: name(c.Name) + ":~" + strconv.Quote(re)}
}

func valid(p backend.Pattern) bool {
	for _, part := range p.Parts {
		if !utf8.ValidString(part.Text) {
			return false
		}
	}
	return true
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

// pattern is an RE2 expression that finds what the pattern fits.
func pattern(p backend.Pattern) string {
	parts, before, after := ends(p)
	re := body(p.Mode, parts, "(?s:.)")
	if !before {
		re = "^" + re
	}
	if !after {
		re += "$"
	}
	return re
}

func ends(p backend.Pattern) (parts []backend.Part, before, after bool) {
	parts = p.Parts
	if len(parts) > 0 && parts[0].Kind == backend.Run {
		parts, before = parts[1:], true
	}
	if n := len(parts); n > 0 && parts[n-1].Kind == backend.Run {
		parts, after = parts[:n-1], true
	}
	return parts, before, after
}

// listRegex finds the pattern in the text of a list, or of a value that stands by itself.
func listRegex(p backend.Pattern) string {
	parts, before, after := ends(p)
	quoted := make([]backend.Part, len(parts))
	for i, part := range parts {
		if part.Kind == backend.Literal {
			q := strconv.Quote(part.Text)
			if strings.ContainsAny(part.Text, "\"\\\x00\n\r\t") {
				part.Text = q[1 : len(q)-1]
			}
		}
		quoted[i] = part
	}
	re := body(p.Mode, quoted, `[^"]`)
	if !before {
		re = `(?:^|[\[,]"?)` + re
	}
	if !after {
		re += `(?:"?[,\]]|$)`
	}
	return re
}

// body spells a pattern's parts. RE2 folds a letter by Unicode: where only ASCII is meant and the letter has a fellow
// beyond it (k and the Kelvin sign, s and ſ), a class says which.
func body(mode ir.FoldMode, parts []backend.Part, anyChar string) string {
	var b strings.Builder
	folded := false
	for _, part := range parts {
		switch part.Kind {
		case backend.Run:
			b.WriteString(anyChar + "*")
		case backend.One:
			b.WriteString(anyChar)
		case backend.Dash:
			b.WriteString(`[\-/–—―]`)
		default:
			for _, r := range part.Text {
				one, fold := letter(mode, r)
				b.WriteString(one)
				folded = folded || fold
			}
		}
	}
	if folded {
		return "(?i:" + b.String() + ")"
	}
	return b.String()
}

// letter is a character, and whether it needs (?i) to stand for all that it should.
func letter(mode ir.FoldMode, r rune) (text string, fold bool) {
	alike := backend.Alike(mode, r)
	all := backend.Alike(ir.FoldUnicode, r)
	switch {
	case len(alike) == len(all):
		return regexp.QuoteMeta(string(r)), len(alike) > 1
	case len(alike) == 1:
		return "(?-i:" + regexp.QuoteMeta(string(r)) + ")", false
	}
	return "(?-i:[" + string(alike) + "])", false
}

func (e *emitter) Regex(x *ir.Regex) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return none()
	}
	var nodes []node
	for _, p := range x.Patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			return e.refuse(x, "the expression is none of RE2's: %v", err)
		}
		if strings.Contains(p, ".") { // VictoriaLogs' own way with expressions lets a dot be a line break
			p, err = flavour().Rewrite(p)
		}
		switch {
		case err != nil:
			return e.refuse(x, "%v", err)
		case c.List:
			return e.refuse(x, "a list is kept as the text of its JSON")
		case re.MatchString(""):
			e.Lose(x, backend.Narrower, emptyGone)
			nodes = append(nodes, conjunction([]node{{text: name(c.Name) + ":*"}, match(c, p)}))
		default:
			nodes = append(nodes, match(c, p))
		}
	}
	return disjunction(nodes)
}

func (e *emitter) Keyword(k *ir.Keyword) node {
	if len(e.r.Texts) == 0 {
		return e.refuse(k, "LogsQL looks in one field, and nothing says which fields the log has")
	}
	e.Lose(k, backend.Narrower, "only the fields that the store lists are searched")
	var nodes []node
	for _, p := range backend.KeywordPatterns(k) {
		for _, c := range e.r.Texts {
			if c.List {
				e.Lose(k, backend.Both, listText)
			}
			if valid(p) {
				nodes = append(nodes, match(c, pattern(p)))
			}
		}
	}
	return disjunction(nodes)
}

// flavour is RE2 with nothing left to flags.
func flavour() backend.Flavour {
	return backend.Flavour{
		Rune:    func(r rune) string { return regexp.QuoteMeta(string(r)) },
		Class:   func(ranges []rune) string { return (&syntax.Regexp{Op: syntax.OpCharClass, Rune: ranges}).String() },
		AnyChar: "(?s:.)", NoMatch: `[^\x00-\x{10FFFF}]`, BeginText: `\A`, EndText: `\z`, BeginLine: "(?m:^)", EndLine: "(?m:$)",
		Word: `\b`, NoWord: `\B`, Group: "(?:", MaxRepeat: 1000,
	}
}
