package ledger_test

import (
	"slices"
	"strings"
	"testing"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/ledger"
	"detc/compiler/source"
)

// A row may be accepted for several wordings of an item, and holds for those that it names and no other.
func TestOtherWordings(t *testing.T) {
	for _, c := range []struct{ also, state string }{
		{"also: [222222222222222a, 333333333333333a]", ledger.Waived},
		{"also: [222222222222222a]", ledger.Void},
		{"also: []", ledger.Void},
	} {
		in := input()
		in.Tactics[0].Items[0].Hash = "333333333333333a"
		r, rows, l := held("waivers:\n"+waiver(c.also), in)
		if got := state(rows, theRow); got != c.state {
			t.Errorf("%s: the row is %s, not %s", c.also, got, c.state)
		}
		item := r.Tactics[0].Items[0]
		if accepted := item.Obligations[1].State == coverage.ItemWaived; accepted != (c.state == ledger.Waived) {
			t.Errorf("%s: %+v", c.also, item.Obligations[1])
		}
		said := slices.ContainsFunc(l, func(d *diag.Diagnostic) bool { return d.Code == diag.LedgerReworded })
		if said != (c.state == ledger.Void) {
			t.Errorf("%s: %v", c.also, l)
		}
	}
}

// Renewing a row on the page of one wording leaves what it was accepted for.
func TestRenewedForAllWordings(t *testing.T) {
	text, err := ledger.Annotate(source.NewFile("ledger.yaml", "waivers:\n"+waiver("also: [333333333333333a]")),
		ledger.Annotation{Key: theRow, Hash: "333333333333333a", Approved: today, Until: "2027-02-01"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hash: " + hash, "also: [333333333333333a]", "until: '2027-02-01'", "renewed: [2026-11-01]"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}

// Who answers by a waiver answers since nobody knows when: the day is of who was named before.
func TestOwnerOfAWaiver(t *testing.T) {
	for owner, since := range map[string]string{"OT engineering": "2026-01-01", "somebody else": ""} {
		r, _, _ := held("owners:\n  - {item: TA0104/T3, owner: "+owner+", since: 2026-01-01}\nwaivers:\n"+waiver(), input())
		if o := r.Tactics[0].Items[0].Obligations[1]; o.Owner != "OT engineering" || o.OwnerSince != since {
			t.Errorf("%s: %q since %q", owner, o.Owner, o.OwnerSince)
		}
	}
}

// Where nothing was measured of a gate, nobody can say that a row about it is gone.
func TestRowsOfAGateThatNobodyMeasured(t *testing.T) {
	row := waiver("gate: exportable", "gap: approximate", "reason: backend can't say it")
	in := input()
	gone := func(in coverage.Input) bool {
		_, _, l := held("waivers:\n"+row, in)
		return slices.ContainsFunc(l, func(d *diag.Diagnostic) bool { return d.Code == diag.LedgerRowGone })
	}
	if !gone(in) {
		t.Error("the rule is exact, and the row is not said to be gone")
	}
	in.Rules[0].Exports = nil
	if gone(in) {
		t.Error("no target was compiled to, and the row is said to be gone")
	}
}
