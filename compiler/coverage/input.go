// Package coverage holds what briefs ask for against what was shown of the rules, and names what is missing. What is
// asked for is an item in a scope: an obligation. It counts an obligation as far as one rule by itself has come, counts
// unknown against, and gives every figure its denominator.
package coverage

import "detc/compiler/source"

// Input is what coverage is computed from. The order of nothing in it matters.
type Input struct {
	Tactics    []Tactic
	Rules      []Rule
	Properties map[string]Property // what is known of the items that a property of all rules answers, by item id

	// What follows is of a site. Where a domain has no scope, there is the one scope Library, of which Live is unknown.
	Scopes       []Scope
	Targets      []string // the languages that the site's rules must be exported to; without a site one is enough
	Onboardings  []Onboarding
	Deployments  []Deployment
	Measurements []Measurement
	Mitigations  []MitigationProof
	Waivers      []Waiver
	Declarations []Declaration
	Owners       []Owner

	Thresholds Thresholds // a zero field is its default
	Today      string     // YYYY-MM-DD: ages and last days are counted by it; "" is unknown, and then nothing dated passes
}

// Library is the id of the scope of a domain of which no site data tell.
const Library = "library"

// A Scope is a part of what a site has, for which each item of its domain is asked by itself. ICS: an asset class;
// mobile: a population on a platform.
type Scope struct {
	ID         string // unique: "plc", "corporate-managed/android"
	Domain     string // ics-attack, mobile-attack
	Class      string // ICS: the asset class
	Population string // mobile: "corporate managed", "personal unmanaged", …
	Platform   string // mobile: Android, iOS
	Devices    int    // in the inventory: the denominator of all that is said of the scope's devices
	// Consequence is "high" where a waiver may last only half as long.
	Consequence string
	Digest      string // sha256 of the inventory that says so
}

// High is a scope's, or a rule's, high consequence.
const High = "high"

// A Know is what somebody says of a link of the chain from a device to the rule: nothing, yes or no.
type Know uint8

const (
	NotSaid Know = iota
	Yes
	No
)

// An Onboarding is what is known of one source in one scope, by hand (visibility.yaml) or as observed.
type Onboarding struct {
	Source string // as telemetry calls it: zeek.s7comm.mode
	Scope  string // a Scope's ID
	// The chain: the devices write it, it reaches the SIEM, it is read as the source's records there. A No is why
	// devices are missing; the first one names the gap.
	Logged, Forwarded, Parsed Know
	Devices                   int              // of the scope, seen in records that were read and told apart
	Of                        int              // of how many: the larger of it and Scope.Devices counts
	Fields                    map[string]Ratio // records that carry a field, by the schema's field; an absent one is unknown
	AllFields                 *Ratio           // of the fields that the schema requires, where nothing is known field by field
	Since, LastSeen           string           // YYYY-MM-DD; "" is unknown. LastSeen is the age of the evidence
	Evidence                  string           // what shows it: a file, a ticket, a query
	Digest                    string           // sha256 of the file that says so
	Observed                  bool             // read in logs, not said by a person
	Span                      source.Span      `json:"-"`
}

// A Ratio is a count with its denominator. Of 0 is unknown.
type Ratio struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

// A Deployment is a rule as it was found on a target.
type Deployment struct {
	Rule, Target string
	Digest       string // sha256 of what runs there; held against Rule.Exports[Target].Digest
	Enabled      bool
	Since, Seen  string // YYYY-MM-DD: when it was put there, "" where unknown; when it was looked at
	Evidence     string
}

// A Measurement is what a back-test found of one rule.
type Measurement struct {
	Rule         string
	From, To     string  // YYYY-MM-DD, both within
	Days         int     // days with records of the rule's sources: the denominator of HitsPerDay
	Hits         int     // alerts that count against the budget: those that a person called true are not among them
	HitsPerDay   float64 // Hits / Days
	Upper        float64 // with no hits, the most a day that is still likely (3 / Days); else 0
	Budget       float64 // alerts a day that the rule says are acceptable; 0 where it says none
	WithinBudget bool    // as the back-test judged it; it must hold beside our own comparison
	RuleDigest   string  // sha256 of the rule that was measured; another one is stale. "" is unknown
	Digest       string  // sha256 of the report or of the logs
	Evidence     string  // the file that says so
}

