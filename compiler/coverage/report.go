package coverage

import (
	_ "embed"

	"detc/compiler/source"
)

// SchemaVersion is the version of the report's JSON shape. It rises when a reader of the old shape would err.
// 1 had items only; 2 has obligations.
const SchemaVersion = 2

//go:embed report.schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the report as JSON.
func Schema() []byte { return append([]byte(nil), schema...) }

// The states of an item. Exactly one holds.
const (
	Effective     = "effective" // live
	Partial       = "partial"   // written or proven
	ItemWaived    = "waived"    // all that is missing was accepted by a person; never counted as covered
	Blind         = "blind"     // not even written
	ItemNotNeeded = "n/a"       // declared, with a reason
)

// ItemStates lists the states from best to worst, n/a last.
func ItemStates() []string { return []string{Effective, Partial, ItemWaived, Blind, ItemNotNeeded} }

// A Report is coverage, ready to be shown or encoded. It holds no clock and no absolute path.
type Report struct {
	SchemaVersion int                 `json:"schema_version"`
	Digest        string              `json:"digest"` // sha256 of all that the figures rest on
	Today         string              `json:"today"`  // the day by which ages and last days were counted; "" where none was given
	Headline      string              `json:"headline"`
	Stages        map[string][]string `json:"stages"`     // the gates that each stage asks for
	Thresholds    Thresholds          `json:"thresholds"` // what the gates asked for
	Targets       []string            `json:"targets"`    // that every rule must be exported to
	Scopes        []ScopeReport       `json:"scopes"`     // of the site; none without one
	Unmeasured    Reasons             `json:"unmeasured"` // the gates of which nothing was measured for any rule, and why
	Totals        Totals              `json:"totals"`
	Tactics       []TacticReport      `json:"tactics"`
	Rules         []RuleReport        `json:"rules"`
	Deployed      []DeploymentReport  `json:"deployed"` // what was found on the targets
	Measured      []MeasurementReport `json:"measured"` // what back-tests rested on
}

// A ScopeReport is a part of the site, with what is seen of it.
type ScopeReport struct {
	ID          string         `json:"id"`
	Domain      string         `json:"domain"`
	Class       string         `json:"class,omitempty"`
	Population  string         `json:"population,omitempty"`
	Platform    string         `json:"platform,omitempty"`
	Devices     int            `json:"devices"`
	Consequence string         `json:"consequence,omitempty"`
	Digest      string         `json:"digest,omitempty"` // sha256 of the inventory
	Sources     []SourceReport `json:"sources"`
}

// A SourceReport is what is known of a source in a scope.
type SourceReport struct {
	Source   string `json:"source"`
	State    State  `json:"state"` // Onboarded, of all the fields that are known
	Gap      string `json:"gap,omitempty"`
	Why      string `json:"why,omitempty"`
	Seen     Ratio  `json:"seen"`   // devices
	Fields   int    `json:"fields"` // of how many the completeness is known
	Said     int    `json:"said"`   // how many statements there are; the worst counts
	Since    string `json:"since,omitempty"`
	LastSeen string `json:"last_seen,omitempty"`
	Observed bool   `json:"observed"` // read in logs, not said by a person
}

// A DeploymentReport is a rule as it was found on a target.
type DeploymentReport struct {
	Rule    string `json:"rule"`
	Target  string `json:"target"`
	Enabled bool   `json:"enabled"`
	Since   string `json:"since,omitempty"`
	Seen    string `json:"seen"`
	Digest  string `json:"digest,omitempty"` // of what runs there
}

// A MeasurementReport is what a back-test of a rule rested on.
type MeasurementReport struct {
	Rule   string `json:"rule"`
	From   string `json:"from"`
	To     string `json:"to"`
	Days   int    `json:"days"`
	Hits   int    `json:"hits"`
	Digest string `json:"digest,omitempty"`
}

// A TacticReport is coverage of one brief.
type TacticReport struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Domain   string       `json:"domain"`
	Release  string       `json:"release"`
	Headline string       `json:"headline"`
	Items    []ItemReport `json:"items"`
	Blind    []string     `json:"blind"` // the ids of the blind items of detection
	Totals   Totals       `json:"totals"`
	Limits   []string     `json:"limits"`
}

// An ItemReport is how far one item has come.
type ItemReport struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Text       string     `json:"text"`
	Hash       string     `json:"hash"`
	AnsweredBy string     `json:"answered_by"`
	State      string     `json:"state"`
	Stage      Stage      `json:"stage"`  // the lowest over its scopes
	Gates      Gates      `json:"gates"`  // of what carries it, in the scope in which it is worst
	Reason     string     `json:"reason"` // why it is not further, "" where it is live
	Rules      []ItemRule `json:"rules"`  // the one that carries it first
	File       string     `json:"file,omitempty"`
	Line       int        `json:"line,omitempty"`

	Obligations []Obligation `json:"obligations"` // one a scope

	Span     source.Span `json:"-"`
	reached  int         // the most gates without a gap that one answer passes, in the worst scope
	onTarget []bool      // by target: in every scope one answer is exported to it
}

