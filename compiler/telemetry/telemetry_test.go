package telemetry_test

import (
	"strings"
	"testing"
	"time"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

const good = `id: ot.mode_change
title: t
serves: [TA0104/T5]
logsource: {category: mode_change}
time: ts
fields:
  ts: {type: timestamp, doc: d}
  seen: {type: timestamp, doc: d}
  src_ip: {type: ip, doc: d}
  new_mode: {type: string, enum: [run, stop], doc: d}
  path: {type: string, collation: cased, doc: d}
  unit: {type: int, doc: d}
  tags: {type: list(string), doc: d}
sources:
  - id: zeek.modes
    title: Zeek modes.log
    logsource: {product: zeek}
    record: {_path: modes, n: 7}
    raw: {is_orig: bool}
    fields: {src_ip: id.orig_h, new_mode: [fn, sub], seen: seen_at, path: p}
    const: {unit: 7}
    values: {new_mode: {run: [Start], stop: [Stop, "0"]}, path: {a: [X], b: [x]}}
    time: {field: at, unit: ms}
    names: {verified: sample, doc: d}
`

func read(t *testing.T, text string) (*telemetry.Schema, string) {
	t.Helper()
	var l diag.List
	s := telemetry.Read(source.NewFile("t.yaml", text), &l)
	var lines []string
	for _, d := range l {
		lines = append(lines, string(d.Code)+" "+d.Message+" | "+d.Help)
	}
	return s, strings.Join(lines, "\n")
}

// What is read of a good file: each field's place, type, collation and unit.
func TestRead(t *testing.T) {
	s, findings := read(t, good)
	if findings != "" {
		t.Fatal(findings)
	}
	src, ok := s.Source("zeek.modes")
	if !ok || src.Kind != telemetry.Event || src.Format != telemetry.JSON || src.Record[1] != (telemetry.RawValue{Name: "n", Text: "7"}) {
		t.Errorf("%+v", src)
	}
	for name, want := range map[string]ir.Field{
		"at":        {Name: "at", Type: ir.Timestamp, Unit: time.Millisecond},
		"seen_at":   {Name: "seen_at", Type: ir.Timestamp, Unit: time.Millisecond}, // the log's unit goes for all its times
		"id.orig_h": {Name: "id.orig_h", Type: ir.IP},
		"sub":       {Name: "sub"}, // mapped: the log's own text
		"p":         {Name: "p", Cased: true},
		"is_orig":   {Name: "is_orig", Type: ir.Bool},
		"other":     {Name: "other"},
	} {
		if got := src.RawField(name); got != want {
			t.Errorf("%s is read as %+v, want %+v", name, got, want)
		}
	}
	if b := src.Binding("tags"); !b.Absent() {
		t.Errorf("tags: %+v", b)
	}
	if b := src.Binding("unit"); len(b.Const) != 1 || b.Const[0] != ir.IntValue(7) {
		t.Errorf("unit: %+v", b)
	}
	if got := strings.Join(src.RawNames(), " "); got != "at seen_at id.orig_h fn sub p _path n" {
		t.Error(got)
	}
}

// One thing is wrong at a time: what stands in place of what, and the finding with its help.
func TestFindings(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"time: ts", "time: tss", `DT4001 time names "tss", which is no field here | did you mean "ts"?`},
		{"time: ts", "time: unit", `DT4003 time names "unit", which is of type int | it must be a timestamp`},
		{"  unit: {", "  src: {type: string, doc: d}\n  src.ip: {type: ip, doc: d}\n  unit: {", `DT4002 the field "src.ip" stands below "src", which is a field itself | rename one of the two: a condition could not tell them apart`},
		{"  unit: {", "  Un it: {type: int, doc: d}\n  unit: {", `DT1005 a field can't be named "Un it" | small letters, digits and underscores, parts joined by dots: asset.criticality`},
		{"unit: {type: int,", "unit: {type: int, collation: cased,", `DT4003 "unit" is of type int, which has no case | leave collation out`},
		{"src_ip: id.orig_h", "scr_ip: id.orig_h", `DT4001 telemetry ot.mode_change has no field "scr_ip" | did you mean "src_ip"?`},
		{"const: {unit: 7}", "const: {units: 7}", `DT4001 telemetry ot.mode_change has no field "units" | did you mean "unit"?`},
		{"const: {unit: 7}", "const: {unit: seven}", `DT4003 text can't be the constant of "unit", which is of type int | `},
		{"const: {unit: 7}", "const: {unit: [7]}", `DT4003 a list can't be the constant of "unit", which is of type int | `},
		{"const: {unit: 7}", "const: {src_ip: 10.0.0.1}", `DT4003 "src_ip" stands under both fields and const | a field is either read or constant`},
		{"new_mode: [fn, sub], ", "", `DT4003 values maps "new_mode", which this source doesn't read | name it under fields`},
		{"values: {new_mode: {run: [Start], stop: [Stop, \"0\"]}, ", "values: {new_modes: {run: [Start]}, ", `DT4001 telemetry ot.mode_change has no field "new_modes" | did you mean "new_mode"?`},
		{"run: [Start]", "runn: [Start]", `DT4004 "runn" is none of the values of "new_mode" | did you mean "run"?`},
		// A raw value stands under one logical value, whatever its case; the fold is that of every comparison.
		{"run: [Start]", "run: [Start, Stop]", `DT4003 the log's value "Stop" stands for two values of "new_mode" | a raw value stands under one value only, or the mapping can't be undone`},
		{"run: [Start]", "run: [Start, STOP]", `DT4003 the log's value "Stop" stands for two values of "new_mode" | a raw value stands under one value only, or the mapping can't be undone`},
		{"run: [Start]", "run: [Start, \u017ftop]", `DT4003 the log's value "Stop" stands for two values of "new_mode" | a raw value stands under one value only, or the mapping can't be undone`},
		{"run: [Start]", "run: [Start, \u0130, i]", ``}, // İ folds with nothing else
		{"path: {a: [X], b: [x]}", "path: {a: [x], b: [x]}", `DT4003 the log's value "x" stands for two values of "path" | a raw value stands under one value only, or the mapping can't be undone`},
		{"const: {unit: 7}\n    values: {", "values: {unit: {one: [a]}, ", `DT4003 values maps "unit", which this source doesn't read | name it under fields`},
		{"path: p}\n    const: {unit: 7}\n    values: {", "path: p, unit: u}\n    values: {unit: {one: [a]}, ", `DT4003 "one" can't be a value of "unit", which is of type int | `},
		{"path: p}", "path: p, ts: other}", `DT4003 time reads "at", but fields reads ts from "other" | `},
		{"path: p}", "path: p, ts: [at, other]}", `DT4003 time reads ts from "at" alone, so that it can't have several names, values or a constant | leave ts out of fields, const and values`},
		{"const: {unit: 7}", "const: {ts: '2026-01-01T00:00:00Z'}", `DT4003 time reads ts from "at" alone, so that it can't have several names, values or a constant | leave ts out of fields, const and values`},
		{"path: p}", "path: p, tags: []}", `DT4003 "tags" is read from no raw name | name one, or leave the field out`},
		{"path: p}", "path: p, tags: 'rows[0].tag'}", `DT4003 the raw name "rows[0].tag" asks for one element of a list | leave the index out: a name that leads through a list is read from each of its elements`},
		{"logsource: {product: zeek}", "logsource: {}", `DT4003 the logsource of zeek.modes says nothing | name a product, category or service`},
		{"n: 7}", "n: [7]}", `DT1004 record.n takes one value, not a list | `},
		{"n: 7}", "n: null}", `DT1004 record.n takes one value, not nothing | `},
		{"verified: sample", "verified: unverified", `DT4020 the names of zeek.modes were read neither in a record nor in documentation | look at a record of the log before a rule on it is relied upon`},
		{"verified: sample", "verified: documentation", ``},
		{"unit: ms", "unit: min", "DT1005 unit can't be \"min\" | one of: s, ms, us, ns, rfc3339"},
		{"id: ot.mode_change", "id: Ot", `DT1005 id can't be "Ot" | it must be small letters, digits and underscores, parts joined by dots: asset.criticality`},
	} {
		if !strings.Contains(good, c.old) {
			t.Fatalf("the file doesn't say %s", c.old)
		}
		if _, got := read(t, strings.Replace(good, c.old, c.new, 1)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.new, got, c.want)
		}
	}
}

