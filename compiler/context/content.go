package context

import (
	"net/netip"
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Content is what a table holds: what a site keeps, or what a test gives.
type Content struct {
	Table      *Table
	Values     []ir.Value // of a List
	Rows       []Row      // of the others, in the order of the text
	ValidUntil string     // YYYY-MM-DD, the last day; empty where none is said
	Source     string
	Replace    bool // stands in place of what is below it
	Span       source.Span

	keys map[ir.Value][]int     // rows by key
	nets map[netip.Prefix][]int // rows by network
	bits []int                  // lengths that occur in nets, the longest first
}

// A Row is one row of a keyed table or of intervals.
type Row struct {
	Keys   []ir.Value     // the keys that it is for
	Nets   []netip.Prefix // the networks that it is for
	Values map[string]ir.Value
	Window Window // of intervals
	Span   source.Span
}

// ReadFile reads a content file; nil where its table is unknown or nothing can be read.
func ReadFile(f *source.File, tables []*Table, l *diag.List) *Content {
	var in ContentForm
	if !form.File(f, &in, "a context table's content", l) || in.Table.IsZero() {
		return nil
	}
	i := slices.IndexFunc(tables, func(t *Table) bool { return t.Name == in.Table.Value })
	if i < 0 {
		var names []string
		for _, t := range tables {
			names = append(names, t.Name)
		}
		l.Add(diag.UnknownRef, in.Table.Whole, "there is no context table %q", in.Table.Value).WithGuess(in.Table.Whole, in.Table.Value, names)
		return nil
	}
	t := tables[i]
	if in.Version.Set && int(in.Version.V) != t.Version {
		l.Add(diag.BadValue, in.Version.Span, "the entries are of version %d, the table is at version %d", in.Version.V, t.Version).
			WithHelp("bring the entries to the table's form, then raise version")
	}
	c := read(t, in.Entries, l)
	c.Source, c.ValidUntil, c.Replace, c.Span = in.Source.Value, in.ValidUntil.Value, in.Replace.V, in.Table.Whole
	return c
}

// ReadNode reads a table's entries where they stand in another file: a list, as a stub's tests give it.
func ReadNode(t *Table, n *source.Node, l *diag.List) *Content {
	if n == nil || n.Kind != source.Sequence {
		if n != nil && !n.IsNull() {
			l.Add(diag.WrongType, n.Span, "the content of %s is a list, not %s", t.Name, n.What())
		}
		return read(t, nil, l)
	}
	return read(t, n.Items, l)
}

// NewContent makes the content of a list.
func NewContent(t *Table, values []ir.Value) *Content { return &Content{Table: t, Values: values} }

func read(t *Table, entries []*source.Node, l *diag.List) *Content {
	c := &Content{Table: t}
	for _, n := range entries {
		if t.Shape == List {
			if v, ok := value(t.Field(), nil, n, "an entry of "+t.Name, l); ok {
				c.Values = append(c.Values, v)
			}
			continue
		}
		if r, ok := t.row(n, l); ok {
			c.Rows = append(c.Rows, r)
		}
	}
	c.index(l)
	return c
}

// row reads {key: …, column: …}.
func (t *Table) row(n *source.Node, l *diag.List) (Row, bool) {
	if n.Kind != source.Mapping {
		l.Add(diag.WrongType, n.Span, "a row of %s is a mapping, not %s", t.Name, n.What()).WithHelp("write {key: …, %s: …}", t.Columns[0].Name)
		return Row{}, false
	}
	r := Row{Values: map[string]ir.Value{}, Span: n.Span}
	before := l.Count(diag.Error)
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	for _, p := range n.Pairs {
		key := p.Key.Text
		if slices.Contains(words, key.Value) && (key.Value == "key" || t.Shape == Intervals) {
			continue
		}
		c, ok := t.Column(key.Value)
		if !ok {
			l.Add(diag.UnknownKey, key.Whole, "%s has no column %q", t.Name, key.Value).
				WithGuess(key.Whole, key.Value, append(names, words...))
			continue
		}
		if _, twice := r.Values[key.Value]; twice {
			l.Add(diag.DuplicateKey, key.Whole, "%q stands twice", key.Value)
			continue
		}
		if p.Value.IsNull() {
			continue
		}
		if v, ok := value(c.Field, c.Enum, p.Value, key.Value, l); ok {
			r.Values[key.Value] = v
		}
	}
	t.readKeys(&r, n, l)
	if t.Shape == Intervals {
		r.Window = readWindow(n, l)
	}
	return r, l.Count(diag.Error) == before
}

func (t *Table) readKeys(r *Row, n *source.Node, l *diag.List) {
	k := n.Get("key")
	if k.IsNull() {
		l.Add(diag.MissingKey, n.Span, "a row of %s has no key", t.Name)
		return
	}
	items := []*source.Node{k}
	if k.Kind == source.Sequence {
		items = k.Items
	}
	for _, item := range items {
		if t.Type == ir.IP && item.Kind == source.Scalar && strings.Contains(item.Text.Value, "/") {
			net, err := netip.ParsePrefix(item.Text.Value)
			if err != nil || net != net.Masked() {
				l.Add(diag.BadValue, item.Span, "%q is no network", item.Text.Value).WithHelp("write its first address and the length: 10.20.0.0/16")
				continue
			}
			r.Nets = append(r.Nets, plain(net))
			continue
		}
		if v, ok := value(t.Field(), nil, item, "a key of "+t.Name, l); ok {
			r.Keys = append(r.Keys, v)
		}
	}
}

// plain is a network without v4-in-v6, since addresses have none.
func plain(n netip.Prefix) netip.Prefix {
	if a := n.Addr(); a.Is4In6() && n.Bits() >= 96 {
		return netip.PrefixFrom(a.Unmap(), n.Bits()-96)
	}
	return n
}

// value reads a scalar as a field's value.
func value(f ir.Field, enum []string, n *source.Node, what string, l *diag.List) (ir.Value, bool) {
	if n.Kind != source.Scalar || n.IsNull() {
		l.Add(diag.WrongType, n.Span, "%s is of type %s, not %s", what, f.Type, n.What())
		return ir.Value{}, false
	}
	fits := f.Type == ir.IP || f.Type == ir.String && n.Type == source.String || f.Type == ir.Bool && n.Type == source.Bool ||
		f.Type == ir.Int && n.Type == source.Int || f.Type == ir.Double && (n.Type == source.Int || n.Type == source.Float)
	text := n.Text.Value
	if f.Type == ir.Bool {
		text = strings.ToLower(text)
	}
	v, ok := ir.ParseValue(f, text, fits)
	switch {
	case !ok && f.Type == ir.String:
		l.Add(diag.WrongType, n.Span, "%s is text, not %s", what, n.What()).WithHelp("put it in quotes")
	case !ok:
		l.Add(diag.WrongType, n.Span, "%s is of type %s, which %q is not", what, f.Type, n.Text.Value)
	case enum != nil && !slices.Contains(enum, text):
		l.Add(diag.BadValue, n.Span, "%s can't be %q", what, text).WithGuess(n.Span, text, enum)
		return v, false
	}
	return v, ok
}

// index finds rows by key; a second row of a key in a keyed table is a finding, and doesn't count.
func (c *Content) index(l *diag.List) {
	c.keys, c.nets = map[ir.Value][]int{}, map[netip.Prefix][]int{}
	twice := func(at []int, i int, what string) bool {
		if c.Table.Shape != Keyed || len(at) == 0 {
			return false
		}
		l.Add(diag.DuplicateID, c.Rows[i].Span, "%s has two rows for %s", c.Table.Name, what).WithNote(c.Rows[at[0]].Span, "here first")
		return true
	}
	for i, r := range c.Rows {
		for _, k := range r.Keys {
			if k = folded(k); !twice(c.keys[k], i, k.Text()) {
				c.keys[k] = append(c.keys[k], i)
			}
		}
		for _, n := range r.Nets {
			if !twice(c.nets[n], i, n.String()) {
				c.nets[n] = append(c.nets[n], i)
			}
		}
	}
	for n := range c.nets {
		if !slices.Contains(c.bits, n.Bits()) {
			c.bits = append(c.bits, n.Bits())
		}
	}
	slices.SortFunc(c.bits, func(a, b int) int { return b - a })
}

// folded is a key as it is compared: texts without regard to the case of ASCII letters.
func folded(v ir.Value) ir.Value {
	if v.Type == ir.String {
		v.Str = ir.FoldAs(ir.FoldASCII, v.Str)
	}
	return v
}

// Lookup gives the values of a column for a key, at a time in nanoseconds since 1970 where the table is of intervals.
// None is a lookup without a row, or a row that doesn't say.
func (c *Content) Lookup(key ir.Value, at int64, column string) []ir.Value {
	var out []ir.Value
	for _, i := range c.rows(key) {
		r := &c.Rows[i]
		if c.Table.Shape == Intervals && !r.Window.Holds(at) {
			continue
		}
		if v, ok := r.Values[column]; ok && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// rows are those of a key. An address without a row of its own has those of the narrowest network it is in.
func (c *Content) rows(key ir.Value) []int {
	if at := c.keys[folded(key)]; len(at) > 0 || key.Type != ir.IP {
		return at
	}
	for _, bits := range c.bits {
		if net, err := key.IP.Prefix(bits); err == nil {
			if at := c.nets[net]; len(at) > 0 {
				return at
			}
		}
	}
	return nil
}

// Over is the content with an overlay laid over it: rows of the overlay's keys, or values it adds; all of it where the
// overlay replaces.
func (c *Content) Over(overlay *Content, l *diag.List) *Content {
	if c == nil || overlay.Replace {
		return overlay
	}
	out := &Content{Table: c.Table, ValidUntil: overlay.ValidUntil, Source: overlay.Source, Span: overlay.Span}
	if out.ValidUntil == "" {
		out.ValidUntil = c.ValidUntil
	}
	out.Values = slices.Clone(c.Values)
	for _, v := range overlay.Values {
		if !slices.Contains(out.Values, v) {
			out.Values = append(out.Values, v)
		}
	}
	for _, r := range c.Rows {
		r.Keys = slices.DeleteFunc(slices.Clone(r.Keys), func(k ir.Value) bool { return len(overlay.keys[folded(k)]) > 0 })
		r.Nets = slices.DeleteFunc(slices.Clone(r.Nets), func(n netip.Prefix) bool { return len(overlay.nets[n]) > 0 })
		if len(r.Keys)+len(r.Nets) > 0 {
			out.Rows = append(out.Rows, r)
		}
	}
	out.Rows = append(out.Rows, overlay.Rows...)
	out.index(l)
	return out
}
