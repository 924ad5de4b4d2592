package brief_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"detc/compiler/brief"
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

func joined(items []brief.Item) string {
	var s []string
	for _, i := range items {
		s = append(s, i.Text)
	}
	return strings.Join(s, "|")
}

// page makes a page of telemetry bullets.
func page(t *testing.T, bullets ...string) *brief.Brief {
	t.Helper()
	b, l := read(t, "page.txt", "TA0104: Execution\nLikely telemetry\n- "+strings.Join(bullets, "\n- ")+"\nDetection direction\n- Look at it.\n")
	if len(l) > 0 {
		t.Fatal(findings(l))
	}
	return b
}

func lock(t *testing.T, text string) *brief.Items {
	t.Helper()
	var l diag.List
	items := brief.LoadItems(source.NewFile("items.yaml", text), &l)
	if len(l) > 0 {
		t.Fatal(findings(l))
	}
	return items
}

const (
	shell   = "Commands typed into a shell of a host"
	shell2  = "Commands typed into a shell of a server"
	calls   = "Calls of the programming interface"
	project = "Projects copied to a controller"
	modes   = "Modes that a controller entered"
	other   = "Something else altogether, never seen before"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, new []string
		texts    bool // the old page is at hand
		want     string
	}{
		{"the same", []string{shell, calls}, []string{shell, calls}, false, "T1 reviewed, T2 reviewed"},
		{"another order", []string{shell, calls}, []string{calls, shell}, false, "T2 reviewed, T1 reviewed"},
		{"a new one at the end", []string{shell}, []string{shell, calls}, false, "T1 reviewed, T2 new"},
		{"a new one in front keeps the ids of the others", []string{shell, calls}, []string{modes, shell, calls}, false, "T3 new, T1 reviewed, T2 reviewed"},
		{"one gone", []string{shell, calls, modes}, []string{shell, modes}, false, "T1 reviewed, T3 reviewed, T2 gone"},
		{"a gone one's number is not given again", []string{shell, calls}, []string{shell, calls, modes}, false, "T1 reviewed, T2 reviewed, T3 new"},
		{"reworded, by its place", []string{shell, calls, modes}, []string{shell, other, modes}, false, "T1 reviewed, T2 changed?, T3 reviewed"},
		{"reworded, by its words", []string{shell, calls}, []string{shell2, calls}, true, "T1 changed, T2 reviewed"},
		{"replaced, by its words", []string{shell, calls}, []string{other, calls}, true, "T3 new, T2 reviewed, T1 gone"},
		{"one reworded and one new: the words tell", []string{shell, calls}, []string{other, shell2, calls}, true, "T3 new, T1 changed, T2 reviewed"},
		{"one reworded and one new: hashes can't tell", []string{shell, calls}, []string{other, shell2, calls}, false, "T3 new, T4 new, T2 reviewed, T1 gone"},
	} {
		old := page(t, c.old...)
		items := lock(t, string(brief.Accept(old, nil)))
		b := page(t, c.new...)
		var known []*brief.Brief
		if c.texts {
			known = append(known, old)
		}
		var got []string
		for _, k := range brief.Match(b, items, known...).Links {
			if id := strings.TrimPrefix(k.ID(), "TA0104/"); id != "D1" {
				mark := ""
				if k.State == brief.Changed && !k.Measured {
					mark = "?"
				}
				got = append(got, fmt.Sprintf("%s %s%s", id, k.State, mark))
			}
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWithoutALock(t *testing.T) {
	b := page(t, shell, calls)
	for _, items := range []*brief.Items{nil, lock(t, "tactic: TA0041\nitems: []\n")} {
		m := brief.Match(b, items)
		if m.Locked || m.Drift() || len(m.Of(brief.Unlocked)) != 3 || b.Items[1].ID != "TA0104/T2" {
			t.Errorf("%+v", m)
		}
	}
}

func TestReport(t *testing.T) {
	items := lock(t, string(brief.Accept(page(t, shell, calls, project), nil)))
	b := page(t, shell, project, modes)
	var l diag.List
	brief.Match(b, items).Report(&l)
	b = page(t, shell, other, project)
	brief.Match(b, items).Report(&l)
	const want = `DT5022 4:10: TA0104/T2 is no longer on the page | read the page, then run: detc brief accept page.txt --items items.yaml
DT5020 4:3: TA0104/T2 reads otherwise than when it was reviewed | read the page, then run: detc brief accept page.txt --items items.yaml
DT5021 5:3: TA0104/T4 is new: items.yaml doesn't have it | read the page, then run: detc brief accept page.txt --items items.yaml; then say there how it is answered
`
	if got := findings(l); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// Accepting a page keeps what was said before, and leaves no drift.
func TestAccept(t *testing.T) {
	h := brief.Hash
	items := lock(t, `# how each item is answered
tactic: TA0104
items:
  # the shells are forwarded by the jump hosts
  - {id: TA0104/T1, answered_by: visibility, hashes: [`+h(shell)+`, aaaaaaaaaaaaaaaa]}
  - {id: TA0104/T2, answered_by: rules, hashes: [`+h(calls)+`]}
  - {id: TA0104/T4, answered_by: rules, gone: true, hashes: ["1234567890123456"]}
  - {id: TA0104/D1, answered_by: properties, hashes: [`+h("Look at it.")+`]}
`)
	b := page(t, shell, project, modes)
	got := string(brief.Accept(b, items))
	want := `# how each item is answered
tactic: TA0104
items:
  # the shells are forwarded by the jump hosts
  - {id: TA0104/T1, answered_by: visibility, hashes: [` + h(shell) + `, aaaaaaaaaaaaaaaa]}
  - {id: TA0104/T2, answered_by: rules, gone: true, hashes: [` + h(calls) + `]}
  - {id: TA0104/T4, answered_by: rules, gone: true, hashes: ["1234567890123456"]}
  - {id: TA0104/T5, answered_by: rules, hashes: [` + h(project) + `]}
  - {id: TA0104/T6, answered_by: rules, hashes: [` + h(modes) + `]}
  - {id: TA0104/D1, answered_by: properties, hashes: [` + h("Look at it.") + `]}
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	again := lock(t, got)
	if m := brief.Match(page(t, shell, project, modes), again); m.Drift() {
		t.Errorf("drift after accept: %+v", m.Links)
	}
	if twice := string(brief.Accept(b, again)); twice != got {
		t.Errorf("accepting twice changes the file:\n%s", twice)
	}
}

func TestItemsFindings(t *testing.T) {
	const a, b = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"
	for _, c := range []struct{ name, entries, want string }{
		{"another tactic's", "- {id: TA0041/T1, answered_by: rules, hashes: [" + a + "]}", "DT5023 3:8: TA0041/T1 is no item of TA0104\n"},
		{"an id twice", "- {id: TA0104/T1, answered_by: rules, hashes: [" + a + "]}\n- {id: TA0104/T1, answered_by: rules, hashes: [" + b + "]}", "DT5024 4:8: TA0104/T1 stands twice\n"},
		{"a hash twice", "- {id: TA0104/T1, answered_by: rules, hashes: [" + a + "]}\n- {id: TA0104/T2, answered_by: rules, hashes: [" + a + "]}", "DT5025 4:48: the hash is TA0104/T1's already\n"},
		{"a word that is none", "- {id: TA0104/T1, answered_by: rule, hashes: [" + a + "]}", `DT1005 3:32: answered_by can't be "rule" | did you mean "rules"?` + "\n"},
	} {
		var l diag.List
		brief.LoadItems(source.NewFile("items.yaml", "tactic: TA0104\nitems:\n"+c.entries+"\n"), &l)
		if got := findings(l); got != c.want {
			t.Errorf("%s: got %swant %s", c.name, got, c.want)
		}
	}
	if s := form.Schema(reflect.TypeFor[brief.ItemsFile](), "items", "items"); s["required"] == nil {
		t.Error("no schema")
	}
}

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, new []string
		want     string
	}{
		{"none", []string{shell, calls}, []string{shell, calls}, ""},
		{"added", []string{shell}, []string{shell, calls}, "added T2"},
		{"removed", []string{shell, calls}, []string{calls}, "removed T1"},
		{"reworded", []string{shell, calls}, []string{shell2, calls}, "reworded T1-T1"},
		{"moved", []string{shell, calls, modes}, []string{calls, modes, shell}, "moved T1-T3"},
		{"replaced", []string{shell, calls}, []string{other, calls}, "removed T1, added T1"},
	} {
		var got []string
		for _, d := range brief.Diff(page(t, c.old...), page(t, c.new...)) {
			s := string(d.What) + " "
			for n, i := range []*brief.Item{d.Old, d.New} {
				if i != nil {
					if n == 1 && d.Old != nil {
						s += "-"
					}
					s += strings.TrimPrefix(i.ID, "TA0104/")
				}
			}
			got = append(got, s)
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestHash(t *testing.T) {
	// sha256("Who's there - \"now\"") begins so; computed outside of this program.
	const want = "c63d029351601e9c"
	for _, s := range []string{"Who's there - \"now\"", "Who’s there — “now”", "  Who's\u00A0there\t–\r\n \"now\" ", "Who\u2019s\u200B there ‑ „now‟"} {
		if got := brief.Hash(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}
