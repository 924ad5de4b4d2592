package trial

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"detc/compiler/ndjson"
)

// try runs a trial on texts, each a log of its own.
func try(t *testing.T, jobs int, logs ...string) *Result {
	t.Helper()
	sources, subjects := library(t)
	var inputs []Input
	for i, text := range logs {
		inputs = append(inputs, Input{fmt.Sprintf("log%d", i+1), func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
	}
	return Run(sources, subjects, inputs, Options{Jobs: jobs})
}

const stop = `{"_path":"s7comm","ts":1763805600.1,"is_orig":true,"function_name":"PLC Stop","id.orig_h":"10.0.0.9","id.resp_h":"10.0.0.1","extra":{"note":"x"}}`

func rule(r *Result, name, source string) Rule {
	for _, x := range r.Rules {
		if x.Rule == name && x.Source == source {
			return x
		}
	}
	return Rule{}
}

func sourceOf(r *Result, id string) Source {
	for _, l := range r.Logs {
		for _, s := range l.Sources {
			if s.ID == id {
				return s
			}
		}
	}
	return Source{}
}

func TestOneRecord(t *testing.T) {
	r := try(t, 1, stop+"\n")
	if r.Records != 1 || r.Bound != 1 || len(r.Logs) != 1 {
		t.Fatalf("%+v", r)
	}
	for _, s := range r.Logs[0].Sources { // a stop is a row of one telemetry only
		if s.Bound != map[string]int{"zeek.s7comm.mode": 1}[s.ID] {
			t.Errorf("%s has %d rows", s.ID, s.Bound)
		}
	}
	if sourceOf(r, "zeek.s7comm").ID == "" {
		t.Error("the record is of the log of zeek.s7comm, and of no row of it")
	}
	if got := r.Logs[0].Unused; len(got) != 1 || got[0] != (Name{"extra.note", 1, "x"}) {
		t.Errorf("unused: %v", got)
	}
	// The rule excludes listed stations: without the table nobody can say, and that is what is said.
	if got := rule(r, "ot-mode-change-unlisted", "zeek.s7comm.mode"); got.State != Waits || got.Waits != 1 || got.Fires != 0 ||
		!slices.Equal(got.Context, []string{"engineering_hosts"}) || got.First[0].Line != 1 {
		t.Errorf("%+v", got)
	}
}

func TestRowFilterAndMissingNames(t *testing.T) {
	reply := strings.Replace(stop, `"is_orig":true`, `"is_orig":false`, 1)
	bare := strings.Replace(stop, `"id.orig_h":"10.0.0.9",`, "", 1)
	r := try(t, 1, reply+"\n"+bare)
	if r.Bound != 1 || r.Aside != 1 || r.Unbound != 0 {
		t.Fatalf("%d bound, %d aside, %d unbound", r.Bound, r.Aside, r.Unbound)
	}
	if got := rule(r, "ot-mode-change-unlisted", "zeek.s7comm.mode"); got.State != Lacks || !slices.Equal(got.Lacks, []string{"id.orig_h"}) {
		t.Errorf("%+v", got)
	}
}

func TestValuesNobodyKnows(t *testing.T) {
	odd := strings.NewReplacer(`"10.0.0.9"`, `"plc-station"`, `1763805600.1`, `"yesterday"`).Replace(stop)
	r := try(t, 1, stop+"\n"+odd+"\n"+odd)
	got := map[string]string{}
	for _, p := range sourceOf(r, "zeek.s7comm.mode").Problems {
		got[p.Field] = fmt.Sprintf("%s %s %q %d", p.What, p.Raw, p.Values[0].Text, p.Values[0].Count)
	}
	if got["src_ip"] != Unreadable+` id.orig_h "plc-station" 2` || got["ts"] != Unreadable+` ts "yesterday" 2` || len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func TestRecordsOfNoSource(t *testing.T) {
	near := strings.Replace(stop, `"s7comm"`, `"s7comm_v2"`, 1)
	r := try(t, 1, near+"\n"+`{"colour":"red","size":1}`+"\n"+`{"colour":"red","size":1,"weight":2}`)
	if len(r.Looks) != 2 {
		t.Fatalf("%+v", r.Looks)
	}
	if l := r.Looks[0]; l.Name != "keys colour, size" || l.Records != 2 || l.Nearest != nil {
		t.Errorf("%+v", l)
	}
	if l := r.Looks[1]; l.Name != "_path: s7comm_v2" || l.Nearest == nil || !strings.HasPrefix(l.Nearest.Source, "zeek.s7comm") {
		t.Errorf("%+v", l)
	}
}

func TestCEF(t *testing.T) {
	line := "<14>Nov 22 10:00:00 plc CEF:0|Siemens AG|CPU 410-5H|V8.2|98|Operating state|5|opmod=STOP protlevel=1 start=2026-11-22T10:00:00Z"
	r := try(t, 1, line+"\nCEF:0|Siemens AG|cut\nnothing of the kind")
	if r.Bound != 1 || r.Failed != 2 {
		t.Fatalf("%+v", r)
	}
	if got := rule(r, "ot-mode-left-run-reported", "siemens.cpu410"); got.State != Fires {
		t.Errorf("%+v", got)
	}
}

// Whatever stands in a log is counted and named, and the lines after it are read.
func TestHostileLines(t *testing.T) {
	lines := []string{stop, `{"_path":"s7comm"`, "\x00\x01", `[1,2]`, ``, `{"a":1}{"b":2}`, "{\"a\":\"\xff\"}", `{"a":1,"a":2}`,
		`{"_path":["s7comm",5],"is_orig":"true","function_name":{"x":1},"ts":"1","id.orig_h":77}`, strings.Repeat("[", 20000), stop}
	r := try(t, 1, strings.Join(lines, "\n"))
	f := r.Files[0]
	if f.Lines != len(lines) || f.Blank != 1 || f.Records != 5 || r.Failed != 5 {
		t.Errorf("%+v", f)
	}
	got := map[string]int{}
	for _, x := range slices.Concat(f.Failed, f.Odd) {
		got[x.Reason] = x.First
	}
	for reason, first := range map[string]int{"cut off within a value": 2, "neither JSON nor CEF": 3, "no JSON object": 4, "more than one JSON value in the line": 6,
		"bytes that are no UTF-8: read as U+FFFD": 7, "a key twice in one object: the last counts": 8, "nested deeper than 10,000 levels": 10} {
		if got[reason] != first {
			t.Errorf("%s: first in line %d, not %d", reason, got[reason], first)
		}
	}
	if got := rule(r, "ot-mode-change-unlisted", "zeek.s7comm.mode"); got.Waits != 2 {
		t.Errorf("%+v", got)
	}
}

func TestHints(t *testing.T) {
	for text, want := range map[string]string{"[{\"a\":1}]": "jq -c '.[]'", "{\n \"a\": 1\n}\n": "jq -c ."} {
		if got := try(t, 1, text).Files[0].Hint; !strings.Contains(got, want) {
			t.Errorf("%q: the hint is %q", text, got)
		}
	}
}

// How many work at it, and which of them gets which piece, doesn't show in what comes out, not even where more was met
// than is counted.
func TestSameWhateverTheJobs(t *testing.T) {
	var b strings.Builder
	for i := range 30000 {
		fmt.Fprintf(&b, `{"_path":"s7comm","is_orig":true,"function_name":"PLC Stop","id.orig_h":"10.0.%d.%d","subfunction_name":"f%d","x%d":{"y":%d}}`+"\n", i%250, i%7, i%5000, i%9000, i)
		fmt.Fprintf(&b, `{"type":"t%d","k%d":1}`+"\n", i%700, i%11)
	}
	var want []byte
	for _, jobs := range []int{1, 2, 5} {
		got, err := json.Marshal(try(t, jobs, b.String(), stop, b.String()))
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("with %d jobs another result than with 1", jobs)
		}
	}
}

// A log of which every record has names of its own takes no more memory the longer it is.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	sources, subjects := library(t)
	m := newMachine(sources, subjects, 1)
	var after [2]runtime.MemStats
	for n := range after {
		for i := range 150000 {
			m.line(fmt.Appendf(nil, `{"k%d_%d":1,"type":"t%d_%d","id.orig_h":"v%d"}`, n, i, n, i, i), Place{Line: i})
		}
		runtime.GC()
		runtime.ReadMemStats(&after[n])
	}
	if a, b := after[0].HeapAlloc, after[1].HeapAlloc; b > a+a/2 {
		t.Errorf("%d MB, then %d MB", a>>20, b>>20)
	}
	runtime.KeepAlive(m)
}

func TestFewAreTheSameHoweverTheyWereSplit(t *testing.T) {
	whole := newFew[tally](50)
	parts := []*few[tally]{newFew[tally](50), newFew[tally](50), newFew[tally](50)}
	for i := range 5000 {
		name := fmt.Appendf(nil, "name%d", i*i%977)
		for _, f := range []*few[tally]{whole, parts[i*7%3]} {
			if at := f.at(name); at != nil {
				at.count++
			}
		}
	}
	for _, p := range parts[1:] {
		parts[0].merge(p, (*tally).add)
	}
	if len(parts[0].of) != len(whole.of) {
		t.Fatalf("%d names, not %d", len(parts[0].of), len(whole.of))
	}
	for name, v := range whole.of {
		if got := parts[0].of[name]; got == nil || got.count != v.count {
			t.Errorf("%s: %v, not %d", name, got, v.count)
		}
	}
}

func TestTroubleIsTold(t *testing.T) {
	sources, subjects := library(t)
	r := Run(sources, subjects, []Input{{"gone", func() (io.ReadCloser, error) { return nil, os.ErrPermission }},
		{"there", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(stop)), nil }}}, Options{})
	if r.Files[0].Error == "" || r.Files[1].Error != "" || r.Records != 1 {
		t.Errorf("%+v", r.Files)
	}
}

// FuzzLine holds the fast reading of any line against bind and eval.
func FuzzLine(f *testing.F) {
	for _, line := range []string{stop, `{"_path":["s7comm"],"a.b":1,"a":{"b":2}}`, `CEF:0|a|b|c|98|e|5|x=y`, `{"event":{"metadata":{"product":"Threat Events Stream"}}}`} {
		f.Add([]byte(line))
	}
	var r *reference
	f.Fuzz(func(t *testing.T, line []byte) {
		if r == nil {
			r = newReference(t)
		}
		if !bytes.Contains(line, []byte("\n")) && !bytes.Equal(bytes.TrimSpace(line), []byte("null")) && len(line) < ndjson.MaxLine {
			r.line(t, line)
		}
	})
}
