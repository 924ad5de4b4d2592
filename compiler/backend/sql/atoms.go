package sql

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// of gives the atom's test on each value of a field: of a list, or of a member of JSON, any will do.
func (e *emitter) of(atom ir.Expr, f ir.Field, test func(v string) string) string {
	c, ok := e.column(atom, f)
	if !ok {
		return no
	}
	return e.each(atom, c, func(v string) string {
		read, ok := e.read(atom, c, f, v)
		if !ok {
			return no
		}
		return test(read)
	})
}

// each gives a test on each raw value of a column. A nil test asks whether there is one.
func (e *emitter) each(atom ir.Expr, c backend.Column, test func(v string) string) string {
	name, err := e.ident(c.Name)
	if err != nil {
		return e.refuse(atom, "the column's name: %v", err)
	}
	column := "e." + name
	e.deep++
	defer func() { e.deep-- }()
	variable := "v" + strconv.Itoa(e.deep)
	switch {
	case c.Stored == backend.JSON:
		out, err := e.member(column, c.Path, variable, test)
		if err != nil {
			return e.refuse(atom, "%v", err)
		}
		return out
	case c.List && test == nil:
		return e.anyOf(column, variable, func(v string) string { return "(" + v + " IS NOT NULL)" })
	case c.List:
		return e.anyOf(column, variable, test)
	case test == nil:
		return "(" + column + " IS NOT NULL)"
	}
	return test(column)
}

// read reads a raw value of a column as the type that an atom asks for. ok is false where no value can be read so.
func (e *emitter) read(atom ir.Expr, c backend.Column, f ir.Field, v string) (string, bool) {
	if f.Type == ir.String {
		text, lost, err := textOf(e.dialect, c, v)
		if err != nil {
			return e.refuse(atom, "%v", err), false
		}
		if lost != "" {
			e.notes.Lose(atom, backend.Both, "%s", lost)
		}
		return text, true
	}
	switch c.Stored {
	case backend.Text, backend.JSON:
		return e.readText(atom, f, v), true
	case backend.Address:
		return e.readText(atom, f, e.ofAddress(v)), true
	case backend.Number:
		return e.readNumber(atom, c, f, v)
	case backend.Bool:
		return e.isBool(v), f.Type == ir.Bool
	}
	return e.readTime(atom, c, f, v)
}

// textOf is the text of a raw value as the log writes it; lost says where it is not quite that.
func textOf(d dialect, c backend.Column, v string) (text, lost string, err error) {
	switch c.Stored {
	case backend.Text, backend.JSON:
		return v, "", nil
	case backend.Address:
		return d.ofAddress(v), "the text of an address is the engine's, not the log's", nil
	case backend.Number:
		if c.Type == ir.Double {
			lost = "the text of a number with a fraction is the engine's, not the log's"
		}
		return d.ofNumber(v), lost, nil
	case backend.Bool:
		return d.ofBool(d.isBool(v)), "", nil
	}
	return no, "", fmt.Errorf("%s is stored as %s, whose text is not the log's", c.Name, c.Stored)
}

func (e *emitter) readText(atom ir.Expr, f ir.Field, v string) string {
	switch f.Type {
	case ir.Int:
		return e.integer(v)
	case ir.Double:
		return e.double(v)
	case ir.Bool:
		return "(CASE WHEN " + v + " IN ('true', 'TRUE', 'True') THEN TRUE WHEN " + v + " IN ('false', 'FALSE', 'False') THEN FALSE END)"
	case ir.Timestamp:
		if f.Unit != 0 {
			e.notes.Lose(atom, backend.Both, "a number of units since 1970 in a text is read as a double, which has 16 digits")
			return "coalesce(" + e.moment(v) + ", " + e.rounded(e.double(v), int64(f.Unit)) + ")"
		}
		return e.moment(v)
	}
	return v
}

func (e *emitter) readNumber(atom ir.Expr, c backend.Column, f ir.Field, v string) (string, bool) {
	switch f.Type {
	case ir.Int, ir.Double:
		return v, true
	case ir.Timestamp:
		if f.Unit == 0 {
			return "", false
		}
		return e.scaled(v, int64(f.Unit)), true
	}
	return "", false
}

func (e *emitter) readTime(atom ir.Expr, c backend.Column, f ir.Field, v string) (string, bool) {
	if f.Type != ir.Timestamp {
		e.refuse(atom, "%s is stored as %s, whose text is not the log's", c.Name, c.Stored)
		return no, false
	}
	switch c.Stored {
	case backend.Time:
		return e.stored(v), true
	case backend.TimeNumber:
		return e.scaled(v, int64(c.Unit)), true
	}
	return e.moment(v), true
}

func (e *emitter) Exists(a *ir.Exists) string {
	c, ok := e.column(a, a.Field)
	if !ok {
		return no
	}
	return e.each(a, c, nil)
}

// folded is a text in the fold that a literal asks for; ok is false of FoldUnicode, for which no engine has a word.
func (e *emitter) folded(v string, mode ir.FoldMode) (string, bool) {
	switch mode {
	case ir.FoldNone:
		return e.plain(v), true
	case ir.FoldASCII:
		return e.fold(v), true
	}
	return "", false
}

