package coverage

import (
	"cmp"
	"fmt"
	"slices"
)

// item answers an item in each of its scopes. It has come as far as in the worst of them.
func (w work) item(i Item) ItemReport {
	out := ItemReport{ID: i.ID, Kind: i.Kind, Text: i.Text, Hash: i.Hash, AnsweredBy: i.AnsweredBy, Obligations: []Obligation{}, Rules: []ItemRule{}, Span: i.Span, reached: int(gateCount)}
	out.File, out.Line = place(i.Span)
	rules := map[string]*answer{}
	worstOf := -1
	for _, sc := range w.scopes {
		o, answers := w.obligation(i, sc)
		out.Obligations = append(out.Obligations, o)
		if o.State == ItemNotNeeded {
			continue
		}
		out.reached = min(out.reached, o.reached)
		if out.onTarget == nil {
			out.onTarget = slices.Clone(o.onTarget)
		}
		for k := range o.onTarget {
			out.onTarget[k] = out.onTarget[k] && o.onTarget[k]
		}
		for _, a := range answers {
			if before := rules[a.rule]; a.rule != "" && (before == nil || w.compare(before, a) < 0) {
				rules[a.rule] = a
			}
		}
		if worstOf < 0 || worseOff(o, out.Obligations[worstOf]) {
			worstOf = len(out.Obligations) - 1
		}
	}
	if worstOf < 0 { // asked for in no scope
		out.State, out.Reason, out.reached = ItemNotNeeded, out.Obligations[0].Reason, 0
		out.Gates = out.Obligations[0].Gates
		return out
	}
	of := out.Obligations[worstOf]
	out.Stage, out.Gates, out.Reason = of.Stage, of.Gates, of.Reason
	if of.Scope != Library && out.Reason != "" {
		out.Reason = of.Scope + ": " + out.Reason
	}
	out.State = stateOf(out.Obligations)
	out.Rules = w.itemRules(rules, of.Carrier)
	return out
}

// itemRules are the rules of an item in the scope in which each is worst; the one that carries the item first.
func (w work) itemRules(rules map[string]*answer, carrier string) []ItemRule {
	all := make([]*answer, 0, len(rules))
	for _, a := range rules {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *answer) int {
		return cmp.Or(-compareBool(a.rule == carrier, b.rule == carrier), w.compare(a, b))
	})
	out := make([]ItemRule, 0, len(all))
	for _, a := range all {
		out = append(out, ItemRule{a.rule, w.stage(a.gates), a.gates, a.reasons(w.silent)})
	}
	return out
}

// worseOff orders obligations by how little is shown of them.
func worseOff(a, b Obligation) bool {
	rank := func(o Obligation) int {
		return slices.Index([]string{Blind, Partial, ItemWaived, Effective}, o.State)
	}
	return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(rank(a), rank(b)), cmp.Compare(a.reached, b.reached)) < 0
}

// stateOf is the state of an item of which these are the obligations: in the order of the states, as of one.
func stateOf(of []Obligation) string {
	asked, live, waived, lowest := 0, 0, 0, Live
	for _, o := range of {
		if o.State == ItemNotNeeded {
			continue
		}
		asked++
		lowest = min(lowest, o.Stage)
		switch o.State {
		case Effective:
			live++
		case ItemWaived:
			waived++
		}
	}
	switch {
	case asked == 0:
		return ItemNotNeeded
	case live == asked:
		return Effective
	case live+waived == asked:
		return ItemWaived
	case lowest == None:
		return Blind
	}
	return Partial
}

