package correlate

import "hash/maphash"

// A table finds groups by their keys: open addressing, where each slot has a part of the key's hash beside the group's
// number, so that looking for a key touches one line of the table and then the group, which is needed anyway. At a million
// groups, time is what memory takes to answer.
type table struct {
	seed  maphash.Seed // chosen by chance, as that of Go's maps; nothing that comes out depends on it
	slots []uint64     // hash<<32 | number; 0 is free
	n     int
}

// load is how full the table gets, in quarters.
const load = 3

func newTable() table { return table{seed: maphash.MakeSeed(), slots: make([]uint64, 8)} }

func (t *table) hash(key []byte) uint32 { return uint32(maphash.Bytes(t.seed, key) >> 32) }

// home is where a hash belongs: its upper bits, as many as the table has.
func (t *table) home(hash uint32) int { return int(uint64(hash) * uint64(len(t.slots)) >> 32) }

func (t *table) next(i int) int { return (i + 1) & (len(t.slots) - 1) }

// find is the group with a hash for which same holds.
func (t *table) find(hash uint32, same func(uint32) bool) uint32 {
	for i := t.home(hash); t.slots[i] != 0; i = t.next(i) {
		if s := t.slots[i]; uint32(s>>32) == hash && same(uint32(s)) {
			return uint32(s)
		}
	}
	return 0
}

// add puts in a group that isn't there.
func (t *table) add(hash, group uint32) {
	if t.n++; t.n*4 > len(t.slots)*load {
		old := t.slots
		t.slots = make([]uint64, 2*len(old))
		for _, s := range old {
			if s != 0 {
				t.put(s)
			}
		}
	}
	t.put(uint64(hash)<<32 | uint64(group))
}

func (t *table) put(s uint64) {
	i := t.home(uint32(s >> 32))
	for t.slots[i] != 0 {
		i = t.next(i)
	}
	t.slots[i] = s
}

// remove takes out a group that is there, and moves back those that had to go past its place.
func (t *table) remove(hash, group uint32) {
	i := t.home(hash)
	for uint32(t.slots[i]) != group {
		i = t.next(i)
	}
	t.n--
	for j := t.next(i); ; j = t.next(j) {
		s := t.slots[j]
		if s == 0 {
			t.slots[i] = 0
			return
		}
		// One that belongs between the gap and its own place stays.
		if home := t.home(uint32(s >> 32)); (j-home)&(len(t.slots)-1) >= (j-i)&(len(t.slots)-1) {
			t.slots[i] = s
			i = j
		}
	}
}
