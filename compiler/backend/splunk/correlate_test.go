package splunk_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend"
	"detc/compiler/backend/backendtest"
	"detc/compiler/backend/splunk"
	"detc/compiler/correlate"
	"detc/compiler/ir"
)

// epoch is when the timelines begin, in seconds since 1970.
const epoch = 1_700_000_000

// fired are the firings that a search gives for a timeline, as backendtest writes them.
func fired(t testing.TB, text string, line backendtest.Timeline, apart bool) (out []string) {
	t.Helper()
	in := table{to: math.Inf(1)}
	for i, e := range line.Events { // the search begins where the records do
		if at := epoch + float64(e.At)/1e9; i == 0 || at < in.from {
			in.from = at
		}
	}
	if line.Start != nil {
		in.from = epoch + float64(*line.Start)/1e9
	}
	if line.Until != correlate.Forever {
		last := line.Until
		for _, e := range line.Events {
			last = max(last, e.At)
		}
		in.to = epoch + float64(last)/1e9 + 1e-6
	}
	for _, e := range line.Events {
		r := row(e.Row()).with("_time", epoch+float64(e.At)/1e9)
		r["index"] = []string{"logs"}
		if apart { // what a rule would match if it lay there
			for _, name := range []string{"a", "b", "c"} {
				if (name == "b") != slices.Equal(e.Rules, []string{"b"}) {
					r["is_"+name] = []string{"yes"}
				}
			}
		}
		if apart && slices.Equal(e.Rules, []string{"b"}) {
			r["index"] = []string{"Other"}
			r = r.with("ts", math.Round(r.number("_time")*1e3)).with("_time", 5.0)
		}
		in.rows = append(in.rows, r)
	}
	for _, r := range pipeline(t, text, in) {
		group := []string{}
		for k := range line.Correlation.GroupBy {
			group = append(group, r[fmt.Sprintf("detc_k%d", k+1)][0])
		}
		at := math.Round((r.number("_time")-epoch)*1e6) * 1e3
		out = append(out, backendtest.Firing(int64(at), group))
	}
	slices.Sort(out)
	return out
}

// direction says whether the answer lies within what a query declares: nothing lost unless it may be, nothing added unless it
// may be.
func direction(q *backend.Query, got, want []string) bool {
	count := map[string]int{}
	for _, w := range want {
		count[w]--
	}
	for _, g := range got {
		count[g]++
	}
	for _, n := range count {
		effect := backend.Narrower
		if n > 0 {
			effect = backend.Wider
		}
		if n != 0 && !slices.ContainsFunc(q.Losses, func(l backend.Loss) bool { return l.Effect == effect || l.Effect == backend.Both }) {
			return false
		}
	}
	return true
}

type correlated struct{ exact, approximate, same, refused, firings int }

func (n *correlated) hold(t *testing.T, line backendtest.Timeline, apart bool) {
	t.Helper()
	if apart {
		line = line.Apart("b")
	}
	if line.Finest(time.Microsecond) == 1 {
		return // Splunk keeps microseconds
	}
	c := line.Over(backend.Column{Name: "_time", Type: ir.Timestamp, Stored: backend.Time})
	for _, m := range c.Members {
		if m.Rule.Name == "b" && apart { // found elsewhere, in another case, with its time in another field
			m.Rule.Table = "oth*"
			m.Rule.Time = backend.Column{Name: "ts", Type: ir.Timestamp, Stored: backend.TimeNumber, Unit: time.Millisecond}
		}
	}
	q, l := splunk.Targets()[0].Correlate(c)
	if l.HasErrors() {
		n.refused++
		return
	}
	want, err := line.Firings()
	if err != nil {
		t.Fatal(err)
	}
	got := fired(t, q.Text, line, apart)
	n.firings += len(want)
	if slices.Equal(got, want) {
		n.same++
	}
	if len(q.Losses) == 0 {
		n.exact++
	} else {
		n.approximate++
	}
	// The interpreter has no lists in streamstats of which it knew what Splunk makes; all else it does as the engine.
	listed := slices.ContainsFunc(q.Losses, func(l backend.Loss) bool { return strings.Contains(l.Reason, "several values") })
	if !direction(&q, got, want) || !listed && !slices.Equal(got, want) {
		t.Errorf("%s: %s over %v by %v\n%s\nevents %v\nlosses %v\nfires\n%s\nwant\n%s", line.Name, c.Clause(), c.Rules, c.GroupBy, q.Text, line.Events, q.Losses, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Not engine-verified: the searches are run by a reader of their grammar, in which streamstats does what its reference says.
// In it every search fires as package correlate does.
func TestCorrelationsMeanTheTimeline(t *testing.T) {
	cases, err := backendtest.Timelines(os.DirFS("../../../testdata/correlations"))
	if err != nil || len(cases) < 60 {
		t.Fatal(len(cases), err)
	}
	var n correlated
	for _, line := range cases {
		n.hold(t, line, false)
	}
	t.Logf("cases: %+v", n)
	n = correlated{}
	for i, line := range backendtest.MadeTimelines(3000) {
		n.hold(t, line, i%2 == 1 && line.Finest(time.Millisecond) > 1)
		if t.Failed() {
			return
		}
	}
	t.Logf("made: %+v", n)
	if n.exact < 400 || n.approximate < 400 || n.firings < 3000 {
		t.Error("too little was compared")
	}
}

// Whatever a field is called, it is a name of the grammar or the search is refused.
func TestCorrelationsOfHostileNames(t *testing.T) {
	said := 0
	for _, name := range backendtest.Hostile() {
		line := backendtest.MadeTimelines(3)[0]
		c := line.Over(backend.Column{Name: "_time", Stored: backend.Time})
		line.Correlation.GroupBy = []string{"k"}
		for i := range c.Members {
			c.Members[i].Keys = []backend.Column{{Name: name, Nullable: true}}
		}
		q, l := splunk.Targets()[0].Correlate(c)
		if l.HasErrors() {
			continue
		}
		said++
		for i, e := range line.Events {
			line.Events[i].Fields = map[string][]string{name: e.Fields["k"][:min(1, len(e.Fields["k"]))]}
		}
		want, err := backendtest.Timeline{Correlation: renamed(line.Correlation, name), Events: line.Events, Until: line.Until}.Firings()
		if err != nil {
			t.Fatal(err)
		}
		if got := fired(t, q.Text, line, false); !slices.Equal(got, want) {
			t.Errorf("%q\n%s\nfires %q, want %q", name, q.Text, got, want)
		}
	}
	if said < 5 {
		t.Errorf("%d searches", said)
	}
}

func renamed(c *ir.Correlation, key string) *ir.Correlation {
	out := *c
	out.GroupBy, out.Aliases = []string{key}, nil
	return &out
}
