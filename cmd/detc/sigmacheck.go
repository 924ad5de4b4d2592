package main

import (
	"fmt"
	"os"

	"github.com/rogpeppe/go-internal/diff"

	"detc/compiler/attack"
	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/sigma"
	"detc/compiler/sigmalint"
	"detc/compiler/source"
	"detc/compiler/telemetry"
	"detc/compiler/workspace"
	"detc/mappings"
)

// A sigmaCheck is what check does with the Sigma files among those of the paths.
type sigmaCheck struct {
	app              *app
	fix, unsafe      bool
	showDiff         bool
	keep             bool        // all findings, for the formats that need them together
	fold             report.Fold // else some of them
	findings         diag.List
	files            []*source.File // if keep
	titles           map[*source.File]string
	tally            corpus.Tally
	severities       [diag.Error + 1]int
	changed, changes int
}

// sigmaOptions are how Sigma files are read and checked everywhere: against the taxonomy and ATT&CK.
func sigmaOptions(t *telemetry.Taxonomy, c *attack.Catalog, jobs int, today string) corpus.Options {
	names := corpus.NewNames(t)
	return corpus.Options{
		Jobs: jobs, Fields: names.Fields, Today: today, Judge: true,
		Check: func(f *corpus.File, d *sigma.Document) {
			sigmalint.Check(d, c, &f.Findings)
			names.Check(d, &f.Findings)
		},
	}
}

// rootsOf are the Sigma files that a workspace found, each as a root of its own.
func rootsOf(w *workspace.Workspace) []corpus.Root {
	out := make([]corpus.Root, len(w.SigmaFiles))
	for i, f := range w.SigmaFiles {
		out[i] = corpus.Root{FS: f.Root.FS, Name: f.Root.Name, Only: f.Path}
	}
	return out
}

// run checks the files, and mends them where that was asked for.
func (s *sigmaCheck) run(w *workspace.Workspace) error {
	today, err := today()
	if err != nil {
		return err
	}
	s.fold.Most = s.app.maxFindings
	s.titles = map[*source.File]string{}
	o := sigmaOptions(w.Taxonomy(), w.Attack, s.app.jobs, today)
	var failed error
	var set sigmalint.Set
	corpus.Run(rootsOf(w), o, func(f *corpus.File) bool {
		if s.fix || s.showDiff {
			f, failed = s.mend(f, o)
		}
		if !s.showDiff {
			for _, d := range f.Documents {
				set.Add(d, &f.Findings)
			}
			f.Findings.Sort()
			s.take(f)
		}
		return failed == nil
	})
	if failed != nil || s.showDiff || !s.whole(w) {
		return failed
	}
	var l diag.List
	set.Done(&l)
	l.Sort()
	s.found(l)
	return nil
}

// whole says that folders were given: what a single file refers to may well stand in another.
func (s *sigmaCheck) whole(w *workspace.Workspace) bool {
	for _, f := range w.SigmaFiles {
		if f.Root.Only != "" {
			return false
		}
	}
	return true
}

// mend writes, or shows, what the fixes make of a file.
func (s *sigmaCheck) mend(f *corpus.File, o corpus.Options) (*corpus.File, error) {
	after, edits := corpus.Mended(f, o, s.unsafe)
	if edits == 0 {
		return f, nil
	}
	name := f.Name
	if s.showDiff {
		_, err := s.app.out.Write(diff.Diff(name, []byte(f.Source.Text), name, []byte(after.Source.Text)))
		return f, err
	}
	if err := output.File(name, []byte(after.Source.Text)); err != nil {
		return f, unwritten(name, err)
	}
	s.changed, s.changes = s.changed+1, s.changes+edits
	return after, nil
}

// take counts a file, and keeps what is to be shown of it.
func (s *sigmaCheck) take(f *corpus.File) {
	if f.Trouble != nil {
		s.app.trouble([]error{f.Trouble})
	}
	s.tally.Add(f)
	shown := s.found(f.Findings)
	if s.keep && f.Source != nil {
		file := f.Source
		if len(shown) == 0 { // only its name is of use
			file = source.NewFile(f.Name, "")
		}
		s.files = append(s.files, file)
		if len(f.Documents) > 0 {
			s.titles[file] = f.Documents[0].Title.Value
		}
	}
}

// found counts findings and keeps those that are to be shown.
func (s *sigmaCheck) found(l diag.List) (shown diag.List) {
	shown = s.app.shown(l)
	s.app.judge(l)
	for _, d := range l {
		s.severities[d.Severity]++
	}
	if s.keep {
		s.findings.Append(shown)
	} else {
		s.fold.Add(shown)
	}
	return shown
}

// line is what check says of the Sigma files at its end.
func (s *sigmaCheck) line() string {
	var found diag.List
	for severity, n := range s.severities {
		for range n {
			found = append(found, &diag.Diagnostic{Severity: diag.Severity(severity)})
		}
	}
	return fmt.Sprintf("%s; %s", s.tally, diag.Summary(found))
}

// sigmaFacts are what checking Sigma files takes beside them: of the library, without the rest of it.
func (a *app) sigmaFacts() (*telemetry.Taxonomy, *attack.Catalog, error) {
	roots := []telemetry.TaxonomyRoot{{FS: mappings.Files, Name: "mappings"}}
	if a.mappings != "" {
		root, err := rootOf(a.mappings)
		if err != nil {
			return nil, nil, err
		}
		roots = append(roots, telemetry.TaxonomyRoot{FS: os.DirFS(a.mappings), Name: root.Name})
	}
	catalog, err := attack.Load(mappings.Files)
	if err != nil {
		return nil, nil, machineError{err}
	}
	return telemetry.OpenTaxonomy(roots), catalog, nil
}
