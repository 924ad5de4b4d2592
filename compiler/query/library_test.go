package query_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"detc/compiler/backend/targets"
	"detc/compiler/ir"
	"detc/compiler/store"
	"detc/compiler/workspace"
	"detc/compiler/workspace/querytest"
	"detc/mappings"
	"detc/rules"
)

// TestStoresKeepTheMeaning holds the law of the package on every rule of the library and every store: the rule on a record
// of the log, and the rule in stored names on the row that the store has of it, give one verdict; where something was lost
// on the way, the verdicts differ only as the loss says. DETC_EVENTS are made of each.
func TestStoresKeepTheMeaning(t *testing.T) {
	var exports []workspace.Export
	asked := map[string]bool{} // several targets ask the same stores
	for _, target := range targets.All() {
		if d := targets.Of(target.Name()); d.Model == "" && !asked[fmt.Sprint(d.Stores)] {
			asked[fmt.Sprint(d.Stores)] = true
			exports = append(exports, workspace.Export{Target: target, Stores: d.Stores})
		}
	}
	placer, _ := targets.Get("clickhouse") // which refuses least: the target is none of the law's
	for _, id := range store.Open([]store.Root{{FS: mappings.Files, Name: "mappings"}}, store.World{}).StoreIDs() {
		if !strings.Contains(fmt.Sprint(slices.Collect(maps.Keys(asked))), id) {
			exports = append(exports, workspace.Export{Target: placer, Stores: []string{id}})
		}
	}
	lib, err := querytest.Open(mappings.Files, rules.Files, exports...)
	if err != nil {
		t.Fatal(err)
	}
	if found := lib.Errors(); len(found) > 0 {
		t.Fatal(found)
	}
	type of struct{ store, name string }
	seen := map[of]bool{}
	n := 15
	if more, err := strconv.Atoi(os.Getenv("DETC_EVENTS")); err == nil {
		n = more
	}
	placed, events, cases, matches, excused, bad := 0, 0, 0, 0, 0, 0
	for _, x := range exports {
		for _, q := range lib.Queries(x.Target.Name()) {
			if seen[of{q.Store, q.Name}] {
				continue
			}
			seen[of{q.Store, q.Name}] = true
			placed++
			own := q.Cases()
			cases += len(own)
			for _, e := range append(own, q.Generated(n, nil)...) {
				events++
				if e.Bound {
					matches++
				}
				if e.Bound == e.Want {
					continue
				}
				if querytest.Excused(q.Of.Losses, e.Bound) {
					excused++
					continue
				}
				if bad++; bad <= 10 {
					t.Errorf("%s in %s, %s: on the record %t, on the row %t\n%s\n%v\n%s\n%v\nlosses: %s", q.Name, q.Store, e.What, e.Bound, e.Want,
						ir.Text(q.Bound.Where), e.Raw, ir.Text(q.Of.Where), e.Stored, querytest.Excuses(q.Of.Losses))
				}
			}
		}
	}
	t.Logf("%d rules in stores, %d events (%d of them cases, %d matches): %d disagreements inside what was lost, %d outside", placed, events, cases, matches, excused, bad)
	if placed < 1000 || matches*20 < events {
		t.Error("too little was held")
	}
}
