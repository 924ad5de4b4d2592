package visibility

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/diag"
	"detc/compiler/source"
)

const today = "2026-11-22"

var testKnown = Known{
	"zeek.modes":     {Schema: "ot.mode_change", Title: "Zeek modes", Domains: []string{ICS}, Fields: []string{"ts", "src_ip", "new_mode"}},
	"zeek.programs":  {Schema: "ot.program_transfer", Title: "Zeek programs", Domains: []string{ICS}, Fields: []string{"ts", "src_ip"}},
	"windows.sysmon": {Schema: "ot.process_creation", Title: "Sysmon, process creation", Domains: []string{ICS}, Fields: []string{"ts"}},
	"linux.sysmon":   {Schema: "ot.process_creation", Title: "Sysmon for Linux, process creation", Domains: []string{ICS}, Fields: []string{"ts"}},
	"intune.devices": {Schema: "mobile.device_state", Title: "Intune", Domains: []string{Mobile}, Fields: []string{"ts"}},
}

const testInventory = `title: A plant
owner: OT engineering
as_of: 2026-11-20
scopes:
  - {class: controller, known: 40, enrolled: 40, reporting: 38, attributable: 38}
  - {class: hmi, known: 10, enrolled: 9, not_applicable: {TA0104/T5: {reason: no modes, owner: OT engineering}}}
  - {population: corporate_managed, platform: android, known: 100}
`

func inventory(t *testing.T, text string) *Inventory {
	t.Helper()
	var l diag.List
	inv := ReadInventory(source.NewFile("inventory.yaml", text), today, &l)
	if len(l) > 0 || inv == nil {
		t.Fatal(short(l))
	}
	return inv
}

func visible(t *testing.T, text string) (*Visible, diag.List) {
	t.Helper()
	var l diag.List
	v := Read(source.NewFile("visibility.yaml", "title: t\nowner: o\n"+text), inventory(t, testInventory), testKnown, today, &l)
	if v == nil {
		t.Fatal(short(l))
	}
	return v, l
}

const shown = "evidence: [{what: a query, date: 2026-11-20, by: OT engineering}]"

// statement is one in flow form, with evidence.
func statement(keys string) string { return "sources:\n  - {" + keys + ", " + shown + "}\n" }

