package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/workspace"
)

func (a *app) build() *cobra.Command {
	var dir, dump, failOn, previous string
	var chosen selection
	c := &cobra.Command{
		Use:   "build [-o DIR]",
		Short: "the main job: briefs and stubs to Sigma rules, coverage and a manifest",
		Long: `Build compiles the library, or the stubs of --rules, into a folder:

  sigma/         one Sigma rule a stub and log source, one Sigma correlation a way to combine
                 the logs of a correlation's rules; in sigma/filters/ one Sigma filter a filter and log source
  coverage.json  every item of the briefs, with what answers it
  coverage.md    the same for people
  manifest.json  the SHA-256 of every file and of every input

With --target, for each target or for all:

  queries/       one query a stub and log, in the language of the SIEM
  fidelity.json  how far each means its rule: exact, approximate (which clause, why, wider or narrower) or refused
  fidelity.md    the same for people
  bundles/       what the SIEM imports: a Splunk app, Sentinel's analytics rules, Kibana's detection rules,
                 rule files of Loki and vmalert, SecOps rules, views of SQL; importing one twice changes nothing

--previous DIR goes on from the bundles of an earlier build: versions count up where a rule changed, and one that is gone
is switched off.

A rule with errors is left out; the others are built. One whose tests fail is built, and counts as not proven.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if dir == "" {
				return errors.New("-o names a folder to write, and it is empty")
			}
			exports, err := chosen.exports()
			if err != nil {
				return err
			}
			gate, err := a.buildGate(failOn)
			if err != nil {
				return err
			}
			if gate != "" && len(exports) == 0 {
				return fmt.Errorf("--fail-on %s is about queries, and none is asked for: --target names their targets", gate)
			}
			w, err := a.openWith("", func(o *workspace.Options) { o.Exports = exports })
			if err != nil {
				return err
			}
			if err := chosen.known(w); err != nil {
				return err
			}
			if dump != "" {
				if len(args) == 0 {
					return fmt.Errorf("--dump takes the name of a rule: detc build --dump=%s RULE", dump)
				}
				return a.dump(w, args[0], dump)
			}
			if len(args) > 0 {
				return fmt.Errorf("build takes no arguments; %q goes with --rules or --brief", args[0])
			}
			folder, err := results(w)
			if err != nil {
				return err
			}
			matrix := &report.Fidelity{}
			if len(exports) > 0 {
				if matrix, err = addQueries(w, exports, folder); err != nil {
					return err
				}
				if err := a.addBundles(w, exports, previous, folder); err != nil {
					return err
				}
			}
			fold := report.Fold{Most: a.maxFindings}
			a.take(&fold, w.Findings)
			if err := fold.Write(a.err, a.colored(a.err)); err != nil {
				return err
			}
			if err := output.Write(dir, folder); err != nil {
				return machineError{fmt.Errorf("the output folder could not be written: %w", err)}
			}
			a.summary(w, dir, folder)
			a.fidelitySummary(matrix)
			a.bundleSummary(w, exports)
			a.gated(matrix, gate)
			return nil
		},
	}
	c.Flags().StringVarP(&dir, "output", "o", "dist", "the folder to write")
	c.Flags().StringVar(&dump, "dump", "", "print a rule after every stage: all, stub, ir, cel, bound, sigma, or query with --target")
	c.Flags().StringSliceVar(&chosen.names, "target", nil, "make queries for these targets, or for all: detc list targets")
	chosen.targeted(c)
	a.folds(c)
	c.Flags().StringVar(&previous, "previous", "", "the folder of an earlier build, whose bundles these go on from")
	c.Flags().StringVar(&failOn, "fail-on", "error", "exit 1 at findings of this severity or above: error, warning or note; or where a query is approximate or refused")
	return a.content(c)
}

// results are the files of a build.
func results(w *workspace.Workspace) (output.Folder, error) {
	f := output.Folder{Files: map[string][]byte{}, Inputs: map[string]string{}}
	emitted(w, f)
	f.Context = w.Asked()
	if w.Site != nil {
		f.Site = &output.Site{Name: w.Site.Name, Rules: map[string]string{}}
		for name, state := range w.Site.States {
			f.Site.Rules[name] = string(state)
		}
	}
	var md bytes.Buffer
	if err := report.Markdown(&md, w.Coverage, 0); err != nil {
		return f, err
	}
	f.Files["coverage.md"] = md.Bytes()
	var data bytes.Buffer
	if err := report.JSON(&data, w.Coverage); err != nil {
		return f, err
	}
	f.Files["coverage.json"] = data.Bytes()
	return f, nil
}

// emitted adds what was emitted to a folder, and what it was made of.
func emitted(w *workspace.Workspace, f output.Folder) {
	for _, in := range w.Files {
		f.Inputs[in.Name] = output.Digest([]byte(in.Text))
	}
	for _, r := range w.Rules {
		for _, e := range r.Emitted {
			if e.Bound != nil && e.ReadBack == nil && r.State != workspace.Disabled {
				f.Files[e.Path(r)] = e.YAML
			}
		}
	}
	addCorrelations(w, f)
	for _, filter := range w.Filters {
		for _, e := range filter.Emitted {
			if filter.Written(e) {
				f.Files[e.Path(filter)] = e.YAML
			}
		}
	}
}

// summary is what a build says on the screen.
func (a *app) summary(w *workspace.Workspace, dir string, folder output.Folder) {
	for _, t := range w.Coverage.Tactics {
		fmt.Fprintf(a.out, "%s %s (%s): %s\n", t.ID, t.Name, t.Domain, t.Headline)
	}
	built, emitted, sources := 0, 0, map[string]bool{}
	for _, r := range w.Rules {
		n := 0
		for _, e := range r.Emitted {
			if e.Bound != nil && e.ReadBack == nil && r.State != workspace.Disabled {
				n++
				sources[e.Source.ID] = true
			}
		}
		emitted += n
		if n > 0 {
			built++
		}
	}
	fmt.Fprintf(a.out, "%s from %s on %s, each read back equal\n", count(emitted, "Sigma rule"), count(built, "stub"), count(len(sources), "log source"))
	if len(w.Rules) == 0 {
		fmt.Fprintln(a.out, "no stub was found: --rules names a folder of stubs; Sigma rules go to detc convert or detc import sigma")
	}
	correlations, correlated := a.correlationSummary(w)
	filters := a.filterSummary(w)
	off := 0
	for _, r := range w.Rules {
		if r.State == workspace.Disabled && r.Correlation == nil {
			off++
		}
	}
	if off > 0 {
		fmt.Fprintf(a.out, "%s disabled at the site\n", count(off, "stub"))
	}
	if left := len(w.Rules) - built - correlated - off; left > 0 {
		fmt.Fprintf(a.out, "%s left out because of errors\n", count(left, "stub"))
	}
	fmt.Fprintf(a.out, "wrote %s/: sigma/ (%s), %s\n", strings.TrimSuffix(dir, "/"), count(emitted+correlations+filters, "file"), strings.Join(beside(folder), ", "))
}

// beside are the files of a folder and how many are in its folders, but for sigma/.
func beside(folder output.Folder) []string {
	files, in := []string{output.Manifest}, map[string]int{}
	for name := range folder.Files {
		if dir, _, below := strings.Cut(name, "/"); !below {
			files = append(files, name)
		} else if dir != "sigma" {
			in[dir]++
		}
	}
	slices.Sort(files)
	var out []string
	for _, dir := range slices.Sorted(maps.Keys(in)) {
		out = append(out, fmt.Sprintf("%s/ (%s)", dir, count(in[dir], "file")))
	}
	return append(out, files...)
}
