package condition

import (
	"math"
	"net/netip"
	"strings"
	"time"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// isLiteral says that the text holds the value: "a", 5, true, ip("10.0.0.1"), timestamp("…").
func isLiteral(e ast.Expr) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		return true
	case ast.CallKind:
		call := e.AsCall()
		name := call.FunctionName()
		return (name == "ip" || name == "timestamp") && len(call.Args()) == 1 && call.Args()[0].Kind() == ast.LiteralKind
	}
	return false
}

// values reads the literals of a list. All are read, so that one text yields all of its findings.
func (c *compiler) values(f Field, els []ast.Expr) ([]ir.Value, bool) {
	out, all := make([]ir.Value, 0, len(els)), true
	for _, el := range els {
		if !isLiteral(el) {
			lo, hi := c.bytesOf(el)
			c.report(diag.NotInLanguage, lo, hi, "a list here holds values, and %s is none", quote(c.src(el))).
				WithHelp("compare two fields by ==, and join with ||")
			all = false
			continue
		}
		v, ok := c.value(f, el)
		out, all = append(out, v), all && ok
	}
	return out, all
}

// value reads a literal as a value of the field, for equality.
func (c *compiler) value(f Field, e ast.Expr) (ir.Value, bool) {
	v, ok := c.literal(e)
	if !ok {
		return v, false
	}
	if f.readsAs(v.Type) != f.Type {
		c.wrongLiteral(f.Name, kind{base: baseKind(f.Type)}, e)
		return v, false
	}
	switch v.Type {
	case ir.String:
		return v, c.checkText(f, e, v.Str)
	case ir.Double:
		c.doubleEquality(e)
	}
	return v, true
}

// literal reads a literal by itself.
func (c *compiler) literal(e ast.Expr) (ir.Value, bool) {
	if e.Kind() == ast.CallKind {
		arg := e.AsCall().Args()[0]
		s, ok := stringLiteral(arg)
		if !ok {
			c.mismatch(arg, "%s needs a text", quote(e.AsCall().FunctionName()+"()"))
			return ir.Value{}, false
		}
		if e.AsCall().FunctionName() == "ip" {
			return c.address(arg, s)
		}
		return c.time(arg, s)
	}
	switch v := e.AsLiteral().(type) {
	case types.String:
		return ir.StringValue(string(v)), true
	case types.Int:
		c.checkInt(e, int64(v))
		return ir.IntValue(int64(v)), true
	case types.Double:
		return ir.DoubleValue(float64(v)), true
	case types.Bool:
		return ir.BoolValue(bool(v)), true
	}
	c.mismatch(e, "%s can't be compared", quote(c.src(e)))
	return ir.Value{}, false
}

func (c *compiler) address(at ast.Expr, s string) (ir.Value, bool) {
	a, err := netip.ParseAddr(s)
	if err == nil && a.Zone() == "" {
		return ir.IPValue(a), true
	}
	lo, hi := c.bytesOf(at)
	d := c.report(diag.BadLiteral, lo, hi, "%s is no IP address", quote(s))
	switch _, err := netip.ParsePrefix(s); {
	case err == nil:
		d.WithHelp("for a network write field.inCidr(%q)", s)
	case strings.Contains(s, "%"):
		d.WithHelp("leave out the zone after %%")
	case strings.Contains(s, "*"):
		d.WithHelp(`for a range of addresses write field.inCidr("10.0.0.0/8")`)
	}
	return ir.Value{}, false
}

func (c *compiler) time(at ast.Expr, s string) (ir.Value, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err == nil && t.Year() >= 1678 && t.Year() < 2262 { // what nanoseconds since 1970 can say in 64 bits
		return ir.TimeValue(t), true
	}
	lo, hi := c.bytesOf(at)
	c.report(diag.BadLiteral, lo, hi, "%s is no time", quote(s)).
		WithHelp("a time is written as RFC 3339 has it, with its zone: 2026-01-31T18:00:00Z")
	return ir.Value{}, false
}

func (c *compiler) checkInt(e ast.Expr, i int64) {
	const exact = 1 << 53
	if i > exact || i < -exact {
		lo, hi := c.bytesOf(e)
		c.report(diag.LargeInt, lo, hi, "%d is beyond 2^53, and some targets keep numbers as doubles", i).
			WithHelp("an id of that size is better a string")
	}
}

