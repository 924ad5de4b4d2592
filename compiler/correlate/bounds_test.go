package correlate_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"detc/compiler/correlate"
	"detc/compiler/ir"
)

func network(t *testing.T, o correlate.Options, cs ...*ir.Correlation) (*correlate.Network, *[]correlate.Firing) {
	t.Helper()
	var fired []correlate.Firing
	n, err := correlate.New(cs, o, func(f correlate.Firing) { fired = append(fired, f) })
	if err != nil {
		t.Fatal(err)
	}
	return n, &fired
}

func at(time int64, rule int, fields correlate.Fields) correlate.Event {
	return correlate.Event{Time: time, Rules: []int{rule}, Record: fields}
}

func TestWhatAGroupLosesIsSaid(t *testing.T) {
	for kind, want := range map[ir.CorrelationKind]struct {
		overflow int64
		number   float64
	}{
		ir.EventCount: {6, 4}, ir.ValueCount: {6, 4}, ir.ValueSum: {6, 6 + 7 + 8 + 9}, ir.ValueAvg: {6, 7.5}, ir.ValuePercentile: {6, 7},
	} {
		c := &ir.Correlation{Name: "c", Kind: kind, Rules: refs("a"), Fields: []string{"v"}, Percentile: 50, Within: time.Hour,
			Having: having(ir.BoundNeq, 1e9)}
		n, fired := network(t, correlate.Options{MaxPerGroup: 4}, c)
		for i := range int64(10) {
			n.Add(at(i, 0, correlate.Fields{"v": {fmt.Sprint(i)}}))
		}
		n.Finish(correlate.Forever)
		s := n.Stats(0)
		last := (*fired)[len(*fired)-1]
		if s.Overflow != want.overflow || !s.Short() || last.Number != want.number {
			t.Errorf("%s: %+v, at last %v", kind, s, last.Number)
		}
		if counts := kind <= ir.ValueCount; last.AtLeast != counts {
			t.Errorf("%s: at least is %t", kind, last.AtLeast)
		}
	}
	c := &ir.Correlation{Name: "c", Kind: ir.Absence, Rules: refs("a", "b"), Within: 100}
	n, fired := network(t, correlate.Options{MaxPerGroup: 4}, c)
	for i := range int64(10) {
		n.Add(at(i, 0, nil))
	}
	n.Finish(correlate.Forever)
	if s := n.Stats(0); s.Overflow != 6 || len(*fired) != 4 {
		t.Errorf("absence: %+v, %d firings", s, len(*fired))
	}
}

// A condition that tells no more than three counts apart keeps three events, and loses nothing by it.
func TestCountsKeepWhatTheConditionNeeds(t *testing.T) {
	for _, kind := range []ir.CorrelationKind{ir.EventCount, ir.ValueCount} {
		c := &ir.Correlation{Name: "c", Kind: kind, Rules: refs("a"), Fields: []string{"v"}, Within: time.Hour, Having: having(ir.BoundGte, 3)}
		n, fired := network(t, correlate.Options{}, c)
		for i := range int64(1000) {
			n.Add(at(i, 0, correlate.Fields{"v": {fmt.Sprint(i)}}))
		}
		n.Finish(correlate.Forever)
		last := (*fired)[len(*fired)-1]
		if len(*fired) != 998 || last.Number != 3 || !last.AtLeast || len(last.Contributing) != 3 || n.Stats(0).Short() {
			t.Errorf("%s: %d firings, %v, %+v", kind, len(*fired), last, n.Stats(0))
		}
		if first := (*fired)[0]; first.AtLeast || fmt.Sprint(first.Contributing) != "[{0 0} {1 1} {2 2}]" {
			t.Errorf("%s: %v", kind, first)
		}
	}
}

func TestGroupsThatFindNoRoomAreSaid(t *testing.T) {
	for kind := ir.EventCount; kind <= ir.FirstSeen; kind++ {
		c := &ir.Correlation{Name: "c", Kind: kind, Rules: refs("a", "b"), GroupBy: []string{"k"}, Fields: []string{"k"}, Percentile: 50, Within: 10}
		n, _ := network(t, correlate.Options{MaxGroups: 3, Lateness: -1}, c)
		for i := range int64(5) {
			n.Add(at(i, 0, correlate.Fields{"k": {fmt.Sprint(i)}}))
		}
		if s := n.Stats(0); s.NoRoom != 2 || s.Groups != 3 || !s.Short() {
			t.Errorf("%s: %+v", kind, s)
		}
		n.Add(at(11, 0, correlate.Fields{"k": {"new"}})) // the first has gone by now
		if s := n.Stats(0); s.NoRoom != 2 {
			t.Errorf("%s: %+v, though a group was idle", kind, s)
		}
	}
}

func TestListsThatAreTooLongAreSaid(t *testing.T) {
	var long []string
	for i := range 1000 {
		long = append(long, fmt.Sprint(i))
	}
	c := &ir.Correlation{Name: "c", Kind: ir.ValueCount, Rules: refs("a"), GroupBy: []string{"k", "l"}, Fields: []string{"v"}, Within: 10,
		Having: having(ir.BoundGte, 1)}
	n, fired := network(t, correlate.Options{}, c)
	n.Add(at(0, 0, correlate.Fields{"k": long, "l": long, "v": {"1"}}))
	n.Add(at(0, 0, correlate.Fields{"k": {"1"}, "l": {"2"}, "v": long}))
	n.Finish(correlate.Forever)
	if s := n.Stats(0); s.CutKeys != 2 || len(*fired) != 257 {
		t.Errorf("%+v, %d firings", s, len(*fired))
	}
}

