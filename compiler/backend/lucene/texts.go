package lucene

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"net/netip"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

func (e *emitter) Eq(q *ir.Eq) node {
	c, ok := e.column(q, q.Field)
	if !ok {
		return never()
	}
	if q.Field.Type == ir.String {
		var ps []backend.Pattern
		for _, v := range q.Values {
			ps = append(ps, backend.Equals(q.Field, v))
		}
		return e.texts(q, c, ps)
	}
	return e.values(q, c)
}

func (e *emitter) Match(m *ir.Match) node {
	c, ok := e.column(m, m.Field)
	if !ok {
		return never()
	}
	return e.texts(m, c, backend.Patterns(m))
}

// texts asks a column for any of some patterns.
func (e *emitter) texts(atom ir.Expr, c backend.Column, ps []backend.Pattern) node {
	switch c.Stored {
	case backend.Text, backend.TimeText:
	case backend.Number, backend.Bool, backend.Address:
		return e.textOf(atom, c, ps)
	default:
		return e.refuse(atom, "the index holds %s as %s, not as text", c.Name, c.Stored)
	}
	if slices.ContainsFunc(ps, anyText) {
		return e.exists(c)
	}
	var values []string
	for _, p := range ps {
		if text, ok := e.pattern(atom, p); ok {
			values = append(values, text)
		}
	}
	return e.anyOf(field(c.Name), values)
}

// pattern is a pattern as one term; ok is false of one that no text fits.
func (e *emitter) pattern(atom ir.Expr, p backend.Pattern) (string, bool) {
	for _, part := range p.Parts {
		if !utf8.ValidString(part.Text) {
			e.Lose(atom, backend.Narrower, "a value that is no UTF-8 is in no index")
			return "", false
		}
	}
	alike := backend.Alike
	if e.d.lower {
		alike = lowerAlike
		if lowerWider(p) {
			e.Lose(atom, backend.Wider, lowered, "what differs in case only, the Kelvin sign and İ among it, is found alike")
		}
	}
	if !folds(p, alike) {
		p = as(p, alike)
		if text, ok := wholeText(p); ok {
			return quote(text), true
		}
		if text, ok := wildcard(p); ok {
			return text, true
		}
	}
	text, cut := regex(p, MaxRegex, alike)
	if cut {
		e.Lose(atom, backend.Wider, TooLong)
	}
	return "/" + text + "/", true
}

// as is a pattern of letters that each stand for one: written as that one.
func as(p backend.Pattern, alike func(ir.FoldMode, rune) []rune) backend.Pattern {
	out := backend.Pattern{Mode: ir.FoldNone, Parts: slices.Clone(p.Parts)}
	for i, part := range out.Parts {
		out.Parts[i].Text = strings.Map(func(r rune) rune { return alike(p.Mode, r)[0] }, part.Text)
	}
	return out
}

// textOf asks for the text of what the index holds as something else: only a whole text says what that is.
func (e *emitter) textOf(atom ir.Expr, c backend.Column, ps []backend.Pattern) node {
	var values []string
	for _, p := range ps {
		text, ok := wholeText(p)
		switch {
		case !ok && anyText(p):
			return e.exists(c)
		case !ok && c.Stored == backend.Address:
			net, ok := octets(p)
			if !ok {
				return e.refuse(atom, "the index holds %s as %s: a part of its text can't be asked for", c.Name, c.Stored)
			}
			e.Lose(atom, backend.Wider, "the index holds addresses, not how they were spelt")
			values = append(values, quote(net))
		case !ok:
			return e.refuse(atom, "the index holds %s as %s: a part of its text can't be asked for", c.Name, c.Stored)
		default:
			if v, ok := e.same(atom, c, text); ok {
				values = append(values, v)
			}
		}
	}
	return e.anyOf(field(c.Name), values)
}

// same is a text as the column holds it; ok is false of one that is never the text of such a value.
func (e *emitter) same(atom ir.Expr, c backend.Column, text string) (string, bool) {
	switch c.Stored {
	case backend.Bool:
		return text, text == "true" || text == "false"
	case backend.Address:
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return "", false
		}
		e.Lose(atom, backend.Wider, "the index holds addresses, not how they were spelt")
		return quote(a.Unmap().String()), true
	}
	if c.Type == ir.Double {
		d, err := strconv.ParseFloat(text, 64)
		e.Lose(atom, backend.Wider, "the index holds numbers, not how they were spelt")
		return quote(strconv.FormatFloat(d, 'g', -1, 64)), err == nil && d-d == 0
	}
	i, err := strconv.ParseInt(text, 10, 64)
	return quote(text), err == nil && strconv.FormatInt(i, 10) == text
}

// octets is the network of the addresses that begin with some whole octets: 10.1. is 10.1.0.0/16.
func octets(p backend.Pattern) (string, bool) {
	op, text, ok := p.Place()
	n := strings.Count(text, ".")
	if !ok || op != ir.Prefix || n < 1 || n > 3 || !strings.HasSuffix(text, ".") {
		return "", false
	}
	a, err := netip.ParseAddr(text + strings.Repeat("0.", 3-n) + "0")
	return a.String() + "/" + strconv.Itoa(8*n), err == nil && a.Is4()
}

func (e *emitter) Regex(x *ir.Regex) node {
	c, ok := e.column(x, x.Field)
	if !ok {
		return never()
	}
	if c.Stored != backend.Text && c.Stored != backend.TimeText {
		return e.refuse(x, "the index holds %s as %s, not as text", c.Name, c.Stored)
	}
	var values []string
	for _, p := range x.Patterns {
		text, ok := e.regex(x, p)
		if !ok {
			return never()
		}
		if text == ".*" {
			return e.exists(c)
		}
		values = append(values, "/"+text+"/")
	}
	return e.anyOf(field(c.Name), values)
}

func (e *emitter) regex(x ir.Expr, pattern string) (string, bool) {
	f := Flavour()
	if e.d.lower {
		f = lowerFlavour()
		e.Lose(x, backend.Wider, lowered, "a regular expression finds what differs in case only")
	}
	text, wider, err := expression(pattern, f)
	if err != nil {
		e.refuse(x, "%v", err)
		return "", false
	}
	if wider {
		e.Lose(x, backend.Wider, NoEdges)
	}
	return text, true
}

func (e *emitter) Keyword(k *ir.Keyword) node {
	var terms []string
	for _, p := range backend.KeywordPatterns(k) {
		if text, ok := e.pattern(k, p); ok {
			terms = append(terms, text)
		}
	}
	if len(e.r.Texts) == 0 {
		e.Lose(k, backend.Both, "the index is searched field by field: numbers and addresses only as a whole, analysed texts word by word")
		e.clauses += max(1, len(terms))
		if len(terms) == 0 {
			return never()
		}
		return node{text: strings.Join(terms, " OR "), joined: joinedBy("OR", len(terms))}
	}
	var all []string
	for _, c := range e.r.Texts {
		if c.Stored != backend.Text && c.Stored != backend.TimeText {
			continue
		}
		all = append(all, e.anyOf(field(c.Name), terms).single())
	}
	e.Lose(k, backend.Narrower, "only the fields of texts that the store lists are searched")
	if len(all) == 0 {
		return never()
	}
	return node{text: strings.Join(all, " OR "), joined: joinedBy("OR", len(all))}
}
