package coverage

import (
	"fmt"
	"maps"
	"slices"
)

// Compute holds the rules against the briefs. The same input gives the same report whatever its order.
func Compute(in Input) *Report {
	in = canonical(in)
	f := newFacts(in)
	r := &Report{
		SchemaVersion: SchemaVersion,
		Digest:        digest(in),
		Today:         in.Today,
		Stages:        map[string][]string{},
		Thresholds:    f.limits,
		Targets:       append([]string{}, in.Targets...),
		Scopes:        []ScopeReport{},
		Unmeasured:    f.silent,
		Tactics:       []TacticReport{},
		Rules:         []RuleReport{},
		Deployed:      []DeploymentReport{},
		Measured:      []MeasurementReport{},
	}
	for _, g := range AllGates() {
		s := g.Stage()
		if g == Exportable && !f.exports {
			s = Live
		}
		r.Stages[s.String()] = append(r.Stages[s.String()], g.String())
	}
	for _, sc := range in.Scopes {
		r.Scopes = append(r.Scopes, f.scopeReport(sc))
	}
	for _, d := range in.Deployments {
		r.Deployed = append(r.Deployed, DeploymentReport{d.Rule, d.Target, d.Enabled, d.Since, d.Seen, d.Digest})
	}
	for _, m := range in.Measurements {
		r.Measured = append(r.Measured, MeasurementReport{m.Rule, m.From, m.To, m.Days, m.Hits, m.Digest})
	}
	domains := map[string]string{}
	var all []ItemReport
	live := false
	for _, t := range in.Tactics {
		domains[t.ID] = t.Domain
		report, alive := f.tacticReport(t, in)
		live = live || alive
		all = append(all, report.Items...)
		r.Tactics = append(r.Tactics, report)
	}
	for i := range in.Rules {
		r.Rules = append(r.Rules, f.ruleReport(&in.Rules[i], in.scopesOf(domains[in.Rules[i].Tactic])))
	}
	r.Totals = f.totals(all, live)
	r.Headline = headline(r.Totals.Detection, f.silent)
	if len(r.Tactics) == 0 {
		r.Headline = "No brief: there is nothing to hold the rules against"
	}
	return r
}

