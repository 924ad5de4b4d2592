package visibility

import (
	"cmp"
	"maps"
	"slices"
)

// A Need is a rule that answers an item, with the sources of which any one is enough for it.
type Need struct {
	Item, Domain string
	Rule         string
	Sources      []Link
}

// A Link is a source that a rule can work on, with the fields that it can't do without.
type Link struct {
	Source string
	Fields []string
}

// An Unlocking says how far a site's sources reach, and which next ones would take it further.
type Unlocking struct {
	Asked   int      `json:"asked"`   // obligations: items that rules answer, in each scope of their domain, less those not applicable
	Reached int      `json:"reached"` // of them, those for which a rule has a source that passes
	Beyond  int      `json:"beyond"`  // of the others, those that no source on the list would unlock
	Next    []Next   `json:"next"`    // the one that unlocks most first, then what unlocks most of the rest
	Unsaid  []string `json:"unsaid"`  // sources of rules for what is not reached, of which nobody says anything in any scope
}

// Next is a source that is not there yet in some scopes.
type Next struct {
	Source  string      `json:"source"`
	Unlocks int         `json:"unlocks"` // obligations more, after those that stand before it
	Alone   int         `json:"alone"`   // obligations, if it were the only one
	Scopes  []NextScope `json:"scopes"`
}

// NextScope is what is in the way in one scope.
type NextScope struct {
	Scope string   `json:"scope"`
	Gap   Gap      `json:"gap"`
	Items []string `json:"items"` // that it would unlock there, alone
	Rules []string `json:"rules"` // that would do it
}

// effort orders gaps by how far the log is from being used: what is parsed needs less than what nothing writes.
var effort = []Gap{Stale, FewFields, NotParsed, FewDevices, NotForwarded, Unstated, NotLogged}

type obligation struct{ item, scope string }

// Unlock asks what each source that is not there yet would add. A source counts in the scopes that the site says
// anything of it in; with unsaid, in all of its domain.
func (s *Site) Unlock(needs []Need, today string, unsaid bool) Unlocking {
	u := unlocker{site: s, today: today, open: map[obligation]bool{}, by: map[string]map[obligation]map[string]bool{}, gaps: map[[2]string]Gap{}, silent: map[string]bool{}}
	out := Unlocking{Next: []Next{}, Unsaid: []string{}}
	if s.Inventory == nil {
		return out
	}
	for i := range s.Inventory.Scopes {
		u.scope(&s.Inventory.Scopes[i], needs, unsaid)
	}
	out.Asked, out.Reached = len(u.open), 0
	for o, reached := range u.open {
		if reached {
			out.Reached++
			delete(u.open, o)
		}
	}
	u.prune()
	out.Next = u.greedy()
	out.Beyond = len(u.open)
	for _, n := range slices.Sorted(maps.Keys(u.silent)) {
		if !s.Visible.says(n) {
			out.Unsaid = append(out.Unsaid, n)
		}
	}
	return out
}

// says that something is known of a source, in whatever scope.
func (v *Visible) says(src string) bool {
	return v != nil && slices.ContainsFunc(v.Rows, func(r Row) bool { return r.Source == src })
}

type unlocker struct {
	site   *Site
	today  string
	open   map[obligation]bool                       // asked; true where it is reached
	by     map[string]map[obligation]map[string]bool // by source: what it would unlock, through which rules
	gaps   map[[2]string]Gap                         // by source and scope
	silent map[string]bool                           // sources of which nobody says anything where it would help
}

func (u *unlocker) scope(scope *Scope, needs []Need, unsaid bool) {
	for _, n := range needs {
		if n.Domain != scope.Domain || slices.ContainsFunc(scope.NotApplicable, func(e Exempted) bool { return e.Item == n.Item }) {
			continue
		}
		o := obligation{n.Item, scope.ID}
		if _, asked := u.open[o]; !asked {
			u.open[o] = false
		}
		for _, link := range n.Sources {
			row, said := u.site.Visible.Merged(link.Source, scope.ID)
			gap := row.Gap(u.today, link.Fields)
			switch {
			case said && gap == NoGap:
				u.open[o] = true
				continue
			case !said && !unsaid:
				u.silent[link.Source] = true
				continue
			}
			u.add(link.Source, o, n.Rule, gap)
		}
	}
}

func (u *unlocker) add(src string, o obligation, rule string, gap Gap) {
	if u.by[src] == nil {
		u.by[src] = map[obligation]map[string]bool{}
	}
	if u.by[src][o] == nil {
		u.by[src][o] = map[string]bool{}
	}
	u.by[src][o][rule] = true
	key := [2]string{src, o.scope}
	if before, ok := u.gaps[key]; !ok || slices.Index(effort, gap) > slices.Index(effort, before) {
		u.gaps[key] = gap
	}
}

// prune takes out what is reached already.
func (u *unlocker) prune() {
	for src, of := range u.by {
		maps.DeleteFunc(of, func(o obligation, _ map[string]bool) bool { _, open := u.open[o]; return !open })
		if len(of) == 0 {
			delete(u.by, src)
		}
	}
}

// greedy takes the source that unlocks most of what is left, until none unlocks any.
func (u *unlocker) greedy() []Next {
	out := []Next{}
	left := slices.Sorted(maps.Keys(u.by))
	for len(left) > 0 {
		best, gain := -1, 0
		for i, src := range left {
			n := 0
			for o := range u.by[src] {
				if _, open := u.open[o]; open {
					n++
				}
			}
			if n > gain || n == gain && n > 0 && u.effort(src) < u.effort(left[best]) {
				best, gain = i, n
			}
		}
		if best < 0 {
			break
		}
		src := left[best]
		left = slices.Delete(left, best, best+1)
		out = append(out, Next{Source: src, Unlocks: gain, Alone: len(u.by[src]), Scopes: u.scopes(src)})
		for o := range u.by[src] {
			delete(u.open, o)
		}
	}
	return out
}

// effort is that of the scope which is furthest.
func (u *unlocker) effort(src string) (most int) {
	for o := range u.by[src] {
		most = max(most, slices.Index(effort, u.gaps[[2]string{src, o.scope}]))
	}
	return most
}

func (u *unlocker) scopes(src string) []NextScope {
	of := map[string]*NextScope{}
	rules := map[string]map[string]bool{}
	for o, by := range u.by[src] {
		if of[o.scope] == nil {
			of[o.scope], rules[o.scope] = &NextScope{Scope: o.scope, Gap: u.gaps[[2]string{src, o.scope}]}, map[string]bool{}
		}
		of[o.scope].Items = append(of[o.scope].Items, o.item)
		maps.Copy(rules[o.scope], by)
	}
	out := []NextScope{}
	for id, n := range of {
		slices.Sort(n.Items)
		n.Rules = slices.Sorted(maps.Keys(rules[id]))
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b NextScope) int { return cmp.Compare(scopeOrder(a.Scope), scopeOrder(b.Scope)) })
	return out
}
