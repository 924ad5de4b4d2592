package coverage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/source"
)

var proven = coverage.Gates{coverage.Pass, coverage.Pass, coverage.Pass, coverage.Pass}

// with is the gates with one of them in another state.
func with(g coverage.Gates, gate coverage.Gate, s coverage.State) coverage.Gates {
	g[gate] = s
	return g
}

// compute holds rules against one item TA0104/D1, and a telemetry item beside it that a source carries.
func compute(i coverage.Item, p *coverage.Property, rules ...coverage.Rule) coverage.ItemReport {
	i.ID, i.Kind = "TA0104/D1", coverage.Direction
	in := coverage.Input{Rules: rules, Tactics: []coverage.Tactic{{ID: "TA0104", Sources: map[string][]string{"TA0104/T1": {"zeek.s7comm"}},
		Items: []coverage.Item{i, {ID: "TA0104/T1", Kind: coverage.Telemetry, AnsweredBy: coverage.ByRules, Reviewed: true}}}}}
	if p != nil {
		in.Properties = map[string]coverage.Property{i.ID: *p}
	}
	return coverage.Compute(in).Tactics[0].Items[1]
}

func d1(name string, g coverage.Gates) coverage.Rule {
	return coverage.Rule{Name: name, Tactic: "TA0104", Items: []string{"TA0104/D1"}, Gates: g, Reasons: coverage.Reasons{}, Budget: true, Suppress: true}
}

func because(r coverage.Rule, g coverage.Gate, why string) coverage.Rule {
	r.Reasons = coverage.Reasons{g: why}
	return r
}

