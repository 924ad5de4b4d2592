package backtest

import (
	"slices"
	"strings"
)

// A collector takes hits in the order of the input.
type collector struct {
	*plan
	sources []sourceTally
	files   map[int]*fileTally
	tallies []*tally
	net     *network
	key     []byte
}

// A fileTally counts the lines of a file, or of a piece of it.
type fileTally struct {
	records, blank, bound, aside, unbound, timeless int64
	failed, odd                                     []Failure
}

func (t *fileTally) fail(why string, line int)  { note(&t.failed, Failure{why, 1, line}) }
func (t *fileTally) oddly(why string, line int) { note(&t.odd, Failure{why, 1, line}) }

// mostReasons is how many reasons are told apart; a decoder's own words may hold what the line says.
const mostReasons = 64

func note(list *[]Failure, f Failure) {
	i := slices.IndexFunc(*list, func(x Failure) bool { return x.Reason == f.Reason })
	if i < 0 && len(*list) >= mostReasons {
		f.Reason, i = "for other reasons", slices.IndexFunc(*list, func(x Failure) bool { return x.Reason == "for other reasons" })
	}
	if i < 0 {
		*list = append(*list, f)
		return
	}
	(*list)[i].Count += f.Count
	(*list)[i].First = min((*list)[i].First, f.First)
}

func (t *fileTally) add(o *fileTally) {
	t.records, t.blank, t.bound = t.records+o.records, t.blank+o.blank, t.bound+o.bound
	t.aside, t.unbound, t.timeless = t.aside+o.aside, t.unbound+o.unbound, t.timeless+o.timeless
	for _, f := range o.failed {
		note(&t.failed, f)
	}
	for _, f := range o.odd {
		note(&t.odd, f)
	}
}

// A tally counts one rule's hits.
type tally struct {
	hits, waits, timeless, untabled int64
	filtered                        []int64
	raised                          []int64
	tops                            []*top
	tables                          []string
	yes, no                         int64 // labelled
	// What one alert stands for is counted four times where it differs: of the hits that are certain and of all that
	// may be, and of both without those that were labelled true positives.
	must, may, mustAgainst, mayAgainst *alerts
	approximate                        []string
}

func newCollector(p *plan) *collector {
	c := &collector{plan: p, files: map[int]*fileTally{}}
	for _, s := range p.rules {
		t := &tally{filtered: make([]int64, len(s.Filters)), raised: make([]int64, len(s.Levels))}
		for range s.shown() {
			t.tops = append(t.tops, newTop())
		}
		t.must = newAlerts(s.For, len(p.rules))
		t.may, t.mustAgainst, t.mayAgainst = t.must, t.must, t.must
		c.tallies = append(c.tallies, t)
	}
	c.net = newNetwork(c)
	return c
}

// shown are the fields whose values are counted: those that labels name besides are not.
func (s *subject) shown() []string {
	n := len(s.By)
	for _, f := range s.Fields {
		if !slices.Contains(s.By, f) {
			n++
		}
	}
	return s.fields[:min(n, len(s.fields))]
}

// merge adds what a worker counted by source, and which tables it missed.
func (c *collector) merge(w *worker) {
	if c.sources == nil {
		for range w.on {
			c.sources = append(c.sources, newSourceTally())
		}
	}
	for i, o := range w.on {
		c.sources[i].add(&o.seen)
		for _, r := range o.rules {
			t := c.tallies[r.number]
			for _, name := range r.question.Tables {
				if !slices.Contains(t.tables, name) {
					t.tables = append(t.tables, name)
				}
			}
		}
	}
}

// take counts a batch.
func (c *collector) take(b *batch) {
	f := c.files[b.file]
	if f == nil {
		f = &fileTally{}
		c.files[b.file] = f
	}
	f.add(&b.fileTally)
	for i := range b.hits {
		c.hit(&b.hits[i])
	}
	c.net.batch(b.hits)
}

// hit counts one hit.
func (c *collector) hit(h *hit) {
	t, s := c.tallies[h.rule.number], h.rule
	if h.filter >= 0 {
		t.filtered[h.filter]++
		return
	}
	if h.must {
		t.hits++
	} else {
		t.waits++
	}
	if !h.ok {
		t.timeless++
	}
	if h.untabled {
		t.untabled++
	}
	if h.level >= 0 {
		t.raised[h.level]++
	}
	for i, top := range t.tops {
		top.add(h.texts[i])
	}
	label := c.Labels.of(s, h)
	switch label {
	case truePositive:
		t.yes++
	case falsePositive:
		t.no++
	}
	var key uint64
	key, c.key = keyOf(h.texts, s.keys, c.key)
	t.alert(key, h, label == truePositive)
}

// alert counts a hit towards the alerts. Where the four ways of counting begin to differ, the one at hand is copied.
func (t *tally) alert(key uint64, h *hit, known bool) {
	if !h.must && t.may == t.must {
		t.may = t.must.clone()
		if t.mayAgainst == t.must {
			t.mayAgainst = t.may
		} else {
			t.mayAgainst = t.mayAgainst.clone()
		}
	}
	if known && t.mustAgainst == t.must {
		both := t.may == t.must
		t.mustAgainst = t.must.clone()
		t.mayAgainst = t.mustAgainst
		if !both {
			t.mayAgainst = t.may.clone()
		}
	}
	var done [4]*alerts
	count := func(i int, a *alerts) {
		if !slices.Contains(done[:i], a) {
			done[i] = a
			a.hit(key, h.moment)
		}
	}
	count(0, t.may)
	if !known {
		count(1, t.mayAgainst)
	}
	if h.must {
		count(2, t.must)
		if !known {
			count(3, t.mustAgainst)
		}
	}
}

func (a *alerts) clone() *alerts {
	out := *a
	out.kept = slices.Clone(a.kept)
	return &out
}

// add puts what was counted of a file into its report.
func (r *InputReport) add(files *map[int]*fileTally, i int) {
	t := (*files)[i]
	if t == nil {
		t = &fileTally{}
	}
	r.Records = t.records
	r.Failed = append(slices.Clone(r.Failed), t.failed...)
	r.Odd = append([]Failure{}, t.odd...)
	if r.Failed == nil {
		r.Failed = []Failure{}
	}
	r.Name = strings.ToValidUTF8(r.Name, "\ufffd")
	r.Error = strings.ToValidUTF8(r.Error, "\ufffd")
}
