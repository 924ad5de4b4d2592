package coverage

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// facts is the input by what it is asked for.
type facts struct {
	limits  Thresholds
	today   string
	targets []string
	exports bool // something was compiled to a target, or a site asks for one: then Exportable is a gate of Proven
	silent  Reasons

	rules    map[string]*Rule
	seen     map[seenKey][]Onboarding
	deployed map[[2]string][]Deployment // by rule and target
	measured map[string][]Measurement
	waivers  map[[2]string][]Waiver // by item and scope
	declared map[string][]Declaration
	owners   map[string][]Owner
	proofs   map[string][]MitigationProof

	own   map[string]*[gateCount]verdict // of each rule, the gates that no scope plays a part in
	heard map[[2]string]*verdict         // by rule and scope: Onboarded
}

func newFacts(in Input) *facts {
	f := &facts{limits: in.Thresholds.orDefault(), today: in.Today, targets: in.Targets, exports: len(in.Targets) > 0, silent: Reasons{},
		rules: map[string]*Rule{}, seen: map[seenKey][]Onboarding{}, deployed: map[[2]string][]Deployment{}, measured: map[string][]Measurement{},
		waivers: map[[2]string][]Waiver{}, declared: map[string][]Declaration{}, owners: map[string][]Owner{}, proofs: map[string][]MitigationProof{},
		own: map[string]*[gateCount]verdict{}, heard: map[[2]string]*verdict{}}
	for i := range in.Rules {
		f.rules[in.Rules[i].Name] = &in.Rules[i]
		f.exports = f.exports || len(in.Rules[i].Exports) > 0
	}
	for _, o := range in.Onboardings {
		f.seen[seenKey{o.Source, o.Scope}] = append(f.seen[seenKey{o.Source, o.Scope}], o)
	}
	for _, d := range in.Deployments {
		f.deployed[[2]string{d.Rule, d.Target}] = append(f.deployed[[2]string{d.Rule, d.Target}], d)
	}
	for _, m := range in.Measurements {
		f.measured[m.Rule] = append(f.measured[m.Rule], m)
	}
	for _, w := range in.Waivers {
		f.waivers[[2]string{w.Item, w.Scope}] = append(f.waivers[[2]string{w.Item, w.Scope}], w)
	}
	for _, d := range in.Declarations {
		f.declared[d.Item] = append(f.declared[d.Item], d)
	}
	for _, o := range in.Owners {
		f.owners[o.Item] = append(f.owners[o.Item], o)
	}
	for _, p := range in.Mitigations {
		f.proofs[p.Item] = append(f.proofs[p.Item], p)
	}
	f.hush(in)
	return f
}

// hush notes the gates of which the whole input says nothing, so that it is said once.
func (f *facts) hush(in Input) {
	known := [gateCount]bool{Exportable: f.exports, Onboarded: len(in.Onboardings) > 0, Deployed: len(in.Deployments) > 0, Measured: len(in.Measurements) > 0}
	for g := Mapped; g <= Equivalent; g++ {
		known[g] = slices.ContainsFunc(in.Rules, func(r Rule) bool { return r.Gates[g] != Unknown })
	}
	for g, ok := range known {
		if !ok {
			f.silent[Gate(g)] = unmeasured[g]
		}
	}
}

func (t Thresholds) orDefault() Thresholds {
	d := DefaultThresholds()
	share := func(v *float64, or float64) {
		if *v <= 0 || math.IsNaN(*v) {
			*v = or
		}
	}
	count := func(v *int, or int) {
		if *v <= 0 {
			*v = or
		}
	}
	share(&t.Devices, d.Devices)
	share(&t.Fields, d.Fields)
	share(&t.BudgetFactor, d.BudgetFactor)
	count(&t.EvidenceDays, d.EvidenceDays)
	count(&t.BacktestDays, d.BacktestDays)
	count(&t.BacktestAge, d.BacktestAge)
	count(&t.MitigationDays, d.MitigationDays)
	return t
}

