package visibility

import (
	"fmt"
	"maps"
	"slices"

	"detc/compiler/source"
)

// A Count is a number that may not be known.
type Count struct {
	N  int
	Ok bool // somebody said it
}

// A Site is what is known of one site. Either part may be missing.
type Site struct {
	Inventory *Inventory
	Visible   *Visible
}

// An Inventory is what a site has.
type Inventory struct {
	Title, Owner, Source string
	AsOf                 string  // YYYY-MM-DD
	Digest               string  // sha256 of inventory.yaml
	Scopes               []Scope // in the order of ScopeIDs
	File                 *source.File
}

// A Scope is one asset class, or one population on one platform.
type Scope struct {
	ID, Domain                  string
	Class, Population, Platform string // Class, or the other two
	Known                       int
	Enrolled, Reporting         Count
	Attributable                Count
	Consequence                 string // "high" or ""
	NotApplicable               []Exempted
	Span                        source.Span
}

// Exempted is an item that is not asked for in a scope.
type Exempted struct {
	Item, Reason, Owner string
	Span                source.Span
}

// A Step is one stage of a funnel. A step whose number nobody said is not Ok.
type Step struct {
	Name string `json:"name"`
	N    int    `json:"n"`
	Of   int    `json:"of"`
	Ok   bool   `json:"known"`
}

// Funnel is the way from the devices that there are to those whose records say whose they are; each of the devices
// known, so that a step can't look better because the one before it lost.
func (s *Scope) Funnel() []Step {
	return []Step{
		{"known", s.Known, s.Known, true},
		{"enrolled", s.Enrolled.N, s.Known, s.Enrolled.Ok},
		{"reporting", s.Reporting.N, s.Known, s.Reporting.Ok},
		{"attributable", s.Attributable.N, s.Known, s.Attributable.Ok},
	}
}

// Scope finds a scope by id.
func (i *Inventory) Scope(id string) *Scope {
	if i == nil {
		return nil
	}
	for k := range i.Scopes {
		if i.Scopes[k].ID == id {
			return &i.Scopes[k]
		}
	}
	return nil
}

// Visible is what a site says of its sources, and what logs showed of them.
type Visible struct {
	Asks         Asks // what must be there; zero is Usual
	Title, Owner string
	Digest       string // sha256 of visibility.yaml
	Rows         []Row  // by source and scope; a stated one before an observed one
	Observed     *Observed
	File         *source.File
}

// An Answer is what somebody says of a link of the chain: nothing, yes or no.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota
	Yes
	No
)

func (a Answer) String() string { return [...]string{"unknown", "yes", "no"}[a] }

// A Ratio is a count with its denominator; Of 0 is unknown.
type Ratio struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

// AtLeast says whether the ratio reaches a share. What is unknown reaches none.
func (r Ratio) AtLeast(share float64) bool {
	return r.Of > 0 && float64(r.N) >= share*float64(r.Of)-1e-9
}

func (r Ratio) String() string {
	if r.Of == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%d/%d", r.N, r.Of)
}

// A Row is what is known of one source in one scope.
type Row struct {
	Source, Scope             string
	Logged, Forwarded, Parsed Answer
	Devices                   Ratio
	Complete                  Ratio            // records with all fields that rules need, where it was said as a whole
	Fields                    map[string]Ratio // records with each field
	Since, LastSeen           string           // YYYY-MM-DD, "" where unknown
	Evidence                  []Evidence
	Observed                  bool // read in logs, and said by nobody
	Span                      source.Span

	asks Asks // of the site; zero is Usual
}

// Evidence is what shows a row.
type Evidence struct {
	What string `json:"what"`
	Date string `json:"date"` // YYYY-MM-DD
	By   string `json:"by"`   // a role
}

// A Gap is the first thing that stands between a device's log and a rule.
type Gap string

// The gaps, from the device on.
const (
	NotLogged    Gap = "not logged"
	NotForwarded Gap = "logged but not forwarded"
	NotParsed    Gap = "forwarded but not parsed"
	Unstated     Gap = "not known"
	FewDevices   Gap = "too few devices"
	FewFields    Gap = "fields missing"
	Stale        Gap = "evidence too old"
	NoGap        Gap = ""
)

