package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/source"
	"detc/compiler/trial"
	"detc/compiler/visibility"
	"detc/compiler/workspace"
)

func timeOfDay(day string) (time.Time, error) { return time.Parse(time.DateOnly, day) }

func (a *app) visibilityObserve() *cobra.Command {
	var files siteFiles
	var out, assets string
	c := &cobra.Command{
		Use:   "observe LOG...",
		Short: "say which sources, fields, devices and populations logs show, and since when",
		Long: `Observe reads logs with a record a line (JSON or CEF; plain, gzip or zstd; - is standard input; of any size) and shows
which sources they hold, from which day to which by the records' own time, how many devices of each scope they name, and how
many of the records have each field. A device is looked up in --assets, a register as detc visibility import assets reads it,
and in the site's tables assets and populations.

With -o the section "observed" of that visibility.yaml is replaced; what people wrote in it stays. Where a statement and the
logs differ is a finding.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, paths []string) error { return a.observe(paths, files, out, assets) },
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the visibility.yaml to bring up to date, or to begin")
	c.Flags().StringVar(&assets, "assets", "", "a register of the site's devices, as CSV")
	c.Flags().StringVar(&files.inventory, "inventory", "", "an inventory in place of the site's inventory.yaml")
	return a.content(a.formats(c, "text", "json"))
}

func (a *app) observe(paths []string, files siteFiles, out, assets string) error {
	inputs, size, err := a.logs(paths)
	if err != nil {
		return err
	}
	day, err := today()
	if err != nil {
		return err
	}
	var l diag.List
	inventory, err := optional(files.inventory, &l)
	if err != nil {
		return err
	}
	w, err := a.openWith("visibility", func(o *workspace.Options) { o.Inventory = inventory })
	if err != nil {
		return err
	}
	l.Append(w.Findings)
	register, err := a.register(assets, day, &l)
	if err != nil {
		return err
	}
	end, _ := timeOfDay(day)
	bar := a.progress(size)
	r := trial.Run(w.Sources, nil, inputs, trial.Options{Jobs: a.workers(), Observe: end.AddDate(0, 0, 1).UnixNano() - 1, Progress: bar.add})
	bar.done()
	for _, f := range r.Files {
		if f.Error != "" {
			a.trouble([]error{fmt.Errorf("%s: %s", f.Name, f.Error)})
		}
	}
	observed, strangers := visibility.Observe(seenIn(r), digestsOf(r), r.Records, w.Devices(register))
	observed.Keep(w.Seen().Inventory, w.KnownSources())
	before, err := existing(out, &l)
	if err != nil {
		return err
	}
	strangers.Report(source.NewFile(paths[0], ""), &l)
	text := visibility.WithObserved(before, observed, "What the site's logs show", "not named")
	if out != "" && a.code != exitMachine {
		if visibility.Read(source.NewFile(out, text), w.Seen().Inventory, w.KnownSources(), day, &l) == nil {
			if err := a.findings(a.err, l, "text"); err != nil {
				return err
			}
			return fmt.Errorf("%s can't be read, so it is left as it is", out)
		}
		if err := output.File(out, []byte(text)); err != nil {
			return unwritten(out, err)
		}
	}
	l.Sort()
	if err := a.findings(a.err, l.Unique(), "text"); err != nil {
		return err
	}
	if a.format == "json" {
		return a.json(struct {
			SchemaVersion int `json:"schema_version"`
			Records       int `json:"records"`
			*visibility.Observed
			Strangers visibility.Strangers `json:"strangers"`
		}{visibility.ViewVersion, r.Records, observed, strangers})
	}
	return report.ObservedText(a.out, observed, report.Options{Width: width(a.out), Color: a.colored(a.out)})
}

// seenIn are what a trial saw of each source.
func seenIn(r *trial.Result) (out []visibility.Seen) {
	for _, o := range r.Seen {
		out = append(out, visibility.Seen{Source: o.Source, Records: o.Records, Dated: o.Dated, First: o.First, Last: o.Last,
			Devices: o.Devices, More: o.More, Fields: o.Fields})
	}
	return out
}

func digestsOf(r *trial.Result) map[string]string {
	out := map[string]string{}
	for _, f := range r.Files {
		out[f.Name] = f.SHA256
	}
	return out
}

// existing is the text of a file that may not be there.
func existing(name string, l *diag.List) (string, error) {
	if name == "" {
		return "", nil
	}
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	f, err := readFile(name, l)
	if err != nil {
		return "", err
	}
	if f == nil {
		return "", fmt.Errorf("%s is no text, so it is left as it is", name)
	}
	return f.Text, nil
}

// register reads the devices of a register; nil where none is named.
func (a *app) register(name, day string, l *diag.List) (*visibility.Register, error) {
	if name == "" {
		return nil, nil
	}
	in, err := opened(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r := visibility.NewRegister()
	_, err = visibility.ReadAssets(in, visibility.AssetOptions{Name: name, AsOf: day, Each: func(names []string, scope string) {
		r.Add(slices.Clone(names), scope)
	}}, l)
	if err != nil {
		return nil, machineError{fmt.Errorf("%s: %w", name, err)}
	}
	return r, nil
}
