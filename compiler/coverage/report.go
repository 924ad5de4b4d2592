package coverage

import (
	_ "embed"

	"detc/compiler/source"
)

// SchemaVersion is the version of the report's JSON shape. It rises when a reader of the old shape would err.
const SchemaVersion = 1

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
	Headline      string              `json:"headline"`
	Stages        map[string][]string `json:"stages"`     // the gates that each stage asks for
	Unmeasured    Reasons             `json:"unmeasured"` // the gates of which nothing was measured for any rule, and why
	Totals        Totals              `json:"totals"`
	Tactics       []TacticReport      `json:"tactics"`
	Rules         []RuleReport        `json:"rules"`
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
	Stage      Stage      `json:"stage"`
	Gates      Gates      `json:"gates"`  // of the rule that carries it
	Reason     string     `json:"reason"` // why it is not further, "" where it is live
	Rules      []ItemRule `json:"rules"`  // the one that carries it first
	File       string     `json:"file,omitempty"`
	Line       int        `json:"line,omitempty"`

	Span  source.Span `json:"-"`
	depth int         // the most gates without a gap that one answer passes
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

	Items      []string `json:"items"`
	Techniques []string `json:"techniques"`
	Stage      Stage    `json:"stage"`
	Gates      Gates    `json:"gates"`
	Reasons    Reasons  `json:"reasons"`
	Budget     bool     `json:"budget"`
	Suppress   bool     `json:"suppress"`
	Sources    []string `json:"sources"`
	Cases      int      `json:"cases"`
	Pairs      int      `json:"pairs"`
	Filters    []Filter `json:"filters,omitempty"` // what leaves out some of its events here
	File       string   `json:"file,omitempty"`
	Line       int      `json:"line,omitempty"`

	Span source.Span `json:"-"`
}

// Totals counts items: those of detection (telemetry and direction), and apart from them the mitigations.
type Totals struct {
	Detection  Count `json:"detection"`
	Mitigation Count `json:"mitigation"`
}

// A Count counts items by state and by stage. Effective + Partial + Waived + Blind + NotApplicable = Items.
type Count struct {
	Items         int    `json:"items"`
	Effective     int    `json:"effective"`
	Partial       int    `json:"partial"`
	Waived        int    `json:"waived"`
	Blind         int    `json:"blind"`
	NotApplicable int    `json:"n/a"`
	Asked         int    `json:"asked"`   // Items less those not applicable: the denominator of what follows
	Written       int    `json:"written"` // at least that far
	Proven        int    `json:"proven"`
	Live          *int   `json:"live"`   // nil: unknown, which is not none
	Ladder        []Step `json:"ladder"` // where the items are lost
}

// A Step is how many items have passed a gate and all before it.
type Step struct {
	Gate   string `json:"gate"`
	Passed int    `json:"passed"`
	Of     int    `json:"of"`
}
