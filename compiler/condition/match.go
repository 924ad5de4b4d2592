package condition

import (
	"net/netip"
	"strings"

	"github.com/google/cel-go/common/ast"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

var matchOps = map[string]ir.MatchOp{"contains": ir.Contains, "startsWith": ir.Prefix, "endsWith": ir.Suffix, "like": ir.Glob}

// encodings are the functions that say how a text stands in the log. One of base64 may stand around one of UTF-16.
var encodings = map[string]ir.Encoding{
	"windash": {Dash: true},
	"utf16le": {Wide: ir.UTF16LE}, "wide": {Wide: ir.UTF16LE}, "utf16be": {Wide: ir.UTF16BE}, "utf16": {Wide: ir.UTF16},
	"base64": {Base64: ir.Base64Whole}, "base64offset": {Base64: ir.Base64Offset},
}

// lowerFunction reads field.contains("text") and its kin.
func (c *compiler) lowerFunction(e ast.Expr, name string) (ir.Expr, bool) {
	call := e.AsCall()
	f, ok := c.fieldOf(call.Target())
	if !ok {
		c.mismatch(call.Target(), "%s looks into a field, and %s is none", quote(name+"()"), quote(c.src(call.Target()))).
			WithHelp("write %s", functions[name].use)
		return nil, false
	}
	arg, span := call.Args()[0], c.span(e)
	switch name {
	case "matches":
		p, ok := c.regex(arg)
		return &ir.Regex{Field: f.Field, Patterns: []string{p}, Span: span}, ok
	case "inCidr":
		nets, ok := c.networks(arg)
		if f.Any {
			f.Type = ir.IP
		}
		return &ir.Cidr{Field: f.Field, Nets: nets, Span: span}, ok
	case "like":
		inner, enc, ok := c.encoding(arg)
		if !ok {
			return nil, false
		}
		if enc.Wide != ir.UTF8 || enc.Base64 != ir.NoBase64 {
			c.anywhere(arg)
			return nil, false
		}
		p, ok := c.glob(f, inner, name)
		return &ir.Match{Field: f.Field, Op: ir.Glob, Values: []string{p}, Encoding: enc, Span: span}, ok
	}
	return c.lowerMatch(e, f, strings.TrimSuffix(name, "Any"), arg)
}

// lowerMatch reads the texts that are looked for, which may each be in an encoding; one Match has one encoding.
func (c *compiler) lowerMatch(e ast.Expr, f Field, name string, arg ast.Expr) (ir.Expr, bool) {
	els := []ast.Expr{arg}
	if arg.Kind() == ast.ListKind {
		if els = arg.AsList().Elements(); len(els) == 0 {
			lo, hi := c.bytesOf(arg)
			c.report(diag.EmptyLiteral, lo, hi, "the list is empty: nothing is looked for")
			return nil, false
		}
	}
	var out []ir.Expr
	byEncoding := map[ir.Encoding]*ir.Match{}
	all := true
	for _, el := range els {
		text, enc, ok := c.pattern(f, el, name)
		if !ok {
			all = false
			continue
		}
		m := byEncoding[enc]
		if m == nil {
			m = &ir.Match{Field: f.Field, Op: matchOps[name], Encoding: enc, Span: c.span(e)}
			byEncoding[enc], out = m, append(out, m)
		}
		m.Values = append(m.Values, text)
	}
	if all && len(out) == 1 {
		return out[0], true
	}
	return &ir.Or{Args: out, Span: c.span(e)}, all
}

// encoding takes windash("text") and its kin apart: what stands inside, and how it stands in the log. ok is false where
// a finding says that the functions don't go together.
func (c *compiler) encoding(e ast.Expr) (inner ast.Expr, enc ir.Encoding, ok bool) {
	for e.Kind() == ast.CallKind && !e.AsCall().IsMemberFunction() {
		name := e.AsCall().FunctionName()
		x, known := encodings[name]
		if !known {
			break
		}
		if !enc.Plain() && (x.Wide == ir.UTF8 || enc.Wide != ir.UTF8) {
			lo, hi := c.nameOf(e)
			c.report(diag.NotInLanguage, lo, hi, "inside another encoding stands a text, or one in UTF-16, not %s", quote(name+"()")).
				WithHelp("write %s", functions[name].use)
			return e, enc, false
		}
		enc.Dash, enc.Wide, enc.Base64 = enc.Dash || x.Dash, max(enc.Wide, x.Wide), max(enc.Base64, x.Base64)
		e = e.AsCall().Args()[0]
	}
	return e, enc, true
}

// anywhere reports what is encoded and looked for at one place.
func (c *compiler) anywhere(e ast.Expr) {
	name := e.AsCall().FunctionName()
	lo, hi := c.nameOf(e)
	c.report(diag.NotInLanguage, lo, hi, "%s is looked for anywhere in a text: what surrounds it is encoded too", quote(name+"()")).
		WithHelp("write %s", functions[name].use)
}

// pattern reads a text, or windash("text") and its kin.
func (c *compiler) pattern(f Field, e ast.Expr, function string) (string, ir.Encoding, bool) {
	inner, enc, ok := c.encoding(e)
	if !ok {
		return "", enc, false
	}
	if (enc.Wide != ir.UTF8 || enc.Base64 != ir.NoBase64) && function != "contains" {
		c.anywhere(e)
		return "", enc, false
	}
	s, ok := c.textOf(inner, function)
	if ok && enc.Plain() {
		c.checkFold(f, inner, s)
		c.checkPart(f, inner, function, s)
	}
	return s, enc, ok
}

// checkPart reports a text that none of the field's values has where it is looked for.
func (c *compiler) checkPart(f Field, e ast.Expr, function, s string) {
	if f.Enum == nil {
		return
	}
	fold := func(s string) string {
		if f.Cased {
			return s
		}
		return strings.ToLower(s)
	}
	find := map[string]func(string, string) bool{"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix}[function]
	for _, v := range f.Enum {
		if find == nil || find(fold(v), fold(s)) {
			return
		}
	}
	lo, hi := c.bytesOf(e)
	c.report(diag.NotInEnum, lo, hi, "no value of %s %s %s", quote(f.Name),
		map[string]string{"contains": "contains", "startsWith": "starts with", "endsWith": "ends with"}[function], quote(s)).
		WithHelp("its values are %s", some(f.Enum))
}

// glob reads a text with * and ?. Only stars would be true of any value.
func (c *compiler) glob(f Field, e ast.Expr, function string) (string, bool) {
	s, ok := c.textOf(e, function)
	if !ok {
		return "", false
	}
	lo, hi := c.bytesOf(e)
	if strings.Trim(s, "*") == "" {
		d := c.report(diag.EmptyLiteral, lo, hi, "%s is true of any value", quote(function+"("+c.src(e)+")"))
		if f.Name != "" {
			d.WithHelp("write has(%s)", f.Name)
		}
		return "", false
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		if i++; i == len(s) || strings.IndexByte(`*?\`, s[i]) < 0 {
			at := c.inside(e)
			c.report(diag.BadLiteral, at(i-1), at(i), "a single backslash in a like() pattern stands for nothing").
				WithHelp(`a backslash makes *, ? and \ literal; for the backslash itself write r"\\"`)
			return "", false
		}
	}
	c.checkFold(f, e, s)
	return s, true
}

// networks reads one CIDR or a list of them.
func (c *compiler) networks(e ast.Expr) ([]netip.Prefix, bool) {
	els := []ast.Expr{e}
	if e.Kind() == ast.ListKind {
		els = e.AsList().Elements()
	}
	if len(els) == 0 {
		lo, hi := c.bytesOf(e)
		c.report(diag.EmptyLiteral, lo, hi, "the list is empty: nothing is in it")
		return nil, false
	}
	out, all := make([]netip.Prefix, 0, len(els)), true
	for _, el := range els {
		p, ok := c.network(el)
		out, all = append(out, p), all && ok
	}
	return out, all
}

func (c *compiler) network(e ast.Expr) (netip.Prefix, bool) {
	s, ok := stringLiteral(e)
	if !ok {
		c.mismatch(e, "inCidr() needs a network as a text, and %s is none", quote(c.src(e))).WithHelp("write %s", functions["inCidr"].use)
		return netip.Prefix{}, false
	}
	lo, hi := c.bytesOf(e)
	p, err := netip.ParsePrefix(s)
	if err != nil {
		d := c.report(diag.BadLiteral, lo, hi, "%s is no network", quote(s)).WithHelp(`a network is written "10.0.0.0/8"`)
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
			one := netip.PrefixFrom(a, a.BitLen()).String()
			c.fix(d.WithHelp("for one address write == %q, or %q", s, one), true, "write "+one, change{lo, hi, requote(c.text.Value[lo:hi], one)})
		}
		return netip.Prefix{}, false
	}
	if masked := p.Masked(); masked != p {
		d := c.report(diag.UnmaskedNetwork, lo, hi, "%s has bits set beyond its prefix", quote(s))
		c.fix(d.WithHelp("the network is %q", masked), true, "write "+masked.String(), change{lo, hi, requote(c.text.Value[lo:hi], masked.String())})
		return netip.Prefix{}, false
	}
	if p.Addr().Is4In6() && p.Bits() >= 96 { // addresses are unmapped before they are compared, so networks are too
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p, true
}
