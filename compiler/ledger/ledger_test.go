package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/ledger"
	"detc/compiler/source"
)

const (
	today = "2026-11-22"
	hash  = "0cef4e8c6070ec4f"
)

// input is a plant with two scopes, in one of which a rule's log is not forwarded.
func input() coverage.Input {
	onboarding := func(scope string, forwarded coverage.Know) coverage.Onboarding {
		return coverage.Onboarding{Source: "zeek.modes", Scope: scope, Logged: coverage.Yes, Forwarded: forwarded, Parsed: coverage.Yes, Devices: 10, Of: 10,
			AllFields: &coverage.Ratio{N: 1, Of: 1}, LastSeen: "2026-11-20"}
	}
	return coverage.Input{Today: today,
		Tactics: []coverage.Tactic{{ID: "TA0104", Name: "Execution", Domain: "ics-attack", Items: []coverage.Item{
			{ID: "TA0104/T3", Kind: coverage.Telemetry, Text: "Mode changes", Hash: hash, AnsweredBy: coverage.ByRules, Reviewed: true},
			{ID: "TA0104/D9", Kind: coverage.Direction, Hash: "1111111111111111", AnsweredBy: coverage.ByRules, Reviewed: true},
			{ID: "TA0104/M1", Kind: coverage.Mitigation, Hash: "2222222222222222", Reviewed: true}}}},
		Rules: []coverage.Rule{{Name: "mode", Tactic: "TA0104", Items: []string{"TA0104/T3"}, Sources: []string{"zeek.modes"}, PerDay: 2,
			Gates: coverage.Gates{coverage.Pass, coverage.Pass, coverage.Pass, coverage.Pass}, Budget: true, Suppress: true,
			Exports: map[string]coverage.Export{"splunk": {Fidelity: coverage.Exact, Digest: "q"}}}},
		Scopes:       []coverage.Scope{{ID: "plc", Domain: "ics-attack", Devices: 10, Consequence: coverage.High}, {ID: "hmi", Domain: "ics-attack", Devices: 10}},
		Onboardings:  []coverage.Onboarding{onboarding("plc", coverage.No), onboarding("hmi", coverage.Yes)},
		Deployments:  []coverage.Deployment{{Rule: "mode", Target: "splunk", Digest: "q", Enabled: true, Seen: "2026-11-21"}},
		Measurements: []coverage.Measurement{{Rule: "mode", From: "2026-10-20", To: "2026-11-20", Days: 30, HitsPerDay: 0.5, WithinBudget: true}},
	}
}

// waiver is a row that is in order, with some of its keys in other words.
func waiver(but ...string) string {
	row := []string{"item: TA0104/T3", "scope: plc", "gate: onboarded", "gap: not-forwarded", "hash: " + hash, "reason: not forwarded", "owner: OT engineering",
		"approver: plant manager", "control: weekly reading of the gateway's log", "approved: 2026-11-01", "until: 2027-01-15"}
	for _, b := range but {
		key, value, _ := strings.Cut(b, ":")
		k := slices.IndexFunc(row, func(s string) bool { return strings.HasPrefix(s, key+":") })
		switch {
		case k < 0:
			row = append(row, b)
		case value == "":
			row = slices.Delete(row, k, k+1)
		default:
			row[k] = b
		}
	}
	return "  - " + strings.Join(row, "\n    ") + "\n"
}

// held reads a ledger and holds it against the plant.
func held(text string, in coverage.Input) (*coverage.Report, []ledger.Row, diag.List) {
	var l diag.List
	led := ledger.Read(source.NewFile("ledger.yaml", text), &l)
	led.Feed(&in)
	r := coverage.Compute(in)
	led.Check(r, in.Today, &l)
	return r, led.Rows(r, in.Today), l
}

func state(rows []ledger.Row, key ledger.Key) string {
	for _, r := range rows {
		if r.Key() == key {
			return r.State
		}
	}
	return "none"
}

var theRow = ledger.Key{Item: "TA0104/T3", Scope: "plc", Gate: "onboarded", Gap: coverage.NotForwarded}

func itemState(r *coverage.Report, id string) string {
	for _, i := range r.Tactics[0].Items {
		if i.ID == id {
			return i.State
		}
	}
	return ""
}

