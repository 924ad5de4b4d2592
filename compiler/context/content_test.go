package context_test

import (
	"net/netip"
	"strings"
	"testing"

	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

const assets = `name: assets
title: t
type: keyed(ip)
version: 1
columns:
  id: {type: string, doc: d}
  criticality: {type: string, enum: [low, high], doc: d}
  safety: {type: bool, doc: d}
owner: o
doc: d
`

const windows = `name: change_windows
title: t
type: intervals(string)
version: 1
columns:
  ticket: {type: string, doc: d}
owner: o
doc: d
`

func table(t *testing.T, text string) *context.Table {
	t.Helper()
	var l diag.List
	out := context.Read(source.NewFile("t.yaml", text), &l)
	if out == nil || len(l) > 0 {
		t.Fatalf("%v", l)
	}
	return out
}

// content reads entries and gives back the findings as lines.
func content(t *testing.T, tb *context.Table, entries string) (*context.Content, []string) {
	t.Helper()
	var l diag.List
	docs, err := source.ParseYAML(source.NewFile("c.yaml", entries))
	if err != nil {
		t.Fatal(err)
	}
	c := context.ReadNode(tb, docs[0], &l)
	var lines []string
	for _, d := range l {
		lines = append(lines, string(d.Code)+" "+d.Message)
	}
	return c, lines
}

func ip(s string) ir.Value { return ir.IPValue(netip.MustParseAddr(s)) }

func TestLookupByKeyAndNetwork(t *testing.T) {
	c, lines := content(t, table(t, assets), `
- {key: 10.0.0.0/8, id: plant, criticality: low}
- {key: 10.1.0.0/16, id: line-1}
- {key: [10.1.2.3, "fd00::3"], id: plc-7, criticality: high, safety: true}
`)
	if len(lines) > 0 {
		t.Fatal(lines)
	}
	for _, want := range []struct{ key, column, text string }{
		{"10.1.2.3", "id", "plc-7"}, {"::ffff:10.1.2.3", "id", "plc-7"}, {"fd00::3", "safety", "true"},
		{"10.1.9.9", "id", "line-1"}, {"10.1.9.9", "criticality", ""}, // the narrowest network, as a whole
		{"10.9.9.9", "id", "plant"}, {"192.0.2.1", "id", ""}, {"10.1.2.3", "nothing", ""},
	} {
		var got []string
		for _, v := range c.Lookup(ip(want.key), 0, want.column) {
			got = append(got, v.Text())
		}
		if strings.Join(got, ",") != want.text {
			t.Errorf("%s of %s is %v, want %q", want.column, want.key, got, want.text)
		}
	}
}

func TestKeysOfTextFoldCase(t *testing.T) {
	c, _ := content(t, table(t, windows), `[{key: PLC-7, from: 2026-11-22T20:00Z, to: 2026-11-22T21:00Z, ticket: C1}]`)
	at := moment(t, "2026-11-22T20:30Z")
	if got := c.Lookup(ir.StringValue("plc-7"), at, "ticket"); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := c.Lookup(ir.StringValue("plc-8"), at, "ticket"); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestRowsThatAreRefused(t *testing.T) {
	a, w := table(t, assets), table(t, windows)
	for _, c := range []struct {
		table         *context.Table
		entries, want string
	}{
		{a, `[{key: 10.0.0.1, id: 5}]`, "DT1004 id is text, not a whole number"},
		{a, `[{key: 10.0.0.1, critical: high}]`, `DT1001 assets has no column "critical"`},
		{a, `[{key: 10.0.0.1, criticality: huge}]`, `DT1005 criticality can't be "huge"`},
		{a, `[{id: x}]`, "DT1003 a row of assets has no key"},
		{a, `[{key: 10.0.0.1/8, id: x}]`, `DT1005 "10.0.0.1/8" is no network`},
		{a, `[{key: plc-7, id: x}]`, `DT1004 a key of assets is of type ip, which "plc-7" is not`},
		{a, `[{key: 10.0.0.1, id: x}, {key: 10.0.0.1, id: y}]`, "DT4005 assets has two rows for 10.0.0.1"},
		{a, `[{key: 10.0.0.1, from: 2026-01-01T00:00Z}]`, `DT1001 assets has no column "from"`},
		{a, `[plc]`, "DT1004 a row of assets is a mapping, not text"},
		{a, `{key: 10.0.0.1}`, "DT1004 the content of assets is a list, not a mapping"},
		{w, `[{key: a, to: 2026-01-01T00:00Z}]`, "DT1003 the row doesn't say from when it holds"},
		{w, `[{key: a, from: 2026-01-02T00:00Z, to: 2026-01-01T00:00Z}]`, "DT1005 the row ends before it begins"},
		{w, `[{key: a, from: 2026-01-01T00:00, to: 2026-01-01T01:00, zone: Europe/Berln}]`, `DT1005 there is no time zone "Europe/Berln"`},
		{w, `[{key: a, from: 2026-01-01T00:00, to: 2026-01-01T01:00, zone: Local}]`, `DT1005 there is no time zone "Local"`},
		{w, `[{key: a, from: 2026-01-01T00:00, to: 2026-01-03T01:00, every: day}]`, "DT1005 a window that is repeated every day is 49h0m0s long"},
		{w, `[{key: a, from: 2026-01-01T00:00, to: 2026-01-01T01:00, until: 2026-02-01}]`, "DT1005 until is for a window that is repeated"},
		{w, `[{key: a, from: 2026-01-01T00:00Z, to: 2026-01-01T01:00Z, every: week}]`, "DT1005 a window that is repeated is told in the zone's own time"},
		{w, `[{key: a, from: tomorrow, to: 2026-01-01T01:00Z}]`, `DT1005 from is a time, not "tomorrow"`},
		{w, `[{key: a, from: 0001-01-01T00:00Z, to: 2026-01-01T01:00Z}]`, `DT1005 from is a time, not "0001-01-01T00:00Z"`},
	} {
		got, lines := content(t, c.table, c.entries)
		if len(lines) != 1 || lines[0] != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.entries, lines, c.want)
		}
		if len(got.Rows) > 1 && !strings.Contains(c.want, "two rows") {
			t.Errorf("%s: the row was taken all the same", c.entries)
		}
	}
}

