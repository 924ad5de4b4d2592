package visibility

import (
	"strconv"
	"strings"
	"time"

	"detc/compiler/diag"
)

// funnel counts a device's stages. A stage is known where the table has a column for it; a device of which the cell says
// nothing is not counted, and one that isn't enrolled doesn't report for this purpose.
func (t *table) funnel(s *Scope, cell func(int) string) {
	in := true
	if t.columns.enrolled >= 0 {
		s.Enrolled.Ok = true
		if in = yes(t.fold(cell(t.columns.enrolled))) == Yes; in {
			s.Enrolled.N++
		}
	}
	if t.columns.lastSeen >= 0 {
		s.Reporting.Ok = true
		in = t.heard(cell(t.columns.lastSeen)) && in
		if in {
			s.Reporting.N++
		}
	}
	if t.columns.attributable >= 0 {
		s.Attributable.Ok = true
		if who := cell(t.columns.attributable); in && (len(who) > 12 || named(t.fold(who))) {
			s.Attributable.N++
		}
	}
}

// named says that a folded cell names somebody or something.
func named(folded string) bool {
	switch folded {
	case "", "no", "false", "none", "n a", "unknown", "unassigned", "null":
		return false
	}
	return true
}

// heard says that a device was heard of in the seven days up to the day of the counts.
func (t *table) heard(cell string) bool {
	switch t.fold(cell) {
	case "", "never", "n a", "none", "null":
		return false
	}
	day, ok := dayOf(cell)
	switch {
	case !ok:
		t.problems.value(diag.AssetDate, t.at(min(t.columns.lastSeen, t.cells()-1)), "date", cell, nil)
		return false
	case day.After(t.day):
		t.problems.value(diag.AssetDate, t.at(t.columns.lastSeen), "future date", cell, nil)
		return false
	}
	return t.day.Sub(day) <= time.Duration(Usual.Days)*24*time.Hour
}

// dayOf reads the day of a date: ISO with or without a time, 20.11.2026, and 11/20/2026 or 20/11/2026 where only one of
// the two readings is a date. A date that could be read in two ways is none.
func dayOf(s string) (time.Time, bool) {
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		t, err := time.Parse(time.DateOnly, s[:10])
		return t, err == nil && (len(s) == 10 || s[10] == 'T' || s[10] == ' ')
	}
	date, _, _ := strings.Cut(s, " ")
	date = strings.TrimSuffix(date, ",")
	if p := strings.Split(date, "."); len(p) == 3 {
		return civil(p[2], p[1], p[0])
	}
	p := strings.Split(date, "/")
	if len(p) != 3 {
		return time.Time{}, false
	}
	if len(p[0]) == 4 {
		return civil(p[0], p[1], p[2])
	}
	monthFirst, ok1 := civil(p[2], p[0], p[1])
	dayFirst, ok2 := civil(p[2], p[1], p[0])
	switch {
	case ok1 && ok2 && !monthFirst.Equal(dayFirst):
		return time.Time{}, false
	case ok1:
		return monthFirst, true
	}
	return dayFirst, ok2
}

func civil(year, month, day string) (time.Time, bool) {
	y, err1 := strconv.Atoi(year)
	m, err2 := strconv.Atoi(month)
	d, err3 := strconv.Atoi(day)
	if err1 != nil || err2 != nil || err3 != nil || y < 1000 || y > 9999 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Month() == time.Month(m) && t.Day() == d
}
