package trial

// merge adds what another machine counted. Both have forgotten their ways.
func (m *machine) merge(o *machine) {
	for i := range m.files {
		m.files[i].add(&o.files[i])
	}
	for set, k := range o.kinds {
		if m.kinds[set] == nil {
			m.kinds[set] = &kind{sources: k.sources, perRow: make([]rowTally, len(k.sources))}
		}
		m.kinds[set].add(k)
	}
	m.others.merge(o.others, (*kind).add)
	for i, l := range m.sources {
		l.add(o.sources[i], m.most)
	}
}

func (f *fileTally) add(o *fileTally) {
	f.records += o.records
	f.blank += o.blank
	f.bound += o.bound
	f.aside += o.aside
	f.unbound += o.unbound
	addFailures(&f.failed, o.failed)
	addFailures(&f.odd, o.odd)
	for i, n := range o.sources {
		if f.sources == nil {
			f.sources = map[int]int{}
		}
		f.sources[i] += n
	}
}

func addFailures(to *map[string]*Failure, from map[string]*Failure) {
	for reason, f := range from {
		note(to, reason, f.First)
		(*to)[reason].Count += f.Count - 1
	}
}

func (k *kind) add(o *kind) {
	if o.records == 0 {
		return
	}
	if k.records == 0 {
		k.name, k.first, k.format, k.files, k.names = o.name, o.first, o.format, map[int]int{}, newFew[tally](maxNames)
		k.slots = make([]int, len(o.slots))
	}
	k.records += o.records
	if o.first.before(k.first) {
		k.first = o.first
	}
	for i, n := range o.files {
		k.files[i] += n
	}
	for i, n := range o.slots {
		k.slots[i] += n
	}
	for i, r := range o.perRow {
		k.perRow[i].bound += r.bound
		k.perRow[i].filtered += r.filtered
	}
	k.names.merge(o.names, (*tally).add)
}

func (l *logSource) add(o *logSource, most int) {
	for i, n := range o.seen {
		l.seen[i] += n
	}
	if l.watch != nil {
		l.watch.add(o.watch)
	}
	for i, c := range o.checks {
		l.checks[i].seen += c.seen
		l.checks[i].bad += c.bad
		l.checks[i].values.merge(c.values, (*tally).add)
	}
	for i, r := range o.rules {
		to := l.rules[i]
		for n, f := range r.files {
			if to.files[n] == nil {
				to.files[n] = &inFile{}
			}
			to.files[n].add(f)
		}
		to.firedAt, to.waitingAt = to.firedAt.with(r.firedAt, most), to.waitingAt.with(r.waitingAt, most)
	}
}
