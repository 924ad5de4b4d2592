package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/intake"
	"detc/compiler/output"
	"detc/compiler/report"
)

func (a *app) importing() *cobra.Command {
	c := &cobra.Command{Use: "import", Short: "make stubs of rules in another language"}
	c.AddCommand(a.importSigma())
	return group(c)
}

func (a *app) importSigma() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "sigma PATH... -o DIR",
		Short: "make stubs of Sigma rules and correlations",
		Long: `Import makes a stub of every Sigma rule and correlation below each PATH, and writes into DIR:

  rules/NAME.yaml      the stubs, with all that the rules say of themselves; selections become lets
  telemetry/ID.yaml    log sources and fields that the taxonomy lacks; such a field is of type any
  context/NAME.yaml    a table for each placeholder of |expand, for the site to fill
  manifest.json        the SHA-256 of every file and of every input

Each stub is compiled, and must mean what the rule means. What a stub can't say refuses that rule by name, and the others
go on. A later import into DIR replaces what an earlier one wrote; detc check DIR, detc test DIR and --rules DIR take it
like any other folder.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, paths []string) error {
			roots, err := sigmaRoots(paths)
			if err != nil {
				return err
			}
			return a.importInto(dir, roots)
		},
	}
	c.Flags().StringVarP(&dir, "output", "o", "", "the folder to write")
	if err := c.MarkFlagRequired("output"); err != nil {
		panic(err)
	}
	c.Flags().StringVar(&a.mappings, "mappings", "", "a folder of telemetry and context; what has a known id replaces it")
	a.folds(c)
	return c
}

// sigmaRoots are the paths of a command line as corpus reads them.
func sigmaRoots(paths []string) ([]corpus.Root, error) {
	var out []corpus.Root
	for _, p := range paths {
		root, err := rootOf(p)
		if err != nil {
			return nil, err
		}
		out = append(out, corpus.Root{FS: root.FS, Name: root.Name, Only: root.Only})
	}
	return out, nil
}

func (a *app) importInto(dir string, roots []corpus.Root) error {
	taxonomy, catalog, err := a.sigmaFacts()
	if err != nil {
		return err
	}
	today, err := today()
	if err != nil {
		return err
	}
	o := sigmaOptions(taxonomy, catalog, a.jobs, today)
	o.Check, o.Judge = nil, false // that is for detc check
	m := intake.New(taxonomy, catalog)
	fold := report.Fold{Most: a.maxFindings}
	var tally corpus.Tally
	inputs := map[string]string{}
	corpus.Run(roots, o, func(f *corpus.File) bool {
		if f.Trouble != nil {
			a.trouble([]error{f.Trouble})
			return true
		}
		tally.Add(f)
		l := f.Findings
		if f.Source != nil {
			inputs[f.Name] = output.Digest([]byte(f.Source.Text))
			m.Add(f.Name, f.Documents, &l)
		}
		a.take(&fold, l)
		return true
	})
	var late diag.List
	files := m.Files(&late)
	a.take(&fold, late)
	if found, trouble := taxonomy.Findings(); len(found)+len(trouble) > 0 {
		a.take(&fold, found)
		a.trouble(trouble)
	}
	if err := fold.Write(a.err, a.colored(a.err)); err != nil {
		return err
	}
	if tally.Files == 0 {
		return fmt.Errorf("there is no Sigma file below %s", strings.Join(rootNames(roots), ", "))
	}
	if err := output.Write(dir, output.Folder{Files: files, Inputs: inputs}); err != nil {
		return machineError{fmt.Errorf("the output folder could not be written: %w", err)}
	}
	if left := tally.Left(); left != "" {
		fmt.Fprintln(a.err, left)
	}
	fmt.Fprintf(a.out, "%s: %s, %d refused\n", count(m.Counts.Documents, "rule"), count(m.Counts.Stubs, "stub"), m.Counts.Refused)
	fmt.Fprintf(a.out, "wrote %s/: %s\n", strings.TrimSuffix(dir, "/"), folders(files))
	return nil
}

// rootNames are the paths as they are called in messages.
func rootNames(roots []corpus.Root) []string {
	var out []string
	for _, r := range roots {
		name := r.Name
		if r.Only != "" {
			name = strings.TrimPrefix(r.Name+"/"+r.Only, "./")
		}
		out = append(out, name)
	}
	return out
}

// folders says how many files there are in each folder: "rules/ (3 files), telemetry/ (1 file)".
func folders(files map[string][]byte) string {
	n := map[string]int{}
	for name := range files {
		top, _, _ := strings.Cut(name, "/")
		n[top]++
	}
	var out []string
	for _, top := range slices.Sorted(maps.Keys(n)) {
		out = append(out, fmt.Sprintf("%s/ (%s)", top, count(n[top], "file")))
	}
	return strings.Join(append(out, output.Manifest), ", ")
}
