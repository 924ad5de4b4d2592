package coverage

import (
	"cmp"
	"fmt"
	"strings"
)

// work is one tactic while its items are answered.
type work struct {
	*facts
	tactic     Tactic
	scopes     []Scope
	members    []*Rule            // all of the tactic
	answers    map[string][]*Rule // by item
	properties map[string]Property
	silent     Reasons            // of this tactic: what nothing is known of for any rule
	held       map[string]*answer // by scope: what the best proven rule of the tactic has shown beyond being proven
}

// An answer is what one thing (a rule, a check, a measurement) does for an item in a scope.
type answer struct {
	rule  string // "" where it is no rule
	gates Gates
	what  [gateCount]*verdict // never changed in place: rules share them; nil is unsaid
	// alone says that nothing is there to ask the later gates of: what accepts the first accepts them all.
	alone  bool
	before Gates // waivers
	from   string
	by     *Waiver // one that counts: the one that ends first
}

func (a *answer) set(g Gate, v verdict) { a.gates[g], a.what[g] = v.state, &v }

// on is what is said of a gate.
func (a *answer) on(g Gate) *verdict {
	if a.what[g] == nil {
		return &unsaid
	}
	return a.what[g]
}

// lower takes a gate down to a state that is worse than what it has.
func (a *answer) lower(g Gate, s State, why string) {
	if to := worse(a.gates[g], s); to != a.gates[g] {
		a.set(g, verdict{state: to, why: why})
	}
}

// near orders answers by how little is missing of their telemetry. A gap that is known comes before one of which nobody
// says anything: it has a name, and somebody can close it.
func (a *answer) near() int {
	if v := a.on(Onboarded); !a.gates[Onboarded].passes() {
		return 1 + v.nearness()
	}
	return 0
}

// compare puts the better answer first: the stage, so that a waived rule never hides one that came further; names last,
// so that nothing hangs on them.
func (w work) compare(a, b *answer) int {
	return cmp.Or(-cmp.Compare(w.stage(a.gates), w.stage(b.gates)), -compareBool(a.gates.waived(), b.gates.waived()),
		-cmp.Compare(a.gates.depth(), b.gates.depth()), cmp.Compare(a.near(), b.near()), a.gates.compare(b.gates), cmp.Compare(a.rule, b.rule))
}

// answer gives at least one answer, if only one that says why there is none.
func (w work) answer(i Item, sc Scope) []*answer {
	if i.Kind == Mitigation {
		return []*answer{w.mitigation(i, sc)}
	}
	switch i.AnsweredBy {
	case ByRules, ByVisibility:
		return w.byRules(i, sc)
	case ByProperties:
		return []*answer{w.byProperty(i, sc)}
	case ByMeasurement:
		return []*answer{w.byMeasurement()}
	case "":
		return []*answer{nobody(Unknown, "items.yaml doesn't say how it is answered")}
	}
	return []*answer{nobody(Unknown, fmt.Sprintf("items.yaml says that it is answered by %q, which is no way to answer a detection item", i.AnsweredBy))}
}

// byRule is what one rule shows in a scope, whatever item it answers.
func (w work) byRule(r *Rule, sc Scope) *answer {
	a, own := &answer{rule: r.Name}, w.verdicts(r)
	for g := range own {
		a.what[g] = &own[g]
	}
	a.what[Onboarded] = w.isSeen(r, sc)
	for g := range a.gates {
		a.gates[g] = a.what[g].state
	}
	return a
}

func (w work) byRules(i Item, sc Scope) []*answer {
	rules := w.answers[i.ID]
	if len(rules) == 0 {
		return []*answer{nobody(Failed, "no rule answers it")}
	}
	var watched verdict
	missing := ""
	if i.AnsweredBy == ByVisibility {
		missing, watched = w.withoutSource(), w.watched(sc)
	}
	out := make([]*answer, 0, len(rules))
	for _, r := range rules {
		a := w.byRule(r, sc)
		if missing != "" {
			a.lower(Mapped, Failed, "no source carries "+missing)
		}
		if i.AnsweredBy == ByVisibility {
			a.set(Onboarded, watched)
			for _, g := range []Gate{Deployed, Measured} {
				a.set(g, verdict{state: NotApplicable, why: "what it asks for is shown by visibility"})
			}
		}
		out = append(out, a)
	}
	return out
}

// withoutSource names the telemetry items of the tactic that no source carries.
func (w work) withoutSource() string {
	var out []string
	for _, i := range w.tactic.Items {
		if i.Kind == Telemetry && i.NotApplicable == "" && len(w.tactic.Sources[i.ID]) == 0 {
			out = append(out, i.ID)
		}
	}
	return strings.Join(out, ", ")
}

// watched is whether a source of every telemetry item that is asked for in a scope is seen there.
func (w work) watched(sc Scope) verdict {
	if _, none := w.silent[Onboarded]; none || sc.ID == Library {
		return verdict{state: Unknown}
	}
	var of []verdict
	for _, i := range w.tactic.Items {
		if _, declared := w.notApplicable(i, sc); i.Kind != Telemetry || declared {
			continue
		}
		v := w.anySees(w.tactic.Sources[i.ID], nil, sc)
		if v.state != Pass {
			v.why = i.ID + ": " + v.why
		}
		of = append(of, v)
	}
	return worst(of, "there is no telemetry item to hold visibility against")
}

