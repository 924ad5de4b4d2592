package correlate

import (
	"bytes"

	"detc/compiler/ir"
)

// A held event has arrived and is not judged yet.
type held struct {
	Event
	seq    int64
	behind int64 // how far behind the latest event it came
	early  bool  // not judged before its time: it came before one that was
}

// An engine judges the events of one correlation, which come in order of time.
type engine struct {
	*plan
	kind
	place  int // among the correlations
	stats  Stats
	most   int        // Options.Contributing
	emit   func(fact) // takes a firing
	keys   lister
	values lister
	found  []found // scratch: the groups of an event
	used   int
	one    entry
}

// A found group is one that an event enters, with the places it fills there.
type found struct {
	key   []byte
	slots []int
}

// An entry is an event that enters a group.
type entry struct {
	*held
	slots   []int     // the places it fills, ascending
	texts   [][]byte  // of ValueCount: its distinct values
	numbers []float64 // of the other value kinds
}

// A fact is that a correlation fires.
type fact struct {
	engine  *engine
	time    int64
	key     string
	event   Event
	rule    int // the place in the correlation that the event fills
	seq     int64
	number  float64
	atLeast bool
	refs    []Ref
}

// A kind is what a correlation of one kind keeps and how it judges.
type kind interface {
	// enter puts an event into a group, and fires where that completes the correlation.
	enter(key []byte, e *entry)
	// due is when the next wait is over; end ends it. Both are of absence.
	due() (int64, bool)
	end()
	// size is how many groups there are.
	size() int
}

// untimed is of the kinds that only events complete.
type untimed struct{}

func (untimed) due() (int64, bool) { return 0, false }
func (untimed) end()               {}

func newEngine(p *plan, place int, o Options, emit func(fact)) *engine {
	e := &engine{plan: p, place: place, most: o.Contributing, emit: emit}
	switch {
	case p.c.Kind == ir.Absence && len(p.rules) == 2:
		e.kind = newAbsence(e, o)
	case p.c.Kind == ir.Absence:
		e.kind = newQuiet(e, o)
	case p.c.Kind == ir.FirstSeen:
		e.kind = newFirstSeen(e, o)
	default:
		e.kind = newWindow(e, o)
	}
	return e
}

// take judges an event that fills some places.
func (e *engine) take(h *held, slots []int) {
	if h.early || h.behind > e.lateness {
		e.stats.Late++
		return
	}
	groups := e.groupsOf(h, slots)
	if len(groups) == 0 {
		e.stats.NoKey++
		return
	}
	judged := false
	for i := range groups {
		e.one.held, e.one.slots = h, groups[i].slots
		if !e.c.Kind.OfValues() || e.read() {
			judged = true
			e.enter(groups[i].key, &e.one)
		}
	}
	if judged {
		e.stats.Judged++
	} else {
		e.stats.NoValue++
	}
}

// groupsOf are the groups that an event enters: one for each tuple of its key's values, in each place that it fills. A
// group that it enters by two places it enters once.
func (e *engine) groupsOf(h *held, slots []int) []found {
	e.used = 0
	for _, s := range slots {
		some := e.keys.each(h.Record, e.rules[s], e.plan.keys[s], func(key []byte) { e.add(key, s) })
		if some && e.keys.cut {
			e.stats.CutKeys++
		}
	}
	return e.found[:e.used]
}

func (e *engine) add(key []byte, slot int) {
	for i := range e.found[:e.used] {
		if f := &e.found[i]; bytes.Equal(f.key, key) {
			if f.slots[len(f.slots)-1] != slot {
				f.slots = append(f.slots, slot)
			}
			return
		}
	}
	if e.used == len(e.found) {
		e.found = append(e.found, found{})
	}
	f := &e.found[e.used]
	f.key, f.slots = append(f.key[:0], key...), append(f.slots[:0], slot)
	e.used++
}

// read fills in the values of the entry: those of the first place that has them, since one event is one event whatever
// matches it.
func (e *engine) read() bool {
	e.one.texts, e.one.numbers = e.one.texts[:0], e.one.numbers[:0]
	for _, s := range e.one.slots {
		some := e.values.each(e.one.Record, e.rules[s], e.fields[s], e.value)
		if some && e.values.cut {
			e.stats.CutKeys++
		}
		if len(e.one.texts)+len(e.one.numbers) > 0 {
			return true
		}
	}
	return false
}

func (e *engine) value(text []byte) {
	if e.c.Kind != ir.ValueCount {
		if x, ok := number(string(text)); ok {
			e.one.numbers = append(e.one.numbers, x)
		}
		return
	}
	for _, t := range e.one.texts {
		if bytes.Equal(t, text) {
			return
		}
	}
	e.one.texts = appendText(e.one.texts, text)
}

// appendText adds a copy, into the room of one that was there before where it can.
func appendText(list [][]byte, text []byte) [][]byte {
	if len(list) < cap(list) {
		list = list[:len(list)+1]
		last := &list[len(list)-1]
		*last = append((*last)[:0], text...)
		return list
	}
	return append(list, bytes.Clone(text))
}

// completed is a firing at an entry's time.
func (e *engine) completed(key string, en *entry, number float64, atLeast bool, refs []Ref) {
	e.emit(fact{engine: e, time: en.Time, key: key, event: en.Event, rule: en.slots[0], seq: en.seq, number: number, atLeast: atLeast, refs: refs})
}

// now are the statistics with what there is at the moment.
func (e *engine) now() Stats {
	s := e.stats
	s.Groups = e.size()
	return s
}
