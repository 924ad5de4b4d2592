package sigma

import (
	"strings"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A tree is an expression in Sigma's terms: its leaves are items.
type tree struct {
	op    op
	kids  []*tree
	item  item   // of a leaf
	name  string // the author's, or ""
	field string // of the first leaf: what an unnamed selection is called after
}

type op uint8

const (
	leaf op = iota
	and
	or
	not
)

func (t *tree) keyword() bool { return t.op == leaf && t.item.key == "" }

// keywords are the values of a tree that is one list of keywords: of texts, of patterns, or of both.
func (t *tree) keywords() (values []Scalar, ok bool) {
	if t.keyword() {
		return t.item.values, true
	}
	if t.op != or {
		return nil, false
	}
	for _, k := range t.kids {
		if !k.keyword() || t.apart(k) {
			return nil, false
		}
		values = append(values, k.item.values...)
	}
	return values, true
}

// planter makes trees of expressions.
type planter struct {
	lowerer
	failed bool
}

// plant is the tree of an expression, or nil where a finding says that it has none. Connectives of one kind directly
// inside each other are flattened; so is Not in Not, and a negated Exists is a leaf, since Sigma has a word for it.
func (p *planter) plant(e ir.Expr) *tree {
	switch e := e.(type) {
	case *ir.And:
		return p.join(and, e.Args)
	case *ir.Or:
		return p.join(or, e.Args)
	case *ir.Not:
		return p.not(e)
	case *ir.Named:
		t := p.plant(e.Arg)
		if t != nil && t.name == "" {
			t.name = e.Name
		}
		return t
	case *ir.Const:
		p.diags.Add(diag.NoSigmaRule, e.Span, "this is %t whatever the event", e.Value)
		p.failed = true
		return nil
	}
	name := "keywords"
	if f := ir.Fields(e); len(f) > 0 {
		name = f[0].Name
	}
	return p.leaves(ir.VisitAtom(e, ir.AtomVisitor[[]item](p.lowerer)), name)
}

// leaves are the items that one atom takes.
func (p *planter) leaves(items []item, field string) *tree {
	switch len(items) {
	case 0:
		p.failed = true
		return nil
	case 1:
		return &tree{item: items[0], field: field}
	}
	t := &tree{op: or, field: field}
	for _, i := range items {
		t.kids = append(t.kids, &tree{item: i, field: field})
	}
	return t
}

func (p *planter) not(e *ir.Not) *tree {
	if x, ok := e.Arg.(*ir.Exists); ok {
		return p.leaves(p.absent(x), x.Field.Name)
	}
	arg := p.plant(e.Arg)
	if arg == nil {
		return nil
	}
	if arg.op == not {
		return arg.kids[0]
	}
	return &tree{op: not, kids: []*tree{arg}, field: arg.field}
}

func (p *planter) join(o op, args []ir.Expr) *tree {
	t := &tree{op: o}
	for _, a := range args {
		kid := p.plant(a)
		switch {
		case kid == nil:
		case kid.op == o && kid.name == "":
			t.kids = append(t.kids, kid.kids...)
		default:
			t.kids = append(t.kids, kid)
		}
	}
	switch len(t.kids) {
	case 0:
		p.failed = true
		return nil
	case 1:
		return t.kids[0]
	}
	t.field = t.kids[0].field
	return t
}

// maps are the alternatives of a tree that fits in one selection; ok is false where it doesn't.
func (t *tree) maps() (out []Map, ok bool) {
	switch t.op {
	case leaf:
		if t.keyword() {
			return nil, false
		}
		return []Map{{Entry{t.item.key, t.item.values}}}, true
	case and:
		for _, k := range t.kids {
			if k.op != leaf || k.keyword() || t.apart(k) {
				return nil, false
			}
		}
		packed := pack(t.kids)
		return packed, len(packed) == 1
	case or:
		return t.alternatives()
	}
	return nil, false
}

// apart says that a kid has a name of its own, which its selection keeps: it is not put together with its neighbours
// unless they have a name in common.
func (t *tree) apart(kid *tree) bool { return t.name == "" && kid.name != "" }

// alternatives are the maps of an Or. Leaves of one key are one map, whose list has the values of all.
func (t *tree) alternatives() (out []Map, ok bool) {
	at := map[string]int{}
	for _, k := range t.kids {
		m, ok := k.maps()
		if !ok || k.op == or || t.apart(k) {
			return nil, false
		}
		if k.op == leaf && listable(k.item.key) {
			if i, ok := at[k.item.key]; ok {
				have := &out[i][0].Values
				*have = append((*have)[:len(*have):len(*have)], k.item.values...)
				continue
			}
			at[k.item.key] = len(out)
		}
		out = append(out, m...)
	}
	return out, true
}

// pack puts leaves of which all must hold into maps of distinct keys, in their order. Single values of one key become
// a list of which |all must hold; what else has a key that is taken goes to the next map.
func pack(leaves []*tree) []Map {
	single := map[string]int{}
	for _, l := range leaves {
		if len(l.item.values) == 1 && listable(l.item.key) {
			single[l.item.key]++
		}
	}
	var entries []Entry
	at := map[string]int{}
	for _, l := range leaves {
		key, values := l.item.key, l.item.values
		if len(values) == 1 && single[key] > 1 {
			key += "|all"
			if i, ok := at[key]; ok {
				entries[i].Values = append(entries[i].Values, values[0])
				continue
			}
			at[key] = len(entries)
			values = []Scalar{values[0]}
		}
		entries = append(entries, Entry{key, values})
	}
	var maps []Map
	count := map[string]int{} // how many maps have the key
	for _, e := range entries {
		i := count[e.Key]
		count[e.Key]++
		if i == len(maps) {
			maps = append(maps, nil)
		}
		maps[i] = append(maps[i], e)
	}
	return maps
}

// listable says that a list of the key's values reads well.
func listable(key string) bool {
	switch key[strings.LastIndexByte(key, '|')+1:] {
	case "exists", "fieldref", "lt", "lte", "gt", "gte":
		return false
	}
	return true
}
