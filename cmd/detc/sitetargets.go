package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"detc/compiler/backend/targets"
	"detc/compiler/bundle"
	"detc/compiler/diag"
	"detc/compiler/source"
	"detc/compiler/workspace"
)

// siteExports are the queries that every command holds a site's rules against where the command line names no target: those
// of the targets in the site's deployed.yaml, where that is. What runs there can be held against nothing else.
func (a *app) siteExports(s selection) ([]workspace.Export, error) {
	if a.site == "" || len(s.names) > 0 {
		return s.exports()
	}
	root, err := siteOf(a.site)
	if err != nil {
		return nil, err
	}
	if s.names, err = deployedTargets(root.FS); err != nil {
		return nil, err
	}
	return s.exports()
}

// deployedTargets are the targets that a site's folder names in deployed.yaml. What is wrong with the file the
// workspace says.
func deployedTargets(site fs.FS) ([]string, error) {
	data, err := fs.ReadFile(site, bundle.DeployedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, machineError{err}
	}
	var said diag.List
	form := bundle.ReadDeployed(source.NewFile(bundle.DeployedFile, string(data)), &said)
	if form == nil {
		return nil, nil
	}
	var out []string
	for _, e := range form.Deployed {
		name := e.Target.Value
		if _, known := targets.Get(name); !known && name != "" {
			return nil, fmt.Errorf("%s: %w", bundle.DeployedFile, unknownTarget(name))
		}
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}
