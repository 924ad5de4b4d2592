package correlate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The table agrees with a map, also where many hashes are alike.
func TestTable(t *testing.T) {
	for _, hashes := range []uint32{3, 200, 1 << 31} {
		r := rand.New(rand.NewPCG(1, uint64(hashes)))
		table, want := newTable(), map[uint32]uint32{} // hash by group
		for i := range 40_000 {
			group := 1 + r.Uint32N(300)
			hash, there := want[group]
			if !there {
				hash = r.Uint32N(hashes) * (math.MaxUint32 / hashes)
			}
			found := table.find(hash, func(g uint32) bool { return g == group })
			if (found == group) != there {
				t.Fatalf("step %d: group %d is there: %t, found %d", i, group, there, found)
			}
			if there && i/5000%2 == 1 || there && r.IntN(2) == 0 {
				table.remove(hash, group)
				delete(want, group)
			} else if !there {
				table.add(hash, group)
				want[group] = hash
			}
			if table.n != len(want) {
				t.Fatalf("step %d: %d of %d", i, table.n, len(want))
			}
		}
	}
}