func (c *compiler) doubleEquality(e ast.Expr) {
	lo, hi := c.bytesOf(e)
	c.report(diag.DoubleEquality, lo, hi, "a double is rarely equal to the last bit").WithHelp("compare by < and >")
}

// checkText holds a text against the values that the field can have, and against what targets fold alike.
func (c *compiler) checkText(f Field, e ast.Expr, s string) bool {
	c.checkFold(f, e, s)
	if f.Enum == nil {
		return true
	}
	for _, v := range f.Enum {
		if v == s || !f.Cased && equalFold(v, s) {
			return true
		}
	}
	lo, hi := c.bytesOf(e)
	d := c.report(diag.NotInEnum, lo, hi, "%s can't be %s", quote(f.Name), quote(s)).WithHelp("its values are %s", some(f.Enum))
	if best := diag.Nearest(s, f.Enum); best != "" {
		d.Help = ""
		c.fix(d.WithHelp("did you mean %q?", best), true, "write "+best, change{lo, hi, requote(c.text.Value[lo:hi], best)})
	}
	return false
}

// requote puts a value between the quotes that the old literal has.
func requote(old, s string) string {
	if strings.HasPrefix(old, "'") && !strings.ContainsAny(s, `'\`) {
		return "'" + s + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// checkFold warns of letters that targets fold in different ways.
func (c *compiler) checkFold(f Field, e ast.Expr, s string) {
	if f.Cased {
		return
	}
	for _, r := range s {
		if r > 0x7f && (strings.ToUpper(string(r)) != string(r) || strings.ToLower(string(r)) != string(r)) {
			lo, hi := c.bytesOf(e)
			c.report(diag.CaseFolding, lo, hi, "%q is compared without regard to case, and targets fold such letters differently", string(r)).
				WithHelp("list the spellings that occur")
			return
		}
	}
}

// equalFold is the language's comparison without case: ASCII letters only for an ASCII text.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return strings.EqualFold(a, b) && !ascii(a) && !ascii(b)
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return strings.EqualFold(a, b) && !ascii(a) && !ascii(b)
		}
	}
	return true
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b | 0x20
	}
	return b
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] > 0x7f {
			return false
		}
	}
	return true
}

// texts reads a text or a list of texts that something looks for. The empty one is in every text.
func (c *compiler) texts(e ast.Expr, function string) ([]string, bool) {
	if e.Kind() != ast.ListKind {
		s, ok := c.textOf(e, function)
		return []string{s}, ok
	}
	els := e.AsList().Elements()
	if len(els) == 0 {
		lo, hi := c.bytesOf(e)
		c.report(diag.EmptyLiteral, lo, hi, "the list is empty: nothing is looked for")
		return nil, false
	}
	out, all := make([]string, 0, len(els)), true
	for _, el := range els {
		s, ok := c.textOf(el, function)
		out, all = append(out, s), all && ok
	}
	return out, all
}

func (c *compiler) textOf(e ast.Expr, function string) (string, bool) {
	s, ok := stringLiteral(e)
	if !ok {
		d := c.mismatch(e, "%s needs a text, and %s is none", quote(function+"()"), quote(c.src(e)))
		if f, isField := c.fieldOf(e); isField {
			d.WithHelp("two fields compare only by ==; %s can't be looked for in another field", f.Name)
		}
		return "", false
	}
	if s == "" {
		lo, hi := c.bytesOf(e)
		c.report(diag.EmptyLiteral, lo, hi, "every text has the empty text in it").WithHelp("write has(field) if any value will do")
		return "", false
	}
	return s, true
}

// foldEquals decides a comparison of two literals.
func (c *compiler) foldEquals(e, l, r ast.Expr) (ir.Expr, bool) {
	a, ok1 := c.literal(l)
	b, ok2 := c.literal(r)
	if !ok1 || !ok2 {
		return nil, false
	}
	if a.Type == ir.String && a != b && strings.EqualFold(a.Str, b.Str) {
		c.refuse(e, "whether these two texts are equal depends on a field's case rule, and there is no field")
		return nil, false
	}
	if a.Type == ir.Double && (math.IsNaN(a.Float) || math.IsNaN(b.Float)) {
		return &ir.Const{Span: c.span(e)}, true
	}
	return &ir.Const{Value: a == b, Span: c.span(e)}, true
}
