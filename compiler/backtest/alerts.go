package backtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"
)

// mostKept is how many hits of all rules together wait to be told apart in order of time. Each takes 16 bytes, up to
// four times.
const mostKept = 2 << 20

// alerts counts what is left of hits when one alert stands for all with the same key for a while. Hits may come in any
// order of time: they are kept and counted once sorted. Where there are too many, those that came so far are counted
// and only the alerts among them are kept: then an earlier hit that comes later is counted as well as can be, and the
// count is said to be approximate.
type alerts struct {
	window  int64
	most    int
	kept    []mark
	horizon int64 // hits up to it were folded
	loose   int64 // alerts without a time, which nothing suppresses, and those that were counted and given up
	rough   bool  // a hit came from before the horizon
}

// A mark is a hit's key and time.
type mark struct {
	key uint64
	ns  int64
}

func newAlerts(window time.Duration, rules int) *alerts {
	return &alerts{window: int64(window), most: min(max(mostKept/max(rules, 1), 1<<12), 1<<18), horizon: -1 << 63}
}

// hit counts one. A hit without a time is an alert by itself.
func (a *alerts) hit(key uint64, at moment) {
	if !at.ok || a.window == 0 {
		a.loose++
		return
	}
	if at.ns < a.horizon {
		a.rough = true
	}
	a.kept = append(a.kept, mark{key, at.ns})
	if len(a.kept) < a.most {
		return
	}
	a.fold()
	if len(a.kept) > a.most/2 { // alerts themselves: no one can bear that many
		a.giveUp()
	}
}

// fold keeps the alerts alone.
func (a *alerts) fold() {
	slices.SortFunc(a.kept, func(x, y mark) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.ns, y.ns)) })
	out := a.kept[:0]
	for i, m := range a.kept {
		a.horizon = max(a.horizon, m.ns)
		if i > 0 && len(out) > 0 && out[len(out)-1].key == m.key && uint64(m.ns-out[len(out)-1].ns) < uint64(a.window) {
			continue
		}
		out = append(out, m)
	}
	a.kept = out
}

// giveUp counts alerts and keeps the latest of each key, if those are not too many.
func (a *alerts) giveUp() {
	out := a.kept[:0]
	for i, m := range a.kept {
		if i+1 < len(a.kept) && a.kept[i+1].key == m.key {
			a.loose++
			continue
		}
		out = append(out, m)
	}
	if len(out) > a.most/2 {
		a.loose += int64(len(out))
		a.rough, out = true, out[:0]
	}
	a.kept = out
}

// count is how many alerts there were, and whether that is exact.
func (a *alerts) count() (n int64, exact bool) {
	a.fold()
	return a.loose + int64(len(a.kept)), !a.rough
}

// keyOf is a digest of the values that make a suppression key. A value that isn't there is one of its own.
func keyOf(texts [][]string, of []int, buf []byte) (uint64, []byte) {
	buf = buf[:0]
	for _, i := range of {
		buf = binary.AppendUvarint(buf, uint64(len(texts[i])))
		for _, t := range texts[i] {
			buf = binary.AppendUvarint(buf, uint64(len(t)))
			buf = append(buf, t...)
		}
	}
	sum := sha256.Sum256(buf) // so that nobody can write two keys that are one
	return binary.BigEndian.Uint64(sum[:]), buf
}
