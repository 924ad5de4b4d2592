package brief

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/source"
)

// Accept writes the lock under which the page has no drift: the items.yaml text. What was said before stays: how an
// item is answered, the hashes of other publications, ids of items that are gone, comments above an entry and at the
// head of the file. A new item is answered as most of its kind are, until someone says otherwise. Pass what Match would
// take; b's items get the ids that are written. Same input, same bytes.
func Accept(b *Brief, items *Items, known ...*Brief) []byte {
	m := Match(b, items, known...)
	if !m.Locked {
		items = nil
	}
	entries := make([]entry, 0, len(m.Links))
	for _, k := range m.Links {
		entries = append(entries, newEntry(k))
	}
	if items != nil {
		for i := range items.Items {
			lock := &items.Items[i]
			if _, there := m.Link(lock.ID.Value); !there { // gone before
				entries = append(entries, newEntry(Link{Lock: lock, State: Gone}))
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds(), a.kind), slices.Index(Kinds(), b.kind)), cmp.Compare(a.number, b.number))
	})
	var out strings.Builder
	if items != nil {
		out.WriteString(commentAbove(items.File, 0))
	}
	out.WriteString("tactic: " + b.Tactic.ID + "\nitems:\n")
	for _, e := range entries {
		out.WriteString(e.comment)
		out.WriteString(e.line)
	}
	if len(entries) == 0 {
		return []byte(strings.Replace(out.String(), "items:\n", "items: []\n", 1))
	}
	return []byte(out.String())
}

type entry struct {
	kind          Kind
	number        int
	comment, line string
}

func newEntry(k Link) entry {
	var e entry
	var hashes []string
	answered := ""
	if k.Lock != nil {
		e.kind, e.number = k.Lock.parse()
		answered = k.Lock.AnsweredBy.Value
		for _, h := range k.Lock.Hashes {
			hashes = append(hashes, h.Value)
		}
		e.comment = commentAbove(k.Lock.ID.Whole.File, k.Lock.ID.Whole.Start)
	}
	if k.Item != nil {
		e.kind, e.number = k.Item.Kind, k.Item.Ordinal
		if !slices.Contains(hashes, k.Item.Hash) {
			hashes = append(hashes, k.Item.Hash)
		}
	}
	if answered == "" {
		answered = usual(e.kind)
	}
	for i := range hashes {
		hashes[i] = scalar(hashes[i])
	}
	gone := ""
	if k.State == Gone {
		gone = "gone: true, "
	}
	e.line = "  - {id: " + k.ID() + ", answered_by: " + answered + ", " + gone + "hashes: [" + strings.Join(hashes, ", ") + "]}\n"
	return e
}

// usual is how most items of a kind are answered.
func usual(k Kind) string {
	if k == Mitigation {
		return ByMitigation
	}
	return ByRules
}

// scalar quotes a hash that YAML would read as a number.
func scalar(hash string) string {
	if _, err := strconv.ParseFloat(hash, 64); err == nil || strings.HasPrefix(hash, "0b") {
		return strconv.Quote(hash)
	}
	return hash
}

// commentAbove is the run of comment lines right above the line of an offset; above offset 0's, those at the head of
// the file.
func commentAbove(f *source.File, offset int) string {
	if f == nil {
		return ""
	}
	var lines []string
	if offset == 0 {
		for n := 1; n <= f.Lines(); n++ {
			line, _ := f.Line(n)
			if !strings.HasPrefix(line, "#") {
				break
			}
			lines = append(lines, line)
		}
	} else {
		for n := f.Position(offset).Line - 1; n > 0; n-- {
			line, _ := f.Line(n)
			if !strings.HasPrefix(strings.TrimSpace(line), "#") {
				break
			}
			lines = append(lines, "  "+strings.TrimSpace(line))
		}
		slices.Reverse(lines)
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}
