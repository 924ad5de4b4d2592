package stub_test

import (
	"strings"
	"testing"
	"time"
)

const goodCorrelation = `name: ot-stop-then-download
title: t
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a02
tags: [TA0104]
level: high
description: d
correlation:
  type: event_count
  rules: [ot-a, ot-b]
  group_by: [src_ip]
  within: 30m
  condition: {gt: 2, lte: 9}
alert: false
tests:
  cases:
    - name: both
      timeline:
        - {at: 0s, rule: ot-a}
        - {at: +1h30m, telemetry: ot.mode_change, given: {new_mode: stop}}
        - {at: 2d1ns, source: zeek.s7comm, raw: {fn: x}}
      firings: [{at: 33s, group: {src_ip: 10.0.0.1}}]
    - {name: nothing, until: 10m, timeline: [{at: 0s, rule: ot-a, but: {src_ip: null}}], want: no match}
`

// One thing is wrong at a time.
func TestCorrelationFindings(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"description: d", "description: d\ntelemetry: ot.mode_change", "DT3200 a correlation has no telemetry: its rules have"},
		{"description: d", "description: d\ncondition: a == 1", "DT3200 a correlation has no condition: its rules have"},
		{"description: d", "description: d\nlet: {a: b}", "DT3200 a correlation has no let: its rules have"},
		{"description: d", "description: d\nsources: [a]", "DT3200 a correlation has no sources: its rules have"},
		{"  cases:", "  given: {a: 1}\n  cases:", "DT3200 a correlation has no tests.given: its rules have"},
		{"type: event_count", "type: event_cuont", `DT1005 type can't be "event_cuont"`},
		{"  type: event_count\n", "", `DT1003 correlation has no "type"`},
		{"within: 30m", "within: half an hour", `DT1005 within can't be "half an hour"`},
		{"gt: 2", "gt: two", "DT1004 gt takes a number, not text"},
		{"gt: 2", "gtt: 2", `DT1001 condition has no key "gtt"`},
		{"at: 0s, rule: ot-a}\n", "at: soon, rule: ot-a}\n", `DT1005 at can't be "soon"`},
		{"at: +1h30m", "at: 1y", `DT1005 at can't be "1y"`},
		{", telemetry: ot.mode_change", "", "DT3201 an event of a timeline is of one of rule, telemetry and source, not of 0"},
		{"rule: ot-a}\n", "rule: ot-a, telemetry: ot.mode_change, given: {a: 1}}\n", "DT3201 an event of a timeline is of one of rule, telemetry and source, not of 2"},
		{", given: {new_mode: stop}", "", "DT3201 there is no event"},
		{", raw: {fn: x}", "", "DT3201 a source is named, and there is no record of it"},
		{"source: zeek.s7comm, ", "rule: ot-a, ", "DT3201 it isn't said which source the record is of"},
		{"raw: {fn: x}", "raw: {fn: x}, but: {fn: y}", "DT3201 a raw record has no given or but"},
		{"but: {src_ip: null}", "but: [src_ip]", "DT1004 an event takes a mapping, not a list"},
		{"group: {src_ip: 10.0.0.1}", "group: 10.0.0.1", "DT1004 a group takes a mapping, not text"},
		{"at: 33s", "at: +33s", "DT3201 a firing's time is from the beginning, not +33s"},
		{"      firings: [{at: 33s, group: {src_ip: 10.0.0.1}}]\n", "", `DT1003 an entry of cases has no "want"`},
		{"      firings:", "      want: no match\n      firings:", `DT3201 case "both" wants firings and no match`},
		{", timeline: [{at: 0s, rule: ot-a, but: {src_ip: null}}]", "", `DT3201 case "nothing" has no timeline`},
		{"until: 10m", "given: {a: 1}", `DT3201 case "nothing" of a correlation has an event of its own`},
	} {
		if !strings.Contains(goodCorrelation, c.old) {
			t.Fatalf("the stub doesn't say %s", c.old)
		}
		if _, got := read(strings.Replace(goodCorrelation, c.old, c.new, 1), nil); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.new, got, c.want)
		}
	}
}

// A stub that is neither says what it lacks.
func TestNeitherShape(t *testing.T) {
	text := strings.Replace(good, "telemetry: ot.mode_change\n", "", 1)
	if _, got := read(text, nil); got != `DT1003 a stub has no "telemetry"` {
		t.Error(got)
	}
	text = strings.Replace(good, `condition: new_mode == "stop" && !listed`, "condition:", 1)
	if _, got := read(text, nil); got != "DT1003 condition has no value" {
		t.Error(got)
	}
}

func TestTimes(t *testing.T) {
	s, findings := read(goodCorrelation, nil)
	if findings != "" {
		t.Fatal(findings)
	}
	c := s.Tests.Cases[0]
	var at time.Duration
	var got []time.Duration
	for i := range c.Timeline {
		at = c.Timeline[i].When(at)
		got = append(got, at)
	}
	if got[0] != 0 || got[1] != 90*time.Minute || got[2] != 48*time.Hour+1 {
		t.Error(got)
	}
	if !c.Positive() || s.Tests.Cases[1].Positive() {
		t.Error("firings are a match")
	}
	if b := s.Correlation.Condition.Bounds(); len(b) != 2 || b[0].Op != "gt" || b[1].Op != "lte" || b[1].Value.V != 9 {
		t.Errorf("%+v", b)
	}
}

func FuzzCorrelationStub(f *testing.F) {
	f.Add(goodCorrelation)
	f.Add("name: a\ncorrelation: {rules: [[a]], aliases: {a: {b: [c]}}, condition: {field: [a, 1]}, sources: x}\ntests: {cases: [{timeline: [{at: +}], firings: {}}]}")
	f.Fuzz(func(t *testing.T, text string) {
		s, findings := read(text, nil)
		if s == nil && findings == "" {
			t.Error("nothing was read, and nothing said")
		}
		if s != nil && s.Correlation != nil {
			s.Correlation.Condition.Bounds()
			for _, c := range s.Tests.Cases {
				for i := range c.Timeline {
					c.Timeline[i].When(0)
				}
			}
		}
	})
}
