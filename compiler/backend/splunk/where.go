package splunk

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// wheres writes an expression for where. Every atom is true or false, never null: so NOT and AND mean what they do in IR.
func (e *emitter) wheres(x ir.Expr) string { return ir.Visit[string](x, where{e}) }

// where is the visitor that writes for the command of that name.
type where struct{ *emitter }

func (w where) And(x *ir.And) string {
	if len(x.Args) == 0 {
		return always
	}
	return "(" + strings.Join(w.all(x.Args), " AND ") + ")"
}

func (w where) Or(x *ir.Or) string {
	if len(x.Args) == 0 {
		return never
	}
	return "(" + strings.Join(w.all(x.Args), " OR ") + ")"
}

func (w where) all(args []ir.Expr) (out []string) {
	for _, a := range args {
		out = append(out, w.wheres(a))
	}
	return out
}

func (w where) Not(x *ir.Not) string {
	text := ""
	w.Negated(func() { text = w.wheres(x.Arg) })
	return "NOT (" + text + ")"
}

func (w where) Named(x *ir.Named) string { return w.wheres(x.Arg) }

const always, never = "1==1", "1==0"

func (w where) Const(x *ir.Const) string {
	if x.Value {
		return always
	}
	return never
}

func either(parts []string) string {
	switch len(parts) {
	case 0:
		return never
	case 1:
		return parts[0]
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// ask writes a question about a field's value, two-valued: of several values mvfilter keeps those of which it is true.
func (w where) ask(clause ir.Expr, f ir.Field, question func(at string) string) string {
	c := w.column(f)
	if !sayable(c.Name) {
		w.Refuse(title, clause, "a field is named %q, which can't be written in a search", c.Name)
		return never
	}
	at := field(c.Name)
	if c.List || f.List {
		return "isnotnull(mvfilter(" + question(at) + "))"
	}
	return "(isnotnull(" + at + ") AND " + question(at) + ")"
}

// matches asks whether a text fits one of the patterns. The expressions list every spelling of a letter, so that nothing
// rests on PCRE's own folding.
func (w where) matches(clause ir.Expr, at string, list []backend.Pattern) string {
	var parts []string
	for _, p := range list {
		if !valid(p) {
			continue // no text of an event holds it
		}
		re, err := regexes.Regex(p)
		if err != nil {
			w.Refuse(title, clause, "%v", err)
			return never
		}
		parts = append(parts, "match("+at+", "+quoted(re)+")")
	}
	return either(parts)
}

func valid(p backend.Pattern) bool {
	for _, part := range p.Parts {
		if !utf8.ValidString(part.Text) {
			return false
		}
	}
	return true
}

func (w where) Eq(x *ir.Eq) string {
	switch x.Field.Type {
	case ir.Timestamp:
		return w.times(x, x.Field, func(at string) string {
			var parts []string
			for _, v := range x.Values {
				parts = append(parts, at+"=="+w.seconds(x, v.Int))
			}
			return either(parts)
		})
	case ir.Double:
		return w.ask(x, x.Field, func(at string) string {
			var parts []string
			for _, v := range x.Values {
				parts = append(parts, "tonumber("+at+")=="+number(v))
			}
			return "(isnotnull(tonumber(" + at + ")) AND " + either(parts) + ")"
		})
	case ir.IP:
		return w.addresses(x)
	}
	var list []backend.Pattern // whole numbers too: as doubles, those beyond 2^53 would be one
	for _, v := range x.Values {
		f := x.Field
		if f.Type == ir.Bool {
			f.Cased = false
		}
		list = append(list, backend.Equals(f, v))
	}
	return w.ask(x, x.Field, func(at string) string { return w.matches(x, at, list) })
}

// addresses compares IPv6 by networks of one address, which know its spellings.
func (w where) addresses(x *ir.Eq) string {
	return w.ask(x, x.Field, func(at string) string {
		var parts []string
		for _, v := range x.Values {
			bits := "/32"
			if v.IP.Is6() {
				bits = "/128"
			}
			parts = append(parts, "cidrmatch("+quoted(v.IP.String()+bits)+", "+at+")")
		}
		return either(parts)
	})
}

func (w where) Match(x *ir.Match) string {
	return w.ask(x, x.Field, func(at string) string { return w.matches(x, at, backend.Patterns(x)) })
}

func (w where) Regex(x *ir.Regex) string {
	return w.ask(x, x.Field, func(at string) string {
		var parts []string
		for _, p := range x.Patterns {
			re, err := regexes.Rewrite(p)
			if err != nil {
				w.Refuse(title, x, "%v", err)
				return never
			}
			parts = append(parts, "match("+at+", "+quoted(re)+")")
		}
		return either(parts)
	})
}

func (w where) Cidr(x *ir.Cidr) string {
	return w.ask(x, x.Field, func(at string) string {
		var parts []string
		for _, n := range x.Nets {
			parts = append(parts, "cidrmatch("+quoted(backend.PlainNet(n).String())+", "+at+")")
		}
		return either(parts)
	})
}

func (w where) Compare(x *ir.Compare) string {
	if x.Field.Type == ir.Timestamp {
		return w.times(x, x.Field, func(at string) string { return at + x.Op.String() + w.seconds(x, x.Value.Int) })
	}
	return w.ask(x, x.Field, func(at string) string {
		n := "tonumber(" + at + ")"
		whole := ""
		if x.Field.Type == ir.Int { // a fraction is no value of a field of whole numbers
			whole = n + "==floor(" + n + ") AND "
			if i := x.Value.Int; i > 1<<53 || i < -1<<53 {
				w.Lose(x, backend.Both, "numbers beyond 2^53 are compared as doubles")
			}
		}
		return "(isnotnull(" + n + ") AND " + whole + n + x.Op.String() + number(x.Value) + ")"
	})
}

// number writes a number.
func number(v ir.Value) string {
	if v.Type == ir.Int {
		return strconv.FormatInt(v.Int, 10)
	}
	return strconv.FormatFloat(v.Float, 'f', -1, 64)
}

func (w where) Exists(x *ir.Exists) string {
	c := w.column(x.Field)
	if !sayable(c.Name) {
		w.Refuse(title, x, "a field is named %q, which can't be written in a search", c.Name)
		return never
	}
	w.Lose(x, backend.Wider, "where Splunk takes fields out of JSON itself, a null is there, as the text null")
	return "isnotnull(" + field(c.Name) + ")"
}

// FieldEq puts a letter before both sides, since == takes two texts that look like numbers for numbers.
func (w where) FieldEq(x *ir.FieldEq) string {
	a, b := w.column(x.Field), w.column(x.Other)
	switch {
	case a.List || b.List || x.Field.List || x.Other.List:
		w.Refuse(title, x, "a field has several values, and it compares one with one")
		return never
	case !sayable(a.Name) || !sayable(b.Name):
		w.Refuse(title, x, "a field's name can't be written in a search")
		return never
	}
	f, g := field(a.Name), field(b.Name)
	var same string
	switch x.Field.Type {
	case ir.Int:
	case ir.Double:
		same = "tonumber(" + f + ")==tonumber(" + g + ")"
		return "(isnotnull(tonumber(" + f + ")) AND isnotnull(tonumber(" + g + ")) AND " + same + ")"
	case ir.String:
		if !x.Field.Cased {
			w.Lose(x, backend.Both, "how far lower() folds letters outside ASCII is not documented")
			f, g = "lower("+f+")", "lower("+g+")"
		}
	default:
		w.Lose(x, backend.Narrower, "what is no text is compared as the text that it is written as")
		f, g = "lower("+f+")", "lower("+g+")"
	}
	return "(isnotnull(" + field(a.Name) + ") AND isnotnull(" + field(b.Name) + `) AND ("="` + "." + f + `)==("="` + "." + g + "))"
}

// InSet looks the value up before the filter: a lookup takes each of several values.
func (w where) InSet(x *ir.InSet) string {
	c := w.column(x.Field)
	if !sayable(c.Name) {
		w.Refuse(title, x, "a field is named %q, which can't be written in a search", c.Name)
		return never
	}
	t := ir.Table{Name: x.Table, Version: x.Version}
	w.Need(t)
	switch {
	case x.Field.Type != ir.String:
		w.Lose(x, backend.Narrower, "what is no text is compared as the text that it is written as: other spellings aren't found")
	case !x.Field.Cased:
		w.Lose(x, backend.Narrower, "letters outside ASCII compare with case")
	}
	made := "detc_in" + strconv.Itoa(len(w.made)+1)
	w.made = append(w.made, made)
	w.stages = append(w.stages, "lookup "+SetName(t, x.Field.Cased)+" value AS "+lookupField(c.Name)+" OUTPUT value AS "+made)
	return "isnotnull(" + made + ")"
}

// lookupField writes a name for the commands that aren't eval's: there double quotation marks stand around it.
func lookupField(s string) string {
	if plainField(s) {
		return s
	}
	return `"` + s + `"`
}

func (w where) Keyword(x *ir.Keyword) string {
	w.Lose(x, backend.Both, rawOnly)
	return "(isnotnull(_raw) AND " + w.matches(x, "_raw", keywords(x)) + ")"
}
