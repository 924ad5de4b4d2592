package correlate_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// The reference says what a network must say, straight from the definitions: for each event it looks at all others. It
// shares nothing with the engine but the types that go in. A flaw makes it wrong in one way.
type reference struct {
	cs      []*ir.Correlation
	options correlate.Options
	names   []string // of the rules, by number
	flaw    flaw
	items   []item
	start   int64
	began   bool
	results []result
	stats   []correlate.Stats
}

// An item is an event or a firing, with its place in the order of things.
type item struct {
	time   int64
	seq    int64
	when   when
	rules  []string
	record correlate.Record
	behind int64
}

// when orders items of one time: events as they arrive, each followed by what it completes, level by level; then the
// waits that are over, each followed the same way.
type when struct {
	over  bool // a wait's end
	major int  // arrival; of a wait the height of its correlation
	minor int  // of a wait which it is
	level int
	path  []int
}

func (a when) compare(b when) int {
	return cmp.Or(compareBool(a.over, b.over), cmp.Compare(a.major, b.major), cmp.Compare(a.minor, b.minor),
		cmp.Compare(a.level, b.level), slices.Compare(a.path, b.path))
}

func compareBool(a, b bool) int {
	if a == b {
		return 0
	} else if b {
		return -1
	}
	return 1
}

// A result is a firing as far as both must agree.
type result struct {
	name   string
	time   int64
	group  string
	seq    int64
	number float64
	parts  []string
	item   item // the firing as an event
	c      int
}

func (r result) String() string {
	return fmt.Sprintf("%s at %d of [%s] by %d: %v", r.name, r.time, r.group, r.seq, r.number)
}

// An occurrence is an event in one group.
type occurrence struct {
	item
	key     string
	parts   []string
	slots   []int
	texts   []string
	numbers []float64
	nth     int // which group of its event
}

func (r *reference) run(events []correlate.Event, until int64) {
	r.stats = make([]correlate.Stats, len(r.cs))
	r.arrive(events)
	for _, e := range events {
		until = max(until, e.Time)
	}
	for height, i := range r.heights() {
		r.judge(i, height, until)
	}
	slices.SortStableFunc(r.results, func(a, b result) int {
		return cmp.Or(cmp.Compare(a.time, b.time), a.item.when.compare(b.item.when))
	})
}

// arrive puts the events in order, with how late they were.
func (r *reference) arrive(events []correlate.Event) {
	latest := int64(math.MinInt64)
	for i, e := range events {
		latest = max(latest, e.Time)
		it := item{time: e.Time, seq: int64(i), when: when{major: i}, record: e.Record, behind: latest - e.Time}
		for _, n := range e.Rules {
			it.rules = append(it.rules, r.names[n])
		}
		r.items = append(r.items, it)
		if it.behind <= r.network() && (!r.began || e.Time < r.start) {
			r.start, r.began = e.Time, true
		}
	}
	if r.options.Start != nil {
		r.start = *r.options.Start
	}
}

// network is the longest lateness.
func (r *reference) network() (out int64) {
	for _, c := range r.cs {
		out = max(out, r.lateness(c))
	}
	return out
}

func (r *reference) lateness(c *ir.Correlation) int64 {
	if r.options.Lateness == 0 {
		return int64(c.Within)
	}
	return max(int64(r.options.Lateness), 0)
}

// heights are the correlations, each after those it is over; of those that could come next, the first found is first.
func (r *reference) heights() (out []int) {
	for len(out) < len(r.cs) {
		for i, c := range r.cs {
			ready := !slices.Contains(out, i)
			for j, d := range r.cs {
				if !slices.Contains(out, j) && slices.ContainsFunc(c.Rules, func(ref ir.RuleRef) bool { return ref.Name == d.Name }) {
					ready = false
				}
			}
			if ready {
				out = append(out, i)
			}
		}
	}
	return out
}

