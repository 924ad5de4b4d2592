package backtest

import (
	"cmp"
	"fmt"
	"slices"

	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// mostEvents is how many events of correlations wait to be put in order of time. Past it the earlier half is judged, and
// an event that comes later still is counted as too late.
const mostEvents = 1 << 17

// A network runs the correlations over the hits of the rules that they rest on.
type network struct {
	c       *collector
	over    []*subject // the correlations that run
	events  []correlate.Event
	untimed map[*subject]bool // rules with hits without a time, which can't be correlated
	net     *correlate.Network
	fault   string
	numbers map[*subject]int
}

func newNetwork(c *collector) *network {
	n := &network{c: c, untimed: map[*subject]bool{}}
	for _, s := range c.rules {
		if s.Correlation != nil && c.lacksPart(s) == "" {
			n.over = append(n.over, s)
		}
	}
	return n
}

// lacksPart is the first rule that a correlation rests on and that isn't measured.
func (p *plan) lacksPart(s *subject) string {
	for _, part := range s.Parts {
		if r := p.byName[part]; r == nil || r.Correlation == nil && r.Schema == nil {
			return part
		}
	}
	return ""
}

// batch takes the hits that correlations rest on. Rules that one source has true of one record are one event.
func (n *network) batch(hits []hit) {
	if len(n.over) == 0 {
		return
	}
	var open *hit
	var rules []*subject
	var fields correlate.Fields
	closed := func() {
		if open != nil {
			n.add(open.moment, rules, fields)
		}
		open, rules, fields = nil, nil, nil
	}
	for i := range hits {
		h := &hits[i]
		switch {
		case !h.rule.over || !h.must || h.filter >= 0:
			continue
		case !h.ok:
			n.untimed[h.rule] = true
			continue
		}
		if open == nil || open.group != h.group || open.source != h.source {
			closed()
			open, fields = h, correlate.Fields{}
		}
		rules = append(rules, h.rule)
		for name, texts := range h.context {
			fields[name] = texts
		}
	}
	closed()
}

func (n *network) add(at moment, rules []*subject, fields correlate.Fields) {
	e := correlate.Event{Time: at.ns, Record: fields}
	for _, r := range rules {
		e.Rules = append(e.Rules, r.number) // ours; the network's number is put in its place when it is there
	}
	n.events = append(n.events, e)
	if len(n.events) >= mostEvents {
		n.sort()
		n.feed(len(n.events) / 2)
	}
}

func (n *network) sort() {
	slices.SortStableFunc(n.events, func(a, b correlate.Event) int { return cmp.Compare(a.Time, b.Time) })
}

// start makes the network. Histories begin with the first record of any log, where that is known.
func (n *network) start(first *int64) {
	var cs []*ir.Correlation
	for _, s := range n.over {
		cs = append(cs, s.Correlation)
	}
	net, err := correlate.New(cs, correlate.Options{Lateness: -1, Start: first, MaxGroups: 1 << 18, MaxPerGroup: 1 << 12, Contributing: 1}, n.fired)
	if err != nil {
		n.fault, n.over = err.Error(), nil
		return
	}
	n.net, n.numbers = net, map[*subject]int{}
	for _, s := range n.c.rules {
		if i, ok := net.Rule(s.Name); ok {
			n.numbers[s] = i
		}
	}
}

func (n *network) feed(count int) {
	if n.net == nil && n.fault == "" {
		n.start(nil)
	}
	for _, e := range n.events[:count] {
		if n.net == nil {
			break
		}
		var rules []int
		for _, r := range e.Rules {
			if i, ok := n.numbers[n.c.rules[r]]; ok {
				rules = append(rules, i)
			}
		}
		e.Rules = rules
		n.net.Add(e)
	}
	n.events = slices.Delete(n.events, 0, count)
}

// finish judges what is left. Waits that are not over when the records end fire nothing.
func (n *network) finish(first, last int64) {
	if len(n.over) == 0 {
		return
	}
	if n.net == nil && first <= last {
		n.start(&first)
	}
	n.sort()
	n.feed(len(n.events))
	if n.net == nil {
		return
	}
	n.net.Finish(last)
	for i, s := range n.over {
		n.say(s, n.net.Stats(i))
	}
}

// say notes why a correlation's hits are not what they should be.
func (n *network) say(s *subject, of correlate.Stats) {
	t := n.c.tallies[s.number]
	for _, x := range []struct {
		count int64
		what  string
	}{
		{of.Late, "%d of the events of its rules came out of order, too late for the number that is kept to order them"},
		{of.NoKey, "%d of the events of its rules had no value to group by"},
		{of.NoValue, "%d of the events of its rules had no value to look at"},
		{of.Unknown, "%d of what would be hits came before its history was whole"},
		{of.Overflow + of.NoRoom + of.CutKeys, "of its events and groups %d were too many to keep"},
	} {
		if x.count > 0 {
			t.approximate = append(t.approximate, fmt.Sprintf(x.what, x.count))
		}
	}
	for _, part := range s.Parts {
		if r := n.c.byName[part]; r != nil && n.untimed[r] {
			t.approximate = append(t.approximate, "hits of "+part+" without a time are not correlated")
		}
	}
}

// fired counts a firing as a hit of its correlation.
func (n *network) fired(f correlate.Firing) {
	s := n.c.byName[f.Correlation.Name]
	h := hit{moment: moment{f.Time, true}, rule: s, must: true, filter: -1, level: -1, texts: make([][]string, len(s.fields))}
	for i, name := range s.fields {
		if g := slices.Index(f.Correlation.GroupBy, name); g >= 0 && g < len(f.Group) {
			h.texts[i] = f.Group[g : g+1]
		} else if f.Event.Record != nil {
			h.texts[i] = f.Event.Record.Values("", name)
		}
	}
	n.c.hit(&h)
}
