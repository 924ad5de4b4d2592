package backtest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	topKept  = 256 // values of a field that are counted at a time
	topShown = 5
	topText  = 256 // bytes of a value that are kept
)

// top counts the most frequent texts in bounded memory: the space-saving algorithm (Metwally, Agrawal and El Abbadi,
// "Efficient computation of frequent and top-k elements in data streams", 2005). While no more than topKept differ all
// counts are exact; beyond that a text that is new takes the place, and the count, of the rarest.
type top struct {
	of    map[string]*counted
	heap  []*counted // the rarest first, of those the oldest
	seq   int64
	lossy bool
	none  int64 // hits without a value
}

type counted struct {
	text       string
	count, err int64 // err is how much of count may be of others
	seq        int64
	at         int // in the heap
}

func newTop() *top { return &top{of: map[string]*counted{}} }

func (t *top) add(texts []string) {
	if len(texts) == 0 {
		t.none++
		return
	}
	for i, text := range texts {
		if !slices.Contains(texts[:min(i, 16)], text) { // a list that repeats itself is one hit all the same
			t.one(text)
		}
	}
}

func (t *top) one(text string) {
	if len(text) > topText {
		cut := topText
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	c := t.of[text]
	switch {
	case c != nil:
		c.count++
		t.down(c.at)
		return
	case len(t.heap) < topKept:
		c = &counted{at: len(t.heap)}
		t.heap = append(t.heap, c)
	default:
		c = t.heap[0]
		delete(t.of, c.text)
		c.err, t.lossy = c.count, true
	}
	t.seq++
	c.text, c.seq = strings.Clone(text), t.seq
	c.count++
	t.of[c.text] = c
	t.down(c.at)
	t.up(c.at)
}

func (t *top) less(i, j int) bool {
	a, b := t.heap[i], t.heap[j]
	return a.count < b.count || a.count == b.count && a.seq < b.seq
}

func (t *top) swap(i, j int) {
	t.heap[i], t.heap[j] = t.heap[j], t.heap[i]
	t.heap[i].at, t.heap[j].at = i, j
}

func (t *top) up(i int) {
	for i > 0 && t.less(i, (i-1)/2) {
		t.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (t *top) down(i int) {
	for {
		next := i
		for _, child := range []int{2*i + 1, 2*i + 2} {
			if child < len(t.heap) && t.less(child, next) {
				next = child
			}
		}
		if next == i {
			return
		}
		t.swap(i, next)
		i = next
	}
}

// most are the most frequent, of equal counts in order of their text.
func (t *top) most(n int) (list []TopValue, more bool) {
	all := slices.Clone(t.heap)
	slices.SortFunc(all, func(a, b *counted) int {
		if a.count != b.count {
			return int(min(max(b.count-a.count, -1), 1))
		}
		return strings.Compare(a.text, b.text)
	})
	for _, c := range all[:min(n, len(all))] {
		list = append(list, TopValue{strings.ToValidUTF8(c.text, "\ufffd"), c.count, c.err})
	}
	return list, len(all) > n || t.lossy
}
