package yaral

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// An emitter writes what one event variable has to satisfy.
type emitter struct {
	*backend.Notes
	rule  *backend.Rule
	event string // $e
}

// events are the predicates of a rule, a line each: all of them hold, and where a line begins none goes on.
func (e *emitter) events() (out []string) {
	if e.rule.Prepare != "" {
		e.Refuse(title, e.rule.Where, "the store has a stage before the names are there, and a rule has none")
	}
	for _, in := range e.rule.In {
		var parts []string
		c := known(backend.Column{Name: in.Name})
		if !path.MatchString(c.Name) {
			e.Refuse(title, e.rule.Where, "%q, by which the store tells its logs, is no path of UDM", in.Name)
		}
		for _, v := range in.Values {
			if !sayable(v) {
				e.Refuse(title, e.rule.Where, "%q, by which the store tells its logs, can't be written", v)
			}
			parts = append(parts, e.at(c)+" = "+quoted(v))
		}
		out = append(out, e.either(parts))
	}
	for _, part := range conjuncts(e.rule.Where) {
		out = append(out, ir.Visit[string](part, e))
	}
	return out
}

// conjuncts are the parts of an expression that all hold; one at least.
func conjuncts(x ir.Expr) []ir.Expr {
	switch x := x.(type) {
	case *ir.And:
		var out []ir.Expr
		for _, a := range x.Args {
			out = append(out, conjuncts(a)...)
		}
		if len(out) > 0 {
			return out
		}
	case *ir.Named:
		return conjuncts(x.Arg)
	}
	return []ir.Expr{x}
}

func (e *emitter) And(x *ir.And) string {
	if len(x.Args) == 0 {
		return e.constant(true)
	}
	return joined(" and ", e.all(x.Args))
}

func (e *emitter) Or(x *ir.Or) string { return e.either(e.all(x.Args)) }

func (e *emitter) all(args []ir.Expr) (out []string) {
	for _, a := range args {
		out = append(out, ir.Visit[string](a, e))
	}
	return out
}

func (e *emitter) Not(x *ir.Not) string {
	text := ""
	e.Negated(func() { text = ir.Visit[string](x.Arg, e) })
	if strings.HasPrefix(text, "(") {
		return "not " + text
	}
	return "not (" + text + ")"
}

func (e *emitter) Named(x *ir.Named) string { return ir.Visit[string](x.Arg, e) }

func (e *emitter) Const(x *ir.Const) string { return e.constant(x.Value) }

// constant is true or false: a predicate has to name a field of its event, and none is before 1970.
func (e *emitter) constant(value bool) string {
	if value {
		return e.event + "." + eventTime + ".seconds >= 0"
	}
	return e.event + "." + eventTime + ".seconds < 0"
}

func (e *emitter) either(parts []string) string {
	if len(parts) == 0 {
		return e.constant(false)
	}
	return joined(" or ", parts)
}

func joined(word string, parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, word) + ")"
}

// at is a column as a question asks for it.
func (e *emitter) at(c backend.Column) string {
	if c.List {
		return "any " + e.event + "." + c.Name
	}
	return e.event + "." + c.Name
}

// named is the column of a field, refusing the clause where its name is no path of UDM.
func (e *emitter) named(clause ir.Expr, f ir.Field) (backend.Column, bool) {
	c := e.column(f)
	if !path.MatchString(c.Name) {
		e.Refuse(title, clause, "%q is no path of UDM", c.Name)
		return c, false
	}
	return c, true
}

func (e *emitter) Match(x *ir.Match) string {
	c, ok := e.named(x, x.Field)
	if !ok || !e.text(x, c) {
		return e.constant(false)
	}
	return e.matches(x, c, backend.Patterns(x))
}

// text says that a column can be asked as a text.
func (e *emitter) text(clause ir.Expr, c backend.Column) bool {
	switch {
	case enum(c.Name) != "":
		e.Refuse(title, clause, "%s is an enum, which is compared with its names alone", c.Name)
	case c.Stored != backend.Text && c.Stored != backend.Address:
		e.Refuse(title, clause, "%s is kept as %s, and this asks for text", c.Name, c.Stored)
	default:
		return true
	}
	return false
}

const (
	emptyIsUnset = "UDM can't tell an empty text from a missing one: an empty one isn't found"
	unsetIsEmpty = "UDM can't tell an empty text from a missing one: what is missing is found, too"
)

