package drift_test

import (
	"fmt"
	"strings"
	"testing"

	"detc/compiler/brief"
	"detc/compiler/diag"
	"detc/compiler/drift"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/telemetry"
)

const oldPage = `TA0104: Execution
Likely telemetry
- Commands typed into a shell on an engineering station
- Records of a controller leaving one operating mode
Detection direction
- Hold each command against the list of hosts that may send it.
- Look for discovery and alarm suppression in the hours around it.
`

func page(t *testing.T, name, text string) *brief.Brief {
	t.Helper()
	var l diag.List
	b := brief.Read(source.NewFile(name, text), carried(t), &l)
	if l.HasErrors() {
		t.Fatal(listed(l))
	}
	return b
}

// who names items: two rules and a schema.
func named(t *testing.T) drift.Known {
	var l diag.List
	schema := telemetry.Read(source.NewFile("modes.yaml", `id: ot.mode_change
title: A controller changed its operating mode
serves: [TA0104/T2]
logsource: {category: mode_change, product: ics}
time: ts
fields:
  ts: {type: timestamp, doc: when}
sources: []
`), &l)
	if schema == nil {
		t.Fatal(listed(l))
	}
	return drift.Known{Schemas: []*telemetry.Schema{schema}, Stubs: []*stub.Stub{
		stubOf(t, "a.yaml", "tags: [TA0104]\ntelemetry: ot.mode_change\ncovers: [TA0104/D1]\n"),
		stubOf(t, "b.yaml", "tags: [TA0104]\ntelemetry: ot.other\ncovers: [TA0104/D1, TA0104/D2]\n"),
	}}
}

func reviewed(t *testing.T, k drift.Known, old, new string) (string, bool) {
	t.Helper()
	before := page(t, "old.txt", old)
	ids := fmt.Sprint(before.Items)
	changes := brief.Diff(before, page(t, "new.txt", new))
	links, known := k.Review(before, changes)
	if fmt.Sprint(before.Items) != ids {
		t.Error("the page was changed")
	}
	var out []string
	for _, l := range links {
		for _, m := range l {
			out = append(out, fmt.Sprintf("%s:%d %s %s", m.File, m.Line, m.How, m.Item))
		}
	}
	return strings.Join(out, ", "), known
}

// Of what was reworded or removed all who name it are asked for; of what moved or was added nobody.
func TestReview(t *testing.T) {
	k := named(t)
	swap := func(old, new string) string { return strings.Replace(oldPage, old, new, 1) }
	first, second := "- Commands typed into a shell on an engineering station\n", "- Records of a controller leaving one operating mode\n"
	for name, test := range map[string]struct{ page, want string }{
		"nothing":              {oldPage, ""},
		"a direction reworded": {swap("that may send it", "which may send it"), "a.yaml:4 covers TA0104/D1, b.yaml:4 covers TA0104/D1"},
		"a direction removed":  {swap("- Look for discovery and alarm suppression in the hours around it.\n", ""), "b.yaml:4 covers TA0104/D2"},
		"telemetry reworded":   {swap("leaving one", "that leaves one"), "a.yaml:3 telemetry TA0104/T2, modes.yaml:3 serves TA0104/T2"},
		"what nobody names":    {swap("typed into", "entered in"), ""},
		"an addition":          {swap(second, second+"- Files of a project that was loaded\n"), ""},
		"another order":        {swap(first+second, second+first), ""},
	} {
		if got, known := reviewed(t, k, oldPage, test.page); got != test.want || !known {
			t.Errorf("%s (%v):\n got %s\nwant %s", name, known, got, test.want)
		}
	}
}

// The lock says which item is which: a page with the bullets in another order has the same ids in it, and a page that
// nobody has reviewed has none.
func TestReviewByTheLock(t *testing.T) {
	k := named(t)
	var l diag.List
	lock := brief.Accept(page(t, "old.txt", oldPage), nil)
	k.Items = brief.LoadItems(source.NewFile("items.yaml", string(lock)), &l)
	k.Brief = page(t, "brief.txt", oldPage)
	head := "TA0104: Execution\nLikely telemetry\n- Commands typed into a shell on an engineering station\n"
	turned := head + `Detection direction
- Look for discovery and alarm suppression in the hours around it.
- Hold each command against the list of hosts that may send it.
`
	if got, known := reviewed(t, k, turned, strings.Replace(turned, "- Look for discovery and alarm suppression in the hours around it.\n", "", 1)); got != "b.yaml:4 covers TA0104/D2" || !known {
		t.Errorf("%v: %s", known, got)
	}
	head = "TA0104: Execution\nLikely telemetry\n- Wool.\n- Fur.\n- Feathers.\n"
	strange := head + "Detection direction\n- Count sheep, slowly.\n- Feed cats.\n"
	if got, known := reviewed(t, k, strange, head+"Detection direction\n- Feed cats.\n"); got != "" || known {
		t.Errorf("a page that nobody reviewed: %v, %s", known, got)
	}
}