// A Waiver accepts one gap: an item, in a scope, at a gate. Whether it is well formed (owner, approver, the most days)
// is for the ledger to say; coverage takes what is handed to it and holds it against Today and the item's hash.
type Waiver struct {
	Item, Scope string
	Gate        Gate
	Gap         string   // the kind of the gap, where the gate has kinds: see Gaps
	Hash        string   // the item's hash when it was accepted; another one makes the waiver void
	Also        []string `json:",omitempty"` // hashes of other wordings that it was accepted for as well
	Reason      string
	Owner       string
	Approver    string
	Until       string      // the last day it holds, YYYY-MM-DD
	Span        source.Span `json:"-"`
}

// A Declaration says that an item is not asked for in a scope, and why.
type Declaration struct {
	Item   string
	Scope  string // "" is all
	Reason string
	Owner  string
}

// An Owner answers for an item in a scope.
type Owner struct {
	Item  string
	Scope string // "" is all
	Name  string
	Since string // YYYY-MM-DD
}

// A MitigationProof is what was done about a mitigation item, and who saw that it was.
type MitigationProof struct {
	Item, Scope string // Scope "" is all
	Owner       string
	Evidence    string // what shows it
	Date        string // of the evidence, YYYY-MM-DD
	VerifiedBy  string // another person than the owner
	Verified    string // YYYY-MM-DD
	Digest      string
}

// Thresholds are what gates ask for. A zero field is its default.
type Thresholds struct {
	Devices        float64 `json:"devices"`         // share of a scope's devices that must be seen; 0.90
	Fields         float64 `json:"fields"`          // share of records that must carry each required field; 0.95
	EvidenceDays   int     `json:"evidence_days"`   // how old what shows telemetry or a deployment may be; 7
	BacktestDays   int     `json:"backtest_days"`   // how many days a back-test must span; 14
	BacktestAge    int     `json:"backtest_age"`    // how many days ago it may have ended; 90
	MitigationDays int     `json:"mitigation_days"` // how old the evidence of a mitigation, and its verification, may be; 365
	// BudgetFactor multiplies every rule's own budget; 1. A site that can bear less says less.
	BudgetFactor float64 `json:"budget_factor"`
}

// DefaultThresholds are the design's.
func DefaultThresholds() Thresholds {
	return Thresholds{Devices: 0.90, Fields: 0.95, EvidenceDays: 7, BacktestDays: 14, BacktestAge: 90, MitigationDays: 365, BudgetFactor: 1}
}

// A Tactic is a brief: what is asked for.
type Tactic struct {
	ID, Name, Domain string // TA0104, Execution, ics-attack
	Release          string // the ATT&CK release of the page, "" where it doesn't say
	Items            []Item
	Limits           []string            // what the page says about its own limits, a paragraph each
	Sources          map[string][]string // the sources that carry a telemetry item, by its id
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
	// NotApplicable is why nobody needs to answer it in any scope; "" where somebody does.
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
	// Gates up to Equivalent; one that nothing measured stays Unknown, and Mapped is of its own tags and items. The gates
	// after it are computed from Exports and from what is known of the site: what stands here counts for nothing.
	Gates    Gates
	Reasons  Reasons  // why a gate is not passed. A waived or n/a gate without a reason counts as unknown
	Budget   bool     // it says how many alerts a day are acceptable
	PerDay   float64  // how many; 0 where it says none
	Suppress bool     // it says by what repeated alerts are folded
	Off      string   // why it alerts nobody at this site (disabled, on trial); "" where it does
	Block    bool     // it alerts nobody: other rules rest on it
	Parts    []string // the rules that a correlation rests on: each must be onboarded; its query holds them, so it is deployed as one
	Sources  []string // of each of them one rule is emitted; any one of them is enough
	// Needs are, by source, the schema's fields without which it can't be true there and that the log must carry. Of a
	// source that is not in it nothing is said, and then all that is known of its fields must hold.
	Needs     map[string][]string
	Exports   map[string]Export
	Digest    string // sha256 of its meaning, as evidence.json has it
	Tests     string // sha256 of its cases
	Cases     int    // test cases
	CaseNames []string
	Failing   []string // of them, those that fail
	Pairs     int      // cases times opinions on which they were judged
	Filters   []Filter // those that apply at this site; they raise nothing
	Span      source.Span
}

// An Export is a rule in a target's language.
type Export struct {
	Fidelity string // Exact, Approximate, Unsupported
	Loss     string // what is lost, where it isn't exact
	Digest   string // sha256 of what is to be deployed: of all its queries, in their order
	// Sources are those of the rule's that its queries are over; nil is all. What arrives of another source nothing there
	// looks at.
	Sources []string `json:",omitempty"`
}

// How exactly a target says a rule.
const (
	Exact       = "exact"
	Approximate = "approximate"
	Unsupported = "unsupported"
)

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
