package trial

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/ndjson"
	"detc/compiler/telemetry"
)

const (
	maxLooks = 200  // of records that bind to no source
	maxNames = 1000 // raw names of a kind of record
	maxPaths = 20000
	maxDense = 2048 // ways that are counted by number; those of a log come early
)

type fileTally struct {
	records, blank, bound, aside, unbound int
	failed, odd                           map[string]*Failure
	sources                               map[int]int
}

func note(m *map[string]*Failure, reason string, line int) {
	if *m == nil {
		*m = map[string]*Failure{}
	}
	f := (*m)[reason]
	if f == nil {
		f = &Failure{Reason: reason, First: line}
		(*m)[reason] = f
	}
	f.Count++
	f.First = min(f.First, line)
}

// A kind is records that are of the same sources, or of none and look alike.
type kind struct {
	sources []int
	name    string
	records int
	first   Place
	format  telemetry.Format
	files   map[int]int
	slots   []int      // how many records have the name
	perRow  []rowTally // of each source
	paths   []*tally   // by the scanner's way
	ways    []*ndjson.Path
	names   *few[tally] // the same, by name, once the scanner has forgotten its ways
}

type rowTally struct{ bound, filtered int }

type look struct {
	slot int32
	name string
}

// line counts one line of a file.
func (m *machine) line(line []byte, at Place) {
	f := &m.files[at.nth]
	format, why, blank := m.parse(line)
	switch {
	case blank:
		f.blank++
		return
	case why != "":
		note(&f.failed, why, at.Line)
		return
	}
	if format == telemetry.JSON && m.scan.Duplicates {
		note(&f.odd, "a key twice in one object: the last counts", at.Line)
	}
	if format == telemetry.JSON && m.scan.InvalidUTF8() {
		note(&f.odd, notUTF8, at.Line)
	}
	m.count(line, format, at)
	if m.scan.Paths() > maxPaths/2 {
		m.forget()
	}
}

// parse scans a line. It says why it is no record, or that nothing stands in it.
func (m *machine) parse(line []byte) (format telemetry.Format, why string, blank bool) {
	if len(line) > ndjson.MaxLine {
		return format, tooLong, false
	}
	head := bytes.TrimLeft(line, " \t\r")
	if len(head) == 0 {
		return format, "", true
	}
	if head[0] != '{' && bytes.Contains(line, []byte("CEF:")) {
		r, err := bind.ParseRecord(telemetry.CEF, line)
		if err != nil {
			return telemetry.CEF, "CEF: " + err.Error(), false
		}
		m.flat(r)
		return telemetry.CEF, "", false
	}
	fault := m.scan.Scan(line)
	if m.scan.Overflowed {
		m.forget()
		fault = m.scan.Scan(line)
	}
	if fault != ndjson.OK {
		return telemetry.JSON, reason(fault, head), false
	}
	return telemetry.JSON, "", false
}

const notUTF8 = "bytes that are no UTF-8: read as U+FFFD"

const tooLong = "longer than 50 MiB: skipped"

func reason(f ndjson.Fault, head []byte) string {
	if f == ndjson.Broken && (head[0] != '{' && head[0] != '[') {
		return "neither JSON nor CEF"
	}
	return f.String()
}

// flat scans a record of keys and texts.
func (m *machine) flat(r bind.Record) {
	values := r.Values()
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	m.scan.Flat(func(yield func(key, text string) bool) {
		for _, k := range keys {
			text, _ := values[k].(string)
			if !yield(k, text) {
				return
			}
		}
	})
}

