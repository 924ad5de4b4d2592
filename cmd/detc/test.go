package main

import (
	"github.com/spf13/cobra"

	"detc/compiler/report"
)

func (a *app) test() *cobra.Command {
	var verbose bool
	c := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "run the stubs' test cases on IR and on the emitted Sigma rules",
		Long: `Test runs every case of every stub on the compiled rule and, through sigma-go, on each Sigma rule emitted for it.
Cases on sample records run with --samples DIR and are skipped, by name, without it.`,
		RunE: func(_ *cobra.Command, paths []string) error {
			w, err := a.open("test", paths...)
			if err != nil {
				return err
			}
			if err := a.findings(a.err, w.Findings, "text"); err != nil {
				return err
			}
			suites := w.TestSuites()
			switch a.format {
			case "junit":
				return report.JUnit(a.out, suites)
			case "json":
				return a.json(suitesJSON(suites))
			}
			return report.TestText(a.out, suites, report.Options{Verbose: verbose, Width: width(a.out), Color: a.colored(a.out)})
		},
	}
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "list every case, not only those that fail or are skipped")
	return a.content(a.formats(c, "text", "junit", "json"))
}

type suiteOut struct {
	Rule  string    `json:"rule"`
	File  string    `json:"file"`
	Cases []caseOut `json:"cases"`
}

type caseOut struct {
	Name     string   `json:"name"`
	Line     int      `json:"line"`
	Verdict  string   `json:"verdict"`
	Message  string   `json:"message,omitempty"`
	Opinions []string `json:"opinions"`
}

func suitesJSON(suites []report.TestSuite) []suiteOut {
	out := []suiteOut{}
	for _, s := range suites {
		o := suiteOut{Rule: s.Name, File: s.File, Cases: []caseOut{}}
		for _, c := range s.Cases {
			o.Cases = append(o.Cases, caseOut{c.Name, c.Line, c.Verdict.String(), c.Message, append([]string{}, c.Opinions...)})
		}
		out = append(out, o)
	}
	return out
}
