package correlate_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// A timeline is correlations and what they are given.
type timeline struct {
	cs      []*ir.Correlation
	options correlate.Options
	events  []spelled
	until   int64
}

// A spelled event names its rules.
type spelled struct {
	time   int64
	rules  []string
	fields correlate.Fields
}

func (t timeline) String() string {
	var b strings.Builder
	for _, c := range t.cs {
		fmt.Fprintf(&b, "%s: %s %v by %v of %v within %d having %v percentile %v aliases %v\n", c.Name, c.Kind, names(c), c.GroupBy, c.Fields, c.Within, bounds(c), c.Percentile, c.Aliases)
	}
	fmt.Fprintf(&b, "lateness %d until %d\n", t.options.Lateness, t.until)
	for i, e := range t.events {
		fmt.Fprintf(&b, "%d at %d: %v %v\n", i, e.time, e.rules, e.fields)
	}
	return b.String()
}

func names(c *ir.Correlation) (out []string) {
	for _, r := range c.Rules {
		out = append(out, r.Name)
	}
	return out
}

func bounds(c *ir.Correlation) (out []string) {
	for _, b := range c.Having {
		out = append(out, fmt.Sprint(b.Op, " ", b.Value))
	}
	return out
}

// A draw takes one of n; of rapid, so that what fails shrinks, or of plain chance.
type draw func(n int) int

func pick[T any](d draw, from ...T) T { return from[d(len(from))] }

func some[T any](d draw, from ...T) (out []T) {
	for _, v := range from {
		if d(2) == 1 {
			out = append(out, v)
		}
	}
	return out
}

func aTimeline(d draw) timeline {
	t := timeline{until: correlate.Forever}
	t.cs = append(t.cs, aCorrelation(d, "one", "a", "b", "c"))
	if d(3) == 0 {
		t.cs = append(t.cs, aCorrelation(d, "two", "one", "a", "b"))
		if d(2) == 0 {
			t.cs = append(t.cs, aCorrelation(d, "three", "one", "two", "c"))
		}
		if d(2) == 0 {
			slices.Reverse(t.cs)
		}
	}
	t.options.Lateness = pick[time.Duration](d, 0, 0, -1, 2, 100)
	now := int64(0)
	for range d(13) {
		now += int64(pick(d, 1, 0, 2, 5, -1, -3, -6))
		e := spelled{time: now, rules: some(d, "a", "b", "c"), fields: correlate.Fields{}}
		e.fields["k"] = pick(d, []string{"x"}, []string{"x"}, []string{"y"}, []string{"X", "y"}, []string{"y", "y"}, []string{""}, nil)
		e.fields["m"] = pick(d, []string{"x"}, []string{""}, []string{"y", "x"}, nil)
		e.fields["v"] = pick(d, []string{"1"}, []string{"2"}, []string{"0.1"}, []string{"-3.5"}, []string{"1", "7"}, []string{"x"}, []string{"X", "3"}, nil)
		e.fields["w"] = pick(d, []string{"1"}, []string{"2"}, nil)
		t.events = append(t.events, e)
	}
	if d(5) == 0 {
		t.until = now + int64(d(6))
	}
	if d(5) == 0 {
		start := int64(d(6))
		t.options.Start = &start
	}
	return t
}

func aCorrelation(d draw, name string, rules ...string) *ir.Correlation {
	c := &ir.Correlation{Name: name, Kind: ir.CorrelationKind(d(int(ir.FirstSeen) + 1)), Within: time.Duration(pick(d, 4, 2, 0, 7))}
	from := some(d, rules...)
	if d(2) == 0 {
		slices.Reverse(from)
	}
	if len(from) == 0 {
		from = rules[:1]
	}
	if d(6) == 0 {
		from = append(from, from[0])
	}
	if c.Kind == ir.Absence && len(from) > 2 {
		from = from[:2]
	}
	for _, r := range from {
		c.Rules = append(c.Rules, ir.RuleRef{Name: r})
	}
	c.GroupBy = pick(d, []string{"k"}, nil, []string{"k", "m"}, []string{"z"}, []string{"z", "k"})
	if slices.Contains(c.GroupBy, "z") || d(4) == 0 {
		a := ir.Alias{Name: "z"}
		for _, r := range slices.Compact(slices.Sorted(slices.Values(from))) {
			a.Fields = append(a.Fields, ir.AliasField{Rule: r, Field: pick(d, "k", "m")})
		}
		c.Aliases = []ir.Alias{a}
	}
	if c.Kind.OfValues() {
		c.Fields = []string{"v"}
		if c.Kind == ir.ValueCount {
			c.Fields = pick(d, []string{"v"}, []string{"v", "w"}, []string{"z"})
		}
		c.Percentile = pick(d, 50, 95, 100, 0.1, 33.3, 75)
	}
	if c.Kind < ir.Temporal || c.Kind < ir.Absence && d(2) == 0 {
		for range 1 + d(2) {
			c.Having = append(c.Having, ir.Bound{Op: ir.BoundOp(d(6)), Value: pick(d, 2, 1, 3, 0, 2.5)})
		}
	}
	return c
}

