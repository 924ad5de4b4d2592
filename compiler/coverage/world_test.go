package coverage_test

import (
	"fmt"

	"pgregory.net/rapid"

	"detc/compiler/coverage"
)

const today = "2026-11-22"

var sourceNames = []string{"zeek.modes", "plc.audit"}

// world draws a tactic with a few items of every kind and way of being answered, rules in any state, and a site, or none.
func world(t *rapid.T) coverage.Input {
	in := coverage.Input{Today: today}
	tactic := coverage.Tactic{ID: "TA0104", Name: "Execution", Domain: "ics-attack", Sources: map[string][]string{}, Limits: []string{"Analysts' judgement is needed."}}
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
			tactic.Sources[i.ID] = sourceNames[:rapid.IntRange(0, len(sourceNames)).Draw(t, "sources")]
		}
	}
	add(coverage.Telemetry, "T", func() string { return coverage.ByRules })
	add(coverage.Direction, "D", func() string { return rapid.SampledFrom(ways).Draw(t, "way") })
	add(coverage.Mitigation, "M", func() string { return coverage.ByMitigation })
	in.Tactics = []coverage.Tactic{tactic}
	for n := range rapid.IntRange(0, 4).Draw(t, "rules") {
		in.Rules = append(in.Rules, rule(t, fmt.Sprint("rule-", n), tactic))
	}
	if rapid.IntRange(0, 4).Draw(t, "site") > 0 {
		site(t, &in)
	}
	return properties(in)
}

func rule(t *rapid.T, name string, tactic coverage.Tactic) coverage.Rule {
	r := coverage.Rule{Name: name, Tactic: tactic.ID, Reasons: coverage.Reasons{}, Digest: "d-" + name, PerDay: 2,
		Sources: sourceNames[:rapid.IntRange(0, len(sourceNames)).Draw(t, "of")]}
	for _, i := range tactic.Items {
		if rapid.Bool().Draw(t, "answers") {
			r.Items = append(r.Items, i.ID)
		}
	}
	states := []coverage.State{coverage.Pass, coverage.Pass, coverage.Pass, coverage.Pass, coverage.Pass, coverage.Pass, coverage.Unknown,
		coverage.Stale, coverage.Failed, coverage.Waived, coverage.NotApplicable}
	for g := range r.Gates {
		r.Gates[g] = rapid.SampledFrom(states).Draw(t, "state")
		if rapid.IntRange(0, 3).Draw(t, "said") > 0 {
			r.Reasons[coverage.Gate(g)] = "said so"
		}
	}
	if rapid.Bool().Draw(t, "needs") {
		r.Needs = map[string][]string{"zeek.modes": {"new_mode"}, "plc.audit": {"new_mode"}}
	}
	if rapid.IntRange(0, 3).Draw(t, "exported") > 0 {
		fidelity := rapid.SampledFrom([]string{coverage.Exact, coverage.Exact, coverage.Approximate, coverage.Unsupported}).Draw(t, "fidelity")
		r.Exports = map[string]coverage.Export{"splunk": {Fidelity: fidelity, Loss: "case", Digest: "q-" + name}}
	}
	r.Budget = rapid.IntRange(0, 5).Draw(t, "budget") > 0
	r.Suppress = rapid.IntRange(0, 5).Draw(t, "suppress") > 0
	return r
}

var dates = []string{"2026-11-20", "2026-11-20", "2026-11-20", "2026-10-01", "2025-01-01", "2027-01-01", "", "soon"}

