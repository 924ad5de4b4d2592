package evidence_test

import (
	"strings"
	"testing"
	"time"

	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/stub"
)

// played are two rules over one telemetry, r (a stop) and s (a run), correlated; the cases are timelines.
func played(t *testing.T, change func(*ir.Correlation), cases string) (*evidence.CorrelationSubject, *evidence.Results, string) {
	t.Helper()
	stop := subject(t, rule, caseText)
	run := subject(t, `new_mode = "run" & exists(src_ip)`, "  given: {new_mode: run, src_ip: 10.0.0.9}\n  cases:\n    - {name: a run, want: match}\n")
	run.Rule.Name, run.Stub.Name.Value = "s", "s"
	run.Schema, run.Sources = stop.Schema, stop.Sources // one telemetry, as a workspace has it
	run.Emitted = nil
	c := &ir.Correlation{Name: "c", Kind: ir.TemporalOrdered, Rules: []ir.RuleRef{{Name: "r"}, {Name: "s"}}, GroupBy: []string{"src_ip"}, Within: 30 * time.Minute}
	if change != nil {
		change(c)
	}
	var l diag.List
	st := stub.Read(source.NewFile("c.yaml", "name: c\ntitle: c\nid: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a02\ntags: [TA0104]\nlevel: high\n"+
		"description: d\ncorrelation: {type: temporal_ordered, rules: [r, s], within: 30m}\ntests:\n  cases:\n"+cases), nil, &l)
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	s := &evidence.CorrelationSubject{Stub: st, Correlation: c, Rules: []*evidence.Subject{stop, run}}
	out := evidence.RunTimelines(s, evidence.Options{Mutants: true}, &l)
	var findings []string
	for _, d := range l {
		findings = append(findings, string(d.Code)+" "+d.Message)
	}
	return s, out, strings.Join(findings, "; ")
}

const caseText = cases

func TestTimelines(t *testing.T) {
	for _, c := range []struct{ timeline, want string }{
		{"timeline: [{at: 0s, rule: r}, {at: 30m, rule: s}], want: match", ""},
		{"timeline: [{at: 0s, rule: r}, {at: 30m, rule: s}], want: no match", "it fires at 30m0s for src_ip=10.0.0.9: r at 0s, s at 30m"},
		{"timeline: [{at: 0s, rule: r}, {at: 30m1ns, rule: s}], want: match", "it never fires: r at 0s, s at 30m0.000000001s"},
		{"timeline: [{at: 10m, rule: s}, {at: 1m, rule: r}], firings: [{at: 10m}]", ""}, // late, and judged in its place
		{"timeline: [{at: 0s, rule: s}, {at: +1m, rule: r}], want: no match", ""},
		{"timeline: [{at: 0s, rule: r}, {at: +1m, rule: s}, {at: +1m, rule: s}], firings: [{at: 1m, group: {src_ip: 10.0.0.9}}]", "it fires 2 times, not 1: also at 2m0s for src_ip=10.0.0.9: r at 0s, s at 1m, s at 2m"},
		{"timeline: [{at: 0s, rule: r}, {at: +1m, rule: s}], firings: [{at: 1m}, {at: 2m}]", "it fires 1 times, not 2: the one at 2m is missing: r at 0s, s at 1m"},
		{"timeline: [{at: 0s, rule: r}, {at: +1m, rule: s}], firings: [{at: 1m, group: {src_ip: 10.0.0.8}}]", "firing 1 is to be at 1m for src_ip=10.0.0.8, and is at 1m0s for src_ip=10.0.0.9: r at 0s, s at 1m"},
		{"timeline: [{at: 0s, rule: r}, {at: +1m, rule: s}], firings: [{at: 1m, group: {user: x}}]", "firing 1 is to be at 1m for user=x, and is at 1m0s for src_ip=10.0.0.9: r at 0s, s at 1m"},
		{"timeline: [{at: 0s, rule: r, but: {new_mode: run}}], want: no match", `the event at 0s: it is no match of r: new_mode = "stop" is false (new_mode is "run")`},
		{"timeline: [{at: 0s, telemetry: ot.mode_change, given: {new_mode: run, src_ip: 10.0.0.9}}], want: no match", ""},
		{"timeline: [{at: 0s, telemetry: ot.other, given: {new_mode: run}}], want: no match", `the event at 0s: no rule of the correlation is over telemetry "ot.other"`},
		{"timeline: [{at: 0s, rule: q}], want: no match", `the event at 0s: "q" is no rule that the correlation rests on`},
		{"timeline: [{at: 0s, source: zeek.x, raw: {}}], want: no match", `the event at 0s: no rule of the correlation is over a telemetry with the source "zeek.x"`},
		{"timeline: [{at: 0s, source: zeek.s7comm, raw: {fn: x}}], want: no match", "the event at 0s: the record is none of zeek.s7comm: it lacks _path: s7comm"},
		{"timeline: [{at: 0s, source: zeek.s7comm, raw: {_path: s7comm, fn: PLC Stop, id.orig_h: 10.0.0.9}}, {at: 1m, rule: s}], want: match", ""},
		{"timeline: [{at: 0s, rule: r}, {at: 1m, rule: s}], context: {hosts: [10.0.0.9]}, want: match", "the event at 0s: it is no match of r: …"},
		{"timeline: [{at: 0s, rule: r, given: {new_mod: stop}}], want: no match", "the event at 0s: it is no match of r: …"},
		{"timeline: [{at: 0s, rule: r}, {at: 1m, rule: s}], context: {hots: [10.0.0.9]}, want: match", "the case has errors"},
	} {
		_, out, _ := played(t, nil, "    - {name: one, "+c.timeline+"}\n")
		got := out.Cases[0].Message
		if want, rest := strings.CutSuffix(c.want, "…"); rest && strings.HasPrefix(got, want) {
			continue
		}
		if got != c.want || (got == "") != (out.Cases[0].Verdict == evidence.Pass) {
			t.Errorf("%s\n got %s\nwant %s", c.timeline, got, c.want)
		}
	}
}

