package context

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // so that a zone means the same on every machine

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Window is when a row holds: from its beginning up to, and not at, its end. A repeated one has occurrences, each
// counted in the wall time of its zone, so that a window from ten in the evening to four in the morning is an hour
// longer or shorter in the nights when the clocks change. A wall time that they show twice, or leap over, is read by the
// clock before the change and by the one after it: the earlier moment counts for a beginning and the later for an end,
// so that a window is never shorter than someone reading the clock on the wall would take it to be.
type Window struct {
	from, to wall
	zone     *time.Location
	every    period
	until    time.Time // the last day on which an occurrence may begin, as a wall date; zero for none
}

// A wall is a date and time as a clock on the wall shows it, or a moment where the text says its offset.
type wall struct {
	time.Time // in UTC, though it means the zone's clock
	exact     bool
}

type period uint8

const (
	once period = iota
	daily
	weekly
	monthly
)

var periods = map[string]period{"day": daily, "week": weekly, "month": monthly}

// longest bounds an occurrence, so that only a few can hold at one moment.
const longest = 31 * 24 * time.Hour

func readWindow(n *source.Node, l *diag.List) Window {
	w := Window{zone: time.UTC}
	text := func(key string) (*source.Node, string) {
		v := n.Get(key)
		if v.IsNull() || v.Kind != source.Scalar {
			return nil, ""
		}
		return v, v.Text.Value
	}
	if at, name := text("zone"); at != nil {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			l.Add(diag.BadValue, at.Span, "there is no time zone %q", name).WithHelp("write its IANA name: Europe/Berlin")
		} else {
			w.zone = zone
		}
	}
	if at, name := text("every"); at != nil {
		p, ok := periods[name]
		if !ok {
			l.Add(diag.BadValue, at.Span, "every can't be %q", name).WithGuess(at.Span, name, []string{"day", "week", "month"})
		}
		w.every = p
	}
	if at, date := text("until"); at != nil {
		t, err := time.Parse(time.DateOnly, date)
		if err != nil {
			l.Add(diag.BadValue, at.Span, "until is a date, not %q", date).WithHelp("write the last day on which it may begin: 2027-01-31")
		}
		w.until = t
	}
	for _, key := range []string{"from", "to"} {
		at, moment := text(key)
		if at == nil {
			l.Add(diag.MissingKey, n.Span, "the row doesn't say %s when it holds", key)
			continue
		}
		t, err := parseWall(moment)
		if err != nil {
			l.Add(diag.BadValue, at.Span, "%s is a time, not %q", key, moment).WithHelp("write 2026-11-22T22:00 in the row's zone, or with an offset: 2026-11-22T22:00Z")
			continue
		}
		if key == "from" {
			w.from = t
		} else {
			w.to = t
		}
	}
	w.check(n, l)
	return w
}

// check refuses what can't be meant.
func (w *Window) check(n *source.Node, l *diag.List) {
	if w.from.IsZero() || w.to.IsZero() {
		return
	}
	from, to := w.occurrence(0)
	length := time.Duration(to - from)
	switch {
	case length <= 0:
		l.Add(diag.BadValue, n.Get("to").Span, "the row ends before it begins").WithHelp("a window over midnight ends on the next day")
	case w.every != once && length > longest, w.every == daily && length > 24*time.Hour:
		l.Add(diag.BadValue, n.Get("to").Span, "a window that is repeated every %s is %s long", n.Get("every").Text.Value, length)
	case w.every == once && !w.until.IsZero():
		l.Add(diag.BadValue, n.Get("until").Span, "until is for a window that is repeated").WithHelp("add every: week, or leave until out")
	case w.every != once && (w.from.exact || w.to.exact):
		l.Add(diag.BadValue, n.Get("from").Span, "a window that is repeated is told in the zone's own time").WithHelp("leave the offset out and add zone: Europe/Berlin")
	}
}

