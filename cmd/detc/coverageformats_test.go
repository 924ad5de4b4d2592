package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cov "detc/compiler/coverage"
)

// allReports are the flags that write coverage in every format, into a folder.
func allReports(dir string) (flags []string) {
	for _, f := range coverageTable {
		file := f.name + "=" + filepath.Join(dir, "coverage."+f.name)
		if f.domain != nil {
			file = f.name + "=" + dir + "/layers/"
		}
		flags = append(flags, "--report", file)
	}
	return flags
}

// One run writes every format, with a site and without one, and they count alike.
func TestOneRunWritesEveryFormat(t *testing.T) {
	for name, site := range map[string][]string{"library": nil, "site": {"--site", "../../testdata/site"}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var errs bytes.Buffer
			if code := run(append(append([]string{"coverage"}, site...), allReports(dir)...), io.Discard, &errs); code != exitClean {
				t.Fatalf("exit code %d\n%s", code, errs.String())
			}
			for _, f := range coverageTable {
				if f.domain == nil {
					if info, err := os.Stat(filepath.Join(dir, "coverage."+f.name)); err != nil || info.Size() == 0 {
						t.Errorf("%s: %v", f.name, err)
					}
					continue
				}
				for _, domain := range []string{"ics-attack", "mobile-attack"} {
					if _, err := os.Stat(filepath.Join(dir, "layers", domain+f.suffix)); err != nil {
						t.Errorf("%s: %v", f.name, err)
					}
				}
			}
			counted(t, dir)
			painted(t, filepath.Join(dir, "layers"))
		})
	}
}

// counted holds the lines of the CSV against the figures of the JSON: they add up to all items of both tactics.
func counted(t *testing.T, dir string) {
	text, err := os.ReadFile(filepath.Join(dir, "coverage.json"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := cov.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := os.Open(filepath.Join(dir, "coverage.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	rows, err := csv.NewReader(lines).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	items, states := map[string]bool{}, map[string]int{}
	for _, row := range rows[1:] {
		if !items[row[1]] {
			items[row[1]] = true
			states[row[4]]++
		}
	}
	d, m := r.Totals.Detection, r.Totals.Mitigation
	want := map[string]int{cov.Effective: d.Effective + m.Effective, cov.Partial: d.Partial + m.Partial, cov.ItemWaived: d.Waived + m.Waived,
		cov.Blind: d.Blind + m.Blind, cov.ItemNotNeeded: d.NotApplicable + m.NotApplicable}
	sum := 0
	for state, n := range want {
		if sum += n; states[state] != n {
			t.Errorf("%d items are %s in the CSV, and %d in the JSON", states[state], state, n)
		}
	}
	if sum != len(items) || sum != d.Items+m.Items || sum == 0 {
		t.Errorf("%d states, %d items in the CSV, %d in the JSON", sum, len(items), d.Items+m.Items)
	}
}

// painted holds the library's layers: T0858 under Execution alone, T0874 untouched, nothing else of another tactic.
func painted(t *testing.T, dir string) {
	text, err := os.ReadFile(filepath.Join(dir, "ics-attack.navigator.json"))
	if err != nil {
		t.Fatal(err)
	}
	var layer struct {
		Versions   map[string]string
		Techniques []struct {
			TechniqueID, Tactic, Comment string
			Score                        *int
		}
	}
	if err := json.Unmarshal(text, &layer); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, q := range layer.Techniques {
		found[q.TechniqueID]++
		if q.Tactic != "execution" {
			t.Errorf("%s stands under %s", q.TechniqueID, q.Tactic)
		}
		switch {
		case q.TechniqueID == "T0858" && q.Score == nil:
			t.Error("T0858 is not painted")
		case q.TechniqueID == "T0874" && (q.Score != nil || !strings.Contains(q.Comment, "Untouched")):
			t.Errorf("T0874 is no longer untouched: %+v", q)
		}
	}
	if found["T0858"] != 1 || found["T0874"] != 1 || layer.Versions["layer"] != "4.5" {
		t.Errorf("%v, %v", found, layer.Versions)
	}
}

// BenchmarkReports writes every format of the library's coverage: 0.5 s are asked for.
func BenchmarkReports(b *testing.B) {
	a := &app{out: io.Discard, err: io.Discard, told: map[string]bool{}, color: "never", failOn: "error"}
	w, err := a.open("")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	size := 0
	for b.Loop() {
		size = 0
		for _, f := range coverageTable {
			var buf bytes.Buffer
			if f.name == "dettect" {
				err = f.domain(&buf, w, "ics-attack")
			} else {
				err = f.write(a, &buf, w)
			}
			if err != nil {
				b.Fatal(err)
			}
			size += buf.Len()
		}
	}
	b.ReportMetric(float64(size)/1e6, "MB")
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/1e6, "ms")
}
