package trial

import (
	"cmp"
	"slices"
	"strings"
)

// unboundLooks says what the records are that no source knows, and which sources come near.
func (m *machine) unboundLooks(r *Result, files []File) {
	var kinds []*kind
	r.Other = r.Unbound
	for _, k := range m.others.of {
		kinds = append(kinds, k)
		r.Other -= k.records
	}
	slices.SortFunc(kinds, func(a, b *kind) int { return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(a.name, b.name)) })
	weights := m.weights()
	for _, k := range alike(kinds) {
		l := Look{Name: k.name, Records: k.records, Files: fileNames(k, files), First: k.first, Names: namesOf(k)}
		l.Nearest = m.nearest(k, weights)
		r.Looks = append(r.Looks, l)
	}
	slices.SortStableFunc(r.Looks, func(a, b Look) int { return cmp.Compare(b.Records, a.Records) })
}

// alike joins kinds that are told apart by their keys alone and share most of them.
func alike(kinds []*kind) (out []*kind) {
	var byKeys []*kind
	for _, k := range kinds {
		if !strings.HasPrefix(k.name, keysOf) {
			out = append(out, k)
			continue
		}
		i := slices.IndexFunc(byKeys, func(o *kind) bool { return shareMost(keysIn(o.name), keysIn(k.name)) })
		if i < 0 {
			byKeys = append(byKeys, k)
			continue
		}
		byKeys[i].add(k)
	}
	return append(out, byKeys...)
}

func keysIn(name string) []string { return strings.Split(strings.TrimPrefix(name, keysOf), ", ") }

func shareMost(a, b []string) bool {
	both := 0
	for _, x := range b {
		if _, ok := slices.BinarySearch(a, x); ok {
			both++
		}
	}
	return 2*both > len(a)+len(b)-both
}

// weights say how much a raw name tells: it is shared among the sources that read it.
func (m *machine) weights() map[int32]float64 {
	out := map[int32]float64{}
	for _, l := range m.sources {
		for _, slot := range l.own {
			out[slot]++
		}
	}
	for slot, n := range out {
		out[slot] = 1 / n
	}
	return out
}

// nearEnough is the part of a source's names, by weight, that a record must have to be like it.
const nearEnough = 0.3

func (m *machine) nearest(k *kind, weights map[int32]float64) *Nearest {
	var best *logSource
	top := nearEnough
	for _, l := range m.sources {
		if l.Format != k.format {
			continue
		}
		has, sum, n := 0.0, 0.0, 0
		for _, slot := range l.own {
			sum += weights[slot]
			if k.slots[slot] > 0 {
				has += weights[slot]
				n++
			}
		}
		if n >= 2 && has/sum > top {
			best, top = l, has/sum
		}
	}
	if best == nil {
		return nil
	}
	out := &Nearest{Source: best.ID, Telemetry: best.Schema.ID, Has: []string{}, Lacks: []string{}}
	for _, name := range ownNames(best.Source) {
		if slot, _ := m.names.Slot(name); k.slots[slot] > 0 {
			out.Has = append(out.Has, name)
		} else {
			out.Lacks = append(out.Lacks, name)
		}
	}
	return out
}