// count counts the record that was scanned.
func (m *machine) count(line []byte, format telemetry.Format, at Place) {
	m.record++
	m.event.line, m.event.format = line, format
	f := &m.files[at.nth]
	f.records++
	set := m.of()
	if len(set) == 0 {
		f.unbound++
		if k := m.unbound(); k != nil {
			m.kind(k, at)
		}
		return
	}
	k := m.kinds[string(set)]
	if k == nil {
		k = &kind{}
		for i := 0; i < len(set); i += 2 {
			k.sources = append(k.sources, int(set[i])<<8|int(set[i+1]))
		}
		k.perRow = make([]rowTally, len(k.sources))
		m.kinds[string(set)] = k
	}
	m.kind(k, at)
	bound := false
	for n, i := range k.sources {
		l := m.sources[i]
		if l.filter != nil && !m.holds(l.filter) {
			k.perRow[n].filtered++
			continue
		}
		bound = true
		k.perRow[n].bound++
		if f.sources == nil {
			f.sources = map[int]int{}
		}
		f.sources[i]++
		m.row(l, at)
	}
	if bound {
		f.bound++
	} else {
		f.aside++
	}
}

// row looks at one row of a source.
func (m *machine) row(l *logSource, at Place) {
	for n, slot := range l.own {
		if _, values := m.scan.One(slot); values > 0 {
			l.seen[n]++
		}
	}
	for _, c := range l.checks {
		c.look(&m.judge, at)
	}
	for _, r := range l.rules {
		m.saw(r, at)
	}
	if l.watch != nil {
		l.watch.look(m)
	}
}

// kind counts the record's names.
func (m *machine) kind(k *kind, at Place) {
	if k.records == 0 {
		k.first, k.format, k.files, k.names = at, m.format, map[int]int{}, newFew[tally](maxNames)
		k.slots = make([]int, m.names.Len())
	}
	k.records++
	k.files[at.nth]++
	for _, slot := range m.scan.Touched {
		if _, n := m.scan.One(slot); n > 0 {
			k.slots[slot]++
		}
	}
	for _, seen := range m.scan.Seen {
		i := seen.Path.Index
		if i >= maxDense {
			if t := k.names.at([]byte(seen.Path.Name)); t != nil {
				t.add(&tally{1, at, m.scan.Example(seen, maxText)})
			}
			continue
		}
		for i >= len(k.paths) {
			k.paths, k.ways = append(k.paths, nil), append(k.ways, nil)
		}
		if k.paths[i] == nil {
			k.paths[i], k.ways[i] = &tally{first: at, text: m.scan.Example(seen, maxText)}, seen.Path
		}
		k.paths[i].count++
	}
}

// forget lets the scanner forget its ways, once what was counted by them is counted by name.
func (m *machine) forget() {
	for _, k := range m.kinds {
		k.byName()
	}
	for _, k := range m.others.of {
		k.byName()
	}
	m.scan.Reset()
}

func (k *kind) byName() {
	for i, t := range k.paths {
		if t == nil {
			continue
		}
		if to := k.names.at([]byte(k.ways[i].Name)); to != nil {
			to.add(t)
		}
	}
	k.paths, k.ways = nil, nil
}

// unbound is the kind of a record that is of no source: the value of a name that tells logs apart, or the keys it has.
func (m *machine) unbound() *kind {
	name := m.key[:0]
	if m.format == telemetry.CEF {
		name = append(name, "CEF of"...)
		for _, n := range []string{"DeviceVendor", "DeviceProduct"} {
			if slot, ok := m.names.Slot(n); ok {
				v, _ := m.scan.One(slot)
				name = v.Append(append(name, ' '))
			}
		}
		return m.named(name)
	}
	for _, l := range m.looks {
		if v, n := m.scan.One(l.slot); n == 1 && v.Kind != ndjson.Object && len(v.Raw) > 0 && len(v.Raw) <= maxText {
			name = append(append(name, l.name...), ": "...)
			return m.named(v.Append(name))
		}
	}
	return m.named(append(append(name, keysOf...), m.keys()...))
}

// keysOf begins the name of a kind that is told by its keys.
const keysOf = "keys "

func (m *machine) named(name []byte) *kind {
	m.key = name
	k := m.others.at(name)
	if k != nil && k.name == "" {
		k.name = string(name)
	}
	return k
}

// keys are the record's own keys, sorted.
func (m *machine) keys() string {
	var keys []string
	for _, s := range m.scan.Seen {
		keys = append(keys, s.Path.Top.Name)
	}
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), ", ")
}