// obligation answers an item in one scope.
func (w work) obligation(i Item, sc Scope) (Obligation, []*answer) {
	out := Obligation{Scope: sc.ID, Open: []Gap{}, Evidence: []Evidence{}}
	owner := w.owner(i, sc)
	out.Owner, out.OwnerSince = owner.Name, owner.Since
	answers := w.answer(i, sc)
	for _, a := range answers {
		w.review(i, a)
		w.waive(i, sc, a)
	}
	carrier := slices.MinFunc(answers, w.compare)
	for _, a := range answers {
		out.reached = max(out.reached, a.gates.depth())
	}
	out.onTarget = w.onTargets(answers)
	out.Carrier, out.Gates, out.Stage = carrier.rule, carrier.gates, w.stage(carrier.gates)
	out.Reasons, out.Reason = carrier.reasons(w.silent), carrier.why(w.silent)
	if why, ok := w.notApplicable(i, sc); ok {
		out.State, out.Stage, out.Reason = ItemNotNeeded, None, why
		return out, nil
	}
	switch {
	case out.Stage == Live:
		out.State = Effective
	case carrier.gates.waived():
		out.State = ItemWaived
	case out.Stage == None:
		out.State = Blind
	default:
		out.State = Partial
	}
	if by := carrier.by; by != nil {
		if by.Owner != out.Owner { // since when it is theirs nobody says
			out.OwnerSince = ""
		}
		out.Owner, out.Approver, out.Until = by.Owner, by.Approver, by.Until
	}
	out.Owner = cmp.Or(out.Owner, carrier.from)
	out.show(carrier, w.silent)
	return out, answers
}

// show adds what is open and what is shown.
func (o *Obligation) show(a *answer, silent Reasons) {
	for g := range gateCount {
		o.Evidence = append(o.Evidence, a.on(g).shown...)
		if a.before[g].passes() || a.alone && g > Mapped {
			continue
		}
		o.Open = append(o.Open, Gap{Gate: g.String(), Kind: a.on(g).gap, State: a.before[g], Waived: a.gates[g] != a.before[g],
			Why: cmp.Or(a.on(g).was, a.on(g).why, silent[g], unmeasured[g])})
	}
	if o.State != Effective {
		return
	}
	for _, e := range o.Evidence { // effective since the last of what makes it so began
		if e.Since == "" {
			if e.Gate == Onboarded.String() || e.Gate == Deployed.String() || e.Gate == Measured.String() {
				o.Since = ""
				return
			}
			continue
		}
		o.Since = max(o.Since, e.Since)
	}
}

// onTargets says, target by target, whether one answer that is proven up to there is exported to it.
func (w work) onTargets(answers []*answer) []bool {
	out := make([]bool, len(w.targets))
	for k, target := range w.targets {
		out[k] = slices.ContainsFunc(answers, func(a *answer) bool {
			if a.gates.depth() < int(Exportable) {
				return false
			}
			r := w.rules[a.rule]
			return a.gates[Exportable].passes() || r != nil && w.export(r, target).state == Pass
		})
	}
	return out
}

// stage is how far gates have come. Exportable is of Proven as soon as there is a target; until then it says nothing of a
// rule, and nothing gets to Live without it.
func (f *facts) stage(g Gates) Stage {
	if !f.exports && g.depth() == int(Exportable) {
		return Proven
	}
	return g.Stage()
}

// why says what keeps the item from the next gate.
func (a *answer) why(silent Reasons) string {
	g, ok := a.gates.Next()
	if !ok {
		return ""
	}
	if g >= Exportable && silent[Onboarded] != "" && (g.Stage() == Live || silent[Exportable] != "") && a.gates[g] == Unknown && a.gates[Onboarded] == Unknown {
		return "Live unknown: " + silent[Onboarded]
	}
	why := cmp.Or(a.on(g).why, unmeasured[g])
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
func (a *answer) reasons(silent Reasons) Reasons {
	out := Reasons{}
	for g := range gateCount {
		switch {
		case a.alone && g > Mapped: // there is nothing to ask it of
		case a.gates[g] == Pass && a.on(g).gap == "":
		case a.on(g).why != "":
			out[g] = a.on(g).why
		case a.gates[g] != NotApplicable && silent[g] == "":
			out[g] = unmeasured[g]
		}
	}
	return out
}
