package drift

import (
	"maps"
	"slices"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/diag"
)

// resolve turns the objects into facts: shortnames into tactics, STIX ids into ATT&CK's.
func (x *reading) resolve() {
	known := x.only()
	byPhase := x.resolveTactics(known)
	live := map[[2]string]object{}
	for _, o := range x.techniques {
		id, _ := o.attackID()
		for _, d := range x.domainsOf(&o, known) {
			key := [2]string{d, id}
			before, twice := live[key]
			// An id that stands twice is the one in use, where one of them is; of two like that the first by STIX id.
			if twice && !better(o, before) {
				continue
			}
			live[key] = o
		}
	}
	x.checkTwice()
	keys := slices.SortedFunc(maps.Keys(live), func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	for _, key := range keys {
		x.b.Techniques = append(x.b.Techniques, x.technique(key[0], live[key], byPhase))
	}
}

func better(o, than object) bool {
	if a, b := o.Revoked || o.Deprecated, than.Revoked || than.Deprecated; a != b {
		return b
	}
	return o.ID < than.ID
}

// checkTwice says where two techniques in use bear one id.
func (x *reading) checkTwice() {
	seen := map[string]string{}
	for _, o := range x.techniques {
		id, _ := o.attackID()
		if o.Revoked || o.Deprecated {
			continue
		}
		if other, twice := seen[id]; twice {
			x.add(diag.BundleObject, "%s is the id of two techniques: %s and %s", id, clip(min(other, o.ID)), clip(max(other, o.ID)))
		}
		seen[id] = o.ID
	}
}

// only is the domain of what doesn't tell its own: the one that the rest of the bundle is of; "" where there are several.
func (x *reading) only() string {
	found := map[string]bool{}
	for _, list := range [][]object{x.tactics, x.techniques} {
		for i := range list {
			for _, d := range list[i].domains() {
				found[d] = true
			}
		}
	}
	if len(found) != 1 {
		return ""
	}
	for d := range found {
		return d
	}
	return ""
}

// domainsOf are the domains of ATT&CK's that an object is of; of one that doesn't say, the bundle's.
func (x *reading) domainsOf(o *object, only string) []string {
	own := o.domains()
	if len(own) == 0 && only != "" {
		own = []string{only}
	}
	var out []string
	for _, d := range own {
		if isDomain(d) && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		id, _ := o.attackID()
		x.add(diag.BundleObject, "%s is of no domain of ATT&CK", id)
	}
	return out
}

// resolveTactics takes the tactics and gives the id of each domain's shortnames.
func (x *reading) resolveTactics(only string) map[[2]string]string {
	byPhase, seen := map[[2]string]string{}, map[string]bool{}
	slices.SortStableFunc(x.tactics, func(a, b object) int { return strings.Compare(first(&a), first(&b)) })
	for i := range x.tactics {
		o := &x.tactics[i]
		id, _ := o.attackID()
		if seen[id] {
			x.add(diag.BundleObject, "%s is the id of two tactics", id)
			continue
		}
		seen[id] = true
		for _, d := range x.domainsOf(o, only) {
			switch other := byPhase[[2]string{d, o.Shortname}]; {
			case o.Shortname == "" || readable(o.Shortname) != "":
				x.add(diag.BundleObject, "%s has no shortname: its techniques can't be told", id)
			case other != "":
				x.add(diag.BundleObject, "%s and %s have one shortname, %s, in %s", other, id, clip(o.Shortname), d)
			default:
				byPhase[[2]string{d, o.Shortname}] = id
				x.b.Tactics = append(x.b.Tactics, attack.Tactic{ID: id, Name: o.Name, Shortname: o.Shortname, Domain: d})
			}
		}
	}
	return byPhase
}

func first(o *object) string {
	id, _ := o.attackID()
	return id
}

// technique is one fact. A phase is a tactic of the domain that its kill chain is of, and of no other; what is no
// longer in use may name phases that are gone.
func (x *reading) technique(domain string, o object, byPhase map[[2]string]string) attack.Technique {
	id, _ := o.attackID()
	t := attack.Technique{ID: id, Name: o.Name, Domain: domain, Revoked: o.Revoked, Deprecated: o.Deprecated}
	for _, p := range o.Phases {
		if chains[p.Chain] != domain {
			continue
		}
		tactic := byPhase[[2]string{domain, p.Phase}]
		switch {
		case tactic == "" && t.Live():
			x.add(diag.BundleUnresolved, "%s is of the tactic %q, which the bundle doesn't have", id, clip(p.Phase))
		case tactic != "" && !slices.Contains(t.Tactics, tactic):
			t.Tactics = append(t.Tactics, tactic)
		}
	}
	slices.Sort(t.Tactics)
	if target := x.replaced[o.ID]; o.Revoked && target != "" {
		if t.ReplacedBy = x.ids[target]; t.ReplacedBy == "" {
			x.add(diag.BundleUnresolved, "what stands for %s is not in the bundle", id)
		}
	}
	return t
}

// add is wrong of something that is told by its id, not by its place.
func (x *reading) add(code diag.Code, format string, args ...any) {
	if x.found[code]++; x.found[code] <= maxFindings {
		x.l.Add(code, x.span, format, args...)
	}
}
