package change

import (
	"cmp"
	_ "embed"
	"slices"
)

// SchemaVersion is the version of the report's JSON shape. It rises when a reader of the old shape would err.
const SchemaVersion = 1

//go:embed diff.schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the report as JSON.
func Schema() []byte { return slices.Clone(schema) }

// What happened to a rule, a definition, a source or a case.
const (
	Added    = "added"
	Removed  = "removed"
	Changed  = "changed"
	Renamed  = "renamed"  // the id is the same, the name is not
	Moved    = "moved"    // it stands in another file
	Broken   = "broken"   // head doesn't compile
	Mended   = "mended"   // base didn't
	Meant    = "meaning"  // it matches other events, or perhaps does
	Reworded = "reworded" // the condition is written otherwise and means the same
	Rests    = "through"  // it refers to a rule that changed, and is written as it was
	Said     = "metadata"
	Tested   = "tests"
	Emitted  = "emitted"
)

// Direction says which events a rule matches, of those that it matched.
type Direction string

const (
	Same       Direction = "same"       // one normal form: at most names, order and spelling differ
	Equivalent Direction = "equivalent" // other in form, and proved to match the same events
	Wider      Direction = "wider"
	Narrower   Direction = "narrower"
	Both       Direction = "both"
	Unknown    Direction = "unknown" // neither proved nor shown by an event
)

// Directions are all there are.
func Directions() []Direction {
	return []Direction{Same, Equivalent, Wider, Narrower, Both, Unknown}
}

// A Report is how two sets of rules differ, ready to be shown or encoded. It holds no clock and no absolute path.
type Report struct {
	SchemaVersion int                `json:"schema_version"`
	Base          string             `json:"base"`
	Head          string             `json:"head"`
	Totals        Totals             `json:"totals"`
	Definitions   []DefinitionChange `json:"definitions"` // by kind and id
	Rules         []RuleChange       `json:"rules"`       // what matters most first
}

// Totals count rules; one may count under several heads. Flipped counts cases.
type Totals struct {
	Unchanged  int `json:"unchanged"`
	Added      int `json:"added"`
	Removed    int `json:"removed"`
	Changed    int `json:"changed"` // on both sides, and not the same
	Broken     int `json:"broken"`
	Wider      int `json:"wider"` // both counts here and under Narrower
	Narrower   int `json:"narrower"`
	Equivalent int `json:"equivalent"` // other in form, the same in meaning
	Unknown    int `json:"unknown"`
	Flipped    int `json:"flipped"`
}

// A DefinitionChange is telemetry, a source or a context table that differs.
type DefinitionChange struct {
	Kind       string           `json:"kind"`
	ID         string           `json:"id"`
	File       string           `json:"file"`
	What       string           `json:"what"` // added, removed or changed
	Properties []PropertyChange `json:"properties"`
	Rules      []string         `json:"rules"` // that are others for it
}

// A RuleChange is all that differs of one rule.
type RuleChange struct {
	Rule     string           `json:"rule"`
	Form     string           `json:"form"`
	ID       string           `json:"id"`
	Title    string           `json:"title"`
	Level    string           `json:"level"`
	File     string           `json:"file"`
	What     []string         `json:"what"`
	Was      *Was             `json:"was,omitempty"`     // where it was renamed or moved
	Through  []string         `json:"through,omitempty"` // definitions that changed it: "source zeek.s7comm"
	Trouble  string           `json:"trouble,omitempty"` // why a side doesn't compile
	Meaning  *Meaning         `json:"meaning,omitempty"`
	Metadata []PropertyChange `json:"metadata,omitempty"`
	Tests    []CaseChange     `json:"tests,omitempty"`
	Sources  []SourceChange   `json:"sources,omitempty"`
	Lines    string           `json:"lines,omitempty"` // a unified diff of the file, where the meaning can't be compared
}

// Was is what a rule was called, and where it stood.
type Was struct {
	Rule string `json:"rule"`
	File string `json:"file"`
}

// Meaning is how two conditions differ.
type Meaning struct {
	Direction Direction `json:"direction"`
	Reason    string    `json:"reason"` // what the direction rests on
	Edits     []Edit    `json:"edits"`
	Gained    *Witness  `json:"gained,omitempty"` // an event that only head matches
	Lost      *Witness  `json:"lost,omitempty"`   // an event that only base matches
	Tried     int       `json:"tried"`            // events on which both were judged
}

// An Edit is one difference of two normal forms.
type Edit struct {
	What    string   `json:"what"` // added, removed, changed, renamed
	In      string   `json:"in"`   // the let or selection that it stands in; "" is the condition itself
	Clause  string   `json:"clause"`
	Was     string   `json:"was,omitempty"`     // of a changed clause, what stood there
	Added   []string `json:"added,omitempty"`   // values of its list
	Removed []string `json:"removed,omitempty"` // values of its list
	Effect  string   `json:"effect,omitempty"`  // by itself: wider, narrower; empty where that can't be told
}

