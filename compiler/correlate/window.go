package correlate

import (
	"math"
	"slices"

	"detc/compiler/ir"
)

// A window is the kind of a correlation that looks at the events of a group within the timespan up to each event.
type window struct {
	untimed
	*engine
	*groups
	content
}

// A content is what a window keeps of its events, and the number it makes of them.
type content interface {
	// enter adds an event to a group after taking out what is before oldest, and says the number then, and whether it is a
	// lower bound.
	enter(g *group, e *entry, oldest int64) (number float64, atLeast bool)
	// refs are the events behind the number, no more than most.
	refs(g *group, number float64, most int) []Ref
	// release gives back what a group has.
	release(g *group)
}

func newWindow(e *engine, o Options) *window {
	w := &window{engine: e, groups: newGroups(o.MaxGroups)}
	switch e.c.Kind {
	case ir.EventCount:
		w.content = newCount(e, o)
	case ir.ValueCount:
		w.content = newDistinct(e, o)
	case ir.Temporal:
		w.content = &seen{slab: newSlab[Ref](len(e.rules)), n: len(e.rules)}
	case ir.TemporalOrdered:
		w.content = newOrdered(len(e.rules), o.Contributing)
	default:
		w.content = newMeasures(e, o)
	}
	return w
}

func (w *window) size() int { return w.index.n }

func (w *window) enter(key []byte, e *entry) {
	oldest := w.back(e.Time)
	w.forget(oldest)
	i, _ := w.get(key)
	if i == 0 {
		w.stats.NoRoom++
		return
	}
	w.touch(i, e.Time)
	g := w.at(i)
	n, atLeast := w.content.enter(g, e, oldest)
	if w.holds(n) {
		w.completed(g.key, e, n, atLeast, w.refs(g, n, w.most))
	}
}

// forget frees the groups whose last event is before oldest.
func (w *window) forget(oldest int64) {
	for {
		i, ok := w.oldest()
		if !ok || w.at(i).last >= oldest {
			return
		}
		w.release(w.at(i))
		w.drop(i)
	}
}

// count keeps the latest events, as many as the bounds can tell apart.
type count struct {
	*slab[Ref]
	stats *Stats
	exact bool // the slab's limit comes of the bounds, not of the memory
}

func newCount(e *engine, o Options) *count {
	n, exact := e.enough(o.MaxPerGroup)
	return &count{newSlab[Ref](n), &e.stats, exact}
}

func (c *count) enter(g *group, e *entry, oldest int64) (float64, bool) {
	expire(c.slab, &g.kept, oldest)
	full := c.full(&g.kept)
	if full {
		c.pop(&g.kept)
		if !c.exact {
			c.stats.Overflow++
		}
	}
	c.push(&g.kept, Ref{e.seq, e.Time})
	return float64(g.kept.n), full
}

func (c *count) refs(g *group, _ float64, most int) []Ref { return first(c.slab, &g.kept, most) }

func (c *count) release(g *group) { c.slab.release(&g.kept) }

// expire takes out what is before oldest.
func expire[T interface{ time() int64 }](s *slab[T], r *ring, oldest int64) {
	for r.n > 0 && (*s.at(r, 0)).time() < oldest {
		s.pop(r)
	}
}

func (r Ref) time() int64 { return r.Time }
func (r Ref) ref() Ref    { return r }

// first are the oldest events that a ring has, each once.
func first[T interface{ ref() Ref }](s *slab[T], r *ring, most int) []Ref {
	out := make([]Ref, 0, min(most, int(r.n)))
	for i := 0; i < int(r.n) && len(out) < most; i++ {
		if v := (*s.at(r, i)).ref(); len(out) == 0 || out[len(out)-1] != v {
			out = append(out, v)
		}
	}
	return out
}

// seen keeps the latest event of each rule.
type seen struct {
	*slab[Ref]
	n int
}

// never is the time of an event that hasn't been. The event's number tells it from one at the beginning of time.
var never = Ref{-1, math.MinInt64}

func fill(s *slab[Ref], r *ring) []Ref {
	if r.class > 0 {
		return s.all(r)
	}
	all := s.whole(r)
	for i := range all {
		all[i] = never
	}
	return all
}

func (s *seen) enter(g *group, e *entry, oldest int64) (float64, bool) {
	all := fill(s.slab, &g.kept)
	for _, slot := range e.slots {
		all[slot] = Ref{e.seq, e.Time}
	}
	n := 0
	for i := range all {
		if all[i].Time < oldest {
			all[i] = never
		} else if all[i] != never {
			n++
		}
	}
	return float64(n), false
}

func (s *seen) refs(g *group, _ float64, most int) []Ref {
	var out []Ref
	for _, r := range s.all(&g.kept) {
		if r != never {
			out = append(out, r)
		}
	}
	return oldestFirst(out, most)
}

func (s *seen) release(g *group) { s.slab.release(&g.kept) }

// ordered keeps, for each number of rules from the first on, the sequence of events that began last.
type ordered struct {
	*slab[Ref]
	n, most int
}

func newOrdered(n, most int) *ordered {
	o := &ordered{n: n, most: max(most, 1)}
	o.slab = newSlab[Ref](o.offset(n))
	return o
}

// offset is where the sequence of k+1 rules begins; of each no more than most events are kept.
func (o *ordered) offset(k int) int {
	if k <= o.most {
		return k * (k + 1) / 2
	}
	return o.most*(o.most+1)/2 + (k-o.most)*o.most
}

func (o *ordered) sequence(all []Ref, k int) []Ref { return all[o.offset(k):o.offset(k+1)] }

// enter goes through the places from the last, so that an event doesn't follow itself. A sequence is as good as its
// beginning is late; that of k rules never begins after that of k-1, so the one that grows is never worse than the one
// it takes the place of.
func (o *ordered) enter(g *group, e *entry, oldest int64) (float64, bool) {
	all := fill(o.slab, &g.kept)
	for i := len(e.slots) - 1; i >= 0; i-- {
		k := e.slots[i]
		into := o.sequence(all, k)
		if k > 0 {
			before := o.sequence(all, k-1)
			if before[0] == never {
				continue
			}
			copy(into, before)
		}
		if k < o.most {
			into[k] = Ref{e.seq, e.Time}
		}
	}
	for k := o.n - 1; k >= 0; k-- {
		if s := o.sequence(all, k); s[0] != never && s[0].Time >= oldest {
			return float64(k + 1), false
		}
	}
	return 0, false
}

func (o *ordered) refs(g *group, number float64, _ int) []Ref {
	if number < 1 {
		return nil
	}
	return slices.Clone(o.sequence(o.all(&g.kept), int(number)-1))
}

func (o *ordered) release(g *group) { o.slab.release(&g.kept) }
