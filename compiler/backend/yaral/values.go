package yaral

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// Eq compares with literals; each has to be of the field's type, or SecOps refuses the rule.
func (e *emitter) Eq(x *ir.Eq) string {
	c, ok := e.named(x, x.Field)
	if !ok {
		return e.constant(false)
	}
	switch {
	case enum(c.Name) != "":
		return e.either(e.enums(x, c))
	case c.Stored == backend.Number && (x.Field.Type == ir.Int || x.Field.Type == ir.Double):
		return e.numbers(x, c)
	case c.Stored == backend.Bool && x.Field.Type == ir.Bool:
		return e.booleans(x, c)
	case x.Field.Type == ir.Timestamp:
		return e.moments(x, c)
	case x.Field.Type == ir.IP && e.text(x, c):
		return e.addresses(x, c)
	case x.Field.Type == ir.Double:
		return e.read(x, c, func(at string) string { return e.either(comparisons(at, "=", x.Values)) })
	case !e.text(x, c):
		return e.constant(false)
	}
	var list []backend.Pattern
	for _, v := range x.Values {
		f := x.Field
		f.Cased = f.Cased || f.Type == ir.Int
		list = append(list, backend.Equals(f, v))
	}
	return e.matches(x, c, list)
}

// name is what an enum's names look like.
var name = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// enums compares an enum with its names, which are in capitals; nocase is refused there (YARA-L 2.0 language syntax,
// "Nocase Modifier"). A text that can't be a name is never found.
func (e *emitter) enums(x *ir.Eq, c backend.Column) (out []string) {
	for _, v := range x.Values {
		text := v.Text()
		if !x.Field.Cased || x.Field.Type != ir.String {
			text = strings.ToUpper(text)
		}
		if name.MatchString(text) && backend.ASCIIOnly(v.Text()) {
			out = append(out, e.at(c)+" = "+quoted(text))
		}
	}
	return out
}

const unsetIsZero = "UDM can't tell 0 from a missing number: what is missing is found, too"

func (e *emitter) numbers(x *ir.Eq, c backend.Column) string {
	for _, v := range x.Values {
		if v.Int == 0 && v.Float == 0 && c.Nullable && !c.List {
			e.Lose(x, backend.Wider, unsetIsZero)
		}
	}
	return e.either(comparisons(e.at(c), "=", x.Values))
}

func comparisons(at, op string, values []ir.Value) (out []string) {
	for _, v := range values {
		out = append(out, at+" "+op+" "+number(v))
	}
	return out
}

func (e *emitter) booleans(x *ir.Eq, c backend.Column) string {
	var parts []string
	for _, v := range x.Values {
		if !v.Bool && c.Nullable && !c.List {
			e.Lose(x, backend.Wider, "UDM can't tell false from a missing boolean: what is missing is found, too")
		}
		parts = append(parts, e.at(c)+" = "+strconv.FormatBool(v.Bool))
	}
	return e.either(parts)
}

// addresses compares IPv6 by networks of one address, which know its spellings.
func (e *emitter) addresses(x *ir.Eq, c backend.Column) string {
	var parts []string
	for _, v := range x.Values {
		if v.IP.Is4() {
			parts = append(parts, e.at(c)+" = "+quoted(v.IP.String()))
			continue
		}
		parts = append(parts, e.within(c, v.IP.String()+"/128"))
	}
	return e.either(parts)
}

func (e *emitter) within(c backend.Column, network string) string {
	return "net.ip_in_range_cidr(" + e.at(c) + ", " + quoted(network) + ")"
}

// Cidr holds an address against networks (net.ip_in_range_cidr, which is false of what is no address).
func (e *emitter) Cidr(x *ir.Cidr) string {
	c, ok := e.named(x, x.Field)
	if !ok || !e.text(x, c) {
		return e.constant(false)
	}
	var parts []string
	for _, n := range x.Nets {
		parts = append(parts, e.within(c, backend.PlainNet(n).String()))
	}
	return e.either(parts)
}

// Compare orders numbers and moments. A missing number is 0, which a guard leaves out where 0 would fit.
func (e *emitter) Compare(x *ir.Compare) string {
	c, ok := e.named(x, x.Field)
	if !ok {
		return e.constant(false)
	}
	if x.Field.Type == ir.Timestamp {
		return e.ordered(x, c)
	}
	if c.Stored != backend.Number {
		return e.read(x, c, func(at string) string { return at + " " + x.Op.String() + " " + float(real(x.Value)) })
	}
	text := e.at(c) + " " + x.Op.String() + " " + number(x.Value)
	if !c.List && c.Nullable && holds(0, x.Op, real(x.Value)) {
		e.Lose(x, backend.Narrower, "UDM can't tell 0 from a missing number: 0 isn't found")
		return "(" + e.at(c) + " != " + number(ir.Value{Type: x.Field.Type}) + " and " + text + ")"
	}
	return text
}

func real(v ir.Value) float64 {
	if v.Type == ir.Int {
		return float64(v.Int)
	}
	return v.Float
}

func holds(a float64, op ir.CompareOp, b float64) bool {
	switch op {
	case ir.Lt:
		return a < b
	case ir.Le:
		return a <= b
	case ir.Gt:
		return a > b
	}
	return a >= b
}