func TestAnItemComesAsFarAsItsBestRule(t *testing.T) {
	byRules := coverage.Item{AnsweredBy: coverage.ByRules, Reviewed: true}
	untested := because(d1("a-untested", with(proven, coverage.Tested, coverage.Failed)), coverage.Tested, "no near miss")
	differs := because(d1("b-differs", with(proven, coverage.Equivalent, coverage.Failed)), coverage.Equivalent, "differs on zeek.s7comm")
	cases := []struct {
		name  string
		item  coverage.Item
		rules []coverage.Rule
		want  string // state, stage, reason, rules in their order
	}{
		{"no rule", byRules, nil, "blind none: no rule answers it []"},
		{"one that proves", byRules, []coverage.Rule{d1("a", proven)}, "partial proven: Live unknown: no visibility.yaml [a]"},
		{"the best one carries it", byRules, []coverage.Rule{untested, d1("z", proven)}, "partial proven: Live unknown: no visibility.yaml [z a-untested]"},
		{"a mix of rules doesn't count", byRules, []coverage.Rule{untested, differs},
			"partial written: b-differs is not equivalent: differs on zeek.s7comm [b-differs a-untested]"},
		{"nothing known", byRules, []coverage.Rule{d1("a", coverage.Gates{coverage.Pass})},
			"blind none: a is not known to be compiled: it was not compiled [a]"},
		{"stale evidence", byRules, []coverage.Rule{because(d1("a", with(proven, coverage.Tested, coverage.Stale)), coverage.Tested, "the tests changed")},
			"partial written: a is no longer known to be tested: the tests changed [a]"},
		{"a changed text", coverage.Item{AnsweredBy: coverage.ByRules}, []coverage.Rule{d1("a", proven)},
			"blind none: its text is not one that was reviewed: detc brief accept [a]"},
		{"nobody said how", coverage.Item{Reviewed: true}, []coverage.Rule{d1("a", proven)},
			"blind none: items.yaml doesn't say how it is answered []"},
		{"an unknown way", coverage.Item{Reviewed: true, AnsweredBy: "hope"}, nil,
			`blind none: items.yaml says that it is answered by "hope", which is no way to answer a detection item []`},
		{"not needed", coverage.Item{AnsweredBy: coverage.ByRules, Reviewed: true, NotApplicable: "no such controllers"}, nil,
			"n/a none: no such controllers []"},
		{"waived without a reason is unknown", byRules, []coverage.Rule{d1("a", coverage.Gates{1, 1, coverage.Waived, 1})},
			"partial written: a is not known to be tested: its tests were not run [a]"},
		{"what a rule says of its own life counts for nothing", byRules, []coverage.Rule{d1("a", coverage.Gates{1, 1, 1, 1, 1, 1, 1, 1})},
			"partial proven: Live unknown: no visibility.yaml [a]"},
		{"visibility with a source for all", coverage.Item{AnsweredBy: coverage.ByVisibility, Reviewed: true}, []coverage.Rule{d1("a", proven)},
			"partial proven: Live unknown: no visibility.yaml [a]"},
		{"measurement has no back-test", coverage.Item{AnsweredBy: coverage.ByMeasurement, Reviewed: true}, []coverage.Rule{d1("a", proven)},
			"partial written: no back-test shows that the rules keep their budgets []"},
		{"measurement needs budgets", coverage.Item{AnsweredBy: coverage.ByMeasurement, Reviewed: true}, []coverage.Rule{d1("a", proven), {Name: "b", Tactic: "TA0104", Budget: true}},
			"blind none: 1 of 2 rules lack a budget or a suppression key: b []"},
		{"a property without a check", coverage.Item{AnsweredBy: coverage.ByProperties, Reviewed: true}, []coverage.Rule{d1("a", proven)},
			"blind none: no check for it yet []"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			i := compute(c.item, nil, c.rules...)
			names := []string{}
			for _, r := range i.Rules {
				names = append(names, r.Name)
			}
			if got := fmt.Sprintf("%s %s: %s %v", i.State, i.Stage, i.Reason, names); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAPropertyIsOfEveryRule(t *testing.T) {
	item := coverage.Item{AnsweredBy: coverage.ByProperties, Reviewed: true}
	rules := []coverage.Rule{d1("a", proven), d1("b", proven)}
	for _, c := range []struct {
		p     coverage.Property
		stage coverage.Stage
		why   string
	}{
		{coverage.Property{Check: "context", Passed: 2, Total: 2}, coverage.Proven, "Live unknown: no visibility.yaml"},
		{coverage.Property{Check: "context", Passed: 1, Total: 2}, coverage.Written, "1 of 2 rules pass the check context"},
		{coverage.Property{Check: "context", Passed: 1, Total: 1}, coverage.Written, "the check context saw 1 of 2 rules"},
		{coverage.Property{Check: "context"}, coverage.Written, "no rule to hold the check context against"},
	} {
		if i := compute(item, &c.p, rules...); i.Stage != c.stage || i.Reason != c.why {
			t.Errorf("%+v: %s, %s", c.p, i.Stage, i.Reason)
		}
	}
}

func TestVisibilityNeedsASourceForAllTelemetry(t *testing.T) {
	in := coverage.Input{Rules: []coverage.Rule{d1("a", proven)}, Tactics: []coverage.Tactic{{ID: "TA0104", Items: []coverage.Item{
		{ID: "TA0104/D1", Kind: coverage.Direction, AnsweredBy: coverage.ByVisibility, Reviewed: true},
		{ID: "TA0104/T10", Kind: coverage.Telemetry}, {ID: "TA0104/T9", Kind: coverage.Telemetry},
	}}}}
	r := coverage.Compute(in).Tactics[0]
	if i := r.Items[2]; i.State != coverage.Blind || i.Reason != "no source carries TA0104/T9, TA0104/T10" {
		t.Errorf("%s: %s", i.State, i.Reason)
	}
	if got := fmt.Sprint(r.Blind); got != "[TA0104/T9 TA0104/T10 TA0104/D1]" {
		t.Errorf("blind by name: %s", got)
	}
}

func TestMitigationsAreCountedApart(t *testing.T) {
	in := coverage.Input{Tactics: []coverage.Tactic{{ID: "TA0104", Items: []coverage.Item{
		{ID: "TA0104/M1", Kind: coverage.Mitigation, AnsweredBy: coverage.ByMitigation, Reviewed: true}}}}}
	r := coverage.Compute(in)
	if r.Totals.Detection.Items != 0 || r.Totals.Mitigation.Blind != 1 || r.Headline != "Proven 0/0 · Live unknown: no visibility.yaml" {
		t.Errorf("%s %+v", r.Headline, r.Totals)
	}
}

func TestARuleOfAnotherTacticAnswersNothing(t *testing.T) {
	r := d1("a", proven)
	r.Tactic = "TA0041"
	if i := compute(coverage.Item{AnsweredBy: coverage.ByRules, Reviewed: true}, nil, r); i.State != coverage.Blind {
		t.Errorf("got %s", i.State)
	}
}

func TestTheDigestIsOfWhatTheFiguresRestOn(t *testing.T) {
	in := func() coverage.Input {
		return coverage.Input{Rules: []coverage.Rule{d1("a", proven)}, Tactics: []coverage.Tactic{{ID: "TA0104", Items: []coverage.Item{{ID: "TA0104/D1", Kind: coverage.Direction}}}}}
	}
	digest := coverage.Compute(in()).Digest
	moved := in()
	moved.Rules[0].Span = source.Span{File: source.NewFile("/home/someone/a.yaml", "x"), Start: 0, End: 1}
	r := coverage.Compute(moved)
	if r.Digest != digest {
		t.Error("the digest depends on where a rule stands")
	}
	if r.Rules[0].File != "a.yaml" || r.Rules[0].Line != 1 {
		t.Errorf("an absolute path in the report: %s:%d", r.Rules[0].File, r.Rules[0].Line)
	}
	other := in()
	other.Rules[0].Budget = false
	if coverage.Compute(other).Digest == digest {
		t.Error("the digest doesn't see a budget")
	}
}

func TestFindings(t *testing.T) {
	f := source.NewFile("page.txt", "- bullet")
	idle := d1("idle", proven)
	idle.Items = nil
	r := coverage.Compute(coverage.Input{Rules: []coverage.Rule{idle, {Name: "elsewhere", Tactic: "TA0002"}}, Tactics: []coverage.Tactic{{ID: "TA0104", Items: []coverage.Item{
		{ID: "TA0104/D1", Kind: coverage.Direction, Span: source.Span{File: f, Start: 2, End: 8}},
		{ID: "TA0104/M1", Kind: coverage.Mitigation}}}}})
	l := coverage.Findings(r)
	if len(l) != 2 || l[0].Code != diag.BlindItem || l[0].Span.String() != "page.txt:1:3" || l[1].Code != diag.IdleRule {
		t.Errorf("got %d findings: %v", len(l), l)
	}
}

func TestTheReportKeepsItsSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(coverage.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	full := d1("a", coverage.Gates{1, 1, coverage.Failed})
	full.Span = source.Span{File: source.NewFile("a.yaml", "x"), Start: 0, End: 1}
	full.Reasons[coverage.Tested] = `a "quoted" <reason>`
	for _, in := range []coverage.Input{{}, {Rules: []coverage.Rule{full}, Tactics: []coverage.Tactic{{ID: "TA0104", Items: []coverage.Item{
		{ID: "TA0104/D1", Kind: coverage.Direction, AnsweredBy: coverage.ByRules, Reviewed: true, Span: full.Span},
		{ID: "TA0104/M1", Kind: coverage.Mitigation}}}}}} {
		b, err := json.Marshal(coverage.Compute(in))
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%v\n%s", err, b)
		}
		for _, never := range []string{`"live":0`, "null,\"items", "T00:"} {
			if strings.Contains(string(b), never) {
				t.Errorf("%s in %s", never, b)
			}
		}
	}
}
