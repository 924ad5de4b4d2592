package correlate

import (
	"cmp"
	"math"
	"slices"
)

// Add gives the next event, in order of arrival.
func (n *Network) Add(e Event) {
	h := held{Event: e, seq: n.arrived, early: e.Time < n.floor}
	n.arrived++
	if e.Time < n.latest {
		h.behind = distance(e.Time, n.latest)
	} else {
		n.latest = e.Time
	}
	if h.early || h.behind > n.lateness {
		n.places(n.keep(h)) // to be counted
		return
	}
	until := minus(n.latest, n.lateness)
	n.release(until)
	if e.Time <= until {
		n.judge(n.keep(h))
		return
	}
	n.waiting.push(h)
	for len(n.waiting) > n.o.MaxHeld {
		n.pressed++
		n.floor = max(n.floor, n.waiting[0].Time)
		n.judgeFirst()
	}
}

// distance is b - a for a before b, or the longest there is.
func distance(a, b int64) int64 {
	if d := b - a; d > 0 {
		return d
	}
	return math.MaxInt64
}

// Advance says that the time is at least to, as an event of no rule would.
func (n *Network) Advance(to int64) {
	n.latest = max(n.latest, to)
	until := minus(n.latest, n.lateness)
	n.release(until)
	n.wake(minus(until, 1))
}

// Finish says that no event follows: all that are held are judged, and waits that end by until, or by
// the latest event, are over.
func (n *Network) Finish(until int64) {
	n.release(math.MaxInt64)
	n.wake(max(until, n.latest))
}

// release judges what no event that is still to come may precede.
func (n *Network) release(until int64) {
	for len(n.waiting) > 0 && n.waiting[0].Time <= until {
		n.judgeFirst()
	}
}

func (n *Network) judgeFirst() { n.judge(n.keep(n.waiting.pop())) }

// keep puts the event at hand where it costs no allocation.
func (n *Network) keep(h held) *held {
	n.current = h
	return &n.current
}

// judge gives an event to what is over its rules, and its firings to what is over those.
func (n *Network) judge(h *held) {
	n.wake(minus(h.Time, 1)) // one that is over at this very time may still be answered
	if !n.began {
		n.begin(h.Time)
	}
	n.places(h)
	n.drain()
}

func (n *Network) begin(first int64) {
	n.began = true
	if n.o.Start != nil {
		first = *n.o.Start
	}
	for _, f := range n.seen {
		f.begin(first)
	}
}

// wake ends the waits that are over by a time, in order.
func (n *Network) wake(by int64) {
	for {
		var next *engine
		first := by
		for _, e := range n.timed {
			if due, ok := e.due(); ok && (due < first || due == first && next == nil) {
				next, first = e, due
			}
		}
		if next == nil {
			return
		}
		next.end()
		n.drain()
	}
}

// places gives an event to each correlation that is over one of its rules, once, with all the places that it fills.
func (n *Network) places(h *held) {
	if len(h.Rules) == 1 {
		for _, p := range n.overRule(h.Rules[0]) {
			p.engine.take(h, p.slots)
		}
		return
	}
	for _, r := range h.Rules {
		for _, p := range n.overRule(r) {
			i := p.engine.place
			if len(n.slots[i]) == 0 {
				n.touched = append(n.touched, p.engine)
			}
			n.slots[i] = append(n.slots[i], p.slots...)
		}
	}
	slices.SortFunc(n.touched, func(a, b *engine) int { return cmp.Compare(a.place, b.place) })
	for _, e := range n.touched {
		slices.Sort(n.slots[e.place])
		e.take(h, slices.Compact(n.slots[e.place]))
		n.slots[e.place] = n.slots[e.place][:0]
	}
	n.touched = n.touched[:0]
}

// overRule is what is over a rule; over a number that is no rule's nothing is.
func (n *Network) overRule(number int) []place {
	if number < 0 || number >= len(n.over) {
		return nil
	}
	return n.over[number]
}

// completed notes a firing. It is an event of its own, which arrives after the one that completed it.
func (n *Network) completed(f fact) {
	f.engine.stats.Firings++
	n.queue = append(n.queue, f)
}

func (n *Network) drain() {
	for i := 0; i < len(n.queue); i++ {
		f := n.queue[i]
		n.queue[i] = fact{}
		group := parts(f.key, len(f.engine.c.GroupBy))
		if n.fire != nil {
			n.fire(Firing{Correlation: f.engine.c, Time: f.time, Group: group, Seq: f.seq, Event: f.event, Number: f.number,
				AtLeast: f.atLeast, Contributing: f.refs})
		}
		above := n.chained[f.engine.place]
		if len(above) == 0 {
			continue
		}
		h := held{Event: Event{Time: f.time, Record: link{f.engine.c.GroupBy, group, f.event.Record, f.engine.rules[f.rule]}}, seq: f.seq}
		for _, p := range above {
			p.engine.take(&h, p.slots)
		}
	}
	n.queue = n.queue[:0]
}

// A link is a firing as an event: its group's values, then the fields of the event that completed it.
type link struct {
	names, values []string
	under         Record
	rule          string
}

func (l link) Values(_, field string) []string {
	if i := slices.Index(l.names, field); i >= 0 {
		return l.values[i : i+1]
	}
	if l.under == nil {
		return nil
	}
	return l.under.Values(l.rule, field)
}

// A queue holds events in order of time and then of arrival, as a heap.
type queue []held

func (q queue) before(i, j int) bool {
	if q[i].Time != q[j].Time {
		return q[i].Time < q[j].Time
	}
	return q[i].seq < q[j].seq
}

func (q *queue) push(h held) {
	*q = append(*q, h)
	s := *q
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !s.before(i, up) {
			return
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (q *queue) pop() held {
	s := *q
	first, last := s[0], len(s)-1
	s[0] = s[last]
	s[last] = held{}
	s = s[:last]
	*q = s
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			return first
		}
		if down+1 < last && s.before(down+1, down) {
			down++
		}
		if !s.before(down, i) {
			return first
		}
		s[i], s[down] = s[down], s[i]
		i = down
	}
}
