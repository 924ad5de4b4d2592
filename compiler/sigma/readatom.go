package sigma

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// A question is what a field's modifiers ask: everything of an atom but its value.
type question struct {
	field    ir.Field
	kind     string // "", contains, startswith, endswith, re, cidr, lt …, fieldref, exists, expand, hour …
	encoding ir.Encoding
	flags    string // of re, in their order
	all      bool
	key      *source.Node
}

var kinds = []string{"contains", "startswith", "endswith", "re", "cidr", "lt", "lte", "gt", "gte", "fieldref", "exists", "expand",
	"minute", "hour", "day", "week", "month", "year"}

var encodings = map[string]ir.Encoding{"windash": ir.Windash, "base64": ir.Base64, "base64offset": ir.Base64Offset}

// modifiers reads field|modifier|….
func (r *reader) modifiers(key *source.Node) (question, error) {
	parts := strings.Split(key.Text.Value, "|")
	if parts[0] == "" {
		return question{}, fail(key.Span, "a modifier without a field is not read")
	}
	q := question{field: r.field(parts[0]), key: key}
	q.field.Name = parts[0]
	q.field.Cased = false
	at := len(parts[0])
	for i, m := range parts[1:] {
		span := key.Text.Span(at+1, at+1+len(m))
		at += 1 + len(m)
		encoding, isEncoding := encodings[m]
		switch {
		case slices.Contains(parts[1:i+1], m):
			return q, fail(span, "the modifier %q stands twice", m)
		case m == "all":
			q.all = true
		case m == "cased":
			q.field.Cased = true
		case isEncoding && q.encoding == ir.Plain:
			q.encoding = encoding
		case q.kind == "re" && len(m) == 1 && strings.Contains("ims", m):
			q.flags += m
		case slices.Contains(kinds, m) && q.kind == "":
			q.kind = m
		case slices.Contains(kinds, m) || isEncoding:
			return q, fail(span, "the modifier %q doesn't go with the one before", m)
		default:
			return q, fail(span, "there is no modifier %q", m)
		}
	}
	if q.encoding != ir.Plain && !slices.Contains([]string{"", "contains", "startswith", "endswith"}, q.kind) {
		return q, fail(key.Span, "the modifiers %q don't go together", key.Text.Value)
	}
	return q, nil
}

// atom reads one value as what the modifiers ask.
func (r *reader) atom(q question, n *source.Node) (ir.Expr, error) {
	f, span, text := q.field, n.Span, n.Text.Value
	if n.IsNull() {
		if q.kind != "" || q.encoding != ir.Plain {
			return nil, fail(span, "null stands for a missing field, which %q can't look into", q.key.Text.Value)
		}
		return &ir.Not{Arg: &ir.Exists{Field: uncased(f), Span: span}, Span: span}, nil
	}
	switch q.kind {
	case "":
		return r.equals(q, n)
	case "contains", "startswith", "endswith":
		return r.match(q, n)
	case "re":
		if q.flags != "" {
			text = "(?" + q.flags + ")" + text
		}
		if _, err := regexp.Compile(text); err != nil {
			return nil, fail(span, "not a regular expression: %v", err)
		}
		return &ir.Regex{Field: uncased(f), Patterns: []string{text}, Span: span}, nil
	case "cidr":
		net, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fail(span, "%q is no network", text)
		}
		return &ir.Cidr{Field: uncased(f), Nets: []netip.Prefix{net}, Span: span}, nil
	case "lt", "lte", "gt", "gte":
		v, err := number(f, n)
		op := ir.CompareOp(slices.Index(compareWords[:], q.kind))
		return &ir.Compare{Field: uncased(f), Op: op, Value: v, Span: span}, err
	case "fieldref":
		other := r.field(text)
		other.Name, other.Cased = text, f.Cased
		return &ir.FieldEq{Field: f, Other: other, Span: span}, nil
	case "exists":
		return exists(f, n)
	case "expand":
		return r.inSet(f, n)
	}
	i, err := strconv.Atoi(text)
	if err != nil {
		return nil, fail(span, "%q is no %s", text, q.kind)
	}
	return &ir.TimePart{Field: uncased(f), Part: timeUnit(q.kind), Values: []int{i}, Span: span}, nil
}

