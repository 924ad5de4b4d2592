package drift_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/attack"
	"detc/compiler/diag"
	"detc/compiler/drift"
)

// FuzzRead feeds anything to the reader: it neither panics nor takes as a bundle what is no JSON; what it takes is
// written as facts that read back to the same bytes, and that differ in nothing from themselves.
func FuzzRead(f *testing.F) {
	f.Add(small(""))
	f.Add(small(pattern + `"name": "N"}`))
	f.Add("\ufeff" + small(", 1, null, \"a\\\"b\", [true, -1.5e3]"))
	f.Add(`{"objects": [], "type": "bundle", "spec_version": "2.0"}`)
	f.Fuzz(func(t *testing.T, text string) {
		var l diag.List
		b, err := drift.Read("b.json", strings.NewReader(text), &l)
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			if !l.HasErrors() {
				t.Fatal("it is refused without a finding")
			}
			return
		}
		var whole struct{ Objects []json.RawMessage }
		if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &whole); err == nil && b.Objects < len(whole.Objects) {
			t.Fatalf("%d objects, of %d", b.Objects, len(whole.Objects))
		}
		inUse := attack.New("1.0", "", nil, nil)
		next := drift.Merge([]*drift.Bundle{b}, inUse, b.Release, &l)
		if next == nil {
			t.Fatalf("one bundle doesn't go with itself:\n%s", listed(l))
		}
		again, err := attack.Load(fstest.MapFS{attack.File: {Data: next.Facts()}})
		if err != nil || string(again.Facts()) != string(next.Facts()) {
			t.Fatalf("the facts don't read back: %v", err)
		}
		var all []string
		for _, tactic := range next.Tactics() {
			all = append(all, tactic.ID)
		}
		if r := drift.Compare(next, again, all); len(r.Changes) > 0 {
			t.Fatalf("it differs from itself: %v", r.Changes)
		}
	})
}
