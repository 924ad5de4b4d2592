package condition

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"detc/compiler/ir"
)

// An atomText is an atom as pieces of which one must be true, or why it can't be written.
type atomText struct {
	pieces []*piece
	reason string
}

func (t atomText) get() ([]*piece, string) { return t.pieces, t.reason }

func said(pieces ...*piece) atomText     { return atomText{pieces: pieces} }
func unsaid(reason string) atomText      { return atomText{reason: reason} }
func plainText(parts ...string) atomText { return said(leafOf(strings.Join(parts, ""))) }

// An atomWriter writes one atom. Where it is negated and the language has a word for that, it writes the negation and
// sets turned.
type atomWriter struct{ negated, turned bool }

// fieldName is a field as CEL names it, or why it can't be.
func fieldName(f ir.Field) (string, string) {
	for i, part := range strings.Split(f.Name, ".") {
		if !isIdent(part) || literalWords[part] || part == "in" || i == 0 && part == "context" {
			return "", "the field " + quote(f.Name) + " has a name that CEL can't say"
		}
	}
	return f.Name, ""
}

// on writes what an atom asks of a field; of a list, of one of its values.
func on(f ir.Field, ask func(name string) atomText) atomText {
	name, reason := fieldName(f)
	if reason != "" {
		return unsaid(reason)
	}
	if !f.List {
		return ask(name)
	}
	v := "x"
	if name == v || strings.HasPrefix(name, v+".") {
		v = "value"
	}
	t := ask(v)
	for _, p := range t.pieces {
		p.head, p.tail = name+".exists("+v+", "+p.head, p.tail+")"
		if p.items == nil {
			p.head, p.tail = p.head+p.tail, ""
		}
		p.line = name + ".exists(" + v + ", " + p.line + ")"
	}
	return t
}

func (a *atomWriter) Eq(e *ir.Eq) atomText {
	values := make([]string, len(e.Values))
	for i, v := range e.Values {
		var reason string
		if values[i], reason = literalText(e.Field, v); reason != "" {
			return unsaid(reason)
		}
	}
	if f := e.Field; f.List && len(values) == 1 {
		name, reason := fieldName(f)
		if reason != "" {
			return unsaid(reason)
		}
		return plainText(values[0], " in ", name)
	}
	return on(e.Field, func(name string) atomText {
		switch {
		case len(values) > 1:
			return said(listed(name+" in ", values, ""))
		case e.Field.Type == ir.Bool && e.Values[0].Type == ir.Bool && e.Values[0].Bool:
			return plainText(name)
		case a.negated && !e.Field.List:
			a.turned = true
			return plainText(name, " != ", values[0])
		}
		return plainText(name, " == ", values[0])
	})
}

// literalText is a value as CEL writes it beside the field. A number beside a text stays a number, as a field of any
// type has it.
func literalText(f ir.Field, v ir.Value) (text, reason string) {
	switch v.Type {
	case ir.String:
		if !utf8.ValidString(v.Str) {
			return "", "a value of " + f.Name + " is no UTF-8"
		}
		return celString(v.Str), ""
	case ir.IP:
		return celString(v.IP.String()), ""
	case ir.Timestamp:
		return `timestamp("` + time.Unix(0, v.Int).UTC().Format(time.RFC3339Nano) + `")`, timeReason(v.Int)
	case ir.Double:
		return doubleText(f, v.Float)
	}
	return v.Text(), ""
}

// timeReason says that a time is beyond those that a condition may name: whole years of 64 bits of nanoseconds.
func timeReason(ns int64) string {
	if y := time.Unix(0, ns).UTC().Year(); y < 1678 || y >= 2262 {
		return "the year " + strconv.Itoa(y) + " is beyond what a condition may name"
	}
	return ""
}

// exactInts is up to where a whole number beside a double is read as that double without loss or warning.
const exactInts = 1 << 53