// Each row is held against the plant: what becomes of the row, of the item, and which findings there are.
func TestRows(t *testing.T) {
	for _, c := range []struct {
		name, text string
		row, item  string
		codes      string
		today      string
	}{
		{"in order", waiver(), "waived", "waived", "", ""},
		{"nobody", "", "open", "partial", "", ""},
		{"one person", waiver("approver: ot engineering "), "void", "partial", "DT8100", ""},
		{"on its last day", waiver("until: 2026-11-22"), "waived", "waived", "DT8110", ""},
		{"the day after", waiver("until: 2026-11-21"), "expired", "partial", "DT8101", ""},
		{"90 days, of a high consequence", waiver("until: 2027-01-30"), "waived", "waived", "", ""},
		{"91 days, of a high consequence", waiver("until: 2027-01-31"), "void", "partial", "DT8102", ""},
		{"renewed twice", waiver("renewed: [2026-06-01, 2026-08-01]"), "waived", "waived", "", ""},
		{"renewed the third time", waiver("renewed: [2026-03-01, 2026-06-01, 2026-08-01]"), "waived", "waived", "DT8103", ""},
		{"renewed out of order", waiver("renewed: [2026-11-02]"), "void", "partial", "DT8108", ""},
		{"another text", waiver("hash: ffffffffffffffff"), "void", "partial", "DT8105", ""},
		{"approved tomorrow", waiver("approved: 2026-11-23"), "void", "partial", "DT8108", ""},
		{"ends before it begins", waiver("until: 2026-10-01"), "void", "partial", "DT8108 DT8101", ""},
		{"another gap", waiver("gap: not-logged", "reason: no telemetry"), "open", "partial", "DT8104", ""},
		{"another gate's gap", waiver("gap: approximate"), "open", "partial", "DT8107 DT8109", ""},
		{"another gap's reason", waiver("reason: no telemetry"), "waived", "waived", "DT8109", ""},
		{"a closed gap", waiver("scope: hmi"), "open", "partial", "DT8104", ""},
		{"no such scope", waiver("scope: pcl"), "open", "partial", "DT8107", ""},
		{"no such item", waiver("item: TA0104/T4"), "open", "partial", "DT8107", ""},
		{"twice", waiver() + waiver("owner: IT"), "void", "partial", "DT8106 DT8106", ""},
		{"a reason that is none", waiver("reason: too hard"), "void", "partial", "DT1005", ""},
		{"no control", waiver("control:"), "void", "partial", "DT1003", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, rows, l := held("waivers:\n"+c.text, input())
			var codes []string
			for _, d := range l {
				codes = append(codes, string(d.Code))
			}
			if got := state(rows, theRow); got != c.row {
				t.Errorf("the row is %s, not %s", got, c.row)
			}
			if got := itemState(r, "TA0104/T3"); got != c.item {
				t.Errorf("the item is %s, not %s", got, c.item)
			}
			if got := strings.Join(codes, " "); got != c.codes {
				t.Errorf("findings %s, not %s\n%v", got, c.codes, l)
			}
		})
	}
}

// A log that is not written, one that stays where it is and one that nobody can read are three rows.
func TestLinksOfTheChainAreDifferentRows(t *testing.T) {
	for gap, set := range map[string]func(*coverage.Onboarding){
		coverage.NotLogged:    func(o *coverage.Onboarding) { o.Logged, o.Forwarded = coverage.No, coverage.No },
		coverage.NotForwarded: func(o *coverage.Onboarding) {},
		coverage.NotParsed:    func(o *coverage.Onboarding) { o.Forwarded, o.Parsed = coverage.Yes, coverage.No },
		coverage.Incomplete:   func(o *coverage.Onboarding) { o.Forwarded, o.Devices = coverage.Yes, 1 },
	} {
		in := input()
		set(&in.Onboardings[0])
		_, rows, _ := held("waivers:\n"+waiver(), in)
		for _, g := range coverage.Onboarded.Gaps() {
			want := "none"
			if g == gap {
				want = ledger.Open
				if g == coverage.NotForwarded {
					want = ledger.Waived
				}
			}
			if got := state(rows, ledger.Key{Item: "TA0104/T3", Scope: "plc", Gate: "onboarded", Gap: g}); got != want {
				t.Errorf("%s: the row %s is %s, not %s", gap, g, got, want)
			}
		}
	}
}

