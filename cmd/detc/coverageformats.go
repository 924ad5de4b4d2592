package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"detc/compiler/coverage"
	"detc/compiler/output"
	"detc/compiler/report"
	"detc/compiler/workspace"
)

// A coverageFormat is a way to write coverage.
type coverageFormat struct {
	name  string
	write func(a *app, w io.Writer, in *workspace.Workspace) error

	// Of a format with a file an ATT&CK domain: how the files are called after their domain, and what is in one.
	suffix string
	domain func(w io.Writer, in *workspace.Workspace, domain string) error
}

// coverageTable are the formats of coverage; the first is the default.
var coverageTable = []coverageFormat{
	{name: "text", write: func(a *app, w io.Writer, in *workspace.Workspace) error {
		return report.Text(w, in.Coverage, report.Options{Width: width(w), Color: a.colored(w)})
	}},
	{name: "markdown", write: func(_ *app, w io.Writer, in *workspace.Workspace) error { return report.Markdown(w, in.Coverage, 0) }},
	{name: "comment", write: func(_ *app, w io.Writer, in *workspace.Workspace) error {
		return report.Markdown(w, in.Coverage, report.CommentLimit)
	}},
	{name: "json", write: func(_ *app, w io.Writer, in *workspace.Workspace) error { return report.JSON(w, in.Coverage) }},
	{name: "html", write: func(a *app, w io.Writer, in *workspace.Workspace) error {
		page := in.HTMLInput()
		if a.since != nil {
			page.Since = coverage.Compare(a.since, in.Coverage, a.sinceName, "this run")
		}
		return report.HTML(w, page)
	}},
	{name: "csv", write: func(_ *app, w io.Writer, in *workspace.Workspace) error { return report.CoverageCSV(w, in.Coverage) }},
	{name: "sarif", write: func(_ *app, w io.Writer, in *workspace.Workspace) error {
		return report.CoverageSARIF(w, in.Coverage, moduleVersion())
	}},
	{name: "junit", write: func(_ *app, w io.Writer, in *workspace.Workspace) error { return report.CoverageJUnit(w, in.Coverage) }},
	{name: "github", write: func(_ *app, w io.Writer, in *workspace.Workspace) error { return report.CoverageGitHub(w, in.Coverage) }},
	{name: "github-summary", write: func(_ *app, w io.Writer, in *workspace.Workspace) error { return report.GitHubSummary(w, in.Coverage) }},
	{name: "gitlab", write: func(_ *app, w io.Writer, in *workspace.Workspace) error { return report.GitLab(w, in.Coverage) }},
	{name: "navigator",
		write: func(_ *app, w io.Writer, in *workspace.Workspace) error {
			return report.Layers(w, in.Coverage, in.Attack)
		},
		suffix: ".navigator.json",
		domain: func(w io.Writer, in *workspace.Workspace, domain string) error {
			return report.Layer(w, in.Coverage, in.Attack, domain)
		}},
	{name: "dettect",
		write: func(_ *app, w io.Writer, in *workspace.Workspace) error {
			domains := report.Domains(in.Coverage)
			if len(domains) != 1 {
				return fmt.Errorf("a file of DeTT&CT is of one domain, and the briefs are of %d: give a folder, as in --report dettect=DIR/", len(domains))
			}
			return report.DeTTECT(w, in.Coverage, in.Attack, domains[0])
		},
		suffix: ".dettect.yaml",
		domain: func(w io.Writer, in *workspace.Workspace, domain string) error {
			return report.DeTTECT(w, in.Coverage, in.Attack, domain)
		}},
	{name: "badge", write: func(_ *app, w io.Writer, in *workspace.Workspace) error { return report.Badge(w, in.Coverage) }},
}

// coverageFormats are the names of the formats.
func coverageFormats() []string {
	var out []string
	for _, f := range coverageTable {
		out = append(out, f.name)
	}
	return out
}

func coverageFormatOf(name string) (coverageFormat, error) {
	k := slices.IndexFunc(coverageTable, func(f coverageFormat) bool { return f.name == name })
	if k < 0 {
		return coverageFormat{}, unknown("coverage format", name, coverageFormats())
	}
	return coverageTable[k], nil
}

// A wantedReport is a --report.
type wantedReport struct {
	coverageFormat
	file   string
	folder bool // a file a domain in it
}

// wantedReports reads the --report flags. What can't be written is said before anything is computed.
func wantedReports(flags []string) ([]wantedReport, error) {
	var out []wantedReport
	taken := map[string]string{}
	for _, r := range flags {
		name, file, ok := strings.Cut(r, "=")
		if !ok || file == "" {
			return nil, fmt.Errorf("--report is FORMAT=FILE, not %q", r)
		}
		format, err := coverageFormatOf(name)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(file)
		wanted := wantedReport{format, file, strings.HasSuffix(file, "/") || err == nil && info.IsDir()}
		if wanted.folder && format.domain == nil {
			return nil, fmt.Errorf("--report %s=%s: %s is one file, and that is a folder", name, file, name)
		}
		place := filepath.Clean(file)
		if wanted.folder {
			place = filepath.Join(place, "*"+format.suffix)
		}
		if before, twice := taken[place]; twice {
			return nil, fmt.Errorf("--report writes %s twice: as %s and as %s", file, before, name)
		}
		taken[place] = name
		out = append(out, wanted)
	}
	return out, nil
}

var domainName = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// writeReports writes the wanted reports, each whole or not at all.
func (a *app) writeReports(wanted []wantedReport, in *workspace.Workspace) error {
	for _, r := range wanted {
		if !r.folder {
			if err := writeReport(r.file, func(w io.Writer) error { return r.write(a, w, in) }); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(r.file, 0o777); err != nil {
			return unwritten(r.file, err)
		}
		for _, domain := range report.Domains(in.Coverage) {
			if !domainName.MatchString(domain) { // what becomes a file's name
				continue
			}
			if err := writeReport(filepath.Join(r.file, domain+r.suffix), func(w io.Writer) error { return r.domain(w, in, domain) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeReport(file string, write func(io.Writer) error) error {
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		return err
	}
	if err := output.File(file, buf.Bytes()); err != nil {
		return unwritten(file, err)
	}
	return nil
}
