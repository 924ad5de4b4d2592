package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/bundle"
	"detc/compiler/coverage"
	"detc/compiler/evidence"
	"detc/compiler/report"
	"detc/compiler/revision"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// compared is what `detc coverage diff` was asked for.
type compared struct {
	failOn []string
	limit  int
}

func (a *app) coverageDiff() *cobra.Command {
	var v compared
	c := &cobra.Command{
		Use:   "diff BASE..HEAD [DIR] | BASE.json HEAD.json",
		Short: "what changed in the coverage between two revisions of git, or two JSON reports",
		Long: `Diff compares two reports of coverage, obligation by obligation: what came further, what fell back, and by what. They are
read from JSON (detc coverage --format json), or computed from a folder of rules at two revisions.

  detc coverage diff main..HEAD rules                  the folder rules at two revisions
  detc coverage diff main..HEAD rules --site sites/one the same, with the site's folder at those revisions
  detc coverage diff before.json after.json            two reports

A figure that rose while something that it is measured by became smaller (a failing case, a device, a row of the inventory
gone, a threshold that asks for less) is reported: denominator shrank. It fails whatever --fail-on names.

Exit codes: 0, whatever changed; with --fail-on 1 where any of what it names happened:
  worse    an obligation fell back
  blind    one is blind that was not
  expired  what was accepted is not any more
2 is a wrong argument, also a report of a version that this detc doesn't know; 3 the machine.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error { return a.runCoverageDiff(args, v) },
	}
	f := c.Flags()
	f.StringSliceVar(&v.failOn, "fail-on", nil, "exit 1 where an obligation is: "+strings.Join(coverage.Failures(), ", ")+"; several by commas")
	f.IntVar(&v.limit, "limit", report.CommentLimit, "the most characters of --format markdown; 0 is no limit")
	f.StringVar(&a.mappings, "mappings", "", "a folder of telemetry and context for both sides; what has a known id replaces it")
	f.StringVar(&a.site, "site", "", "a site's folder, read at both revisions")
	return a.formats(c, "text", "markdown", "json")
}

func (a *app) runCoverageDiff(args []string, v compared) error {
	for _, f := range v.failOn {
		if !slices.Contains(coverage.Failures(), f) {
			return unknown("change to fail on", f, coverage.Failures())
		}
	}
	if v.limit < 0 {
		return fmt.Errorf("--limit is 0 or more, not %d", v.limit)
	}
	var d *coverage.Diff
	var err error
	if strings.HasSuffix(args[0], ".json") {
		d, err = comparedFiles(args)
	} else {
		d, err = a.comparedRevisions(args)
	}
	if err != nil {
		return err
	}
	if d.Fails(v.failOn) {
		a.code = exitFindings
	}
	switch a.format {
	case "json":
		return a.json(d)
	case "markdown":
		return report.CoverageDiffMarkdown(a.out, d, v.limit)
	}
	return report.CoverageDiffText(a.out, d, report.Options{Width: width(a.out), Color: a.colored(a.out)})
}

func comparedFiles(args []string) (*coverage.Diff, error) {
	if len(args) != 2 {
		return nil, fmt.Errorf("%s is a report: name a second one to hold against it", args[0])
	}
	var sides [2]*coverage.Report
	for k, name := range args {
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no %s", name)
		}
		if err != nil {
			return nil, machineError{err}
		}
		if sides[k], err = coverage.Read(data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return coverage.Compare(sides[0], sides[1], filepath.ToSlash(args[0]), filepath.ToSlash(args[1])), nil
}

// comparedRevisions computes both reports, each from its own rules and its own site, by today's date.
func (a *app) comparedRevisions(args []string) (*coverage.Diff, error) {
	dir := "."
	if len(args) == 2 {
		dir = args[1]
	}
	if !isFolder(dir) {
		return nil, fmt.Errorf("there is no folder %s", dir)
	}
	r, err := revision.ParseRange(args[0])
	if err != nil {
		return nil, err
	}
	base, head, err := revisionsOf(r, dir, counts)
	if err != nil {
		return nil, err
	}
	var sites [2]*workspace.Root
	if a.site != "" {
		root, err := siteOf(a.site)
		if err != nil {
			return nil, err
		}
		from, to, err := revisionsOf(r, filepath.FromSlash(root.Name), tells)
		if err != nil {
			return nil, err
		}
		sites = [2]*workspace.Root{siteAt(from, root.Name), siteAt(to, root.Name)}
	}
	var reports [2]*coverage.Report
	for k, side := range []workspace.Side{base, head} {
		if reports[k], err = a.coverageOf(side, path.Clean(filepath.ToSlash(dir)), sites[k]); err != nil {
			return nil, err
		}
	}
	return coverage.Compare(reports[0], reports[1], base.Label, head.Label), nil
}

// counts says that a file may have a say in coverage: content, and what was kept of the tests.
func counts(name string) bool {
	return workspace.IsContent(name) || path.Base(name) == evidence.KeptFile
}

// tells says that a file of a site's folder may have a say in coverage: beside content, what back-tests found and what runs
// on its targets.
func tells(name string) bool {
	base := path.Base(name)
	return workspace.IsContent(name) || base == workspace.BacktestFile || base == bundle.StateFile
}

// siteAt is a site's folder at a revision; nil where it was none then.
func siteAt(side workspace.Side, name string) *workspace.Root {
	if side.Tree.Data("site.yaml") == nil {
		return nil
	}
	return &workspace.Root{FS: side.Tree, Name: name}
}

// coverageOf is the coverage of a folder of rules. Where it has no briefs of its own the library's are asked.
func (a *app) coverageOf(side workspace.Side, name string, site *workspace.Root) (*coverage.Report, error) {
	opts := workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Rules:    []workspace.Root{{FS: rules.Files, Name: "library", Reference: true}, {FS: side.Tree, Name: name}},
		Site:     site, Jobs: a.jobs,
	}
	if slices.ContainsFunc(side.Tree.Names(), func(n string) bool { return strings.HasPrefix(path.Base(n), "brief.") }) {
		opts.Rules = opts.Rules[1:]
	}
	if a.mappings != "" {
		root, err := rootOf(a.mappings)
		if err != nil {
			return nil, err
		}
		opts.Mappings = append(opts.Mappings, root)
	}
	var err error
	if opts.Today, err = today(); err != nil {
		return nil, err
	}
	if site != nil {
		s := selection{}
		if s.names, err = deployedTargets(site.FS); err != nil {
			return nil, err
		}
		if opts.Exports, err = s.exports(); err != nil {
			return nil, err
		}
		opts.Targets = s.names
	}
	w, err := workspace.Open(opts)
	if err != nil {
		return nil, machineError{err}
	}
	a.trouble(w.Trouble)
	return w.Coverage, nil
}