// matches asks whether a text fits one of the patterns. Whole texts that nocase folds as they are meant stand as they are;
// a list of many, and all others, become one expression.
func (e *emitter) matches(clause ir.Expr, c backend.Column, list []backend.Pattern) string {
	var parts []string
	var whole, rest []backend.Pattern
	for _, p := range list {
		op, text, ok := p.Place()
		switch {
		case !valid(p): // no text of an event holds it
		case len(p.Parts) == 0:
			if !c.List {
				e.Lose(clause, backend.Wider, unsetIsEmpty)
			}
			parts = append(parts, e.at(c)+` = ""`)
		case len(p.Parts) == 1 && p.Parts[0].Kind == backend.Run && !c.List:
			e.Lose(clause, backend.Narrower, emptyIsUnset)
			parts = append(parts, e.at(c)+` != ""`)
		case ok && op == ir.Glob && p.Mode != ir.FoldUnicode && sayable(text):
			whole = append(whole, p)
		default:
			rest = append(rest, p)
		}
	}
	const many = 10
	if len(whole) > many {
		whole, rest = nil, append(whole, rest...)
	}
	for _, p := range whole {
		parts = append(parts, e.at(c)+" = "+folded(p))
	}
	if len(rest) > 0 {
		parts = append(parts, e.expression(clause, c, rest))
	}
	return e.either(slices.Compact(parts))
}

// folded writes a whole text with the word that folds case, where it has a letter.
func folded(p backend.Pattern) string {
	text := p.Parts[0].Text
	if p.Mode == ir.FoldASCII && strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") {
		return quoted(text) + " nocase"
	}
	return quoted(text)
}

// expression is one call for all patterns. (?i) is RE2's, which takes the Kelvin sign for k and ſ for s, so that these two are
// spelt out; where one of the patterns holds case apart, or folds by Unicode, all letters are.
func (e *emitter) expression(clause ir.Expr, c backend.Column, list []backend.Pattern) string {
	flags, flavour := "is", regexes
	flavour.Rune = foldedChar
	if slices.ContainsFunc(list, func(p backend.Pattern) bool { return p.Mode != ir.FoldASCII }) {
		flags, flavour = "s", regexes
	}
	var all []string
	for _, p := range list {
		if flags == "is" {
			p.Mode = ir.FoldNone
		}
		re, err := flavour.Regex(p)
		if err != nil {
			e.Refuse(title, clause, "%v", err)
			return e.constant(false)
		}
		all = append(all, re)
	}
	return e.search(c, flags, all)
}

// search asks whether a text fits one of the expressions.
func (e *emitter) search(c backend.Column, flags string, all []string) string {
	re := strings.Join(all, "|")
	if len(all) > 1 {
		re = "(?:" + re + ")"
	}
	return "re.regex(" + e.at(c) + ", " + expression(re, flags) + ")"
}

func valid(p backend.Pattern) bool {
	return !slices.ContainsFunc(p.Parts, func(p backend.Part) bool { return !utf8.ValidString(p.Text) })
}

// Regex spells each expression anew: so `.` stays what it is beside (?s).
func (e *emitter) Regex(x *ir.Regex) string {
	c, ok := e.named(x, x.Field)
	if !ok || !e.text(x, c) {
		return e.constant(false)
	}
	var all []string
	empty := false
	for _, p := range x.Patterns {
		re, err := regexes.Rewrite(p)
		if err != nil {
			e.Refuse(title, x, "%v", err)
			return e.constant(false)
		}
		all = append(all, re)
		compiled, err := regexp.Compile(p)
		empty = empty || err == nil && compiled.MatchString("")
	}
	if empty && !c.List {
		e.Lose(x, backend.Narrower, emptyIsUnset)
		return "(" + e.at(c) + ` != "" and ` + e.search(c, "s", all) + ")"
	}
	return e.search(c, "s", all)
}

// Keyword looks into the texts that the store names: a rule has no word for the raw log.
func (e *emitter) Keyword(x *ir.Keyword) string {
	var parts []string
	for _, c := range e.rule.Texts {
		c = known(c)
		if path.MatchString(c.Name) && enum(c.Name) == "" && c.Stored == backend.Text && c.Type == ir.String {
			parts = append(parts, e.matches(x, c, backend.KeywordPatterns(x)))
		}
	}
	if len(parts) == 0 {
		e.Refuse(title, x, "a rule doesn't see the raw log, and the store names no texts to look into")
		return e.constant(false)
	}
	e.Lose(x, backend.Both, "a keyword is looked for in the fields that the store names, as the parser filled them, not in the raw log")
	return e.either(parts)
}