func timeUnit(word string) ir.TimeUnit {
	for u := ir.Minute; u < ir.Year; u++ {
		if u.String() == word {
			return u
		}
	}
	return ir.Year
}

// uncased is the field of an atom that has no regard to case, or always has.
func uncased(f ir.Field) ir.Field {
	f.Cased = false
	return f
}

func number(f ir.Field, n *source.Node) (ir.Value, error) {
	v, err := value(f, n)
	if err == nil && v.Type != ir.Int && v.Type != ir.Double && v.Type != ir.Timestamp {
		err = fail(n.Span, "%s is no number to put in order", f.Name)
	}
	return v, err
}

func exists(f ir.Field, n *source.Node) (ir.Expr, error) {
	e := &ir.Exists{Field: uncased(f), Span: n.Span}
	switch text := n.Text.Value; {
	case n.Type == source.Bool && strings.EqualFold(text, "true"):
		return e, nil
	case n.Type == source.Bool && strings.EqualFold(text, "false"):
		return &ir.Not{Arg: e, Span: n.Span}, nil
	}
	return nil, fail(n.Span, "exists is true or false")
}

func (r *reader) inSet(f ir.Field, n *source.Node) (ir.Expr, error) {
	text := n.Text.Value
	if len(text) < 3 || text[0] != '%' || text[len(text)-1] != '%' {
		return nil, fail(n.Span, "%q: expand takes a table's name between two %%", text)
	}
	table := text[1 : len(text)-1]
	return &ir.InSet{Field: f, Table: table, Version: r.versions[table], Span: n.Span}, nil
}

// value reads a literal of the field's type.
func value(f ir.Field, n *source.Node) (ir.Value, error) {
	text := n.Text.Value
	if f.Type == ir.Bool {
		text = strings.ToLower(text)
	}
	v, ok := ir.ParseValue(f, text, true)
	if !ok {
		return v, fail(n.Span, "%q can't be read as %s, the type of %s", text, f.Type, f.Name)
	}
	return v, nil
}

// equals reads a value without a place to look: the whole one, or a pattern.
func (r *reader) equals(q question, n *source.Node) (ir.Expr, error) {
	f, text := q.field, n.Text.Value
	if q.encoding != ir.Plain {
		return r.match(q, n)
	}
	if f.Type == ir.String {
		plain, ok := literal(text)
		if !ok {
			return &ir.Match{Field: f, Op: ir.Glob, Values: []string{text}, Span: n.Span}, nil
		}
		return &ir.Eq{Field: f, Values: []ir.Value{ir.StringValue(plain)}, Span: n.Span}, nil
	}
	v, err := value(f, n)
	return &ir.Eq{Field: uncased(f), Values: []ir.Value{v}, Span: n.Span}, err
}

// match reads a text with a place to look for it. With wildcards inside it is a pattern.
func (r *reader) match(q question, n *source.Node) (ir.Expr, error) {
	f, text := q.field, n.Text.Value
	if f.Type != ir.String {
		return nil, fail(q.key.Span, "%s is of type %s: nothing is looked for inside it", f.Name, f.Type)
	}
	m := &ir.Match{Field: f, Encoding: q.encoding, Span: n.Span}
	plain, ok := literal(text)
	if !ok && (q.encoding == ir.Base64 || q.encoding == ir.Base64Offset) {
		return nil, fail(n.Span, "wildcards can't stand in what is encoded")
	}
	switch {
	case q.kind == "":
		m.Op, plain = ir.Glob, text
	case !ok:
		m.Op = ir.Glob
		plain = text
		if q.kind != "startswith" {
			plain = "*" + plain
		}
		if q.kind != "endswith" {
			plain = closed(plain) + "*"
		}
	case q.kind == "startswith":
		m.Op = ir.Prefix
	case q.kind == "endswith":
		m.Op = ir.Suffix
	}
	m.Values = []string{plain}
	return m, nil
}

// closed is a pattern that something can be written behind: a backslash at its end that stands for itself is doubled.
func closed(pattern string) string {
	n := len(pattern) - len(strings.TrimRight(pattern, `\`))
	if n%2 == 1 {
		return pattern + `\`
	}
	return pattern
}
