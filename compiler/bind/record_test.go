package bind_test

import (
	"fmt"
	"strings"
	"testing"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// A raw name is a flat key first, else a way down nested objects; a list on the way gives each of its elements.
func TestRawNames(t *testing.T) {
	for _, c := range []struct{ record, name, want string }{
		{`{"id.orig_h":"a"}`, "id.orig_h", "a"},
		{`{"id":{"orig_h":"a"}}`, "id.orig_h", "a"},
		{`{"id.orig_h":"flat","id":{"orig_h":"nested"}}`, "id.orig_h", "flat"},
		{`{"id.orig_h":null,"id":{"orig_h":"nested"}}`, "id.orig_h", "missing"}, // the flat key is there, and says nothing
		{`{"a":{"b.c":"x"}}`, "a.b.c", "x"},
		{`{"a.b":{"c":"x"}}`, "a.b.c", "x"},
		{`{"a":{"z":1},"a.b":{"c":"x"}}`, "a.b.c", "x"},
		{`{"a":[{"b":"x"},{"b":"y"},{"c":"z"},"b",null]}`, "a.b", "x, y"},
		{`{"a":[["x"],[["y"]]]}`, "a", "x, y"},
		{`{"a":{"b":"x"}}`, "a", "unreadable"},
		{`{"a":"x"}`, "a.b", "missing"},
		{`{"a":[]}`, "a", "missing"},
		{`{"a":[null]}`, "a", "missing"},
		{`{"":"x"}`, "", "x"},
		{`{"A":"x"}`, "a", "missing"},   // names have case
		{`{"a":"x","a":"y"}`, "a", "y"}, // the last of two counts, as in most JSON readers
		{`{"a":12345678901234567890}`, "a", "12345678901234567890"},
		{`{"a":1e999999}`, "a", "1e999999"},
		{`{"a":true}`, "a", "true"},
		{"{\"a\":\"\xff\"}", "a", "\ufffd"}, // what is no UTF-8 becomes the replacement character
		{`{"a":"\ud800"}`, "a", "\ufffd"},
	} {
		r, err := bind.ParseRecord(telemetry.JSON, []byte(c.record))
		if err != nil {
			t.Errorf("%s: %v", c.record, err)
			continue
		}
		values, present := r.Get(ir.Field{Name: c.name})
		var texts []string
		for _, v := range values {
			texts = append(texts, v.Str)
		}
		got := strings.Join(texts, ", ")
		if !present {
			got = "missing"
		} else if values == nil {
			got = "unreadable"
		}
		if got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.name, c.record, got, c.want)
		}
	}
}

// What is no record says so. Depth and size are bounded, numbers are never worked out.
func TestHostileJSON(t *testing.T) {
	for text, want := range map[string]string{
		``: "not a JSON object", `[]`: "not a JSON object", `null`: "not a JSON object", `{} x`: "more than one", `{} {}`: "more than one", `"a"`: "not a JSON object", `{"a":1`: "not a JSON object",
		strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000): "exceeded max depth",
		`{"a":` + strings.Repeat(`[`, 20_000):                               "exceeded max depth",
	} {
		if _, err := bind.ParseRecord(telemetry.JSON, []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
	if _, err := bind.ParseRecord(telemetry.JSON, make([]byte, bind.MaxRecord+1)); err == nil || err.Error() != "the record is longer than 50 MiB" {
		t.Error(err)
	}
	deep := `{"a":` + strings.Repeat(`[`, 9_990) + `"x"` + strings.Repeat(`]`, 9_990) + "}"
	r, err := bind.ParseRecord(telemetry.JSON, []byte(deep))
	if err != nil {
		t.Fatal(err)
	}
	if values, _ := r.Get(ir.Field{Name: "a"}); len(values) != 1 {
		t.Error("what is deep down is not found")
	}
	if r, err = bind.ParseRecord(telemetry.JSON, []byte(strings.Repeat(`{"a":`, 9_990)+"1"+strings.Repeat("}", 9_990))); err != nil {
		t.Fatal(err)
	}
	if r.Texts(func(s string) bool { return s == "1" }); strings.Count(jsonOf(t, r), "a") != 9_990 {
		t.Error("the record is another")
	}
	r, _ = bind.ParseRecord(telemetry.JSON, []byte(`{"n":1e999999,"t":-1e999999}`))
	for _, f := range []ir.Field{{Name: "n", Type: ir.Int}, {Name: "n", Type: ir.Double}, {Name: "t", Type: ir.Timestamp, Unit: 1}} {
		if values, present := r.Get(f); values != nil || !present {
			t.Errorf("%s as %s: %v", f.Name, f.Type, values)
		}
	}
}

// A record written in YAML is what the same in JSON is.
func TestRecordOf(t *testing.T) {
	docs, err := source.ParseYAML(source.NewFile("r", "{a: x, b: 1, c: 1.5, d: true, e: null, f: [1, two, {g: ~}], h.i: 0x10, j: .nan, k: '1'}"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := jsonOf(t, bind.RecordOf(docs[0])), `{"a":"x","b":1,"c":1.5,"d":true,"e":null,"f":[1,"two",{"g":null}],"h.i":16,"j":".nan","k":"1"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A keyword is looked for in all that a record says, also when the rule is asked of the event that was read from it.
func TestKeywordsSeeTheRecord(t *testing.T) {
	src := refusing(t)
	r, _ := bind.ParseRecord(telemetry.JSON, []byte(`{"fn":"PLC Stop","unmapped":["x",{"y":42}]}`))
	for text, want := range map[string]bool{"plc": true, "42": true, "unmapped": false, "s7": false} {
		e := &ir.Keyword{Values: []string{text}}
		if eval.Match(e, src.Read(r), nil) != want || eval.Match(e, r, nil) != want {
			t.Errorf("%q: want %t", text, want)
		}
	}
	other := src.Read(r).With(map[string][]ir.Value{"name": {ir.StringValue("Pump")}, "mode": nil})
	for text, want := range map[string]bool{"pump": true, "plc": false, "s7": true} {
		if e := (&ir.Keyword{Values: []string{text}}); eval.Match(e, other, nil) != want {
			t.Errorf("changed, %q: want %t", text, want)
		}
	}
}

// No bytes make a panic, and what was read is read, bound and asked without one.
func FuzzParseRecord(f *testing.F) {
	for _, s := range []string{`{"a":{"b":[1,null,"x"]}}`, `{"fn":"PLC Stop","n":1e999}`, `CEF:0|V|P|1|2|N|3|a=b c\=d=e`, `x CEF:0|\||`, `{"a":"\ud800"}`} {
		f.Add([]byte(s))
	}
	names := []string{"a", "a.b", "fn", "n", "Severity", ""}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, format := range []telemetry.Format{telemetry.JSON, telemetry.CEF} {
			r, err := bind.ParseRecord(format, raw)
			if err != nil {
				continue
			}
			for _, name := range names {
				for typ := ir.String; typ <= ir.Timestamp; typ++ {
					values, present := r.Get(ir.Field{Name: name, Type: typ})
					if values != nil && !present {
						t.Errorf("%s is missing and has %v", name, values)
					}
				}
			}
			n := 0
			r.Texts(func(s string) bool { n += len(s); return false })
			if format == telemetry.CEF && n > len(raw) {
				t.Error("more text than there was: " + fmt.Sprint(r.Values()))
			}
		}
	})
}
