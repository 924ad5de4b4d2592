package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// work is one tactic while its items are answered.
type work struct {
	tactic     Tactic
	rules      []Rule            // all of the tactic
	answers    map[string][]Rule // by item
	properties map[string]Property
	silent     Reasons
}

// An answer is what one thing (a rule, a check, a measurement) does for an item.
type answer struct {
	rule    string // "" where it is no rule
	gates   Gates
	reasons Reasons
}

// lower takes a gate down to a state that is worse than what it has.
func (a *answer) lower(g Gate, s State, why string) {
	if to := worse(a.gates[g], s); to != a.gates[g] {
		a.gates[g], a.reasons[g] = to, why
	}
}

func (w work) item(i Item) ItemReport {
	out := ItemReport{ID: i.ID, Kind: i.Kind, Text: i.Text, Hash: i.Hash, AnsweredBy: i.AnsweredBy, Rules: []ItemRule{}, Span: i.Span}
	out.File, out.Line = place(i.Span)
	answers := w.answer(i)
	for k := range answers {
		w.review(i, &answers[k])
	}
	// The stage first, so that a waived rule never hides one that came further; names last, so that nothing hangs on them.
	slices.SortStableFunc(answers, func(a, b answer) int {
		return cmp.Or(-cmp.Compare(a.gates.Stage(), b.gates.Stage()), -compareBool(a.gates.waived(), b.gates.waived()),
			-cmp.Compare(a.gates.depth(), b.gates.depth()), a.gates.compare(b.gates), cmp.Compare(a.rule, b.rule))
	})
	for _, a := range answers {
		out.depth = max(out.depth, a.gates.depth())
		if a.rule != "" {
			out.Rules = append(out.Rules, ItemRule{a.rule, a.gates.Stage(), a.gates, reasons(a.gates, a.reasons, w.silent)})
		}
	}
	carrier := answers[0]
	out.Gates, out.Stage = carrier.gates, carrier.gates.Stage()
	out.Reason = carrier.why(w.silent)
	switch {
	case i.NotApplicable != "":
		out.State, out.Reason = ItemNotNeeded, i.NotApplicable
	case out.Stage == Live:
		out.State = Effective
	case carrier.gates.waived():
		out.State = ItemWaived
	case out.Stage == None:
		out.State = Blind
	default:
		out.State = Partial
	}
	return out
}

// answer gives at least one answer, if only one that says why there is none.
func (w work) answer(i Item) []answer {
	if i.Kind == Mitigation {
		return []answer{mitigation()}
	}
	switch i.AnsweredBy {
	case ByRules, ByVisibility:
		return w.byRules(i)
	case ByProperties:
		return []answer{w.byProperty(i)}
	case ByMeasurement:
		return []answer{w.byMeasurement()}
	case "":
		return []answer{nobody(Unknown, "items.yaml doesn't say how it is answered")}
	}
	return []answer{nobody(Unknown, fmt.Sprintf("items.yaml says that it is answered by %q, which is no way to answer a detection item", i.AnsweredBy))}
}

func (w work) byRules(i Item) []answer {
	rules := w.answers[i.ID]
	if len(rules) == 0 {
		return []answer{nobody(Failed, "no rule answers it")}
	}
	missing := ""
	if i.AnsweredBy == ByVisibility {
		missing = w.withoutSource()
	}
	var out []answer
	for _, r := range rules {
		a := answer{r.Name, r.Gates, Reasons{}}
		for g, why := range r.Reasons {
			a.reasons[g] = why
		}
		if missing != "" {
			a.lower(Mapped, Failed, "no source carries "+missing)
		}
		out = append(out, a)
	}
	return out
}

// withoutSource names the telemetry items of the tactic that no source carries.
func (w work) withoutSource() string {
	var out []string
	for _, i := range w.tactic.Items {
		if i.Kind == Telemetry && i.NotApplicable == "" && w.tactic.Sources[i.ID] < 1 {
			out = append(out, i.ID)
		}
	}
	return strings.Join(out, ", ")
}

func (w work) byProperty(i Item) answer {
	p := w.properties[i.ID]
	if p.Check == "" {
		return nobody(Failed, "no check for it yet")
	}
	a := answer{gates: Gates{Mapped: Pass, Compiled: Pass, Tested: Pass, Equivalent: NotApplicable}, reasons: Reasons{}}
	switch {
	case len(w.rules) == 0 || p.Total == 0:
		a.gates[Tested], a.reasons[Tested] = Unknown, "no rule to hold the check "+p.Check+" against"
	case p.Passed < p.Total:
		a.gates[Tested], a.reasons[Tested] = Failed, fmt.Sprintf("%d of %d rules pass the check %s", p.Passed, p.Total, p.Check)
	case p.Total < len(w.rules):
		a.gates[Tested], a.reasons[Tested] = Unknown, fmt.Sprintf("the check %s saw %d of %d rules", p.Check, p.Total, len(w.rules))
	}
	return a
}

func (w work) byMeasurement() answer {
	alerting := slices.DeleteFunc(slices.Clone(w.rules), func(r Rule) bool { return r.Block })
	if len(alerting) == 0 {
		return nobody(Failed, "no rule to measure")
	}
	a := answer{gates: Gates{Mapped: Pass, Compiled: Pass, Equivalent: NotApplicable}, reasons: Reasons{Tested: "no back-test shows that the rules keep their budgets"}}
	var lack []string
	for _, r := range alerting {
		if !r.Budget || !r.Suppress {
			lack = append(lack, r.Name)
		}
	}
	if len(lack) > 0 {
		a.gates[Compiled] = Failed
		a.reasons[Compiled] = fmt.Sprintf("%d of %d rules lack a budget or a suppression key: %s", len(lack), len(alerting), some(lack, 5))
	}
	return a
}

func mitigation() answer {
	a := nobody(Unknown, "no owner and no dated evidence yet")
	for g := Compiled; g < gateCount; g++ {
		a.gates[g] = NotApplicable
	}
	return a
}

func nobody(mapped State, why string) answer {
	return answer{gates: Gates{Mapped: mapped}, reasons: Reasons{Mapped: why}}
}

// review holds the item's text against the accepted one: a rule answers the words that were reviewed, not others.
func (w work) review(i Item, a *answer) {
	if !i.Reviewed {
		a.lower(Mapped, Stale, "its text is not one that was reviewed: detc brief accept")
	}
}

// why says what keeps the item from the next gate.
func (a answer) why(silent Reasons) string {
	g, ok := a.gates.Next()
	if !ok {
		return ""
	}
	if g.Stage() == Live && silent[Onboarded] != "" {
		return "Live unknown: " + silent[Onboarded]
	}
	why := a.reasons[g]
	if why == "" {
		why = unmeasured[g]
	}
	if a.rule == "" || g == Mapped {
		return why
	}
	lead := map[State]string{
		Failed:  "is not %s",
		Unknown: "is not known to be %s",
		Stale:   "is no longer known to be %s",
		Waived:  "is not %s, which was accepted",
	}[a.gates[g]]
	return a.rule + " " + fmt.Sprintf(lead, g) + ": " + why
}

// reasons are those of the gates not passed. What nothing measured for any rule is said once, for all.
func reasons(gates Gates, why, silent Reasons) Reasons {
	out := Reasons{}
	for _, g := range AllGates() {
		switch {
		case gates[g] == Pass:
		case why[g] != "":
			out[g] = why[g]
		case gates[g] != NotApplicable && silent[g] == "":
			out[g] = unmeasured[g]
		}
	}
	return out
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
