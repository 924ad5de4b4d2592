package report_test

import (
	"io"
	"testing"

	"detc/compiler/attack"
	"detc/compiler/coverage"
	"detc/compiler/report"
)

// machineFormats are all formats of coverage that tools read.
func machineFormats(r *coverage.Report, c *attack.Catalog) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"site.csv":                     func(w io.Writer) error { return report.CoverageCSV(w, r) },
		"site.json":                    func(w io.Writer) error { return report.JSON(w, r) },
		"site.sarif":                   func(w io.Writer) error { return report.CoverageSARIF(w, r, "v1.0.0") },
		"site.junit.xml":               func(w io.Writer) error { return report.CoverageJUnit(w, r) },
		"site.github.txt":              func(w io.Writer) error { return report.CoverageGitHub(w, r) },
		"site.gitlab.json":             func(w io.Writer) error { return report.GitLab(w, r) },
		"site.md":                      func(w io.Writer) error { return report.GitHubSummary(w, r) },
		"site.badge.json":              func(w io.Writer) error { return report.Badge(w, r) },
		"ics-attack.navigator.json":    func(w io.Writer) error { return report.Layer(w, r, c, "ics-attack") },
		"mobile-attack.navigator.json": func(w io.Writer) error { return report.Layer(w, r, c, "mobile-attack") },
		"ics-attack.dettect.yaml":      func(w io.Writer) error { return report.DeTTECT(w, r, c, "ics-attack") },
		"mobile-attack.dettect.yaml":   func(w io.Writer) error { return report.DeTTECT(w, r, c, "mobile-attack") },
	}
}

func TestGoldenFormats(t *testing.T) {
	for name, f := range machineFormats(coverage.Compute(siteInput()), catalog(t)) {
		t.Run(name, func(t *testing.T) { golden(t, name, write(t, f)) })
	}
}
