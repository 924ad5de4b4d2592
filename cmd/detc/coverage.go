package main

import (
	"cmp"
	"io"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func (a *app) coverage() *cobra.Command {
	var reports []string
	c := &cobra.Command{
		Use:   "coverage [PATH...]",
		Short: "hold the items of the briefs against what the rules were shown to do",
		Long: `Coverage holds every item of the briefs, in every scope of the site, against what was shown of the rules.

--report FORMAT=FILE also writes a file, --report FORMAT=DIR/ a file an ATT&CK domain (navigator, dettect). The
formats that others read: csv a line an obligation; sarif, gitlab and github findings beside lines, junit a case an
obligation; github-summary for $GITHUB_STEP_SUMMARY, comment for a pull request (65,536 characters at most);
navigator a layer of the ATT&CK Navigator; dettect scores for DeTT&CT; badge for shields.io.`,
		RunE: func(_ *cobra.Command, paths []string) error {
			wanted, err := wantedReports(reports)
			if err != nil {
				return err
			}
			format, err := coverageFormatOf(a.format)
			if err != nil {
				return err
			}
			w, err := a.open("", paths...)
			if err != nil {
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
