package kql

import (
	"detc/compiler/backend"
	"detc/compiler/ir"
)

// FieldEq compares two columns. =~ folds ASCII only, and so does eval unless both texts have letters outside it.
func (e *emitter) FieldEq(x *ir.FieldEq) string {
	f, g := x.Field, x.Other
	if e.column(f).List || f.List {
		if e.column(g).List || g.List {
			e.Refuse(e.target.title, x, "both fields have several values, and it asks for any of the values of one column at a time")
			return "false"
		}
	} else if e.column(g).List || g.List {
		f, g = g, f
	}
	other := e.column(g)
	return e.each(f, func(c backend.Column) string {
		switch x.Field.Type {
		case ir.String:
			return e.texts(x, c, other)
		case ir.IP:
			return e.sure("ipv6_is_match(" + text(c) + ", " + text(other) + ")")
		case ir.Int, ir.Double:
			return e.both(c, other, e.number(x, c), e.number(x, other))
		case ir.Bool:
			return e.both(c, other, e.boolean(x, c), e.boolean(x, other))
		}
		a, ok := e.moment(x, c)
		b, also := e.moment(x, other)
		if !ok || !also {
			return "false"
		}
		return e.both(c, other, a, b)
	})
}

func (e *emitter) both(c, other backend.Column, a, b string) string {
	return e.sure("(" + present(c) + " and " + present(other) + " and " + a + " == " + b + ")")
}

func (e *emitter) boolean(clause ir.Expr, c backend.Column) string {
	at := member(c.Name, c.Path)
	if c.Stored == backend.Bool {
		return at
	}
	e.Lose(clause, backend.Both, "what is kept as %s is read as true or false by Kusto's rules: 1 and 0 are", c.Stored)
	return "tobool(" + at + ")"
}

func (e *emitter) texts(x *ir.FieldEq, c, other backend.Column) string {
	if isText(c) || isText(other) {
		e.Lose(x, backend.Narrower, emptyIsMissing)
	}
	op := " =~ "
	if x.Field.Cased {
		op = " == "
	} else {
		e.Lose(x, backend.Narrower, "letters outside ASCII compare with case")
	}
	return "(" + present(c) + " and " + present(other) + " and " + text(c) + op + text(other) + ")"
}

// InSet asks a watchlist, or a function that gives a table.
func (e *emitter) InSet(x *ir.InSet) string {
	t := ir.Table{Name: x.Table, Version: x.Version}
	e.Need(t)
	set := e.target.set(t)
	return e.each(x.Field, func(c backend.Column) string {
		at, word := text(c), "in~"
		switch {
		case x.Field.Type != ir.String:
			word = "in"
			e.Lose(x, backend.Narrower, "what is no text is compared as the text that it is written as: other spellings aren't found")
		case x.Field.Cased:
			word = "in"
		default:
			e.Lose(x, backend.Narrower, "letters outside ASCII compare with case")
		}
		if isText(c) && x.Field.Type == ir.String {
			e.Lose(x, backend.Narrower, emptyIsMissing)
		}
		return "(" + present(c) + " and " + at + " " + word + " ((" + set + ")))"
	})
}

// Keyword looks in every column that the store names, else in all that the table has.
func (e *emitter) Keyword(x *ir.Keyword) string {
	list := backend.KeywordPatterns(x)
	var parts []string
	if len(e.rule.Texts) == 0 {
		e.Lose(x, backend.Both, "it looks in every column that the table has, those that Kusto adds among them, and in JSON as it is written")
		for _, p := range list {
			parts = append(parts, e.anywhere(x, p))
		}
		return anyOf(parts)
	}
	for _, c := range e.rule.Texts {
		if c.List || c.Stored == backend.JSON {
			e.Lose(x, backend.Both, "in %s it looks in JSON as it is written: names are found, and what JSON escapes isn't", c.Name)
		}
		parts = append(parts, e.patterns(x, c, list))
	}
	return anyOf(parts)
}

func (e *emitter) anywhere(x *ir.Keyword, p backend.Pattern) string {
	if op, t, ok := p.Place(); ok && op == ir.Contains && t != "" && p.Mode != ir.FoldUnicode {
		return "* contains " + quote(t)
	}
	re, err := regexes.Regex(p)
	if err != nil {
		e.Refuse(e.target.title, x, "%v", err)
		return "false"
	}
	return "* matches regex " + quote(re)
}