// A Witness is an event that tells the two sides apart.
type Witness struct {
	From    string       `json:"from"` // `case "…"`, or generated
	Event   []FieldValue `json:"event"`
	Context []FieldValue `json:"context,omitempty"` // what the tables hold
	Base    string       `json:"base"`              // what decides there
	Head    string       `json:"head"`
}

// A FieldValue is a field of an event, or a table, with its value in YAML.
type FieldValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A PropertyChange is one thing that a rule says of itself. Of a list, what was added and removed.
type PropertyChange struct {
	Key       string   `json:"key"`
	Old       string   `json:"old,omitempty"`
	New       string   `json:"new,omitempty"`
	Added     []string `json:"added,omitempty"`
	Removed   []string `json:"removed,omitempty"`
	Reordered bool     `json:"reordered,omitempty"`
}

// What became of a case.
const (
	Flipped  = "flipped"  // it passed on base and fails on head, and nobody changed what it wants
	Rewanted = "want"     // what it wants was changed
	Shows    = "shows"    // it fails on base and passes on head
	Fails    = "fails"    // it fails on head, and was no case of base that passed
	Dropped  = "dropped"  // head doesn't have it; by base's rule and head's it says the same
	Further  = "added"    // base doesn't have it; both rules pass it
	Reshaped = "reshaped" // its event was changed, not what it wants; it passes on its side
)

// A CaseChange is a test case that differs, or that the rules judge otherwise.
type CaseChange struct {
	Case    string `json:"case"`
	What    string `json:"what"`
	Want    string `json:"want"`
	WantWas string `json:"want_was,omitempty"`
	Note    string `json:"note,omitempty"` // why it fails, or that head doesn't have it
}

// A SourceChange is a source on which another rule is emitted.
type SourceChange struct {
	Source  string   `json:"source"`
	What    string   `json:"what"`              // added, removed, changed
	Reason  string   `json:"reason,omitempty"`  // why nothing is emitted any more
	Meaning *Meaning `json:"meaning,omitempty"` // where the rule on this log changed and the rule itself did not
	Lines   string   `json:"lines,omitempty"`   // a unified diff of the Sigma rule
}

// has says that something happened to the rule.
func (c *RuleChange) has(what string) bool { return slices.Contains(c.What, what) }

// directions are those of the rule and of it on each source.
func (c *RuleChange) directions() []Direction {
	var out []Direction
	if c.Meaning != nil {
		out = append(out, c.Meaning.Direction)
	}
	for _, s := range c.Sources {
		if s.Meaning != nil {
			out = append(out, s.Meaning.Direction)
		}
	}
	return out
}

// Goes says that the rule, or it on a source, goes that way. What goes both ways goes each.
func (c *RuleChange) Goes(d Direction) bool {
	all := c.directions()
	return slices.Contains(all, d) || (d == Wider || d == Narrower) && slices.Contains(all, Both)
}

// Flips are the cases that flipped.
func (c *RuleChange) Flips() int {
	n := 0
	for _, t := range c.Tests {
		if t.What == Flipped {
			n++
		}
	}
	return n
}

func (r *Report) count() {
	t := &r.Totals
	for i := range r.Rules {
		c := &r.Rules[i]
		for counter, is := range map[*int]bool{
			&t.Added: c.has(Added), &t.Removed: c.has(Removed), &t.Changed: !c.has(Added) && !c.has(Removed), &t.Broken: c.has(Broken),
			&t.Wider: c.Goes(Wider), &t.Narrower: c.Goes(Narrower), &t.Equivalent: c.Goes(Equivalent), &t.Unknown: c.Goes(Unknown),
		} {
			if is {
				*counter++
			}
		}
		t.Flipped += c.Flips()
	}
}

// weight is how much a change asks for a look: what makes a rule silent before what makes it louder, both before what
// leaves its meaning.
func (c *RuleChange) weight() int {
	for i, is := range []bool{c.has(Broken), c.Flips() > 0, c.Goes(Narrower), c.Goes(Unknown), c.Goes(Wider), c.has(Removed),
		c.lost(), c.has(Added), c.Meaning != nil, c.has(Tested), c.has(Emitted), c.has(Said)} {
		if is {
			return i
		}
	}
	return 99
}

func (c *RuleChange) lost() bool {
	return slices.ContainsFunc(c.Sources, func(s SourceChange) bool { return s.What == Removed })
}

// levels are Sigma's, the gravest first.
var levels = []string{"critical", "high", "medium", "low", "informational"}

func (c *RuleChange) gravity() int {
	if i := slices.Index(levels, c.Level); i >= 0 {
		return i
	}
	return len(levels)
}

func byImportance(a, b RuleChange) int {
	return cmp.Or(a.weight()-b.weight(), a.gravity()-b.gravity(), compareTexts(a.Rule, b.Rule, a.File, b.File))
}

// compareTexts compares pairs of texts until one differs.
func compareTexts(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if n := cmp.Compare(pairs[i], pairs[i+1]); n != 0 {
			return n
		}
	}
	return 0
}
