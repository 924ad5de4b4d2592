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
		Short: "check stubs, telemetry, context and items; --fix mends what a machine can",
		Long: `Check reads the stubs, telemetry schemas, context tables and items below each PATH, compiles them against the
library's mappings, runs their tests, and prints what is wrong. Without a PATH it checks the library itself.

Findings go to standard output, one caret snippet each; --format short is one line each, for editors, sarif is for code
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
			if fix || showDiff {
				if w, err = a.mend(w, paths, unsafe, showDiff); err != nil {
					return err
				}
				if showDiff {
					return nil
				}
			}
			if err := a.checked(w); err != nil {
				return err
			}
			fmt.Fprintf(a.err, "%s: %s\n", count(len(w.Rules), "rule"), diag.Summary(w.Findings))
			return nil
		},
	}
	c.Flags().BoolVar(&fix, "fix", false, "apply the fixes that keep every rule's meaning")
	c.Flags().BoolVar(&unsafe, "unsafe", false, "with --fix or --diff: also those that a person should look at")
	c.Flags().BoolVar(&showDiff, "diff", false, "show what --fix would change, and change nothing")
	return a.content(a.formats(c, "text", "short", "json", "sarif", "github", "junit"))
}

// checked prints the findings in the format that was asked for.
func (a *app) checked(w *workspace.Workspace) error {
	subjects := map[*source.File]string{}
	var stubs []*source.File
	for _, r := range w.Rules {
		subjects[r.File] = r.Name.Value
		stubs = append(stubs, r.File)
	}
	o := report.FindingsOptions{Version: moduleVersion(), Subject: func(f *source.File) string { return subjects[f] }}
	o.FailAt, _ = diag.ParseSeverity(a.failOn)
	switch a.format {
	case "sarif":
		a.judge(w.Findings)
		return report.SARIF(a.out, a.shown(w.Findings), o)
	case "github":
		a.judge(w.Findings)
		return report.GitHub(a.out, a.shown(w.Findings))
	case "junit":
		a.judge(w.Findings)
		return report.FindingsJUnit(a.out, stubs, a.shown(w.Findings), o)
	}
	return a.findings(a.out, w.Findings, a.format)
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
func (a *app) mend(w *workspace.Workspace, paths []string, unsafe, showDiff bool) (*workspace.Workspace, error) {
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
			return w, nil
		}
		var err error
		if w, err = a.open("", paths...); err != nil {
			return nil, err
		}
	}
	if !showDiff {
		fmt.Fprintf(a.err, "%s in %s\n", count(edits, "change"), count(len(files), "file"))
	}
	return w, nil
}
