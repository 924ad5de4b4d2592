package drift

import (
	"cmp"
	"slices"
	"strings"

	"detc/compiler/attack"
)

// What is what a release does to a technique or a tactic.
type What string

const (
	Revoked    What = "revoked"
	Deprecated What = "deprecated"
	Gone       What = "gone" // the release has no such id, in use or not
	MovedOut   What = "moved out"
	MovedIn    What = "moved in"
	Renamed    What = "renamed"
	Restored   What = "restored" // it was revoked or deprecated, and is in use again
	Added      What = "added"
)

// Whats lists what can happen, the worst for a stub first.
func Whats() []What {
	return []What{Revoked, Deprecated, Gone, MovedOut, Renamed, MovedIn, Restored, Added}
}

// SchemaVersion is the version of the report's JSON shape. It rises when a reader of the old shape would err.
const SchemaVersion = 1

// A Report is what a release changes of some tactics.
type Report struct {
	SchemaVersion int      `json:"schema_version"`
	From          string   `json:"from"`    // the release in use
	To            string   `json:"to"`      // the bundles'; "" where they don't say
	Domains       []string `json:"domains"` // that the bundles are of
	Tactics       []string `json:"tactics"` // that were looked at: those of these domains
	Others        []string `json:"others"`  // that were asked for, and are of domains that no bundle is of
	Changes       []Change `json:"changes"`
	Stubs         int      `json:"stubs"`   // that were held against it
	Touched       int      `json:"touched"` // of them: those that a change asks something of
	Notice        string   `json:"notice"`  // what whoever shows the ids must print
}

// A Change is one thing that happens to a technique, or to a tactic, where ID is a tactic's.
type Change struct {
	What    What     `json:"what"`
	ID      string   `json:"id"`
	Name    string   `json:"name"`          // in the release; in use, of what is gone
	Was     string   `json:"was,omitempty"` // the former name, of what is renamed
	Domain  string   `json:"domain"`
	Tactics []string `json:"tactics"`      // those looked at that it is about
	Now     []string `json:"now"`          // of a technique: all its tactics in the release
	By      *Ref     `json:"by,omitempty"` // of a revoked one: what stands for it at last
	Links   []Link   `json:"links"`        // the stubs that name it
}

// A Ref is a technique that stands for another one.
type Ref struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Tactics    []string `json:"tactics"`
	Deprecated bool     `json:"deprecated,omitempty"`
}

// Compare tells what the catalog `next` changes of tactics against the one in use: those of the domains that next has.
// Only what concerns one of the tactics before or after it is told.
func Compare(inUse, next *attack.Catalog, tactics []string) *Report {
	r := &Report{SchemaVersion: SchemaVersion, From: inUse.Release, To: next.Release, Domains: next.Domains(), Notice: inUse.Notice,
		Tactics: []string{}, Others: []string{}, Changes: []Change{}}
	asked := slices.Compact(slices.Sorted(slices.Values(tactics)))
	byDomain := map[string][]string{}
	for _, id := range asked {
		t, ok := inUse.Tactic(id)
		if !ok {
			t, ok = next.Tactic(id)
		}
		if !ok || !slices.Contains(r.Domains, t.Domain) {
			r.Others = append(r.Others, id)
			continue
		}
		r.Tactics = append(r.Tactics, id)
		byDomain[t.Domain] = append(byDomain[t.Domain], id)
		r.tactic(inUse, next, id)
	}
	for _, domain := range r.Domains {
		c := comparison{r, domain, byDomain[domain], next}
		for _, id := range union(inUse.Known(domain), next.Known(domain)) {
			before, had := inUse.In(id, domain)
			after, has := next.In(id, domain)
			c.technique(before, had, after, has)
		}
	}
	order := Whats()
	slices.SortStableFunc(r.Changes, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Domain, b.Domain), cmp.Compare(slices.Index(order, a.What), slices.Index(order, b.What)), strings.Compare(a.ID, b.ID))
	})
	return r
}

func union(a, b []attack.Technique) []string {
	var ids []string
	for _, t := range append(a, b...) {
		ids = append(ids, t.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// tactic tells what happens to a tactic itself. One whose shortname alone is another one is renamed too: that is what
// kill chains call it.
func (r *Report) tactic(inUse, next *attack.Catalog, id string) {
	before, had := inUse.Tactic(id)
	after, has := next.Tactic(id)
	c := Change{ID: id, Name: after.Name, Domain: after.Domain, Tactics: []string{id}, Now: []string{}, Links: []Link{}}
	switch {
	case !has:
		c.What, c.Name, c.Domain = Gone, before.Name, before.Domain
	case !had:
		c.What = Added
	case before.Name != after.Name:
		c.What, c.Was = Renamed, before.Name
	case before.Shortname != after.Shortname:
		c.What, c.Name, c.Was = Renamed, after.Shortname, before.Shortname
	default:
		return
	}
	r.Changes = append(r.Changes, c)
}

// comparison is a domain of a report while it is made.
type comparison struct {
	r       *Report
	domain  string
	tactics []string // looked at
	next    *attack.Catalog
}

func (c comparison) technique(before attack.Technique, had bool, after attack.Technique, has bool) {
	was, now := c.looked(before.Tactics), c.looked(after.Tactics)
	both := slices.Compact(slices.Sorted(slices.Values(slices.Concat(was, now))))
	if len(both) == 0 {
		return
	}
	live, lives := had && before.Live(), has && after.Live()
	if live && lives && before.Name != after.Name {
		c.add(Renamed, before, after, both)
	}
	switch {
	case live && !has:
		c.add(Gone, before, before, was)
	case live && after.Revoked:
		c.add(Revoked, before, after, both)
	case live && after.Deprecated:
		c.add(Deprecated, before, after, both)
	case !had && lives:
		c.add(Added, before, after, now)
	case had && !live && lives:
		c.add(Restored, before, after, now)
	case live && lives:
		if out := without(was, now); len(out) > 0 {
			c.add(MovedOut, before, after, out)
		}
		if in := without(now, was); len(in) > 0 {
			c.add(MovedIn, before, after, in)
		}
	}
}

func (c comparison) add(what What, before, after attack.Technique, tactics []string) {
	change := Change{What: what, ID: after.ID, Name: after.Name, Domain: c.domain, Tactics: tactics, Now: append([]string{}, after.Tactics...), Links: []Link{}}
	switch what {
	case Renamed:
		change.Was = before.Name
	case Gone:
		change.Now = []string{}
	case Revoked:
		if by, ok := c.next.Current(after); ok {
			change.By = &Ref{by.ID, by.Name, append([]string{}, by.Tactics...), by.Deprecated}
		}
	}
	c.r.Changes = append(c.r.Changes, change)
}

// looked are those of a technique's tactics that are looked at.
func (c comparison) looked(tactics []string) []string {
	var out []string
	for _, t := range tactics {
		if slices.Contains(c.tactics, t) {
			out = append(out, t)
		}
	}
	return out
}

func without(a, b []string) []string {
	var out []string
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}
