package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"detc/compiler/change"
	"detc/compiler/evidence"
	"detc/compiler/report"
	"detc/compiler/revision"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// failures are what --fail-on of diff may name.
var failures = []string{"wider", "narrower", "unknown", "changed", "flipped"}

// versions is what `detc diff` was asked for.
type versions struct {
	failOn []string
	sigma  bool
	limit  int
}

func (a *app) diff() *cobra.Command {
	var v versions
	c := &cobra.Command{
		Use:   "diff BASE..HEAD [DIR] | REVISION [DIR] | OLD_DIR NEW_DIR",
		Short: "what changed in the meaning of the rules between two revisions of git, or two folders",
		Long: `Diff compares the stubs and the Sigma rules of two revisions of git, or of two folders, rule by rule: what changed in
the normal form of the condition, whether the rule is wider or narrower for it, with an event that shows it where one
is found, which of its cases flip, what it says of itself, and on which sources it is emitted.

  detc diff main..HEAD rules     the folder rules at two revisions
  detc diff main...HEAD          what HEAD brings since it left main
  detc diff HEAD rules           a revision and the folder as it stands
  detc diff before after         two folders; no git is needed

Telemetry and context tables in the folder count with it, on top of the library's. Rules go together by id, then by
name, then by file. A direction is proved, or shown by an event; where neither is so it is unknown, and that is said.

Exit codes: 0, whatever changed; with --fail-on 1 where any of what it names happened:
  wider, narrower   a rule is, or is on one of its sources; what goes both ways is each
  unknown           the direction of a rule could be neither proved nor shown
  flipped           a case that passed fails, and nobody changed what it wants; or a rule no longer compiles
  changed           anything differs at all
2 is a wrong argument: no such revision, no repository, no git, no such folder; 3 the machine.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error { return a.runDiff(args, v) },
	}
	f := c.Flags()
	f.StringSliceVar(&v.failOn, "fail-on", nil, "exit 1 where a rule is: "+strings.Join(failures, ", ")+"; several by commas")
	f.BoolVar(&v.sigma, "sigma", false, "show the lines of each emitted Sigma rule that changed")
	f.IntVar(&v.limit, "limit", report.CommentLimit, "the most characters of --format markdown; 0 is no limit")
	f.StringVar(&a.mappings, "mappings", "", "a folder of telemetry and context for both sides; what has a known id replaces it")
	f.StringVar(&a.samples, "samples", "", "the folder of sample records that test cases name")
	return a.formats(c, "text", "markdown", "json")
}

func (a *app) runDiff(args []string, v versions) error {
	for _, f := range v.failOn {
		if !slices.Contains(failures, f) {
			return unknown("change to fail on", f, failures)
		}
	}
	if v.limit < 0 {
		return fmt.Errorf("--limit is 0 or more, not %d", v.limit)
	}
	base, head, err := bothSides(args)
	if err != nil {
		return err
	}
	opts := workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Rules:    []workspace.Root{{FS: rules.Files, Name: "rules", Reference: true}},
		Jobs:     a.jobs,
	}
	if a.mappings != "" {
		root, err := rootOf(a.mappings)
		if err != nil {
			return err
		}
		opts.Mappings = append(opts.Mappings, root)
	}
	o := change.Options{Sigma: v.sigma, Lines: lines, Jobs: a.jobs}
	if a.samples != "" {
		if info, err := os.Stat(a.samples); err != nil || !info.IsDir() {
			return fmt.Errorf("--samples %s is no folder", a.samples)
		}
		o.Samples = evidence.NewSamples(os.DirFS(a.samples))
	}
	r, err := workspace.Diff(base, head, opts, o)
	if err != nil {
		return machineError{err}
	}
	if fails(r, v.failOn) {
		a.code = exitFindings
	}
	switch a.format {
	case "json":
		return report.ChangeJSON(a.out, r)
	case "markdown":
		return report.ChangeMarkdown(a.out, r, v.limit)
	}
	return report.ChangeText(a.out, r, report.Options{Width: width(a.out), Color: a.colored(a.out)})
}

// lines is a unified diff without its first line, which names a command.
func lines(oldName, old, newName, new string) string {
	_, text, _ := strings.Cut(string(diff.Diff(oldName, []byte(old), newName, []byte(new))), "\n")
	return text
}

func fails(r *change.Report, on []string) bool {
	t := r.Totals
	happened := map[string]bool{"wider": t.Wider > 0, "narrower": t.Narrower > 0, "unknown": t.Unknown > 0,
		"flipped": t.Flipped+t.Broken > 0, "changed": len(r.Rules)+len(r.Definitions) > 0}
	return slices.ContainsFunc(on, func(f string) bool { return happened[f] })
}

// bothSides reads what the arguments name. Two folders that are there are compared as they stand; else the first
// argument is a range of revisions, of the folder that the second names.
func bothSides(args []string) (base, head workspace.Side, err error) {
	if isFolder(args[0]) {
		if len(args) < 2 {
			return base, head, fmt.Errorf("%s is a folder: name a second one to hold against it, or write a revision, as in HEAD %s", args[0], args[0])
		}
		if base, err = folder(args[0], true); err != nil {
			return base, head, err
		}
		head, err = folder(args[1], true)
		return base, head, err
	}
	dir := "."
	if len(args) == 2 {
		dir = args[1]
	}
	if path := regexp.MustCompile(`^(\.\.?)?[/\\]`); path.MatchString(args[0]) { // no revision begins like that
		return base, head, fmt.Errorf("there is no folder %s", args[0])
	}
	if !isFolder(dir) {
		return base, head, fmt.Errorf("there is no folder %s", dir)
	}
	r, err := revision.ParseRange(args[0])
	if err != nil {
		return base, head, err
	}
	return revisions(r, dir)
}

func revisions(r revision.Range, dir string) (base, head workspace.Side, err error) {
	return revisionsOf(r, dir, workspace.IsContent)
}

// revisionsOf reads of a folder at two revisions the files that are to be kept.
func revisionsOf(r revision.Range, dir string, keep func(name string) bool) (base, head workspace.Side, err error) {
	repository, err := revision.Open(dir)
	if err != nil {
		return base, head, wrongOr(err)
	}
	from, err := repository.Commit(r.Base)
	if err != nil {
		return base, head, wrongOr(err)
	}
	if r.Worktree {
		if base.Tree, err = repository.Read(from, keep, revision.DefaultLimits); err != nil {
			return base, head, wrongOr(err)
		}
		base.Label = r.Base
		head, err = folderOf(dir, false, keep)
		return base, head, err
	}
	to, err := repository.Commit(r.Head)
	if err != nil {
		return base, head, wrongOr(err)
	}
	if r.MergeBase {
		if from, err = repository.MergeBase(from, to); err != nil {
			return base, head, wrongOr(err)
		}
	}
	for side, commit := range map[*workspace.Side]string{&base: from, &head: to} {
		if side.Tree, err = repository.Read(commit, keep, revision.DefaultLimits); err != nil {
			return base, head, wrongOr(err)
		}
	}
	base.Label, head.Label = r.Base, r.Head
	if r.MergeBase {
		base.Label = "where " + r.Head + " left " + r.Base
	}
	return base, head, nil
}

func isFolder(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

// folder is a folder as it stands.
func folder(p string, links bool) (workspace.Side, error) {
	return folderOf(p, links, workspace.IsContent)
}

func folderOf(p string, links bool, keep func(name string) bool) (workspace.Side, error) {
	name := filepath.ToSlash(filepath.Clean(p))
	if !isFolder(p) {
		return workspace.Side{}, fmt.Errorf("there is no folder %s", p)
	}
	tree, err := revision.Read(os.DirFS(p), name, keep, links, revision.DefaultLimits)
	return workspace.Side{Label: name, Tree: tree}, wrongOr(err)
}

// wrongOr tells what the user can mend, as an unknown revision, from what the machine could not do.
func wrongOr(err error) error {
	var usage *revision.Usage
	var much *revision.TooMuch
	if err == nil || errors.As(err, &usage) || errors.As(err, &much) {
		return err
	}
	return machineError{err}
}