// Asks is what must be there for a rule to work on a source.
type Asks struct {
	Devices float64 // share of a scope's devices that are seen
	Fields  float64 // share of records that carry each needed field
	Days    int     // age of the evidence
}

// Usual is what is asked for where a site doesn't say otherwise.
var Usual = Asks{Devices: 0.90, Fields: 0.95, Days: 7}

// Chain is the first link that is broken; Unstated where none is said to be, and one is not known.
func (r *Row) Chain() Gap {
	switch {
	case r.Logged == No:
		return NotLogged
	case r.Forwarded == No:
		return NotForwarded
	case r.Parsed == No:
		return NotParsed
	case r.Logged != Yes || r.Forwarded != Yes || r.Parsed != Yes:
		return Unstated
	}
	return NoGap
}

// Gap is the first thing in the way on a day (YYYY-MM-DD), NoGap where rules can work on it. Where fields are known one
// by one, needs says which count.
func (r *Row) Gap(today string, needs []string) Gap {
	if g := r.Chain(); g != NoGap {
		return g
	}
	fields, asks := r.Completeness(needs), r.asks
	if asks == (Asks{}) {
		asks = Usual
	}
	switch {
	case r.Devices.Of == 0 || fields.Of == 0:
		return Unstated
	case !r.Devices.AtLeast(asks.Devices):
		return FewDevices
	case !fields.AtLeast(asks.Fields):
		return FewFields
	case older(r.LastSeen, today, asks.Days):
		return Stale
	}
	return NoGap
}

// Completeness is the least share of records with one of the needed fields; with all of them where only that is known.
// A needed field of which nothing is known makes it unknown.
func (r *Row) Completeness(needs []string) Ratio {
	if len(r.Fields) == 0 {
		return r.Complete
	}
	least := Ratio{}
	if len(needs) == 0 {
		return r.recordsOnly()
	}
	for _, f := range needs {
		x, ok := r.Fields[f]
		switch {
		case !ok && r.Complete.Of > 0:
			x = r.Complete
		case !ok:
			return Ratio{}
		}
		if least.Of == 0 || x.N*least.Of < least.N*x.Of {
			least = x
		}
	}
	return least
}

// recordsOnly is the completeness where nothing is needed: whatever was read is complete.
func (r *Row) recordsOnly() Ratio {
	if r.Complete.Of > 0 {
		return r.Complete
	}
	for _, x := range r.Fields {
		return Ratio{x.Of, x.Of}
	}
	return Ratio{}
}

// Of lists the rows of a source in a scope: at most a stated one and an observed one.
func (v *Visible) Of(src, scope string) []*Row {
	if v == nil {
		return nil
	}
	var out []*Row
	for i := range v.Rows {
		if v.Rows[i].Source == src && v.Rows[i].Scope == scope {
			out = append(out, &v.Rows[i])
		}
	}
	return out
}

// Keep takes over what people wrote into an older inventory: title, owner, consequences and what is not applicable. A
// scope that is gone stays with no device, so that it is seen to have gone.
func (i *Inventory) Keep(old *Inventory) {
	i.Title, i.Owner = old.Title, old.Owner
	for _, o := range old.Scopes {
		s := i.Scope(o.ID)
		if s == nil {
			gone := Scope{ID: o.ID, Domain: o.Domain, Class: o.Class, Population: o.Population, Platform: o.Platform}
			i.Scopes = append(i.Scopes, gone)
			s = &i.Scopes[len(i.Scopes)-1]
		}
		s.Consequence, s.NotApplicable = o.Consequence, o.NotApplicable
	}
	slices.SortStableFunc(i.Scopes, func(a, b Scope) int { return scopeOrder(a.ID) - scopeOrder(b.ID) })
}

// Names are the ids of the sources, sorted.
func (k Known) Names() []string { return slices.Sorted(maps.Keys(k)) }
