package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"detc/compiler/backend/targets"
	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/sigma"
)

// targetNames are what rules can be converted to.
func targetNames() []string {
	out := []string{sigmaTarget}
	for _, t := range targets.All() {
		out = append(out, t.Name())
	}
	return out
}

const sigmaTarget = "sigma"

// unknownTarget says which targets there are.
func unknownTarget(name string) error {
	lines := []string{"sigma: Sigma rules, normalised"}
	for _, t := range targets.All() {
		d := t.Describe()
		lines = append(lines, t.Name()+": "+d.Language+" for "+d.Title)
	}
	if name == "" {
		return fmt.Errorf("-t names the target, which is one of\n  %s", strings.Join(lines, "\n  "))
	}
	return fmt.Errorf("there is no target %q; the targets are\n  %s", name, strings.Join(lines, "\n  "))
}

// A conversion is one run of convert.
type conversion struct {
	app     *app
	target  string
	dir     string
	jsonl   bool
	fold    report.Fold
	tally   corpus.Tally
	stage   *output.Stage     // of a folder; begun with the first file
	inputs  map[string]string // digests by name
	from    map[string]string // of each file that is written, the one that it was made of
	written int
	ours    bool // stubs and their like are among the files
}

func (a *app) convert() *cobra.Command {
	v := &conversion{app: a, inputs: map[string]string{}, from: map[string]string{}}
	verify := false
	var chosen selection
	c := &cobra.Command{
		Use:   "convert -t TARGET PATH...",
		Short: "write Sigma rules, or the rules of stubs, for a target",
		Long: `Convert reads the Sigma rules, correlations and filters below each PATH and writes them for a target. Stubs become what a
build makes of them for their logs. -t sigma writes every rule in one layout, normalised; the other targets, of which -t
takes several, or all, are queries of a SIEM, over the names that a store says: detc list targets, detc list stores.

Without -o the rules go to standard output: of sigma as YAML documents, of the others as queries with an empty line behind
each; with --format jsonl as one JSON object a rule and target. With -o there is one file for each rule, at the same place
below the folder, in a folder a target where there are several; a later run replaces what an earlier one wrote there.

A rule that can't be read or written is named, with the reason, on standard error; the others are converted. --verify
reads every Sigma rule that was written back, and holds its meaning against the one that it was made of.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, paths []string) error {
			if len(chosen.names) == 0 {
				return unknownTarget("")
			}
			if v.jsonl = a.format == "jsonl"; v.jsonl && v.dir != "" {
				return errors.New("--format jsonl goes to standard output, and -o writes a file a rule: leave one of them out")
			}
			v.fold.Most = a.maxFindings
			if slices.Equal(chosen.names, []string{sigmaTarget}) {
				v.target = sigmaTarget
				return v.run(paths, verify)
			}
			if verify {
				return fmt.Errorf("--verify reads Sigma rules back: it goes with -t %s alone", sigmaTarget)
			}
			return v.queries(paths, &chosen)
		},
	}
	c.Flags().StringSliceVarP(&chosen.names, "target", "t", nil, "what to convert to: all, or some of "+strings.Join(targetNames(), ", "))
	chosen.targeted(c)
	c.Flags().StringVarP(&v.dir, "output", "o", "", "the folder to write, in place of standard output")
	c.Flags().BoolVar(&verify, "verify", false, "read back what was written, and compare")
	a.folds(c)
	return a.content(a.formats(c, "text", "jsonl"))
}

func (v *conversion) run(paths []string, verify bool) error {
	a := v.app
	defer func() {
		if v.stage != nil {
			v.stage.Close()
		}
	}()
	roots, err := sigmaRoots(paths)
	if err != nil {
		return err
	}
	taxonomy, catalog, err := a.sigmaFacts()
	if err != nil {
		return err
	}
	today, err := today()
	if err != nil {
		return err
	}
	o := sigmaOptions(taxonomy, catalog, a.jobs, today)
	check, converter := o.Check, corpus.Converter{Fields: o.Fields, Verify: verify}
	o.Check = func(f *corpus.File, d *sigma.Document) {
		check(f, d)
		converter.Convert(f, d)
	}
	var failed error
	corpus.Run(roots, o, func(f *corpus.File) bool {
		failed = v.take(f)
		return failed == nil && a.out.(*sink).err == nil
	})
	if failed != nil {
		return failed
	}
	if v.ours {
		if err := v.stubs(paths); err != nil {
			return err
		}
	}
	found, trouble := taxonomy.Findings()
	a.take(&v.fold, found)
	a.trouble(trouble)
	return v.finish(roots)
}

// take is what becomes of one file that was converted.
func (v *conversion) take(f *corpus.File) error {
	if f.Trouble != nil {
		v.app.trouble([]error{f.Trouble})
		return nil
	}
	v.ours = v.ours || f.Kind == corpus.Ours
	v.tally.Add(f)
	v.app.take(&v.fold, f.Findings)
	if f.Source == nil {
		return nil
	}
	var texts [][]byte
	for i, text := range f.Converted {
		if text != nil {
			texts = append(texts, text)
		}
		if v.jsonl && v.dir == "" {
			if err := v.line(f, f.Documents[i], text); err != nil {
				return err
			}
		}
	}
	v.written += len(texts)
	if v.dir == "" {
		if !v.jsonl {
			v.print(texts)
		}
		return nil
	}
	v.inputs[f.Name] = output.Digest([]byte(f.Source.Text))
	if len(texts) == 0 {
		return nil
	}
	name := safePath(f.Path)
	if before, twice := v.from[name]; twice {
		return fmt.Errorf("%s and %s would both be written as %s: convert them into folders of their own", before, f.Name, name)
	}
	v.from[name] = f.Name
	return v.put(name, bytes.Join(texts, []byte("---\n")))
}

// put takes a file into the folder to be written.
func (v *conversion) put(name string, data []byte) (err error) {
	if v.stage == nil {
		v.stage, err = output.Begin(v.dir)
	}
	if err == nil {
		err = v.stage.Put(name, data)
	}
	return unfoldered(err)
}

// unfoldered says that an output folder could not be written.
func unfoldered(err error) error {
	if err == nil {
		return nil
	}
	return machineError{fmt.Errorf("the output folder could not be written: %w", err)}
}

// print writes rules to standard output, each but the first of all behind the mark between documents.
func (v *conversion) print(texts [][]byte) {
	for i, text := range texts {
		if v.written-len(texts)+i > 0 {
			v.app.out.Write([]byte("---\n"))
		}
		v.app.out.Write(text) // the sink remembers what fails
	}
}

// A convertedOut is a rule as --format jsonl has it.
type convertedOut struct {
	File     string          `json:"file"`
	ID       string          `json:"id"`
	Title    string          `json:"title"`
	Target   string          `json:"target"`
	Text     string          `json:"text"`
	Findings json.RawMessage `json:"findings"`
}

func (v *conversion) line(f *corpus.File, d *sigma.Document, text []byte) error {
	var own diag.List
	for _, x := range v.app.shown(f.Findings) {
		if s := d.Node.Span; len(f.Documents) == 1 || s.Start <= x.Span.Start && x.Span.Start <= s.End {
			own = append(own, x)
		}
	}
	return v.object(convertedOut{File: f.Name, ID: d.ID.Value, Title: d.Title.Value, Text: string(text)}, own)
}

func (v *conversion) object(o convertedOut, l diag.List) error {
	data, err := flatFindings(l)
	if err != nil {
		return err
	}
	o.Target, o.Findings = v.target, data
	enc := json.NewEncoder(v.app.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(o)
}

// flatFindings are findings as JSON on one line.
func flatFindings(l diag.List) (json.RawMessage, error) {
	if len(l) == 0 {
		return json.RawMessage("[]"), nil
	}
	data, err := diag.JSON(l)
	if err != nil {
		return nil, err
	}
	var flat bytes.Buffer
	err = json.Compact(&flat, data)
	return flat.Bytes(), err
}

// stubs converts what is ours among the paths: what a build emits for it.
func (v *conversion) stubs(paths []string) error {
	w, err := v.app.open("exclusions", paths...)
	if err != nil {
		return err
	}
	v.app.take(&v.fold, w.Findings)
	f := output.Folder{Files: map[string][]byte{}, Inputs: v.inputs}
	emitted(w, f)
	known := map[string]convertedOut{}
	for _, r := range w.Rules {
		for _, e := range r.Emitted {
			if e.Sigma != nil {
				known[e.Path(r)] = convertedOut{ID: e.Sigma.ID, Title: e.Sigma.Title}
			}
		}
		if r.Correlation != nil {
			for _, e := range r.Correlation.Emitted {
				known[e.Path(r)] = convertedOut{ID: e.Sigma.ID, Title: e.Sigma.Title}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Files)) {
		text := f.Files[name]
		v.written++
		switch {
		case v.dir != "":
			if err := v.put(name, text); err != nil {
				return err
			}
		case v.jsonl:
			o := known[name]
			o.File, o.Text = name, string(text)
			if err := v.object(o, nil); err != nil {
				return err
			}
		default:
			v.print([][]byte{text})
		}
	}
	return nil
}

func (v *conversion) finish(roots []corpus.Root) error {
	a := v.app
	if err := v.fold.Write(a.err, a.colored(a.err)); err != nil {
		return err
	}
	if v.tally.Files == 0 && !v.ours {
		return fmt.Errorf("there is no Sigma rule and no stub below %s", strings.Join(rootNames(roots), ", "))
	}
	if left := v.tally.Left(); left != "" {
		fmt.Fprintln(a.err, left)
	}
	if v.tally.Files > 0 {
		fmt.Fprintf(a.err, "%s\n", v.tally)
	}
	if v.dir == "" {
		return nil
	}
	if v.stage == nil { // every rule was refused: what an earlier run wrote goes all the same
		var err error
		if v.stage, err = output.Begin(v.dir); err != nil {
			return unfoldered(err)
		}
	}
	if err := v.stage.Commit(v.inputs); err != nil {
		return unfoldered(err)
	}
	fmt.Fprintf(a.out, "wrote %s/: %s in %s, %s\n", strings.TrimSuffix(v.dir, "/"), count(v.written, "rule"), count(v.stage.Len(), "file"), output.Manifest)
	return nil
}

// safePath is a path that every system can hold, with an underscore for what one can't.
func safePath(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || strings.ContainsRune(`\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
}