// verdicts are a rule's gates but Mapped and Onboarded, which are of an item and of a scope.
func (f *facts) verdicts(r *Rule) *[gateCount]verdict {
	if v := f.own[r.Name]; v != nil {
		return v
	}
	v := &[gateCount]verdict{}
	for g := Mapped; g <= Equivalent; g++ {
		v[g] = verdict{state: r.Gates[g], why: r.Reasons[g]}
	}
	shown := func(g Gate, what, digest string) {
		if v[g].state == Pass && digest != "" {
			v[g].shown = []Evidence{{Gate: g.String(), What: what, Digest: digest}}
		}
	}
	shown(Compiled, r.Name, r.Digest)
	shown(Tested, fmt.Sprintf("%d cases", r.Cases), r.Tests)
	shown(Equivalent, fmt.Sprintf("%d judgements of an event", r.Pairs), r.Digest)
	v[Exportable] = f.exportable(r)
	v[Deployed] = f.isDeployed(r)
	v[Measured] = f.isMeasured(r)
	f.own[r.Name] = v
	return v
}

func (f *facts) exportable(r *Rule) verdict {
	if !f.exports {
		return verdict{state: Unknown}
	}
	one := func(target string) verdict { return f.export(r, target) }
	if len(f.targets) > 0 {
		return worst(each(f.targets, one), "")
	}
	return best(each(sortedKeys(r.Exports), one), "it was compiled to no target")
}

func (f *facts) export(r *Rule, target string) verdict {
	e, ok := r.Exports[target]
	switch {
	case !ok:
		return verdict{state: Unknown, why: "it was not compiled to " + target}
	case e.Fidelity == Exact:
		return verdict{state: Pass, shown: []Evidence{{Gate: Exportable.String(), What: "exact on " + target, Digest: e.Digest}}}
	case e.Fidelity == Approximate:
		return verdict{state: Failed, gap: Approximated, why: fmt.Sprintf("approximate on %s: %s", target, e.Loss)}
	case e.Fidelity == Unsupported:
		return verdict{state: Failed, gap: Unsayable, why: fmt.Sprintf("%s can't say it: %s", target, e.Loss)}
	}
	return verdict{state: Unknown, why: fmt.Sprintf("%q is no fidelity of %s", e.Fidelity, target)}
}

func (f *facts) isDeployed(r *Rule) verdict {
	if _, none := f.silent[Deployed]; none {
		return verdict{state: Unknown}
	}
	if r.Off != "" {
		return verdict{state: Failed, why: r.Off}
	}
	one := func(target string) verdict {
		return worst(each(f.deployed[[2]string{r.Name, target}], func(d Deployment) verdict { return f.deployment(r, d) }),
			"nothing says that it runs on "+target)
	}
	if len(f.targets) > 0 {
		return worst(each(f.targets, one), "")
	}
	return best(each(sortedKeys(r.Exports), one), "it was compiled to no target")
}

func (f *facts) deployment(r *Rule, d Deployment) verdict {
	want := r.Exports[d.Target].Digest
	switch {
	case want == "" || d.Digest == "":
		return verdict{state: Unknown, why: "what runs on " + d.Target + " can't be held against what is compiled: a digest is missing"}
	case d.Digest != want:
		return verdict{state: Failed, why: "what runs on " + d.Target + " is not what is compiled now"}
	case !d.Enabled:
		return verdict{state: Failed, why: "it is switched off on " + d.Target}
	}
	if s, why := fresh("what shows it on "+d.Target, d.Seen, f.today, f.limits.EvidenceDays); s != Pass {
		return verdict{state: s, why: why}
	}
	return verdict{state: Pass, shown: []Evidence{{Gate: Deployed.String(), What: "runs on " + d.Target, Ref: d.Evidence, Digest: d.Digest, Since: d.Since, Date: d.Seen}}}
}

func (f *facts) isMeasured(r *Rule) verdict {
	if _, none := f.silent[Measured]; none {
		return verdict{state: Unknown}
	}
	if r.Block {
		return verdict{state: Unknown, why: "it alerts nobody, so there is nothing to measure"}
	}
	return worst(each(f.measured[r.Name], func(m Measurement) verdict { return f.measurement(r, m) }), "no back-test measured it")
}

