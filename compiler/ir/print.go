package ir

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is an expression on one line. Parse reads it back as the same expression: the language is described there.
// A Double must be finite, addresses and networks valid.
func Text(e Expr) string {
	var p printer
	p.expr(e)
	return string(p.out)
}

// Words that a field of that name would be taken for: it stands in backticks.
var reserved = []string{"true", "false", "in", "contains", "startswith", "endswith", "like", "exists", "keyword", "cased"}

// A printer writes expressions. With a limit it stops when the line is full, so that trying whether something fits
// costs no more than a line.
type printer struct {
	out   []byte
	limit int // where the line is full, as a length of out; 0 is never
	full  bool
}

func (p *printer) expr(e Expr) {
	if !p.full {
		Visit(e, Visitor[struct{}](p))
	}
}

func (p *printer) write(parts ...string) {
	for _, s := range parts {
		if !p.room(len(s)) {
			return
		}
		p.out = append(p.out, s...)
	}
}

func (p *printer) And(e *And) (none struct{}) { p.chain(" & ", e, e.Args); return }
func (p *printer) Or(e *Or) (none struct{})   { p.chain(" | ", e, e.Args); return }

func (p *printer) chain(op string, e Expr, args []Expr) {
	if len(args) < 2 { // no sign stands between them: &() and |(x), which only an unnormalised expression holds
		p.write(op[1:2], "(")
		for _, a := range args {
			p.expr(a)
		}
		p.write(")")
		return
	}
	for i, a := range args {
		if i > 0 {
			p.write(op)
		}
		p.inParens(a, parensInside(e, a))
		if p.full {
			return
		}
	}
}

func (p *printer) inParens(e Expr, yes bool) {
	if !yes {
		p.expr(e)
		return
	}
	p.write("(")
	p.expr(e)
	p.write(")")
}

// joins says that e is written with & or | between its arguments.
func joins(e Expr) bool {
	switch e := e.(type) {
	case *And:
		return len(e.Args) > 1
	case *Or:
		return len(e.Args) > 1
	}
	return false
}

// parensInside says whether arg needs parentheses as an argument of e. Under a ! only what ends at a glance goes
// without: `!exists(f)`, but `!(f = 1)`.
func parensInside(e, arg Expr) bool {
	switch e.(type) {
	case *Or:
		_, and := arg.(*And)
		return joins(arg) && !and
	case *Not:
		switch arg.(type) {
		case *Exists, *Const, *Not:
			return false
		case *And, *Or:
			return joins(arg)
		}
		return true
	}
	return joins(arg)
}

func (p *printer) Not(e *Not) (none struct{}) {
	p.write("!")
	p.inParens(e.Arg, parensInside(e, e.Arg))
	return
}

func (p *printer) Const(e *Const) (none struct{}) {
	p.write(strconv.FormatBool(e.Value))
	return
}

func (p *printer) Named(e *Named) (none struct{}) {
	p.write(labelText(e.Name), ": ")
	p.inParens(e.Arg, parensInside(e, e.Arg))
	return
}

func (p *printer) Eq(a *Eq) (none struct{}) {
	p.write(p.field(a.Field))
	if len(a.Values) == 1 {
		p.write(" = ")
	} else {
		p.write(" in ")
	}
	list(p, a.Values, p.value)
	p.cased(a.Field)
	return
}

func (p *printer) Match(a *Match) (none struct{}) {
	p.write(p.field(a.Field), " ", a.Op.String(), " ")
	for _, word := range a.Encoding.Words() {
		p.write(word, " ")
	}
	list(p, a.Values, p.quote)
	p.cased(a.Field)
	return
}

func (p *printer) Regex(a *Regex) (none struct{}) {
	p.write(p.field(a.Field), " ~ ")
	list(p, a.Patterns, p.quote)
	return
}

func (p *printer) Cidr(a *Cidr) (none struct{}) {
	p.write(p.field(a.Field), " in net ")
	list(p, a.Nets, netip.Prefix.String)
	return
}

func (p *printer) Compare(a *Compare) (none struct{}) {
	p.write(p.field(a.Field), " ", a.Op.String(), " ", p.value(a.Value))
	return
}