// byProperty holds an item against a check that every rule of the tactic must pass. It is as live as the one rule that
// came furthest: the property is shown of them all.
func (w work) byProperty(i Item, sc Scope) *answer {
	p := w.properties[i.ID]
	if p.Check == "" {
		return nobody(Failed, "no check for it yet")
	}
	a := &answer{}
	pass := verdict{state: Pass}
	a.set(Mapped, pass)
	a.set(Compiled, pass)
	a.set(Tested, verdict{state: Pass, shown: []Evidence{{Gate: Tested.String(), What: "rules that pass the check " + p.Check, Figure: &Ratio{p.Passed, p.Total}, Digest: sum(p)}}})
	a.set(Equivalent, verdict{state: NotApplicable, why: "a check reads what is compiled"})
	switch {
	case len(w.members) == 0 || p.Total == 0:
		a.set(Tested, verdict{state: Unknown, why: "no rule to hold the check " + p.Check + " against"})
	case p.Passed < p.Total:
		a.set(Tested, verdict{state: Failed, why: fmt.Sprintf("%d of %d rules pass the check %s", p.Passed, p.Total, p.Check)})
	case p.Total < len(w.members):
		a.set(Tested, verdict{state: Unknown, why: fmt.Sprintf("the check %s saw %d of %d rules", p.Check, p.Total, len(w.members))})
	}
	furthest := w.furthest(sc)
	for g := Exportable; g < gateCount; g++ {
		v := *furthest.on(g)
		if v.state != Pass && v.why != "" && furthest.rule != "" {
			v.why = "of the rules, " + furthest.rule + " came furthest: " + v.why
		}
		a.set(g, v)
	}
	return a
}

// furthest is what the rule of the tactic that came furthest in a scope has shown beyond being proven.
func (w work) furthest(sc Scope) *answer {
	if a := w.held[sc.ID]; a != nil {
		return a
	}
	out := &answer{}
	for g := Exportable; g < gateCount; g++ {
		if w.silent[g] == "" {
			out.set(g, verdict{state: Unknown, why: "no rule of the tactic is proven"})
		}
	}
	for _, r := range w.members {
		a := w.byRule(r, sc)
		if a.gates.depth() >= int(Exportable) && (out.rule == "" || w.compare(a, out) < 0) {
			out = a
		}
	}
	w.held[sc.ID] = out
	return out
}

// byMeasurement holds an item against the budgets of all rules that alert. One that nobody measured counts against it.
func (w work) byMeasurement() *answer {
	var alerting []*Rule
	for _, r := range w.members {
		if !r.Block {
			alerting = append(alerting, r)
		}
	}
	if len(alerting) == 0 {
		return nobody(Failed, "no rule to measure")
	}
	a := &answer{}
	a.set(Mapped, verdict{state: Pass})
	a.set(Compiled, verdict{state: Pass})
	for _, g := range []Gate{Equivalent, Exportable, Onboarded, Deployed} {
		a.set(g, verdict{state: NotApplicable, why: "it is measured, by the rules' budgets"})
	}
	var lack []string
	var kept []verdict
	passed := 0
	for _, r := range alerting {
		if !r.Budget || !r.Suppress {
			lack = append(lack, r.Name)
		}
		v := w.verdicts(r)[Measured]
		if v.state == Pass {
			passed++
		}
		v.why = r.Name + ": " + v.why
		kept = append(kept, v)
	}
	if len(lack) > 0 {
		a.set(Compiled, verdict{state: Failed, why: fmt.Sprintf("%d of %d rules lack a budget or a suppression key: %s", len(lack), len(alerting), some(lack, 5))})
	}
	v := worst(kept, "")
	v.shown = []Evidence{together("alerting rules that keep their budgets", Ratio{passed, len(alerting)}, v.shown)}
	switch {
	case w.silent[Measured] != "":
		v.why = "no back-test shows that the rules keep their budgets"
	case v.state != Pass:
		v.why = fmt.Sprintf("%d of %d alerting rules are shown to keep their budgets; %s", passed, len(alerting), v.why)
	}
	a.set(Tested, v)
	a.set(Measured, v)
	return a
}

// together is evidence of many in one: from the last day on which all had begun, as old as the oldest.
func together(what string, figure Ratio, of []Evidence) Evidence {
	out := Evidence{Gate: Measured.String(), What: what, Figure: &figure}
	var digests, refs []string
	for k, e := range of {
		out.Since = max(out.Since, e.Since)
		if k == 0 || e.Date < out.Date {
			out.Date = e.Date
		}
		digests, refs = append(digests, e.Digest), append(refs, e.Ref)
	}
	digests, refs = set(digests), set(refs)
	out.Digest, out.Ref = strings.Join(digests, " "), strings.Join(refs, ", ")
	if len(digests) != 1 {
		out.Digest = sum(digests)
	}
	return out
}

func nobody(mapped State, why string) *answer {
	a := &answer{alone: true}
	a.set(Mapped, verdict{state: mapped, why: why})
	return a
}

// review holds the item's text against the accepted one: a rule answers the words that were reviewed, not others.
func (w work) review(i Item, a *answer) {
	if !i.Reviewed {
		a.lower(Mapped, Stale, "its text is not one that was reviewed: detc brief accept")
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// some is a list with at most n of its names, and how many more there are.
func some(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
}
