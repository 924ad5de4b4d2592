package correlate

// A group is what is kept of one key.
type group struct {
	key        string // as encoded by key
	last       int64  // the time of its latest event
	hash       uint32 // of the key
	prev, next uint32 // its neighbours in order of last
	kept       ring
	cut        bool       // of ValueCount: a value had to go
	lost       int64      // the latest time of one that had to
	more       *aggregate // of the value kinds; else nil
}

// groups are those whose window isn't empty. As every window is as long, the group with the oldest latest event is the
// first to run empty: a list in that order, to whose end a group goes with each event, frees them in constant time.
type groups struct {
	index  table
	chunks [][]group
	free   []uint32
	made   uint32
	limit  int
	ends   group // next is the oldest, prev the newest; 0 is itself
}

const groupsPerChunk = 256

func newGroups(limit int) *groups { return &groups{index: newTable(), limit: limit} }

// at is a group by its number, from 1.
func (t *groups) at(i uint32) *group {
	if i == 0 {
		return &t.ends
	}
	i--
	return &t.chunks[i/groupsPerChunk][i%groupsPerChunk]
}

// get is the group of a key, made if it is new. There is none if there are too many.
func (t *groups) get(key []byte) (i uint32, isNew bool) {
	hash := t.index.hash(key)
	if i := t.index.find(hash, func(i uint32) bool { return t.at(i).key == string(key) }); i != 0 {
		return i, false
	}
	if t.index.n >= t.limit {
		return 0, false
	}
	if n := len(t.free); n > 0 {
		i = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		if t.made%groupsPerChunk == 0 {
			t.chunks = append(t.chunks, make([]group, groupsPerChunk))
		}
		t.made++
		i = t.made
	}
	g := t.at(i)
	g.key, g.hash = string(key), hash
	t.index.add(hash, i)
	t.link(i)
	return i, true
}

func (t *groups) link(i uint32) {
	g, newest := t.at(i), t.ends.prev
	g.prev, g.next = newest, 0
	t.at(newest).next = i
	t.ends.prev = i
}

func (t *groups) unlink(i uint32) {
	g := t.at(i)
	t.at(g.prev).next, t.at(g.next).prev = g.next, g.prev
}

// touch notes an event of a group.
func (t *groups) touch(i uint32, time int64) {
	if t.ends.prev != i {
		t.unlink(i)
		t.link(i)
	}
	t.at(i).last = time
}

// oldest is the group that has been quiet longest.
func (t *groups) oldest() (uint32, bool) { return t.ends.next, t.ends.next != 0 }

// drop forgets a group; its kept is the caller's to release.
func (t *groups) drop(i uint32) {
	t.unlink(i)
	g := t.at(i)
	t.index.remove(g.hash, i)
	*g = group{}
	t.free = append(t.free, i)
}
