package stub_test

import (
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/source"
	"detc/compiler/stub"
)

const good = `name: ot-plc-stop
title: t
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01
tags: [TA0104]
level: high
telemetry: ot.mode_change
description: d
let: {listed: src_ip in context.hosts}
condition: new_mode == "stop" && !listed
alert: {summary: s, suppress: {by: [src_ip], for: 1h}, budget: 2/day}
tests:
  given: {new_mode: stop}
  cases:
    - {name: a stop, want: match}
    - {name: a run, but: {new_mode: run}, want: no match}
    - {name: raw, source: zeek.s7comm, raw: {fn: x}, want: no match}
`

func read(text string, defaults *stub.Defaults) (*stub.Stub, string) {
	var l diag.List
	s := stub.Read(source.NewFile("s.yaml", text), defaults, &l)
	var lines []string
	for _, d := range l {
		lines = append(lines, string(d.Code)+" "+d.Message)
	}
	return s, strings.Join(lines, "; ")
}

// One thing is wrong at a time.
func TestFindings(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"alert: {summary: s, suppress: {by: [src_ip], for: 1h}, budget: 2/day}", "alert: false", ""},
		{"alert: {summary: s, suppress: {by: [src_ip], for: 1h}, budget: 2/day}", "alert: true", "DT1004 alert takes false or a mapping"},
		{"budget: 2/day", "budget: 3/hour", ""}, {"budget: 2/day", "budget: 1/week", ""},
		{"budget: 2/day", "budget: 2/month", `DT1005 budget can't be "2/month"`},
		{"for: 1h", "for: 1 hour", `DT1005 for can't be "1 hour"`},
		{"level: high", "levle: high", `DT1001 a stub has no key "levle"; DT1003 a stub has no "level"`},
		{"level: high", "level: hihg", `DT1005 level can't be "hihg"`},
		{"{listed:", "{Listed-2x:", `DT1005 the let can't be named "Listed-2x"`},
		{"name: a run", "name: a stop", `DT4005 two cases are named "a stop"`},
		{"raw: {fn: x}", "raw: {fn: x}, sample: {file: f, line: 1, sha256: " + strings.Repeat("a", 64) + "}", `DT3105 case "raw" has more than one event`},
		{"raw: {fn: x}", "raw: {fn: x}, but: {new_mode: run}", `DT3105 case "raw" has more than one event`},
		{"source: zeek.s7comm, ", "", `DT3105 case "raw" doesn't say which source its record is of`},
		{", raw: {fn: x}", "", `DT3105 case "raw" names a source but has no record of it`},
		{"  given: {new_mode: stop}\n", "", `DT3105 case "a stop" has no event`},
		{"but: {new_mode: run}", "but: [run]", "DT1004 an event takes a mapping, not a list"},
		{"want: match}", "want: yes}", `DT1005 want can't be "yes"`},
	} {
		if !strings.Contains(good, c.old) {
			t.Fatalf("the stub doesn't say %s", c.old)
		}
		if _, got := read(strings.Replace(good, c.old, c.new, 1), nil); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.new, got, c.want)
		}
	}
}

// What a folder says holds where a stub is silent.
func TestDefaults(t *testing.T) {
	var l diag.List
	d := stub.ReadDefaults(source.NewFile("_defaults.yaml", "author: OT engineering\nstatus: test\ndate: 2026-11-22\ncontacts: [control room]\n"), &l)
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	s, _ := read(good+"status: stable\n", d)
	if s.Author.Value != "OT engineering" || s.Status.Value != "stable" || s.Date.Value != "2026-11-22" || len(s.Contacts) != 1 {
		t.Errorf("%q %q %q %v", s.Author.Value, s.Status.Value, s.Date.Value, s.Contacts)
	}
}

func TestUnusable(t *testing.T) {
	for _, text := range []string{"", "a: [", "[]", "title: t"} {
		if s, findings := read(text, nil); s != nil || findings == "" {
			t.Errorf("%q: %v, %s", text, s, findings)
		}
	}
}

func FuzzStub(f *testing.F) {
	f.Add(good)
	f.Add("name: a\ntests: {cases: [{name: b, given: x, but: [], raw: 1}]}\nalert: []")
	f.Fuzz(func(t *testing.T, text string) {
		s, findings := read(text, &stub.Defaults{})
		if s == nil && findings == "" {
			t.Error("nothing was read, and nothing said")
		}
		if s != nil {
			for _, c := range s.Tests.Cases {
				c.Positive()
			}
		}
	})
}