func (e *emitter) Eq(a *ir.Eq) string {
	if a.Field.Type == ir.String {
		var list []backend.Pattern
		for _, v := range a.Values {
			list = append(list, backend.Equals(a.Field, v))
		}
		return e.of(a, a.Field, func(v string) string { return e.patterns(a, v, list) })
	}
	if a.Field.Type == ir.Timestamp {
		e.precision(a, a.Field, ir.Gt, 1)
	}
	return e.of(a, a.Field, func(v string) string {
		var parts []string
		for _, want := range a.Values {
			parts = append(parts, e.scalar(a, v, "=", want))
		}
		return join(parts, " OR ", no)
	})
}

func (e *emitter) Match(a *ir.Match) string {
	list := backend.Patterns(a)
	return e.of(a, a.Field, func(v string) string { return e.patterns(a, v, list) })
}

// patterns is true if one of the patterns fits a text. Whole texts in one fold make one list.
func (e *emitter) patterns(atom ir.Expr, v string, list []backend.Pattern) string {
	var parts []string
	whole := map[ir.FoldMode][]string{}
	for _, p := range list {
		op, text, placed := p.Place()
		folded, ok := e.folded(v, p.Mode)
		if !placed || !ok {
			parts = append(parts, e.spelt(atom, v, p))
			continue
		}
		literal, err := e.text(text)
		switch {
		case err != nil:
			parts = append(parts, e.refuse(atom, "%v", err))
		case op == ir.Glob:
			whole[p.Mode] = append(whole[p.Mode], literal)
		case text == "":
			parts = append(parts, "("+v+" IS NOT NULL)")
		default:
			parts = append(parts, e.find(op, folded, literal, utf8.RuneCountInString(text)))
		}
	}
	for _, mode := range []ir.FoldMode{ir.FoldNone, ir.FoldASCII} {
		if values := whole[mode]; len(values) > 0 {
			folded, _ := e.folded(v, mode)
			parts = append(parts, oneOf(folded, values))
		}
	}
	return join(parts, " OR ", no)
}

func oneOf(v string, literals []string) string {
	if len(literals) == 1 {
		return "(" + v + " = " + literals[0] + ")"
	}
	return "(" + v + " IN (" + strings.Join(literals, ", ") + "))"
}

func (e *emitter) spelt(atom ir.Expr, v string, p backend.Pattern) string {
	out, err := e.pattern(e.plain(v), p)
	if err != nil {
		return e.refuse(atom, "%v", err)
	}
	return out
}

func (e *emitter) Regex(a *ir.Regex) string {
	return e.of(a, a.Field, func(v string) string {
		var parts []string
		for _, p := range a.Patterns {
			out, err := e.regex(e.plain(v), p)
			if err != nil {
				out = e.refuse(a, "%v", err)
			}
			parts = append(parts, out)
		}
		return join(parts, " OR ", no)
	})
}

func (e *emitter) Keyword(a *ir.Keyword) string {
	list := backend.KeywordPatterns(a)
	if len(e.rule.Texts) == 0 {
		return e.refuse(a, "nothing says which columns the table has, and a keyword is looked for in all")
	}
	var parts []string
	for _, c := range e.rule.Texts {
		test := func(v string) string {
			read, ok := e.read(a, c, ir.Field{Name: c.Name}, v)
			if !ok {
				return no
			}
			return e.patterns(a, read, list)
		}
		if c.Stored == backend.JSON && len(c.Path) == 0 {
			parts = append(parts, e.document(a, c, test))
			continue
		}
		parts = append(parts, e.each(a, c, test))
	}
	return join(parts, " OR ", no)
}

func (e *emitter) document(a ir.Expr, c backend.Column, test func(string) string) string {
	name, err := e.ident(c.Name)
	if err != nil {
		return e.refuse(a, "the column's name: %v", err)
	}
	e.deep++
	defer func() { e.deep-- }()
	out, err := e.every("e."+name, "v"+strconv.Itoa(e.deep), test)
	if err != nil {
		return e.refuse(a, "%v", err)
	}
	return out
}

// scalar compares a value that is no text with a literal.
func (e *emitter) scalar(atom ir.Expr, v, op string, want ir.Value) string {
	literal := ""
	switch want.Type {
	case ir.Int, ir.Timestamp:
		literal = strconv.FormatInt(want.Int, 10)
		if want.Int < 0 {
			literal = "(" + literal + ")"
		}
	case ir.Double:
		literal = number(want.Float)
	case ir.Bool:
		literal = strings.ToUpper(want.Text())
	case ir.IP:
		if why := e.ipLoss(want.IP.Is6()); why != "" {
			e.notes.Lose(atom, backend.Narrower, "%s", why)
		}
		v, literal = e.ip(v), e.ipLiteral(want.IP)
	default:
		return e.refuse(atom, "a text stands where none is compared")
	}
	return fmt.Sprintf("(%s %s %s)", v, op, literal)
}

// number is a double that every engine reads as one: with an exponent.
func number(f float64) string {
	s := strconv.FormatFloat(f, 'e', -1, 64)
	if f < 0 {
		return "(" + s + ")"
	}
	return s
}
