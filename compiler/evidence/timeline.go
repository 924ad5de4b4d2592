package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"detc/compiler/bind"
	"detc/compiler/correlate"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/form"
	"detc/compiler/ir"
	"detc/compiler/stub"
)

// A CorrelationSubject is a compiled correlation with all that its timelines need.
type CorrelationSubject struct {
	Stub        *stub.Stub
	Correlation *ir.Correlation
	Below       []*ir.Correlation // those that it rests on, all the way down
	Rules       []*Subject        // the rules at the bottom, each once
}

// origin is the beginning of every timeline: a fixed time, since rules may ask for the hour. Monday, 5 January 2026,
// midnight UTC.
var origin = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).UnixNano()

// RunTimelines runs all cases of a correlation: its events are judged by the compiled rules, its firings by correlate.
func RunTimelines(s *CorrelationSubject, o Options, l *diag.List) *Results {
	run := &player{CorrelationSubject: s, options: o, seen: map[string]bool{}}
	run.results.Timelines = true
	for i := range s.Stub.Tests.Cases {
		run.results.Cases = append(run.results.Cases, run.one(&s.Stub.Tests.Cases[i], l))
	}
	for _, r := range s.Rules {
		if !run.seen[r.Rule.Name] {
			run.results.Unseen = append(run.results.Unseen, "an event of "+r.Rule.Name)
		}
	}
	if o.Mutants {
		run.results.Mutation = run.mutate()
	}
	out := run.results
	return &out
}

type player struct {
	*CorrelationSubject
	options Options
	seen    map[string]bool // the rules of which a case that passed had an event
	reels   []*reel         // of the cases that passed
	mutants []CorrelationMutant
	results Results
}

// A reel is a case's events as the rules saw them, with what is wanted of them.
type reel struct {
	of     *stub.CaseForm
	events []moment
	until  int64
	shift  int64 // from origin to when the case begins: what is looked up at a time is looked up then
}

// shiftOf is how long after origin a case begins.
func shiftOf(c *stub.CaseForm) int64 {
	if t, err := form.Time(c.Start.Value); err == nil {
		return t.UnixNano() - origin
	}
	return 0
}

// A moment is an event and the rules that it matches.
type moment struct {
	at     int64
	rules  []string
	record record
}

// A record is an event as every rule over its telemetry sees it.
type record struct {
	event  bind.Event
	schema *Subject
}

// Values are the texts of a field.
func (r record) Values(_, field string) []string {
	f, ok := r.schema.Schema.Field(field)
	if !ok {
		return nil
	}
	values, _ := r.event.Get(f.Field)
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text()
	}
	return out
}

func (run *player) one(c *stub.CaseForm, l *diag.List) Case {
	out := Case{Name: c.Name.Value, Span: c.Name.Whole, Want: c.Positive(), Verdict: Pass}
	before := l.Count(diag.Error)
	r := &reel{of: c, until: correlate.Forever, shift: shiftOf(c)}
	if !c.Until.IsZero() {
		at, _ := form.Moment(c.Until.Value)
		r.until = origin + int64(at)
	}
	seen := map[string]bool{}
	var at time.Duration
	for i := range c.Timeline {
		step := &c.Timeline[i]
		at = step.When(at)
		m, why := run.moment(step, r, at, &out, l)
		if why != "" {
			out.Verdict, out.Message = Fail, "the event at "+step.At.Value+": "+why
			return out
		}
		for _, name := range m.rules {
			seen[name] = true
		}
		r.events = append(r.events, m)
	}
	if l.Count(diag.Error) > before {
		out.Verdict, out.Message = Fail, "the case has errors"
		return out
	}
	firings, stats, err := run.play(run.Correlation, r)
	if err != nil {
		out.Verdict, out.Message = Fail, err.Error()
		return out
	}
	out.Got = len(firings) > 0
	if why := run.differs(r, firings); why != "" {
		out.Verdict, out.Message = Fail, why+": "+r.matched()+lost(stats)
		return out
	}
	run.reels = append(run.reels, r)
	for name := range seen {
		run.seen[name] = true
	}
	if out.Want {
		run.results.Positive++
		return out
	}
	run.results.Negative++
	if run.nearly(r) {
		run.results.NearMisses++
	}
	return out
}

