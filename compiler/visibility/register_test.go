package visibility

import (
	"fmt"
	"testing"
	"time"

	"detc/compiler/diag"
	"detc/compiler/source"
)

func TestObserve(t *testing.T) {
	r := NewRegister()
	r.Add([]string{"PLC-1", "10.20.1.5", "10.20.2.5"}, "controller")
	r.Add([]string{"PLC-2", "10.20.1.6"}, "controller")
	r.Add([]string{"X", "10.20.9.9"}, "") // known, of no scope
	r.Add([]string{"phone-1"}, "corporate_managed/android")
	at := func(day string) int64 {
		d, _ := time.Parse(time.DateOnly, day)
		return d.UnixNano()
	}
	seen := []Seen{{Source: "zeek.modes", Records: 9, Dated: 8, First: at("2026-11-01"), Last: at("2026-11-21") + 1,
		Devices: []string{"10.20.1.5", "10.20.2.5", "plc-2", "10.20.9.9", "10.9.9.9", "phone-1"}, Fields: map[string]int{"src_ip": 9}}}
	o, strangers := Observe(seen, map[string]string{"b": "2", "a": "1"}, 20, r.Find)
	s := o.Sources[0]
	if got := fmt.Sprintf("%d %v %s %s %v", s.Devices, s.Scopes, s.From, s.To, strangers); got != "5 map[controller:2 corporate_managed/android:1] 2026-11-01 2026-11-21 {1 [10.9.9.9]}" {
		t.Error(got)
	}
	// An address of another domain's device is none of the source's scopes.
	o.Keep(inventory(t, testInventory), testKnown)
	if got := fmt.Sprint(o.Sources[0].Scopes); got != "map[controller:2]" {
		t.Error(got)
	}
	if other, _ := Observe(seen, map[string]string{"a": "1", "b": "3"}, 20, r.Find); other.Digest == o.Digest {
		t.Error("another log has the same digest")
	}
	var l diag.List
	strangers.Report(source.NewFile("a.ndjson", ""), &l)
	if told(l) != `DT8225 "" of the devices that the logs name, 1 stand neither in a register nor in the site's tables` {
		t.Error(told(l))
	}
}

func TestSenses(t *testing.T) {
	classes, populations, platforms := newLexicon(classWords, nil), newLexicon(populationWords, nil), newLexicon(platformWords, nil)
	for name, want := range map[string]string{"PLCs": "controller", "F-CPU": "safety_controller", "Engineering Work-Station": "", "EWS 2": "engineering_station",
		"Operator_Panel": "hmi", "": "", "Data Historian": "historian", "Steuerung": "", "network device": "network"} {
		if got := classes.sense(name); got != want {
			t.Errorf("%q is %q, not %q", name, got, want)
		}
	}
	if populations.sense("COPE") != "corporate_personally_enabled" || platforms.sense("iOS 18.1.1") != "ios" || platforms.sense("Windows") != "" {
		t.Error("populations or platforms")
	}
	for _, of := range [][]synonym{classWords, populationWords, platformWords} {
		first := map[string]string{}
		for _, s := range of {
			l := newLexicon([]synonym{s}, nil)
			for w := range l {
				if before, twice := first[w]; twice {
					t.Errorf("%q is %s and %s", w, before, s.sense)
				}
				if first[w] = s.sense; fold(w) != w {
					t.Errorf("%q is not folded", w)
				}
			}
		}
	}
}
