package correlate_test

import (
	"math"
	"math/big"
	"slices"
	"strconv"

	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// complete says what the n-th occurrence completes, with all before and after it at hand.
func (r *reference) complete(i, height int, all []occurrence, n int, until int64) {
	c, o := r.cs[i], all[n]
	switch c.Kind {
	case ir.Absence:
		r.wait(i, height, all, n, until)
		return
	case ir.FirstSeen:
		if len(r.window(c, all[:n], o)) == 0 {
			if o.time < r.stats[i].Knows && r.flaw != knowsAtOnce {
				r.stats[i].Unknown++
			} else {
				r.fire(i, o, o.time, 0, o.after(i))
			}
		}
		return
	}
	number := r.number(c, r.window(c, all[:n+1], o))
	holds := len(c.Having) > 0 || c.Kind < ir.Temporal || number == float64(len(c.Rules))
	for i, b := range c.Having {
		if r.flaw != firstBoundOnly || i == 0 {
			holds = holds && r.holds(b, number)
		}
	}
	if holds && (r.flaw != completingOnly || slices.Contains(o.slots, len(c.Rules)-1)) {
		r.fire(i, o, o.time, number, o.after(i))
	}
}

func (r *reference) holds(b ir.Bound, n float64) bool {
	switch {
	case r.flaw == boundsStrict && (b.Op == ir.BoundGte || b.Op == ir.BoundLte):
		return n != b.Value && b.Holds(n)
	case r.flaw == boundsLoose && (b.Op == ir.BoundGt || b.Op == ir.BoundLt):
		return n == b.Value || b.Holds(n)
	case r.flaw == neqIsEq && (b.Op == ir.BoundEq || b.Op == ir.BoundNeq):
		return !b.Holds(n)
	}
	return b.Holds(n)
}

// window are the occurrences of o's group among some, from o's time less the timespan on.
func (r *reference) window(c *ir.Correlation, some []occurrence, o occurrence) (out []occurrence) {
	from := o.time - int64(c.Within)
	for _, p := range some {
		switch {
		case p.key != o.key, p.time < from && r.flaw != noEnd, p.time == from && p.time != o.time && r.flaw == edgeExclusive:
		case r.flaw == tumbling && c.Within > 0 && floor(p.time, int64(c.Within)) != floor(o.time, int64(c.Within)):
		default:
			out = append(out, p)
		}
	}
	return out
}

func floor(t, by int64) int64 { return int64(math.Floor(float64(t) / float64(by))) }

func (o occurrence) after(c int) when {
	w := o.when
	w.level++
	w.path = append(slices.Clone(w.path), c, o.nth)
	return w
}

func (r *reference) fire(i int, o occurrence, time int64, number float64, w when) {
	c := r.cs[i]
	r.stats[i].Firings++
	if r.flaw == onceOnly && slices.ContainsFunc(r.results, func(f result) bool { return f.c == i && f.group == join(o.parts) }) {
		return
	}
	fields := upper{names: c.GroupBy, values: o.parts, under: o.record, rule: c.Rules[o.slots[0]].Name}
	if r.flaw == groupNotCarried {
		fields.names = nil
	}
	it := item{time: time, seq: o.seq, when: w, rules: []string{c.Name}, record: fields}
	if r.flaw == chainOfFirst && o.seq > 0 {
		it.record = correlate.Fields{}
	}
	r.items = append(r.items, it)
	r.results = append(r.results, result{name: c.Name, time: time, group: join(o.parts), parts: o.parts, seq: o.seq, number: number, item: it, c: i})
}

type upper struct {
	names, values []string
	under         correlate.Record
	rule          string
}

func (u upper) Values(_, field string) []string {
	for i, name := range u.names {
		if name == field {
			return []string{u.values[i]}
		}
	}
	if u.under == nil {
		return nil
	}
	return u.under.Values(u.rule, field)
}

// wait fires where nothing answers an occurrence until its wait is over.
func (r *reference) wait(i, height int, all []occurrence, n int, until int64) {
	c, o := r.cs[i], all[n]
	answer := len(c.Rules) - 1
	end := o.time + int64(c.Within)
	if !slices.Contains(o.slots, 0) || end > until && r.flaw != endless {
		return
	}
	if r.flaw == answersItself && answer > 0 && slices.Contains(o.slots, answer) {
		return
	}
	if r.flaw == oneWait && answer > 0 {
		for _, p := range all[:n] {
			if p.key == o.key && slices.Contains(p.slots, 0) && p.time >= o.time-int64(c.Within) {
				return
			}
		}
	}
	rest := all[n+1:]
	if r.flaw == answeredBefore {
		rest = all
	}
	for m, p := range rest {
		inside := p.time <= end
		if r.flaw == edgeExclusive {
			inside = p.time < end
		}
		if r.flaw == answeredBefore && (m == n || p.time < o.time-int64(c.Within)) {
			continue
		}
		if r.flaw == answersLast && answer > 0 && p.key == o.key && slices.Contains(p.slots, 0) {
			break
		}
		if p.key == o.key && slices.Contains(p.slots, answer) && inside {
			return
		}
	}
	o.slots = []int{0}
	at := end
	if r.flaw == atTheEvent {
		at = o.time
	}
	r.fire(i, o, at, 0, when{over: true, major: height, minor: n})
}

// number is what the bounds are asked about.
func (r *reference) number(c *ir.Correlation, w []occurrence) float64 {
	var numbers []float64
	texts, slots := map[string]bool{}, map[int]bool{}
	for _, o := range w {
		numbers = append(numbers, o.numbers...)
		for _, t := range o.texts {
			texts[t] = true
		}
		for _, s := range o.slots {
			slots[s] = true
		}
	}
	switch c.Kind {
	case ir.EventCount:
		if last := w[len(w)-1].slots[0]; r.flaw == countedApart {
			w = slices.DeleteFunc(w, func(o occurrence) bool { return !slices.Contains(o.slots, last) })
		}
		return float64(len(w))
	case ir.ValueCount:
		if r.flaw == valuesRepeat {
			n := 0
			for _, o := range w {
				n += len(o.texts)
			}
			return float64(n)
		}
		return float64(len(texts))
	case ir.ValueSum:
		if r.flaw == sumOfDistinct {
			slices.Sort(numbers)
			numbers = slices.Compact(numbers)
		}
		return total(numbers)
	case ir.ValueAvg:
		return total(numbers) / float64(len(numbers))
	case ir.ValuePercentile:
		return r.percentile(numbers, c.Percentile)
	case ir.Temporal:
		return float64(len(slots))
	}
	if r.flaw == orderIgnored {
		return float64(len(slots))
	}
	if r.flaw == orderReversed {
		slices.Reverse(w)
	}
	n := 0
	for n < len(c.Rules) && r.follow(w, 0, n+1) {
		n++
	}
	return float64(n)
}

// follow says that occurrences fill the places from one on in order, n in all.
func (r *reference) follow(w []occurrence, place, n int) bool {
	if place == n {
		return true
	}
	for i, o := range w {
		next := w[i+1:]
		if r.flaw == adjacentOnly && place > 0 && i > 0 {
			return false
		}
		if r.flaw == fillsSeveral {
			next = w[i:]
		}
		if slices.Contains(o.slots, place) && r.follow(next, place+1, n) {
			return true
		}
	}
	return false
}

// total is the exact sum, rounded once.
func total(numbers []float64) float64 {
	sum := new(big.Rat)
	for _, x := range numbers {
		sum.Add(sum, new(big.Rat).SetFloat64(x))
	}
	f, _ := sum.Float64()
	return f
}

// percentile is the least value that at least so many of a hundred are not above.
func (r *reference) percentile(numbers []float64, p float64) float64 {
	slices.Sort(numbers)
	if r.flaw == interpolated {
		at := p / 100 * float64(len(numbers)-1)
		low, high := numbers[int(at)], numbers[min(int(at)+1, len(numbers)-1)]
		return low + (high-low)*(at-math.Floor(at))
	}
	want, _ := new(big.Rat).SetString(strconv.FormatFloat(p, 'f', -1, 64))
	for i, x := range numbers {
		if big.NewRat(int64(i+1)*100, int64(len(numbers))).Cmp(want) >= 0 {
			return x
		}
	}
	return math.NaN()
}