// matched says which rules the events match.
func (r *reel) matched() string {
	var out []string
	for i, m := range r.events {
		if i == maxSaid {
			out = append(out, fmt.Sprintf("and %d more", len(r.events)-i))
			break
		}
		rules := strings.Join(m.rules, " and ")
		if rules == "" {
			rules = "no rule"
		}
		out = append(out, fmt.Sprintf("%s at %s", rules, ir.DurationText(time.Duration(m.at-origin))))
	}
	return strings.Join(out, ", ")
}

// maxSaid is how many events a message lists.
const maxSaid = 8

// lost says what became of events that entered no group.
func lost(s correlate.Stats) string {
	var out []string
	for _, part := range []struct {
		n    int64
		what string
	}{{s.NoKey, "had no value to group by"}, {s.NoValue, "had no value to look at"}, {s.Late, "came too late to be judged"}} {
		if part.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " (of the events " + strings.Join(out, ", ") + ")"
}

// play gives a reel to a correlation in the place of the stub's own, and returns what it fired.
func (run *player) play(c *ir.Correlation, r *reel) ([]correlate.Firing, correlate.Stats, error) {
	var out []correlate.Firing
	all := append(slices.Clone(run.Below), c)
	net, err := correlate.New(all, correlate.Options{}, func(f correlate.Firing) {
		if f.Correlation == c {
			out = append(out, f)
		}
	})
	if err != nil {
		return nil, correlate.Stats{}, err
	}
	for _, m := range r.events {
		e := correlate.Event{Time: m.at, Record: m.record}
		for _, name := range m.rules {
			if n, ok := net.Rule(name); ok {
				e.Rules = append(e.Rules, n)
			}
		}
		net.Add(e)
	}
	net.Finish(r.until)
	return out, net.Stats(len(all) - 1), nil
}

// differs says how firings differ from what a case wants; "" where they don't.
func (run *player) differs(r *reel, got []correlate.Firing) string {
	c := r.of
	if len(c.Firings) == 0 {
		switch {
		case c.Want.Value == "match" && len(got) == 0:
			return "it never fires"
		case c.Want.Value != "match" && len(got) > 0:
			return "it fires " + run.said(got[0])
		}
		return ""
	}
	for i, want := range c.Firings {
		at, _ := form.Moment(want.At.Value)
		switch {
		case i >= len(got):
			return fmt.Sprintf("it fires %d times, not %d: the one at %s is missing", len(got), len(c.Firings), want.At.Value)
		case got[i].Time != origin+int64(at) || !run.inGroup(got[i], want):
			return fmt.Sprintf("firing %d is to be at %s%s, and is %s", i+1, want.At.Value, groupText(want), run.said(got[i]))
		}
	}
	if len(got) > len(c.Firings) {
		return fmt.Sprintf("it fires %d times, not %d: also %s", len(got), len(c.Firings), run.said(got[len(c.Firings)]))
	}
	return ""
}

func (run *player) inGroup(f correlate.Firing, want stub.FiringForm) bool {
	if want.Group == nil {
		return true
	}
	for _, p := range want.Group.Pairs {
		i := slices.Index(f.Correlation.GroupBy, p.Key.Text.Value)
		if i < 0 || i >= len(f.Group) || f.Group[i] != p.Value.Text.Value {
			return false
		}
	}
	return true
}

func groupText(f stub.FiringForm) string {
	if f.Group == nil {
		return ""
	}
	var out []string
	for _, p := range f.Group.Pairs {
		out = append(out, p.Key.Text.Value+"="+p.Value.Text.Value)
	}
	return " for " + strings.Join(out, ", ")
}

// said is a firing in words: at 33s for device_ip=10.0.0.1.
func (run *player) said(f correlate.Firing) string {
	out := "at " + time.Duration(f.Time-origin).String()
	for i, g := range f.Correlation.GroupBy {
		if i < len(f.Group) {
			out += map[bool]string{true: " for ", false: ", "}[i == 0] + g + "=" + f.Group[i]
		}
	}
	return out
}

// missing names a table that a rule asks for and no test supplies.
func missing(s *Subject, tables world) string {
	if m := eval.Missing(s.Rule.Where, tables.Tables); len(m) > 0 {
		return fmt.Sprintf("%s asks for context.%s, and the tests don't supply it", s.Rule.Name, m[0])
	}
	return ""
}