func doubleText(f ir.Field, d float64) (text, reason string) {
	switch {
	case math.IsNaN(d) || math.IsInf(d, 0):
		return "", "CEL has no number for " + strconv.FormatFloat(d, 'g', -1, 64)
	case d == math.Trunc(d) && math.Abs(d) < exactInts && f.Type == ir.Double:
		return strconv.FormatFloat(d+0, 'f', 0, 64), ""
	}
	s := strconv.FormatFloat(d, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s, ""
}

// celString is a text as CEL writes it: raw where backslashes stand in it, so that a path reads as it is; what doesn't
// show is escaped.
func celString(s string) string {
	shown := visibleText(s)
	if shown && strings.Contains(s, `\`) {
		for _, q := range []string{`"`, "'"} {
			if !strings.Contains(s, q) {
				return "r" + q + s + q
			}
		}
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case shown || visibleRune(r):
			b.WriteRune(r)
		case r <= 0xFFFF:
			b.WriteString(`\u` + hex(r, 4))
		default:
			b.WriteString(`\U` + hex(r, 8))
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hex(r rune, digits int) string {
	s := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	return strings.Repeat("0", digits-len(s)) + s
}

func visibleRune(r rune) bool { return unicode.IsPrint(r) }

func visibleText(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !visibleRune(r) }) < 0
}

var matchMethods = [...]string{ir.Contains: "contains", ir.Prefix: "startsWith", ir.Suffix: "endsWith", ir.Glob: "like"}

func (a *atomWriter) Match(m *ir.Match) atomText {
	values := make([]string, len(m.Values))
	for i, v := range m.Values {
		switch {
		case !utf8.ValidString(v):
			return unsaid("a value of " + m.Field.Name + " is no UTF-8")
		case v == "":
			return unsaid("the empty text is in every text, and a condition can't look for it")
		case m.Op == ir.Glob && !m.Encoding.Plain() && anyText(v):
			return unsaid("the pattern fits any text")
		}
		if m.Op == ir.Glob {
			v = ir.PlainGlob(v)
		}
		values[i] = celString(v)
		for _, word := range m.Encoding.Words() {
			values[i] = word + "(" + values[i] + ")"
		}
	}
	if e := m.Encoding; m.Op != ir.Contains && (e.Base64 != ir.NoBase64 || e.Wide != ir.UTF8) {
		return unsaid("what is in " + e.String() + " is looked for anywhere in a text")
	}
	if m.Op == ir.Glob && m.Encoding.Plain() && slices.ContainsFunc(m.Values, anyText) {
		return a.Exists(&ir.Exists{Field: m.Field})
	}
	method := matchMethods[m.Op]
	return on(m.Field, func(name string) atomText {
		switch {
		case len(values) == 1:
			return plainText(name, ".", method, "(", values[0], ")")
		case m.Op == ir.Glob:
			return eachOf(values, func(v string) *piece { return leafOf(name + ".like(" + v + ")") })
		}
		return said(listed(name+"."+method+"Any(", values, ")"))
	})
}

// anyText says that a pattern fits any text, which the language has has() for.
func anyText(pattern string) bool { return pattern != "" && strings.Trim(pattern, "*") == "" }

func eachOf(values []string, f func(string) *piece) atomText {
	out := make([]*piece, len(values))
	for i, v := range values {
		out[i] = f(v)
	}
	return said(out...)
}

func (a *atomWriter) Regex(e *ir.Regex) atomText {
	for _, p := range e.Patterns {
		switch {
		case !utf8.ValidString(p):
			return unsaid("a pattern of " + e.Field.Name + " is no UTF-8")
		case p == "":
			return unsaid("the empty pattern is true of any value")
		case !sharedRegex(p):
			return unsaid("the pattern " + quote(p) + " is beyond the part of RE2 that targets share")
		}
	}
	return on(e.Field, func(name string) atomText {
		return eachOf(e.Patterns, func(p string) *piece { return leafOf(name + ".matches(" + celString(p) + ")") })
	})
}

