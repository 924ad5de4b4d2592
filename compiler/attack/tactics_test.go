package attack

import (
	"os"
	"slices"
	"testing"
)

// Short names stand in several domains; each that followed another is one of its domain's.
func TestShortnames(t *testing.T) {
	c, err := Load(os.DirFS("../../mappings"))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, tactic := range c.Named("execution") {
		ids = append(ids, tactic.ID)
	}
	if !slices.Equal(ids, []string{"TA0002", "TA0041", "TA0104"}) {
		t.Error(ids)
	}
	if len(c.Named("executions")) > 0 || !slices.IsSorted(c.Shortnames()) || len(slices.Compact(c.Shortnames())) != len(c.Shortnames()) {
		t.Error(c.Shortnames())
	}
	for _, domain := range []string{"enterprise-attack", "ics-attack", "mobile-attack"} {
		for _, name := range c.Shortnames() {
			followers := Followers(name, domain)
			for _, f := range append(followers, name) {
				has := slices.ContainsFunc(c.Named(f), func(t Tactic) bool { return t.Domain == domain })
				if followers != nil && has != (f != name) {
					t.Errorf("%s in %s: %s", name, domain, f)
				}
			}
		}
	}
	if Followers("defense-evasion", "enterprise-attack") == nil || Followers("defense-evasion", "mobile-attack") != nil {
		t.Error("defense-evasion was renamed in Enterprise alone")
	}
	if c.NearestTechnique("T1059.099") != "T1059" || c.NearestTechnique("T1095.0") == "" || c.NearestTechnique("nothing at all") != "" {
		t.Error(c.NearestTechnique("T1059.099"), c.NearestTechnique("T1095.0"), c.NearestTechnique("nothing at all"))
	}
}
