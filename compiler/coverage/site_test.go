package coverage_test

import (
	"strings"
	"testing"

	"detc/compiler/coverage"
)

// plant is a site in which every gate is passed: one rule, one scope, items answered in all ways.
func plant() coverage.Input {
	item := func(id, kind, way string) coverage.Item {
		return coverage.Item{ID: "TA0104/" + id, Kind: kind, Hash: id, AnsweredBy: way, Reviewed: true}
	}
	r := d1("a", proven)
	r.Items, r.Sources, r.PerDay, r.Digest = []string{"TA0104/T1", "TA0104/D1", "TA0104/D5"}, []string{"zeek.modes"}, 2, "d"
	r.Needs = map[string][]string{"zeek.modes": {"new_mode"}}
	r.Exports = map[string]coverage.Export{"splunk": {Fidelity: coverage.Exact, Digest: "q"}}
	o := seen("zeek.modes", "plc")
	o.Devices, o.LastSeen, o.Fields = 90, "2026-11-15", map[string]coverage.Ratio{"new_mode": {N: 95, Of: 100}}
	m := measurement("a")
	m.Days, m.HitsPerDay, m.Hits, m.To, m.RuleDigest = 14, 2, 28, "2026-08-24", "d"
	return coverage.Input{Today: today, Rules: []coverage.Rule{r}, Targets: []string{"splunk"},
		Scopes: []coverage.Scope{{ID: "plc", Domain: "ics-attack", Devices: 100}},
		Tactics: []coverage.Tactic{{ID: "TA0104", Domain: "ics-attack", Sources: map[string][]string{"TA0104/T1": {"zeek.modes"}}, Items: []coverage.Item{
			item("T1", coverage.Telemetry, coverage.ByRules), item("D1", coverage.Direction, coverage.ByRules), item("D2", coverage.Direction, coverage.ByProperties),
			item("D4", coverage.Direction, coverage.ByMeasurement), item("D5", coverage.Direction, coverage.ByVisibility)}}},
		Properties:   map[string]coverage.Property{"TA0104/D2": {Check: "beside-the-act", Passed: 1, Total: 1}},
		Onboardings:  []coverage.Onboarding{o},
		Deployments:  []coverage.Deployment{{Rule: "a", Target: "splunk", Digest: "q", Enabled: true, Seen: "2026-11-15"}},
		Measurements: []coverage.Measurement{m}}
}