// The clock stops where the case says, and otherwise not before every wait is over.
func TestUntil(t *testing.T) {
	absence := func(c *ir.Correlation) { c.Kind = ir.Absence }
	for timeline, want := range map[string]string{
		"timeline: [{at: 0s, rule: r}], firings: [{at: 30m}]":                                     "",
		"until: 29m, timeline: [{at: 0s, rule: r}], want: no match":                               "",
		"until: 30m, timeline: [{at: 0s, rule: r}], want: match":                                  "",
		"timeline: [{at: 0s, rule: r}, {at: 30m, rule: s}], want: no match":                       "",
		"timeline: [{at: 0s, rule: r}, {at: 30m1ns, rule: s}], firings: [{at: 30m}]":              "",
		"timeline: [{at: 0s, rule: r}, {at: 31m, rule: s}], want: no match":                       "it fires at 30m0s for src_ip=10.0.0.9: r at 0s, s at 31m",
		"timeline: [{at: 0s, rule: r}, {at: 1m, rule: s, but: {src_ip: null}}]," + " want: match": "the event at 1m: it is no match of s: exists(src_ip) is false (src_ip is missing)",
	} {
		_, out, _ := played(t, absence, "    - {name: one, "+timeline+"}\n")
		if got := out.Cases[0].Message; got != want {
			t.Errorf("%s\n got %s\nwant %s", timeline, got, want)
		}
	}
}

const thorough = `    - {name: the edge, timeline: [{at: 0s, rule: r}, {at: 30m, rule: s}], want: match}
    - {name: past it, timeline: [{at: 0s, rule: r}, {at: 30m1ns, rule: s}], want: no match}
    - {name: other way, timeline: [{at: 0s, rule: s}, {at: 1m, rule: r}], want: no match}
    - {name: other host, timeline: [{at: 0s, rule: r}, {at: 1m, rule: s, but: {src_ip: 10.0.0.8}}], want: no match}
`

