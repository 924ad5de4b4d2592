package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"detc/compiler/attack"
	"detc/compiler/coverage"
)

// The scores of DeTT&CT that can be told from what is known here (rabobank-cdc/DeTTECT, wiki, "Visibility scoring" and
// "Detection scoring"). Higher ones say how many of a technique's aspects are seen, which a person must judge: a second
// rule that says the same must not raise anything.
const (
	dettectNone      = -1 // detection: none
	dettectForensics = 0  // detection: none, but the telemetry is there; visibility: none
	dettectBasic     = 1  // detection: a rule is live; visibility: minimal, one aspect is seen
)

// DeTTECT writes a domain's technique administration for DeTT&CT, version 1.2 (rabobank-cdc/DeTTECT, wiki, "YAML
// administration techniques"): for every live technique of the domain's tactics where a rule that names it is live, and
// where its telemetry is seen, scope by scope. A rule that doesn't run where it was shown to work detects nothing there.
func DeTTECT(w io.Writer, r *coverage.Report, c *attack.Catalog, domain string) error {
	d := &dettect{date: r.Today, targets: r.Targets}
	for _, s := range r.Scopes {
		if s.Domain == domain {
			d.scopes = append(d.scopes, s.ID)
		}
	}
	fmt.Fprintf(&d.b, "version: 1.2\nfile_type: technique-administration\nname: %s\ndomain: %s\nplatform:\n  - all\ntechniques:", quote("detc: "+domain), quote(domain))
	all := techniques(r, c, domain)
	if len(all) == 0 {
		d.b.WriteString(" []")
	}
	d.b.WriteByte('\n')
	for _, p := range all {
		d.technique(p)
	}
	notes := append([]string{"Scores are what was shown of rules and telemetry, the lowest that says so; a person who knows the technique may raise them. Techniques are a second view, not from the document."},
		append(domainFigures(r, domain), c.Notice)...)
	fmt.Fprintf(&d.b, "notes: %s\n", quote(strings.Join(notes, " | ")))
	_, err := w.Write(d.b.Bytes())
	return err
}

var dateLike = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

type dettect struct {
	b       bytes.Buffer
	date    string
	scopes  []string // of the site; none without one
	targets []string
}

// scored is a score with the scopes that it is of.
type scored struct {
	score  int
	scopes []string
}

// byScore gathers scopes of one score. Without a site there are none, and one score is of all.
func (d *dettect) byScore(score func(scope string) int) []scored {
	if len(d.scopes) == 0 {
		return []scored{{score(coverage.Library), []string{"all"}}}
	}
	var out []scored
	for _, scope := range d.scopes {
		n := score(scope)
		k := slices.IndexFunc(out, func(s scored) bool { return s.score == n })
		if k < 0 {
			k = len(out)
			out = append(out, scored{score: n})
		}
		out[k].scopes = append(out[k].scopes, scope)
	}
	if len(out) == 1 {
		out[0].scopes = []string{"all"}
	}
	return out
}

func (d *dettect) technique(p painted) {
	sees := func(scope string) bool {
		return slices.ContainsFunc(p.rules, func(r *coverage.RuleReport) bool { return slices.Contains(r.Onboarded, scope) })
	}
	live := func(scope string) bool {
		return slices.ContainsFunc(p.rules, func(r *coverage.RuleReport) bool {
			return r.Stage == coverage.Live && slices.Contains(r.Onboarded, scope)
		})
	}
	fmt.Fprintf(&d.b, "  - technique_id: %s\n    technique_name: %s\n    detection:\n", quote(p.ID), quote(p.Name))
	for _, s := range d.byScore(func(scope string) int {
		switch {
		case live(scope):
			return dettectBasic
		case sees(scope):
			return dettectForensics
		}
		return dettectNone
	}) {
		var at []string
		if s.score == dettectBasic {
			at = d.targets
		}
		d.object(s, p, dettectNone, func() { d.list("location", at) })
	}
	d.b.WriteString("    visibility:\n")
	for _, s := range d.byScore(func(scope string) int {
		if sees(scope) {
			return dettectBasic
		}
		return 0
	}) {
		d.object(s, p, 0, func() {})
	}
}

// object writes one score; none is the score that nothing dates.
func (d *dettect) object(s scored, p painted, none int, more func()) {
	lead := "      - "
	fmt.Fprintf(&d.b, "%sapplicable_to:\n", lead)
	for _, scope := range s.scopes {
		fmt.Fprintf(&d.b, "          - %s\n", quote(scope))
	}
	more()
	comment := "untouched: no rule names it"
	if stage, ok := p.stage(); ok {
		comment = fmt.Sprintf("%s; the furthest by itself is %s: %s", p.named(), stageWord(stage), p.names())
	}
	date := "null"
	if s.score > none && dateLike.MatchString(d.date) {
		date = d.date // unquoted, as a date
	}
	fmt.Fprintf(&d.b, "        comment: %s\n        score_logbook:\n          - date: %s\n            score: %d\n            comment: ''\n", quote(comment), date, s.score)
	if none == 0 {
		d.b.WriteString("            auto_generated: true\n")
	}
}

func (d *dettect) list(key string, of []string) {
	if len(of) == 0 {
		fmt.Fprintf(&d.b, "        %s: []\n", key)
		return
	}
	fmt.Fprintf(&d.b, "        %s:\n", key)
	for _, s := range of {
		fmt.Fprintf(&d.b, "          - %s\n", quote(s))
	}
}

// quote is a text as a double-quoted YAML scalar: a JSON string without characters that YAML doesn't print.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(clip(s, 10*messageLength)); err != nil { // a string never fails
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
