package coverage_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/coverage"
)

// less takes something away from a world, or lets a threshold ask for less: whatever it is, work it is not.
func less(t *rapid.T, in coverage.Input) coverage.Input {
	out := in
	out.Tactics = slices.Clone(in.Tactics)
	one := func(n int) (int, bool) {
		if n == 0 {
			return 0, false
		}
		return rapid.IntRange(0, n-1).Draw(t, "which"), true
	}
	switch rapid.IntRange(0, 11).Draw(t, "what is taken away") {
	case 0:
		if k, ok := one(len(in.Onboardings)); ok {
			out.Onboardings = slices.Delete(slices.Clone(in.Onboardings), k, k+1)
		}
	case 1:
		if k, ok := one(len(in.Onboardings)); ok {
			out.Onboardings = slices.Clone(in.Onboardings)
			out.Onboardings[k].Fields = nil
		}
	case 2:
		if k, ok := one(len(in.Scopes)); ok {
			out.Scopes = slices.Clone(in.Scopes)
			out.Scopes[k].Devices /= 2
			out.Onboardings = slices.Clone(in.Onboardings)
			for n := range out.Onboardings {
				if out.Onboardings[n].Scope == out.Scopes[k].ID {
					out.Onboardings[n].Of /= 2
				}
			}
		}
	case 3:
		if k, ok := one(len(in.Scopes)); ok && len(in.Scopes) > 1 {
			out.Scopes = slices.Delete(slices.Clone(in.Scopes), k, k+1)
		}
	case 4:
		if k, ok := one(len(in.Rules)); ok {
			out.Rules = slices.Delete(slices.Clone(in.Rules), k, k+1)
		}
	case 5:
		if k, ok := one(len(in.Measurements)); ok {
			out.Measurements = slices.Delete(slices.Clone(in.Measurements), k, k+1)
		}
	case 6:
		if k, ok := one(len(in.Deployments)); ok {
			out.Deployments = slices.Delete(slices.Clone(in.Deployments), k, k+1)
		}
	case 7:
		items := in.Tactics[0].Items
		if k, ok := one(len(items)); ok {
			out.Tactics[0].Items = slices.Delete(slices.Clone(items), k, k+1)
		}
	case 8:
		if k, ok := one(len(in.Tactics[0].Items)); ok {
			out.Declarations = append(slices.Clone(in.Declarations), coverage.Declaration{Item: in.Tactics[0].Items[k].ID, Reason: "none here"})
		}
	case 9:
		out.Thresholds = coverage.Thresholds{Devices: 0.5, Fields: 0.5, BacktestDays: 1}
	case 10:
		out.Targets = nil
	case 11: // a case that fails is deleted, and the rule is tested
		if k, ok := one(len(in.Rules)); ok && in.Rules[k].Gates[coverage.Tested] == coverage.Failed {
			out.Rules = slices.Clone(in.Rules)
			out.Rules[k].Gates[coverage.Tested] = coverage.Pass
			out.Rules[k].CaseNames, out.Rules[k].Failing, out.Rules[k].Cases = []string{"a", "c"}, nil, 2 // one added for the one that is gone
		}
	}
	return properties(out)
}

// TestDenominatorsThatShrankAreReported: where a share rose and nothing but an input became smaller, that is said.
func TestDenominatorsThatShrankAreReported(t *testing.T) {
	rose := 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		for k := range in.Rules {
			in.Rules[k].CaseNames, in.Rules[k].Cases = []string{"a", "b"}, 2
			if in.Rules[k].Gates[coverage.Tested] == coverage.Failed {
				in.Rules[k].Failing = []string{"b"}
			}
		}
		base, head := coverage.Compute(in), coverage.Compute(less(t, in))
		d := coverage.Compare(base, head, "base", "head")
		higher := false
		for _, f := range d.Figures {
			higher = higher || f.Head.Of > 0 && f.Base.Of > 0 && f.Head.N*f.Base.Of > f.Base.N*f.Head.Of
		}
		if !higher {
			return
		}
		rose++
		if len(d.Shrank) == 0 {
			t.Fatalf("a figure rose by asking less, and nothing says so\n%s\nbase %s\nhead %s", text(d), text(base), text(head))
		}
		for _, what := range coverage.Failures() {
			if !d.Fails([]string{what}) {
				t.Fatalf("--fail-on %s lets it pass", what)
			}
		}
	})
	if rose == 0 {
		t.Error("no figure ever rose, so nothing was tested")
	}
}

