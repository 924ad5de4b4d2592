package eql

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A sequencer writes a correlation as a sequence. EQL keeps one pending sequence a place and group: an event that goes on
// from it takes it along, so that the next of the same rule finds nothing to go on from (EQL syntax reference, "How
// sequence queries handle matches"). What it finds is there, but it doesn't find all.
type sequencer struct {
	backend.Notes
	c *backend.Correlation
}

// Correlate makes the query. Of a sequence the last event is the firing.
func (Target) Correlate(c *backend.Correlation) (backend.Query, diag.List) {
	s := &sequencer{c: c}
	if len(c.Members) == 0 {
		s.refuse("it is over no rules")
		return s.DoneOf(c, "")
	}
	for _, m := range c.Members {
		for _, k := range m.Keys {
			if k.List {
				s.LoseOf(c, backend.Both, "what EQL makes of several values in %s is not documented", k.Name)
			}
		}
	}
	return s.DoneOf(c, s.text())
}

func (s *sequencer) refuse(format string, args ...any) string {
	s.RefuseOf(title, s.c, format, args...)
	return ""
}

func (s *sequencer) text() string {
	n, ok := s.least()
	switch s.c.Kind {
	case ir.EventCount:
		return s.counted(n, ok)
	case ir.TemporalOrdered:
		return s.ordered(n, ok)
	case ir.Temporal:
		if ok && len(s.c.Members) == 1 && n == 1 {
			return s.single()
		}
		return s.refuse("a sequence has one order, and the rules may come in any")
	case ir.Absence:
		s.missing()
		switch len(s.c.Members) {
		case 1:
			return s.sequence(s.item("", 0), s.item("!", 0))
		case 2:
			return s.sequence(s.item("", 0), s.item("!", 1))
		}
		return s.refuse("it is over %d rules", len(s.c.Members))
	case ir.FirstSeen:
		s.missing()
		s.LoseOf(s.c, backend.Wider, "what the index no longer has, or not yet, is taken never to have been")
		return s.sequence(s.any("!"), s.any(""))
	}
	return s.refuse("EQL reckons nothing of values")
}

// least is the number that is asked for where a condition asks for no more than that there are so many; without any, all
// places must be filled.
func (s *sequencer) least() (int, bool) {
	if len(s.c.Having) == 0 {
		if s.c.Kind == ir.EventCount {
			return 1, true
		}
		return len(s.c.Members), true
	}
	n := 1.0
	for _, b := range s.c.Having {
		switch b.Op {
		case ir.BoundGte:
			n = max(n, math.Ceil(b.Value))
		case ir.BoundGt:
			n = max(n, math.Floor(b.Value)+1)
		default:
			return 0, false
		}
	}
	return int(min(n, math.MaxInt32)), true
}

const onlyMore = "a sequence says that there are so many, never that there are no more"

// mostRuns is the most that `with runs` takes.
const mostRuns = 100

func (s *sequencer) counted(n int, ok bool) string {
	switch {
	case !ok:
		return s.refuse(onlyMore)
	case n == 1:
		return s.single()
	case n > mostRuns:
		return s.refuse("runs takes %d events at most", mostRuns)
	}
	s.once()
	return s.sequence(s.any("") + " with runs=" + strconv.Itoa(n))
}

func (s *sequencer) ordered(n int, ok bool) string {
	switch {
	case !ok:
		return s.refuse(onlyMore)
	case n > len(s.c.Members):
		return s.refuse("it asks for %d of %d rules", n, len(s.c.Members))
	case n == 1 && len(s.c.Members) == 1:
		return s.single()
	case n == 1:
		return s.refuse("a sequence of one event is none")
	}
	s.once()
	var items []string
	for i := range n {
		items = append(items, s.item("", i))
	}
	return s.sequence(items...)
}

func (s *sequencer) once() {
	s.LoseOf(s.c, backend.Narrower, "only the event that completes a sequence is found, of each sequence once: EQL goes on with the latest of each place alone, and takes it along")
	s.LoseOf(s.c, backend.Both, "events of one millisecond stand in the order of the index, not in that of their arrival")
}

func (s *sequencer) missing() {
	s.LoseOf(s.c, backend.Both, "of a missing event it isn't documented whether one at the end of the timespan, or at the same time, is missing, nor when the search is too early to know; found is the event itself, not the end of the wait, and of several that wait the latest")
}

// single is a query of one event, for what every event of the rules is.
func (s *sequencer) single() string {
	out := s.all()
	s.oneGroup()
	for _, k := range s.c.Members[0].Keys {
		out += " and " + column(k) + " != null"
	}
	return "any where " + out
}

// all is any of the rules' conditions, as one that can stand beside others.
func (s *sequencer) all() string {
	var list []string
	for i := range s.c.Members {
		if c := s.condition(i); !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	if len(list) == 1 {
		return "(" + list[0] + ")"
	}
	return "((" + strings.Join(list, ") or (") + "))"
}

// any is an item that each of the rules fills. They must have the group in the same columns, since an item has one `by`.
func (s *sequencer) any(not string) string {
	s.oneGroup()
	return not + "[any where " + s.all() + "]"
}

func (s *sequencer) oneGroup() {
	if _, same := s.by(); !same {
		s.refuse("its rules have the group in other fields, and the events of all stand for one place")
	}
}

// item is a place of the sequence.
func (s *sequencer) item(not string, i int) string {
	out := not + "[any where " + s.condition(i) + "]"
	if _, same := s.by(); !same {
		out += " by " + names(s.c.Members[i].Keys)
	}
	return out
}

func (s *sequencer) condition(i int) string {
	e := &emitter{Notes: s.Notes, r: s.c.Members[i].Rule}
	text := strings.TrimPrefix(e.query(), "any where ")
	s.Notes = e.Notes
	return text
}

// by are the columns of the group; same is false where they differ between the rules.
func (s *sequencer) by() (text string, same bool) {
	text = names(s.c.Members[0].Keys)
	for _, m := range s.c.Members {
		if names(m.Keys) != text {
			return "", false
		}
	}
	return text, true
}

func names(list []backend.Column) string {
	var out []string
	for _, c := range list {
		out = append(out, column(c))
	}
	return strings.Join(out, ", ")
}

func column(c backend.Column) string {
	return name(strings.Join(append([]string{c.Name}, c.Path...), "."))
}

// sequence writes the places of a sequence. A missing key is none: an event without it is in no group.
func (s *sequencer) sequence(items ...string) string {
	head := "sequence"
	if by, same := s.by(); same && by != "" {
		head += " by " + by
	}
	w := s.c.Within
	if w <= 0 || w%time.Millisecond != 0 {
		return s.refuse("maxspan counts whole milliseconds, at least one")
	}
	span := strconv.FormatInt(w.Milliseconds(), 10) + "ms"
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}} {
		if w%u.of == 0 {
			span = strconv.FormatInt(int64(w/u.of), 10) + u.name
		}
	}
	return head + " with maxspan=" + span + "\n  " + strings.Join(items, "\n  ")
}

var _ backend.Correlator = Target{}
