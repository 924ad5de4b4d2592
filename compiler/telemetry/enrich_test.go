package telemetry_test

import (
	"strings"
	"testing"

	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const enrichTables = `name: assets
title: t
type: keyed(ip)
version: 3
columns:
  id: {type: string, doc: d}
  parent: {type: ip, doc: d}
  criticality: {type: string, enum: [low, high], doc: d}
owner: o
doc: d
---
name: windows
title: t
type: intervals(string)
version: 1
columns: {ticket: {type: string, doc: d}, since: {type: int, doc: d}}
owner: o
doc: d
---
name: hosts
title: t
type: list(ip)
version: 1
owner: o
doc: d
`

const enrichSchema = `id: ot.mode_change
title: t
serves: [TA0104/T1]
logsource: {category: c}
time: ts
enrich:
  change: {table: windows, by: asset.id}
  asset: {table: assets, by: device_ip}
fields:
  ts: {type: timestamp, doc: d}
  seen: {type: timestamp, doc: d}
  device_ip: {type: ip, role: target, doc: d}
  user: {type: string, doc: d}
  all: {type: list(ip), doc: d}
sources:
  - id: with.address
    title: t
    logsource: {product: p}
    fields: {device_ip: dst}
    time: {field: when, unit: s}
    names: {verified: sample, doc: d}
  - id: without.address
    title: t
    logsource: {product: q}
    fields: {user: who}
    time: {field: when, unit: s}
    names: {verified: sample, doc: d}
`

func tablesOf(t *testing.T, text string) (out []*context.Table) {
	t.Helper()
	for _, part := range strings.Split(text, "---\n") {
		var l diag.List
		out = append(out, context.Read(source.NewFile("t.yaml", part), &l))
		if len(l) > 0 {
			t.Fatal(l[0].Message)
		}
	}
	return out
}

func enriched(t *testing.T, schema string) (*telemetry.Schema, []string) {
	t.Helper()
	var l diag.List
	s := telemetry.Read(source.NewFile("s.yaml", schema), &l)
	if s == nil {
		t.Fatal(l[0].Message)
	}
	s.Enrich(tablesOf(t, enrichTables), &l)
	var lines []string
	for _, d := range l {
		lines = append(lines, string(d.Code)+" "+d.Message)
	}
	return s, lines
}

// The columns become fields, what rests on another lookup after it, in the sources that have what they are looked up by.
func TestEnrich(t *testing.T) {
	s, lines := enriched(t, enrichSchema)
	if len(lines) > 0 {
		t.Fatal(lines)
	}
	if got := strings.Join(s.Names(), " "); got != "ts seen device_ip user all asset.id asset.parent asset.criticality change.ticket change.since" {
		t.Error(got)
	}
	for name, want := range map[string]string{
		"asset.criticality": "string assets 3 by device_ip", "asset.parent": "ip assets 3 by device_ip",
		"change.ticket": "list(string) windows 1 by asset.id at ts", "change.since": "list(int) windows 1 by asset.id at ts",
	} {
		f, ok := s.Field(name)
		if !ok || f.Lookup == nil {
			t.Fatalf("no field %s", name)
		}
		if got := f.TypeName() + " " + f.Lookup.Text(func(n string) string { return n }); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
		if b := s.Sources[0].Binding(name); len(b.Paths) != 1 || b.Paths[0] != f.Field {
			t.Errorf("%s stands under %v in a log with addresses", name, b.Paths)
		}
		if !s.Sources[1].Binding(name).Absent() {
			t.Errorf("%s is bound in a log without addresses", name)
		}
	}
	if f, _ := s.Field("asset.criticality"); len(f.Enum) != 2 || f.Role != "target" {
		t.Errorf("%v %q", f.Enum, f.Role)
	}
	if !s.Enriches("windows") || s.Enriches("hosts") {
		t.Error("which tables are looked up is told wrongly")
	}
}

func TestEnrichFindings(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"table: assets", "table: asets", `DT4200 there is no context table "asets" to look up`},
		{"table: assets", "table: hosts", "DT4200 hosts is a list, which has no columns"},
		{"by: device_ip", "by: device_id", `DT4001 telemetry ot.mode_change has no field "device_id"`},
		{"by: device_ip", "by: user", "DT4201 assets is looked up by a value of type ip, and user is of type string"},
		{"by: device_ip", "by: all", "DT4201 assets is looked up by a value of type ip, and all is of type list(ip)"},
		{"by: device_ip", "by: device_ip, at: ts", "DT4201 the rows of assets hold at any time"},
		{"by: asset.id", "by: asset.id, at: user", "DT4201 user is of type string, and says no time"},
		{"by: device_ip", "by: asset.parent", `DT4202 the lookup "asset" rests on itself, through asset.parent`},
		{"by: asset.id", "by: asset.name", `DT4001 telemetry ot.mode_change has no field "asset.name"`},
		{"change: {", "user: {", `DT4002 the lookup "user" gives fields below a name that the field "user" has`},
		{"change: {", "context: {", `DT1005 a lookup can't be named "context"`},
	} {
		_, lines := enriched(t, strings.Replace(enrichSchema, c.old, c.new, 1))
		if len(lines) == 0 || lines[0] != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.new, lines, c.want)
		}
		if strings.Contains(c.new, "asset.parent") && len(lines) != 1 {
			t.Errorf("a circle is said more than once: %q", lines)
		}
	}
	if s, lines := enriched(t, strings.Replace(enrichSchema, "by: asset.id", "by: asset.id, at: seen", 1)); len(lines) > 0 {
		t.Error(lines)
	} else if f, _ := s.Field("change.ticket"); f.Lookup.At != "seen" {
		t.Errorf("%+v", f.Lookup)
	} else if !s.Sources[0].Binding("change.ticket").Absent() {
		t.Error("what is looked up at a time that the log doesn't have is bound there")
	}
}
