package coverage_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/coverage"
)

// world draws a tactic with a few items of every kind and way of being answered, and rules in any state.
func world(t *rapid.T) coverage.Input {
	var in coverage.Input
	tactic := coverage.Tactic{ID: "TA0104", Name: "Execution", Sources: map[string]int{}}
	ways := []string{coverage.ByRules, coverage.ByRules, coverage.ByProperties, coverage.ByMeasurement, coverage.ByVisibility, ""}
	add := func(kind, letter string, way func() string) {
		for n := range rapid.IntRange(0, 4).Draw(t, kind) {
			i := coverage.Item{ID: fmt.Sprintf("TA0104/%s%d", letter, n+1), Kind: kind, AnsweredBy: way()}
			i.Hash = i.ID
			i.Reviewed = rapid.IntRange(0, 4).Draw(t, "reviewed") > 0
			if rapid.IntRange(0, 9).Draw(t, "needed") == 0 {
				i.NotApplicable = "this site has none"
			}
			tactic.Items = append(tactic.Items, i)
			tactic.Sources[i.ID] = rapid.IntRange(0, 2).Draw(t, "sources")
		}
	}
	add(coverage.Telemetry, "T", func() string { return coverage.ByRules })
	add(coverage.Direction, "D", func() string { return rapid.SampledFrom(ways).Draw(t, "way") })
	add(coverage.Mitigation, "M", func() string { return coverage.ByMitigation })
	in.Tactics = []coverage.Tactic{tactic}
	for n := range rapid.IntRange(0, 5).Draw(t, "rules") {
		in.Rules = append(in.Rules, rule(t, fmt.Sprint("rule-", n), tactic))
	}
	return properties(in)
}

func rule(t *rapid.T, name string, tactic coverage.Tactic) coverage.Rule {
	r := coverage.Rule{Name: name, Tactic: tactic.ID, Reasons: coverage.Reasons{}}
	for _, i := range tactic.Items {
		if rapid.Bool().Draw(t, "answers") {
			r.Items = append(r.Items, i.ID)
		}
	}
	states := []coverage.State{coverage.Pass, coverage.Pass, coverage.Pass, coverage.Pass, coverage.Unknown, coverage.Stale,
		coverage.Failed, coverage.Waived, coverage.NotApplicable}
	for g := range r.Gates {
		r.Gates[g] = rapid.SampledFrom(states).Draw(t, "state")
		if rapid.IntRange(0, 3).Draw(t, "said") > 0 {
			r.Reasons[coverage.Gate(g)] = "said so"
		}
	}
	r.Budget = rapid.IntRange(0, 3).Draw(t, "budget") > 0
	r.Suppress = rapid.IntRange(0, 3).Draw(t, "suppress") > 0
	return r
}

// properties runs a check that passes a rule with a budget: a stand-in for any.
func properties(in coverage.Input) coverage.Input {
	in.Properties = map[string]coverage.Property{}
	for _, i := range in.Tactics[0].Items {
		if i.AnsweredBy != coverage.ByProperties || len(i.ID)%2 == 0 {
			continue
		}
		p := coverage.Property{Check: "bare-launch", Total: len(in.Rules)}
		for _, r := range in.Rules {
			if r.Budget {
				p.Passed++
			}
		}
		in.Properties[i.ID] = p
	}
	return in
}

// figures are the numbers that must never rise without evidence.
func figures(r *coverage.Report) []int {
	var out []int
	for _, c := range []coverage.Count{r.Totals.Detection, r.Totals.Mitigation} {
		live := 0
		if c.Live != nil {
			live = *c.Live
		}
		out = append(out, c.Effective, c.Written, c.Proven, live, -c.Blind)
		for _, s := range c.Ladder {
			out = append(out, s.Passed)
		}
	}
	return out
}

func noHigher(t *rapid.T, what string, after, before *coverage.Report) {
	a, b := figures(after), figures(before)
	if len(a) != len(b) { // live became unknown: only what both have is compared
		a, b = figures(withoutLive(after)), figures(withoutLive(before))
	}
	for k := range a {
		if a[k] > b[k] {
			t.Fatalf("%s raised figure %d from %d to %d\nbefore %s\nafter  %s", what, k, b[k], a[k], text(before), text(after))
		}
	}
}

func withoutLive(r *coverage.Report) *coverage.Report {
	c := *r
	for _, count := range []*coverage.Count{&c.Totals.Detection, &c.Totals.Mitigation} {
		count.Live, count.Ladder = nil, count.Ladder[:min(4, len(count.Ladder))]
	}
	return &c
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestStatesPartitionTheItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := coverage.Compute(world(t))
		for _, c := range []coverage.Count{r.Totals.Detection, r.Totals.Mitigation, r.Tactics[0].Totals.Detection, r.Tactics[0].Totals.Mitigation} {
			if c.Effective+c.Partial+c.Waived+c.Blind+c.NotApplicable != c.Items {
				t.Fatalf("the states don't add up: %s", text(c))
			}
			if c.Asked != c.Items-c.NotApplicable || c.Proven > c.Written || c.Written > c.Asked {
				t.Fatalf("the stages don't nest: %s", text(c))
			}
		}
		for _, i := range r.Tactics[0].Items {
			if !slices.Contains(coverage.ItemStates(), i.State) {
				t.Fatalf("%s is in no state: %q", i.ID, i.State)
			}
			if i.State != coverage.Effective && i.Reason == "" {
				t.Fatalf("%s is %s without a reason", i.ID, i.State)
			}
		}
	})
}

func TestDeletingAPassingRuleRaisesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		passing := coverage.Rule{Name: "passing", Tactic: "TA0104", Budget: true, Suppress: true}
		for _, i := range in.Tactics[0].Items {
			passing.Items = append(passing.Items, i.ID)
		}
		for g := range rapid.IntRange(0, len(passing.Gates)).Draw(t, "how far") {
			passing.Gates[g] = coverage.Pass
		}
		before := in
		before.Rules = append(slices.Clone(in.Rules), passing)
		noHigher(t, "deleting a passing rule", coverage.Compute(in), coverage.Compute(properties(before)))
	})
}

func TestASecondIdenticalRuleChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		if len(in.Rules) == 0 {
			return
		}
		twice := in
		second := in.Rules[rapid.IntRange(0, len(in.Rules)-1).Draw(t, "which")]
		second.Name = rapid.SampledFrom([]string{"a-second", "z-second"}).Draw(t, "name")
		twice.Rules = append(slices.Clone(in.Rules), second)
		a, b := coverage.Compute(in), coverage.Compute(properties(twice))
		if text(a.Totals) != text(b.Totals) || a.Headline != b.Headline {
			t.Fatalf("a second identical rule changed the totals\n%s\n%s", text(a.Totals), text(b.Totals))
		}
		for k, i := range a.Tactics[0].Items {
			if j := b.Tactics[0].Items[k]; i.State != j.State || i.Stage != j.Stage || i.Gates != j.Gates {
				t.Fatalf("a second identical rule changed %s: %s, %s", i.ID, text(i), text(j))
			}
		}
	})
}

func TestUnknownCountsAgainst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		if len(in.Rules) == 0 {
			return
		}
		forgot := in
		forgot.Rules = slices.Clone(in.Rules)
		k, g := rapid.IntRange(0, len(in.Rules)-1).Draw(t, "rule"), rapid.IntRange(0, 7).Draw(t, "gate")
		forgot.Rules[k].Gates[g] = coverage.Unknown
		noHigher(t, "forgetting a gate", coverage.Compute(forgot), coverage.Compute(in))
	})
}

func TestTheOrderOfTheInputIsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		mixed := in
		mixed.Rules = slices.Clone(in.Rules)
		mixed.Tactics = slices.Clone(in.Tactics)
		mixed.Tactics[0].Items = slices.Clone(in.Tactics[0].Items)
		random := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		random.Shuffle(len(mixed.Rules), func(i, j int) { mixed.Rules[i], mixed.Rules[j] = mixed.Rules[j], mixed.Rules[i] })
		items := mixed.Tactics[0].Items
		random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		before := text(in)
		if a, b := text(coverage.Compute(in)), text(coverage.Compute(mixed)); a != b {
			t.Fatalf("another order gave another report\n%s\n%s", a, b)
		}
		if text(in) != before {
			t.Fatal("Compute changed its input")
		}
	})
}

func TestWithoutSiteDataNothingIsEffective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		for k := range in.Rules {
			in.Rules[k].Gates[coverage.Onboarded] = coverage.Unknown
		}
		c := coverage.Compute(in).Totals.Detection
		if c.Effective != 0 || c.Live != nil {
			t.Fatalf("live without site data: %s", text(c))
		}
	})
}
