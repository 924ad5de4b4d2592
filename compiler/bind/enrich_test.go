package bind_test

import (
	"fmt"
	"strings"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const richTables = `name: assets
title: t
type: keyed(ip)
version: 1
columns: {id: {type: string, doc: d}, safety: {type: bool, doc: d}}
owner: o
doc: d
---
name: windows
title: t
type: intervals(string)
version: 1
columns: {ticket: {type: string, doc: d}, urgent: {type: bool, doc: d}}
owner: o
doc: d
`

const richSchema = `id: ot.mode_change
title: t
serves: [TA0104/T1]
logsource: {category: c}
time: ts
enrich:
  asset: {table: assets, by: device_ip}
  change: {table: windows, by: asset.id, at: ts}
fields:
  ts: {type: timestamp, doc: d}
  device_ip: {type: ip, doc: d}
  mode: {type: string, doc: d}
sources:
  - id: log
    title: t
    logsource: {product: p}
    fields: {device_ip: [dst, target.ip], mode: m}
    time: {field: when, unit: s}
    names: {verified: sample, doc: d}
  - id: blind
    title: t
    logsource: {product: q}
    fields: {mode: m}
    time: {field: when, unit: s}
    names: {verified: sample, doc: d}
`

func rich(t *testing.T) (*telemetry.Schema, bind.Contents) {
	t.Helper()
	var l diag.List
	var tables []*context.Table
	for _, part := range strings.Split(richTables, "---\n") {
		tables = append(tables, context.Read(source.NewFile("t.yaml", part), &l))
	}
	s := telemetry.Read(source.NewFile("s.yaml", richSchema), &l)
	s.Enrich(tables, &l)
	contents := bind.Contents{}
	for i, text := range []string{
		"[{key: 10.0.0.0/24, id: net}, {key: [10.0.0.1, 10.0.0.2], id: PLC-1, safety: true}, {key: 10.0.0.3, safety: false}]",
		"[{key: plc-1, ticket: A, urgent: true, from: 2026-11-22T10:00Z, to: 2026-11-22T12:00Z}, {key: plc-1, ticket: B, from: 2026-11-22T11:00Z, to: 2026-11-22T13:00Z}]",
	} {
		docs, err := source.ParseYAML(source.NewFile("c.yaml", text))
		if err != nil {
			t.Fatal(err)
		}
		contents[tables[i].Name] = context.ReadNode(tables[i], docs[0], &l)
	}
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	return s, contents
}

func at(t *testing.T, s string) int64 {
	t.Helper()
	ns, err := context.Moment(s)
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

// shown are an event's fields that are looked up.
func shown(s *telemetry.Schema, e bind.Event) string {
	var out []string
	for _, f := range s.Fields {
		if values, there := e.Get(f.Field); there && f.Lookup != nil {
			var texts []string
			for _, v := range values {
				texts = append(texts, v.Text())
			}
			out = append(out, f.Name+"="+strings.Join(texts, ","))
		}
	}
	return strings.Join(out, " ")
}

func ipv(t *testing.T, s string) ir.Value {
	t.Helper()
	v, ok := ir.ParseValue(ir.Field{Type: ir.IP}, s, true)
	if !ok {
		t.Fatal(s)
	}
	return v
}

func TestEnrichEvent(t *testing.T) {
	s, c := rich(t)
	for _, want := range []struct{ ip, time, said, shown string }{
		{"10.0.0.2", "2026-11-22T11:30Z", "", "asset.id=PLC-1 asset.safety=true change.ticket=A,B change.urgent=true"},
		{"10.0.0.1", "2026-11-22T12:00Z", "", "asset.id=PLC-1 asset.safety=true change.ticket=B"},
		{"10.0.0.1", "2026-11-22T13:00Z", "", "asset.id=PLC-1 asset.safety=true"},
		{"10.0.0.3", "2026-11-22T11:30Z", "", "asset.safety=false"}, // a row that doesn't say
		{"10.0.0.9", "2026-11-22T11:30Z", "", "asset.id=net"},
		{"192.0.2.1", "2026-11-22T11:30Z", "", ""},
		{"", "2026-11-22T11:30Z", "", ""},
		{"10.0.0.1", "", "", "asset.id=PLC-1 asset.safety=true"},
		{"10.0.0.1", "2026-11-22T11:30Z", "asset.id", "asset.safety=true"}, // and so no change of it is known
	} {
		fields := map[string][]ir.Value{}
		if want.ip != "" {
			fields["device_ip"] = []ir.Value{ipv(t, want.ip)}
		}
		if want.time != "" {
			fields["ts"] = []ir.Value{{Type: ir.Timestamp, Int: at(t, want.time)}}
		}
		got := bind.NewEvent(fields).Enrich(s, c, func(f string) bool { return f == want.said }, nil)
		if text := shown(s, got); text != want.shown {
			t.Errorf("%s at %s: %q, want %q", want.ip, want.time, text, want.shown)
		}
	}
	given := map[string][]ir.Value{"device_ip": {ipv(t, "10.0.0.1")}, "asset.id": {ir.StringValue("other")}}
	when := at(t, "2026-11-22T11:30Z")
	if got := shown(s, bind.NewEvent(given).Enrich(s, c, nil, &when)); got != "asset.id=other asset.safety=true" {
		t.Errorf("what the event has itself is lost: %s", got)
	}
	delete(given, "asset.id")
	if got := shown(s, bind.NewEvent(given).Enrich(s, c, nil, &when)); !strings.Contains(got, "change.ticket=A,B") {
		t.Errorf("the time that is given doesn't count: %s", got)
	}
}

// What a bound rule sees of an enriched record is what the rule sees of the enriched event.
func TestEnrichRecordIsEnrichEvent(t *testing.T) {
	s, c := rich(t)
	rules := []string{`exists(asset.id) & !exists(change.ticket)`, `asset.safety = true`, `change.ticket = "b" & change.urgent = true`, `mode = "stop" & !(asset.safety = true)`}
	field := func(n string) (ir.Field, bool) { f, ok := s.Field(n); return f.Field, ok }
	matched := 0
	for _, raw := range []string{
		`{"dst": "10.0.0.1", "when": %d, "m": "stop"}`, `{"target": {"ip": "10.0.0.2"}, "when": %d}`, `{"dst": "10.0.0.9", "when": %d, "m": "stop"}`,
		`{"dst": "no address", "when": %d}`, `{"when": %d}`, `{"dst": "10.0.0.1", "when": "never", "x": %d}`,
		`{"dst": "10.0.0.1", "when": %d, "asset.id": "own"}`, `{"dst": "10.0.0.1", "when": %d, "asset": {"safety": false}}`,
	} {
		for _, time := range []string{"2026-11-22T09:59:59Z", "2026-11-22T10:00Z", "2026-11-22T11:30Z", "2026-11-22T13:00Z"} {
			rec, err := bind.ParseRecord(telemetry.JSON, []byte(fmt.Sprintf(raw, at(t, time)/1e9)))
			if err != nil {
				t.Fatal(err)
			}
			for _, tsrc := range s.Sources {
				src := &bind.Source{Source: tsrc}
				event := src.Read(rec).Enrich(s, c, nil, nil)
				record := src.Enrich(rec, c, nil)
				if got, want := shown(s, src.Read(record)), shown(s, event); got != want {
					t.Errorf("%s: the record says %q, the event %q", raw, got, want)
				}
				for _, text := range rules {
					e, err := ir.Parse(source.NewFile("r", text), field)
					if err != nil {
						t.Fatal(err)
					}
					var l diag.List
					out := bind.Rule(&ir.Rule{Name: "r", Where: ir.Normalize(e)}, src, true, &l)
					want := eval.Match(e, event, nil)
					if out.Bound == nil {
						if want {
							t.Errorf("%s is not bound to %s (%s), and matches there", text, src.ID, out.Reason)
						}
						continue
					}
					if got := eval.Match(out.Bound.Where, record, nil); got != want {
						t.Errorf("%s on %s of %s: bound %t, rule %t", text, raw, src.ID, got, want)
					}
					if want {
						matched++
					}
				}
			}
		}
	}
	if matched < 20 {
		t.Errorf("only %d matches", matched)
	}
}

func TestUnsupplied(t *testing.T) {
	s, c := rich(t)
	e, err := ir.Parse(source.NewFile("r", `mode = "stop" & !exists(change.ticket)`), func(n string) (ir.Field, bool) { f, ok := s.Field(n); return f.Field, ok })
	if err != nil {
		t.Fatal(err)
	}
	ev := bind.NewEvent(map[string][]ir.Value{"mode": {ir.StringValue("stop")}})
	none := func(string) bool { return false }
	for _, want := range []struct {
		have   bind.Contents
		said   string
		tables string
	}{
		{nil, "", "assets windows"}, {bind.Contents{"assets": c["assets"]}, "", "windows"}, {bind.Contents{"windows": c["windows"]}, "", "assets"},
		{c, "", ""}, {nil, "change.ticket", ""}, {bind.Contents{"windows": c["windows"]}, "asset.id", ""},
	} {
		said := none
		if want.said != "" {
			said = func(f string) bool { return f == want.said }
		}
		if got := strings.Join(ev.Unsupplied(s, want.have, said, e), " "); got != want.tables {
			t.Errorf("with %d tables, %q said: %q, want %q", len(want.have), want.said, got, want.tables)
		}
	}
	var names []string
	for _, f := range bind.Lookups(s, e) {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "asset.id change.ticket" {
		t.Error(got)
	}
}
