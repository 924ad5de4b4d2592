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

	"detc/compiler/bundle"
	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/workspace"
)

// addBundles puts what each target's SIEM imports into a build's folder. previous is the folder of an earlier build, whose
// bundles these go on from; empty for none.
func (a *app) addBundles(w *workspace.Workspace, exports []workspace.Export, previous string, f output.Folder) error {
	fold := report.Fold{Most: 1}
	for _, x := range exports {
		name := x.Target.Name()
		if bundle.KindOf(name) == "" {
			continue
		}
		before, err := previousState(previous, name)
		if err != nil {
			return err
		}
		if broken := w.Unbuilt(before); broken != nil {
			a.take(&fold, broken)
			if err := keepBundle(previous, name, f); err != nil {
				return err
			}
			continue
		}
		out := w.Bundle(x, before)
		if w.Site == nil { // of no site there is nothing to put into tables, which is said once
			out.Findings = slices.DeleteFunc(out.Findings, func(d *diag.Diagnostic) bool { return d.Code == diag.BundleNoTable })
		}
		a.take(&fold, out.Findings)
		for file, data := range out.Files {
			f.Files[path.Join("bundles", name, file)] = data
		}
	}
	return fold.Write(a.err, a.colored(a.err))
}

// keepBundle takes over the bundle of an earlier build as it is.
func keepBundle(previous, target string, f output.Folder) error {
	root := os.DirFS(filepath.Join(previous, "bundles", target))
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		f.Files[path.Join("bundles", target, name)] = data
		return err
	})
	if err != nil {
		return machineError{err}
	}
	return nil
}

// previousState reads the state of a target's bundle in the folder of an earlier build; nil where it had none. One that
// can't be read is an error: going on without it would number the rules anew.
func previousState(dir, target string) (*bundle.State, error) {
	if dir == "" {
		return nil, nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("--previous %s is no folder", dir)
	}
	name := filepath.Join(dir, "bundles", target, bundle.StateFile)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, machineError{err}
	}
	state, err := bundle.ReadState(data)
	if err != nil {
		return nil, fmt.Errorf("--previous %s: bundles/%s: %w", dir, target, err)
	}
	return state, nil
}

// bundleSummary says where the bundles are, and what they lack without a site.
func (a *app) bundleSummary(w *workspace.Workspace, exports []workspace.Export) {
	var in, without []string
	tables := map[string]bool{}
	for _, x := range exports {
		if name := x.Target.Name(); bundle.KindOf(name) != "" {
			in = append(in, name)
		} else {
			without = append(without, name)
		}
	}
	for _, r := range w.Rules {
		for i := range r.Queries {
			for _, t := range r.Queries[i].Needs {
				tables[t.Name] = true
			}
		}
	}
	if len(in) > 0 {
		fmt.Fprintf(a.out, "bundles to import for %s", strings.Join(in, ", "))
		if len(without) > 0 {
			fmt.Fprintf(a.out, "; none for %s", strings.Join(without, ", "))
		}
		fmt.Fprintln(a.out)
	}
	if w.Site == nil && len(tables) > 0 {
		fmt.Fprintf(a.out, "no site: %s that queries ask for are in no bundle; --site NAME says what is in them\n", count(len(tables), "context table"))
	}
}
