package trial

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"detc/compiler/ir"
	"detc/compiler/ndjson"
	"detc/compiler/telemetry"
)

// An Observation is what logs showed of one source: since when, of which devices, with which fields.
type Observation struct {
	Source  string
	Records int            // rows
	Dated   int            // of them, with a time that can be read and that is not ahead of Options.Observe
	Ahead   int            // of them, with a time that is
	First   int64          // nanoseconds since 1970, of the dated ones
	Last    int64          //
	Devices []string       // that the rows name, as they are compared, sorted
	More    bool           // there were more devices than are told apart
	Fields  map[string]int // rows that have a field, with a value that can be read
}

// maxDevices is how many devices of one source are told apart.
const maxDevices = 500_000

// A watch gathers an observation.
type watch struct {
	until          int64
	times          []slotField
	devices        [][]slotField // of each role the fields that may name it, the first present counts
	rows           int
	dated, ahead   int
	first, last    int64
	seen           *names
	buf            []byte
	constantFields []string
}

type slotField struct {
	slot  int32
	field ir.Field
}

// observe makes a machine gather observations.
func (m *machine) observe(until int64) {
	for _, l := range m.sources {
		w := &watch{until: until, first: math.MaxInt64, last: math.MinInt64, seen: newNames(maxDevices)}
		by := map[string]int{}
		for i := range l.Schema.Fields {
			f := &l.Schema.Fields[i]
			b := l.Binding(f.Name)
			switch {
			case f.Lookup != nil:
			case len(b.Const) > 0:
				w.constantFields = append(w.constantFields, f.Name)
			case f.Name == l.Schema.Time:
				w.times = m.slotFields(b)
			case len(b.Paths) > 0 && (f.Entity == "host" || f.Entity == "device"):
				n, known := by[f.Role]
				if !known {
					n, by[f.Role] = len(w.devices), len(w.devices)
					w.devices = append(w.devices, nil)
				}
				w.devices[n] = append(w.devices[n], m.slotFields(b)...)
			}
		}
		l.watch = w
	}
}

func (m *machine) slotFields(b telemetry.Binding) (out []slotField) {
	for _, p := range b.Paths {
		if slot, ok := m.names.Slot(p.Name); ok {
			out = append(out, slotField{slot, p})
		}
	}
	return out
}

// look notes the machine's record.
func (w *watch) look(m *machine) {
	w.rows++
	for _, t := range w.times {
		v, n := m.scan.One(t.slot)
		if n == 0 {
			continue
		}
		if at, ok := instant(t.field, v); n == 1 && ok {
			w.at(at)
		}
		break
	}
	for _, role := range w.devices {
		for _, f := range role {
			v, n := m.scan.One(f.slot)
			if n == 0 {
				continue
			}
			if n == 1 && w.name(f.field, v) {
				w.seen.add(w.buf)
			}
			break
		}
	}
}

// instant reads a time, to the microsecond where it is a plain number, which needs no trying of forms.
func instant(f ir.Field, v ndjson.Value) (int64, bool) {
	if v.Kind == ndjson.Number && f.Unit > 0 && len(v.Raw) <= 20 {
		if x, err := strconv.ParseFloat(string(v.Raw), 64); err == nil && math.Abs(x) < 8e18/float64(f.Unit) {
			return int64(x * float64(f.Unit)), true
		}
	}
	at, ok := read(f, v)
	return at.Int, ok
}

// name puts a device's name into the buffer as names are compared. It says false where the value is none.
func (w *watch) name(f ir.Field, v ndjson.Value) bool {
	w.buf = w.buf[:0]
	switch {
	case v.Kind == ndjson.Object:
		return false
	case f.Type == ir.IP:
		a, ok := read(f, v)
		if !ok {
			return false
		}
		w.buf = a.IP.AppendTo(w.buf)
	default:
		w.buf = v.Append(w.buf)
	}
	for i, c := range w.buf {
		if 'A' <= c && c <= 'Z' {
			w.buf[i] = c + 'a' - 'A'
		}
	}
	return len(w.buf) > 0 && len(w.buf) <= maxText
}

func (w *watch) at(ns int64) {
	if ns > w.until {
		w.ahead++
		return
	}
	w.dated++
	w.first, w.last = min(w.first, ns), max(w.last, ns)
}

func (w *watch) add(o *watch) {
	w.rows, w.dated, w.ahead = w.rows+o.rows, w.dated+o.dated, w.ahead+o.ahead
	w.first, w.last = min(w.first, o.first), max(w.last, o.last)
	w.seen.merge(o.seen)
}

// observations are those of the sources that had rows, in their order.
func (m *machine) observations() (out []Observation) {
	for _, l := range m.sources {
		w := l.watch
		if w == nil || w.rows == 0 {
			continue
		}
		o := Observation{Source: l.ID, Records: w.rows, Dated: w.dated, Ahead: w.ahead, Devices: slices.Sorted(maps.Keys(w.seen.of)), More: w.seen.limit < math.MaxUint64, Fields: map[string]int{}}
		if w.dated > 0 {
			o.First, o.Last = w.first, w.last
		}
		for _, c := range l.checks {
			o.Fields[c.field.Name] = max(0, c.seen-c.bad)
		}
		for _, name := range w.constantFields {
			o.Fields[name] = w.rows
		}
		out = append(out, o)
	}
	return out
}

// names tells names apart, at most max of them. Where there are more it keeps those whose hash is below a limit, which
// is halved until they fit: what is kept is told by the names alone, and not by who saw what first. Each name is looked at
// a bounded number of times, however many there are.
type names struct {
	max   int
	limit uint64
	of    map[string]struct{}
}

func newNames(max int) *names {
	return &names{max: max, limit: math.MaxUint64, of: map[string]struct{}{}}
}

func (n *names) add(name []byte) {
	if _, there := n.of[string(name)]; there || hash(name) >= n.limit {
		return
	}
	n.of[string(name)] = struct{}{}
	n.fit()
}

func (n *names) fit() {
	for len(n.of) > n.max {
		n.below(n.limit / 2)
	}
}

func (n *names) below(limit uint64) {
	n.limit = limit
	maps.DeleteFunc(n.of, func(name string, _ struct{}) bool { return hash([]byte(name)) >= limit })
}

func (n *names) merge(o *names) {
	if o.limit < n.limit {
		n.below(o.limit)
	}
	for name := range o.of {
		if hash([]byte(name)) < n.limit {
			n.of[name] = struct{}{}
		}
	}
	n.fit()
}
