package bind_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const writingSource = `
id: ot.command
title: t
serves: [TA0104/T2]
logsource: {category: command}
time: ts
fields:
  ts: {type: timestamp, doc: d}
  operation: {type: string, doc: d}
  sub_operation: {type: string, doc: d}
  action: {type: string, enum: [read, write], doc: d}
  protocol: {type: string, doc: d}
  device: {type: string, doc: d}
  user: {type: string, doc: d}
  tags: {type: list(string), doc: d}
sources:
  - id: zeek.s7comm
    title: Zeek s7comm.log
    logsource: {product: zeek, service: s7comm}
    record: {_path: s7comm}
    fields: {operation: fn, sub_operation: sub, action: [sub, fn], device: id.resp_h, tags: tags}
    const: {protocol: s7comm}
    values: {action: {read: [Read Variable, Read Clock], write: [Write Variable]}}
    time: {field: ts, unit: s}
    names: {verified: sample, doc: d}
`

// A logical event becomes a record of the log that reads as it. One that no record can be is not written, and why.
func TestWrite(t *testing.T) {
	var l diag.List
	s := telemetry.Read(source.NewFile("s.yaml", writingSource), &l)
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	raw := func(name string) ir.Field { return s.Sources[0].RawField(name) }
	filter, err := ir.Parse(source.NewFile("where", `is_orig = "T" & (rosctr = "Job" | rosctr = "Data") & !(fn = "Ping")`), func(n string) (ir.Field, bool) { return raw(n), true })
	if err != nil {
		t.Fatal(err)
	}
	src := &bind.Source{Source: s.Sources[0], Filter: ir.Normalize(filter)}
	for _, c := range []struct{ event, record, lost, reason string }{
		{`device: plc`, `{"_path":"s7comm","id.resp_h":"plc","is_orig":"T","rosctr":"Data"}`, "protocol", ""},
		{`{device: plc, protocol: s7comm, user: op}`, `{"_path":"s7comm","id.resp_h":"plc","is_orig":"T","rosctr":"Data"}`, "user", ""},
		{`{ts: 2026-11-22T03:00:00Z, tags: [a, b]}`, `{"_path":"s7comm","is_orig":"T","rosctr":"Data","tags":["a","b"],"ts":1795316400}`, "protocol", ""},
		// One raw name tells of two fields: the way of writing is found on which they agree.
		{`{operation: Read Clock, action: read}`, `{"_path":"s7comm","fn":"Read Clock","is_orig":"T","rosctr":"Data"}`, "protocol", ""},
		{`{operation: Ask, sub_operation: Write Variable, action: write}`, `{"_path":"s7comm","fn":"Ask","is_orig":"T","rosctr":"Data","sub":"Write Variable"}`, "protocol", ""},
		// And where they can't agree there is no such record.
		{`operation: Write Variable`, `{"_path":"s7comm","fn":"Write Variable","is_orig":"T","rosctr":"Data"}`, "protocol action", ""},
		{`action: read`, `{"_path":"s7comm","is_orig":"T","rosctr":"Data","sub":"Read Variable"}`, "protocol sub_operation", ""},
		{`{operation: Read Clock, action: write}`, `{"_path":"s7comm","fn":"Read Clock","is_orig":"T","rosctr":"Data","sub":"Write Variable"}`, "protocol sub_operation", ""},
		{`{protocol: dnp3}`, "", "", "protocol is always s7comm there"},
		{`{operation: Ping}`, "", "", "no row that the filter lets through has these values"},
		{`{operation: Ask, sub_operation: x, action: read}`, "", "", "the log keeps action and another field in sub"},
	} {
		docs, err := source.ParseYAML(source.NewFile("e", c.event))
		if err != nil {
			t.Fatal(err)
		}
		e := bind.NewEvent(bind.EventOf(docs[0], s, &l))
		rec, lost, reason := src.Write(e)
		text := ""
		if reason == "" {
			text = jsonOf(t, rec)
		}
		if text != c.record || strings.Join(lost, " ") != c.lost || reason != c.reason {
			t.Errorf("%s\n got %s, lost %q, %q\nwant %s, lost %q, %q", c.event, text, lost, reason, c.record, c.lost, c.reason)
		}
	}
}

// If an event is written, its record is of the log, passes the row filter and reads as the event but for what is lost.
// An event that was itself read from such a record can be written wherever it can be said in one way at all.
func TestWriteIsUndoneByRead(t *testing.T) {
	all := worlds(t, 120)
	counts := map[string]int{}
	rounds(t, 4000)
	rapid.Check(t, func(t *rapid.T) {
		w := all[rapid.IntRange(0, len(all)-1).Draw(t, "world")]
		e := drawEvent(t, w.source)
		rec, lost, reason := w.source.Write(e)
		if reason != "" {
			word, _, _ := strings.Cut(reason, " ")
			counts["not written: "+word+" …"]++
			return
		}
		counts["written"]++
		if !w.source.Belongs(rec) {
			t.Fatalf("%v is of another log\n%s", rec.Values(), w.text)
		}
		if w.source.Filter != nil && !eval.Match(w.source.Filter, rec, nil) {
			t.Fatalf("%v is left out by %s\n%s", rec.Values(), ir.Text(w.source.Filter), w.text)
		}
		read := w.source.Read(rec)
		for _, f := range schemaFields(w.source) {
			want, given := e.Get(f)
			got, has := read.Get(f)
			if slices.Contains(lost, f.Name) {
				if b := w.source.Binding(f.Name); given && !b.Absent() && b.Const == nil {
					t.Fatalf("%s differs, and needn't\n%s", f.Name, w.text)
				}
				continue
			}
			if given != has || !slices.Equal(want, got) {
				t.Fatalf("%s was %v, %t and is %v, %t in %v\n%s", f.Name, want, given, got, has, rec.Values(), w.text)
			}
		}
	})
	for _, name := range sorted(counts) {
		t.Logf("%6d %s", counts[name], name)
	}
	if counts["written"] < 20 {
		t.Error("hardly any event was written: the test shows nothing")
	}
}

// drawEvent gives a few of the fields, with values that the source has words for more often than not.
func drawEvent(t *rapid.T, src *bind.Source) bind.Event {
	g := draw{t}
	held := map[string][]ir.Value{}
	for _, f := range src.Schema.Fields {
		b := src.Binding(f.Name)
		if b.Const != nil && g.pick(4) > 0 {
			held[f.Name] = b.Const
		}
		if g.pick(6) > 0 {
			continue
		}
		n := 1
		if f.List {
			n += g.pick(2)
		}
		var values []ir.Value
		for range n {
			v := irtest.Value(f.Type).Draw(t, f.Name)
			if b.Values != nil && g.pick(5) > 0 {
				v, _ = ir.ParseValue(f.Field, b.Values[g.pick(len(b.Values))].Logical, true)
			}
			values = append(values, v)
		}
		held[f.Name] = values
	}
	return bind.NewEvent(held)
}
