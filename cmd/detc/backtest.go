package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/backtest"
	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/compiler/report"
)

func (a *app) backtest() *cobra.Command {
	var o backtestFlags
	c := &cobra.Command{
		Use:   "backtest LOG...",
		Short: "run the rules over logs of the past: alerts a day, held against each rule's budget",
		Long: `Backtest runs all rules, and the correlations over their hits, over logs with a record a line (JSON, or CEF; plain,
gzip or zstd; - is standard input; of a folder all files below it that are named like a log). Of each rule it says how
often it hits and alerts a day, whether that is within its budget, which values its hits have most, and, where there
are no hits, the rate that it stays below with 95 % confidence. The JSON is what coverage takes as measured.

Files may be of any size: a line has at most 50 MiB, a zstd window at most 128 MiB, and nothing else grows with them.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, paths []string) error {
			if !(o.days >= 0 && o.days <= 100000) || o.daysSet && o.days == 0 {
				return fmt.Errorf("--days is more than 0 and at most 100000, not %v", o.days)
			}
			return a.runBacktest(paths, o)
		},
	}
	f := c.Flags()
	f.Float64Var(&o.days, "days", 0, "how many days the logs are of; counted by the records' times unless said")
	f.StringVar(&o.labels, "labels", "", "a file that says which hits were true positives: detc schema labels")
	f.StringVarP(&o.out, "output", "o", "", "write to a file, in one step, in place of standard output; as JSON where its name ends with .json")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "leave nothing out")
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		o.daysSet = c.Flags().Changed("days")
		if !c.Flags().Changed("format") && filepath.Ext(o.out) == ".json" {
			a.format = "json" // it is what coverage reads
		}
		return nil
	}
	return a.content(a.formats(c, "text", "json"))
}

type backtestFlags struct {
	days        float64
	daysSet     bool
	labels, out string
	verbose     bool
}

func (a *app) runBacktest(paths []string, o backtestFlags) error {
	inputs, size, err := a.logFiles(paths)
	if err != nil {
		return err
	}
	w, err := a.open("test")
	if err != nil {
		return err
	}
	findings := w.Findings
	rules := w.Measurable()
	opts := backtest.Options{Jobs: a.workers(), Days: o.days}
	opts.Tables, opts.Rows, opts.Context = w.Supplied()
	if w.Site != nil {
		opts.Site = w.Site.Name
	}
	if o.labels != "" {
		var l diag.List
		f, err := readFile(o.labels, &l)
		if err != nil {
			return err
		}
		if f != nil {
			opts.Labels = backtest.ReadLabels(f, rules, &l)
		}
		findings = append(findings, l...)
	}
	bar := a.progress(size)
	opts.Progress = bar.add
	r := backtest.Run(w.Sources, rules, inputs, opts)
	bar.done()
	for _, in := range r.Inputs {
		if in.Error != "" {
			a.trouble([]error{fmt.Errorf("%s: %s", in.Name, in.Error)})
		}
	}
	r.Findings(w.NameOf, &findings)
	opts.Labels.Unused(&findings)
	findings.Sort()
	if err := a.findings(a.err, findings, "text"); err != nil {
		return err
	}
	return a.writeBacktest(r, o)
}

func (a *app) writeBacktest(r *backtest.Report, o backtestFlags) error {
	to := a.out
	var file bytes.Buffer
	if o.out != "" {
		to = &file
	}
	var err error
	if a.format == "json" {
		var data []byte
		if data, err = r.JSON(); err == nil {
			_, err = to.Write(data)
		}
	} else {
		err = report.BacktestText(to, r, report.Options{Width: width(to), Color: o.out == "" && a.colored(to), Verbose: o.verbose})
	}
	if err != nil || o.out == "" {
		return err
	}
	if err := output.File(o.out, file.Bytes()); err != nil {
		return unwritten(o.out, err)
	}
	return nil
}

// logNames are what a log's name ends with, in a folder.
var logNames = []string{".ndjson", ".jsonl", ".json", ".log", ".cef"}

func namedLikeLog(name string) bool {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	return slices.Contains(logNames, filepath.Ext(name))
}

// logFiles are the files to be read, those of folders in the order of their names, and how large they are together; 0
// where that can't be known.
func (a *app) logFiles(paths []string) (inputs []backtest.Input, size int64, err error) {
	known := true
	add := func(p string, n int64) {
		size += n
		inputs = append(inputs, backtest.Input{Name: filepath.ToSlash(fromHere(p)), Open: func() (io.ReadCloser, error) { return os.Open(p) }})
	}
	for _, p := range paths {
		if p == "-" {
			known = false
			inputs = append(inputs, backtest.Input{Name: "-", Open: func() (io.ReadCloser, error) { return io.NopCloser(os.Stdin), nil }})
			continue
		}
		info, err := os.Stat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, 0, fmt.Errorf("there is no %s", p)
		case err != nil:
			return nil, 0, machineError{err}
		case !info.IsDir():
			add(p, info.Size())
			continue
		}
		before := len(inputs)
		err = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				a.trouble([]error{err})
				return nil
			case name != p && strings.HasPrefix(d.Name(), "."):
				if d.IsDir() {
					return fs.SkipDir
				}
			case d.Type().IsRegular() && namedLikeLog(name):
				n := int64(0)
				if info, err := d.Info(); err == nil {
					n = info.Size()
				}
				add(name, n)
			}
			return nil
		})
		if err != nil {
			return nil, 0, machineError{err}
		}
		if len(inputs) == before {
			return nil, 0, fmt.Errorf("the folder %s holds no log: no file whose name ends with %s, .gz or .zst behind it or not", p, strings.Join(logNames, ", "))
		}
	}
	if !known || size > math.MaxInt64/100 {
		size = 0
	}
	return inputs, size, nil
}
