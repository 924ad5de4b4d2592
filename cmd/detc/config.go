package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/config"
	"detc/compiler/coverage"
	"detc/compiler/diag"
)

// configuration is what detc.yaml says, and which of it counts for this run.
type configuration struct {
	path     string // --config
	file     string // that was read; empty for none
	form     *config.Form
	settings []setting
}

// A setting is a flag's value and who said it.
type setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// noConfig is --config's word for no file at all.
const noConfig = "none"

// configure gives the command's flags what detc.yaml says of them, where the command line doesn't.
func (a *app) configure(c *cobra.Command) error {
	if c.Name() == "schema" || c.Name() == "version" {
		return nil // they ask for nothing of it, and the first is asked where it is broken
	}
	name, err := a.config.find()
	if err != nil || name == "" {
		return err
	}
	var l diag.List
	f, err := readFile(name, &l)
	if err != nil {
		return err
	}
	if f != nil {
		a.config.file, a.config.form = name, config.Read(f, &l)
	}
	if len(l) > 0 {
		if err := diag.Render(a.err, l, diag.Options{Format: "text", Color: a.colored(a.err)}); err != nil {
			return err
		}
	}
	if l.HasErrors() {
		return fmt.Errorf("%s can't be used as it is: mend it by hand (detc schema config has its keys), or leave it out with --config none", name)
	}
	dir := filepath.Dir(name)
	for _, s := range a.config.form.Settings() {
		flag := c.Flags().Lookup(s.Flag)
		if flag == nil || flag.Changed || s.Flag == "fail-on" && flag.Value.Type() != "string" || a.stoodIn(c, s.Flag) {
			continue
		}
		var values []string
		for _, v := range s.Values {
			value := v.Value
			if s.Path {
				value = fromFolder(dir, value, s.Flag)
			}
			if err := flag.Value.Set(value); err != nil {
				return fmt.Errorf("%s: %w", v.Whole, err)
			}
			values = append(values, value)
		}
		a.config.settings = append(a.config.settings, setting{s.Flag, strings.Join(values, ","), s.Values[0].Whole.String()})
	}
	return nil
}

// stoodIn says that the command line has another flag in a flag's place: who names the rules has named all of them.
func (a *app) stoodIn(c *cobra.Command, name string) bool {
	for _, pair := range [][2]string{{"rules", "add-rules"}, {"store", "model"}} {
		for i, of := range pair {
			if other := c.Flags().Lookup(pair[1-i]); of == name && other != nil && other.Changed {
				return true
			}
		}
	}
	return false
}

// fromFolder is a path of the file's, from the working folder. A site may be the name of one in sites/.
func fromFolder(dir, value, flag string) string {
	if filepath.IsAbs(value) {
		return value
	}
	at := filepath.Join(dir, value)
	if flag == "site" {
		if _, err := os.Stat(at); err != nil {
			at = filepath.Join(dir, "sites", value)
		}
	}
	return at
}

// find is the file to read: --config's, else detc.yaml in the working folder or one above it, up to the repository's.
func (c *configuration) find() (string, error) {
	switch c.path {
	case noConfig:
		return "", nil
	case "":
	default:
		if _, err := os.Stat(c.path); err != nil {
			return "", fmt.Errorf("--config: there is no %s", c.path)
		}
		return c.path, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", machineError{err}
	}
	for up := ""; ; up = filepath.Join(up, "..") {
		name := filepath.Join(up, config.File)
		switch _, err := os.Stat(name); {
		case err == nil:
			return name, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", machineError{err}
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || filepath.Dir(dir) == dir {
			return "", nil
		}
		dir = filepath.Dir(dir)
	}
}

func (a *app) configCommand() *cobra.Command {
	origin := false
	c := &cobra.Command{
		Use:   "config",
		Short: "what detc.yaml says, and what a flag says otherwise",
		Long: `Config prints what a run in this folder has: the file that was found, and each setting with its value. detc.yaml stands in
the working folder or one above it, up to the repository's; its paths are from its own folder. A flag comes before it.
--config FILE names another, --config none reads none. Its keys: detc schema config.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.showConfig(c, origin) },
	}
	c.Flags().BoolVar(&origin, "show-origin", false, "say for each who said it")
	c.Flags().StringSlice("target", nil, "as build and convert have it")
	new(selection).targeted(c)
	return a.content(a.formats(c, "text", "json"))
}

func (a *app) showConfig(c *cobra.Command, origin bool) error {
	all := slices.Clone(a.config.settings)
	for _, s := range (&config.Form{}).Names() {
		flag := c.Flags().Lookup(s)
		if flag == nil || slices.ContainsFunc(all, func(x setting) bool { return x.Name == s }) {
			continue
		}
		from := "default"
		if flag.Changed {
			from = "command line"
		}
		all = append(all, setting{s, strings.Trim(flag.Value.String(), "[]"), from})
	}
	slices.SortFunc(all, func(a, b setting) int { return strings.Compare(a.Name, b.Name) })
	if a.format == "json" {
		return a.json(struct {
			File     string    `json:"file"`
			Settings []setting `json:"settings"`
		}{a.config.file, all})
	}
	if a.config.file == "" {
		fmt.Fprintln(a.out, "no detc.yaml here or above")
	} else {
		fmt.Fprintln(a.out, filepath.ToSlash(a.config.file))
	}
	for _, s := range all {
		value := s.Value
		if value == "" {
			value = "-"
		}
		if origin {
			fmt.Fprintf(a.out, "  %-10s %-30s %s\n", s.Name, value, s.Origin)
		} else {
			fmt.Fprintf(a.out, "  %-10s %s\n", s.Name, value)
		}
	}
	return nil
}

// thresholds are what detc.yaml says of coverage's gates; what it doesn't say is zero, the default.
func (c *configuration) thresholds() (out coverage.Thresholds) {
	if c.form == nil {
		return out
	}
	t := c.form.Coverage
	return coverage.Thresholds{
		Devices: t.Devices.V, Fields: t.Fields.V, EvidenceDays: int(t.EvidenceDays.V), BacktestDays: int(t.BacktestDays.V),
		BacktestAge: int(t.BacktestAge.V), MitigationDays: int(t.MitigationDays.V), BudgetFactor: t.BudgetFactor.V,
	}
}
