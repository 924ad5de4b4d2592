package diag

import (
	"cmp"
	"slices"
	"strings"
)

// Apply makes edits to the text of one file. Edits are taken in the order of their places, whatever order they come
// in; one that overlaps an earlier one, or lies outside the text, is skipped and counted. The same edit twice (a
// scalar that is read at its anchor and at an alias) counts once. Insertions at one place all go in, in the given order.
func Apply(text string, edits []Edit) (result string, skipped int) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
	var b strings.Builder
	done := 0
	for i, e := range sorted {
		switch {
		case repeated(sorted[:i], e):
			continue
		case e.Span.Start < done || e.Span.End < e.Span.Start || e.Span.End > len(text):
			skipped++
			continue
		}
		b.WriteString(text[done:e.Span.Start])
		b.WriteString(e.New)
		done = e.Span.End
	}
	b.WriteString(text[done:])
	return b.String(), skipped
}

// repeated says that an edit is among those before it at the same place.
func repeated(before []Edit, e Edit) bool {
	for i := len(before) - 1; i >= 0 && before[i].Span.Start == e.Span.Start && before[i].Span.End == e.Span.End; i-- {
		if before[i].New == e.New {
			return true
		}
	}
	return false
}

// Fixes chooses what to change, by file name: of each finding the first fix that may be applied (a safe one, or any
// if unsafe is set). A fix is taken whole or not at all: one that overlaps a fix of an earlier finding is left for
// the next run.
func Fixes(l List, unsafe bool) map[string][]Edit {
	chosen := map[string][]Edit{}
	for _, d := range l {
		for _, f := range d.Fixes {
			if !f.Safe && !unsafe {
				continue
			}
			take(chosen, f)
			break
		}
	}
	return chosen
}

// take adds a fix's edits, each file's sorted by place, unless one of them is in the way of those chosen before.
func take(chosen map[string][]Edit, f Fix) {
	for _, e := range f.Edits {
		if e.Span.IsZero() {
			return
		}
		if _, clash := place(chosen[e.Span.File.Name], e); clash {
			return
		}
	}
	for _, e := range f.Edits {
		name := e.Span.File.Name
		edits := chosen[name]
		if i, _ := place(edits, e); !repeated(edits[:i], e) {
			chosen[name] = slices.Insert(edits, i, e)
		}
	}
}

// place is where an edit goes among sorted ones that don't overlap, and whether it overlaps one of them. The same
// edit again is no overlap.
func place(edits []Edit, e Edit) (i int, clash bool) {
	i, _ = slices.BinarySearchFunc(edits, e, func(a, b Edit) int {
		if c := cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End)); c != 0 {
			return c
		}
		return -1 // after its equals
	})
	if repeated(edits[:i], e) {
		return i, false
	}
	for _, j := range []int{i - 1, i} {
		if j < 0 || j >= len(edits) {
			continue
		}
		o := edits[j].Span
		same := o.Start == e.Span.Start && o.End == e.Span.End && o.Start < o.End
		if same || o.Start < e.Span.End && e.Span.Start < o.End {
			return i, true
		}
	}
	return i, false
}