func (a *atomWriter) Cidr(e *ir.Cidr) atomText {
	values := make([]string, len(e.Nets))
	for i, n := range e.Nets {
		values[i] = celString(n.Masked().String())
	}
	return on(e.Field, func(name string) atomText {
		if len(values) == 1 {
			return plainText(name, ".inCidr(", values[0], ")")
		}
		return said(listed(name+".inCidr(", values, ")"))
	})
}

func (a *atomWriter) Compare(e *ir.Compare) atomText {
	switch e.Value.Type {
	case ir.Int, ir.Double, ir.Timestamp:
	default:
		return unsaid("a value of type " + e.Value.Type.String() + " has no order in CEL")
	}
	value, reason := literalText(e.Field, e.Value)
	if reason != "" {
		return unsaid(reason)
	}
	return on(e.Field, func(name string) atomText { return plainText(name, " ", e.Op.String(), " ", value) })
}

func (a *atomWriter) FieldEq(e *ir.FieldEq) atomText {
	f, reason := fieldName(e.Field)
	g, other := fieldName(e.Other)
	switch {
	case reason != "" || other != "":
		return unsaid(reason + other)
	case f == g:
		return unsaid("a field is compared with itself")
	case e.Field.List || e.Other.List:
		return unsaid("a list can't be held against another field")
	case e.Field.Type != e.Other.Type || e.Field.Cased != e.Other.Cased:
		return unsaid("the two fields are of two types, or only one of them minds case")
	}
	op := " == "
	if a.negated {
		op, a.turned = " != ", true
	}
	return plainText(f, op, g)
}

func (a *atomWriter) Exists(e *ir.Exists) atomText {
	name, reason := fieldName(e.Field)
	if reason != "" {
		return unsaid(reason)
	}
	return plainText("has(", name, ")")
}

func (a *atomWriter) InSet(e *ir.InSet) atomText {
	if !isIdent(e.Table) || reserved[e.Table] || literalWords[e.Table] || e.Table == "in" {
		return unsaid("the table " + quote(e.Table) + " has a name that CEL can't say")
	}
	return on(e.Field, func(name string) atomText { return plainText(name, " in context.", e.Table) })
}

func (a *atomWriter) TimePart(e *ir.TimePart) atomText {
	function, part := partFunction(e.Part)
	if function == "" {
		return unsaid("a " + e.Part.String() + " has no function in CEL")
	}
	values := make([]string, len(e.Values))
	for i, v := range e.Values {
		if v -= part.add; v < part.min || v > part.max {
			return unsaid("no " + e.Part.String() + " is " + strconv.Itoa(e.Values[i]))
		}
		values[i] = strconv.Itoa(e.Values[i] - part.add)
	}
	return on(e.Field, func(name string) atomText {
		switch {
		case len(values) > 1:
			return said(listed(name+"."+function+"() in ", values, ""))
		case a.negated && !e.Field.List:
			a.turned = true
			return plainText(name, ".", function, "() != ", values[0])
		}
		return plainText(name, ".", function, "() == ", values[0])
	})
}

// partFunction is the function for a part of a time: of two, the one that counts as people do.
func partFunction(u ir.TimeUnit) (string, timePart) {
	var found []string
	for name, p := range timeParts {
		if p.unit == u {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return "", timePart{}
	}
	slices.Sort(found)
	return found[0], timeParts[found[0]]
}

func (a *atomWriter) Keyword(e *ir.Keyword) atomText {
	values := make([]string, len(e.Values))
	for i, v := range e.Values {
		switch {
		case !utf8.ValidString(v):
			return unsaid("a keyword is no UTF-8")
		case v == "":
			return unsaid("the empty text is in every event")
		case e.Op == ir.Glob && anyText(v):
			return unsaid("the pattern fits every event")
		}
		if e.Op == ir.Glob {
			v = ir.PlainGlob(v)
		}
		values[i] = celString(v)
	}
	switch {
	case e.Op == ir.Glob:
		return eachOf(values, func(v string) *piece { return leafOf("keywordLike(" + v + ")") })
	case len(values) == 1:
		return plainText("keyword(", values[0], ")")
	}
	return said(listed("keyword(", values, ")"))
}
