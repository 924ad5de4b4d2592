package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// DiffVersion is the version of a comparison's JSON shape.
const DiffVersion = 1

// What became of an obligation.
const (
	Worse  = "worse"  // its stage is lower, or its state is
	Better = "better" // its stage is higher, or its state is
	Added  = "added"  // it wasn't asked for before
	Gone   = "gone"   // it isn't asked for any more
	Moved  = "moved"  // as far as before, by another rule or with other gates
)

// A Diff is what changed between two reports.
type Diff struct {
	SchemaVersion int          `json:"schema_version"`
	Base          Side         `json:"base"`
	Head          Side         `json:"head"`
	Notes         []string     `json:"notes"` // what can't be compared, and why
	Figures       []Figure     `json:"figures"`
	Transitions   []Transition `json:"transitions"`
	// Shrank says of each figure that rose what became smaller under it: a figure may rise by work, and not by asking less.
	Shrank []Shrinkage `json:"shrank"`
	Totals DiffTotals  `json:"totals"`
}

// A Side is one of the two reports.
type Side struct {
	Label         string `json:"label"`
	SchemaVersion int    `json:"schema_version"`
	Digest        string `json:"digest"`
	Headline      string `json:"headline"`
	Today         string `json:"today"`
}

// A Figure is a number that differs, with its denominators.
type Figure struct {
	Name string `json:"name"` // "TA0104 proven"
	Base Ratio  `json:"base"`
	Head Ratio  `json:"head"`
}

// rose says that a share is larger, or that it is as large of less.
func (f Figure) rose() bool {
	return f.Head.N*max(f.Base.Of, 1) > f.Base.N*max(f.Head.Of, 1)
}