func (r *reference) judge(i, height int, until int64) {
	c, s := r.cs[i], &r.stats[i]
	s.Knows = 0
	if c.Kind == ir.FirstSeen {
		s.Knows = correlate.Forever
		if r.began {
			s.Knows = r.start + int64(c.Within)
		}
	}
	var all []occurrence
	items := slices.Clone(r.items)
	if r.flaw != arrivalOrder {
		slices.SortStableFunc(items, func(a, b item) int { return cmp.Or(cmp.Compare(a.time, b.time), a.when.compare(b.when)) })
	}
	if r.flaw == equalTimesReversed {
		slices.SortStableFunc(items, func(a, b item) int { return cmp.Or(cmp.Compare(a.time, b.time), -a.when.compare(b.when)) })
	}
	for _, it := range items {
		slots := r.slots(c, it)
		if len(slots) == 0 {
			continue
		}
		late := it.behind > r.lateness(c)
		if r.flaw == lateExclusive {
			late = it.behind > 0 && it.behind >= r.lateness(c)
		}
		if late && r.flaw != lateJudged {
			s.Late++
			continue
		}
		all = append(all, r.occurrences(c, s, it, slots)...)
	}
	for n := range all {
		r.complete(i, height, all, n, until)
	}
}

func (r *reference) slots(c *ir.Correlation, it item) (out []int) {
	for slot, ref := range c.Rules {
		if slices.Contains(it.rules, ref.Name) {
			out = append(out, slot)
		}
	}
	if r.flaw == firstRuleOnly && len(out) > 1 {
		out = out[:1]
	}
	return out
}

func (r *reference) field(c *ir.Correlation, slot int, name string) string {
	if r.flaw != aliasesIgnored {
		for _, a := range c.Aliases {
			for _, f := range a.Fields {
				if a.Name == name && f.Rule == c.Rules[slot].Name {
					return f.Field
				}
			}
		}
	}
	return name
}

// tuples are all combinations of some fields' values.
func (r *reference) tuples(c *ir.Correlation, it item, slot int, names []string) [][]string {
	out := [][]string{nil}
	for _, name := range names {
		var values []string
		if it.record != nil {
			values = it.record.Values(c.Rules[slot].Name, r.field(c, slot, name))
		}
		if r.flaw == missingIsEmpty && len(values) == 0 {
			values = []string{""}
		}
		if r.flaw == listsAreOne && len(values) > 1 {
			values = values[:1]
		}
		var next [][]string
		for _, t := range out {
			for _, v := range values {
				next = append(next, append(slices.Clone(t), v))
			}
		}
		out = next
	}
	return out
}

func join(parts []string) string {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		quoted[i] = strconv.Quote(p)
	}
	return strings.Join(quoted, " ")
}

func (r *reference) occurrences(c *ir.Correlation, s *correlate.Stats, it item, slots []int) (out []occurrence) {
	var found []occurrence
	for _, slot := range slots {
		for _, t := range r.tuples(c, it, slot, c.GroupBy) {
			key := join(t)
			if r.flaw == keysFold {
				key = strings.ToLower(key)
			}
			switch r.flaw {
			case oneGroup:
				key = ""
			case keysJoined:
				key = strings.Join(t, "")
			}
			same := slices.IndexFunc(found, func(o occurrence) bool { return o.key == key })
			if r.flaw == eventTwice && same >= 0 && slices.Index(found[same].slots, slot) < 0 {
				same = -1
			}
			if same < 0 {
				found = append(found, occurrence{item: it, key: key, parts: t, slots: []int{slot}, nth: len(found)})
			} else if !slices.Contains(found[same].slots, slot) {
				found[same].slots = append(found[same].slots, slot)
			}
		}
	}
	if len(found) == 0 {
		s.NoKey++
		return nil
	}
	for _, o := range found {
		if !c.Kind.OfValues() || r.values(c, &o) {
			out = append(out, o)
		}
	}
	if len(out) == 0 {
		s.NoValue++
	} else {
		s.Judged++
	}
	return out
}

// values reads those of the first place that has some.
func (r *reference) values(c *ir.Correlation, o *occurrence) bool {
	for _, slot := range o.slots {
		for _, t := range r.tuples(c, o.item, slot, c.Fields) {
			if r.flaw == tuplesOfOne {
				t = t[:1]
			}
			text := join(t)
			if r.flaw == valuesFold {
				text = strings.ToLower(text)
			}
			if c.Kind == ir.ValueCount {
				o.texts = append(o.texts, text)
				continue
			}
			if x, err := strconv.ParseFloat(t[0], 64); err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) && (x >= 0 || r.flaw != noNegatives) {
				o.numbers = append(o.numbers, x)
			} else if r.flaw == textIsZero {
				o.numbers = append(o.numbers, 0)
			}
		}
		if len(o.texts)+len(o.numbers) > 0 {
			return true
		}
	}
	return false
}
