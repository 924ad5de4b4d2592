package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"detc/compiler/context"
	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// open loads the library, or what the flags put in its place, and runs the passes up to one ("" for all).
func (a *app) open(until string, paths ...string) (*workspace.Workspace, error) {
	return a.openWith(until, func(*workspace.Options) {}, paths...)
}

// openWith is open with options of the command's own.
func (a *app) openWith(until string, more func(*workspace.Options), paths ...string) (*workspace.Workspace, error) {
	library := workspace.Root{FS: rules.Files, Name: "rules"}
	opts := workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Jobs:     a.jobs, Until: until,
	}
	if a.rules != "" {
		paths = append(paths, a.rules)
	}
	library.Reference = len(paths) > 0
	opts.Rules = []workspace.Root{library}
	if a.addRules != "" {
		paths = append(paths, a.addRules)
	}
	for _, p := range paths {
		root, err := rootOf(p)
		if err != nil {
			return nil, err
		}
		opts.Rules = append(opts.Rules, root)
	}
	if a.mappings != "" {
		root, err := rootOf(a.mappings)
		if err != nil {
			return nil, err
		}
		opts.Mappings = append(opts.Mappings, root)
	}
	if a.site != "" {
		root, err := siteOf(a.site)
		if err != nil {
			return nil, err
		}
		opts.Site = &root
	}
	if a.samples != "" {
		if info, err := os.Stat(a.samples); err != nil || !info.IsDir() {
			return nil, fmt.Errorf("--samples %s is no folder", a.samples)
		}
		opts.Samples = os.DirFS(a.samples)
	}
	var early diag.List
	for _, p := range a.briefs {
		f, err := readFile(p, &early)
		if err != nil {
			return nil, err
		}
		if f != nil {
			opts.Briefs = append(opts.Briefs, f)
		}
	}
	date, err := today()
	if err != nil {
		return nil, err
	}
	opts.Today = date
	opts.Thresholds = a.config.thresholds()
	more(&opts)
	if opts.Until == "" && len(opts.Exports) == 0 {
		if opts.Exports, err = a.siteExports(selection{}); err != nil {
			return nil, err
		}
	}
	if opts.Site != nil {
		for _, x := range opts.Exports {
			opts.Targets = append(opts.Targets, x.Target.Name())
		}
	}
	w, err := workspace.Open(opts)
	if err != nil {
		return nil, machineError{err}
	}
	w.Findings = append(early, w.Findings...)
	a.trouble(w.Trouble)
	return w, nil
}

// rootOf is a folder, or a single file as a folder of one.
func rootOf(p string) (workspace.Root, error) {
	p = fromHere(p)
	info, err := os.Stat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return workspace.Root{}, fmt.Errorf("there is no %s", p)
	}
	if err != nil {
		return workspace.Root{}, machineError{err}
	}
	if info.IsDir() {
		return workspace.Root{FS: os.DirFS(p), Name: filepath.ToSlash(filepath.Clean(p)), Writable: true}, nil
	}
	dir := filepath.Dir(p)
	return workspace.Root{FS: os.DirFS(dir), Name: filepath.ToSlash(dir), Only: filepath.Base(p), Writable: true}, nil
}

// fromHere is a path as results name it: from the working folder, so that no result says where on a machine it was made.
func fromHere(p string) string {
	if !filepath.IsAbs(p) {
		return p
	}
	here, err := os.Getwd()
	if err != nil {
		return p
	}
	rel, err := filepath.Rel(here, p)
	if err != nil {
		return p
	}
	return rel
}

// readFile reads one file of the user's; nil where it is no text, which is a finding then.
func readFile(name string, l *diag.List) (*source.File, error) {
	name = fromHere(name)
	in, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s", name)
	}
	if err != nil {
		return nil, machineError{err}
	}
	defer in.Close()
	if info, err := in.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder, not a file", name)
	}
	f, err := source.ReadFrom(in, path.Clean(filepath.ToSlash(name)))
	if err != nil && !form.Problem(err, l) {
		return nil, machineError{err}
	}
	return f, nil
}

// siteOf is a site's folder, or the one of that name in sites/.
func siteOf(name string) (workspace.Root, error) {
	dir := name
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		dir = filepath.Join("sites", name)
	}
	root, err := rootOf(dir)
	if err != nil {
		return root, fmt.Errorf("--site %s is no folder, and there is none of that name in sites/", name)
	}
	if root.Only != "" {
		return root, fmt.Errorf("--site %s is a file: give the folder that it stands in", name)
	}
	if _, err := fs.Stat(root.FS, context.SiteFile); err != nil {
		return root, fmt.Errorf("--site %s is no site: it has no %s, which says at least its title: detc schema site", name, context.SiteFile)
	}
	return root, nil
}
