package trial

import (
	"slices"

	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/ndjson"
)

// A Subject is a rule with what it became on its sources.
type Subject struct {
	Name, Title, Level string
	On                 []*bind.Bound
}

// A machine is all that one worker needs: the scanner, the sources and rules in the shape in which they are fast to
// ask, and what was counted. Several count the parts of a log; merge makes one of them.
type machine struct {
	judge
	sources []*logSource
	routes  []route   // by marks
	shaped  [][]int32 // sources without marks that have the name of a slot
	score   []int     // of those sources, on this record
	scored  []int32
	looks   []look
	texts   []ndjson.Value
	set     []byte // the sources that the record is of
	most    int    // how many rows of a rule are named
	explain bool   // and why it fires there

	files  []fileTally
	kinds  map[string]*kind // by the set of sources
	others *few[kind]       // of no source, by look
}

// A route leads records that bear one of a raw name's values to the sources that ask for it.
type route struct {
	slot int32
	to   map[string][]*logSource
}

type logSource struct {
	*bind.Source
	index  int
	filter *clause
	marks  []mark
	needs  []int32 // the names in its row filter
	own    []int32 // the names that it reads
	checks []*check
	rules  []*bound

	seen []int // of own, among its rows

	watch *watch // nil where nobody asks
}

type mark struct {
	slot int32
	text string
}

type bound struct {
	*bind.Bound
	subject *Subject
	given   map[string]*looked // fields that tables give
	tables  []string           // that nobody supplied
	must    *clause            // true: it fires whatever the tables say
	may     *clause            // true: it fires if they say so; nil where there are no tables
	bare    *clause            // true: it fires where they say nothing; nil where there are none

	files              map[int]*inFile
	firedAt, waitingAt places
}

// lookNames are raw names by whose value people tell one log from another, the best first. Those that sources ask for
// are tried before.
var lookNames = []string{"_path", "log_type", "event_type", "eventType", "event.kind", "topicType", "EventID", "sourcetype", "type", "kind"}

func rawNames(sources []*bind.Source) []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.RawNames()...)
		names = append(names, filterNames(s)...)
	}
	return append(names, lookNames...)
}

func filterNames(s *bind.Source) (names []string) {
	if s.Filter == nil {
		return nil
	}
	ir.Atoms(s.Filter, func(a ir.Expr, _ bool) {
		for _, f := range ir.Fields(a) {
			names = append(names, f.Name)
		}
	})
	return names
}

func newMachine(sources []*bind.Source, subjects []Subject, files int) *machine {
	// Sigma's own log sources say nothing by which their records are known: any record with two such names would be theirs.
	sources = slices.DeleteFunc(slices.Clone(sources), func(s *bind.Source) bool { return s.Schema.Taxonomy })
	names := ndjson.NewNames(rawNames(sources))
	m := &machine{kinds: map[string]*kind{}, others: newFew[kind](maxLooks), files: make([]fileTally, files), most: maxPlaces}
	m.judge.known = map[[32]byte]int{}
	m.judge.event = event{names: names, scan: ndjson.NewScanner(names)}
	m.shaped = make([][]int32, names.Len())
	m.score = make([]int, len(sources))
	for i, s := range sources {
		m.add(i, s, subjects)
	}
	for _, name := range lookNames {
		slot, _ := names.Slot(name)
		m.looks = append(m.looks, look{slot, name})
	}
	return m
}

func (m *machine) slots(names []string) (out []int32) {
	seen := map[int32]bool{}
	for _, n := range names {
		if slot, ok := m.names.Slot(n); ok && !seen[slot] {
			seen[slot] = true
			out = append(out, slot)
		}
	}
	return out
}

func (m *machine) add(i int, s *bind.Source, subjects []Subject) {
	m.given = lookedUp(s)
	l := &logSource{Source: s, index: i, needs: m.slots(filterNames(s)), own: m.slots(append(ownNames(s), filterNames(s)...))}
	l.seen = make([]int, len(l.own))
	if s.Filter != nil {
		l.filter = m.compile(s.Filter, least)
	}
	for _, r := range s.Record {
		slot, _ := m.names.Slot(r.Name)
		l.marks = append(l.marks, mark{slot, r.Text})
	}
	for k := range s.Schema.Fields {
		if b := s.Binding(s.Schema.Fields[k].Name); len(b.Paths) > 0 && s.Schema.Fields[k].Lookup == nil {
			l.checks = append(l.checks, newCheck(&s.Schema.Fields[k], b, m.names))
		}
	}
	for k := range subjects {
		for _, b := range subjects[k].On {
			if b.Source == s {
				l.rules = append(l.rules, m.rule(b, &subjects[k]))
			}
		}
	}
	m.sources = append(m.sources, l)
	if len(l.marks) == 0 {
		for _, slot := range l.own {
			m.shaped[slot] = append(m.shaped[slot], int32(i))
		}
		return
	}
	m.route(l.marks[0], l)
}