func TestInventory(t *testing.T) {
	inv := inventory(t, testInventory)
	var out []string
	for i := range inv.Scopes {
		for _, s := range inv.Scopes[i].Funnel() {
			out = append(out, fmt.Sprintf("%s %d/%d %t", s.Name, s.N, s.Of, s.Ok))
		}
	}
	const want = "known 40/40 true enrolled 40/40 true reporting 38/40 true attributable 38/40 true " +
		"known 10/10 true enrolled 9/10 true reporting 0/10 false attributable 0/10 false " +
		"known 100/100 true enrolled 0/100 false reporting 0/100 false attributable 0/100 false"
	if got := strings.Join(out, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// What is written is read back the same.
	again := inventory(t, string(inv.YAML("")))
	if a, b := string(inv.YAML("")), string(again.YAML("")); a != b {
		t.Errorf("%s\nand\n%s", a, b)
	}
}

func TestInventoryFindings(t *testing.T) {
	const head = "title: t\nowner: o\nas_of: 2026-11-20\nscopes:\n"
	for text, want := range map[string]string{
		"  - {class: controller, known: 40, reporting: 41}\n":                    `DT8208 "41" controller: 41 are reporting, and 40 known`,
		"  - {class: controller, known: -1}\n":                                   `DT8206 "-1" known can't be -1`,
		"  - {class: controller, known: 4}\n  - {class: controller, known: 4}\n": `DT8202 "controller" the scope controller stands twice`,
		"  - {class: controller, platform: ios, known: 4}\n":                     `DT8201 "{class: controller, platform: ios, known: 4}" a scope is a class, or a population on a platform`,
		"  - {population: offline, known: 4}\n":                                  `DT8201 "{population: offline, known: 4}" a scope is a class, or a population on a platform`,
		"  - {class: controler, known: 4}\n":                                     `DT1005 "controler" class can't be "controler"` + "\n" + `DT8201 "{class: controler, known: 4}" a scope is a class, or a population on a platform`,
		"  - {class: hmi, known: 4, not_applicable: {TA0104/T5: {owner: o}}}\n":  `DT1003 "" not_applicable.TA0104/T5 has no "reason"`,
	} {
		var l diag.List
		ReadInventory(source.NewFile("i", head+text), today, &l)
		if got := told(l); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
	var l diag.List
	if inv := ReadInventory(source.NewFile("i", strings.Replace(head, "2026-11-20", "2027-01-01", 1)+"  []\n"), today, &l); told(l) != `DT8205 "2027-01-01" as_of lies in the future: today is 2026-11-22` || inv.AsOf != "" {
		t.Error(told(l))
	}
}

func told(l diag.List) string {
	var out []string
	for _, d := range l {
		out = append(out, fmt.Sprintf("%s %q %s", d.Code, d.Span.Text(), d.Message))
	}
	return strings.Join(out, "\n")
}

// The three kinds of what is not there, and the others, are different things.
func TestGaps(t *testing.T) {
	for keys, want := range map[string]Gap{
		"logged: false":                                                    NotLogged,
		"logged: true, forwarded: false":                                   NotForwarded,
		"logged: true, forwarded: true, parsed: false":                     NotParsed,
		"logged: true, forwarded: true":                                    Unstated,
		"parsed: true":                                                     Unstated,
		"logged: true, forwarded: true, parsed: true":                      Unstated, // of how many devices?
		"logged: true, forwarded: true, parsed: true, devices: {seen: 40}": Unstated, // with which fields?
		"logged: true, forwarded: true, parsed: true, devices: {seen: 35}, completeness: 1":                                     FewDevices,
		"logged: true, forwarded: true, parsed: true, devices: {seen: 36}, completeness: 1":                                     NoGap,
		"logged: true, forwarded: true, parsed: true, devices: {seen: 10, of: 10}, completeness: 1":                             FewDevices, // the inventory knows 40
		"logged: true, forwarded: true, parsed: true, devices: {at_least: 0.9}, completeness: 0.94":                             FewFields,
		"logged: true, forwarded: true, parsed: true, devices: {at_least: 0.9}, records: 10, fields: {src_ip: 9, new_mode: 10}": FewFields,
		"logged: true, forwarded: true, parsed: true, devices: {at_least: 0.9}, records: 10, fields: {new_mode: 10}":            Unstated,
		"logged: true, forwarded: true, parsed: true, devices: {seen: 40}, completeness: 1, last_seen: 2026-11-14":              Stale,
		"logged: true, forwarded: true, parsed: true, devices: {seen: 40}, completeness: 1, last_seen: 2026-11-15":              NoGap,
	} {
		v, l := visible(t, statement("source: zeek.modes, scope: controller, "+keys))
		if len(l) > 0 || len(v.Rows) != 1 {
			t.Errorf("%s: %s", keys, told(l))
			continue
		}
		if got := v.Rows[0].Gap(today, []string{"src_ip"}); got != want {
			t.Errorf("%s: %q, not %q", keys, got, want)
		}
	}
}

// Evidence ages, and what nobody showed was never there.
func TestEvidence(t *testing.T) {
	good := "source: zeek.modes, scope: controller, logged: true, forwarded: true, parsed: true, devices: {seen: 40}, completeness: 1"
	v, l := visible(t, "sources:\n  - {"+good+"}\n")
	if v.Rows[0].Gap(today, nil) != Unstated || told(l) != `DT8204 "zeek.modes" nothing shows what is said of zeek.modes` {
		t.Errorf("%s %s", v.Rows[0].Gap(today, nil), told(l))
	}
	v, l = visible(t, "sources:\n  - {"+good+", evidence: [{what: a, date: 2026-12-24, by: b}]}\n")
	if v.Rows[0].Gap(today, nil) != Unstated || told(l) != `DT8205 "2026-12-24" the evidence lies in the future: today is 2026-11-22` {
		t.Errorf("%s %s", v.Rows[0].Gap(today, nil), told(l))
	}
	v, _ = visible(t, statement(good+", last_seen: 2026-11-22"))
	if got := v.Rows[0].LastSeen; got != "2026-11-20" {
		t.Errorf("seen on %s, and nobody looked after 2026-11-20", got)
	}
	if v.Rows[0].Gap("2026-11-27", nil) != NoGap || v.Rows[0].Gap("2026-11-28", nil) != Stale || v.Rows[0].Gap("", nil) != Stale {
		t.Error("seven days, and no day more")
	}
}

func TestVisibilityFindings(t *testing.T) {
	for keys, want := range map[string]string{
		"source: zeek.mode, scope: controller":                                     `DT8200 "zeek.mode" there is no source "zeek.mode"`,
		"source: zeek.modes, scope: controler":                                     `DT8201 "controler" there is no scope "controler"`,
		"source: zeek.modes, scope: historian":                                     `DT8201 "historian" the inventory has no scope historian`,
		"source: zeek.modes, scope: corporate_managed/android":                     `DT8210 "corporate_managed/android" zeek.modes is of ics-attack, and corporate_managed/android of mobile-attack`,
		"source: zeek.modes, scope: [hmi, hmi]":                                    `DT8202 "hmi" zeek.modes in hmi is said twice`,
		"source: zeek.modes, scope: hmi, logged: false, forwarded: true":           `DT8203 "true" zeek.modes is forwarded, and not logged`,
		"source: zeek.modes, scope: hmi, forwarded: false, parsed: true":           `DT8203 "true" zeek.modes is parsed, and not forwarded`,
		"source: zeek.modes, scope: hmi, devices: {seen: 11, of: 10}":              `DT8206 "11" devices: 11 of 10`,
		"source: zeek.modes, scope: hmi, completeness: 1.5":                        `DT8206 "1.5" a share is from 0 to 1, not 1.5`,
		"source: zeek.modes, scope: hmi, records: 5, complete: 6":                  `DT8206 "6" complete: 6 of 5`,
		"source: zeek.modes, scope: hmi, records: 5, fields: {sorce: 5}":           `DT8200 "sorce" zeek.modes has no field "sorce"`,
		"source: zeek.modes, scope: [hmi, controller], devices: {seen: 3}":         `DT8209 "{seen: 3}" one count of devices for 2 scopes`,
		"source: zeek.modes, scope: hmi, since: 2026-11-20, last_seen: 2026-11-01": `DT8205 "2026-11-20" the first day, 2026-11-20, lies after the last, 2026-11-01`,
		"source: zeek.modes, scope: hmi, last_seen: 2026-11-23":                    `DT8205 "2026-11-23" last_seen lies in the future: today is 2026-11-22`,
	} {
		if _, l := visible(t, statement(keys)); told(l) != want {
			t.Errorf("%s\ngot  %s\nwant %s", keys, told(l), want)
		}
	}
}

func observed() *Observed {
	return &Observed{Digest: strings.Repeat("ab", 32), Logs: 2, Records: 100, Sources: []Sighting{{Source: "zeek.modes", Records: 50, Dated: 50,
		From: "2026-11-01", To: "2026-11-21", Devices: 41, Scopes: map[string]int{"controller": 37, "hmi": 1}, Fields: map[string]int{"src_ip": 50, "new_mode": 40, "ts": 50}}}}
}

func TestObservedIsWrittenBesideStatements(t *testing.T) {
	const own = "# ours\ntitle: t # kept\nowner: o\nobserved: {digest: x, logs: 1, records: 1}\n# behind it\n"
	text := WithObserved(own, observed(), "", "")
	if !strings.HasPrefix(text, "# ours\ntitle: t # kept\nowner: o\nobserved:") || !strings.HasSuffix(text, "# behind it\n") || strings.Contains(text, "digest: x") {
		t.Error(text)
	}
	if again := WithObserved(text, observed(), "", ""); again != text {
		t.Errorf("written twice it differs:\n%s", again)
	}
	var l diag.List
	v := Read(source.NewFile("v", WithObserved("", observed(), "a: b", "o")), inventory(t, testInventory), testKnown, today, &l)
	if len(l) > 0 || v == nil || v.Title != "a: b" {
		t.Fatal(told(l))
	}
	row, _ := v.Merged("zeek.modes", "controller")
	if !row.Observed || row.Devices != (Ratio{37, 40}) || row.Gap(today, []string{"src_ip"}) != NoGap || row.Gap(today, []string{"new_mode"}) != FewFields {
		t.Errorf("%+v", row)
	}
	if row, _ := v.Merged("zeek.modes", "hmi"); row.Gap(today, nil) != FewDevices {
		t.Errorf("%+v", row)
	}
}

// Where a person and the logs differ both stand, and the worse counts.
func TestStatedAndObservedDiffer(t *testing.T) {
	for keys, want := range map[string]string{
		"logged: true, forwarded: true, parsed: false":                                                          `DT8207 "zeek.modes" zeek.modes in controller: said to be forwarded but not parsed, and 37 of its devices have records`,
		"logged: true, forwarded: true, parsed: true, devices: {seen: 40}, records: 10, fields: {new_mode: 10}": `DT8207 "zeek.modes" zeek.modes in controller: new_mode is said to be in 10/10 records, and is in 40/50`,
		"logged: true, forwarded: true, parsed: true, devices: {seen: 40}, completeness: 1, since: 2026-11-05":  `DT8207 "zeek.modes" zeek.modes in controller: said to be there since 2026-11-05, and there are records of 2026-11-01`,
		"logged: true, forwarded: true, parsed: true, devices: {seen: 38}, completeness: 1":                     ``,
	} {
		v, l := visible(t, statement("source: zeek.modes, scope: controller, "+keys)+observed().YAML())
		if told(l) != want {
			t.Errorf("%s\ngot  %s\nwant %s", keys, told(l), want)
		}
		if row, _ := v.Merged("zeek.modes", "controller"); row.Devices.N != 37 {
			t.Errorf("%s: %s devices", keys, row.Devices)
		}
	}
	_, l := visible(t, statement("source: zeek.programs, scope: controller, logged: true, forwarded: true, parsed: true")+observed().YAML())
	if len(l) != 1 || l[0].Severity != diag.Note || l[0].Code != diag.VisibleDisagrees {
		t.Error(told(l))
	}
}

func TestUnlock(t *testing.T) {
	v, l := visible(t, `sources:
  - {source: zeek.modes, scope: controller, logged: true, forwarded: true, parsed: true, devices: {seen: 40}, completeness: 1, `+shown+`}
  - {source: zeek.programs, scope: [controller, hmi], logged: true, forwarded: false, `+shown+`}
  - {source: windows.sysmon, scope: hmi, logged: false, `+shown+`}
`)
	if len(l) > 0 {
		t.Fatal(told(l))
	}
	site := &Site{inventory(t, testInventory), v}
	link := func(names ...string) (out []Link) {
		for _, n := range names {
			out = append(out, Link{Source: n})
		}
		return out
	}
	needs := []Need{
		{"TA0104/T5", ICS, "modes", link("zeek.modes")},
		{"TA0104/T4", ICS, "programs", link("zeek.programs")},
		{"TA0104/D1", ICS, "modes", link("zeek.modes")},
		{"TA0104/D1", ICS, "programs", link("zeek.programs", "zeek.other")},
		{"TA0104/T1", ICS, "processes", link("windows.sysmon", "linux.sysmon")},
		{"TA0104/D1", ICS, "processes", link("windows.sysmon")},
	}
	u := site.Unlock(needs, today, false)
	// Asked: controller T5 T4 D1 T1, hmi T4 D1 T1 (T5 is not applicable there). Reached: controller T5 and D1.
	got := fmt.Sprintf("%d/%d beyond %d unsaid %v", u.Reached, u.Asked, u.Beyond, u.Unsaid)
	for _, n := range u.Next {
		got += fmt.Sprintf("; %s +%d alone %d", n.Source, n.Unlocks, n.Alone)
		for _, s := range n.Scopes {
			got += fmt.Sprintf(" %s (%s) %v %v", s.Scope, s.Gap, s.Items, s.Rules)
		}
	}
	const want = "2/7 beyond 1 unsaid [linux.sysmon zeek.other]; " +
		"zeek.programs +3 alone 3 controller (logged but not forwarded) [TA0104/T4] [programs] hmi (logged but not forwarded) [TA0104/D1 TA0104/T4] [programs]; " +
		"windows.sysmon +1 alone 2 hmi (not logged) [TA0104/D1 TA0104/T1] [processes]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	slices.Reverse(needs)
	if again := site.Unlock(needs, today, false); fmt.Sprint(again) != fmt.Sprint(u) {
		t.Errorf("the order of rules matters: %v", again)
	}
	if all := site.Unlock(needs, today, true); all.Beyond != 0 || all.Asked != 7 {
		t.Errorf("with all sources %+v", all)
	}
	if none := (&Site{}).Unlock(needs, today, true); none.Asked != 0 {
		t.Error(none)
	}
}

// Taking away what shows a source, or saying less of it, never makes it better.
func TestLessIsNeverBetter(t *testing.T) {
	rank := func(g Gap) int {
		return slices.Index([]Gap{NotLogged, NotForwarded, NotParsed, Unstated, FewDevices, FewFields, Stale, NoGap}, g)
	}
	keys := []string{"logged: true", "forwarded: true", "parsed: true", "devices: {seen: 10}", "completeness: 0.99", "records: 100", "fields: {src_ip: 99}", "since: 2026-01-01", shown}
	inv := inventory(t, testInventory)
	best := 0
	rapid.Check(t, func(t *rapid.T) {
		var have, fewer []string
		for i, k := range keys {
			if rapid.Bool().Draw(t, k) {
				have = append(have, k)
				if !rapid.Bool().Draw(t, fmt.Sprint("drop", i)) {
					fewer = append(fewer, k)
				}
			}
		}
		gap := func(of []string) Gap {
			var l diag.List
			v := Read(source.NewFile("v", "title: t\nowner: o\nsources:\n  - {"+strings.Join(append([]string{"source: zeek.modes", "scope: hmi"}, of...), ", ")+"}\n"), inv, testKnown, today, &l)
			return v.Rows[0].Gap(today, []string{"src_ip"})
		}
		best = max(best, rank(gap(have)))
		if rank(gap(fewer)) > rank(gap(have)) {
			t.Fatalf("%v is %q, and with less %v %q", have, gap(have), fewer, gap(fewer))
		}
	})
	if best != rank(NoGap) {
		t.Error("nothing that was drawn passes")
	}
}