// Each threshold is held at its edge, and what doesn't pass says why.
func TestThresholdsAtTheirEdges(t *testing.T) {
	if c := coverage.Compute(plant()).Totals.Detection; c.Effective != 5 || *c.Live != 5 {
		t.Fatalf("the plant is not effective: %s", text(coverage.Compute(plant()).Tactics[0].Items))
	}
	second := func(in *coverage.Input) *coverage.Rule {
		in.Rules = append(in.Rules, d1("b", proven))
		in.Properties = map[string]coverage.Property{"TA0104/D2": {Check: "beside-the-act", Passed: 2, Total: 2}}
		return &in.Rules[1]
	}
	for name, c := range map[string]struct {
		change func(*coverage.Input)
		item   string
		want   string // state, stage and the reason; "" for effective
	}{
		"not judged":           {func(in *coverage.Input) { in.Measurements[0].WithinBudget = false }, "D1", "partial proven plc: a is not known to be measured: the back-test doesn't say that it keeps its budget"},
		"89 of 100 devices":    {func(in *coverage.Input) { in.Onboardings[0].Devices = 89 }, "D1", "partial proven plc: a is not onboarded: zeek.modes is seen of 89 of 100 devices of plc"},
		"an inventory of more": {func(in *coverage.Input) { in.Scopes[0].Devices = 101 }, "D1", "partial proven plc: a is not onboarded: zeek.modes is seen of 90 of 101 devices of plc"},
		"no inventory":         {func(in *coverage.Input) { in.Scopes[0].Devices, in.Onboardings[0].Of = 0, 0 }, "D1", "partial proven plc: a is not known to be onboarded: no inventory says how many devices plc has"},
		"94 of 100 records":    {func(in *coverage.Input) { in.Onboardings[0].Fields["new_mode"] = coverage.Ratio{N: 94, Of: 100} }, "D1", "partial proven plc: a is not onboarded: 94 of 100 records of zeek.modes carry new_mode"},
		"a field nobody knows": {func(in *coverage.Input) { in.Onboardings[0].Fields, in.Onboardings[0].AllFields = nil, nil }, "D1", "partial proven plc: a is not known to be onboarded: nothing says how many records of zeek.modes carry new_mode"},
		"seen 8 days ago":      {func(in *coverage.Input) { in.Onboardings[0].LastSeen = "2026-11-14" }, "D1", "partial proven plc: a is no longer known to be onboarded: what shows zeek.modes in plc is of 2026-11-14, 8 days old"},
		"seen tomorrow":        {func(in *coverage.Input) { in.Onboardings[0].LastSeen = "2026-11-23" }, "D1", "partial proven plc: a is not known to be onboarded: what shows zeek.modes in plc is dated 2026-11-23, in the future"},
		"two statements": {func(in *coverage.Input) {
			o := in.Onboardings[0]
			o.Devices = 10
			in.Onboardings = append(in.Onboardings, o)
		}, "D1", "partial proven plc: a is not onboarded: zeek.modes is seen of 10 of 100"},
		"another scope": {func(in *coverage.Input) {
			in.Scopes = append(in.Scopes, coverage.Scope{ID: "rtu", Domain: "ics-attack"})
		}, "D1", "partial proven rtu: a is not known to be onboarded: nothing says whether zeek.modes is seen in rtu"},
		"another domain": {func(in *coverage.Input) {
			in.Scopes = append(in.Scopes, coverage.Scope{ID: "byod", Domain: "mobile-attack"})
		}, "D1", ""},
		"a part that is unseen": {func(in *coverage.Input) {
			b := second(in)
			b.Sources = []string{"plc.audit"}
			in.Rules[0].Parts = []string{"b"}
		}, "D1", "partial proven plc: a is not known to be onboarded: nothing says whether plc.audit is seen in plc"},
		"seen, and asked by no query": {func(in *coverage.Input) {
			in.Rules[0].Sources = []string{"plc.audit", "zeek.modes"}
			e := in.Rules[0].Exports["splunk"]
			e.Sources = []string{"plc.audit"}
			in.Rules[0].Exports["splunk"] = e
		}, "D1", "partial proven plc: a is not known to be onboarded: splunk has no query over what is seen: nothing says whether plc.audit is seen in plc"},
		"seen, and asked by one of two queries": {func(in *coverage.Input) {
			in.Rules[0].Sources = []string{"plc.audit", "zeek.modes"}
			e := in.Rules[0].Exports["splunk"]
			e.Sources = []string{"plc.audit", "zeek.modes"}
			in.Rules[0].Exports["splunk"] = e
		}, "D1", ""},
		"measured, as it says, over budget": {func(in *coverage.Input) { in.Measurements[0].WithinBudget = false }, "D1",
			"partial proven plc: a is not known to be measured: the back-test doesn't say that it keeps its budget"},
		"another digest":  {func(in *coverage.Input) { in.Deployments[0].Digest = "old" }, "D1", "partial proven plc: a is not deployed: what runs on splunk is not what is compiled now"},
		"switched off":    {func(in *coverage.Input) { in.Deployments[0].Enabled = false }, "D1", "partial proven plc: a is not deployed: it is switched off on splunk"},
		"on trial":        {func(in *coverage.Input) { in.Rules[0].Off = "it is on trial" }, "D1", "partial proven plc: a is not deployed: it is on trial"},
		"a second target": {func(in *coverage.Input) { in.Targets = append(in.Targets, "kql") }, "D1", "partial written plc: a is not known to be exportable: it was not compiled to kql"},
		"nearly said": {func(in *coverage.Input) {
			in.Rules[0].Exports["splunk"] = coverage.Export{Fidelity: coverage.Approximate, Loss: "case", Digest: "q"}
		}, "D1", "partial written plc: a is not exportable: approximate on splunk: case"},
		"nearly said, accepted": {func(in *coverage.Input) {
			in.Rules[0].Exports["splunk"] = coverage.Export{Fidelity: coverage.Approximate, Loss: "case", Digest: "q"}
			in.Waivers = []coverage.Waiver{waiver(in.Tactics[0].Items[1], "plc", coverage.Exportable, coverage.Approximated, today)}
		}, "D1", ""},
		"13 days":                      {func(in *coverage.Input) { in.Measurements[0].Days = 13 }, "D1", "partial proven plc: a is not measured: the back-test spans 13 days, of 14"},
		"91 days ago":                  {func(in *coverage.Input) { in.Measurements[0].To = "2026-08-23" }, "D1", "partial proven plc: a is no longer known to be measured: the back-test is of 2026-08-23, 91 days old; at most 90 count"},
		"over budget":                  {func(in *coverage.Input) { in.Measurements[0].HitsPerDay = 2.01 }, "D1", "partial proven plc: a is not measured: 2.01 alerts a day over 14 days, of 2 that it may"},
		"the rule before":              {func(in *coverage.Input) { in.Measurements[0].RuleDigest = "old" }, "D1", "partial proven plc: a is no longer known to be measured: the back-test measured the rule as it was before"},
		"a rule that nobody measured":  {func(in *coverage.Input) { second(in) }, "D4", "partial written plc: 1 of 2 alerting rules are shown to keep their budgets; b: no back-test measured it"},
		"a block that nobody measured": {func(in *coverage.Input) { second(in).Block = true }, "D4", ""},
		"a rule without the property": {func(in *coverage.Input) {
			in.Properties = map[string]coverage.Property{"TA0104/D2": {Check: "c", Passed: 0, Total: 1}}
		}, "D2", "partial written plc: 0 of 1 rules pass the check c"},
		"a property that runs nowhere": {func(in *coverage.Input) { in.Deployments[0].Enabled = false }, "D2", "partial proven plc: of the rules, a came furthest: it is switched off on splunk"},
		"telemetry that is unseen":     {func(in *coverage.Input) { in.Tactics[0].Sources["TA0104/T1"] = []string{"plc.audit"} }, "D5", "partial proven plc: a is not known to be onboarded: TA0104/T1: nothing says whether plc.audit is seen in plc"},
	} {
		t.Run(name, func(t *testing.T) {
			in := plant()
			c.change(&in)
			for _, i := range coverage.Compute(in).Tactics[0].Items {
				if i.ID != "TA0104/"+c.item {
					continue
				}
				got := strings.TrimSpace(i.State + " " + i.Stage.String() + " " + i.Reason)
				if c.want == "" && got != "effective live" || !strings.HasPrefix(got, c.want) {
					t.Errorf("got  %s\nwant %s", got, c.want)
				}
			}
		})
	}
}