func TestOverlay(t *testing.T) {
	tb := table(t, assets)
	below, _ := content(t, tb, `[{key: [10.0.0.1, 10.0.0.2], id: below, criticality: low}, {key: 10.2.0.0/16, id: net}]`)
	over, _ := content(t, tb, `[{key: 10.0.0.1, id: over}, {key: 10.2.0.0/16, id: other}]`)
	var l diag.List
	c := below.Over(over, &l)
	for key, want := range map[string]string{"10.0.0.1": "over", "10.0.0.2": "below", "10.2.0.9": "other"} {
		if got := c.Lookup(ip(key), 0, "id"); len(got) != 1 || got[0].Str != want {
			t.Errorf("%s: %v, want %s", key, got, want)
		}
	}
	if got := c.Lookup(ip("10.0.0.1"), 0, "criticality"); len(got) != 0 {
		t.Errorf("a row of the overlay is the whole row, yet criticality is %v", got)
	}
	over.Replace = true
	if c := below.Over(over, &l); len(c.Lookup(ip("10.0.0.2"), 0, "id")) != 0 {
		t.Error("what replaces leaves nothing of what is below")
	}
	if len(l) > 0 {
		t.Error(l)
	}
}

func TestExport(t *testing.T) {
	tb := table(t, windows)
	const rows = `
- {key: plc-7, ticket: "C,2", from: 2026-10-24T22:00, to: 2026-10-25T04:00, zone: Europe/Berlin, every: week}
- {key: [plc-7, plc-8], ticket: C1, from: 2026-11-01T10:00Z, to: 2026-11-01T11:00Z}
`
	c, _ := content(t, tb, rows)
	e := c.Export(moment(t, "2026-10-20"), moment(t, "2026-11-03"))
	got, err := e.CSV()
	const want = `key,from,to,ticket
plc-7,2026-10-24T20:00:00Z,2026-10-25T03:00:00Z,"C,2"
plc-7,2026-10-31T21:00:00Z,2026-11-01T03:00:00Z,"C,2"
plc-7,2026-11-01T10:00:00Z,2026-11-01T11:00:00Z,C1
plc-8,2026-11-01T10:00:00Z,2026-11-01T11:00:00Z,C1
`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	if e.ValidUntil != "2026-11-03T00:00:00Z" || e.From != "2026-10-20T00:00:00Z" {
		t.Errorf("%+v", e)
	}
	turned, _ := content(t, tb, "["+strings.Join([]string{
		`{key: [plc-8, plc-7], ticket: C1, from: 2026-11-01T10:00Z, to: 2026-11-01T11:00Z}`,
		`{key: plc-7, ticket: "C,2", from: 2026-10-24T22:00, to: 2026-10-25T04:00, zone: Europe/Berlin, every: week}`}, ",")+"]")
	if again := turned.Export(moment(t, "2026-10-20"), moment(t, "2026-11-03")); again.Digest != e.Digest {
		t.Error("the order of the text shows in the digest")
	}
	longer := c.Export(moment(t, "2026-10-20"), moment(t, "2026-11-10"))
	if longer.Digest == e.Digest || len(longer.Rows) != 5 {
		t.Errorf("a longer horizon: %d rows", len(longer.Rows))
	}
	text, err := e.JSON()
	if err != nil || !strings.Contains(string(text), `"valid_until": "2026-11-03T00:00:00Z"`) {
		t.Errorf("%v\n%s", err, text)
	}
}
