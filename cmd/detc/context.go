package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"detc/compiler/bind"
	"detc/compiler/context"
	"detc/compiler/ir"
	"detc/compiler/output"
	"detc/compiler/workspace"
)

func (a *app) context() *cobra.Command {
	c := &cobra.Command{
		Use:   "context",
		Short: "what a site keeps in its context tables",
	}
	c.AddCommand(a.contextExport())
	return c
}

// maxHorizon bounds for how long windows are spelled out.
const maxHorizon = 366 * 24 * time.Hour

func (a *app) contextExport() *cobra.Command {
	var dir, from, to, format string
	c := &cobra.Command{
		Use:   "export -o DIR",
		Short: "write a site's context tables as files that a SIEM imports as lookups",
		Long: `Export writes each context table that the site keeps as a file, and context.json, which lists them with the digest
of what they hold and the day on which they cease to hold. The rules name their tables and never what is in them, so a
table is exported whenever it changes, and the rules are not.

A table of intervals is written out for a horizon, from --from up to --to, window by window: a repeated one is a row each
time, in UTC. Each is a date, or a time with its offset; at most 366 days. The same content gives the same bytes.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.site == "" && a.mappings == "" {
				return errors.New("the library's tables are empty: whose is to be exported? --site NAME")
			}
			if format != "json" && format != "csv" {
				return fmt.Errorf("--format is json or csv, not %q", format)
			}
			if dir == "" {
				return errors.New("export takes the folder to write: -o DIR")
			}
			w, err := a.open("content")
			if err != nil {
				return err
			}
			if err := a.findings(a.err, w.Findings, "text"); err != nil {
				return err
			}
			begin, end, err := horizon(from, to)
			if err != nil {
				return err
			}
			var exports []context.Export
			for _, t := range w.Tables {
				held := w.Content(t.Name)
				if held == nil {
					continue
				}
				if t.Shape == context.Intervals && end == 0 {
					return fmt.Errorf("the rows of %s hold for a time: --from DATE --to DATE say for which days they are written", t.Name)
				}
				exports = append(exports, held.Export(begin, end))
			}
			folder, err := exported(exports, format)
			if err != nil {
				return err
			}
			for _, in := range w.Files {
				folder.Inputs[in.Name] = output.Digest([]byte(in.Text))
			}
			if err := output.Write(dir, folder); err != nil {
				return machineError{fmt.Errorf("the output folder could not be written: %w", err)}
			}
			for _, e := range exports {
				fmt.Fprintf(a.out, "%s/%s.%s  version %d, %s, sha256 %.12s…%s\n", dir, e.Table, format, e.Version, count(len(e.Rows), "row"), e.Digest, validText(e))
			}
			return nil
		},
	}
	c.Flags().StringVarP(&dir, "output", "o", "", "the folder to write")
	c.Flags().StringVar(&from, "from", "", "the first moment of the horizon: a date, or a time with its offset")
	c.Flags().StringVar(&to, "to", "", "the moment at which it ends")
	c.Flags().StringVar(&a.site, "site", "", "a site: a folder with site.yaml, or the name of one in sites/")
	c.Flags().StringVar(&a.mappings, "mappings", "", "a folder of telemetry and context; what has a known id replaces it")
	c.Flags().StringVar(&format, "format", "json", "how each table is written: json, csv")
	return c
}

func validText(e context.Export) string {
	if e.ValidUntil == "" {
		return ""
	}
	return ", valid until " + e.ValidUntil
}

// horizon reads both ends; both are 0 where neither is given.
func horizon(from, to string) (begin, end int64, err error) {
	if from == "" && to == "" {
		return 0, 0, nil
	}
	if from == "" || to == "" {
		return 0, 0, errors.New("a horizon has both ends: --from DATE --to DATE")
	}
	if begin, err = context.Moment(from); err != nil {
		return 0, 0, fmt.Errorf("--from is a date, or a time with its offset, not %q", from)
	}
	if end, err = context.Moment(to); err != nil {
		return 0, 0, fmt.Errorf("--to is a date, or a time with its offset, not %q", to)
	}
	if end <= begin {
		return 0, 0, fmt.Errorf("the horizon ends at %s, which is not after its beginning", to)
	}
	if time.Duration(end-begin) > maxHorizon {
		return 0, 0, fmt.Errorf("from %s to %s is more than 366 days", from, to)
	}
	return begin, end, nil
}

// indexed is what context.json says of a table.
type indexed struct {
	Table      string `json:"table"`
	File       string `json:"file"`
	Version    int    `json:"version"`
	Digest     string `json:"digest"`
	From       string `json:"from,omitempty"`
	To         string `json:"to,omitempty"`
	ValidUntil string `json:"valid_until,omitempty"`
	Rows       int    `json:"rows"`
}

// exported are the files of an export.
func exported(exports []context.Export, format string) (output.Folder, error) {
	f := output.Folder{Files: map[string][]byte{}, Inputs: map[string]string{}}
	index := []indexed{}
	for _, e := range exports {
		data, err := e.JSON()
		if format == "csv" {
			data, err = e.CSV()
		}
		if err != nil {
			return f, err
		}
		f.Files[e.Table+"."+format] = data
		index = append(index, indexed{e.Table, e.Table + "." + format, e.Version, e.Digest, e.From, e.To, e.ValidUntil, len(e.Rows)})
	}
	list, err := json.MarshalIndent(map[string]any{"schema_version": 1, "tables": index}, "", "  ")
	if err != nil {
		return f, err
	}
	f.Files["context.json"] = append(list, '\n')
	return f, nil
}

// explainContext says what raises a rule's level, and what must be looked up for it.
func (a *app) explainContext(r *workspace.Rule) {
	exprs := []ir.Expr{r.IR.Where}
	for _, e := range r.IR.Meta.Levels {
		fmt.Fprintf(a.out, "  level %s where %s\n", e.Level, e.Text)
		exprs = append(exprs, e.Where)
	}
	for _, f := range bind.Lookups(r.Schema, exprs...) {
		fmt.Fprintf(a.out, "  looks up %s in %s\n", f.Name, f.Lookup.Text(func(name string) string { return name }))
	}
	if r.State != workspace.Enabled {
		fmt.Fprintf(a.out, "  at this site: %s\n", r.State)
	}
}
