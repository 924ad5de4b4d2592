package ndjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
)

// reference reads a line as encoding/json does.
func reference(line []byte) (map[string]any, bool) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, false
	}
	m, ok := v.(map[string]any)
	return m, ok
}

// lookup is the meaning of a name: a flat key first, then the shortest key before a dot that leads to a value; lists
// are gone through. It is written as compiler/bind writes it.
func lookup(v any, name string, out *[]any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			lookup(item, name, out)
		}
	case map[string]any:
		if leaf, ok := v[name]; ok {
			leaves(leaf, out)
			return
		}
		for i := range len(name) {
			if child, ok := v[name[:i]]; name[i] == '.' && ok {
				before := len(*out)
				if lookup(child, name[i+1:], out); len(*out) > before {
					return
				}
			}
		}
	}
}

func leaves(v any, out *[]any) {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, item := range v {
			leaves(item, out)
		}
	default:
		*out = append(*out, v)
	}
}

var scanned = []string{"a", "b", "a.b", "a.b.c", "b.c", "id.orig_h", "k"}

// compare holds the scanner against encoding/json on one line: is it a record, and what has each name.
func compare(t *testing.T, s *Scanner, line []byte) {
	t.Helper()
	want, ok := reference(line)
	if fault := s.Scan(line); (fault == OK) != ok {
		t.Fatalf("%q: the fault is %q, encoding/json says %t", line, fault, ok)
	}
	if !ok {
		return
	}
	for slot, name := range scanned {
		var expect []any
		lookup(want, name, &expect)
		if got, want := shown(s.Values(int32(slot), nil)), shownAny(expect); got != want {
			t.Fatalf("%q: %s is %s, not %s", line, name, got, want)
		}
	}
}

func shown(values []Value) string {
	var out []string
	for _, v := range values {
		switch v.Kind {
		case Text:
			out = append(out, fmt.Sprintf("%q", v.Text()))
		case Object:
			out = append(out, "{}")
		default:
			out = append(out, v.Text())
		}
	}
	return strings.Join(out, ",")
}

func shownAny(values []any) string {
	var out []string
	for _, v := range values {
		switch v := v.(type) {
		case string:
			out = append(out, fmt.Sprintf("%q", v))
		case map[string]any:
			out = append(out, "{}")
		default:
			out = append(out, fmt.Sprint(v))
		}
	}
	return strings.Join(out, ",")
}

// hostile are lines at the edges of the format.
var hostile = []string{
	`{}`, ` { } `, ``, ` `, `null`, `1`, `[]`, `[{"a":1}]`, `{"a":1}{"a":2}`, `{"a":1} x`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1`, `{"a`, `{"a":"`,
	`{"a":"\u00"}`, `{"a":"\x"}`, "{\"a\":\"\x01\"}", "{\"a\":\"tab\there\"}", `{"a":"\ud83d\ude00 \ud83d \ude00 \ud83dA \u0000"}`,
	"{\"a\":\"\xff\xfe caf\xc3\xa9 \xc3\"}", "{\"\xff\":1,\"a\":2}", `{"\u0061":1}`, `{"a":1,"\u0061":2}`,
	`{"a":1,"a":2}`, `{"a":1,"a":null}`, `{"a":{"b":1},"a":{"b":2}}`, `{"a":{"b":1},"a":5}`, `{"a":[{"b":1},{"b":2,"b":3}]}`,
	`{"a.b":1,"a":{"b":2}}`, `{"a.b":null,"a":{"b":2}}`, `{"a":{"b":null},"a.b":3}`, `{"a":{"b.c":1},"a.b":{"c":2}}`,
	`{"a":{"b.c":null,"b":{"c":2}},"a.b":{"c":3}}`, `{"a":[{"b.c":1},{"b":{"c":2}},[[{"b":{"c":[3,[4]]}}]]]}`, `{"a":[],"a.b":{"c":1}}`, `{"a":{},"a.b.c":{}}`,
	`{"a":-0,"b":1e5,"k":1.50E-3}`, `{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":+1}`, `{"a":NaN}`, `{"a":tru}`, `{"a":nulll}`, `{'a':1}`,
	`{"a":[1,]}`, `{"a":[1 2]}`, `{"a":[true,false,null,"x",{"b":1}]}`, `{"":{"":1},".":2}`, `{"a":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + `}`,
	`{"a":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`, `{"k":"` + strings.Repeat("x", 33) + `\""}`, `{"a":"\\","b":"\\\""}`,
}

func TestScanMeansWhatEncodingJSONMeans(t *testing.T) {
	warm := NewScanner(NewNames(scanned)) // one that has seen the lines before
	for _, line := range hostile {
		compare(t, NewScanner(NewNames(scanned)), []byte(line))
		compare(t, warm, []byte(line))
	}
	for _, line := range hostile {
		compare(t, warm, []byte(line))
	}
}

func TestFaultsSayWhatIsWrong(t *testing.T) {
	s := NewScanner(NewNames(nil))
	for line, want := range map[string]Fault{
		`{"a":1}`: OK, `[1]`: NotObject, `{"a":"x`: Cut, `{"a":[`: Cut, `{"a":x}`: Broken, `{"a":1} {"b":2}`: Trailing,
		`{"a":` + strings.Repeat("[", MaxDepth+1): TooDeep,
	} {
		if got := s.Scan([]byte(line)); got != want {
			t.Errorf("%.40s: %v, not %v", line, got, want)
		}
	}
}

func TestSeenAreTheWaysThatBearAValue(t *testing.T) {
	s := NewScanner(NewNames(nil))
	s.Scan([]byte(`{"a":{"b":[{"c":1},{"c":2}]},"n":null,"e":{},"x":"y"}`))
	var got []string
	for _, at := range s.Seen {
		got = append(got, at.Path.Name+"="+s.Example(at, 10))
	}
	if want := "a.b.c=1 x=y"; strings.Join(got, " ") != want {
		t.Errorf("%v, not %s", got, want)
	}
}

// Millions of different keys take no more memory than MaxPaths, and kept names are found all the same.
func TestWaysAreBounded(t *testing.T) {
	s := NewScanner(NewNames(scanned))
	s.MaxPaths = 10
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, `"x%d":{"y":%d},`, i, i)
	}
	if s.Scan([]byte(`{`+b.String()+`"a":{"b":7}}`)) != OK || !s.Overflowed {
		t.Fatalf("fault %v, overflowed %t", s.Fault, s.Overflowed)
	}
	if slot, _ := s.names.Slot("a.b"); shown(s.Values(slot, nil)) != "7" {
		t.Error("a.b was lost")
	}
	if s.Paths() > 12 {
		t.Errorf("%d ways", s.Paths())
	}
}

func FuzzScan(f *testing.F) {
	for _, line := range hostile {
		f.Add([]byte(line), []byte(hostile[len(line)%len(hostile)]))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		s := NewScanner(NewNames(scanned))
		compare(t, s, first)
		compare(t, s, second) // what was learnt from the first must not show
		compare(t, s, first)
	})
}
