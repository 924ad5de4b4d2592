package condition

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// tally counts, of one construct, the pairs of a condition and an event on which all opinions agreed.
type tally struct{ yes, no int }

// TestOpinionsAgree is the law: of any condition and any event, cel-go on the elaborated CEL says what eval says of the
// IR, lowered and normalised. Each atom is judged by itself, too, so that what is never true, or never false, shows.
//
// 100 checks are the ordinary run; -rapid.checks=4000 is a million pairs.
func TestOpinionsAgree(t *testing.T) {
	const conditionsEach, eventsEach = 4, 24
	seen := map[string]*tally{}
	count := func(name string, yes bool) {
		c := seen[name]
		if c == nil {
			c = &tally{}
			seen[name] = c
		}
		if yes {
			c.yes++
		} else {
			c.no++
		}
	}
	pairs := 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWriter(t)
		s := w.scope()
		var atoms []string
		var judged []opinions
		var names []map[string]bool
		for _, construct := range w.some(5) {
			w.used = map[string]bool{construct: true}
			text := w.atom(construct)
			atoms, judged, names = append(atoms, text), append(judged, elaborated(t, s, text)), append(names, w.used)
		}
		lets := []LetText{{"m", literal(atoms[0])}, {"let_1", literal("!m || " + atoms[1])}}
		for range conditionsEach {
			w.used = map[string]bool{}
			text := w.condition(atoms, []string{"m", "let_1"}, 4)
			judged, names = append(judged, elaborated(t, s, text, lets...)), append(names, w.used)
		}
		for range eventsEach {
			ev := w.event()
			for i, o := range judged {
				yes := o.judge(t, ev, w.site)
				pairs++
				for name := range names[i] {
					count(name, yes)
				}
			}
		}
	})
	var b strings.Builder
	for _, name := range sorted(seen) {
		fmt.Fprintf(&b, "%-28s %8d true %8d false\n", name, seen[name].yes, seen[name].no)
	}
	t.Logf("%d pairs of a condition and an event, by construct:\n%s", pairs, b.String())
	if t.Failed() {
		return
	}
	for _, name := range append([]string{"!", "&&", "||", "?:", "let", "raw text"}, constructs...) {
		if c := seen[name]; c == nil || c.yes == 0 || c.no == 0 {
			t.Errorf("%s was not seen both true and false", name)
		}
	}
	if pairs < 20_000 {
		t.Errorf("only %d pairs", pairs)
	}
}