// read asks about the number that a text is. cast.as_float gives 0 for what is none, hence the expression before it.
func (e *emitter) read(clause ir.Expr, c backend.Column, question func(at string) string) string {
	switch {
	case !e.text(clause, c):
		return e.constant(false)
	case c.List:
		e.Refuse(title, clause, "%s has several values, and the number of one is asked for", c.Name)
		return e.constant(false)
	}
	e.Lose(clause, backend.Both, "a number kept as text is read by cast.as_float, which keeps 7 decimal digits")
	return "(re.regex(" + e.at(c) + ", `(?s)^-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+\\-]?[0-9]+)?$`) and " + question("cast.as_float("+e.at(c)+")") + ")"
}

func (e *emitter) Exists(x *ir.Exists) string {
	c, ok := e.named(x, x.Field)
	if !ok {
		return e.constant(false)
	}
	switch zero := enum(c.Name); {
	case zero != "":
		return e.at(c) + " != " + quoted(zero)
	case c.Name == eventTime:
		return e.constant(true)
	}
	switch c.Stored {
	case backend.Number, backend.TimeNumber:
		e.Lose(x, backend.Narrower, "UDM can't tell 0 from a missing number: 0 isn't found")
		zero := "0"
		if x.Field.Type == ir.Double {
			zero = "0.0"
		}
		return e.at(c) + " != " + zero
	case backend.Bool:
		e.Lose(x, backend.Narrower, "UDM can't tell false from a missing boolean: false isn't found")
		return e.at(c) + " = true"
	case backend.Time:
		e.Lose(x, backend.Narrower, "UDM can't tell the first second of 1970 from a missing moment: it isn't found")
		return e.at(c) + ".seconds != 0"
	}
	if x.Field.Type == ir.String {
		e.Lose(x, backend.Narrower, emptyIsUnset)
	}
	return e.at(c) + ` != ""`
}

// FieldEq compares two fields of one event. any can't join two fields (same page, "Repeated fields"): of repeated ones each
// pair of values is an event of its own, so that a negation holds where one pair differs.
func (e *emitter) FieldEq(x *ir.FieldEq) string {
	a, ok := e.named(x, x.Field)
	b, also := e.named(x, x.Other)
	if !ok || !also {
		return e.constant(false)
	}
	if a.Stored != b.Stored || a.Stored == backend.Time || enum(a.Name) != enum(b.Name) {
		e.Refuse(title, x, "the two are kept as different types, or as moments")
		return e.constant(false)
	}
	if a.List || b.List {
		e.Lose(x, backend.Narrower, "of repeated fields, one pair of values has to fit all that is asked of them")
		a.List, b.List = false, false
	}
	unset, nocase := `""`, ""
	switch {
	case a.Stored == backend.Number || a.Stored == backend.TimeNumber:
		unset = number(ir.Value{Type: x.Field.Type})
		e.Lose(x, backend.Narrower, "UDM can't tell 0 from a missing number: 0 isn't found")
	case a.Stored == backend.Bool:
		unset = "false"
		e.Lose(x, backend.Narrower, "UDM can't tell false from a missing boolean: false isn't found")
	case enum(a.Name) != "":
		unset = quoted(enum(a.Name))
	case x.Field.Type == ir.String && !x.Field.Cased:
		nocase = " nocase"
		e.Lose(x, backend.Both, "how far nocase folds letters outside ASCII is not documented")
	case x.Field.Type != ir.String:
		e.Lose(x, backend.Narrower, "what is no text is compared as the text that it is written as")
	}
	if unset == `""` && x.Field.Type == ir.String {
		e.Lose(x, backend.Narrower, emptyIsUnset)
	}
	return "(" + e.at(a) + " = " + e.at(b) + nocase + " and " + e.at(a) + " != " + unset + ")"
}

// InSet looks a value up in a data table (docs.cloud.google.com/chronicle/docs/yara-l/reference-list-syntax). any can't
// stand before `in`: of a repeated field each value is an event of its own.
func (e *emitter) InSet(x *ir.InSet) string {
	c, ok := e.named(x, x.Field)
	if !ok || !e.text(x, c) {
		return e.constant(false)
	}
	t := ir.Table{Name: x.Table, Version: x.Version}
	e.Need(t)
	if c.List {
		e.Lose(x, backend.Narrower, "of a repeated field, one value has to fit all that is asked of it")
		c.List = false
	}
	nocase := ""
	switch {
	case x.Field.Type != ir.String:
		e.Lose(x, backend.Narrower, "what is no text is compared as the text that it is written as: other spellings aren't found")
	case !x.Field.Cased:
		nocase = " nocase"
		e.Lose(x, backend.Narrower, "letters outside ASCII compare with case")
	}
	text := e.at(c) + " in %" + SetName(t) + ".value" + nocase
	if x.Field.Type == ir.String {
		e.Lose(x, backend.Narrower, emptyIsUnset)
		return "(" + e.at(c) + ` != "" and ` + text + ")"
	}
	return text
}

// seconds is a moment's path and the unit of its number; ok is false where it is kept as text, which no function reads.
func (e *emitter) seconds(clause ir.Expr, c backend.Column) (at string, unit time.Duration, ok bool) {
	switch {
	case c.List:
		e.Refuse(title, clause, "%s has several values, and the moment of one is asked for", c.Name)
	case c.Stored == backend.Time:
		return e.at(c), time.Second, true
	case c.Stored == backend.TimeNumber || c.Stored == backend.Number && c.Unit > 0:
		return e.at(c), max(c.Unit, 1), true
	default:
		e.Refuse(title, clause, "%s is a moment kept as %s, and no function reads it", c.Name, c.Stored)
	}
	return "", 0, false
}