// A Transition is what became of an item in a scope, and by what.
type Transition struct {
	Item    string   `json:"item"`
	Scope   string   `json:"scope"`
	Kind    string   `json:"kind"` // worse, better, added, gone, moved
	From    string   `json:"from"` // "proven partial"; "" where it was not asked for
	To      string   `json:"to"`
	Causes  []string `json:"causes"`  // never empty
	Blind   bool     `json:"blind"`   // it is blind now and was not
	Expired bool     `json:"expired"` // what was accepted is not any more
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`

	rising bool // it came past more gates, whatever its stage
}

// A Shrinkage is an input that became smaller, or a threshold that asks for less, where a figure rose.
type Shrinkage struct {
	What    string   `json:"what"`
	From    string   `json:"from"`
	To      string   `json:"to"`
	Figures []string `json:"figures"` // that rose and rest on it
}

// DiffTotals count transitions.
type DiffTotals struct {
	Worse   int `json:"worse"`
	Better  int `json:"better"`
	Added   int `json:"added"`
	Gone    int `json:"gone"`
	Moved   int `json:"moved"`
	Blind   int `json:"blind"`
	Expired int `json:"expired"`
	Shrank  int `json:"shrank"`
}

// Compare says what changed from one report to another. The labels are what people call them.
func Compare(base, head *Report, baseLabel, headLabel string) *Diff {
	d := &Diff{SchemaVersion: DiffVersion, Base: base.side(baseLabel), Head: head.side(headLabel), Notes: []string{}, Figures: []Figure{}, Transitions: []Transition{}, Shrank: []Shrinkage{}}
	if base.SchemaVersion != head.SchemaVersion {
		d.Notes = append(d.Notes, fmt.Sprintf("%s is of schema version %d and %s of %d: scopes, evidence and thresholds of the older one are not known, so a change of those doesn't show",
			baseLabel, base.SchemaVersion, headLabel, head.SchemaVersion))
	}
	a, b := base.obligations(), head.obligations()
	for _, o := range b {
		if t, ok := transition(find(a, o.key), o); ok {
			d.Transitions = append(d.Transitions, t)
		}
	}
	for _, o := range a {
		if find(b, o.key) == nil {
			d.Transitions = append(d.Transitions, gone(o, head))
		}
	}
	slices.SortStableFunc(d.Transitions, func(x, y Transition) int {
		return cmp.Or(cmp.Compare(kindRank(x.Kind), kindRank(y.Kind)), compareIDs(x.Item, y.Item), cmp.Compare(x.Scope, y.Scope))
	})
	d.Figures = figuresOf(base, head)
	d.Shrank = shrank(base, head, d)
	d.count()
	return d
}

func (r *Report) side(label string) Side {
	return Side{Label: label, SchemaVersion: r.SchemaVersion, Digest: r.Digest, Headline: r.Headline, Today: r.Today}
}

func kindRank(k string) int { return slices.Index([]string{Worse, Gone, Moved, Added, Better}, k) }

func (d *Diff) count() {
	for _, t := range d.Transitions {
		switch t.Kind {
		case Worse:
			d.Totals.Worse++
		case Better:
			d.Totals.Better++
		case Added:
			d.Totals.Added++
		case Gone:
			d.Totals.Gone++
		default:
			d.Totals.Moved++
		}
		if t.Blind {
			d.Totals.Blind++
		}
		if t.Expired {
			d.Totals.Expired++
		}
	}
	d.Totals.Shrank = len(d.Shrank)
}

// owed is an obligation with what it is of.
type owed struct {
	key    [2]string // item and scope
	item   *ItemReport
	of     *Obligation
	tactic string
}

func (r *Report) obligations() []owed {
	var out []owed
	for t := range r.Tactics {
		for k := range r.Tactics[t].Items {
			i := &r.Tactics[t].Items[k]
			for n := range i.Obligations {
				o := &i.Obligations[n]
				out = append(out, owed{[2]string{i.ID, o.Scope}, i, o, r.Tactics[t].ID})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b owed) int { return a.compare(b.key) })
	return out
}

func (o owed) compare(key [2]string) int {
	return cmp.Or(cmp.Compare(o.key[0], key[0]), cmp.Compare(o.key[1], key[1]))
}

func find(list []owed, key [2]string) *owed {
	if k, ok := slices.BinarySearchFunc(list, key, owed.compare); ok {
		return &list[k]
	}
	return nil
}

func standing(o *Obligation) string { return o.Stage.String() + " " + o.State }

// stateRank orders states from worst to best, for a stage that is the same.
func stateRank(s string) int {
	return slices.Index([]string{Blind, Partial, ItemWaived, Effective}, s)
}

func transition(was *owed, is owed) (Transition, bool) {
	t := Transition{Item: is.key[0], Scope: is.key[1], To: standing(is.of), File: is.item.File, Line: is.item.Line, Causes: []string{}}
	if was == nil {
		t.Kind, t.Blind = Added, is.of.State == Blind
		t.Causes = append(t.Causes, "it is asked for now: "+cmp.Or(is.of.Reason, "and shown"))
		return t, true
	}
	t.From = standing(was.of)
	same := was.of.State == is.of.State
	if same && is.of.State == ItemNotNeeded || same && was.of.Stage == is.of.Stage && was.of.Gates == is.of.Gates && was.of.Carrier == is.of.Carrier {
		return t, false
	}
	t.Causes = causes(was, is)
	t.rising = is.of.Gates.depth() > was.of.Gates.depth()
	t.Blind = is.of.State == Blind && was.of.State != Blind
	t.Expired = slices.ContainsFunc(AllGates(), func(g Gate) bool { return was.of.Gates[g] == Waived && !accepted(is.of.Gates[g]) })
	switch {
	case is.of.State == ItemNotNeeded:
		t.Kind = Gone
	case was.of.State == ItemNotNeeded:
		t.Kind = Added
	case is.of.Stage != was.of.Stage:
		t.Kind = map[bool]string{true: Worse, false: Better}[is.of.Stage < was.of.Stage]
	case is.of.State != was.of.State:
		t.Kind = map[bool]string{true: Worse, false: Better}[stateRank(is.of.State) < stateRank(was.of.State)]
	default:
		t.Kind = Moved
	}
	return t, true
}

func accepted(s State) bool { return s == Waived || s.passes() }

// causes say what made the difference: the item's words, then gate by gate.
func causes(was *owed, is owed) []string {
	var out []string
	if was.item.Hash != is.item.Hash {
		out = append(out, "its text changed")
	}
	if was.item.AnsweredBy != is.item.AnsweredBy {
		out = append(out, fmt.Sprintf("it was answered by %s, and is by %s", cmp.Or(was.item.AnsweredBy, "nothing"), cmp.Or(is.item.AnsweredBy, "nothing")))
	}
	if is.of.State == ItemNotNeeded || was.of.State == ItemNotNeeded {
		return append(out, "declared not applicable: "+map[bool]string{true: is.of.Reason, false: "not any more"}[is.of.State == ItemNotNeeded])
	}
	if was.of.Carrier != is.of.Carrier {
		out = append(out, fmt.Sprintf("%s carries it, in place of %s", cmp.Or(is.of.Carrier, "no rule"), cmp.Or(was.of.Carrier, "no rule")))
	}
	said := false
	for _, g := range AllGates() {
		from, to := was.of.Gates[g], is.of.Gates[g]
		if from == to {
			continue
		}
		why := is.of.Reasons[g]
		if to.passes() {
			why = was.of.Reasons[g]
		}
		if to == Unknown && why == "" && said {
			continue // it follows from a gate before it
		}
		said = true
		s := fmt.Sprintf("%s: %s, was %s", g, to, from)
		if from == Waived && !accepted(to) {
			s = fmt.Sprintf("%s: what was accepted until %s is not any more", g, cmp.Or(was.of.Until, "then"))
		}
		if why != "" {
			s += " (" + why + ")"
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		out = append(out, "another answer came furthest")
	}
	return out
}

// gone is an obligation that nothing asks for any more.
func gone(o owed, head *Report) Transition {
	t := Transition{Item: o.key[0], Scope: o.key[1], Kind: Gone, From: standing(o.of), File: o.item.File, Line: o.item.Line}
	switch {
	case !slices.ContainsFunc(head.Tactics, func(t TacticReport) bool { return t.ID == o.tactic }):
		t.Causes = []string{"the brief " + o.tactic + " is gone"}
	case !slices.ContainsFunc(head.obligations(), func(h owed) bool { return h.key[0] == o.key[0] }):
		t.Causes = []string{"the item is gone from the brief"}
	default:
		t.Causes = []string{"the scope " + o.key[1] + " is gone"}
	}
	return t
}

// figuresOf are the figures that differ, tactic by tactic.
func figuresOf(base, head *Report) []Figure {
	a, b := base.ratios(), head.ratios()
	out := []Figure{}
	for _, f := range b {
		k := slices.IndexFunc(a, func(o namedRatio) bool { return o.name == f.name })
		if k >= 0 && a[k].Ratio != f.Ratio {
			out = append(out, Figure{f.name, a[k].Ratio, f.Ratio})
		}
	}
	return out
}

type namedRatio struct {
	name string
	Ratio
}

func (r *Report) ratios() []namedRatio {
	var out []namedRatio
	for _, t := range r.Tactics {
		for k, c := range []Count{t.Totals.Detection, t.Totals.Mitigation} {
			name := t.ID
			if k == 1 {
				name += " mitigation"
			}
			add := func(what string, n, of int) {
				out = append(out, namedRatio{strings.TrimSpace(name + " " + what), Ratio{n, of}})
			}
			add("written", c.Written, c.Asked)
			add("proven", c.Proven, c.Asked)
			if c.Live != nil {
				add("live", *c.Live, c.Asked)
			}
			add("not blind", c.Asked-c.Blind, c.Asked)
			all := c.Obligations.Sum() - c.Obligations.NotApplicable
			add("obligations effective", c.Obligations.Effective, all)
			for _, s := range c.Ladder {
				add(s.Gate, s.Passed, s.Of)
			}
		}
	}
	return out
}

// Fails says whether a comparison must stop a build, by what it may fail on: worse, blind, expired. A figure that rose
// because something shrank fails with each of them.
func (d *Diff) Fails(on []string) bool {
	happened := map[string]bool{"worse": d.Totals.Worse+d.Totals.Shrank > 0, "blind": d.Totals.Blind+d.Totals.Shrank > 0, "expired": d.Totals.Expired+d.Totals.Shrank > 0}
	return slices.ContainsFunc(on, func(what string) bool { return happened[what] })
}

// Failures lists what Fails may be asked about.
func Failures() []string { return []string{"worse", "blind", "expired"} }