// scopesOf are the scopes in which a domain's items are asked for.
func (in Input) scopesOf(domain string) []Scope {
	var out []Scope
	for _, s := range in.Scopes {
		if s.Domain == domain {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = []Scope{{ID: Library, Domain: domain}}
	}
	return out
}

func (f *facts) scopeReport(sc Scope) ScopeReport {
	out := ScopeReport{ID: sc.ID, Domain: sc.Domain, Class: sc.Class, Population: sc.Population, Platform: sc.Platform, Devices: sc.Devices,
		Consequence: sc.Consequence, Digest: sc.Digest, Sources: []SourceReport{}}
	for key, list := range f.seen {
		if key.scope != sc.ID {
			continue
		}
		v := f.sees(key.source, nil, sc)
		s := SourceReport{Source: key.source, State: v.state, Gap: v.gap, Why: v.why, Said: len(list)}
		for k, o := range list {
			if n := max(o.Devices, 0); k == 0 || n < s.Seen.N {
				s.Seen.N = n
			}
			s.Seen.Of = max(s.Seen.Of, s.Seen.N, o.Of, sc.Devices)
			s.Since, s.LastSeen, s.Fields = max(s.Since, o.Since), max(s.LastSeen, o.LastSeen), max(s.Fields, len(o.Fields))
			s.Observed = s.Observed || o.Observed
		}
		out.Sources = append(out.Sources, s)
	}
	slices.SortFunc(out.Sources, func(a, b SourceReport) int { return compareIDs(a.Source, b.Source) })
	return out
}

// tacticReport is a brief's coverage, and whether anything is known of its telemetry where it is collected.
func (f *facts) tacticReport(t Tactic, in Input) (TacticReport, bool) {
	w := work{facts: f, tactic: t, scopes: in.scopesOf(t.Domain), answers: map[string][]*Rule{}, properties: in.Properties,
		silent: maps.Clone(f.silent), held: map[string]*answer{}}
	live := slices.ContainsFunc(in.Onboardings, func(o Onboarding) bool {
		return slices.ContainsFunc(w.scopes, func(sc Scope) bool { return sc.ID == o.Scope && sc.ID != Library })
	})
	if !live && w.silent[Onboarded] == "" {
		w.silent[Onboarded] = "visibility.yaml says nothing of " + t.Domain
	}
	for i := range in.Rules {
		rule := &in.Rules[i]
		if rule.Tactic != t.ID {
			continue
		}
		w.members = append(w.members, rule)
		for _, id := range rule.Items {
			w.answers[id] = append(w.answers[id], rule)
		}
	}
	out := TacticReport{ID: t.ID, Name: t.Name, Domain: t.Domain, Release: t.Release,
		Items: []ItemReport{}, Blind: []string{}, Limits: append([]string{}, t.Limits...)}
	for _, item := range t.Items {
		i := w.item(item)
		out.Items = append(out.Items, i)
		if i.State == Blind && i.Detection() {
			out.Blind = append(out.Blind, i.ID)
		}
	}
	out.Totals = f.totals(out.Items, live)
	out.Headline = headline(out.Totals.Detection, w.silent)
	return out, live
}

// ruleReport is how far a rule has come in the scope in which it came furthest.
func (f *facts) ruleReport(rule *Rule, scopes []Scope) RuleReport {
	w := work{facts: f, silent: f.silent}
	of := make([]*answer, len(scopes))
	var onboarded []string
	for k, sc := range scopes {
		of[k] = w.byRule(rule, sc)
		if of[k].gates[Onboarded] == Pass {
			onboarded = append(onboarded, sc.ID)
		}
	}
	a := slices.MinFunc(of, w.compare)
	out := RuleReport{
		Name: rule.Name, Title: rule.Title, Tactic: rule.Tactic, Level: rule.Level, LevelWhen: rule.LevelWhen,
		Items: rule.Items, Techniques: rule.Techniques, Stage: f.stage(a.gates), Gates: a.gates,
		Reasons: a.reasons(f.silent), Budget: rule.Budget, PerDay: rule.PerDay, Suppress: rule.Suppress, Block: rule.Block,
		Sources: rule.Sources, Onboarded: onboarded, Needs: rule.Needs, Exports: map[string]string{}, Digest: rule.Digest, Tests: rule.Tests,
		Cases: rule.Cases, CaseMarks: []string{}, Failing: append([]string{}, rule.Failing...), Pairs: rule.Pairs, Filters: rule.Filters, Span: rule.Span,
	}
	for target, e := range rule.Exports {
		out.Exports[target] = e.Fidelity
	}
	for _, name := range rule.CaseNames {
		out.CaseMarks = append(out.CaseMarks, mark(name))
	}
	out.File, out.Line = place(rule.Span)
	return out
}

func (f *facts) totals(items []ItemReport, live bool) Totals {
	var detection, mitigation []ItemReport
	for _, i := range items {
		if i.Detection() {
			detection = append(detection, i)
		} else {
			mitigation = append(mitigation, i)
		}
	}
	out := Totals{f.count(detection, live), f.count(mitigation, len(f.proofs) > 0)}
	out.Mitigation.Ladder = []Step{} // the gates are of rules, and no rule answers a mitigation
	return out
}

func (f *facts) count(items []ItemReport, live bool) Count {
	c := Count{Items: len(items), Ladder: []Step{}}
	alive, reached, on := 0, [gateCount]int{}, make([]int, len(f.targets))
	for _, i := range items {
		for _, o := range i.Obligations {
			c.Obligations.add(o.State)
		}
		c.StateCount.add(i.State)
		if i.State == ItemNotNeeded {
			continue
		}
		for g := range i.reached {
			reached[g]++
		}
		for k := range on {
			if i.onTarget[k] {
				on[k]++
			}
		}
		if i.Stage >= Written {
			c.Written++
		}
		if i.Stage >= Proven {
			c.Proven++
		}
		if i.Stage >= Live {
			alive++
		}
	}
	c.Asked = c.Items - c.NotApplicable
	if live {
		c.Live = &alive
	}
	for _, g := range AllGates() {
		if g == Exportable {
			for k, target := range f.targets {
				c.Ladder = append(c.Ladder, Step{fmt.Sprintf("exportable[%s]", target), on[k], c.Asked})
			}
		}
		if live || g < Exportable || g == Exportable && f.exports {
			c.Ladder = append(c.Ladder, Step{g.String(), reached[g], c.Asked})
		}
	}
	return c
}

func headline(c Count, silent Reasons) string {
	s := fmt.Sprintf("Proven %d/%d · ", c.Proven, c.Asked)
	if c.Live == nil {
		s += "Live unknown: " + silent[Onboarded]
	} else {
		s += fmt.Sprintf("Live %d/%d", *c.Live, c.Asked)
	}
	if c.Waived > 0 {
		s += fmt.Sprintf(" · %d waived", c.Waived)
	}
	if c.NotApplicable > 0 {
		s += fmt.Sprintf(" · %d not applicable", c.NotApplicable)
	}
	return s
}