// Each case kills what it is there for: without it that mutant survives.
func TestTimelineMutants(t *testing.T) {
	lines := strings.SplitAfter(strings.TrimSpace(thorough), "\n")
	for i, want := range []string{
		"within 30m: is a nanosecond less; within 30m: is half of it",
		"within 30m: is a nanosecond more; within 30m: is twice of it",
		"temporal_ordered: becomes temporal",
		"group_by src_ip: is left out",
	} {
		var left []string
		for j, line := range lines {
			if j != i {
				left = append(left, "    "+strings.TrimSpace(line)+"\n")
			}
		}
		_, out, _ := played(t, nil, strings.Join(left, ""))
		var survived []string
		for _, s := range out.Mutation.Survivors {
			survived = append(survived, s.String())
		}
		if got := strings.Join(survived, "; "); got != want {
			t.Errorf("without %q survive\n%s\nnot\n%s", lines[i], got, want)
		}
	}
	_, out, _ := played(t, nil, thorough)
	if m := out.Mutation; m.All != 8 || m.Killed != 8 || out.Positive != 1 || out.Negative != 3 || out.NearMisses != 3 || out.Lacks() != "" {
		t.Errorf("%d of %d, %+v %s", m.Killed, m.All, out, out.Lacks())
	}
	// Far from anything that would fire.
	_, out, _ = played(t, nil, "    - {name: a, timeline: [{at: 0s, rule: r}, {at: 1m, rule: s}], want: match}\n"+
		"    - {name: b, timeline: [{at: 0s, telemetry: ot.mode_change, given: {user: x}}], want: no match}\n"+
		"    - {name: c, timeline: [{at: 0s, telemetry: ot.mode_change, given: {user: y}}], want: no match}\n")
	if !strings.HasPrefix(out.Lacks(), "no negative case is a near miss") {
		t.Error(out.Lacks())
	}
	_, out, _ = played(t, nil, "    - {name: c, timeline: [{at: 0s, rule: r}], want: no match}\n")
	if len(out.Unseen) != 1 || out.Unseen[0] != "an event of s" {
		t.Error(out.Unseen)
	}
}

// Evidence counts for this correlation, these rules and these timelines.
func TestCorrelationDigests(t *testing.T) {
	digests := func(change func(*ir.Correlation), cases string) (rule, tests string) {
		s, _, _ := played(t, change, cases)
		return evidence.CorrelationDigest(s), evidence.TestsDigest(s.Stub)
	}
	rule, tests := digests(nil, thorough)
	seen := map[string]string{rule: "the correlation"}
	for name, change := range map[string]func(*ir.Correlation){
		"kind":   func(c *ir.Correlation) { c.Kind = ir.Temporal },
		"within": func(c *ir.Correlation) { c.Within++ },
		"group":  func(c *ir.Correlation) { c.GroupBy = nil },
		"having": func(c *ir.Correlation) { c.Having = []ir.Bound{{Op: ir.BoundGte, Value: 2}} },
		"rules":  func(c *ir.Correlation) { c.Rules = c.Rules[:1] },
	} {
		r, _ := digests(change, thorough)
		if same := seen[r]; same != "" {
			t.Errorf("%s and %s have one digest", name, same)
		}
		seen[r] = name
	}
	for _, change := range []struct{ old, new string }{{"30m1ns", "30m2ns"}, {"rule: s, but", "rule: r, but"}, {"10.0.0.8", "10.0.0.7"}, {"want: match", "firings: [{at: 30m}]"}, {"{name: the edge, ", "{name: the edge, until: 31m, "}} {
		if _, got := digests(nil, strings.Replace(thorough, change.old, change.new, 1)); got == tests {
			t.Errorf("%s in place of %s has the same digest", change.new, change.old)
		}
	}
	s, _, _ := played(t, nil, thorough)
	s.Rules[0].Stub.Tests.Given = s.Rules[1].Stub.Tests.Given
	if evidence.CorrelationDigest(s) == rule {
		t.Error("another event of a rule's tests has the same digest")
	}
}