// A device that is gone from the inventory, a field that nobody asks about any more: the figure rises, and it is said why.
func TestWhatShrankHasAName(t *testing.T) {
	for want, change := range map[string]func(*coverage.Input){
		"devices of plc in the inventory":            func(in *coverage.Input) { in.Scopes[0].Devices, in.Onboardings[0].Of = 100, 100 },
		"the threshold: share of devices":            func(in *coverage.Input) { in.Thresholds.Devices = 0.5 },
		"devices of rtu, which is no scope any more": func(in *coverage.Input) { in.Scopes = in.Scopes[:1] },
		"detection items that TA0104 asks for":       func(in *coverage.Input) { in.Tactics[0].Items = in.Tactics[0].Items[1:] },
	} {
		base := plant()
		base.Scopes[0].Devices = 120
		base.Scopes = append(base.Scopes, coverage.Scope{ID: "rtu", Domain: "ics-attack", Devices: 5})
		o := base.Onboardings[0]
		o.Scope, o.Devices, o.Of = "rtu", 5, 5
		if want[:10] == "devices of" && strings.Contains(want, "rtu") {
			o.Devices = 0
			base.Scopes[0].Devices = 100
		}
		base.Onboardings = append(base.Onboardings, o)
		head := base
		head.Scopes, head.Onboardings, head.Tactics = append([]coverage.Scope{}, base.Scopes...), append([]coverage.Onboarding{}, base.Onboardings...), append([]coverage.Tactic{}, base.Tactics...)
		change(&head)
		d := coverage.Compare(coverage.Compute(base), coverage.Compute(head), "base", "head")
		found := false
		for _, s := range d.Shrank {
			found = found || s.What == want
		}
		if !found || !d.Fails([]string{"blind"}) {
			t.Errorf("no %q in %s", want, text(d))
		}
	}
}
