package sigma

import (
	"net/netip"
	"regexp/syntax"
	"strconv"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// atom reads one value as what the modifiers ask; nil where a finding says why not.
func (r *reader) atom(q *question, n *source.Node) ir.Expr {
	if q.field.Name == "" {
		return r.keyword(n)
	}
	f, span, text := q.field, n.Span, n.Text.Value
	if n.IsNull() {
		if q.kind != equals || !q.encoding.Plain() {
			r.fail(diag.SigmaValue, span, "null stands for a missing field, which %q can't look into", q.key.Text.Value).
				WithHelp("write %s|exists: false for a field that is missing, '' for an empty text", f.Name)
			return nil
		}
		return &ir.Not{Arg: &ir.Exists{Field: uncased(f), Span: span}, Span: span}
	}
	switch q.kind {
	case equals:
		return r.equals(q, n)
	case contains, startswith, endswith:
		return r.match(q, n)
	case regex:
		return r.regex(q, n)
	case cidr:
		return r.network(q, n)
	case lt, lte, gt, gte:
		return r.compare(q, n)
	case fieldref:
		return r.fieldRef(q, n)
	case exists:
		return r.exists(f, n)
	case expand:
		return r.inSet(f, n)
	}
	i, err := strconv.Atoi(text)
	if err != nil {
		r.fail(diag.SigmaValue, span, "%q is no %s", text, q.kind).WithHelp("write a whole number")
		return nil
	}
	if f = r.as(q, ir.Timestamp); f.Type != ir.Timestamp {
		return nil
	}
	return &ir.TimePart{Field: f, Part: ir.TimeUnit(q.kind - minute), Values: []int{i}, Span: span}
}

// as is the field read as the type that the question needs: a string is, each other type must be it.
func (r *reader) as(q *question, t ir.Type) ir.Field {
	f := uncased(q.field)
	if f.Type == ir.String {
		f.Type = t
	}
	if f.Type != t {
		r.fail(diag.SigmaValue, q.key.Span, "%s is of type %s: %q can't be asked of it", f.Name, f.Type, q.kind).
			WithHelp("take the modifier out, or look at the field's type in the schema of the log source")
	}
	return f
}

// uncased is the field of an atom that has no regard to case, or always has.
func uncased(f ir.Field) ir.Field {
	f.Cased = false
	return f
}

func (r *reader) regex(q *question, n *source.Node) ir.Expr {
	text := n.Text.Value
	if q.flags != "" {
		text = "(?" + q.flags + ")" + text
	}
	if _, err := syntax.Parse(text, syntax.Perl); err != nil {
		problem := err.Error()
		if e, ok := err.(*syntax.Error); ok {
			problem = string(e.Code) + ": " + e.Expr
		}
		r.fail(diag.SigmaRegex, n.Span, "not a regular expression of RE2: %.120s", problem).
			WithHelp("say it by groups and choices, or in two fields of the selection")
		return nil
	}
	if r.text(q) {
		return &ir.Regex{Field: uncased(q.field), Patterns: []string{text}, Span: n.Span}
	}
	return nil
}

// text says that the field holds texts, in which something can be looked for.
func (r *reader) text(q *question) bool {
	if f := q.field; f.Type != ir.String {
		r.fail(diag.SigmaValue, q.key.Span, "%s is of type %s: nothing is looked for inside it", f.Name, f.Type).WithHelp("ask for whole values")
		return false
	}
	return true
}

func (r *reader) network(q *question, n *source.Node) ir.Expr {
	text := n.Text.Value
	net, err := netip.ParsePrefix(text)
	if a, aerr := netip.ParseAddr(text); err != nil && aerr == nil && a.Zone() == "" { // one address is a network of its own
		net, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil {
		r.fail(diag.SigmaValue, n.Span, "%q is no network", text).WithHelp("a network is written 10.0.0.0/8, or 2001:db8::/32")
		return nil
	}
	f := r.as(q, ir.IP)
	if f.Type != ir.IP {
		return nil
	}
	return &ir.Cidr{Field: f, Nets: []netip.Prefix{net}, Span: n.Span}
}

func (r *reader) compare(q *question, n *source.Node) ir.Expr {
	f := uncased(q.field)
	switch f.Type {
	case ir.String:
		f.Type = ir.Double
	case ir.Int, ir.Double, ir.Timestamp:
	default:
		r.fail(diag.SigmaValue, q.key.Span, "%s is no number to put in order", f.Name).
			WithHelp("ask for whole values, or look at the field's type in the schema of the log source")
		return nil
	}
	v, ok := r.value(f, n)
	if !ok {
		return nil
	}
	return &ir.Compare{Field: f, Op: compareOps[q.kind-lt], Value: v, Span: n.Span}
}

var compareOps = [...]ir.CompareOp{ir.Lt, ir.Le, ir.Gt, ir.Ge}

func (r *reader) fieldRef(q *question, n *source.Node) ir.Expr {
	name := n.Text.Value
	if name == "" || strings.Contains(name, "|") {
		r.fail(diag.SigmaValue, n.Span, "%q is no field to hold %s against", name, q.field.Name).WithHelp("write the other field's name")
		return nil
	}
	f, other := q.field, r.field(name)
	other.Name, other.Cased = name, f.Cased
	if f.Type != other.Type { // as texts both can be held against each other
		f.Type, other.Type, f.Unit, other.Unit = ir.String, ir.String, 0, 0
	}
	return &ir.FieldEq{Field: f, Other: other, Span: n.Span}
}

func (r *reader) exists(f ir.Field, n *source.Node) ir.Expr {
	e := &ir.Exists{Field: uncased(f), Span: n.Span}
	switch text := n.Text.Value; {
	case n.Type == source.Bool && strings.EqualFold(text, "true"):
		return e
	case n.Type == source.Bool && strings.EqualFold(text, "false"):
		return &ir.Not{Arg: e, Span: n.Span}
	}
	r.fail(diag.SigmaValue, n.Span, "exists is true or false, not %s", n.What()).WithHelp("write true or false, without quotes")
	return nil
}

func (r *reader) inSet(f ir.Field, n *source.Node) ir.Expr {
	text := n.Text.Value
	table := strings.TrimSuffix(strings.TrimPrefix(text, "%"), "%")
	if len(text) < 3 || len(table) != len(text)-2 || !isTableName(table) {
		r.fail(diag.SigmaPlaceholder, n.Span, "%q: expand takes one placeholder, a table's name between two %%, and no text around it", text).
			WithHelp("put the whole values into the table: '%%name%%'")
		return nil
	}
	return &ir.InSet{Field: f, Table: table, Version: r.version(table), Span: n.Span}
}

// value reads a literal of the field's type.
func (r *reader) value(f ir.Field, n *source.Node) (ir.Value, bool) {
	text := n.Text.Value
	if f.Type == ir.Bool {
		text = strings.ToLower(text)
	}
	v, ok := ir.ParseValue(f, text, true)
	if !ok {
		r.fail(diag.SigmaValue, n.Span, "%q can't be read as %s, the type of %s", text, f.Type, f.Name).
			WithHelp("write a value of that type, or look at the field's type in the schema of the log source")
	}
	return v, ok
}

// equals reads a value without a place to look: the whole one, or a pattern.
func (r *reader) equals(q *question, n *source.Node) ir.Expr {
	f, text := q.field, n.Text.Value
	if !q.encoding.Plain() {
		return r.match(q, n)
	}
	if f.Type != ir.String {
		v, ok := r.value(f, n)
		if !ok {
			return nil
		}
		return &ir.Eq{Field: uncased(f), Values: []ir.Value{v}, Span: n.Span}
	}
	if n.Type != source.String && !n.Tagged {
		return &ir.Eq{Field: f, Values: []ir.Value{bareScalar(f, n)}, Span: n.Span}
	}
	plain, ok := literal(text)
	if !ok {
		return &ir.Match{Field: f, Op: ir.Glob, Values: []string{text}, Span: n.Span}
	}
	return &ir.Eq{Field: f, Values: []ir.Value{ir.StringValue(plain)}, Span: n.Span}
}

// bareScalar is a number or a boolean beside a field of strings. Where case folds, True is true.
func bareScalar(f ir.Field, n *source.Node) ir.Value {
	if n.Type == source.Bool && !f.Cased {
		switch text := n.Text.Value; {
		case strings.EqualFold(text, "true"):
			return ir.BoolValue(true)
		case strings.EqualFold(text, "false"):
			return ir.BoolValue(false)
		}
	}
	return bareValue(n.Text.Value)
}

// match reads a text with a place to look for it. With wildcards inside it is a pattern.
func (r *reader) match(q *question, n *source.Node) ir.Expr {
	if !r.text(q) {
		return nil
	}
	text := n.Text.Value
	m := &ir.Match{Field: q.field, Encoding: q.encoding, Span: n.Span}
	plain, ok := literal(text)
	if !ok && (q.encoding.Wide != ir.UTF8 || q.encoding.Base64 != ir.NoBase64) {
		r.fail(diag.SigmaValue, n.Span, "wildcards can't stand in what is encoded").WithHelp("escape them by a backslash, or leave them out")
		return nil
	}
	switch {
	case q.kind == equals:
		m.Op, plain = ir.Glob, text
	case !ok:
		m.Op = ir.Glob
		plain = text
		if q.kind != startswith {
			plain = "*" + plain
		}
		if q.kind != endswith {
			plain = ir.ClosedGlob(plain) + "*"
		}
	case q.kind == startswith:
		m.Op = ir.Prefix
	case q.kind == endswith:
		m.Op = ir.Suffix
	}
	m.Values = []string{plain}
	return m
}
