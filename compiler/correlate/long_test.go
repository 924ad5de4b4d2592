package correlate_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"detc/compiler/correlate"
	"detc/compiler/ir"
)

func refs(names ...string) (out []ir.RuleRef) {
	for _, n := range names {
		out = append(out, ir.RuleRef{Name: n})
	}
	return out
}

func having(op ir.BoundOp, n float64) []ir.Bound { return []ir.Bound{{Op: op, Value: n}} }

// Windows with many events and values reach what small timelines don't: rings that grow and turn, tables of values,
// blocks of numbers in order.
func TestLongTimelinesAgree(t *testing.T) {
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 7))
		c := &ir.Correlation{Name: "long", Rules: refs("a", "b"), GroupBy: []string{"k"}, Fields: []string{"v"}, Within: time.Duration(50 + r.IntN(400)),
			Percentile: pick(r.IntN, 1, 50, 99.5), Kind: ir.CorrelationKind(seed % 8), Having: having(ir.BoundOp(r.IntN(6)), float64(r.IntN(90)))}
		if c.Kind >= ir.Temporal {
			c.Having = nil
		}
		if c.Kind == ir.Absence {
			c.Within = time.Duration(3 + r.IntN(8)) // or hardly a wait is ever over
		}
		line := timeline{cs: []*ir.Correlation{c}, until: correlate.Forever}
		now := int64(0)
		for range 500 {
			now += int64(r.IntN(4)) - int64(r.IntN(2))*int64(r.IntN(2))
			rules := some(r.IntN, "a", "b")
			if c.Kind == ir.Absence && r.IntN(8) > 0 {
				rules = []string{"a"}
			}
			line.events = append(line.events, spelled{now, rules, correlate.Fields{
				"k": {pick(r.IntN, "x", "x", "x", "y")}, "v": {fmt.Sprint(float64(r.IntN(150)) / 10)}}})
		}
		if d := line.disagree(sound); d != "" {
			t.Fatalf("seed %d: %.3000s", seed, d)
		}
	}
}

// A tenth is added and taken away a million times, with others of very different size; nothing of them may stay.
func TestSumsDoNotDrift(t *testing.T) {
	var last correlate.Firing
	c := &ir.Correlation{Name: "sum", Kind: ir.ValueSum, Rules: refs("a"), Fields: []string{"v"}, Within: 2}
	n, err := correlate.New([]*ir.Correlation{c}, correlate.Options{Lateness: -1}, func(f correlate.Firing) { last = f })
	if err != nil {
		t.Fatal(err)
	}
	values := []correlate.Fields{{"v": {"0.1"}}, {"v": {"-7e15"}}, {"v": {"0.1"}}, {"v": {"3e-9"}}, {"v": {"1e200"}}}
	numbers := []float64{0.1, -7e15, 0.1, 3e-9, 1e200}
	for i := range 1_000_000 {
		n.Add(correlate.Event{Time: int64(i), Rules: []int{0}, Record: values[i%len(values)]})
		if i < 100 || i > 999_900 {
			var window []float64
			for j := max(0, i-2); j <= i; j++ {
				window = append(window, numbers[j%len(numbers)])
			}
			if want := total(window); last.Number != want {
				t.Fatalf("after %d events the sum is %v, not %v", i+1, last.Number, want)
			}
		}
	}
}

// The exact sum is that of rationals, rounded once, whatever is added and taken away.
func TestExactSums(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	c := &ir.Correlation{Name: "sum", Kind: ir.ValueSum, Rules: refs("a"), Fields: []string{"v"}, Within: 20}
	var got float64
	n, err := correlate.New([]*ir.Correlation{c}, correlate.Options{}, func(f correlate.Firing) { got = f.Number })
	if err != nil {
		t.Fatal(err)
	}
	var all []float64
	for i := range 3000 {
		x := (r.Float64() - 0.5) * []float64{1, 1e-300, 1e15, 1e290, 1e-16, 0}[r.IntN(6)]
		if r.IntN(4) == 0 && len(all) > 3 {
			x = -all[len(all)-1-r.IntN(3)] // cancels
		}
		all = append(all, x)
		n.Add(correlate.Event{Time: int64(i), Rules: []int{0}, Record: correlate.Fields{"v": {fmt.Sprint(x)}}})
		n.Advance(int64(i + 20))
		if want := total(all[max(0, i-20):]); got != want {
			t.Fatalf("the sum of %v is %v, not %v", all[max(0, i-20):], got, want)
		}
		n.Advance(int64(i))
	}
}

// Time that is only told, not brought by an event, changes no result.
func TestAdvanceChangesNothing(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 3))
		line := aTimeline(r.IntN)
		n, events, err := line.network(nil)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprint(fingerprints(correlate.RunUntil(n, events, line.until)))
		var got []correlate.Firing
		n, events, _ = line.network(func(f correlate.Firing) { got = append(got, f) })
		latest := int64(-1 << 62)
		for _, e := range events {
			n.Add(e)
			latest = max(latest, e.Time)
			if r.IntN(2) == 0 {
				n.Advance(latest - int64(r.IntN(5)))
			}
		}
		n.Finish(line.until)
		if fmt.Sprint(fingerprints(got)) != want {
			t.Fatalf("%s\n%v\nwant\n%v", line, fingerprints(got), want)
		}
	}
}

func fingerprints(list []correlate.Firing) (out []string) {
	for _, f := range list {
		out = append(out, fmt.Sprint(shown(f), f.AtLeast, f.Contributing))
	}
	return out
}

// Events of different times may arrive in any order within the bound.
func TestArrivalDoesNotMatter(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 4))
		line := aTimeline(r.IntN)
		line.options.Lateness = time.Hour
		for i := range line.events {
			line.events[i].time = int64(i * 2 / 3 * 3)
			line.events[i].time += int64(i) // all differ
		}
		seen := func() (out []string) {
			n, events, err := line.network(nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range correlate.RunUntil(n, events, line.until) {
				f.Seq = 0
				out = append(out, shown(f))
			}
			return out
		}
		want := seen()
		r.Shuffle(len(line.events), func(i, j int) { line.events[i], line.events[j] = line.events[j], line.events[i] })
		if got := seen(); !slices.Equal(got, want) {
			t.Fatalf("%s\n%v\nwant\n%v", line, got, want)
		}
	}
}

// A million groups that come and go leave no more than those of one window.
func TestIdleGroupsAreFreed(t *testing.T) {
	for kind := ir.EventCount; kind <= ir.FirstSeen; kind++ {
		c := &ir.Correlation{Name: "idle", Kind: kind, Rules: refs("a", "b"), GroupBy: []string{"k"}, Fields: []string{"v"}, Percentile: 50, Within: 100}
		n, err := correlate.New([]*ir.Correlation{c}, correlate.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		var early runtime.MemStats
		for i := range 40_000 {
			n.Add(correlate.Event{Time: int64(i), Rules: []int{0}, Record: correlate.Fields{"k": {fmt.Sprint("key ", i)}, "v": {"1"}}})
			most = max(most, n.Stats(0).Groups)
			if i == 2000 {
				runtime.GC()
				runtime.ReadMemStats(&early)
			}
		}
		var late runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&late)
		if most > 101 {
			t.Errorf("%s keeps %d groups of a window of 100", kind, most)
		}
		if grown := int64(late.HeapAlloc) - int64(early.HeapAlloc); grown > 1<<18 {
			t.Errorf("%s has grown by %d bytes", kind, grown)
		}
		runtime.KeepAlive(n)
	}
}
