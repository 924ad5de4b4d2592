package coverage

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/source"
)

// Compute holds the rules against the briefs. The same input gives the same report whatever its order.
func Compute(in Input) *Report {
	in = canonical(in)
	r := &Report{
		SchemaVersion: SchemaVersion,
		Digest:        digest(in),
		Stages:        map[string][]string{},
		Unmeasured:    Reasons{},
		Tactics:       []TacticReport{},
		Rules:         []RuleReport{},
	}
	for s := Written; s <= Live; s++ {
		r.Stages[s.String()] = s.gates()
	}
	for _, g := range AllGates() {
		if !slices.ContainsFunc(in.Rules, func(rule Rule) bool { return rule.Gates[g] != Unknown }) {
			r.Unmeasured[g] = unmeasured[g]
		}
	}
	for _, rule := range in.Rules {
		r.Rules = append(r.Rules, ruleReport(rule, r.Unmeasured))
	}
	// Site data is whatever says something of the telemetry where it is collected.
	_, blind := r.Unmeasured[Onboarded]
	live := !blind
	var all []ItemReport
	for _, t := range in.Tactics {
		report := tacticReport(t, in, r.Unmeasured, live)
		all = append(all, report.Items...)
		r.Tactics = append(r.Tactics, report)
	}
	r.Totals = totals(all, live)
	r.Headline = headline(r.Totals.Detection)
	if len(r.Tactics) == 0 {
		r.Headline = "No brief: there is nothing to hold the rules against"
	}
	return r
}

func tacticReport(t Tactic, in Input, silent Reasons, live bool) TacticReport {
	w := work{tactic: t, answers: map[string][]Rule{}, properties: in.Properties, silent: silent}
	for _, rule := range in.Rules {
		if rule.Tactic != t.ID {
			continue
		}
		w.rules = append(w.rules, rule)
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
	out.Totals = totals(out.Items, live)
	out.Headline = headline(out.Totals.Detection)
	return out
}

func ruleReport(rule Rule, silent Reasons) RuleReport {
	out := RuleReport{
		Name: rule.Name, Title: rule.Title, Tactic: rule.Tactic, Level: rule.Level, LevelWhen: rule.LevelWhen,
		Items: rule.Items, Techniques: rule.Techniques, Stage: rule.Gates.Stage(), Gates: rule.Gates,
		Reasons: reasons(rule.Gates, rule.Reasons, silent), Budget: rule.Budget, Suppress: rule.Suppress,
		Sources: rule.Sources, Cases: rule.Cases, Pairs: rule.Pairs, Filters: rule.Filters, Span: rule.Span,
	}
	out.File, out.Line = place(rule.Span)
	return out
}

func totals(items []ItemReport, live bool) Totals {
	var detection, mitigation []ItemReport
	for _, i := range items {
		if i.Detection() {
			detection = append(detection, i)
		} else {
			mitigation = append(mitigation, i)
		}
	}
	out := Totals{count(detection, live), count(mitigation, live)}
	out.Mitigation.Ladder = []Step{} // the gates are of rules, and no rule answers a mitigation
	return out
}

func count(items []ItemReport, live bool) Count {
	c := Count{Items: len(items), Ladder: []Step{}}
	alive, reached := 0, [gateCount]int{}
	for _, i := range items {
		switch i.State {
		case Effective:
			c.Effective++
		case Partial:
			c.Partial++
		case ItemWaived:
			c.Waived++
		case Blind:
			c.Blind++
		default:
			c.NotApplicable++
			continue
		}
		for g := range i.depth {
			reached[g]++
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
		if live || g.Stage() < Live {
			c.Ladder = append(c.Ladder, Step{g.String(), reached[g], c.Asked})
		}
	}
	return c
}

func headline(c Count) string {
	s := fmt.Sprintf("Proven %d/%d · ", c.Proven, c.Asked)
	if c.Live == nil {
		s += "Live unknown: " + unmeasured[Onboarded]
	} else {
		s += fmt.Sprintf("Live %d/%d", *c.Live, c.Asked)
	}
	if c.NotApplicable > 0 {
		s += fmt.Sprintf(" · %d not applicable", c.NotApplicable)
	}
	return s
}

// canonical is the input in its one order, with nothing in it shared with the caller that is changed.
func canonical(in Input) Input {
	out := Input{Properties: in.Properties}
	for _, t := range in.Tactics {
		t.Items = slices.Clone(t.Items)
		slices.SortStableFunc(t.Items, compareItems)
		out.Tactics = append(out.Tactics, t)
	}
	slices.SortStableFunc(out.Tactics, func(a, b Tactic) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range in.Rules {
		r.Items, r.Techniques, r.Sources = set(r.Items), set(r.Techniques), set(r.Sources)
		for g, s := range r.Gates {
			if (s == Waived || s == NotApplicable) && strings.TrimSpace(r.Reasons[Gate(g)]) == "" {
				r.Gates[g] = Unknown
			}
		}
		out.Rules = append(out.Rules, r)
	}
	slices.SortStableFunc(out.Rules, func(a, b Rule) int {
		if c := cmp.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(encode(facts(a)), encode(facts(b)))
	})
	return out
}

func set(s []string) []string {
	out := append([]string{}, s...)
	slices.SortFunc(out, compareIDs)
	return slices.Compact(out)
}

func compareItems(a, b Item) int {
	kind := func(i Item) int { return slices.Index([]string{Telemetry, Direction, Mitigation}, i.Kind) }
	return cmp.Or(cmp.Compare(kind(a), kind(b)), compareIDs(a.ID, b.ID), cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Text, b.Text))
}

// compareIDs orders ids by their letters, then by the number at their end: T9 before T10.
func compareIDs(a, b string) int {
	head := func(s string) (string, int) {
		h := strings.TrimRight(s, "0123456789")
		n, _ := strconv.Atoi(s[len(h):])
		return h, n
	}
	ha, na := head(a)
	hb, nb := head(b)
	return cmp.Or(cmp.Compare(ha, hb), cmp.Compare(na, nb), cmp.Compare(a, b))
}

// place is where a span leads a reader. Of an absolute path only the name is kept: the report is the same on every machine.
func place(s source.Span) (string, int) {
	if s.IsZero() {
		return "", 0
	}
	name := strings.ReplaceAll(s.File.Name, `\`, "/")
	if path.IsAbs(name) || len(name) > 1 && name[1] == ':' {
		name = path.Base(name)
	}
	return name, s.Position().Line
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // only channels and functions fail, and there are none here
		return err.Error()
	}
	return string(b)
}
