package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/trial"
	"detc/compiler/workspace"
)

// explained is how many rows of each rule on each log stand on the page of evidence.
const explained = 5

// keepPage writes the page of evidence, of the samples. Without them it is left as it is, which is said.
func (a *app) keepPage(w *workspace.Workspace, file string) error {
	if a.samples == "" {
		fmt.Fprintf(a.err, "detc: %s is left as it is: it is of real records, and needs --samples DIR\n", file)
		return nil
	}
	p, err := a.evidencePage(w, a.samples, explained)
	if err != nil {
		return err
	}
	for _, f := range p.Trial.Files {
		if f.Error != "" {
			a.trouble([]error{fmt.Errorf("%s: %s", f.Name, f.Error)})
		}
	}
	var text bytes.Buffer
	if err := p.Markdown(&text); err != nil {
		return err
	}
	if err := output.File(file, text.Bytes()); err != nil {
		return unwritten(file, err)
	}
	return nil
}

// raised stands before the names of rules that are looked at only where they raise their level; no rule's name has it.
const raised = "raised: "

// evidencePage runs the rules over the records in a folder.
func (a *app) evidencePage(w *workspace.Workspace, folder string, rows int) (*report.EvidencePage, error) {
	inputs, err := records(folder)
	if err != nil {
		return nil, err
	}
	whole, err := filepath.Abs(folder)
	if err != nil {
		return nil, machineError{err}
	}
	of := subjects(w, true)
	for _, r := range w.Rules {
		if on := r.Raised(); on != nil {
			of = append(of, trial.Subject{Name: raised + r.Name.Value, On: on})
		}
	}
	p := &report.EvidencePage{Folder: filepath.Base(whole), Rules: w.EvidenceRules(),
		Trial: trial.Run(w.Sources, of, inputs, trial.Options{Jobs: a.workers(), Explain: rows})}
	p.Trial.Rules = slices.DeleteFunc(p.Trial.Rules, func(x trial.Rule) bool {
		name, is := strings.CutPrefix(x.Rule, raised)
		if is {
			x.Rule = name
			p.Raised = append(p.Raised, x)
		}
		return is
	})
	for _, s := range w.Sources {
		if !s.Schema.Taxonomy {
			p.Sources = append(p.Sources, s.ID)
		}
	}
	return p, nil
}

// recordFiles are the endings of files with a record a line.
var recordFiles = []string{".ndjson", ".jsonl", ".json", ".log", ".cef"}

// records are the files of records below a folder, by their paths below it.
func records(folder string) (out []trial.Input, err error) {
	root := os.DirFS(folder)
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains(recordFiles, filepath.Ext(strings.TrimSuffix(name, ".gz"))) {
			return err
		}
		out = append(out, trial.Input{Name: name, Open: func() (io.ReadCloser, error) { return root.Open(name) }})
		return nil
	})
	if err != nil {
		return nil, machineError{err}
	}
	return out, nil
}