// An Obligation is an item in a scope: how far it has come, who answers for it, with what evidence, since when.
type Obligation struct {
	Scope    string     `json:"scope"`
	State    string     `json:"state"`
	Stage    Stage      `json:"stage"`
	Gates    Gates      `json:"gates"`
	Reasons  Reasons    `json:"reasons"`
	Reason   string     `json:"reason"`            // why it is not further, "" where it is live
	Carrier  string     `json:"carrier,omitempty"` // the rule that brings it furthest by itself; "" where no rule does
	Open     []Gap      `json:"open"`              // what is not shown: the rows of the ledger
	Evidence []Evidence `json:"evidence"`          // what is
	Since    string     `json:"since,omitempty"`   // since when it is effective, as far as every piece of evidence says so

	Owner      string `json:"owner,omitempty"` // who answers for it: of a waiver, or who was named
	OwnerSince string `json:"owner_since,omitempty"`
	Approver   string `json:"approver,omitempty"` // who approved the waiver
	Until      string `json:"until,omitempty"`    // the last day of the waiver that ends first

	reached  int
	onTarget []bool
}

// A Gap is a gate that is not passed.
type Gap struct {
	Gate   string `json:"gate"`
	Kind   string `json:"gap,omitempty"` // where the gate has several: see Gate.Gaps
	State  State  `json:"state"`         // before anybody accepted it
	Waived bool   `json:"waived"`        // a valid waiver accepts it
	Why    string `json:"why"`
}

// Evidence is one thing that was shown.
type Evidence struct {
	Gate   string `json:"gate"`
	What   string `json:"what"`
	Figure *Ratio `json:"figure,omitempty"`
	Ref    string `json:"ref,omitempty"` // where it can be looked at
	Digest string `json:"digest,omitempty"`
	Since  string `json:"since,omitempty"` // YYYY-MM-DD
	Date   string `json:"date,omitempty"`  // when it was last so, YYYY-MM-DD
}

// Detection says that the item counts in the detection total.
func (i ItemReport) Detection() bool { return i.Kind != Mitigation }

// An ItemRule is how far one rule brings one item by itself.
type ItemRule struct {
	Name    string  `json:"name"`
	Stage   Stage   `json:"stage"`
	Gates   Gates   `json:"gates"`
	Reasons Reasons `json:"reasons"` // of the gates not passed; where nothing was measured for any rule, see Unmeasured
}

// A RuleReport is how far a rule has come, whatever it answers.
type RuleReport struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Tactic string `json:"tactic"`
	Level  string `json:"level"`

	LevelWhen map[string]string `json:"level_when,omitempty"` // levels that an alert is raised to, by their conditions

	Items      []string            `json:"items"`
	Techniques []string            `json:"techniques"`
	Stage      Stage               `json:"stage"` // in the scope in which it came furthest
	Gates      Gates               `json:"gates"`
	Reasons    Reasons             `json:"reasons"`
	Budget     bool                `json:"budget"`
	PerDay     float64             `json:"per_day,omitempty"` // alerts a day that it may
	Suppress   bool                `json:"suppress"`
	Block      bool                `json:"block,omitempty"` // it alerts nobody
	Sources    []string            `json:"sources"`
	Onboarded  []string            `json:"onboarded,omitempty"` // the scopes in which its telemetry is seen
	Needs      map[string][]string `json:"needs,omitempty"`     // by source, the fields without which it can't be true there

	Exports   map[string]string `json:"exports,omitempty"` // by target, how exactly it says the rule
	Digest    string            `json:"digest,omitempty"`  // of its meaning
	Tests     string            `json:"tests,omitempty"`   // of its cases
	Cases     int               `json:"cases"`
	CaseMarks []string          `json:"case_marks,omitempty"` // of each case's name, so that one that is gone is missed
	Failing   []string          `json:"failing,omitempty"`    // cases
	Pairs     int               `json:"pairs"`
	Filters   []Filter          `json:"filters,omitempty"` // what leaves out some of its events here
	File      string            `json:"file,omitempty"`
	Line      int               `json:"line,omitempty"`

	Span source.Span `json:"-"`
}

// Totals counts items: those of detection (telemetry and direction), and apart from them the mitigations.
type Totals struct {
	Detection  Count `json:"detection"`
	Mitigation Count `json:"mitigation"`
}

// A StateCount counts by state. Their sum is all that was asked about.
type StateCount struct {
	Effective     int `json:"effective"`
	Partial       int `json:"partial"`
	Waived        int `json:"waived"`
	Blind         int `json:"blind"`
	NotApplicable int `json:"n/a"`
}

func (c *StateCount) add(state string) {
	switch state {
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
	}
}

// Sum is all that was counted.
func (c StateCount) Sum() int { return c.Effective + c.Partial + c.Waived + c.Blind + c.NotApplicable }

// A Count counts items by state and by stage. Effective + Partial + Waived + Blind + NotApplicable = Items.
type Count struct {
	Items int `json:"items"`
	StateCount
	Asked       int        `json:"asked"`   // Items less those not applicable: the denominator of what follows
	Written     int        `json:"written"` // at least that far
	Proven      int        `json:"proven"`
	Live        *int       `json:"live"`        // nil: unknown, which is not none
	Ladder      []Step     `json:"ladder"`      // where the items are lost
	Obligations StateCount `json:"obligations"` // the items in each of their scopes
}

// A Step is how many items have passed a gate and all before it.
type Step struct {
	Gate   string `json:"gate"`
	Passed int    `json:"passed"`
	Of     int    `json:"of"`
}