func (p *printer) FieldEq(a *FieldEq) (none struct{}) {
	p.write(p.field(a.Field), " = ", p.field(a.Other))
	p.cased(a.Field)
	return
}

func (p *printer) Exists(a *Exists) (none struct{}) {
	p.write("exists(", p.field(a.Field), ")")
	return
}

func (p *printer) InSet(a *InSet) (none struct{}) {
	p.write(p.field(a.Field), " in context ", handleText(a.Table), "/", strconv.Itoa(a.Version))
	p.cased(a.Field)
	return
}

func (p *printer) TimePart(a *TimePart) (none struct{}) {
	p.write(a.Part.String(), "(", p.field(a.Field), ")")
	if len(a.Values) == 1 {
		p.write(" = ")
	} else {
		p.write(" in ")
	}
	list(p, a.Values, strconv.Itoa)
	return
}

func (p *printer) Keyword(a *Keyword) (none struct{}) {
	p.write("keyword ")
	if a.Op != Contains {
		p.write(a.Op.String(), " ")
	}
	list(p, a.Values, p.quote)
	return
}

func (p *printer) cased(f Field) {
	if f.Cased {
		p.write(" cased")
	}
}

// list writes one value bare, any other number in braces.
func list[T any](p *printer, values []T, text func(T) string) {
	if len(values) == 1 {
		p.write(text(values[0]))
		return
	}
	p.write("{")
	for i, v := range values {
		if i > 0 {
			p.write(", ")
		}
		if p.full {
			return
		}
		p.write(text(v))
	}
	p.write("}")
}

// room says whether n more characters can fit. It spares the work on a long text that can't.
func (p *printer) room(n int) bool {
	p.full = p.full || p.limit > 0 && len(p.out)+n > p.limit
	return !p.full
}

func (p *printer) quote(s string) string {
	if !p.room(len(s)) {
		return ""
	}
	return strconv.Quote(s)
}

// value is a literal whose type can be told from its text.
func (p *printer) value(v Value) string {
	switch v.Type {
	case String:
		return p.quote(v.Str)
	case Double:
		s := v.Text()
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case IP:
		return "ip(" + v.Text() + ")"
	case Timestamp:
		return "time(" + v.Text() + ")"
	}
	return v.Text()
}

func (p *printer) field(f Field) string {
	switch {
	case !p.room(len(f.Name)):
		return ""
	case isPath(f.Name) && !slices.Contains(reserved, f.Name):
		return f.Name
	}
	return backticked(f.Name)
}

// labelText is the name of a Named, handleText that of a rule, a telemetry or a table.
func labelText(s string) string { return bareOr(s, "_") }

func handleText(s string) string { return bareOr(s, "_.-") }

func bareOr(s, punctuation string) string {
	for i := 0; i < len(s); i++ {
		if !isAlphanumeric(s[i]) && strings.IndexByte(punctuation, s[i]) < 0 {
			return backticked(s)
		}
	}
	if s == "" {
		return backticked(s)
	}
	return s
}

// isPath says that s is a dotted identifier, which stands without backticks.
func isPath(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || '0' <= part[0] && part[0] <= '9' {
			return false
		}
		for i := 0; i < len(part); i++ {
			if !isAlphanumeric(part[i]) && part[i] != '_' && part[i] != '@' {
				return false
			}
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// backticked writes a name that is no identifier. What can't be seen is escaped as in Go, so that a hostile name can't
// reach a terminal.
func backticked(s string) string {
	out := []byte{'`'}
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '`':
			out = append(out, "``"...)
		case r == '\\':
			out = append(out, `\\`...)
		case r == utf8.RuneError && n == 1:
			out = append(out, `\x`...)
			out = append(out, "0123456789abcdef"[s[0]>>4], "0123456789abcdef"[s[0]&15])
		case strconv.IsPrint(r):
			out = append(out, s[:n]...)
		default:
			q := strconv.QuoteRune(r)
			out = append(out, q[1:len(q)-1]...)
		}
		s = s[n:]
	}
	return string(append(out, '`'))
}
