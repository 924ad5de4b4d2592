package backtest_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"detc/compiler/backtest"
	"detc/compiler/ndjson"
)

// BenchmarkBacktest is the whole library on real records on one core: scanning, routing, rules, hits with their values.
// x-scan is that as a multiple of what a scan of the same lines for the same names takes in the same run, which is the
// floor. BenchmarkQuiet is the same without the records that some rule hits, which is what most logs are like.
func BenchmarkBacktest(b *testing.B) { bench(b, logs(b)) }

func BenchmarkQuiet(b *testing.B) {
	p := plan(b)
	hits := backtest.PerLine(p)
	var quiet []byte
	for _, line := range bytes.Split(logs(b), []byte("\n")) {
		if len(hits(line)) == 0 {
			quiet = append(append(quiet, line...), '\n')
		}
	}
	bench(b, quiet)
}

func plan(b *testing.B) *backtest.Plan {
	w := library(b, "../../sites/example")
	tables, rows, _ := w.Supplied()
	return backtest.NewPlan(w.Sources, w.Measurable(), backtest.Options{Tables: tables, Rows: rows})
}

func bench(b *testing.B, data []byte) {
	p := plan(b)
	work := backtest.Worker(p)
	var names []string
	for _, s := range p.Sources() {
		names = append(names, s.RawNames()...)
	}
	scan := ndjson.NewScanner(ndjson.NewNames(names))
	records, _ := work(data)
	// The quickest of each counts: they run in turns, so that what else the machine does befalls both.
	floor, quickest := time.Duration(1<<62), time.Duration(1<<62)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		began := time.Now()
		ndjson.Piece{Data: data, Line: 1}.Lines(func(line []byte, _ int) bool { scan.Scan(line); return true })
		floor = min(floor, time.Since(began))
		began = time.Now()
		work(data)
		quickest = min(quickest, time.Since(began))
	}
	b.ReportMetric(float64(quickest)/float64(floor), "x-scan")
	b.ReportMetric(float64(records)/quickest.Seconds(), "records/s")
}

func logs(b *testing.B) (all []byte) {
	for _, name := range sampleFiles(b) {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// BenchmarkManyRules is the quiet records against forty times the library's rules. x-library is that as a multiple of
// what the library alone takes in the same run: what a rule costs that has nothing to say.
func BenchmarkManyRules(b *testing.B) {
	w := library(b, "../../sites/example")
	tables, rows, _ := w.Supplied()
	o := backtest.Options{Tables: tables, Rows: rows}
	once, many := w.Measurable(), []backtest.Rule(nil)
	for n := range 40 {
		for _, r := range once {
			if r.Name += fmt.Sprint(n); r.Correlation == nil {
				many = append(many, r)
			}
		}
	}
	few, lots := backtest.Worker(backtest.NewPlan(w.Sources, once, o)), backtest.Worker(backtest.NewPlan(w.Sources, many, o))
	hits := backtest.PerLine(backtest.NewPlan(w.Sources, once, o))
	var quiet []byte
	for _, line := range bytes.Split(logs(b), []byte("\n")) {
		if len(hits(line)) == 0 {
			quiet = append(append(quiet, line...), '\n')
		}
	}
	records, _ := few(quiet)
	lots(quiet)
	least, quickest := time.Duration(1<<62), time.Duration(1<<62)
	for b.Loop() {
		began := time.Now()
		few(quiet)
		least = min(least, time.Since(began))
		began = time.Now()
		lots(quiet)
		quickest = min(quickest, time.Since(began))
	}
	b.ReportMetric(float64(quickest)/float64(least), "x-library")
	b.ReportMetric(float64(len(many)), "rules")
	b.ReportMetric(float64(records)/quickest.Seconds(), "records/s")
}
