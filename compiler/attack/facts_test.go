package attack_test

import (
	"bytes"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"detc/compiler/attack"
	"detc/mappings"
)

// What is carried, read and written again, is what is carried.
func TestFactsRoundTrip(t *testing.T) {
	want, err := fs.ReadFile(mappings.Files, attack.File)
	if err != nil {
		t.Fatal(err)
	}
	c, err := attack.Load(mappings.Files)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Facts(); !bytes.Equal(got, want) {
		t.Error("Facts doesn't write the file that Load read")
	}
}

// The order in which facts come in plays no part in what is written.
func TestFactsHaveOneOrder(t *testing.T) {
	c, err := attack.Load(mappings.Files)
	if err != nil {
		t.Fatal(err)
	}
	tactics, techniques := c.Tactics(), []attack.Technique{}
	for _, d := range c.Domains() {
		techniques = append(techniques, c.Known(d)...)
	}
	slices.Reverse(tactics)
	slices.Reverse(techniques)
	for i := range techniques {
		techniques[i].Tactics = slices.Clone(techniques[i].Tactics)
		slices.Reverse(techniques[i].Tactics)
	}
	if !bytes.Equal(attack.New(c.Release, c.Notice, tactics, techniques).Facts(), c.Facts()) {
		t.Error("another order gives other bytes")
	}
}

// Beside adds the domains that are lacking, and leaves those that are there alone.
func TestBeside(t *testing.T) {
	c, err := attack.Load(mappings.Files)
	if err != nil {
		t.Fatal(err)
	}
	own := attack.New("20.0", "N", []attack.Tactic{{ID: "TA0104", Name: "Running", Shortname: "execution", Domain: "ics-attack"}},
		[]attack.Technique{{ID: "T0858", Name: "Mode", Domain: "ics-attack", Tactics: []string{"TA0104"}}})
	both := own.Beside(c)
	if got := both.Domains(); !slices.Equal(got, []string{"enterprise-attack", "ics-attack", "mobile-attack"}) {
		t.Errorf("domains %v", got)
	}
	if got := both.Known("ics-attack"); len(got) != 1 || got[0].Name != "Mode" || both.Release != "20.0" || both.Notice != "N" {
		t.Errorf("ics-attack has %v, of %s", got, both.Release)
	}
	if len(both.Known("mobile-attack")) != len(c.Known("mobile-attack")) || len(both.Techniques("TA0041")) == 0 {
		t.Error("the domain that was lacking didn't come in")
	}
	again, err := attack.Load(fstest.MapFS{attack.File: {Data: both.Facts()}})
	if err != nil || !bytes.Equal(again.Facts(), both.Facts()) {
		t.Errorf("what is written doesn't read back: %v", err)
	}
}