func (f *facts) measurement(r *Rule, m Measurement) verdict {
	budget := m.Budget
	if r.PerDay > 0 {
		budget = r.PerDay
	}
	budget *= f.limits.BudgetFactor
	rate := m.HitsPerDay
	switch {
	case m.RuleDigest != "" && r.Digest != "" && m.RuleDigest != r.Digest:
		return verdict{state: Stale, why: "the back-test measured the rule as it was before"}
	case m.Days <= 0 || math.IsNaN(rate) || math.IsInf(rate, 0) || rate < 0:
		return verdict{state: Unknown, why: "the back-test saw no day with records of its sources"}
	case budget <= 0:
		return verdict{state: Unknown, why: "it has no budget to hold the back-test against"}
	case rate <= budget && !m.WithinBudget:
		return verdict{state: Unknown, why: "the back-test doesn't say that it keeps its budget"}
	case rate > budget:
		return verdict{state: Failed, why: fmt.Sprintf("%.4g alerts a day over %s, of %.4g that it may", rate, days(m.Days), budget)}
	case m.Days < f.limits.BacktestDays:
		return verdict{state: Failed, why: fmt.Sprintf("the back-test spans %s, of %d", days(m.Days), f.limits.BacktestDays)}
	}
	if s, why := fresh("the back-test", m.To, f.today, f.limits.BacktestAge); s != Pass {
		return verdict{state: s, why: why}
	}
	return verdict{state: Pass, shown: []Evidence{{Gate: Measured.String(), What: fmt.Sprintf("%.4g of %.4g alerts a day over %s", rate, budget, days(m.Days)),
		Figure: &Ratio{m.Hits, m.Days}, Ref: m.Evidence, Digest: orSum(m.Digest, m), Since: m.From, Date: m.To}}}
}

// isSeen is Onboarded of a rule in a scope: through one of its sources, or, where it rests on other rules, through each of them.
func (f *facts) isSeen(r *Rule, sc Scope) *verdict {
	if _, none := f.silent[Onboarded]; none || sc.ID == Library {
		return &unsaid
	}
	key := [2]string{r.Name, sc.ID}
	if v, ok := f.heard[key]; ok {
		return v
	}
	f.heard[key] = &verdict{state: Unknown, why: "it rests on itself"} // until it is known
	v := f.seenBy(r, sc)
	f.heard[key] = &v
	return &v
}

func (f *facts) seenBy(r *Rule, sc Scope) verdict {
	if len(r.Parts) == 0 {
		return f.readBy(r, sc)
	}
	return worst(each(r.Parts, func(name string) verdict {
		if part := f.rules[name]; part != nil {
			return *f.isSeen(part, sc)
		}
		return verdict{state: Unknown, why: "it rests on " + name + ", which is not there"}
	}), "")
}

// readBy is whether a rule's telemetry is seen where it is looked at: on each target through a source that a query of the
// rule's is over there. Where a target has none at all, that is said of Exportable.
func (f *facts) readBy(r *Rule, sc Scope) verdict {
	all := f.anySees(r.Sources, r.Needs, sc)
	if all.state != Pass {
		return all
	}
	of := []verdict{all}
	for _, target := range f.targets {
		read := r.Exports[target].Sources
		if len(read) == 0 {
			continue
		}
		v := f.anySees(read, r.Needs, sc)
		if v.state != Pass {
			v.why = fmt.Sprintf("%s has no query over what is seen: %s", target, v.why)
		}
		if !slices.ContainsFunc(of, func(o verdict) bool { return o.state == Pass && v.state == Pass && o.shown[0].What == v.shown[0].What }) {
			of = append(of, v)
		}
	}
	return worst(of, "")
}

func each[T any](list []T, f func(T) verdict) []verdict {
	var out []verdict
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

func sortedKeys(m map[string]Export) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
