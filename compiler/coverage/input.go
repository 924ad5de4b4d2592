// Package coverage holds what briefs ask for against what was shown of the rules, and names what is missing. It counts
// an item as far as one rule by itself has come, counts unknown against, and gives every figure its denominator.
package coverage

import "detc/compiler/source"

// Input is what coverage is computed from. The order of nothing in it matters.
type Input struct {
	Tactics    []Tactic
	Rules      []Rule
	Properties map[string]Property // what is known of the items that a property of all rules answers, by item id
}

// A Tactic is a brief: what is asked for.
type Tactic struct {
	ID, Name, Domain string // TA0104, Execution, ics-attack
	Release          string // the ATT&CK release of the page, "" where it doesn't say
	Items            []Item
	Limits           []string       // what the page says about its own limits, a paragraph each
	Sources          map[string]int // how many sources carry a telemetry item, by its id
}

// The kinds of items.
const (
	Telemetry  = "telemetry"
	Direction  = "direction"
	Mitigation = "mitigation"
)

// How an item is answered, as items.yaml says it.
const (
	ByRules       = "rules"       // by one rule that sees what the item asks for
	ByProperties  = "properties"  // by a property that every rule of the tactic has
	ByMeasurement = "measurement" // by a budget that every rule of the tactic keeps
	ByVisibility  = "visibility"  // by rules that watch the logging, and a source for every telemetry item
	ByMitigation  = "mitigation"  // by people, beforehand; no detection answers it
)

// An Item is one bullet of a brief.
type Item struct {
	ID         string // TA0104/T1
	Kind       string
	Text, Hash string
	AnsweredBy string // "" where items.yaml doesn't say: nothing answers it then
	Reviewed   bool   // its text is one that was accepted
	// NotApplicable is why nobody needs to answer it here; "" where somebody does.
	NotApplicable string
	Span          source.Span
}

// A Rule is one rule with what was shown of it.
type Rule struct {
	Name, Title   string // Name is unique
	Tactic, Level string
	LevelWhen     map[string]string // conditions on which the level is higher, by the level
	Items         []string          // what it answers: telemetry through its schema, direction through covers
	Techniques    []string
	Gates         Gates   // a gate that nothing measured stays Unknown; Mapped is of its own tags and items
	Reasons       Reasons // why a gate is not passed. A waived or n/a gate without a reason counts as unknown
	Budget        bool    // it says how many alerts a day are acceptable
	Suppress      bool    // it says by what repeated alerts are folded
	Block         bool    // it alerts nobody: other rules rest on it
	Sources       []string
	Cases         int      // test cases
	Pairs         int      // cases times opinions on which they were judged
	Filters       []Filter // those that apply at this site; they raise nothing
	Span          source.Span
}

// A Filter leaves out some of a rule's events at this site.
type Filter struct {
	Name  string `json:"name"`
	Until string `json:"until"` // the last day it holds, YYYY-MM-DD
}

// A Property is what a check over all rules of a tactic found.
type Property struct {
	Check         string // the check's name; "" is no check
	Passed, Total int    // rules
}
