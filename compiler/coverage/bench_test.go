package coverage_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"detc/compiler/coverage"
)

// large is a site of 20 scopes with n rules over 200 sources, every one of them seen, deployed and measured.
func large(n int) coverage.Input {
	in := coverage.Input{Today: today, Targets: []string{"splunk"}, Tactics: []coverage.Tactic{{ID: "TA0104", Domain: "ics-attack"}}}
	for i := range 15 {
		in.Tactics[0].Items = append(in.Tactics[0].Items, coverage.Item{ID: fmt.Sprintf("TA0104/D%d", i+1), Kind: coverage.Direction, AnsweredBy: coverage.ByRules, Reviewed: true})
	}
	for s := range 20 {
		id := fmt.Sprint("class-", s)
		in.Scopes = append(in.Scopes, coverage.Scope{ID: id, Domain: "ics-attack", Devices: 5000})
		for k := range 200 {
			in.Onboardings = append(in.Onboardings, seen(fmt.Sprint("source-", k), id))
		}
	}
	for i := range n {
		r := d1(fmt.Sprint("rule-", i), proven)
		r.Items = []string{fmt.Sprintf("TA0104/D%d", i%15+1), fmt.Sprintf("TA0104/D%d", (i+7)%15+1)}
		r.Sources, r.PerDay = []string{fmt.Sprint("source-", i%200), fmt.Sprint("source-", (i+1)%200)}, 2
		r.Exports = map[string]coverage.Export{"splunk": {Fidelity: coverage.Exact, Digest: "q"}}
		in.Rules = append(in.Rules, r)
		in.Deployments = append(in.Deployments, coverage.Deployment{Rule: r.Name, Target: "splunk", Digest: "q", Enabled: true, Seen: "2026-11-21"})
		in.Measurements = append(in.Measurements, measurement(r.Name))
	}
	return in
}

func BenchmarkCompute(b *testing.B) {
	for _, n := range []int{100, 10000} {
		in := large(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				coverage.Compute(in)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	in := large(10000)
	data, err := json.Marshal(coverage.Compute(in))
	if err != nil {
		b.Fatal(err)
	}
	in.Rules = in.Rules[:9000]
	head := coverage.Compute(in)
	b.ReportMetric(float64(len(data))/1e6, "MB")
	for b.Loop() {
		base, err := coverage.Read(data)
		if err != nil {
			b.Fatal(err)
		}
		coverage.Compare(base, head, "base", "head")
	}
}