// site draws scopes, and what is known in them.
func site(t *rapid.T, in *coverage.Input) {
	for _, id := range []string{"plc", "hmi", "rtu"}[:rapid.IntRange(1, 3).Draw(t, "scopes")] {
		in.Scopes = append(in.Scopes, coverage.Scope{ID: id, Domain: "ics-attack", Class: id, Devices: 100})
	}
	if rapid.Bool().Draw(t, "targets") {
		in.Targets = []string{"splunk"}
	}
	day := func() string { return rapid.SampledFrom(dates).Draw(t, "day") }
	for _, sc := range in.Scopes {
		for _, source := range sourceNames {
			if rapid.IntRange(0, 3).Draw(t, "seen") > 0 {
				in.Onboardings = append(in.Onboardings, onboarding(t, source, sc.ID, day()))
			}
		}
		for _, i := range in.Tactics[0].Items {
			if i.Kind == coverage.Mitigation && rapid.Bool().Draw(t, "done") {
				in.Mitigations = append(in.Mitigations, coverage.MitigationProof{Item: i.ID, Scope: sc.ID, Owner: "OT engineering", Evidence: "CHG-1", Date: day(),
					VerifiedBy: rapid.SampledFrom([]string{"", "audit", "OT engineering"}).Draw(t, "by"), Verified: day()})
			}
			if rapid.IntRange(0, 5).Draw(t, "waived") == 0 {
				in.Waivers = append(in.Waivers, waiver(i, sc.ID, coverage.Gate(rapid.IntRange(0, 7).Draw(t, "gate")), "", rapid.SampledFrom(dates).Draw(t, "until")))
			}
		}
	}
	for _, r := range in.Rules {
		if rapid.IntRange(0, 3).Draw(t, "deployed") > 0 {
			in.Deployments = append(in.Deployments, coverage.Deployment{Rule: r.Name, Target: "splunk", Digest: "q-" + r.Name, Enabled: rapid.IntRange(0, 3).Draw(t, "on") > 0, Seen: day()})
		}
		if rapid.IntRange(0, 3).Draw(t, "measured") > 0 {
			m := measurement(r.Name)
			m.Days, m.To = rapid.SampledFrom([]int{0, 5, 14, 30}).Draw(t, "days"), day()
			m.WithinBudget = rapid.IntRange(0, 3).Draw(t, "within") > 0
			in.Measurements = append(in.Measurements, m)
		}
	}
}

func onboarding(t *rapid.T, source, scope, seen string) coverage.Onboarding {
	know := func(what string) coverage.Know {
		return rapid.SampledFrom([]coverage.Know{coverage.Yes, coverage.Yes, coverage.Yes, coverage.NotSaid, coverage.No}).Draw(t, what)
	}
	o := coverage.Onboarding{Source: source, Scope: scope, Logged: know("logged"), Forwarded: know("forwarded"), Parsed: know("parsed"),
		Devices: rapid.SampledFrom([]int{0, 89, 90, 100, 120}).Draw(t, "devices"), Of: 100, LastSeen: seen}
	if rapid.Bool().Draw(t, "field") {
		o.Fields = map[string]coverage.Ratio{"new_mode": {N: rapid.SampledFrom([]int{94, 95, 100}).Draw(t, "carried"), Of: 100}}
	}
	if rapid.IntRange(0, 3).Draw(t, "all fields") > 0 {
		o.AllFields = &coverage.Ratio{N: 99, Of: 100}
	}
	return o
}

func seen(source, scope string) coverage.Onboarding {
	return coverage.Onboarding{Source: source, Scope: scope, Logged: coverage.Yes, Forwarded: coverage.Yes, Parsed: coverage.Yes, Devices: 95, Of: 100,
		AllFields: &coverage.Ratio{N: 99, Of: 100}, Since: "2026-09-01", LastSeen: "2026-11-20", Evidence: "TICKET-1", Digest: "sha256:v"}
}

func measurement(rule string) coverage.Measurement {
	return coverage.Measurement{Rule: rule, From: "2026-10-20", To: "2026-11-20", Days: 30, Hits: 3, HitsPerDay: 0.1, Budget: 2, WithinBudget: true, Digest: "sha256:b", Evidence: "backtest.json"}
}

func waiver(i coverage.Item, scope string, g coverage.Gate, gap, until string) coverage.Waiver {
	return coverage.Waiver{Item: i.ID, Scope: scope, Gate: g, Gap: gap, Hash: i.Hash, Reason: "no telemetry", Owner: "OT engineering", Approver: "plant manager", Until: until}
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
