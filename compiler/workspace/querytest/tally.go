package querytest

import (
	"fmt"
	"slices"

	"detc/compiler/ir"
)

// A Tally counts what was held on an engine.
type Tally struct {
	Exact, Approximate, Refused    int // queries
	Events, Cases, Matches, Left   int // Cases are among the events; Left is what the engine can't hold
	Fewest                         int // events that were made for a rule, at least
	Pairs                          int // answers that were held against eval's
	Inside, InsideQueries, Outside int // disagreements that a loss covers, the queries that have any, and the others
}

func (s *Tally) String() string {
	return fmt.Sprintf("%d queries (%d exact, %d approximate), %d refused; %d pairs, %d of them stubs' cases, at least %d made a rule, %d matches, %d left out that it can't hold; "+
		"disagreements: %d inside a declared loss (of %d queries), %d outside",
		s.Exact+s.Approximate, s.Exact, s.Approximate, s.Refused, s.Pairs, s.Cases, s.Fewest, s.Matches, s.Left, s.Inside, s.InsideQueries, s.Outside)
}

// Gather gives a query's events, its stub's cases before n that are made, of which an engine can hold what holds says.
func (s *Tally) Gather(q *Query, n int, holds func(*Event) bool) []Event {
	counted := func(e *Event) bool {
		ok := holds(e)
		if !ok {
			s.Left++
		}
		return ok
	}
	out := slices.DeleteFunc(q.Cases(), func(e Event) bool { return !counted(&e) })
	s.Cases += len(out)
	made := q.Generated(n, counted)
	if s.Fewest == 0 || len(made) < s.Fewest {
		s.Fewest = len(made)
	}
	out = append(out, made...)
	s.Events += len(out)
	return out
}

// maxSaid bounds the disagreements that are told: the rest are of one kind, or of one cause.
const maxSaid = 12

// Hold holds the rows that a query found, by their number, against what want says of each event, and tells of the
// disagreements that no loss covers.
func (s *Tally) Hold(q *Query, events []Event, rows map[int]bool, want func(*Event) bool) (said []string) {
	if len(q.Losses) > 0 {
		s.Approximate++
	} else {
		s.Exact++
	}
	inside := s.Inside
	for i := range events {
		e := &events[i]
		s.Pairs++
		meant := want(e)
		if meant {
			s.Matches++
		}
		switch {
		case rows[i] == meant:
		case Excused(q.Losses, meant):
			s.Inside++
		default:
			if s.Outside++; s.Outside <= maxSaid {
				said = append(said, fmt.Sprintf("%s for %s (%s), %s: the engine says %t, eval %t\nrule   %s\nrecord %q\nrow    %q\nquery  %s\nlosses %s",
					q.Name, q.Target, q.Fidelity(), e.What, rows[i], meant, ir.Text(q.Of.Where), fmt.Sprint(e.Raw), fmt.Sprint(e.Stored), q.Text, Excuses(q.Losses)))
			}
		}
	}
	if s.Inside > inside {
		s.InsideQueries++
	}
	return said
}