// What only grows shrinks nothing.
func TestWorkIsNotCalledShrinking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		d := coverage.Compare(coverage.Compute(in), coverage.Compute(passing(t, in)), "base", "head")
		if len(d.Shrank) > 0 {
			t.Fatalf("%s", text(d.Shrank))
		}
	})
}

func TestAComparisonIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		base, head := coverage.Compute(in), coverage.Compute(less(t, in))
		if d := coverage.Compare(base, base, "a", "a"); len(d.Transitions)+len(d.Figures)+len(d.Shrank) > 0 {
			t.Fatalf("a report differs from itself: %s", text(d))
		}
		d := coverage.Compare(base, head, "base", "head")
		c := d.Totals
		if c.Worse+c.Better+c.Added+c.Gone+c.Moved != len(d.Transitions) {
			t.Fatalf("the kinds don't add up: %s", text(c))
		}
		for _, x := range d.Transitions {
			if len(x.Causes) == 0 || slices.Contains(x.Causes, "") {
				t.Fatalf("a transition without a cause: %s", text(x))
			}
		}
		// The opposite way what was worse is better.
		back := coverage.Compare(head, base, "head", "base").Totals
		if back.Worse != c.Better || back.Better != c.Worse || back.Added != c.Gone || back.Gone != c.Added {
			t.Fatalf("there %s, and back %s", text(c), text(back))
		}
	})
}

func TestAReportIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := coverage.Compute(world(t))
		read, err := coverage.Read([]byte(text(r)))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := text(r), text(read); a != b {
			t.Fatalf("read back it is another\n%s\n%s", a, b)
		}
		if d := coverage.Compare(r, read, "a", "b"); len(d.Transitions)+len(d.Shrank) > 0 {
			t.Fatalf("read back it differs: %s", text(d))
		}
	})
}

