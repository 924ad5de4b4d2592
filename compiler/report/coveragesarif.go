package report

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"

	"detc/compiler/coverage"
)

// MaxSARIFBytes is the most that code scanning takes of a SARIF file, gzipped (GitHub, "SARIF support for code scanning").
const MaxSARIFBytes = 10_000_000

// What a gate that is not passed means, for a reader who sees nothing but the one finding.
var gateMeans = map[coverage.Gate][2]string{
	coverage.Mapped:     {"Nothing answers the item", "An item of the brief is answered by nothing, or its text is not the one that was reviewed."},
	coverage.Compiled:   {"The rule is not compiled", "Every field of the rule must be in its schema; the condition must type-check, bind to a source and be emitted."},
	coverage.Tested:     {"The rule is not tested", "The rule needs cases that see every clause both ways, a near miss among them, and that notice small faults of it."},
	coverage.Equivalent: {"The emitted Sigma is not shown to mean the same", "Condition, intermediate form and emitted Sigma must agree."},
	coverage.Exportable: {"A target doesn't say the rule exactly", "Each of the site's targets must say the rule exactly, or nearly with an accepted waiver."},
	coverage.Onboarded:  {"The telemetry is not shown to arrive", "Visibility must show the rule's log source in the scope: enough devices, the required fields, and evidence that is not old."},
	coverage.Deployed:   {"What runs is not shown to be what was compiled", "The target must run the query that was compiled, enabled."},
	coverage.Measured:   {"The rule's false positives are not measured", "A back-test over enough days must keep the rule's budget."},
}

// CoverageSARIF writes coverage as SARIF 2.1.0: a result for each thing that is not shown of an obligation, in the stub
// that can mend it or on the bullet that asks for it. A result is known again by rule, item, gate and scope, never by its
// line. What was waived is there as a suppressed note. The figures and the pages' own limits are the run's properties.
// Past MaxSARIF results or MaxSARIFBytes the least bad are left out, and counted.
func CoverageSARIF(w io.Writer, r *coverage.Report, version string) error {
	all := shortfalls(r)
	for most := MaxSARIF; ; most /= 2 {
		var buf bytes.Buffer
		if err := indented(&buf, sarifLog{sarifSchema, "2.1.0", []sarifRun{coverageRun(r, all, most, version)}}); err != nil {
			return err
		}
		if most == 0 || gzipped(buf.Bytes()) <= MaxSARIFBytes {
			_, err := w.Write(buf.Bytes())
			return err
		}
	}
}

// gzipped is how long a file is once gzipped. One that is short enough as it is isn't tried.
func gzipped(data []byte) int {
	if len(data) <= MaxSARIFBytes {
		return len(data)
	}
	var n counter
	z := gzip.NewWriter(&n)
	z.Write(data) // a counter takes everything
	z.Close()
	return int(n)
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func coverageRun(r *coverage.Report, all []shortfall, most int, version string) sarifRun {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}, Invocations: []sarifInvocation{{Successful: true}}}
	run.Tool.Driver = sarifDriver{Name: "detc coverage", Version: version, Rules: []sarifRule{}}
	if out := len(all) - most; out > 0 {
		run.Invocations[0].Notifications = []sarifNotification{{"warning", plainText("%d more results are left out, the least bad: a file holds %d at most, and %d bytes once gzipped; coverage.json has them all", out, MaxSARIF, MaxSARIFBytes)}}
		all = all[:most]
	}
	index := map[string]int{}
	for _, s := range all {
		id := "coverage/" + s.kind()
		if _, known := index[id]; !known {
			index[id] = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, gateRule(id, s))
		}
		run.Results = append(run.Results, s.result(id, index[id]))
	}
	run.Properties = runFigures(r)
	return run
}

func gateRule(id string, s shortfall) sarifRule {
	gate, _ := coverage.GateOf(s.gate)
	means := gateMeans[gate]
	if s.gap != "" {
		means[0] += " (" + s.gap + ")"
	}
	return sarifRule{ID: id, Name: strings.ReplaceAll(s.kind(), "/", "-"), ShortDescription: plainText("%s", means[0]), FullDescription: plainText("%s", means[1]),
		Help: sarifText{Text: plainText("%s %s", means[1], "detc explain ITEM says what answers an item, and with what evidence.").Text}, DefaultConfiguration: sarifConfig{"warning"}}
}

func (s shortfall) result(id string, index int) sarifResult {
	out := sarifResult{RuleID: id, RuleIndex: index, Level: s.level(), Message: plainText("%s\nThe page asks for: %s", s.message(), clip(s.text, messageLength)),
		Fingerprints: map[string]string{"primaryLocationLineHash": s.print, "detc/v1": s.print},
		Properties: map[string]string{"tactic": clean(s.tactic), "item": clean(s.item), "scope": clean(s.scope), "state": s.state, "gate": s.gate, "gate_state": s.gateState.String(),
			"rule": clean(s.rule)}}
	if s.file != "" {
		at := sarifPhysical{Artifact: sarifArtifact{uri(s.file)}}
		if s.line > 0 {
			at.Region = &sarifRegion{StartLine: s.line}
		}
		out.Locations = []sarifLocation{{Physical: at}}
	}
	if s.waived {
		out.Suppressions = []sarifSuppressed{{"external", "accepted", clip(s.why, messageLength)}}
	}
	return out
}

// runFigures is what a run says of the report as a whole.
func runFigures(r *coverage.Report) any {
	type tactic struct {
		ID         string   `json:"id"`
		Name       string   `json:"name"`
		Headline   string   `json:"headline"`
		Detection  []figure `json:"detection"`
		Mitigation []figure `json:"mitigation"`
		Limits     []string `json:"limits"`
	}
	out := struct {
		Headline string   `json:"headline"`
		Input    string   `json:"input"`
		Tactics  []tactic `json:"tactics"`
	}{clean(overall(r)), r.Digest, []tactic{}}
	for _, t := range r.Tactics {
		limits := []string{}
		for _, l := range t.Limits {
			limits = append(limits, clip(l, messageLength))
		}
		out.Tactics = append(out.Tactics, tactic{clean(t.ID), clip(t.Name, messageLength), clean(t.Headline), figuresOf(t.Totals.Detection), figuresOf(t.Totals.Mitigation), limits})
	}
	return out
}
