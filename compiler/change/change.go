// Package change says how two sets of rules differ in what they mean: which rules match more or fewer events, shown by
// an event where one is found; what they say of themselves; which of their cases flip; what becomes of them on each log.
package change

import (
	"slices"
	"sync"

	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Rule is a stub or a Sigma document, as far as a comparison is concerned. Either Where or Correlation is set, or
// Broken says why neither is.
type Rule struct {
	Form        string // what it was written as: one of Forms
	Name        string // what refers to it; may be empty in Sigma
	ID, Title   string
	Level       string
	File        *source.File
	Index       int // which document of the file, from 0
	Where       ir.Expr
	Correlation *ir.Correlation
	Broken      string
	Properties  []Property // all that it says of itself, the condition and the tests apart
	Uses        []Use      // the definitions that its meaning rests on
	Emitted     []Emission // by source
	Enums       map[string][]string
	Subject     *evidence.Subject            // to run its cases; nil where it has none, or doesn't compile
	Timelines   *evidence.CorrelationSubject // the same of a correlation
}

// What a rule was written as.
const (
	Stub             = "stub"
	SiteFilter       = "filter" // of a site: its Where is what it lets through
	SigmaRule        = "sigma rule"
	SigmaCorrelation = "sigma correlation"
	SigmaFilter      = "sigma filter"
)

// Forms are all that a rule can have been written as.
func Forms() []string { return []string{Stub, SiteFilter, SigmaRule, SigmaCorrelation, SigmaFilter} }

// display is what a rule is called in a report.
func (r *Rule) display() string {
	for _, s := range []string{r.Name, r.Title, r.ID} {
		if s != "" {
			return s
		}
	}
	return r.File.Name
}

// The kinds of a Use that more than a name hangs on: another rule, and a source that the rule may not be emitted on.
const (
	ofRule   = "rule"
	ofSource = "source"
)

// A Use names what a rule rests on: {"source", "zeek.s7comm"}, or another rule by its name.
type Use struct{ Kind, ID string }

func (u Use) String() string { return u.Kind + " " + u.ID }

// A Definition is what rules rest on: telemetry, one of its sources, a context table.
type Definition struct {
	Use
	File       string
	Properties []Property
}

// An Emission is what became of a rule on a source.
type Emission struct {
	Source  string
	Where   ir.Expr // over the log's own names; nil of a correlation
	YAML    []byte  // nil where nothing is emitted
	Refused string  // why nothing is emitted
}

// A Set is one side of a comparison.
type Set struct {
	Label       string // as the user named it
	Rules       []*Rule
	Definitions []*Definition
	Unread      int // rules in files that are the same on both sides, and that were not read for that
}

// Options say how much is looked at.
type Options struct {
	Lines   func(oldName, old, newName, new string) string // a unified diff of two texts
	Sigma   bool                                           // with the lines of each emitted rule that changed
	Samples *evidence.Samples                              // for cases on sample records
	Jobs    int                                            // how many rules are compared at once
}

// Compare says how head differs from base. The same sets give the same report.
func Compare(base, head *Set, o Options) *Report {
	out := &Report{SchemaVersion: SchemaVersion, Base: base.Label, Head: head.Label,
		Definitions: compareDefinitions(base, head), Rules: []RuleChange{}}
	pairs := match(base.Rules, head.Rules)
	changed := map[Use]bool{}
	for _, d := range out.Definitions {
		changed[Use{d.Kind, d.ID}] = true
	}
	for _, p := range pairs {
		if p.differ() {
			for _, r := range []*Rule{p.old, p.new} {
				if r != nil { // a Sigma correlation may name it by its id
					changed[Use{ofRule, r.Name}], changed[Use{ofRule, r.ID}] = true, true
				}
			}
		}
	}
	found := make([]*RuleChange, len(pairs))
	var wait sync.WaitGroup
	next := make(chan int)
	for range max(o.Jobs, 1) {
		wait.Go(func() {
			for i := range next {
				found[i] = compareRules(pairs[i], changed, o)
			}
		})
	}
	for i := range pairs {
		next <- i
	}
	close(next)
	wait.Wait()
	out.Totals.Unchanged = head.Unread
	for _, c := range found {
		if c == nil {
			out.Totals.Unchanged++
			continue
		}
		out.Rules = append(out.Rules, *c)
	}
	slices.SortStableFunc(out.Rules, byImportance)
	out.count()
	out.reach()
	return out
}

// reach notes of each definition that changed the rules that it changed.
func (r *Report) reach() {
	for i := range r.Definitions {
		d := &r.Definitions[i]
		d.Rules = []string{}
		for _, c := range r.Rules {
			if slices.Contains(c.Through, (Use{d.Kind, d.ID}).String()) {
				d.Rules = append(d.Rules, c.Rule)
			}
		}
		slices.Sort(d.Rules)
	}
}

func compareDefinitions(base, head *Set) []DefinitionChange {
	old := map[Use]*Definition{}
	for _, d := range base.Definitions {
		old[d.Use] = d
	}
	out := []DefinitionChange{}
	kept := map[Use]bool{}
	for _, d := range head.Definitions {
		was := old[d.Use]
		kept[d.Use] = true
		if was == nil {
			out = append(out, DefinitionChange{Kind: d.Kind, ID: d.ID, File: d.File, What: Added, Properties: []PropertyChange{}})
		} else if changes := compareProperties(was.Properties, d.Properties); len(changes) > 0 {
			out = append(out, DefinitionChange{Kind: d.Kind, ID: d.ID, File: d.File, What: Changed, Properties: changes})
		}
	}
	for _, d := range base.Definitions {
		if !kept[d.Use] {
			out = append(out, DefinitionChange{Kind: d.Kind, ID: d.ID, File: d.File, What: Removed, Properties: []PropertyChange{}})
		}
	}
	slices.SortFunc(out, func(a, b DefinitionChange) int { return compareTexts(a.Kind, b.Kind, a.ID, b.ID) })
	return out
}