func TestOtherVersionsOfReports(t *testing.T) {
	for in, want := range map[string]string{
		`{`:                    "no JSON report",
		`[]`:                   "no JSON report",
		`{"digest":"x"}`:       "no schema_version",
		`{"schema_version":3}`: "reads up to 2",
		`{"schema_version":0}`: "never was",
		`{"schema_version":2,"tactics":[{"items":[{"gates":{"tasted":"proven"}}]}]}`:                       `no gate "tasted"`,
		`{"schema_version":2,"tactics":[{"items":[{"gates":{"tested":"great"}}]}]}`:                        `no state "great"`,
		`{"schema_version":2,"tactics":[{"items":[{"stage":"done"}]}]}`:                                    `no stage "done"`,
		`{"schema_version":2,"tactics":[{"id":"TA0104","totals":{"detection":{"items":1}}}]}`:              "contradicts itself",
		`{"schema_version":2,"tactics":[{"id":"TA0104","items":[{"id":"TA0104/D1","kind":"direction"}]}]}`: "contradicts itself",
	} {
		if _, err := coverage.Read([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
	// A report of version 1: items without obligations.
	r := coverage.Compute(coverage.Input{Rules: []coverage.Rule{d1("a", proven)}, Tactics: []coverage.Tactic{{ID: "TA0104", Items: []coverage.Item{
		{ID: "TA0104/D1", Kind: coverage.Direction, AnsweredBy: coverage.ByRules, Reviewed: true}}}}})
	var doc map[string]any
	if err := json.Unmarshal([]byte(text(r)), &doc); err != nil {
		t.Fatal(err)
	}
	doc["schema_version"] = 1
	for _, key := range []string{"today", "thresholds", "targets", "scopes", "deployed", "measured"} {
		delete(doc, key)
	}
	item := doc["tactics"].([]any)[0].(map[string]any)["items"].([]any)[0].(map[string]any)
	delete(item, "obligations")
	old, err := coverage.Read([]byte(text(doc)))
	if err != nil {
		t.Fatal(err)
	}
	d := coverage.Compare(old, r, "v1", "v2")
	if len(d.Transitions) > 0 || len(d.Shrank) > 0 || len(d.Notes) != 1 || !strings.Contains(d.Notes[0], "schema version 1") {
		t.Errorf("%s", text(d))
	}
}

func TestCausesOfTransitions(t *testing.T) {
	item := func(id, hash string) coverage.Item {
		return coverage.Item{ID: id, Kind: coverage.Direction, Hash: hash, AnsweredBy: coverage.ByRules, Reviewed: true}
	}
	world := func(change func(*coverage.Input)) *coverage.Report {
		in := coverage.Input{Today: today, Rules: []coverage.Rule{d1("a", proven)}, Scopes: []coverage.Scope{{ID: "plc", Domain: "ics-attack", Devices: 100}},
			Tactics: []coverage.Tactic{{ID: "TA0104", Domain: "ics-attack", Items: []coverage.Item{item("TA0104/D1", "1"), item("TA0104/D2", "2")}}}}
		in.Rules[0].Sources = []string{"zeek.modes"}
		in.Onboardings = []coverage.Onboarding{seen("zeek.modes", "plc")}
		in.Waivers = []coverage.Waiver{waiver(in.Tactics[0].Items[1], "plc", coverage.Mapped, "", "2026-11-22")}
		if change != nil {
			change(&in)
		}
		return coverage.Compute(in)
	}
	base := world(nil)
	for name, c := range map[string]struct {
		change func(*coverage.Input)
		want   string // kind item from -> to: causes
		fails  string
	}{
		"a failing test": {func(in *coverage.Input) {
			in.Rules[0] = because(in.Rules[0], coverage.Tested, "no near miss")
			in.Rules[0].Gates[coverage.Tested] = coverage.Failed
		},
			"worse TA0104/D1 proven partial -> written partial: tested: failed, was proven (no near miss)", "worse"},
		"a rule gone": {func(in *coverage.Input) { in.Rules = nil },
			"worse TA0104/D1 proven partial -> none blind: no rule carries it, in place of a; mapped: failed, was proven (no rule answers it)", "worse blind"},
		"an expired waiver": {func(in *coverage.Input) { in.Today = "2026-11-23" },
			"worse TA0104/D2 none waived -> none blind: mapped: what was accepted until 2026-11-22 is not any more (no rule answers it)", "worse blind expired"},
		"a text": {func(in *coverage.Input) { in.Tactics[0].Items[0].Hash, in.Tactics[0].Items[0].Reviewed = "9", false },
			"worse TA0104/D1 proven partial -> none blind: its text changed; mapped: stale, was proven (its text is not one that was reviewed: detc brief accept)", "worse blind"},
		"another rule": {func(in *coverage.Input) { in.Rules[0].Name = "b" },
			"moved TA0104/D1 proven partial -> proven partial: b carries it, in place of a", ""},
		"a new item": {func(in *coverage.Input) { in.Tactics[0].Items = append(in.Tactics[0].Items, item("TA0104/D3", "3")) },
			"added TA0104/D3  -> none blind: it is asked for now: no rule answers it", "blind"},
		"a new brief's item gone": {func(in *coverage.Input) { in.Tactics[0].Items = in.Tactics[0].Items[:1] },
			"gone TA0104/D2 none waived -> : the item is gone from the brief", "worse blind expired"},
		"not applicable": {func(in *coverage.Input) {
			in.Declarations = []coverage.Declaration{{Item: "TA0104/D2", Scope: "plc", Reason: "no such devices"}}
		},
			"gone TA0104/D2 none waived -> none n/a: declared not applicable: no such devices", "worse blind expired"},
		"a log that stops": {func(in *coverage.Input) { in.Onboardings[0].Forwarded = coverage.No },
			"moved TA0104/D1 proven partial -> proven partial: onboarded: failed, was proven (zeek.modes is logged but not forwarded in plc)", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := coverage.Compare(base, world(c.change), "base", "head")
			if len(d.Transitions) != 1 {
				t.Fatalf("%d transitions: %s", len(d.Transitions), text(d.Transitions))
			}
			x := d.Transitions[0]
			if got := x.Kind + " " + x.Item + " " + x.From + " -> " + x.To + ": " + strings.Join(x.Causes, "; "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			var fails []string
			for _, what := range coverage.Failures() {
				if d.Fails([]string{what}) {
					fails = append(fails, what)
				}
			}
			if got := strings.Join(fails, " "); got != c.fails {
				t.Errorf("fails %q, not %q: %s", got, c.fails, text(d.Shrank))
			}
		})
	}
}
