package bind_test

import (
	"encoding/json"
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

const taxonomy = `id: windows.security
taxonomy: sigma
title: t
logsource: {product: windows, service: security}
names: {verified: documentation, doc: d}
fields:
  EventID: {type: int, doc: d}
  IpAddress: {type: any, doc: d}
  Status: {type: any, doc: d}
  c_uri: {type: any, sigma: c-uri, doc: d}
  user.type: {type: any, doc: d}
  user.name_: {type: any, sigma: user.name, doc: d}
  Rights: {type: list(any), doc: d}
  Image: {type: string, doc: d}
`

func taxonomySource(t *testing.T) *bind.Source {
	t.Helper()
	var l diag.List
	s := telemetry.Read(source.NewFile("t.yaml", taxonomy), &l)
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	return &bind.Source{Source: s.Sources[0]}
}

// readings are a schema's fields, those of any type as each type that an atom may read them as.
func readings(s *telemetry.Schema) (out []ir.Field) {
	for _, f := range s.Fields {
		if !f.Any {
			out = append(out, f.Field)
			continue
		}
		for typ := ir.String; typ <= ir.Timestamp; typ++ {
			g := f.Field
			g.Type = typ
			out = append(out, g)
		}
	}
	return out
}

// THE LAW for fields of any type: what a rule says of the event that a record is read as, the bound rule says of the
// record, whatever each atom reads the field as and whatever stands there.
func TestTheLawOfAny(t *testing.T) {
	src := taxonomySource(t)
	fields := readings(src.Schema)
	leaf := rapid.SampledFrom([]any{"a", "Stop", "stop", "4624", "4624.0", "4624.50", "true", "True", "10.0.0.1", "::ffff:10.0.0.1", "2026-11-22T03:04:05Z", "",
		json.Number("4624"), json.Number("4624.0"), json.Number("1e3"), json.Number("-1"), json.Number("0.5"), json.Number("1"), true, false, nil,
		map[string]any{"type": "a"}, []any{"a", json.Number("1"), nil}})
	type counts struct{ yes, no int }
	seen := map[ir.Type]*counts{}
	lacking := func() (out []ir.Type) {
		for typ := ir.String; typ <= ir.Timestamp; typ++ {
			if c := seen[typ]; c == nil || c.yes == 0 || c.no == 0 {
				out = append(out, typ)
			}
		}
		return out
	}
	law := func(t *rapid.T) {
		atoms := []ir.Expr{irtest.Expr(fields).Draw(t, "rule"), irtest.Atom(fields).Draw(t, "atom")}
		for i, e := range atoms {
			atoms[i] = ir.Map(e, typedTable)
			ir.Atoms(atoms[i], func(a ir.Expr, _ bool) { // near to what records hold
				if eq, ok := a.(*ir.Eq); ok && eq.Field.Type == ir.String {
					eq.Values = append(eq.Values, ir.IntValue(4624), ir.StringValue("stop"))
				}
				if c, ok := a.(*ir.Compare); ok && c.Field.Type == ir.Double {
					c.Value = ir.DoubleValue(4624)
				}
			})
		}
		for range recordsPerRule {
			values := map[string]any{}
			for _, f := range src.Schema.Fields {
				if rapid.IntRange(0, 4).Draw(t, "present") > 0 {
					values[f.Sigma] = leaf.Draw(t, "leaf")
				}
			}
			rec := bind.NewRecord(values)
			ev := src.Read(rec)
			for _, e := range atoms {
				want := eval.Match(e, ev, tables)
				out := bind.Rule(&ir.Rule{Where: e}, src, true, &diag.List{})
				got := !strings.HasPrefix(out.Reason, "never true")
				if out.Bound != nil {
					got = eval.Match(out.Bound.Where, rec, tables)
				}
				if got != want {
					t.Fatalf("rule   %s\nbound  %s\nrecord %v\nthe rule says %t, bound it says %t", ir.Text(e), bound(out), values, want, got)
				}
			}
			if f := ir.Fields(atoms[1]); len(f) == 1 {
				c := seen[f[0].Type]
				if c == nil {
					c = &counts{}
					seen[f[0].Type] = c
				}
				if eval.Match(atoms[1], ev, tables) {
					c.yes++
				} else {
					c.no++
				}
			}
		}
	}
	for round := 0; round < 100 && !t.Failed() && (round == 0 || len(lacking()) > 0); round++ {
		rapid.Check(t, law) // until each reading was seen both true and false: a moment is seldom met
	}
	if left := lacking(); len(left) > 0 && !t.Failed() {
		t.Errorf("atoms that read %v were not seen both true and false", left)
	}
}

// A field of any type is read as the atom needs, of a record and of what a test gives alike.
func TestAnyReadings(t *testing.T) {
	src := taxonomySource(t)
	read := func(ev eval.Event, typ ir.Type) string {
		values, _ := ev.Get(ir.Field{Name: "Status", Type: typ})
		var out []string
		for _, v := range values {
			out = append(out, v.Text())
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		leaf  any
		given ir.Value
		want  [6]string // by type: string, int, double, bool, ip, timestamp
	}{
		{json.Number("4624"), ir.IntValue(4624), [6]string{"4624", "4624", "4624", "", "", ""}},
		{"4624", ir.StringValue("4624"), [6]string{"4624", "4624", "4624", "", "", ""}},
		{json.Number("2.5"), ir.DoubleValue(2.5), [6]string{"2.5", "", "2.5", "", "", ""}},
		{true, ir.BoolValue(true), [6]string{"true", "", "", "true", "", ""}},
		{"true", ir.StringValue("true"), [6]string{"true", "", "", "true", "", ""}},
		{"10.0.0.1", ir.StringValue("10.0.0.1"), [6]string{"10.0.0.1", "", "", "", "10.0.0.1", ""}},
		{"2026-11-22T03:04:05Z", ir.StringValue("2026-11-22T03:04:05Z"), [6]string{"2026-11-22T03:04:05Z", "", "", "", "", "2026-11-22T03:04:05Z"}},
	} {
		of := src.Read(bind.NewRecord(map[string]any{"Status": c.leaf}))
		given := bind.NewEvent(map[string][]ir.Value{"Status": {c.given}})
		for typ, want := range c.want {
			if got := read(of, ir.Type(typ)); got != want {
				t.Errorf("%v in a record, read as %s, is %q, not %q", c.leaf, ir.Type(typ), got, want)
			}
			if got := read(given, ir.Type(typ)); got != want {
				t.Errorf("%v given by a test, read as %s, is %q, not %q", c.given.Text(), ir.Type(typ), got, want)
			}
		}
	}
	// A number is the text that stands in the record, and not another one of the same worth.
	ev := src.Read(bind.NewRecord(map[string]any{"Status": json.Number("4624.0")}))
	if got := read(ev, ir.String); got != "4624.0" {
		t.Errorf("4624.0 became %q", got)
	}
}

// What a stub's tests give of a log source's fields, and the record that is written of it.
func TestAnyGivenAndWritten(t *testing.T) {
	src := taxonomySource(t)
	var l diag.List
	docs, err := source.ParseYAML(source.NewFile("e.yaml", "{EventID: 4624, IpAddress: 10.0.0.1, Status: 5, c_uri: true, user.type: 2.5, user.name_: '5', Rights: [a, 7], Image: x}"))
	if err != nil {
		t.Fatal(err)
	}
	given := bind.EventOf(docs[0], src.Schema, &l)
	if len(l) > 0 {
		t.Fatal(l[0].Message)
	}
	for name, want := range map[string]ir.Value{"Status": ir.IntValue(5), "c_uri": ir.BoolValue(true), "user.type": ir.DoubleValue(2.5), "user.name_": ir.StringValue("5"),
		"IpAddress": ir.StringValue("10.0.0.1"), "EventID": ir.IntValue(4624)} {
		if got := given[name]; !slices.Equal(got, []ir.Value{want}) {
			t.Errorf("%s is given as %v", name, got)
		}
	}
	rec, differ, reason := src.Write(bind.NewEvent(given))
	if reason != "" || len(differ) > 0 {
		t.Fatal(reason, differ)
	}
	text, err := json.Marshal(rec.Values())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"EventID":4624,"Image":"x","IpAddress":"10.0.0.1","Rights":["a",7],"Status":5,"c-uri":true,"user.name":"5","user.type":2.5}`
	if string(text) != want {
		t.Errorf("the record is\n%s\nnot\n%s", text, want)
	}
	docs, _ = source.ParseYAML(source.NewFile("e.yaml", "{Status: {a: b}}"))
	bind.EventOf(docs[0], src.Schema, &l)
	if len(l) != 1 || l[0].Message != "Status takes a text, a number, true or false, not a mapping" {
		t.Error(l)
	}
}