// A schema that has no name can't be used; one with a mistake elsewhere is read as far as it goes.
func TestUnusable(t *testing.T) {
	for _, text := range []string{"", "a: [", "[]", "title: t"} {
		if s, findings := read(t, text); s != nil || findings == "" {
			t.Errorf("%q: %v, %s", text, s, findings)
		}
	}
	if s, _ := read(t, strings.Replace(good, "title: t", "", 1)); s == nil || len(s.Sources) != 1 {
		t.Error("a missing title makes the whole schema unusable")
	}
}

func FuzzTelemetry(f *testing.F) {
	f.Add(good)
	f.Add(taxonomy)
	f.Add("id: a\nfields: {a: {type: int}}\nsources: [{id: b, const: {a: 1}, values: {a: {}}, time: {field: x, unit: s}}]")
	f.Fuzz(func(t *testing.T, text string) {
		var l diag.List
		s := telemetry.Read(source.NewFile("t.yaml", text), &l)
		if s == nil {
			if len(l) == 0 {
				t.Error("nothing was read, and nothing said")
			}
			return
		}
		for _, src := range s.Sources {
			for _, name := range src.RawNames() {
				src.RawField(name)
			}
			for _, name := range s.Names() {
				if b := src.Binding(name); len(b.Paths) > 0 && len(b.Const) > 0 {
					t.Errorf("%s is both read and constant", name)
				}
			}
		}
	})
}
