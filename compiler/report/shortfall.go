package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// A shortfall is one thing that is not shown of an obligation: a gate that keeps an item in a scope from being effective,
// as a tool that shows findings beside lines takes it.
type shortfall struct {
	tactic, item, text, scope string
	state                     string // of the obligation
	gate, gap                 string
	gateState                 coverage.State
	waived                    bool
	rule                      string // that brings the item furthest; "" where none does
	why                       string
	owner, approver, until    string // of the waiver
	high                      bool   // the scope is of high consequence
	file                      string // where it can be mended: the stub, else the bullet; "" where neither is known
	line                      int
	print                     string // what it is known by: never where it stands
}

// shortfalls are those of all obligations that are asked for and not effective, the worst first, each at least once. A
// gate of which nothing was measured for any rule is named only where nothing else is open: it says nothing of the one
// obligation, and every report says it once for all.
func shortfalls(r *coverage.Report) []shortfall {
	rules := make(map[string]*coverage.RuleReport, len(r.Rules))
	for k := range r.Rules {
		rules[r.Rules[k].Name] = &r.Rules[k]
	}
	high := map[string]bool{}
	for _, s := range r.Scopes {
		high[s.ID] = s.Consequence == coverage.High
	}
	var out []shortfall
	for _, t := range r.Tactics {
		for _, i := range t.Items {
			for _, o := range i.Obligations {
				if o.State == coverage.Effective || o.State == coverage.ItemNotNeeded {
					continue
				}
				for _, g := range openGaps(o, r.Unmeasured) {
					s := shortfall{tactic: t.ID, item: i.ID, text: i.Text, scope: o.Scope, state: o.State, gate: g.Gate, gap: g.Kind,
						gateState: g.State, waived: g.Waived, rule: o.Carrier, why: g.Why, high: high[o.Scope], file: i.File, line: i.Line}
					if s.waived {
						s.owner, s.approver, s.until = o.Owner, o.Approver, o.Until
					}
					if rule := rules[o.Carrier]; rule != nil && rule.File != "" && s.gate != coverage.Mapped.String() {
						s.file, s.line = rule.File, rule.Line
					}
					out = append(out, s)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b shortfall) int { return cmp.Compare(b.rank(), a.rank()) })
	seen := map[string]int{}
	for k := range out {
		print := out[k].fingerprint()
		seen[print]++
		out[k].print = fmt.Sprintf("%s:%d", print, seen[print])
	}
	return out
}

// openGaps are the gaps of an obligation that are worth a line each.
func openGaps(o coverage.Obligation, unmeasured coverage.Reasons) []coverage.Gap {
	var out []coverage.Gap
	for _, g := range o.Open {
		if gate, ok := coverage.GateOf(g.Gate); !ok || unmeasured[gate] == "" {
			out = append(out, g)
		}
	}
	if len(out) > 0 {
		return out
	}
	if len(o.Open) > 0 {
		return o.Open[:1]
	}
	gate, ok := o.Gates.Next() // a report of an older version lists no gaps
	if !ok {
		return nil
	}
	return []coverage.Gap{{Gate: gate.String(), State: o.Gates[gate], Why: o.Reason, Waived: o.State == coverage.ItemWaived}}
}

// rank is how bad a shortfall is: accepted ones least, blind ones in a scope of high consequence most.
func (s shortfall) rank() int {
	n := 0
	switch {
	case s.waived:
		return 0
	case s.state == coverage.Blind:
		n = 8
	case s.gateState == coverage.Failed:
		n = 6
	case s.gateState == coverage.Stale:
		n = 4
	default:
		n = 2
	}
	if s.high {
		n++
	}
	return n
}

// The levels of a shortfall, as tools that show findings know them.
func (s shortfall) level() string {
	switch {
	case s.waived:
		return "note"
	case s.state == coverage.Blind || s.gateState == coverage.Failed:
		return "error"
	}
	return "warning"
}

// kind names the gate and, where it has several, the gap: onboarded/not-logged.
func (s shortfall) kind() string {
	if s.gap == "" {
		return s.gate
	}
	return s.gate + "/" + s.gap
}

// fingerprint is of the rule, the item, the gate and the scope. A line that moves, a reason that is said otherwise and a
// waiver leave it what it is.
func (s shortfall) fingerprint() string {
	h := sha256.Sum256([]byte(strings.Join([]string{"coverage", s.rule, s.item, s.kind(), s.scope}, "\x00")))
	return hex.EncodeToString(h[:16])
}

// message says what is not shown of what, and why.
func (s shortfall) message() string {
	where := ""
	if s.scope != coverage.Library {
		where = " in " + clean(s.scope)
	}
	by := ""
	if s.rule != "" {
		by = " by " + clean(s.rule)
	}
	m := fmt.Sprintf("%s%s is %s: %s%s is %s", clean(s.item), where, s.state, s.kind(), by, s.gateState)
	if s.why != "" {
		m += ": " + clip(s.why, messageLength)
	}
	if s.waived {
		m += fmt.Sprintf(" (accepted: owner %s, approved by %s, until %s; waived is not covered)", clip(s.owner, 100), clip(s.approver, 100), clean(s.until))
	}
	return m
}
