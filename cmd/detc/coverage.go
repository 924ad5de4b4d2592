package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"detc/compiler/backtest"
	"detc/compiler/coverage"
	"detc/compiler/workspace"
)

func (a *app) coverage() *cobra.Command {
	var reports, backtests []string
	var since string
	var chosen selection
	c := &cobra.Command{
		Use:   "coverage [PATH...]",
		Short: "hold the items of the briefs against what the rules were shown to do",
		Long: `Coverage holds every item of the briefs, in every scope of the site, against what was shown of the rules.

--report FORMAT=FILE also writes a file, --report FORMAT=DIR/ a file an ATT&CK domain (navigator, dettect). The
formats that others read: csv a line an obligation; sarif, gitlab and github findings beside lines, junit a case an
obligation; github-summary for $GITHUB_STEP_SUMMARY, comment for a pull request (65,536 characters at most);
navigator a layer of the ATT&CK Navigator; dettect scores for DeTT&CT; badge for shields.io.

Of a site (--site) it also reads inventory.yaml and visibility.yaml (what there is, and which logs arrive), ledger.yaml (what
people accept), deployed.yaml (which bundle runs on which target) and backtest.json. --target says what the rules must be
exported to; unless it does, that is the targets of deployed.yaml.`,
		RunE: func(_ *cobra.Command, paths []string) error {
			wanted, err := wantedReports(reports)
			if err != nil {
				return err
			}
			format, err := coverageFormatOf(a.format)
			if err != nil {
				return err
			}
			measured, err := readBacktests(backtests)
			if err != nil {
				return err
			}
			if err := a.readSince(since); err != nil {
				return err
			}
			exports, err := a.siteExports(chosen)
			if err != nil {
				return err
			}
			w, err := a.openWith("", func(o *workspace.Options) { o.Exports, o.Backtests = exports, measured }, paths...)
			if err != nil {
				return err
			}
			if err := chosen.known(w); err != nil {
				return err
			}
			if err := a.findings(a.err, w.Findings, "text"); err != nil {
				return err
			}
			if err := a.writeReports(wanted, w); err != nil {
				return err
			}
			return format.write(a, a.out, w)
		},
	}
	c.Flags().StringArrayVar(&reports, "report", nil, "also write FORMAT=FILE, or FORMAT=DIR/ with a file a domain; may be repeated")
	c.Flags().StringArrayVar(&backtests, "backtest", nil, "what detc backtest found, as JSON, in place of the site's backtest.json; may be repeated")
	c.Flags().StringVar(&since, "since", "", "the JSON report of an earlier run: the HTML page says what changed since then")
	c.Flags().StringSliceVar(&chosen.names, "target", nil, "the targets that the rules must be exported to, or all: detc list targets")
	chosen.targeted(c)
	c.AddCommand(a.coverageDiff())
	return a.content(a.formats(c, coverageFormats()...))
}

// terminalWidth is a terminal's width in cells; 0 for a file or a pipe, where nothing is cut.
func terminalWidth(w io.Writer) int {
	if f, ok := fileOf(w); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return max(n, 40)
		}
	}
	return 0
}

// width is a width to fold text to: the terminal's, or 100.
func width(w io.Writer) int { return cmp.Or(terminalWidth(w), 100) }

// wholeFile reads a file that a flag names.
func wholeFile(flag, name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no %s", flag, name)
	case err != nil && isFolder(name):
		return nil, fmt.Errorf("%s: %s is a folder, not a file", flag, name)
	case err != nil:
		return nil, machineError{err}
	}
	return data, nil
}

// readBacktests reads what detc backtest wrote.
func readBacktests(files []string) (out []workspace.Backtest, err error) {
	for _, name := range files {
		data, err := wholeFile("--backtest", name)
		if err != nil {
			return nil, err
		}
		r, err := backtest.Read(data)
		if err != nil {
			return nil, fmt.Errorf("--backtest %s: %w", name, err)
		}
		out = append(out, workspace.Backtest{Name: path.Clean(filepath.ToSlash(name)), Report: r})
	}
	return out, nil
}

// readSince reads the report of an earlier run; of none there is nothing to read.
func (a *app) readSince(name string) error {
	if name == "" {
		return nil
	}
	data, err := wholeFile("--since", name)
	if err != nil {
		return err
	}
	if a.since, err = coverage.Read(data); err != nil {
		return fmt.Errorf("--since %s: %w", name, err)
	}
	a.sinceName = path.Base(filepath.ToSlash(name))
	return nil
}
