package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"detc/compiler/bundle"
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
		out := w.Bundle(x, before)
		a.take(&fold, out.Findings)
		for file, data := range out.Files {
			f.Files[path.Join("bundles", name, file)] = data
		}
	}
	return fold.Write(a.err, a.colored(a.err))
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
