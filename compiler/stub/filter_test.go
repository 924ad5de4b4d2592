package stub_test

import (
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/source"
	"detc/compiler/stub"
)

const goodFilter = `name: site-scanner
title: The scanner of plant 2
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01
owner: OT engineering
ticket: CHG-4711
until: 2027-01-31
reason: It changes nothing.
rules: [ot-plc-stop]
telemetry: ot.mode_change
let: {scanner: src_ip == "10.1.1.9"}
exclude: scanner && new_mode == "stop"
tests:
  given: {new_mode: stop, src_ip: 10.1.1.9}
  cases:
    - {name: the scanner, want: no match}
    - {name: another host, but: {src_ip: 10.1.1.10}, want: match}
`

// One thing is wrong at a time.
func TestFilterFindings(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"rules: [ot-plc-stop]", "rules: ot-plc-stop", ""},
		{"rules: [ot-plc-stop]", "rules: any", ""},
		{"rules: [ot-plc-stop]", "rules: [ot-plc-stop, any]", "DT1005 any stands beside the names of rules"},
		{"rules: [ot-plc-stop]", "rules: [OT plc stop]", `DT1005 rules can't be "OT plc stop"`},
		{"owner: OT engineering\n", "", `DT1003 a filter has no "owner"`},
		{"ticket: CHG-4711\n", "", `DT1003 a filter has no "ticket"`},
		{"until: 2027-01-31\n", "", `DT1003 a filter has no "until"`},
		{"ticket: CHG-4711", "ticket:", "DT1003 ticket has no value"},
		{"until: 2027-01-31", "until: 31 January", `DT1005 until can't be "31 January"`},
		{"reason:", "raeson:", `DT1001 a filter has no key "raeson"; DT1003 a filter has no "reason"`},
		{"exclude:", "condition:", `DT1001 a filter has no key "condition"; DT1003 a filter has no "exclude"`},
		{"{scanner:", "{Scanner-2x:", `DT1005 the let can't be named "Scanner-2x"`},
		{"name: another host", "name: the scanner", `DT4005 two cases are named "the scanner"`},
		{"  given: {new_mode: stop, src_ip: 10.1.1.9}\n", "", `DT3105 case "the scanner" has no event`},
	} {
		text := strings.Replace(goodFilter, c.old, c.new, 1)
		var l diag.List
		f := stub.ReadFilter(source.NewFile("f.yaml", text), &l)
		var lines []string
		for _, d := range l {
			lines = append(lines, string(d.Code)+" "+d.Message)
		}
		if got := strings.Join(lines, "; "); got != c.want || f == nil {
			t.Errorf("%q in place of %q: %s, want %s", c.new, c.old, got, c.want)
		}
	}
}

// A filter without a name can't be spoken of.
func TestFilterWithoutName(t *testing.T) {
	var l diag.List
	if f := stub.ReadFilter(source.NewFile("f.yaml", strings.Replace(goodFilter, "name: site-scanner\n", "", 1)), &l); f != nil || !l.HasErrors() {
		t.Error("it was read")
	}
}

func TestFilterForAll(t *testing.T) {
	for text, want := range map[string]bool{"[a, b]": false, "any": true, "[any]": true} {
		var l diag.List
		f := stub.ReadFilter(source.NewFile("f.yaml", strings.Replace(goodFilter, "[ot-plc-stop]", text, 1)), &l)
		if f.All() != want {
			t.Errorf("rules: %s is for all: %t", text, f.All())
		}
	}
}

// A draft that is filled in reads back whole; one that isn't says what a person must add, and nothing else.
func TestFilterDraft(t *testing.T) {
	d := &stub.FilterDraft{Name: "site-scanner", Title: "The scanner: plant 2", ID: "6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01", Date: "2026-11-22",
		Rules: []string{"ot-plc-stop"}, Telemetry: "ot.mode_change", Let: []stub.Let{{Name: "scanner", Text: `src_ip == "10.1.1.9"`}},
		Exclude: `scanner && new_mode == "stop"`}
	read := func() (*stub.Filter, string) {
		var l diag.List
		f := stub.ReadFilter(source.NewFile("f.yaml", string(d.YAML())), &l)
		var lines []string
		for _, d := range l {
			lines = append(lines, d.Message)
		}
		return f, strings.Join(lines, "; ")
	}
	const missing = `owner has no value; ticket has no value; until has no value; reason has no value; a filter has no "tests"`
	if _, got := read(); got != missing {
		t.Errorf("%s\n%s", got, d.YAML())
	}
	d.Owner, d.Ticket, d.Until, d.Reason, d.Rules = "OT engineering", "CHG-4711", "2027-01-31", "It changes nothing.\n\nIt asks once a night.", nil
	f, got := read()
	if got != `a filter has no "tests"` {
		t.Errorf("%s\n%s", got, d.YAML())
	}
	if !f.All() || f.Title.Value != d.Title || f.Owner.Value != d.Owner || f.Until.Value != d.Until || f.Reason.Value != d.Reason ||
		f.Exclude.Value != d.Exclude || f.Let[0].Value.Value != d.Let[0].Text || f.Telemetry.Value != d.Telemetry || f.ID.Value != d.ID {
		t.Errorf("read back as %+v\n%s", f.FilterForm, d.YAML())
	}
}
