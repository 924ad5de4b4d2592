package attack

import (
	"slices"
	"strings"

	"detc/compiler/diag"
)

// Named lists the tactics of all domains with a shortname (execution), by id: most names stand in several.
func (c *Catalog) Named(shortname string) []Tactic {
	var out []Tactic
	for _, t := range c.tactics {
		if t.Shortname == shortname {
			out = append(out, t)
		}
	}
	return out
}

// Shortnames are the shortnames of the tactics of all domains, each once, sorted.
func (c *Catalog) Shortnames() []string {
	var out []string
	for _, t := range c.tactics {
		out = append(out, t.Shortname)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Followers are the shortnames that stand today for a tactic's former one in a domain; none where it was never
// renamed. ATT&CK 19 has Stealth and Defense Impairment where Enterprise had Defense Evasion; Mobile has the old name still.
func Followers(shortname, domain string) []string {
	if shortname == "defense-evasion" && domain == "enterprise-attack" {
		return []string{"stealth", "defense-impairment"}
	}
	return nil
}

// NearestTechnique is the live id that a mistyped one was likely meant for, of any domain, or "": of a sub-technique
// that isn't there the parent, where there is one; else one that differs by a digit.
func (c *Catalog) NearestTechnique(id string) string {
	if parent, _, sub := strings.Cut(id, "."); sub {
		for _, t := range c.techniques[parent] {
			if t.Live() {
				return parent
			}
		}
	}
	return diag.Nearest(id, c.techniqueIDs(""))
}
