package drift_test

import (
	"os"
	"path/filepath"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/drift"
)

// The bundles that MITRE publishes read without an error, and say what is carried of the same release.
func TestPublishedBundles(t *testing.T) {
	const folder = "../../../shared/attack"
	names, err := filepath.Glob(folder + "/*-attack*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skip("../shared/attack holds no STIX bundle (ics-attack.json)")
	}
	c := carried(t)
	for _, name := range names {
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var l diag.List
		b, err := drift.Read(name, in, &l)
		in.Close()
		if err != nil || b == nil || l.HasErrors() {
			t.Errorf("%s: %v\n%s", name, err, listed(l))
			continue
		}
		if b.Release != c.Release {
			t.Logf("%s is of ATT&CK %s", name, b.Release)
			continue
		}
		next := drift.Merge([]*drift.Bundle{b}, c, "", &l)
		var tactics []string
		for _, tactic := range b.Tactics {
			tactics = append(tactics, tactic.ID)
		}
		if r := drift.Compare(c, next, tactics); len(r.Changes) > 0 {
			t.Errorf("%s differs from what is carried: %v", name, r.Changes)
		}
	}
}