// Past MaxHeld the earliest events are judged before their time, and what comes before those is late.
func TestHeldEventsAreBounded(t *testing.T) {
	c := &ir.Correlation{Name: "c", Rules: refs("a"), Within: time.Hour, Having: having(ir.BoundGte, 1)}
	n, fired := network(t, correlate.Options{MaxHeld: 3}, c)
	for _, time := range []int64{10, 30, 20, 40, 50, 15, 25} {
		n.Add(at(time, 0, nil))
	}
	if n.Pressed() != 3 || n.Stats(0).Late != 1 {
		t.Errorf("%d pressed, %+v", n.Pressed(), n.Stats(0))
	}
	n.Finish(correlate.Forever)
	var times []int64
	for _, f := range *fired {
		times = append(times, f.Time)
	}
	if fmt.Sprint(times) != "[10 20 25 30 40 50]" {
		t.Errorf("fired at %v", times)
	}
}

// Times at the ends of what there is neither wrap nor hang.
func TestEndsOfTime(t *testing.T) {
	for kind := ir.EventCount; kind <= ir.FirstSeen; kind++ {
		for _, within := range []time.Duration{0, 1, math.MaxInt64} {
			c := &ir.Correlation{Name: "c", Kind: kind, Rules: refs("a", "b"), Fields: []string{"v"}, Percentile: 50, Within: within}
			n, fired := network(t, correlate.Options{Lateness: math.MaxInt64}, c)
			for _, time := range []int64{math.MaxInt64, math.MinInt64, 0, math.MinInt64, math.MaxInt64, -1} {
				n.Add(correlate.Event{Time: time, Rules: []int{0, 1, 7, -1}, Record: correlate.Fields{"v": {"1"}}})
				n.Advance(time)
			}
			n.Finish(correlate.Forever)
			for i, f := range *fired {
				if i > 0 && f.Time < (*fired)[i-1].Time {
					t.Errorf("%s within %d: %d fires after %d", kind, within, f.Time, (*fired)[i-1].Time)
				}
			}
		}
	}
}

func TestWhatIsNoNetwork(t *testing.T) {
	ok := ir.Correlation{Name: "c", Rules: refs("a"), Within: 1}
	but := func(f func(*ir.Correlation)) []*ir.Correlation {
		c := ok
		f(&c)
		return []*ir.Correlation{&c}
	}
	for want, cs := range map[string][]*ir.Correlation{
		"no rules":      but(func(c *ir.Correlation) { c.Rules = nil }),
		"timespan":      but(func(c *ir.Correlation) { c.Within = -1 }),
		"no such kind":  but(func(c *ir.Correlation) { c.Kind = 77 }),
		"of 3 rules":    but(func(c *ir.Correlation) { c.Kind, c.Rules = ir.Absence, refs("a", "b", "c") }),
		"of no field":   but(func(c *ir.Correlation) { c.Kind = ir.ValueCount }),
		"of 2 fields":   but(func(c *ir.Correlation) { c.Kind, c.Fields = ir.ValueSum, []string{"v", "w"} }),
		"percentile 0":  but(func(c *ir.Correlation) { c.Kind, c.Fields = ir.ValuePercentile, []string{"v"} }),
		"over itself":   but(func(c *ir.Correlation) { c.Rules = refs("a", "c") }),
		"over one that": {{Name: "x", Rules: refs("y"), Within: 1}, {Name: "y", Rules: refs("x"), Within: 1}},
		"there are two": {&ok, {Name: "d", ID: "c", Rules: refs("a"), Within: 1}},
	} {
		if _, err := correlate.New(cs, correlate.Options{}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// A correlation may be named by its id, and a firing says who it is of.
func TestChainByID(t *testing.T) {
	low := &ir.Correlation{Name: "low", ID: "6f0b3c1e", Rules: refs("a"), GroupBy: []string{"k"}, Within: 10, Having: having(ir.BoundGte, 2)}
	top := &ir.Correlation{Name: "top", Rules: refs("6f0b3c1e", "b"), Kind: ir.TemporalOrdered, GroupBy: []string{"m"}, Within: 10}
	n, fired := network(t, correlate.Options{}, top, low)
	if fmt.Sprint(n.Rules()) != "[b a]" {
		t.Errorf("rules %v", n.Rules())
	}
	a, _ := n.Rule("a")
	b, _ := n.Rule("b")
	for i, rule := range []int{a, a, b} {
		n.Add(at(int64(i), rule, correlate.Fields{"k": {"x"}, "m": {fmt.Sprint(i / 2), "y"}}))
	}
	n.Finish(correlate.Forever)
	if len(*fired) != 2 || (*fired)[1].Correlation != top {
		t.Fatalf("%v", *fired)
	}
	f := (*fired)[1]
	if f.Seq != 2 || f.Group[0] != "y" || fmt.Sprint(f.Contributing) != "[{1 1} {2 2}]" || f.Event.Record.Values("b", "k")[0] != "x" {
		t.Errorf("%+v", f)
	}
	if s := n.Stats(1); s.Judged != 2 || s.Firings != 1 {
		t.Errorf("%+v", s)
	}
}
