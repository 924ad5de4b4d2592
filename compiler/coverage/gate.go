package coverage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// A Gate is one thing that must be shown of a rule before an item that it answers comes a step further. Gates stand in
// the order in which they are passed.
type Gate uint8

const (
	Mapped     Gate = iota // it answers the item as items.yaml says, and the item's text is a reviewed one
	Compiled               // its condition type-checks, lowers, binds to at least one source and emits without an error
	Tested                 // its cases pass, a positive, two negatives and a near miss among them; they see every atom both ways and kill its mutants
	Equivalent             // condition, IR and emitted Sigma agree
	Exportable             // a target says it exactly, or nearly and accepted
	Onboarded              // visibility shows the telemetry
	Deployed               // what runs there is what was compiled
	Measured               // a back-test keeps the rule's budget
	gateCount
)

var gateNames = [gateCount]string{"mapped", "compiled", "tested", "equivalent", "exportable", "onboarded", "deployed", "measured"}

// AllGates lists the gates in their order.
func AllGates() []Gate {
	return []Gate{Mapped, Compiled, Tested, Equivalent, Exportable, Onboarded, Deployed, Measured}
}

func (g Gate) String() string { return gateNames[g] }

// Stage is the stage that asks for the gate. Exportable belongs to Proven as soon as there is a target to export to;
// until then it says nothing about a rule, and a report asks for it before Live: see Report.Stages.
func (g Gate) Stage() Stage {
	switch {
	case g <= Compiled:
		return Written
	case g <= Exportable:
		return Proven
	}
	return Live
}

// unmeasured says why nothing is known of a gate that the input is silent about.
var unmeasured = [gateCount]string{
	Mapped:     "nothing says which items it answers",
	Compiled:   "it was not compiled",
	Tested:     "its tests were not run",
	Equivalent: "the emitted Sigma was not compared with it",
	Exportable: "no target is compiled to yet",
	Onboarded:  "no visibility.yaml",
	Deployed:   "no deployment was compared",
	Measured:   "no back-test",
}

// A State is what is known of a gate. The zero State is Unknown: what nothing measured counts against.
type State uint8

const (
	Unknown       State = iota // nothing was measured
	Pass                       // shown
	Stale                      // shown once, of another text or too long ago
	Failed                     // shown not to hold
	Waived                     // accepted by a person, with a reason; never counted as covered
	NotApplicable              // can't be asked of this item, with a reason
	stateCount
)

var stateNames = [stateCount]string{"unknown", "proven", "stale", "failed", "waived", "n/a"}

func (s State) String() string { return stateNames[s] }

// MarshalText writes the state's word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// passes says that a gate in this state doesn't stand in the way.
func (s State) passes() bool { return s == Pass || s == NotApplicable }

// rank orders the states from best to worst.
func (s State) rank() int {
	return [stateCount]int{NotApplicable: 0, Pass: 1, Waived: 2, Stale: 3, Unknown: 4, Failed: 5}[s]
}

// worse is the state of a gate that two things must pass.
func worse(a, b State) State {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// Gates holds a state a gate. The zero Gates is all unknown.
type Gates [gateCount]State

// depth is how many gates are passed from the first on, without a gap.
func (g Gates) depth() int {
	for i, s := range g {
		if !s.passes() {
			return i
		}
	}
	return len(g)
}

// Next is the first gate that is not passed; false where all are.
func (g Gates) Next() (Gate, bool) {
	depth := g.depth()
	return Gate(depth), depth < len(g)
}

// Stage is the highest stage all of whose gates, and all before them, are passed.
func (g Gates) Stage() Stage {
	depth := g.depth()
	if depth == len(g) {
		return Live
	}
	return Gate(depth).Stage() - 1
}

// compare puts the better gates first, the earliest gate deciding.
func (g Gates) compare(o Gates) int {
	for i := range g {
		if c := cmp.Compare(g[i].rank(), o[i].rank()); c != 0 {
			return c
		}
	}
	return 0
}

// waived says that every gate that stands in the way is waived.
func (g Gates) waived() bool {
	any := false
	for _, s := range g {
		if s == Waived {
			any = true
		} else if !s.passes() {
			return false
		}
	}
	return any
}

// MarshalJSON writes an object from gate to state in the order of the gates.
func (g Gates) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, s := range g {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%q", Gate(i), s)
	}
	return fmt.Appendf(nil, "{%s}", b.Bytes()), nil
}

// Reasons says, per gate, why it is not passed, in one line.
type Reasons map[Gate]string

// MarshalJSON writes an object from gate to reason in the order of the gates.
func (r Reasons) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for _, g := range AllGates() {
		if why, ok := r[g]; ok {
			if b.Len() > 0 {
				b.WriteByte(',')
			}
			text, err := json.Marshal(why)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "%q:%s", g, text)
		}
	}
	return fmt.Appendf(nil, "{%s}", b.Bytes()), nil
}

// A Stage is how far an item, or a rule, has come: the three words that a lead reads, and none.
type Stage uint8

const (
	None    Stage = iota
	Written       // somebody wrote what answers the item, and it compiles
	Proven        // it was shown to work, on this tool's own evidence
	Live          // it was shown to work where it runs
)

func (s Stage) String() string { return [...]string{"none", "written", "proven", "live"}[s] }

// MarshalText writes the stage's word.
func (s Stage) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// GateOf finds a gate by its name.
func GateOf(name string) (Gate, bool) {
	k := slices.Index(gateNames[:], name)
	return Gate(max(k, 0)), k >= 0
}

// StateOf finds a gate's state by its word.
func StateOf(word string) (State, bool) {
	k := slices.Index(stateNames[:], word)
	return State(max(k, 0)), k >= 0
}