// parseWall reads a date and time, with or without an offset.
func parseWall(s string) (wall, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, strings.Replace(s, " ", "T", 1)); err == nil {
			return wall{t, false}, sane(t)
		}
		if t, err := time.Parse(layout+"Z07:00", strings.Replace(s, " ", "T", 1)); err == nil {
			return wall{t.UTC(), true}, sane(t)
		}
	}
	return wall{}, fmt.Errorf("%q is no time", s)
}

func sane(t time.Time) error {
	if t.Year() < 1970 || t.Year() > 2200 {
		return fmt.Errorf("the year %d is out of range", t.Year())
	}
	return nil
}

// Holds says whether the window is open at a moment, in nanoseconds since 1970.
func (w Window) Holds(at int64) bool {
	for n := w.near(at); n >= 0 && n >= w.near(at)-2; n-- {
		if from, to := w.occurrence(n); from != to && from <= at && at < to {
			return true
		}
	}
	return false
}

// near is the number of the last occurrence that may begin at or before a moment; less than 0 for none.
func (w Window) near(at int64) int {
	if w.every == once {
		return 0
	}
	t := time.Unix(0, at).In(w.zone)
	days := int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Sub(date(w.from.Time)) / (24 * time.Hour))
	switch w.every {
	case daily:
		return days + 1
	case weekly:
		return days/7 + 1
	}
	return (t.Year()-w.from.Year())*12 + int(t.Month()) - int(w.from.Month()) + 1
}

func date(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// occurrence is the n-th time that the window opens and closes; both are 0 where there is no such occurrence: past
// until, or in a month without that day.
func (w Window) occurrence(n int) (from, to int64) {
	shift := func(t time.Time) time.Time {
		switch w.every {
		case daily:
			return t.AddDate(0, 0, n)
		case weekly:
			return t.AddDate(0, 0, 7*n)
		case monthly:
			return t.AddDate(0, n, 0)
		}
		return t
	}
	begin := shift(w.from.Time)
	if w.every == monthly && begin.Day() != w.from.Day() || !w.until.IsZero() && date(begin).After(w.until) {
		return 0, 0
	}
	end := begin.Add(w.to.Sub(w.from.Time)) // the same distance on the wall
	if w.from.exact != w.to.exact {
		end = w.to.Time
	}
	return w.moment(begin, w.from.exact, false), w.moment(end, w.to.exact, true)
}

// moment is when the zone's clocks show a wall time: the first such moment or, for an end, the last.
func (w Window) moment(t time.Time, exact, end bool) int64 {
	if exact {
		return t.UnixNano()
	}
	const day = 24 * time.Hour
	var shown, read []int64
	for _, near := range []time.Time{t.Add(-day), t.Add(day)} { // by the offsets before and after a change of the clocks
		_, offset := near.In(w.zone).Zone()
		m := t.Add(-time.Duration(offset) * time.Second)
		read = append(read, m.UnixNano())
		if on := m.In(w.zone); on.Hour() == t.Hour() && on.Minute() == t.Minute() {
			shown = append(shown, m.UnixNano())
		}
	}
	if len(shown) == 0 {
		shown = read
	}
	if end {
		return slices.Max(shown)
	}
	return slices.Min(shown)
}

// An Interval is one time that a row holds, in nanoseconds since 1970: from From up to, and not at, To.
type Interval struct{ From, To int64 }

// Within are the occurrences that touch a horizon, in their order.
func (w Window) Within(from, to int64) []Interval {
	var out []Interval
	for n := max(0, w.near(from)-2); n <= max(0, w.near(to)); n++ {
		a, b := w.occurrence(n)
		if a != b && a < to && from < b {
			out = append(out, Interval{a, b})
		}
		if w.every == once {
			break
		}
	}
	return out
}

// Moment reads a time of a window for callers that give one: a date, or a date and time with its offset.
func Moment(s string) (int64, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.UnixNano(), sane(t)
	}
	w, err := parseWall(s)
	return w.UnixNano(), err
}

// TimeText is a moment as it is exported: RFC 3339 in UTC.
func TimeText(ns int64) string { return ir.Value{Type: ir.Timestamp, Int: ns}.Text() }
