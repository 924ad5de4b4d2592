package correlate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"detc/compiler/ir"
)

// A Network is correlations on one clock; one may be over the firings of others.
type Network struct {
	o        Options
	engines  []*engine
	timed    []*engine // those that wait, each after those it is over
	seen     []*firstSeen
	rules    []string
	numbers  map[string]int
	over     [][]place // by rule: what is over it
	chained  [][]place // by correlation: the same
	lateness int64
	fire     func(Firing)

	current held   // the event at hand
	queue   []fact // firings that wait for their turn
	waiting queue  // events that wait for earlier ones
	touched []*engine
	slots   [][]int // by engine: the places that the event at hand fills
	arrived int64
	latest  int64 // the time of the latest event
	floor   int64 // what was judged before its time; earlier ones come too late
	began   bool
	pressed int64
}

// A place is a rule's in a correlation. A rule may be there twice.
type place struct {
	engine *engine
	slots  []int
}

// New makes a network. Every firing of every correlation goes to fire (nil: nowhere), in order of time; fire must not
// call the network. The error is for a correlation that says nothing: no rules, a cycle, a bound that its kind lacks.
func New(cs []*ir.Correlation, o Options, fire func(Firing)) (*Network, error) {
	n := &Network{o: o.filled(), numbers: map[string]int{}, fire: fire, latest: math.MinInt64, floor: math.MinInt64}
	names := map[string]int{}
	for i, c := range cs {
		if err := check(c); err != nil {
			return nil, err
		}
		for _, name := range slices.Compact([]string{c.Name, c.ID}) {
			if _, twice := names[name]; twice && name != "" {
				return nil, fmt.Errorf("correlation %s: there are two of that name or id", name)
			}
			if name != "" {
				names[name] = i
			}
		}
	}
	n.chained, n.slots = make([][]place, len(cs)), make([][]int, len(cs))
	for i, c := range cs {
		e := newEngine(newPlan(c, n.o), i, n.o, n.completed)
		n.engines = append(n.engines, e)
		n.lateness = max(n.lateness, e.lateness)
		n.connect(e, names)
	}
	return n, n.order()
}

func (o Options) filled() Options {
	o.MaxPerGroup = cmp.Or(max(o.MaxPerGroup, 0), 1<<16)
	o.MaxGroups = min(cmp.Or(max(o.MaxGroups, 0), 1<<21), math.MaxInt32)
	o.MaxHeld = cmp.Or(max(o.MaxHeld, 0), 1<<20)
	o.Contributing = cmp.Or(max(o.Contributing, 0), 16)
	return o
}

// connect puts an engine beside the rules and correlations that it is over.
func (n *Network) connect(e *engine, names map[string]int) {
	for slot, rule := range e.rules {
		list := &n.over
		i, chained := names[rule]
		if chained {
			list = &n.chained
		} else {
			i = n.number(rule)
		}
		if l := (*list)[i]; len(l) > 0 && l[len(l)-1].engine == e {
			l[len(l)-1].slots = append(l[len(l)-1].slots, slot)
		} else {
			(*list)[i] = append(l, place{e, []int{slot}})
		}
	}
}

func (n *Network) number(rule string) int {
	i, ok := n.numbers[rule]
	if !ok {
		i = len(n.rules)
		n.numbers[rule] = i
		n.rules, n.over = append(n.rules, rule), append(n.over, nil)
	}
	return i
}

// order finds those that wait, each after those it is over, so that of two waits over at once the lower one is first, and
// of those of which neither is over the other the one that was given first. Where that takes no end there is a cycle.
func (n *Network) order() error {
	above := make([]int, len(n.engines)) // how many correlations each is directly over that have not come yet
	for _, places := range n.chained {
		for _, p := range places {
			above[p.engine.place]++
		}
	}
	came := make([]bool, len(n.engines))
	for count := 0; count < len(n.engines); {
		before := count
		for _, e := range n.engines {
			if came[e.place] || above[e.place] > 0 {
				continue
			}
			came[e.place] = true
			count++
			n.arrange(e)
			for _, p := range n.chained[e.place] {
				above[p.engine.place]--
			}
		}
		if count == before {
			break
		}
	}
	for _, e := range n.engines {
		if !came[e.place] {
			return fmt.Errorf("correlation %s: it is over itself, or over one that is", e.c.Name)
		}
	}
	return nil
}

// arrange notes an engine that looks at the clock.
func (n *Network) arrange(e *engine) {
	switch k := e.kind.(type) {
	case *absence:
		n.timed = append(n.timed, e)
	case *firstSeen:
		n.seen = append(n.seen, k)
	}
}

// Rule is the number of a rule that is named by a correlation and is no correlation itself.
func (n *Network) Rule(name string) (number int, ok bool) {
	number, ok = n.numbers[name]
	return number, ok
}

// Rules are the names of those rules, by number: in order of the text.
func (n *Network) Rules() []string { return slices.Clone(n.rules) }

// Stats says what became of the events of a correlation, by its place in what New was given.
func (n *Network) Stats(correlation int) Stats { return n.engines[correlation].now() }

// Pressed is how many events were judged before their time for MaxHeld.
func (n *Network) Pressed() int64 { return n.pressed }