// Rows are generated from what fails and from what is unknown, and from nothing else.
func TestRowsAreGenerated(t *testing.T) {
	_, rows, _ := held("title: none\n", input())
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s %s %s", r.Key(), r.Shown, r.State))
		if r.Why == "" {
			t.Errorf("%s has no reason", r.Key())
		}
	}
	want := []string{
		"TA0104/T3 plc onboarded not-forwarded failed open",
		"TA0104/D9 hmi mapped failed open", "TA0104/D9 plc mapped failed open",
		"TA0104/M1 hmi mapped unknown open", "TA0104/M1 plc mapped unknown open",
	}
	slices.Sort(got)
	slices.Sort(want)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if s := ledger.Count(rows); s.Open+s.Waived+s.Expired+s.Void != s.Rows || s.Open != len(want) {
		t.Errorf("%+v", s)
	}
	if worst := ledger.WorstFirst(rows); worst[0].Scope != "plc" || worst[0].Stage != "none" {
		t.Errorf("the worst is %s", worst[0].Key())
	}
}

// Where nothing answers an item, accepting that accepts all that follows from it.
func TestAcceptingThatNothingAnswers(t *testing.T) {
	text := "waivers:\n"
	for _, scope := range []string{"plc", "hmi"} {
		text += waiver("item: TA0104/D9", "scope: "+scope, "gate: mapped", "gap:", "hash: '1111111111111111'", "reason: accepted risk")
	}
	r, _, l := held(text, input())
	if len(l) > 0 || itemState(r, "TA0104/D9") != coverage.ItemWaived {
		t.Errorf("%s %v", itemState(r, "TA0104/D9"), l)
	}
	if c := r.Totals.Detection; c.Effective != 0 || c.Written != 1 || c.Waived != 1 {
		t.Errorf("waived counts as covered: %+v", c)
	}
}

func TestMitigations(t *testing.T) {
	in := input()
	done := "mitigations:\n  - {item: TA0104/M1, owner: OT engineering, evidence: CHG-1042, date: 2026-06-01, verified_by: audit, verified: 2026-06-10}\n"
	r, _, l := held(done, in)
	if itemState(r, "TA0104/M1") != coverage.Effective || len(l) > 0 {
		t.Errorf("%s %v", itemState(r, "TA0104/M1"), l)
	}
	for what, want := range map[string]string{
		"verified_by: OT engineering": coverage.Partial, "date: 2025-06-01": coverage.Partial, "verified: 2026-05-01": coverage.Partial, "item: TA0104/T3": coverage.Blind} {
		key, _, _ := strings.Cut(what, ":")
		at := strings.Index(done, key+": ")
		end := at + strings.IndexAny(done[at:], ",}")
		r, _, _ := held(done[:at]+what+done[end:], input())
		if got := itemState(r, "TA0104/M1"); got != want {
			t.Errorf("%s: %s, not %s", what, got, want)
		}
	}
}

// "Who answers for it, with what evidence, since when?" is answered by the report alone.
func TestAuditorsQuestion(t *testing.T) {
	in := input()
	in.Onboardings[0].Forwarded = coverage.Yes
	for k := range in.Onboardings {
		in.Onboardings[k].Since, in.Onboardings[k].Evidence, in.Onboardings[k].Digest = "2026-09-01", "TICKET-7", "sha256:v"
	}
	in.Deployments[0].Since = "2026-10-05"
	r, _, l := held("owners:\n  - {item: TA0104/T3, owner: detection team, since: 2026-01-10}\n", in)
	o := r.Tactics[0].Items[0].Obligations[1]
	if len(l) > 0 || o.State != coverage.Effective || o.Owner != "detection team" || o.OwnerSince != "2026-01-10" || o.Since != "2026-10-20" || o.Carrier != "mode" {
		t.Fatalf("%+v %v", o, l)
	}
	k := slices.IndexFunc(o.Evidence, func(e coverage.Evidence) bool { return e.Gate == "onboarded" })
	if e := o.Evidence[k]; *e.Figure != (coverage.Ratio{N: 10, Of: 10}) || e.Ref != "TICKET-7" || e.Digest != "sha256:v" || e.Date != "2026-11-20" {
		t.Errorf("%+v", e)
	}
}
