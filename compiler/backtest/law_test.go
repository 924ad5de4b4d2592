package backtest_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"detc/compiler/backtest"
	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/eval"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
	"detc/compiler/trial"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// samples is the folder of real records that can't be part of this repository.
const samples = "../../../shared/samples"

func sampleFiles(t testing.TB) []string {
	t.Helper()
	files, _ := filepath.Glob(samples + "/*/*.ndjson")
	if len(files) == 0 {
		t.Skip("needs the folder of sample records: shared/samples beside the checkout")
	}
	return files
}

func library(t testing.TB, site string) *workspace.Workspace {
	t.Helper()
	o := workspace.Options{Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}}, Rules: []workspace.Root{{FS: rules.Files, Name: "rules"}}, Until: "test", Jobs: 1}
	if site != "" {
		o.Site = &workspace.Root{FS: os.DirFS(site), Name: site}
	}
	w, err := workspace.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// belongs are the sources whose log a record is of, by the long way: those whose marks it bears, and where there is none
// what a trial takes it for by its shape.
func belongs(w *workspace.Workspace, x *trial.Matcher, rec bind.Record, format telemetry.Format) (out []*bind.Source) {
	for _, s := range w.Sources {
		if !s.Schema.Taxonomy && len(s.Record) > 0 && s.Format == format && s.Belongs(rec) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		for _, i := range x.Of() {
			if s := x.Sources()[i]; len(s.Record) == 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

// For every sample record, the hits are those that eval says of every rule on every source that the record is of.
func TestHitsAreWhatEvalSays(t *testing.T) {
	files := sampleFiles(t)
	for _, site := range []string{"", "../../sites/example"} {
		w := library(t, site)
		tables, rows, _ := w.Supplied()
		for _, table := range w.Tables { // what the site doesn't keep is empty, so that all is decided
			_, listed := tables[table.Name]
			switch {
			case table.Shape == context.List && !listed:
				tables[table.Name] = []ir.Value{}
			case table.Shape != context.List && rows[table.Name] == nil && site != "":
				rows[table.Name] = &context.Content{Table: table}
			}
		}
		measurable := w.Measurable()
		for i := range measurable {
			measurable[i].Filters = nil
		}
		hits := backtest.PerLine(backtest.NewPlan(w.Sources, measurable, backtest.Options{Tables: tables, Rows: rows}))
		x := trial.NewMatcher(w.Sources, tables, rows)
		records, sum := 0, 0
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for n, line := range bytes.Split(data, []byte("\n")) {
				format := telemetry.JSON
				if !bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line, []byte("CEF:")) {
					format = telemetry.CEF
				}
				rec, err := bind.ParseRecord(format, line)
				if err != nil {
					continue
				}
				x.Read(line)
				records++
				var want, got []string
				for _, s := range belongs(w, x, rec, format) {
					rich := s.Enrich(rec, rows, nil)
					for _, r := range measurable {
						for _, b := range r.On {
							if b.Source == s && (s.Filter == nil || eval.Match(s.Filter, rec, nil)) && eval.Match(b.Where, rich, tables) {
								want = append(want, r.Name+" on "+s.ID)
							}
						}
					}
				}
				for _, h := range hits(line) {
					if !h.Must {
						if site == "" {
							continue // which the tables decide that nobody keeps: the next test holds them
						}
						t.Fatalf("%s:%d: %s waits for a table, and all are there", name, n+1, h.Rule)
					}
					got = append(got, h.Rule+" on "+h.Source)
					sameTexts(t, w, h, rec, rows)
				}
				slices.Sort(want)
				slices.Sort(got)
				if site == "" { // tables that are looked up are not supplied: what is certain is among what eval says
					for _, g := range got {
						if !slices.Contains(want, g) {
							t.Fatalf("%s:%d: %s hits, and eval says no", name, n+1, g)
						}
					}
				} else if !slices.Equal(got, want) {
					t.Fatalf("%s:%d: hits %v, and eval says %v", name, n+1, got, want)
				}
				sum += len(got)
			}
		}
		if records < 1000 || sum < 100 {
			t.Errorf("only %d records and %d hits", records, sum)
		}
	}
}

// sameTexts holds what was read of a hit against the logical event.
func sameTexts(t *testing.T, w *workspace.Workspace, h backtest.Hit, rec bind.Record, rows bind.Contents) {
	t.Helper()
	s := w.Source(h.Source)
	ev := s.Read(s.Enrich(rec, rows, nil))
	for name, texts := range h.Texts {
		var want []string
		if f, ok := s.Schema.Field(name); ok {
			values, _ := ev.Get(f.Field)
			for _, v := range values {
				want = append(want, v.Text())
			}
		}
		if !slices.Equal(texts, want) {
			t.Fatalf("%s on %s: %s is %q, not %q", h.Rule, h.Source, name, texts, want)
		}
	}
}

// Without a site the hits, certain or not, are those of a trial, and how many work at it changes no byte.
func TestHitsAreWhatATrialSays(t *testing.T) {
	files := sampleFiles(t)
	w := library(t, "")
	rules := w.Measurable()
	var subjects []trial.Subject
	for _, r := range rules {
		subjects = append(subjects, trial.Subject{Name: r.Name, On: r.On})
	}
	var logs []trial.Input
	var inputs []backtest.Input
	for _, name := range files {
		open := func() (io.ReadCloser, error) { return os.Open(name) }
		logs, inputs = append(logs, trial.Input{Name: name, Open: open}), append(inputs, backtest.Input{Name: name, Open: open})
	}
	res := trial.Run(w.Sources, subjects, logs, trial.Options{})
	want := map[string][2]int64{}
	for _, r := range res.Rules {
		n := want[r.Rule]
		want[r.Rule] = [2]int64{n[0] + int64(r.Fires), n[1] + int64(r.Waits)}
	}
	var first []byte
	for _, jobs := range []int{1, 3} {
		got := backtest.Run(w.Sources, rules, inputs, backtest.Options{Jobs: jobs})
		data, err := got.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(data, first) {
			t.Errorf("with %d jobs the report is another", jobs)
		}
		first = data
		if again, err := backtest.Read(data); err != nil || again.Digest != got.Digest {
			t.Errorf("its own report is not read: %v", err)
		}
		if got.Records != int64(res.Records) || got.Bound != int64(res.Bound) || got.Unbound != int64(res.Unbound) || got.Failed != int64(res.Failed) {
			t.Errorf("%d records, %d bound, %d unbound, %d failed; a trial says %d, %d, %d, %d", got.Records, got.Bound, got.Unbound, got.Failed, res.Records, res.Bound, res.Unbound, res.Failed)
		}
		for _, r := range got.Rules {
			if n := want[r.Name]; !r.Correlation && (r.Hits != n[0] || r.Waits != n[1]) {
				t.Errorf("%s: %d hits and %d that wait; a trial says %v", r.Name, r.Hits, r.Waits, n)
			}
		}
	}
}

func input(name, text string) backtest.Input {
	return backtest.Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

func stops(n int, at func(i int) string, more func(i int) string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"_path":"s7comm","ts":%s,"is_orig":true,"function_name":"PLC Stop","id.orig_h":"10.20.9.77","id.resp_h":"10.20.1.5"%s}`+"\n", at(i), more(i))
	}
	return b.String()
}
