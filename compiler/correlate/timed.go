package correlate

// firstSeen keeps of each group of the history that it was there.
type firstSeen struct {
	untimed
	*engine
	*groups
}

func newFirstSeen(e *engine, o Options) *firstSeen {
	f := &firstSeen{engine: e, groups: newGroups(o.MaxGroups)}
	f.stats.Knows = Forever
	return f
}

// begin says when the records began.
func (f *firstSeen) begin(start int64) { f.stats.Knows = f.ahead(start) }

func (f *firstSeen) size() int { return f.index.n }

func (f *firstSeen) enter(key []byte, e *entry) {
	for oldest := f.back(e.Time); ; {
		i, ok := f.oldest()
		if !ok || f.at(i).last >= oldest {
			break
		}
		f.drop(i)
	}
	i, isNew := f.get(key)
	if i == 0 {
		f.stats.NoRoom++
		return
	}
	f.touch(i, e.Time)
	switch {
	case !isNew:
	case e.Time < f.stats.Knows:
		f.stats.Unknown++
	default:
		f.completed(f.at(i).key, e, 0, false, []Ref{{e.seq, e.Time}}[:min(1, f.most)])
	}
}

// A wait begins with an event of absence and ends when the timespan is over, or something came.
type wait struct {
	fact
	group      *waits
	prev, next *wait // in order of time, over all groups
	newer      *wait // of the same group
}

// waits are the open ones of a group.
type waits struct {
	oldest, latest *wait
	n              int
}

// absence waits, of two rules, after each event of the first for one of the second; of one rule, after the last event of
// each group for another.
type absence struct {
	*engine
	open     map[string]*waits
	ends     wait // next is the first to be over
	mostOpen int
	groups   int
	quiet    bool
}

func newAbsence(e *engine, o Options) *absence {
	a := &absence{engine: e, open: map[string]*waits{}, mostOpen: o.MaxPerGroup, groups: o.MaxGroups}
	a.ends.prev, a.ends.next = &a.ends, &a.ends
	return a
}

func newQuiet(e *engine, o Options) *absence {
	a := newAbsence(e, o)
	a.quiet = true
	return a
}

func (a *absence) size() int { return len(a.open) }

// enter lets an event end the waits before it, then begin its own: an event of both rules doesn't answer itself.
func (a *absence) enter(key []byte, e *entry) {
	g := a.open[string(key)]
	if last := e.slots[len(e.slots)-1]; g != nil && (a.quiet || last == 1) {
		for w := g.oldest; w != nil; w = w.newer {
			w.unlink()
		}
		delete(a.open, string(key))
		g = nil
	}
	if e.slots[0] != 0 {
		return
	}
	if g == nil {
		if len(a.open) >= a.groups {
			a.stats.NoRoom++
			return
		}
		g = &waits{}
		a.open[string(key)] = g
	}
	if g.n >= a.mostOpen {
		a.stats.Overflow++
		return
	}
	a.begin(g, string(key), e)
}

func (a *absence) begin(g *waits, key string, e *entry) {
	w := &wait{group: g, prev: a.ends.prev, next: &a.ends}
	w.fact = fact{engine: a.engine, time: a.ahead(e.Time), key: key, event: e.Event, seq: e.seq,
		refs: []Ref{{e.seq, e.Time}}[:min(1, a.most)]}
	w.prev.next, a.ends.prev = w, w
	if g.latest == nil {
		g.oldest = w
	} else {
		g.latest.newer = w
	}
	g.latest = w
	g.n++
}

func (w *wait) unlink() { w.prev.next, w.next.prev = w.next, w.prev }

func (a *absence) due() (int64, bool) { return a.ends.next.time, a.ends.next != &a.ends }

// end ends the wait that is over first. It is the oldest of its group.
func (a *absence) end() {
	w := a.ends.next
	w.unlink()
	g := w.group
	g.oldest = w.newer
	if g.n--; g.n == 0 {
		delete(a.open, w.key)
	}
	a.emit(w.fact)
}
