package witness

import (
	"slices"
	"time"

	"detc/compiler/ir"
)

// part is a part of a moment in UTC, as Sigma counts it.
func part(t time.Time, unit ir.TimeUnit) int {
	_, week := t.ISOWeek()
	return [...]int{ir.Minute: t.Minute(), ir.Hour: t.Hour(), ir.Day: t.Day(), ir.Week: week, ir.Month: int(t.Month()), ir.Year: t.Year()}[unit]
}

// setPart is the moment with one part set, and false where there is none: a 31st of February, a month 13, a year that
// nanoseconds since 1970 don't reach.
func setPart(t time.Time, unit ir.TimeUnit, n int) (time.Time, bool) {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	switch unit {
	case ir.Minute:
		minute = n
	case ir.Hour:
		hour = n
	case ir.Day:
		day = n
	case ir.Month:
		month = time.Month(n)
	case ir.Year:
		year = n
	case ir.Week:
		_, week := t.ISOWeek()
		day += 7 * (n - week)
	}
	if year < 1678 || year > 2261 {
		return t, false
	}
	out := time.Date(year, month, day, hour, minute, second, t.Nanosecond(), time.UTC)
	return out, part(out, unit) == n
}

// partEdges are moments in a part of a time, at its bounds, and in the parts before and after.
func partEdges(unit ir.TimeUnit, n int) (out []value) {
	for _, d := range []int{0, -1, 1} {
		t, ok := setPart(noon, unit, n+d)
		if !ok {
			continue
		}
		what := "what is asked for"
		if d != 0 {
			what = "the " + unit.String() + " beside it"
		}
		out = append(out, value{ir.TimeValue(t), what})
		if d != 0 {
			continue
		}
		first := begin(t, unit)
		for _, edge := range []time.Time{first, first.Add(-time.Second), end(first, unit).Add(-time.Second), end(first, unit)} {
			if edge.Year() >= 1678 && edge.Year() <= 2261 {
				out = append(out, value{ir.TimeValue(edge), "boundary"})
			}
		}
	}
	return out
}

// begin is the first instant of the part that a moment is in.
func begin(t time.Time, unit ir.TimeUnit) time.Time {
	year, month, day := t.Date()
	switch unit {
	case ir.Minute:
		return t.Truncate(time.Minute)
	case ir.Hour:
		return t.Truncate(time.Hour)
	case ir.Month:
		day = 1
	case ir.Year:
		month, day = 1, 1
	case ir.Week:
		day -= (int(t.Weekday()) + 6) % 7
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// end is the first instant after it.
func end(first time.Time, unit ir.TimeUnit) time.Time {
	switch unit {
	case ir.Minute:
		return first.Add(time.Minute)
	case ir.Hour:
		return first.Add(time.Hour)
	case ir.Day:
		return first.AddDate(0, 0, 1)
	case ir.Week:
		return first.AddDate(0, 0, 7)
	case ir.Month:
		return first.AddDate(0, 1, 0)
	}
	return first.AddDate(1, 0, 0)
}

// setOrder is the order in which parts are set so that a later one leaves the earlier as they are.
var setOrder = []ir.TimeUnit{ir.Year, ir.Month, ir.Week, ir.Day, ir.Hour, ir.Minute}

// maxTimes bounds the moments that times tries.
const maxTimes = 4000

// times calls try with moments that have a part of each atom's, near the moments given, until it says false.
func (s *solver) times(yes []int, near []ir.Value, try func(ir.Value) bool) {
	left := maxTimes
	parts := map[ir.TimeUnit][]int{}
	for _, a := range yes {
		if p, ok := s.atoms[a].(*ir.TimePart); ok {
			parts[p.Part] = append(parts[p.Part], few(p.Values)...)
		}
	}
	if len(parts) == 0 {
		return
	}
	var set func(t time.Time, order []ir.TimeUnit) bool
	set = func(t time.Time, order []ir.TimeUnit) bool {
		if left--; left < 0 {
			return false
		}
		if len(order) == 0 {
			return try(ir.TimeValue(t))
		}
		if len(parts[order[0]]) == 0 {
			return set(t, order[1:])
		}
		for _, n := range parts[order[0]] {
			if u, ok := setPart(t, order[0], n); ok && !set(u, order[1:]) {
				return false
			}
		}
		return true
	}
	for _, v := range near {
		if left < maxTimes/2 {
			break
		}
		if !set(time.Unix(0, v.Int).UTC(), setOrder) {
			return
		}
	}
	if len(parts[ir.Week]) == 0 { // a week and a day of the month meet in few years only
		return
	}
	for d := range 28 * 366 {
		t := noon.AddDate(-10, 0, d)
		fits := true
		for _, unit := range []ir.TimeUnit{ir.Year, ir.Month, ir.Week, ir.Day} {
			fits = fits && (len(parts[unit]) == 0 || slices.Contains(parts[unit], part(t, unit)))
		}
		if fits && !set(t, []ir.TimeUnit{ir.Hour, ir.Minute}) {
			return
		}
	}
}
