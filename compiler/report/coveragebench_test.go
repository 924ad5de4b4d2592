package report_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/report"
	"detc/compiler/visibility"
)

// assets is a table of n devices over all classes of a plant and all populations of phones.
func assets(n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,class,population,platform,enrolled,last_seen\n")
	classes, populations, platforms := visibility.Classes(), visibility.Populations(), visibility.Platforms()
	for k := range n {
		if k%2 == 0 {
			fmt.Fprintf(&b, "dev-%d,%s,,,yes,2026-11-21\n", k, classes[k/2%len(classes)])
		} else {
			fmt.Fprintf(&b, "dev-%d,,%s,%s,yes,2026-11-21\n", k, populations[k/2%len(populations)], platforms[k/2/len(populations)%len(platforms)])
		}
	}
	return b.Bytes()
}

// plant is a site of so many stubs, half of them of each tactic, over 200 sources that are seen in nearly every scope.
func plant(b testing.TB, stubs int, devices []byte) coverage.Input {
	var l diag.List
	read, err := visibility.ReadAssets(bytes.NewReader(devices), visibility.AssetOptions{Name: "assets.csv", AsOf: "2026-11-22"}, &l)
	if err != nil {
		b.Fatal(err)
	}
	in := coverage.Input{Today: "2026-11-22", Targets: []string{"splunk"}}
	for _, id := range []string{"TA0104 ics-attack", "TA0041 mobile-attack"} {
		tactic, domain, _ := strings.Cut(id, " ")
		var items []string
		for n := range 10 {
			items = append(items, fmt.Sprintf("D%d rules What the page asks for in its item %d", n+1, n+1))
		}
		in.Tactics = append(in.Tactics, brief(tactic, domain, append(items, "M1 mitigation Know the assets")...))
	}
	for _, s := range read.Scopes {
		id := s.Class
		if id == "" {
			id = s.Population + "/" + s.Platform
		}
		in.Scopes = append(in.Scopes, coverage.Scope{ID: id, Domain: visibility.DomainOf(id), Class: s.Class, Population: s.Population, Platform: s.Platform, Devices: s.Known})
		for k := range 200 {
			o := coverage.Onboarding{Source: fmt.Sprintf("source-%d", k), Scope: id, Logged: coverage.Yes, Forwarded: coverage.Yes, Parsed: coverage.Yes,
				Devices: s.Known, Of: s.Known, AllFields: &coverage.Ratio{N: 99, Of: 100}, LastSeen: day}
			if k%50 == 7 {
				o.Forwarded = coverage.No
			}
			in.Onboardings = append(in.Onboardings, o)
		}
	}
	techniques := map[string][]string{"TA0104": {"T0807", "T0821", "T0858"}, "TA0041": {"T1575", "T1603", "T1623.001"}}
	for n := range stubs {
		tactic := in.Tactics[n%2].ID
		r := rule(fmt.Sprintf("a-rule-of-many-%05d", n), tactic, fmt.Sprintf("%s/D%d", tactic, n/2%9+1), 5) // nothing answers D10
		r.Sources, r.Techniques = []string{fmt.Sprintf("source-%d", n%200)}, techniques[tactic][n/2%3:n/2%3+1]
		r.Exports = map[string]coverage.Export{"splunk": {Fidelity: coverage.Exact, Digest: "q"}}
		in.Rules = append(in.Rules, r)
		in.Deployments = append(in.Deployments, coverage.Deployment{Rule: r.Name, Target: "splunk", Digest: "q", Enabled: n%3 > 0, Seen: day})
	}
	return in
}

// allReports writes every format that coverage has, and says how many bytes that are.
func allReports(b testing.TB, r *coverage.Report, c *attack.Catalog) int {
	var all bytes.Buffer
	formats := machineFormats(r, c)
	formats["text"] = func(w io.Writer) error { return report.Text(w, r, report.Options{}) }
	formats["comment"] = func(w io.Writer) error { return report.Markdown(w, r, report.CommentLimit) }
	formats["html"] = func(w io.Writer) error { return report.HTML(w, report.HTMLInput{Coverage: r}) }
	for name, f := range formats {
		before := all.Len()
		if err := f(&all); err != nil || all.Len() == before {
			b.Fatalf("%s: %d bytes, %v", name, all.Len()-before, err)
		}
	}
	return all.Len()
}

// BenchmarkLargeSite reads a table of 100,000 devices, computes the coverage of 10,000 stubs and writes every report of
// it: 5 s and 1 GiB are asked for.
func BenchmarkLargeSite(b *testing.B) {
	devices, c := assets(100_000), catalog(b)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		size = allReports(b, coverage.Compute(plant(b, 10_000, devices)), c)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
	b.ReportMetric(float64(size)/1e6, "MB")
}

// The generated site is one: devices in scopes, some obligations answered and some not.
func TestPlantIsASite(t *testing.T) {
	r := coverage.Compute(plant(t, 400, assets(2_000)))
	devices := 0
	for _, s := range r.Scopes {
		devices += s.Devices
	}
	d := r.Totals.Detection
	if devices != 2_000 || len(r.Scopes) != 26 || d.Obligations.Sum() != 260 || d.Blind != 2 || d.Proven != 18 {
		t.Errorf("%d devices, %d scopes, %+v", devices, len(r.Scopes), d)
	}
	if n := allReports(t, r, catalog(t)); n == 0 {
		t.Error("nothing was written")
	}
}
