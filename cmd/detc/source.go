package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"detc/compiler/report"
	"detc/compiler/trial"
	"detc/compiler/workspace"
)

func (a *app) source() *cobra.Command {
	c := &cobra.Command{Use: "source", Short: "try a log against the sources and the rules"}
	c.AddCommand(a.sourceTry())
	return group(c)
}

func (a *app) sourceTry() *cobra.Command {
	var maxLines int
	var verbose bool
	c := &cobra.Command{
		Use:   "try FILE...",
		Short: "show which sources a log's records bind to, which rules fire, and what is in the way",
		Long: `Try reads logs with a record a line (JSON, or CEF; gzip as well; - is standard input) and shows which source each
record binds to, what could not be read, which rules fire or would if the site's context said so, which values and
names no source knows, and what the records look like that no source is known for. Files may be of any size.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, paths []string) error {
			if maxLines < 0 {
				return fmt.Errorf("--max-lines is 0 or more, not %d", maxLines)
			}
			inputs, size, err := a.logs(paths)
			if err != nil {
				return err
			}
			w, err := a.open("emit")
			if err != nil {
				return err
			}
			if err := a.findings(a.err, w.Findings, "text"); err != nil {
				return err
			}
			bar := a.progress(size)
			r := trial.Run(w.Sources, subjects(w, false), inputs, trial.Options{Jobs: a.workers(), MaxLines: maxLines, Progress: bar.add})
			bar.done()
			for _, f := range r.Files {
				if f.Error != "" {
					a.trouble([]error{fmt.Errorf("%s: %s", f.Name, f.Error)})
				}
			}
			if a.format == "json" {
				return a.json(r)
			}
			return report.TrialText(a.out, r, report.Options{Width: width(a.out), Color: a.colored(a.out), Verbose: verbose})
		},
	}
	c.Flags().IntVar(&maxLines, "max-lines", 0, "read no more than so many lines of each file; 0 is all")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "leave nothing out")
	return a.content(a.formats(c, "text", "json"))
}

func (a *app) workers() int {
	if a.jobs > 0 {
		return a.jobs
	}
	return runtime.GOMAXPROCS(0)
}

// logs are the files to be read, and how large they are together; 0 where that can't be known.
func (a *app) logs(paths []string) (inputs []trial.Input, size int64, err error) {
	known := true
	for _, p := range paths {
		if p == "-" {
			known = false
			inputs = append(inputs, trial.Input{Name: "-", Open: func() (io.ReadCloser, error) { return io.NopCloser(os.Stdin), nil }})
			continue
		}
		info, err := os.Stat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, 0, fmt.Errorf("there is no %s", p)
		case err != nil:
			return nil, 0, machineError{err}
		case info.IsDir():
			return nil, 0, fmt.Errorf("%s is a folder, not a file: name its files, as in %s", p, filepath.ToSlash(filepath.Join(p, "*.ndjson")))
		}
		size += info.Size()
		inputs = append(inputs, trial.Input{Name: p, Open: func() (io.ReadCloser, error) { return os.Open(p) }})
	}
	if !known {
		size = 0
	}
	return inputs, size, nil
}

// subjects are the rules with what they became on their sources; building blocks, which alert nobody, only where they
// are asked for. Correlations are none: they need more than one record.
func subjects(w *workspace.Workspace, blocks bool) (out []trial.Subject) {
	for _, r := range w.Rules {
		if r.Alert.Off && !blocks || r.Correlation != nil {
			continue
		}
		s := trial.Subject{Name: r.Name.Value, Title: r.Title.Value, Level: r.Level.Value}
		for _, e := range r.Emitted {
			if e.Bound != nil {
				s.On = append(s.On, e.Bound)
			}
		}
		out = append(out, s)
	}
	return out
}
