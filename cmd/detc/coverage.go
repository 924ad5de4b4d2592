package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	cov "detc/compiler/coverage"
	"detc/compiler/output"
	"detc/compiler/report"
)

var coverageFormats = []string{"text", "markdown", "json"}

func (a *app) coverage() *cobra.Command {
	var reports []string
	c := &cobra.Command{
		Use:   "coverage [PATH...]",
		Short: "hold the items of the briefs against what the rules were shown to do",
		RunE: func(_ *cobra.Command, paths []string) error {
			for _, r := range reports {
				format, file, ok := strings.Cut(r, "=")
				if !ok || file == "" {
					return fmt.Errorf("--report is FORMAT=FILE, not %q", r)
				}
				if !slices.Contains(coverageFormats, format) {
					return unknown("coverage format", format, coverageFormats)
				}
			}
			w, err := a.open("", paths...)
			if err != nil {
				return err
			}
			if err := a.findings(a.err, w.Findings, "text"); err != nil {
				return err
			}
			for _, r := range reports {
				format, file, _ := strings.Cut(r, "=")
				var buf bytes.Buffer
				if err := a.writeCoverage(&buf, w.Coverage, format); err != nil {
					return err
				}
				if err := output.File(file, buf.Bytes()); err != nil {
					return unwritten(file, err)
				}
			}
			return a.writeCoverage(a.out, w.Coverage, a.format)
		},
	}
	c.Flags().StringArrayVar(&reports, "report", nil, "also write FORMAT=FILE; may be repeated")
	c.AddCommand(a.coverageDiff())
	return a.content(a.formats(c, coverageFormats...))
}

func (a *app) writeCoverage(w io.Writer, r *cov.Report, format string) error {
	switch format {
	case "text":
		return report.Text(w, r, report.Options{Width: width(w), Color: a.colored(w)})
	case "markdown":
		return report.Markdown(w, r, 0)
	case "json":
		return report.JSON(w, r)
	}
	return unknown("coverage format", format, coverageFormats)
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
