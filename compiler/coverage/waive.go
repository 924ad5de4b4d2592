package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// waive applies what people accepted of an item in a scope to one answer. A gate that nothing keeps from passing needs
// none, and where nothing answers the item, who accepts that accepts all that follows from it.
func (w work) waive(i Item, sc Scope, a *answer) {
	a.before = a.gates
	waivers := w.waivers[[2]string{i.ID, sc.ID}]
	for g := range gateCount {
		if a.gates[g].passes() {
			continue
		}
		k := slices.IndexFunc(waivers, func(v Waiver) bool {
			return v.Gate == g && v.Gap == a.on(g).gap && v.Void(i.Hash, w.today) == ""
		})
		if k < 0 {
			continue
		}
		v := &waivers[k]
		if a.by == nil || v.Until < a.by.Until {
			a.by = v
		}
		a.accept(g, v)
		if a.alone {
			for later := g + 1; later < gateCount; later++ {
				a.accept(later, v)
			}
			return
		}
	}
}

// accept notes that a gap was accepted. What a target says nearly passes then, as the design has it; else it is waived.
func (a *answer) accept(g Gate, v *Waiver) {
	state := Waived
	if g == Exportable && v.Gap == Approximated && a.on(g).gap == Approximated {
		state = Pass
	}
	was, why := a.on(g).why, fmt.Sprintf("accepted by %s until %s: %s", v.Owner, v.Until, v.Reason)
	if was != "" {
		why = was + "; " + why
	}
	a.set(g, verdict{state: state, gap: a.on(g).gap, why: why, was: was})
}

// Void is why a waiver counts for nothing: it has ended, it is of another text, or nobody answers for it. "" where it counts.
func (v Waiver) Void(hash, today string) string {
	switch n := age(v.Until, today); {
	case strings.TrimSpace(v.Reason) == "":
		return "it gives no reason"
	case v.Owner == "" || v.Owner == v.Approver:
		return "it takes an owner, and another one who approved"
	case v.Hash != hash && !slices.Contains(v.Also, hash):
		return "the item's text is not the one that it was given for"
	case n == never:
		return "no day tells whether it holds still"
	case n > 0:
		return "it ended on " + v.Until
	}
	return ""
}

// notApplicable is why an item is not asked for in a scope.
func (w work) notApplicable(i Item, sc Scope) (string, bool) {
	if i.NotApplicable != "" {
		return i.NotApplicable, true
	}
	for _, d := range w.declared[i.ID] {
		if (d.Scope == "" || d.Scope == sc.ID) && strings.TrimSpace(d.Reason) != "" {
			return d.Reason, true
		}
	}
	return "", false
}

// owner is who answers for an item in a scope: whoever is named for that scope, else for all.
func (w work) owner(i Item, sc Scope) Owner {
	var out Owner
	for _, o := range w.owners[i.ID] {
		if o.Scope == sc.ID {
			return o
		}
		if o.Scope == "" && out.Name == "" {
			out = o
		}
	}
	return out
}

// mitigation holds an item that people answer beforehand against what they say they did: somebody answers for it, dated
// evidence shows it, and somebody else saw that it is so.
func (w work) mitigation(i Item, sc Scope) *answer {
	var of []*answer
	for _, p := range w.proofs[i.ID] {
		if p.Scope == "" || p.Scope == sc.ID {
			of = append(of, w.proof(p))
		}
	}
	if len(of) == 0 {
		a := nobody(Unknown, "no owner and no dated evidence yet")
		for g := Compiled; g < gateCount; g++ {
			a.set(g, verdict{state: NotApplicable})
		}
		return a
	}
	return slices.MinFunc(of, w.compare)
}

func (w work) proof(p MitigationProof) *answer {
	a := &answer{from: p.Owner}
	for g := range gateCount {
		a.set(g, verdict{state: NotApplicable, why: "no rule answers a mitigation"})
	}
	a.set(Mapped, verdict{state: Pass})
	if strings.TrimSpace(p.Owner) == "" {
		a.set(Mapped, verdict{state: Unknown, why: "nobody answers for it"})
	}
	shown := func(g Gate, what, date, ref string) verdict {
		v := verdict{}
		if v.state, v.why = fresh(what, date, w.today, w.limits.MitigationDays); v.state == Pass {
			v.shown = []Evidence{{Gate: g.String(), What: what, Ref: ref, Digest: p.Digest, Since: date, Date: date}}
		}
		return v
	}
	a.set(Tested, shown(Tested, "the evidence", p.Date, p.Evidence))
	if strings.TrimSpace(p.Evidence) == "" {
		a.set(Tested, verdict{state: Unknown, why: "no evidence is named"})
	}
	a.set(Measured, shown(Measured, "the verification by "+cmp.Or(p.VerifiedBy, "nobody"), p.Verified, p.VerifiedBy))
	switch {
	case strings.TrimSpace(p.VerifiedBy) == "":
		a.set(Measured, verdict{state: Unknown, why: "nobody verified it"})
	case strings.EqualFold(strings.TrimSpace(p.VerifiedBy), strings.TrimSpace(p.Owner)):
		a.set(Measured, verdict{state: Failed, why: p.Owner + " answers for it and verified it: that takes two"})
	case p.Verified < p.Date && a.gates[Measured] == Pass:
		a.set(Measured, verdict{state: Stale, why: "it was verified on " + p.Verified + ", before the evidence of " + p.Date})
	}
	return a
}
