package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/source"
	"detc/compiler/workspace"
)

func (a *app) check() *cobra.Command {
	var fix, unsafe, showDiff bool
	c := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "check stubs, telemetry, context, items and Sigma rules; --fix mends what a machine can",
		Long: `Check reads the stubs, telemetry schemas, context tables and items below each PATH, compiles them against the
library's mappings, runs their tests, and prints what is wrong. Without a PATH it checks the library itself. Sigma's
rules, correlations and filters are told by their keys, and held against the specification and the taxonomy.

Findings go to standard output, one caret snippet each; where there are more than --max-findings, a few of each kind and
a table. --format short is one line each, for editors, sarif is for code
scanning, github for annotations in a workflow, junit for CI systems that show tests.

A comment above a key, or at the end of its line, silences a finding there that is no error:

  # detc:ignore DT9001 reason="a report without a state counts as open" until=2027-01-31

It holds through its last day; SOURCE_DATE_EPOCH sets today's date.`,
		RunE: func(_ *cobra.Command, paths []string) error {
			if (fix || showDiff) && len(paths) == 0 && a.rules == "" && a.addRules == "" && a.mappings == "" {
				return fmt.Errorf("--fix and --diff need a PATH: the library inside the binary can't be changed")
			}
			w, err := a.open("", paths...)
			if err != nil {
				return err
			}
			s := &sigmaCheck{app: a, fix: fix && !showDiff, unsafe: unsafe, showDiff: showDiff, keep: a.format != "text"}
			if fix || showDiff {
				if w, err = a.mend(w, paths, unsafe, showDiff, s); err != nil || showDiff {
					return err
				}
			} else if err := s.run(w); err != nil {
				return err
			}
			if err := a.checked(w, s); err != nil {
				return err
			}
			if len(w.Rules) > 0 || s.tally.Files == 0 {
				fmt.Fprintf(a.err, "%s: %s\n", count(len(w.Rules), "rule"), diag.Summary(w.Findings))
			}
			if s.tally.Files > 0 {
				fmt.Fprintln(a.err, s.line())
			}
			return nil
		},
	}
	c.Flags().BoolVar(&fix, "fix", false, "apply the fixes that keep every rule's meaning")
	c.Flags().BoolVar(&unsafe, "unsafe", false, "with --fix or --diff: also those that a person should look at")
	c.Flags().BoolVar(&showDiff, "diff", false, "show what --fix would change, and change nothing")
	a.folds(c)
	return a.content(a.formats(c, "text", "short", "json", "sarif", "github", "junit"))
}

// checked prints the findings in the format that was asked for.
func (a *app) checked(w *workspace.Workspace, s *sigmaCheck) error {
	a.judge(w.Findings)
	if a.format == "text" {
		var all report.Fold
		all.Most = a.maxFindings
		all.Add(a.shown(w.Findings))
		all.Join(&s.fold)
		return all.Write(a.out, a.colored(a.out))
	}
	findings := append(a.shown(w.Findings), s.findings...)
	subjects := s.titles
	var stubs []*source.File
	for _, r := range w.Rules {
		subjects[r.File] = r.Name.Value
		stubs = append(stubs, r.File)
	}
	stubs = append(stubs, s.files...)
	o := report.FindingsOptions{Version: moduleVersion(), Subject: func(f *source.File) string { return subjects[f] }}
	o.FailAt, _ = diag.ParseSeverity(a.failOn)
	switch a.format {
	case "sarif":
		return report.SARIF(a.out, findings, o)
	case "github":
		return report.GitHub(a.out, findings)
	case "junit":
		return report.FindingsJUnit(a.out, stubs, findings, o)
	}
	return a.findings(a.out, findings, a.format)
}

// today is the date by which suppressions end, in UTC: that of SOURCE_DATE_EPOCH, so that a build can be made again
// as it was (reproducible-builds.org), or the clock's.
func today() (string, error) {
	now := time.Now()
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return "", fmt.Errorf("SOURCE_DATE_EPOCH is a number of seconds since 1970, not %q", epoch)
		}
		now = time.Unix(seconds, 0)
	}
	return now.UTC().Format(time.DateOnly), nil
}

// mendRounds bounds how often fixes are applied: one may uncover the next (an unknown key, then its value).
const mendRounds = 5

// mend applies fixes to the files of the paths until none is left, or shows them as a diff.
func (a *app) mend(w *workspace.Workspace, paths []string, unsafe, showDiff bool, s *sigmaCheck) (*workspace.Workspace, error) {
	files, edits := map[string]bool{}, 0
	for range mendRounds {
		changed := w.Mended(unsafe)
		if len(changed) == 0 {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(changed)) {
			m := changed[name]
			if showDiff {
				a.out.Write(diff.Diff(name, []byte(m.Before), name, []byte(m.After)))
				continue
			}
			if err := output.File(name, []byte(m.After)); err != nil {
				return nil, unwritten(name, err)
			}
			files[name] = true
			edits += m.Edits
		}
		if showDiff {
			break
		}
		var err error
		if w, err = a.open("", paths...); err != nil {
			return nil, err
		}
	}
	if err := s.run(w); err != nil {
		return nil, err
	}
	if !showDiff {
		fmt.Fprintf(a.err, "%s in %s\n", count(edits+s.changes, "change"), count(len(files)+s.changed, "file"))
	}
	return w, nil
}
