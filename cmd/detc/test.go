package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/workspace"
)

func (a *app) test() *cobra.Command {
	var verbose, mutants bool
	var keep, page string
	c := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "run the stubs' test cases on CEL, on IR and on the emitted Sigma rules",
		Long: `Test runs every case of every stub on the compiled rule, on the condition by cel-go and, by sigma-go, on each Sigma
rule emitted for it. Cases on sample records run with --samples DIR and are skipped, by name, without it.

With --mutants it also puts small faults into each rule, one at a time, and sees whether a case notices: detc list
mutants lists them. A fault that none notices is shown with a case that would, to be pasted into the stub. A rule whose
cases notice fewer than 90 % of its faults is a finding.

With --evidence FILE it does the same, and writes what was shown to FILE, for build and coverage to count: they look for
evidence.json in the folder of the rules. Nothing is written otherwise. The file holds the rules of this run and no
others, each with a digest of the rule and of its cases; when either changes, its evidence counts no more.

With --samples DIR --evidence-page FILE it writes a page for people beside it: what the cases show of each rule, which
real records fire it and why, what was absent in their logs, what became of every record. The files are those below DIR
with a record a line. Without --samples the page is left as it is.`,
		RunE: func(_ *cobra.Command, paths []string) error {
			w, err := a.openWith("test", func(o *workspace.Options) { o.Opinions, o.Mutants = true, mutants || keep != "" || page != "" }, paths...)
			if err != nil {
				return err
			}
			if err := a.findings(a.err, w.Findings, "text"); err != nil {
				return err
			}
			if keep != "" {
				if err := a.keep(w, keep); err != nil {
					return err
				}
			}
			if page != "" {
				if err := a.keepPage(w, page); err != nil {
					return err
				}
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
	c.Flags().BoolVar(&mutants, "mutants", false, "also put small faults into each rule, and see whether its cases notice")
	c.Flags().StringVar(&keep, "evidence", "", "write what was shown to this file, which build and coverage count; implies --mutants")
	c.Flags().StringVar(&page, "evidence-page", "", "write what the cases and the records of --samples show to this Markdown file; implies --mutants")
	return a.content(a.formats(c, "text", "junit", "json"))
}

// keep writes the evidence of a run, and says what is not in it.
func (a *app) keep(w *workspace.Workspace, file string) error {
	kept := w.Evidence()
	data, err := kept.JSON()
	if err != nil {
		return err
	}
	if err := output.File(file, data); err != nil {
		return unwritten(file, err)
	}
	skipped := 0
	for _, r := range kept.Rules {
		skipped += r.Cases.Skipped
	}
	if skipped > 0 {
		fmt.Fprintf(a.err, "detc: %s were skipped: what they show is not in %s\n", count(skipped, "case"), file)
	}
	return nil
}

type suiteOut struct {
	Rule    string      `json:"rule,omitempty"`
	Filter  string      `json:"filter,omitempty"` // of a filter's suite, in place of the rule
	File    string      `json:"file"`
	Cases   []caseOut   `json:"cases"`
	Mutants *mutantsOut `json:"mutants,omitempty"`
}

type caseOut struct {
	Name     string   `json:"name"`
	Line     int      `json:"line"`
	Verdict  string   `json:"verdict"`
	Message  string   `json:"message,omitempty"`
	Opinions []string `json:"opinions"`
}

type mutantsOut struct {
	All        int           `json:"all"`
	Killed     int           `json:"killed"`
	Equivalent int           `json:"equivalent"`
	Score      int           `json:"score"`
	Enough     bool          `json:"enough"`
	Survivors  []survivorOut `json:"survivors"`
}

type survivorOut struct {
	Operator string `json:"operator"`
	Clause   string `json:"clause"`
	Fault    string `json:"fault"`
	Let      string `json:"let,omitempty"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Case     string `json:"case,omitempty"`
}

func suitesJSON(suites []report.TestSuite) []suiteOut {
	out := []suiteOut{}
	for _, s := range suites {
		o := suiteOut{Rule: s.Name, File: s.File, Cases: []caseOut{}}
		if s.Filter {
			o.Rule, o.Filter = "", s.Name
		}
		for _, c := range s.Cases {
			o.Cases = append(o.Cases, caseOut{c.Name, c.Line, c.Verdict.String(), c.Message, append([]string{}, c.Opinions...)})
		}
		if m := s.Mutants; m != nil {
			o.Mutants = &mutantsOut{m.All, m.Killed, m.Equivalent, m.Score, m.Enough, []survivorOut{}}
			for _, v := range m.Survivors {
				o.Mutants.Survivors = append(o.Mutants.Survivors, survivorOut(v))
			}
		}
		out = append(out, o)
	}
	return out
}
