package report

import (
	"io"

	"detc/compiler/coverage"
)

// GitLab's code quality report (docs.gitlab.com, "Code Quality", Code Quality report format): a list of findings. A
// fingerprint that stands twice hides the second finding.
type gitlabIssue struct {
	Description string         `json:"description"`
	Check       string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// GitLab writes coverage as a code quality report: a finding for each thing that is not shown, and one a tactic, of the
// severity info, with its figures and the page's own limits.
func GitLab(w io.Writer, r *coverage.Report) error {
	out := []gitlabIssue{}
	for _, t := range r.Tactics {
		text := heading(t) + ": " + tacticFigures(t) + ". " + clean(t.Headline)
		for _, l := range t.Limits {
			text += "\n" + clip(l, messageLength)
		}
		at := gitlabLocation{tacticFile(t), gitlabLines{1}}
		out = append(out, gitlabIssue{text, "coverage/figures", shortfall{item: t.ID, gate: "figures"}.fingerprint() + ":1", "info", at})
	}
	for _, s := range shortfalls(r) {
		at := gitlabLocation{clean(s.file), gitlabLines{max(s.line, 1)}}
		if at.Path == "" {
			at.Path = clean(s.tactic) // it asks for a path; nothing else is known
		}
		out = append(out, gitlabIssue{s.message() + ". The page asks for: " + clip(s.text, messageLength), "coverage/" + s.kind(), s.print, s.severity(), at})
	}
	return indented(w, out)
}

// severity is GitLab's: info, minor, major, critical (blocker is for what must stop a merge, which the gate says).
func (s shortfall) severity() string {
	switch {
	case s.waived:
		return "info"
	case s.state == coverage.Blind:
		return "critical"
	case s.gateState == coverage.Failed:
		return "major"
	}
	return "minor"
}

// tacticFile is the file of a tactic's brief, where one is known, else its id.
func tacticFile(t coverage.TacticReport) string {
	for _, i := range t.Items {
		if i.File != "" {
			return clean(i.File)
		}
	}
	return clean(t.ID)
}
