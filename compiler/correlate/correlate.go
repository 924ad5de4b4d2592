// Package correlate says when several events mean something together: the reference evaluator of correlations, on a
// virtual clock. It is given events that rules have matched and says which of them complete a correlation; README.md
// has the readings of Sigma's specification that it takes.
package correlate

import (
	"math"
	"time"

	"detc/compiler/ir"
)

// An Event is a record that one or more rules match.
type Event struct {
	Time   int64  // of the event, in nanoseconds since any epoch, the same for all
	Rules  []int  // what it matches, as Network.Rule numbers it; an event of no rule only moves the clock
	Record Record // its fields; nil has none
}

// A Record gives the fields of an event. The network keeps it until the event is judged, and absence until the wait is
// over, so it must not change.
type Record interface {
	// Values are the texts of a field as a rule sees the event, by the rule's name in the correlation and the field's
	// name in that rule. None: the event lacks it. Several: the field holds a list.
	Values(rule, field string) []string
}

// Fields is a Record that looks the same to all rules.
type Fields map[string][]string

// Values is the field's texts; the rule doesn't matter.
func (f Fields) Values(_, field string) []string { return f[field] }

// A Firing is a correlation that an event has completed.
type Firing struct {
	Correlation *ir.Correlation
	// Time is that of the completing event; for Absence the end of the wait.
	Time int64
	// Group are the values of GroupBy, in its order.
	Group []string
	// Seq is the number of the event that completed it, in the order of Add from 0. Of Absence it is the event that
	// was waited after, of one rule the last before the silence.
	Seq int64
	// Event is that event. In a chain its Record is that of the firing below: its group, then its own event's fields.
	Event Event
	// Number is what Having was asked about: events, distinct values, their sum, mean or percentile, rules seen. It is
	// 0 for Absence and FirstSeen.
	Number float64
	// AtLeast says that the count is Number or more: no more are kept than the condition can tell apart.
	AtLeast bool
	// Contributing are the events behind it, oldest first: the kept ones of the window, the latest of each value or
	// rule, or the sequence. No more than Options.Contributing.
	Contributing []Ref
}

// A Ref names an event by its number and time. Of a firing in a chain it is the event that completed it.
type Ref struct{ Seq, Time int64 }

// Forever is the end of time, for Finish.
const Forever = math.MaxInt64

// Options are bounds. The zero value is what a build uses.
type Options struct {
	// Lateness is how far behind the latest event another may come and still be judged; negative is none. 0 is each
	// correlation's own timespan.
	Lateness time.Duration
	// Start is when the records began, for FirstSeen: it knows from Start plus its timespan on. Nil: the first event.
	Start *int64
	// MaxPerGroup is how many events or values a group keeps where the condition sets no smaller bound (65,536).
	MaxPerGroup int
	// MaxGroups is how many groups with a window that is not empty a correlation has (2,097,152).
	MaxGroups int
	// MaxHeld is how many events are held back for order (1,048,576); past it the earliest are judged before their time.
	MaxHeld int
	// Contributing is how many events a firing lists (16).
	Contributing int
}

// Stats are what became of a correlation's events. Each event of its rules is in Judged, Late, NoKey or NoValue.
type Stats struct {
	Judged  int64 // entered at least one group
	Late    int64 // came later than the bound
	NoKey   int64 // had no value for a field of GroupBy, by any of its rules
	NoValue int64 // had none for Fields, or no number where one is due
	Firings int64
	// Unknown are the firings that FirstSeen would have made before Knows; Knows is when its history is whole.
	Unknown int64
	Knows   int64
	// Overflow are the events and values that a group lost to MaxPerGroup, NoRoom the groups not made for MaxGroups,
	// CutKeys the events with more than 256 keys or values, of which only those were taken. Where one is not 0, results may be short.
	Overflow, NoRoom, CutKeys int64
	Groups                    int // there now
}

// Short says that a bound was met, so that results may differ from the correlation's meaning.
func (s Stats) Short() bool { return s.Overflow+s.NoRoom+s.CutKeys > 0 }

// Run gives all events to a network in order of arrival, finishes it, and returns what fired, in order of time. All waits
// end. A network runs once.
func Run(n *Network, events []Event) []Firing { return RunUntil(n, events, Forever) }

// RunUntil is Run where the records end at a time: a wait that isn't over then fires nothing.
func RunUntil(n *Network, events []Event, until int64) []Firing {
	var out []Firing
	n.fire = func(f Firing) { out = append(out, f) }
	for _, e := range events {
		n.Add(e)
	}
	n.Finish(until)
	return out
}
