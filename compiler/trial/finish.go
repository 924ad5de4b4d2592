package trial

import (
	"cmp"
	"maps"
	"slices"

	"detc/compiler/ir"
)

// result is what was counted, in an order of its own.
func (m *machine) result(files []File, subjects []Subject) *Result {
	r := &Result{Files: files, Logs: []Log{}, Rules: []Rule{}, Looks: []Look{}}
	for i := range files {
		m.file(&r.Files[i], &m.files[i])
		f := &r.Files[i]
		r.Records += f.Records
		r.Bound += f.Bound
		r.Aside += f.Aside
		r.Unbound += f.Unbound
		r.Bytes += f.Bytes
		for _, x := range f.Failed {
			r.Failed += x.Count
		}
	}
	for _, set := range slices.Sorted(maps.Keys(m.kinds)) {
		r.Logs = append(r.Logs, m.log(m.kinds[set], files))
	}
	for _, l := range m.sources {
		if rows := m.rows(l); rows > 0 {
			for _, b := range l.rules {
				r.Rules = append(r.Rules, m.verdict(l, b, rows, files))
			}
		}
	}
	slices.SortStableFunc(r.Rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(rank(a.State), rank(b.State)), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Source, b.Source))
	})
	m.unboundLooks(r, files)
	r.Seen = m.observations()
	return r
}

func rank(state string) int { return slices.Index([]string{Fires, Waits, Silent, Lacks}, state) }

// rows is how many records a source's row filter lets through.
func (m *machine) rows(l *logSource) (n int) {
	for _, k := range m.kinds {
		if i := slices.Index(k.sources, l.index); i >= 0 {
			n += k.perRow[i].bound
		}
	}
	return n
}

func (m *machine) file(f *File, t *fileTally) {
	f.Records, f.Blank, f.Bound, f.Aside, f.Unbound = t.records, t.blank, t.bound, t.aside, t.unbound
	f.Failed = append(f.Failed, failures(t.failed)...)
	f.Odd = failures(t.odd)
	f.Sources = map[string]int{}
	for i, n := range t.sources {
		f.Sources[m.sources[i].ID] = n
	}
	f.Hint = hint(f)
}

func failures(of map[string]*Failure) []Failure {
	out := []Failure{}
	for _, f := range of {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b Failure) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason)) })
	return out
}

// hint says what to do about a file of which little could be read.
func hint(f *File) string {
	bad := 0
	for _, x := range f.Failed {
		bad += x.Count
	}
	if bad < 2*f.Records || bad == 0 {
		return ""
	}
	for _, x := range f.Failed {
		switch {
		case x.Reason == "no JSON object" && x.First == 1:
			return "the records stand in a list: jq -c '.[]' writes them a line each"
		case x.Reason == "cut off within a value" && x.First == 1:
			return "JSON spread over lines: jq -c . writes a record a line, jq -c '.[]' those of a list"
		}
	}
	return ""
}

func (m *machine) log(k *kind, files []File) Log {
	out := Log{Records: k.records, Files: fileNames(k, files), Unused: []Name{}, More: k.names.Dropped}
	used := map[string]bool{}
	for n, i := range k.sources {
		l := m.sources[i]
		for _, name := range append(l.RawNames(), filterNames(l.Source)...) {
			used[name] = true
		}
		out.Sources = append(out.Sources, m.source(l, k, n))
	}
	for _, name := range namesOf(k) {
		if !used[name.Name] {
			out.Unused = append(out.Unused, name)
		}
	}
	return out
}

// namesOf are the raw names of a kind that bear values, the most frequent first.
func namesOf(k *kind) []Name {
	out := []Name{}
	for name, t := range k.names.of {
		out = append(out, Name{name, t.count, t.text})
	}
	slices.SortFunc(out, func(a, b Name) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return out
}

func fileNames(k *kind, files []File) []string {
	out := []string{}
	for _, i := range slices.Sorted(maps.Keys(k.files)) {
		out = append(out, files[i].Name)
	}
	return out
}

func (m *machine) source(l *logSource, k *kind, n int) Source {
	s := Source{ID: l.ID, Title: l.Title, Telemetry: l.Schema.ID, Names: l.Verified, Bound: k.perRow[n].bound,
		Filtered: k.perRow[n].filtered, Filter: l.Where.Value, Fields: []Field{}, Never: []string{}, Problems: []Problem{}, Rules: len(l.rules)}
	for _, name := range ownNames(l.Source) {
		if slot, ok := m.names.Slot(name); ok && k.slots[slot] == 0 {
			s.Never = append(s.Never, name)
		}
	}
	for _, c := range l.checks {
		f := Field{Name: c.field.Name, Seen: c.seen}
		for _, p := range c.binding.Paths {
			f.Raw = append(f.Raw, p.Name)
		}
		s.Fields = append(s.Fields, f)
		if c.bad > 0 {
			s.Problems = append(s.Problems, c.report(f.Raw[0]))
		}
	}
	return s
}

func (c *check) report(raw string) Problem {
	p := Problem{Field: c.field.Name, Raw: raw, Type: c.field.Type.String(), What: c.problem, Count: c.bad, More: c.values.Dropped}
	for text, t := range c.values.of {
		p.Values = append(p.Values, Value{text, t.count, t.first})
	}
	slices.SortFunc(p.Values, func(a, b Value) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text)) })
	return p
}

func (m *machine) verdict(l *logSource, b *bound, rows int, files []File) Rule {
	n, sightings := b.all(), b.firedAt
	r := Rule{Rule: b.subject.Name, Title: b.subject.Title, Level: b.subject.Level, Source: l.ID, State: Silent, Rows: rows,
		Fires: n.fires, Waits: n.most - n.fires, Empty: n.empty, Context: b.tables}
	switch {
	case r.Fires > 0:
		r.State = Fires
	case r.Waits > 0:
		r.State, sightings = Waits, b.waitingAt
	}
	r.First = sightings.lines()
	for _, nth := range slices.Sorted(maps.Keys(b.files)) {
		r.Files = append(r.Files, InFile{files[nth].Name, b.files[nth].fires, b.files[nth].empty, b.files[nth].most})
	}
	if m.explain {
		r.Sightings = b.firedAt.with(b.waitingAt, m.most)
	}
	if r.State == Silent {
		if r.Lacks = m.lacks(l, b); len(r.Lacks) > 0 {
			r.State = Lacks
		}
	}
	return r
}

// lacks are the raw names without which a rule can't be true, and that no row has.
func (m *machine) lacks(l *logSource, b *bound) (out []string) {
	gone := func(f ir.Field) bool {
		slot, _ := m.names.Slot(f.Name)
		i := slices.Index(l.own, slot)
		return i >= 0 && l.seen[i] == 0
	}
	without := ir.Normalize(ir.Map(b.Where, func(a ir.Expr) ir.Expr {
		if slices.ContainsFunc(ir.Fields(a), gone) {
			return &ir.Const{Value: false}
		}
		return a
	}))
	if c, ok := without.(*ir.Const); !ok || c.Value {
		return nil
	}
	ir.Atoms(b.Where, func(a ir.Expr, negated bool) {
		for _, f := range ir.Fields(a) {
			if !negated && gone(f) && !slices.Contains(out, f.Name) {
				out = append(out, f.Name)
			}
		}
	})
	return out
}
