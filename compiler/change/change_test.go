package change

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
	"detc/compiler/witness"
)

var testFields = []ir.Field{
	{Name: "mode", Type: ir.String}, {Name: "user", Type: ir.String}, {Name: "path", Type: ir.String, Cased: true},
	{Name: "ip", Type: ir.IP}, {Name: "port", Type: ir.Int}, {Name: "ts", Type: ir.Timestamp},
}

func where(t testing.TB, text string) ir.Expr {
	t.Helper()
	e, err := ir.Parse(source.NewFile("in", text), irtest.Resolver(testFields))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return ir.Normalize(e)
}

// rule is a rule by a name, with a condition.
func rule(t testing.TB, name, text string) *Rule {
	return &Rule{Form: Stub, Name: name, ID: "id-" + name, Title: name, Level: "high",
		File: source.NewFile(name+".yaml", text), Where: where(t, text)}
}

func compared(old, new *Rule) *RuleChange {
	r := Compare(&Set{Rules: []*Rule{old}}, &Set{Rules: []*Rule{new}}, Options{Jobs: 2})
	if len(r.Rules) == 0 {
		return &RuleChange{}
	}
	return &r.Rules[0]
}

// edits are a meaning's edits as short lines.
func edits(m *Meaning) string {
	var out []string
	for _, e := range m.Edits {
		s := e.What + " " + e.Clause
		if e.In != "" {
			s = e.In + ": " + s
		}
		if e.Was != "" {
			s += " was " + e.Was
		}
		for _, v := range e.Added {
			s += " +" + v
		}
		for _, v := range e.Removed {
			s += " -" + v
		}
		if e.Effect != "" {
			s += " (" + e.Effect + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestDirection(t *testing.T) {
	for _, c := range []struct {
		old, new string
		want     Direction
		edits    string
	}{
		{`mode in {"stop", "hold"}`, `mode in {"stop", "hold", "test"}`, Wider, `changed mode +"test" (wider)`},
		{`opens: mode = "stop" & exists(ip)`, `opens: mode in {"stop", "hold"} & exists(ip)`, Wider, `opens: changed mode +"hold" (wider)`},
		{`mode = "stop"`, `mode = "stop" & port = 1`, Narrower, `added port = 1 (narrower)`},
		{`mode = "stop" & port = 1`, `port = 1`, Wider, `removed mode = "stop" (wider)`},
		{`mode = "stop" | port = 1`, `port = 1`, Narrower, `removed mode = "stop" (narrower)`},
		{`mode = "stop" & !(user in {"a", "b"})`, `mode = "stop" & !(user = "a")`, Wider, `changed user -"b" (wider)`},
		{`mode = "stop" & !(user = "a")`, `mode = "stop" & !(user in {"a", "b"})`, Narrower, `changed user +"b" (narrower)`},
		{`mode in {"stop", "hold"} & port = 1`, `mode in {"stop", "test"} & port = 1`, Both, `changed mode +"test" -"hold"`},
		{`port > 10`, `port > 5`, Wider, `changed port > 5 was port > 10 (wider)`},
		{`path contains "/data" cased`, `path startswith "/data" cased`, Narrower, `changed path startswith "/data" cased was path contains "/data" cased (narrower)`},
		{`user contains "abc"`, `user contains "ab"`, Wider, `changed user contains +"ab" -"abc" (wider)`},
		{`ip in net 10.0.0.0/8`, `ip in net 10.1.0.0/16`, Narrower, ``},
		{`mode = "stop" & !(ip in context hosts/1)`, `mode = "stop" & exists(ip) & !(ip in context hosts/1)`, Narrower, `added exists(ip) (narrower)`},
		{`ip in context hosts/1`, `ip in context hosts/2`, Unknown, ``}, // two versions are two tables; both can't be told by name
		{`mode = "stop" & (mode = "stop" | port = 1)`, `mode = "stop"`, Equivalent, ``},
		{`!(mode = "a" | port = 1)`, `!(mode = "a") & !(port = 1)`, Same, ``}, // De Morgan
		{`mode = "a" & port = 1`, `port = 1 & mode = "a"`, Same, ``},
		{`listed: mode = "a" & port = 1`, `known: mode = "a" & port = 1`, Same, `renamed known was listed`},
		{`mode = "STOP"`, `mode = "stop"`, Same, ``}, // case folds
		{`path = "A" cased`, `path = "a" cased`, Both, `changed path +"a" -"A"`},
	} {
		m := compared(rule(t, "r", c.old), rule(t, "r", c.new)).Meaning
		if m == nil {
			t.Errorf("%s → %s: nothing was noticed", c.old, c.new)
			continue
		}
		if m.Direction != c.want {
			t.Errorf("%s → %s: %s (%s), want %s", c.old, c.new, m.Direction, m.Reason, c.want)
		}
		if got := edits(m); c.edits != "" && got != c.edits {
			t.Errorf("%s → %s\n got %s\nwant %s", c.old, c.new, got, c.edits)
		}
		if gains := m.Direction == Wider || m.Direction == Both; gains != (m.Gained != nil) {
			t.Errorf("%s → %s is %s, with the event %v", c.old, c.new, m.Direction, m.Gained)
		}
		if loses := m.Direction == Narrower || m.Direction == Both; loses != (m.Lost != nil) {
			t.Errorf("%s → %s is %s, with the event %v", c.old, c.new, m.Direction, m.Lost)
		}
	}
}

// A rule that is the same, whatever the spelling of its file, is counted and no more.
func TestUnchanged(t *testing.T) {
	old, new := rule(t, "r", `mode in {"a", "b"}`), rule(t, "r", `mode in {"b", "a"}`)
	r := Compare(&Set{Rules: []*Rule{old}}, &Set{Rules: []*Rule{new}, Unread: 3}, Options{})
	if len(r.Rules) != 0 || r.Totals.Unchanged != 4 {
		t.Errorf("%d changes, %d unchanged", len(r.Rules), r.Totals.Unchanged)
	}
}

// The event says why: which clause decides on each side.
func TestWitnessSaysWhy(t *testing.T) {
	m := compared(rule(t, "r", `mode = "stop" & exists(ip)`), rule(t, "r", `mode in {"stop", "test"} & exists(ip)`)).Meaning
	w := m.Gained
	if w == nil || w.From != "generated" || len(w.Event) != 2 || w.Event[1] != (FieldValue{"mode", "test"}) && w.Event[0] != (FieldValue{"ip", "192.0.2.10"}) {
		t.Fatalf("%+v", w)
	}
	if !strings.HasPrefix(w.Base, `does not match: mode = "stop" is false`) || !strings.HasPrefix(w.Head, `matches: mode in {"stop", "test"} is true`) {
		t.Errorf("%s\n%s", w.Base, w.Head)
	}
}

func TestMatching(t *testing.T) {
	at := func(name, id, file string) *Rule {
		return &Rule{Form: Stub, Name: name, ID: id, File: source.NewFile(file, name), Where: where(t, `mode = "a"`)}
	}
	old := []*Rule{at("kept", "1", "kept.yaml"), at("named", "2", "named.yaml"), at("placed", "3", "placed.yaml"), at("gone", "4", "gone.yaml"), at("moved", "5", "a/moved.yaml")}
	new := []*Rule{at("other", "1", "kept.yaml"), at("named", "22", "named.yaml"), at("place", "33", "placed.yaml"), at("new", "6", "new.yaml"), at("moved", "5", "b/moved.yaml")}
	r := Compare(&Set{Rules: old}, &Set{Rules: new}, Options{Jobs: 1})
	got := map[string]string{}
	for _, c := range r.Rules {
		got[c.Rule] = strings.Join(c.What, " ")
	}
	want := map[string]string{"other": Renamed, "place": Renamed, "gone": Removed, "new": Added, "moved": Moved}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if r.Totals.Unchanged != 1 || r.Totals.Added != 1 || r.Totals.Removed != 1 || r.Totals.Changed != 3 {
		t.Errorf("%+v", r.Totals)
	}
}

// Who says that a rule is wider only has proved it: no event that can be made matches the old and not the new.
func TestWiderOnlyIsWiderOnly(t *testing.T) {
	told := map[Direction]int{}
	rapid.Check(t, func(t *rapid.T) {
		all := irtest.Fields()
		old := ir.Normalize(irtest.Expr(all).Draw(t, "old"))
		new := ir.Normalize(irtest.Expr(all).Draw(t, "new"))
		switch rapid.IntRange(0, 3).Draw(t, "related") {
		case 0:
			new = ir.Normalize(&ir.Or{Args: []ir.Expr{old, new}})
		case 1:
			new = ir.Normalize(&ir.And{Args: []ir.Expr{old, new}})
		}
		if ir.Equal(old, new) {
			return
		}
		m := compareConditions(question{old: old, new: new})
		told[m.Direction]++
		proved := !strings.Contains(m.Reason, "proves nothing")
		never := map[Direction]func(a, b bool) bool{
			Wider: func(a, b bool) bool { return proved && a && !b }, Narrower: func(a, b bool) bool { return proved && b && !a },
			Equivalent: func(a, b bool) bool { return a != b },
		}[m.Direction]
		for _, e := range []ir.Expr{old, new, only(old, new), only(new, old)} {
			ws, _ := witness.Generate(e, witness.Options{Max: 80})
			for i := range ws {
				ev := ws[i].Event()
				a, b := eval.Match(old, ev, ws[i].Tables), eval.Match(new, ev, ws[i].Tables)
				if never != nil && never(a, b) {
					t.Fatalf("%s → %s is told to be %s (%s), and on %v base says %t, head %t", ir.Text(old), ir.Text(new), m.Direction, m.Reason, ws[i].Values, a, b)
				}
			}
		}
	})
	for _, d := range []Direction{Wider, Narrower, Both} {
		if told[d] == 0 {
			t.Errorf("nothing was %s: %v", d, told)
		}
	}
}

// What is edited is all that differs: with no edit the two are equal.
func TestEditsAreNeverMissing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := irtest.Fields()
		old, new := ir.Normalize(irtest.Expr(all).Draw(t, "old")), ir.Normalize(irtest.Expr(all).Draw(t, "new"))
		unnamed := slices.DeleteFunc(diffExprs(old, new), func(e Edit) bool { return e.What == Renamed })
		if (len(unnamed) == 0) != ir.Equal(old, new) {
			t.Fatalf("%s → %s\nhas the edits %v", ir.Text(old), ir.Text(new), unnamed)
		}
	})
}

func TestProperties(t *testing.T) {
	parse := func(text string) []Property {
		docs, err := source.ParseYAML(source.NewFile("in", text))
		if err != nil {
			t.Fatal(err)
		}
		return Properties(docs[0], "name")
	}
	old := parse("name: a\nlevel: high\ntags: [A, B]\nalert:\n  suppress: {by: [x, y], for: 1h}\nrunbook: r\nrelated:\n  - {id: '1', type: derived}\n")
	new := parse("name: b\nlevel: low\ntags: [B, C]\nalert:\n  suppress: {by: [y, x], for: 1h}\nrelated:\n  - {id: '1', type: merged}\nextra: 5\n")
	var got []string
	for _, c := range compareProperties(old, new) {
		got = append(got, fmt.Sprintf("%s %q→%q +%v -%v %t", c.Key, c.Old, c.New, c.Added, c.Removed, c.Reordered))
	}
	want := []string{`level "high"→"low" +[] -[] false`, `tags ""→"" +[C] -[A] false`, `alert.suppress.by ""→"" +[] -[] true`,
		`related[1].type "derived"→"merged" +[] -[] false`, `extra ""→"5" +[] -[] false`, `runbook "r"→"" +[] -[] false`}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
