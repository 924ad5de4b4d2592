package trial

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// What is seen of a source doesn't depend on how many look, and nothing is seen in the future.
func TestObservations(t *testing.T) {
	var log strings.Builder
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i := range 3000 {
		fmt.Fprintf(&log, `{"_path":"s7comm","ts":%d,"is_orig":true,"function_name":"PLC Stop","id.orig_h":"10.20.9.%d","id.resp_h":"10.20.1.%d"}`+"\n",
			at.Add(time.Duration(i)*time.Minute).Unix(), i%7, i%40)
	}
	log.WriteString(`{"_path":"s7comm","ts":4102444800,"is_orig":true,"function_name":"PLC Stop","id.resp_h":"10.20.1.200"}` + "\n")
	log.WriteString(`{"_path":"s7comm","ts":"soon","is_orig":true,"function_name":"PLC Stop","id.orig_h":"no address"}` + "\n")
	sources, _ := library(t)
	run := func(jobs int, until int64) []Observation {
		in := Input{Name: "a", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(log.String())), nil }}
		r := Run(sources, nil, []Input{in}, Options{Jobs: jobs, Observe: until})
		if until > 0 && len(r.Files[0].SHA256) != 64 {
			t.Error("no digest")
		}
		return r.Seen
	}
	until := at.AddDate(0, 1, 0).UnixNano()
	seen := run(1, until)
	var o *Observation
	for i := range seen {
		if seen[i].Source == "zeek.s7comm.mode" {
			o = &seen[i]
		}
	}
	if o == nil {
		t.Fatal("not seen")
	}
	got := fmt.Sprint(o.Records, o.Dated, o.Ahead, len(o.Devices), o.More, o.Fields["src_ip"], o.Fields["new_mode"], o.Fields["ts"], o.Fields["protocol"],
		time.Unix(0, o.First).UTC().Format(time.DateTime), time.Unix(0, o.Last).UTC().Format(time.DateTime))
	if want := fmt.Sprint(3002, 3000, 1, 48, false, 3000, 3002, 3001, 3002, "2026-11-01 00:00:00", "2026-11-03 01:59:00"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if again := run(4, until); fmt.Sprint(again) != fmt.Sprint(seen) {
		t.Error("more workers see something else")
	}
	if len(run(1, 0)) > 0 {
		t.Error("nobody asked")
	}
}

// Which names are kept is told by the names alone, and a great many cost no more than a look at each.
func TestManyNames(t *testing.T) {
	const all, most = 200_000, 1000
	whole, left, right := newNames(most), newNames(most), newNames(most)
	for i := range all {
		whole.add(fmt.Appendf(nil, "device-%d", i))
		half := left
		if i%3 == 0 {
			half = right
		}
		half.add(fmt.Appendf(nil, "device-%d", all-1-i))
	}
	left.merge(right)
	if fmt.Sprint(left.of, left.limit) != fmt.Sprint(whole.of, whole.limit) || len(whole.of) > most || len(whole.of) < most/3 {
		t.Errorf("%d and %d names", len(whole.of), len(left.of))
	}
	few := newNames(most)
	few.add([]byte("a"))
	few.add([]byte("a"))
	if len(few.of) != 1 || few.limit != whole.limit && few.limit+1 != 0 {
		t.Errorf("%v below %d", few.of, few.limit)
	}
}
