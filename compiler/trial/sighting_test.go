package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

func explained(t *testing.T, rows int, sources []*bind.Source, subjects []Subject, text string) *Result {
	t.Helper()
	in := Input{"log", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	return Run(sources, subjects, []Input{in}, Options{Jobs: 2, Explain: rows})
}

// Where somebody asks, the rows are named with what their verdict rests on, and the file by its bytes.
func TestExplained(t *testing.T) {
	sources, subjects := library(t)
	text := strings.Repeat(stop+"\n", 4)
	r := explained(t, 2, sources, subjects, text)
	sum := sha256.Sum256([]byte(text))
	if got := r.Files[0].SHA256; got != hex.EncodeToString(sum[:]) {
		t.Errorf("digest %s", got)
	}
	x := rule(r, "ot-mode-change-unlisted", "zeek.s7comm.mode")
	if x.Waits != 4 || x.Empty != 4 || len(x.Sightings) != 2 || x.Sightings[1].Line != 2 || !slices.Equal(x.Files, []InFile{{"log", 0, 4, 4}}) {
		t.Errorf("%+v", x)
	}
	if why := x.Sightings[0].Trace.Why(); !strings.Contains(why, `function_name is "PLC Stop"`) {
		t.Error(why)
	}
	if r := try(t, 1, text); r.Files[0].SHA256 != "" || rule(r, "ot-mode-change-unlisted", "zeek.s7comm.mode").Sightings != nil {
		t.Error("explained unasked")
	}
}

// schemaOf makes a schema of one source that looks assets up, and a rule on it.
func schemaOf(t *testing.T, text string, where func(f func(string) ir.Field) ir.Expr) ([]*bind.Source, []Subject) {
	t.Helper()
	var l diag.List
	table := context.Read(source.NewFile("t.yaml", "name: assets\ntitle: Assets\ntype: keyed(ip)\nversion: 1\nowner: OT engineering\ndoc: what stands where\ncolumns:\n  safety: {type: bool, doc: trips the plant}\n"), &l)
	s := telemetry.Read(source.NewFile("s.yaml", text), &l)
	if l.HasErrors() || table == nil {
		t.Fatal(l)
	}
	s.Enrich([]*context.Table{table}, &l)
	src := &bind.Source{Source: s.Sources[0]}
	e := where(func(name string) ir.Field {
		f, ok := s.Field(name)
		if !ok {
			t.Fatalf("no field %s", name)
		}
		return f.Field
	})
	b := bind.Rule(&ir.Rule{Name: "r", Telemetry: s.ID, Where: ir.Normalize(e)}, src, true, &l).Bound
	if b == nil {
		t.Fatal(l)
	}
	return []*bind.Source{src}, []Subject{{Name: "r", On: []*bind.Bound{b}}}
}

const looksUp = `id: x.y
title: X
description: x
serves: [TA0104/T5]
time: ts
logsource: {product: x}
fields:
  ts: {type: timestamp, doc: when}
  device: {type: ip, doc: which}
enrich:
  asset: {table: assets, by: device}
sources:
  - id: x.log
    title: X
    logsource: {product: x, service: log}
    record: {_path: x}
    fields: {ts: ts, device: dst}
    time: {field: ts, unit: s}
    names: {verified: unverified, doc: none}
`

// What a table gives is in no log: a rule that asks for it can fire, and it lacks nothing that the log could have.
func TestWhatIsLookedUp(t *testing.T) {
	const with, without, said = `{"_path":"x","ts":1,"dst":"10.0.0.1"}`, `{"_path":"x","ts":1}`, `{"_path":"x","ts":1,"dst":"10.0.0.1","asset.safety":false}`
	for _, c := range []struct {
		not                 bool
		line                string
		fires, waits, empty int
	}{{false, with, 0, 1, 0}, {false, without, 0, 0, 0}, {false, said, 0, 0, 0}, {true, with, 0, 1, 1}, {true, without, 1, 0, 1}, {true, said, 1, 0, 1}} {
		sources, subjects := schemaOf(t, looksUp, func(f func(string) ir.Field) ir.Expr {
			safe := ir.Expr(&ir.Eq{Field: f("asset.safety"), Values: []ir.Value{ir.BoolValue(true)}})
			if c.not {
				safe = &ir.Not{Arg: safe}
			}
			return &ir.And{Args: []ir.Expr{&ir.Exists{Field: f("ts")}, safe}}
		})
		r := explained(t, 1, sources, subjects, c.line)
		x := rule(r, "r", "x.log")
		if x.Fires != c.fires || x.Waits != c.waits || x.Empty != c.empty || !slices.Equal(x.Context, []string{"assets"}) || len(x.Lacks) > 0 {
			t.Errorf("not %t, %s: %+v", c.not, c.line, x)
		}
		if c.fires+c.waits > 0 && (len(x.Sightings) != 1 || !x.Sightings[0].Trace.Value) {
			t.Errorf("not %t, %s: %+v", c.not, c.line, x.Sightings)
		}
		if got := fmt.Sprint(r.Logs[0].Sources[0].Never); strings.Contains(got, "asset") {
			t.Errorf("never seen: %s", got)
		}
	}
}

// Sigma's own log sources take no record: they say of none that it is theirs.
func TestTaxonomiesTakeNoRecord(t *testing.T) {
	var l diag.List
	s := telemetry.NewTaxonomy(telemetry.Logsource{Product: "windows"}, []string{"Image", "CommandLine"}, "")
	src := &bind.Source{Source: s.Sources[0]}
	image, ok := s.Sigma("Image")
	if !ok {
		t.Fatal("no Image")
	}
	b := bind.Rule(&ir.Rule{Name: "r", Where: &ir.Exists{Field: image.Field}}, src, false, &l).Bound
	r := explained(t, 1, []*bind.Source{src}, []Subject{{Name: "r", On: []*bind.Bound{b}}}, `{"Image":"a","CommandLine":"b"}`)
	if r.Unbound != 1 || len(r.Rules) != 0 {
		t.Errorf("%+v", r)
	}
}