// network makes a timeline's network, and its events as the network numbers rules.
func (t timeline) network(fire func(correlate.Firing)) (*correlate.Network, []correlate.Event, error) {
	n, err := correlate.New(t.cs, t.options, fire)
	if err != nil {
		return nil, nil, err
	}
	var events []correlate.Event
	for _, e := range t.events {
		ev := correlate.Event{Time: e.time, Record: e.fields}
		for _, r := range e.rules {
			if i, ok := n.Rule(r); ok {
				ev.Rules = append(ev.Rules, i)
			}
		}
		events = append(events, ev)
	}
	return n, events, nil
}

// disagree runs a timeline on the engine and on the reference with a flaw, and says where they differ.
func (t timeline) disagree(f flaw) string {
	var fired []correlate.Firing
	var got, want, bad []string
	n, events, err := t.network(func(f correlate.Firing) {
		fired = append(fired, f)
		bad = append(bad, t.unsound(f)...)
	})
	if err != nil {
		return err.Error()
	}
	for _, e := range events {
		n.Add(e)
	}
	n.Finish(t.until)
	r := reference{cs: t.cs, options: t.options, names: n.Rules(), flaw: f}
	r.run(events, t.until)
	for i, f := range fired {
		if f.AtLeast && i < len(r.results) {
			if r.results[i].number <= f.Number {
				bad = append(bad, "no more than that: "+shown(f))
			}
			f.Number = r.results[i].number
		}
		got = append(got, shown(f))
	}
	for _, x := range r.results {
		want = append(want, x.String())
	}
	for i, c := range t.cs {
		s := n.Stats(i)
		s.Groups = 0
		got, want = append(got, fmt.Sprintf("%s %+v", c.Name, s)), append(want, fmt.Sprintf("%s %+v", c.Name, r.stats[i]))
	}
	if len(bad) == 0 && slices.Equal(got, want) {
		return ""
	}
	return fmt.Sprintf("%s\nthe engine:\n%s\nthe reference:\n%s\n%s", t, strings.Join(got, "\n"), strings.Join(want, "\n"), strings.Join(bad, "\n"))
}

// shown is a firing as the reference shows it.
func shown(f correlate.Firing) string {
	return result{name: f.Correlation.Name, time: f.Time, group: join(f.Group), seq: f.Seq, number: f.Number}.String()
}

// unsound says what is wrong with the events that a firing lists.
func (t timeline) unsound(f correlate.Firing) (bad []string) {
	if len(f.Contributing) == 0 && (f.Number > 0 || f.Correlation.Kind >= ir.Absence) {
		bad = append(bad, "nothing contributes to "+shown(f))
	}
	for i, r := range f.Contributing {
		from := f.Time - int64(f.Correlation.Within)
		if r.Time < from || r.Time > f.Time || i > 0 && r.Time < f.Contributing[i-1].Time {
			bad = append(bad, fmt.Sprintf("%s lists %v", shown(f), f.Contributing))
		}
	}
	return bad
}

// TestEngineAgreesWithReference holds the engine against the definitions on small random timelines.
func TestEngineAgreesWithReference(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	if err := checks.Value.Set("20000"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = checks.Value.Set(before) }()
	rapid.Check(t, func(t *rapid.T) {
		line := aTimeline(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "") })
		if d := line.disagree(sound); d != "" {
			t.Fatal(d)
		}
	})
}

// Each flaw is found by the same timelines, so the property can fail in each of those ways.
func TestFlawsAreFound(t *testing.T) {
	for f := sound + 1; f < flaws; f++ {
		r := rand.New(rand.NewPCG(1, uint64(f)))
		found := false
		for i := 0; i < 20000 && !found; i++ {
			found = aTimeline(r.IntN).disagree(f) != ""
		}
		if !found {
			t.Errorf("nothing shows that %s", f)
		}
	}
}
