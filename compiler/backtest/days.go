package backtest

import (
	"maps"
	"slices"
	"time"
)

// A sourceTally counts the records of one source's log.
type sourceTally struct {
	records, rows, timeless int64
	first, last             int64 // of the times, in nanoseconds since 1970; first > last where there is none
	days                    map[int64]int64
	today                   int64 // the day that was counted last, and how many of it are not in days yet
	pending                 int64
}

func newSourceTally() sourceTally {
	return sourceTally{first: 1<<63 - 1, last: -1 << 63, days: map[int64]int64{}}
}

func (t *sourceTally) record(at moment, day int64) {
	t.records++
	if !at.ok {
		t.timeless++
		return
	}
	t.first, t.last = min(t.first, at.ns), max(t.last, at.ns)
	if day != t.today {
		t.flush()
		t.today = day
	}
	t.pending++
}

func (t *sourceTally) flush() {
	if t.pending > 0 {
		t.days[t.today] += t.pending
		t.pending = 0
	}
}

func (t *sourceTally) add(o *sourceTally) {
	t.flush()
	o.flush()
	t.records, t.rows, t.timeless = t.records+o.records, t.rows+o.rows, t.timeless+o.timeless
	t.first, t.last = min(t.first, o.first), max(t.last, o.last)
	for d, n := range o.days {
		t.days[d] += n
	}
}

// A stretch is the time that records are of.
type stretch struct {
	first, last int64 // nanoseconds since 1970; first > last where no record has a time
	days        []int64
}

func stretchOf(t *sourceTally) stretch {
	t.flush()
	return stretch{t.first, t.last, slices.Sorted(maps.Keys(t.days))}
}

func (s stretch) empty() bool { return len(s.days) == 0 }

// within is how many days lie between the first and the last record of s, less the days of which no log at all has any:
// when nothing was recorded, nothing was measured. `all` is the stretch of all logs.
func (s stretch) within(all stretch) float64 {
	if s.empty() {
		return 0
	}
	const day = float64(24 * time.Hour)
	first, last := s.days[0], s.days[len(s.days)-1]
	lo, _ := slices.BinarySearch(all.days, first)
	hi, _ := slices.BinarySearch(all.days, last+1)
	missing := last - first + 1 - int64(hi-lo)
	// As floats: the times of hostile records are further apart than an int64 of nanoseconds tells.
	return (float64(s.last)-float64(s.first))/day - float64(missing)
}

// gaps are the runs of days without a record, the longest first and no more than most; all is how many days they are,
// of all gaps together.
func (s stretch) gaps(most int) (list []Gap, runs int, all int64) {
	for i := 1; i < len(s.days); i++ {
		n := s.days[i] - s.days[i-1] - 1
		if n == 0 {
			continue
		}
		runs++
		all += n
		list = append(list, Gap{dateOf(s.days[i-1] + 1), dateOf(s.days[i] - 1), n})
		if len(list) > 8*most {
			list = longest(list, most)
		}
	}
	return longest(list, most), runs, all
}

func longest(list []Gap, most int) []Gap {
	slices.SortStableFunc(list, func(a, b Gap) int { return int(min(max(b.Days-a.Days, -1), 1)) })
	return list[:min(len(list), most)]
}

func dateOf(day int64) string { return time.Unix(day*86400, 0).UTC().Format(time.DateOnly) }

func timeOf(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }
