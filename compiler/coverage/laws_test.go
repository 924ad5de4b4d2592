package coverage_test

import (
	"encoding/json"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/coverage"
)

// figures are the numbers that must never rise without evidence, by name.
func figures(r *coverage.Report) map[string]int {
	out := map[string]int{}
	for name, c := range map[string]coverage.Count{"detection": r.Totals.Detection, "mitigation": r.Totals.Mitigation} {
		out[name+" effective"], out[name+" written"], out[name+" proven"] = c.Effective, c.Written, c.Proven
		out[name+" not blind"], out[name+" obligations effective"] = -c.Blind, c.Obligations.Effective
		if c.Live != nil {
			out[name+" live"] = *c.Live
		}
		for _, s := range c.Ladder {
			out[name+" "+s.Gate] = s.Passed
		}
	}
	return out
}

// noHigher holds that no figure rose. One that is unknown afterwards, or that was before, is not compared: unknown is not none.
func noHigher(t *rapid.T, what string, after, before *coverage.Report, except ...string) {
	b := figures(before)
	for name, n := range figures(after) {
		if was, known := b[name]; known && n > was && !slices.Contains(except, name) {
			t.Fatalf("%s raised %s from %d to %d\nbefore %s\nafter  %s", what, name, was, n, text(before), text(after))
		}
	}
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestStatesPartitionTheItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		r := coverage.Compute(in)
		for _, c := range []coverage.Count{r.Totals.Detection, r.Totals.Mitigation, r.Tactics[0].Totals.Detection, r.Tactics[0].Totals.Mitigation} {
			if c.Effective+c.Partial+c.Waived+c.Blind+c.NotApplicable != c.Items {
				t.Fatalf("the states don't add up: %s", text(c))
			}
			if c.Asked != c.Items-c.NotApplicable || c.Proven > c.Written || c.Written > c.Asked || c.Live != nil && *c.Live != c.Effective {
				t.Fatalf("the stages don't nest: %s", text(c))
			}
			if want := c.Items * max(len(in.Scopes), 1); c.Obligations.Sum() != want {
				t.Fatalf("the obligations are %d, not %d: %s", c.Obligations.Sum(), want, text(c))
			}
		}
		if n := len(in.Tactics[0].Items); r.Totals.Detection.Items+r.Totals.Mitigation.Items != n {
			t.Fatalf("%d items are not all counted: %s", n, text(r.Totals))
		}
		for _, i := range r.Tactics[0].Items {
			if !slices.Contains(coverage.ItemStates(), i.State) {
				t.Fatalf("%s is in no state: %q", i.ID, i.State)
			}
			if i.State != coverage.Effective && i.Reason == "" {
				t.Fatalf("%s is %s without a reason", i.ID, i.State)
			}
			lowest := coverage.Live
			for _, o := range i.Obligations {
				if o.State != coverage.ItemNotNeeded {
					lowest = min(lowest, o.Stage)
				}
				if o.State == coverage.Effective && len(o.Open) > 0 || o.State == coverage.Partial && len(o.Open) == 0 {
					t.Fatalf("%s in %s is %s with %d gaps: %s", i.ID, o.Scope, o.State, len(o.Open), text(o))
				}
			}
			if i.State != coverage.ItemNotNeeded && i.Stage != lowest {
				t.Fatalf("%s is %s, and the lowest over its scopes is %s", i.ID, i.Stage, lowest)
			}
		}
	})
}

// passing adds evidence that passes to a world; without it is the world itself.
func passing(t *rapid.T, in coverage.Input) coverage.Input {
	out := in
	scope := "library"
	if len(in.Scopes) > 0 {
		scope = rapid.SampledFrom(in.Scopes).Draw(t, "in").ID
	}
	name := "rule-0"
	switch rapid.IntRange(0, 4).Draw(t, "evidence") {
	case 0:
		out.Onboardings = append(slices.Clone(in.Onboardings), seen(rapid.SampledFrom(sourceNames).Draw(t, "source"), scope))
	case 1:
		out.Measurements = append(slices.Clone(in.Measurements), measurement(name))
	case 2:
		out.Deployments = append(slices.Clone(in.Deployments), coverage.Deployment{Rule: name, Target: "splunk", Digest: "q-" + name, Enabled: true, Seen: "2026-11-21"})
	case 3:
		out.Mitigations = append(slices.Clone(in.Mitigations), coverage.MitigationProof{Item: "TA0104/M1", Owner: "a", Evidence: "b", Date: "2026-11-01", VerifiedBy: "c", Verified: "2026-11-02"})
	case 4:
		r := coverage.Rule{Name: "passing", Tactic: "TA0104", Budget: true, Suppress: true, PerDay: 2, Sources: sourceNames, Gates: proven}
		for _, i := range in.Tactics[0].Items {
			r.Items = append(r.Items, i.ID)
		}
		if rapid.Bool().Draw(t, "exported") {
			r.Exports = map[string]coverage.Export{"splunk": {Fidelity: coverage.Exact, Digest: "q-passing"}}
		}
		out.Rules = append(slices.Clone(in.Rules), r)
		out.Measurements = append(slices.Clone(in.Measurements), measurement("passing"))
		out.Deployments = append(slices.Clone(in.Deployments), coverage.Deployment{Rule: "passing", Target: "splunk", Digest: "q-passing", Enabled: true, Seen: "2026-11-21"})
	}
	return properties(out)
}

func TestDeletingPassingEvidenceRaisesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		with := passing(t, in)
		before := coverage.Compute(with)
		after := coverage.Compute(in)
		noHigher(t, "deleting passing evidence", after, before)
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
		first := second.Name
		second.Name = rapid.SampledFrom([]string{"a-second", "z-second"}).Draw(t, "name")
		twice.Rules = append(slices.Clone(in.Rules), second)
		for _, m := range in.Measurements {
			if m.Rule == first {
				m.Rule = second.Name
				twice.Measurements = append(slices.Clone(twice.Measurements), m)
			}
		}
		for _, d := range in.Deployments {
			if d.Rule == first {
				d.Rule = second.Name
				twice.Deployments = append(slices.Clone(twice.Deployments), d)
			}
		}
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

// What is forgotten was good or bad: either way no figure may be better for it.
func TestUnknownCountsAgainst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		forgot := in
		name := "rule-0"
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			if len(in.Rules) == 0 {
				return
			}
			forgot.Rules = slices.Clone(in.Rules)
			k, g := rapid.IntRange(0, len(in.Rules)-1).Draw(t, "rule"), rapid.IntRange(0, 3).Draw(t, "gate")
			forgot.Rules[k].Gates[g] = coverage.Unknown
		case 1:
			source := rapid.SampledFrom(sourceNames).Draw(t, "source")
			forgot.Onboardings = slices.DeleteFunc(slices.Clone(in.Onboardings), func(o coverage.Onboarding) bool { return o.Source == source && o.Scope == "plc" })
		case 2:
			forgot.Measurements = slices.DeleteFunc(slices.Clone(in.Measurements), func(m coverage.Measurement) bool { return m.Rule == name })
		case 3:
			forgot.Deployments = slices.DeleteFunc(slices.Clone(in.Deployments), func(d coverage.Deployment) bool { return d.Rule == name })
		case 4:
			forgot.Today = ""
		case 5:
			forgot.Onboardings = slices.Clone(in.Onboardings)
			for k := range forgot.Onboardings {
				forgot.Onboardings[k].Fields, forgot.Onboardings[k].AllFields = nil, nil
			}
		}
		noHigher(t, "forgetting", coverage.Compute(forgot), coverage.Compute(in))
	})
}

// What people accept is never counted as covered. The one exception is the design's: a target that says a rule nearly,
// accepted, has said it; no waiver here accepts that.
func TestWaivedIsNeverCovered(t *testing.T) {
	effect := 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		all := in
		for _, i := range in.Tactics[0].Items {
			for _, sc := range append(slices.Clone(in.Scopes), coverage.Scope{ID: coverage.Library}) {
				for _, g := range coverage.AllGates() {
					for _, gap := range append(g.Gaps(), "") {
						if gap != coverage.Approximated {
							all.Waivers = append(slices.Clip(all.Waivers), waiver(i, sc.ID, g, gap, today))
						}
					}
				}
			}
		}
		a, b := coverage.Compute(all), coverage.Compute(in)
		noHigher(t, "waiving everything", a, b, "detection not blind", "mitigation not blind")
		effect += a.Totals.Detection.Waived - b.Totals.Detection.Waived
		for _, i := range a.Tactics[0].Items {
			if i.State == coverage.ItemWaived && i.Stage == coverage.Live {
				t.Fatalf("%s is waived and live", i.ID)
			}
		}
	})
	if effect <= 0 {
		t.Error("no waiver had an effect, so nothing was tested")
	}
}

func TestTheOrderOfTheInputIsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		mixed := in
		mixed.Tactics = slices.Clone(in.Tactics)
		random := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		mixed.Rules, mixed.Tactics[0].Items = shuffled(random, in.Rules), shuffled(random, in.Tactics[0].Items)
		mixed.Scopes, mixed.Onboardings, mixed.Deployments = shuffled(random, in.Scopes), shuffled(random, in.Onboardings), shuffled(random, in.Deployments)
		mixed.Measurements, mixed.Waivers, mixed.Mitigations = shuffled(random, in.Measurements), shuffled(random, in.Waivers), shuffled(random, in.Mitigations)
		before := text(in)
		a := text(coverage.Compute(in))
		if b := text(coverage.Compute(mixed)); a != b {
			t.Fatalf("another order gave another report\n%s\n%s", a, b)
		}
		if b := text(coverage.Compute(in)); a != b {
			t.Fatalf("the same input gave another report\n%s\n%s", a, b)
		}
		if text(in) != before {
			t.Fatal("Compute changed its input")
		}
	})
}

func shuffled[T any](random *rand.Rand, list []T) []T {
	out := slices.Clone(list)
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func TestWithoutSiteDataNothingIsEffective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		in.Onboardings = nil
		r := coverage.Compute(in)
		c := r.Totals.Detection
		for _, i := range r.Tactics[0].Items {
			if i.State == coverage.Effective && i.AnsweredBy != coverage.ByMeasurement && i.Detection() {
				t.Fatalf("%s is effective without site data: %s", i.ID, text(i))
			}
		}
		if c.Live != nil || !strings.Contains(r.Headline, "Live unknown: no visibility.yaml") {
			t.Fatalf("live without site data: %s", text(c))
		}
	})
}

// Every figure has its denominator, and says by a digest what it rests on.
func TestEveryFigureHasADenominatorAndADigest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := coverage.Compute(world(t))
		if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(r.Digest) {
			t.Fatalf("digest %q", r.Digest)
		}
		for _, tactic := range r.Tactics {
			for _, s := range tactic.Totals.Detection.Ladder {
				if s.Of != tactic.Totals.Detection.Asked || s.Passed > s.Of {
					t.Fatalf("a step without its denominator: %s", text(s))
				}
			}
			for _, i := range tactic.Items {
				for _, o := range i.Obligations {
					for _, e := range o.Evidence {
						if e.Figure != nil && e.Figure.Of <= 0 || e.Figure != nil && e.Digest == "" {
							t.Fatalf("evidence without a denominator or a digest: %s", text(e))
						}
					}
				}
			}
			if !regexp.MustCompile(`^Proven \d+/\d+ · Live (\d+/\d+|unknown: .+)`).MatchString(tactic.Headline) {
				t.Fatalf("headline %q", tactic.Headline)
			}
			if len(tactic.Limits) == 0 {
				t.Fatal("the brief's own limits are not in the report")
			}
		}
		if m := regexp.MustCompile(`(?i)protected|secure|compliant`).FindString(text(r)); m != "" {
			t.Fatalf("the report says %q", m)
		}
	})
}
