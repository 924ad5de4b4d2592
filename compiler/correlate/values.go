package correlate

import (
	"cmp"
	"hash/maphash"
	"slices"

	"detc/compiler/ir"
)

// An aggregate is what a group of a value kind keeps beside its ring.
type aggregate struct {
	sum    exact
	sorted sorted
	*recent
}

// A value is a distinct value with the latest event that has it.
type value struct {
	Ref
	text string
	hash uint32 // of the text, so that one of many others seldom must be looked at
}

// few is how many distinct values are looked through one by one; past it a table finds them.
const few = 32

// distinct keeps the distinct values that were seen last, as many as the bounds can tell apart.
type distinct struct {
	*slab[value]
	limit int
	exact bool
	stats *Stats
	seed  maphash.Seed
}

func newDistinct(e *engine, o Options) *distinct {
	n, exact := e.enough(o.MaxPerGroup)
	return &distinct{newSlab[value](min(n, few)), n, exact, &e.stats, maphash.MakeSeed()}
}

func (d *distinct) enter(g *group, e *entry, oldest int64) (float64, bool) {
	for _, text := range e.texts {
		if gone, ok := d.put(g, text, Ref{e.seq, e.Time}, oldest); ok {
			g.cut, g.lost = true, gone.Time
			if !d.exact {
				d.stats.Overflow++
			}
		}
	}
	n := int(g.kept.n)
	if g.more != nil {
		n = len(g.more.index)
	}
	return float64(n), g.cut && g.lost >= oldest
}

// put notes a value, and says which other one of the window had to go for it.
func (d *distinct) put(g *group, text []byte, ref Ref, oldest int64) (gone Ref, ok bool) {
	if g.more != nil {
		return g.more.put(text, ref, oldest, d.limit)
	}
	expire(d.slab, &g.kept, oldest)
	v := value{Ref: ref, hash: uint32(maphash.Bytes(d.seed, text))}
	for i := range int(g.kept.n) {
		if at := d.at(&g.kept, i); at.hash == v.hash && at.text == string(text) {
			v.text = at.text
			d.remove(&g.kept, i)
			d.push(&g.kept, v)
			return Ref{}, false
		}
	}
	if d.full(&g.kept) {
		if d.limit > few {
			d.enlarge(g)
			return g.more.put(text, ref, oldest, d.limit)
		}
		gone, ok = d.at(&g.kept, 0).Ref, true
		d.pop(&g.kept)
	}
	v.text = string(text)
	d.push(&g.kept, v)
	return gone, ok
}

// enlarge puts a group's values into a table.
func (d *distinct) enlarge(g *group) {
	g.more = &aggregate{recent: newRecent()}
	for i := range int(g.kept.n) {
		v := d.at(&g.kept, i)
		g.more.add(v.text, v.Ref)
	}
	d.slab.release(&g.kept)
}

func (d *distinct) refs(g *group, _ float64, most int) []Ref {
	if g.more == nil {
		return first(d.slab, &g.kept, most)
	}
	return g.more.refs(most)
}

func (d *distinct) release(g *group) { d.slab.release(&g.kept) }

// recent is a table of values in the order in which they were last seen.
type recent struct {
	index map[string]int32
	nodes []node // nodes[0] is both ends
	free  []int32
}

type node struct {
	value
	prev, next int32
}

func newRecent() *recent { return &recent{index: map[string]int32{}, nodes: make([]node, 1)} }

func (r *recent) put(text []byte, ref Ref, oldest int64, limit int) (gone Ref, ok bool) {
	for first := r.nodes[0].next; first != 0 && r.nodes[first].Time < oldest; first = r.nodes[0].next {
		r.remove(first)
	}
	if i, ok := r.index[string(text)]; ok {
		own := r.nodes[i].text
		r.remove(i)
		r.add(own, ref)
		return Ref{}, false
	}
	if len(r.index) >= limit {
		first := r.nodes[0].next
		gone, ok = r.nodes[first].Ref, true
		r.remove(first)
	}
	r.add(string(text), ref)
	return gone, ok
}

func (r *recent) add(text string, ref Ref) {
	var i int32
	if n := len(r.free); n > 0 {
		i, r.free = r.free[n-1], r.free[:n-1]
	} else {
		i = int32(len(r.nodes))
		r.nodes = append(r.nodes, node{})
	}
	last := r.nodes[0].prev
	r.nodes[i] = node{value{Ref: ref, text: text}, last, 0}
	r.nodes[last].next, r.nodes[0].prev = i, i
	r.index[text] = i
}

func (r *recent) remove(i int32) {
	n := r.nodes[i]
	r.nodes[n.prev].next, r.nodes[n.next].prev = n.next, n.prev
	delete(r.index, n.text)
	r.nodes[i] = node{}
	r.free = append(r.free, i)
}

func (r *recent) refs(most int) []Ref {
	var out []Ref
	for i := r.nodes[0].next; i != 0 && len(out) < most; i = r.nodes[i].next {
		if v := r.nodes[i].Ref; len(out) == 0 || out[len(out)-1] != v {
			out = append(out, v)
		}
	}
	return out
}

// A measure is a number with its event.
type measure struct {
	Ref
	x float64
}

// measures keeps the numbers of the window, with their sum or in order.
type measures struct {
	*slab[measure]
	kind  ir.CorrelationKind
	rank  rank
	stats *Stats
}

func newMeasures(e *engine, o Options) *measures {
	m := &measures{slab: newSlab[measure](o.MaxPerGroup), kind: e.c.Kind, stats: &e.stats}
	if m.kind == ir.ValuePercentile {
		m.rank = newRank(e.c.Percentile)
	}
	return m
}

func (m *measures) enter(g *group, e *entry, oldest int64) (float64, bool) {
	if g.more == nil {
		g.more = &aggregate{}
	}
	for g.kept.n > 0 && m.at(&g.kept, 0).Time < oldest {
		m.shift(g)
	}
	for _, x := range e.numbers {
		if m.full(&g.kept) {
			m.shift(g)
			m.stats.Overflow++
		}
		m.push(&g.kept, measure{Ref{e.seq, e.Time}, x})
		if m.kind == ir.ValuePercentile {
			g.more.sorted.insert(x)
		} else {
			g.more.sum.add(x)
		}
	}
	switch n := int(g.kept.n); m.kind {
	case ir.ValueSum:
		return g.more.sum.round(), false
	case ir.ValueAvg:
		return g.more.sum.round() / float64(n), false
	default:
		return g.more.sorted.nth(m.rank.of(n)), false
	}
}

// shift takes out the oldest number.
func (m *measures) shift(g *group) {
	x := m.at(&g.kept, 0).x
	m.pop(&g.kept)
	if m.kind == ir.ValuePercentile {
		g.more.sorted.remove(x)
	} else {
		g.more.sum.add(-x)
	}
}

func (m *measures) refs(g *group, _ float64, most int) []Ref { return first(m.slab, &g.kept, most) }

func (m *measures) release(g *group) { m.slab.release(&g.kept) }

// oldestFirst are the first events in order of time and arrival, each once.
func oldestFirst(refs []Ref, most int) []Ref {
	slices.SortFunc(refs, func(a, b Ref) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Seq, b.Seq)) })
	refs = slices.Compact(refs)
	return refs[:min(most, len(refs))]
}