func (m *machine) rule(b *bind.Bound, subject *Subject) *bound {
	r := &bound{Bound: b, subject: subject, given: m.given, tables: asked(b.Where, m.given), files: map[int]*inFile{}, must: m.compile(b.Where, least)}
	if len(r.tables) > 0 {
		r.may, r.bare = m.compile(b.Where, most), m.compile(b.Where, blank)
	}
	return r
}

func (m *machine) route(first mark, l *logSource) {
	for _, r := range m.routes {
		if r.slot == first.slot {
			r.to[first.text] = append(r.to[first.text], l)
			return
		}
	}
	m.routes = append(m.routes, route{first.slot, map[string][]*logSource{first.text: {l}}})
	name := l.Record[0].Name
	m.looks = append(m.looks, look{first.slot, name})
}

// bears says whether a name has a value that is a text, and this one.
func (m *machine) bears(k mark) bool {
	v, n := m.scan.One(k.slot)
	if n == 1 {
		return v.Kind != ndjson.Object && (v.Plain && string(v.Raw) == k.text || !v.Plain && v.Text() == k.text)
	}
	if n > 1 {
		m.texts = m.scan.Values(k.slot, m.texts[:0])
		for _, v := range m.texts {
			if v.Kind != ndjson.Object && v.Text() == k.text {
				return true
			}
		}
	}
	return false
}

// of finds the sources whose log the record is of: those whose marks it bears; where there is none, those without
// marks that it has the shape of.
func (m *machine) of() []byte {
	m.set = m.set[:0]
	for _, r := range m.routes {
		v, n := m.scan.One(r.slot)
		switch {
		case n == 1 && v.Kind != ndjson.Object && v.Plain:
			m.marked(r.to[string(v.Raw)])
		case n > 0:
			for _, to := range r.to { // rare: several values, or one with escapes
				m.marked(to)
			}
		}
	}
	if len(m.set) > 1 {
		m.tidy()
	}
	if len(m.set) == 0 {
		m.byShape()
	}
	return m.set
}

func (m *machine) marked(to []*logSource) {
	for _, l := range to {
		ok := m.ofFormat(l)
		for _, k := range l.marks {
			ok = ok && m.bears(k)
		}
		if ok {
			m.put(l.index)
		}
	}
}

func (m *machine) ofFormat(l *logSource) bool { return l.Format == m.format }

// put notes a source in two bytes.
func (m *machine) put(i int) { m.set = append(m.set, byte(i>>8), byte(i)) }

// tidy sorts the set.
func (m *machine) tidy() {
	for i := 2; i < len(m.set); i += 2 {
		for k := i; k > 0 && (m.set[k-2] > m.set[k] || m.set[k-2] == m.set[k] && m.set[k-1] > m.set[k+1]); k -= 2 {
			m.set[k-2], m.set[k-1], m.set[k], m.set[k+1] = m.set[k], m.set[k+1], m.set[k-2], m.set[k-1]
		}
	}
}

// byShape finds sources that have no marks. A record is of one if it has all names of its row filter and half of the
// names that the source reads; or if the row filter is true of it, and it is not by that alone.
func (m *machine) byShape() {
	for _, slot := range m.scan.Touched {
		of := m.shaped[slot]
		if len(of) == 0 {
			continue
		}
		if _, n := m.scan.One(slot); n == 0 {
			continue
		}
		for _, i := range of {
			if m.score[i]++; m.score[i] == 1 {
				m.scored = append(m.scored, i)
			}
		}
	}
	for _, i := range m.scored {
		if m.hasShape(m.sources[i], m.score[i]) {
			m.put(int(i))
		}
		m.score[i] = 0
	}
	m.scored = m.scored[:0]
	m.tidy()
}

func (m *machine) hasShape(l *logSource, score int) bool {
	if !m.ofFormat(l) || score < 2 {
		return false
	}
	for _, slot := range l.needs {
		if _, n := m.scan.One(slot); n == 0 && !m.optional(l) {
			return false
		}
	}
	return 2*score >= len(l.own) || l.filter != nil && m.holds(l.filter)
}

// optional says of a row filter that is true that it need not have all of its names: has(a) || has(b).
func (m *machine) optional(l *logSource) bool {
	_, or := l.Filter.(*ir.Or)
	return or && m.holds(l.filter)
}
