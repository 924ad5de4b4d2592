package report

import (
	"slices"

	"detc/compiler/coverage"
)

// htmlRule is the page of one rule.
type htmlRule struct {
	coverage.RuleReport
	Detail   RuleDetail
	Detailed bool
	Targets  []htmlTarget
	Sigma    []htmlSigma
	Queries  []htmlQuery
	Runs     []coverage.DeploymentReport
	Tests    []coverage.MeasurementReport
	LeftOut  int    // queries for which there was no room
	LeftAt   string // where a build writes the first of them
}

// htmlTarget is how well a target's language says a rule.
type htmlTarget struct{ Target, Fidelity, Class string }

type htmlSigma struct {
	SigmaText
	Shown bool
}

type htmlQuery struct {
	Query
	Class string
}

// rules are the rules by name, those with texts as long as there is room: of each rule first one Sigma, then the others,
// then its queries, so that a page that is too long for all of them shows something of each.
func (p *htmlPage) rules(in HTMLInput) {
	room := in.Most
	if room <= 0 {
		room = DefaultHTMLText
	}
	for _, r := range in.Coverage.Rules {
		h := htmlRule{RuleReport: r}
		h.Detail, h.Detailed = in.Details[r.Name]
		for _, target := range htmlTargets(r.Exports) {
			h.Targets = append(h.Targets, htmlTarget{target, r.Exports[target], fidelityClass(r.Exports[target])})
		}
		for _, s := range h.Detail.Sigma {
			h.Sigma = append(h.Sigma, htmlSigma{SigmaText: s})
		}
		for _, d := range in.Coverage.Deployed {
			if d.Rule == r.Name {
				h.Runs = append(h.Runs, d)
			}
		}
		for _, m := range in.Coverage.Measured {
			if m.Rule == r.Name {
				h.Tests = append(h.Tests, m)
			}
		}
		p.Rules = append(p.Rules, h)
	}
	p.texts(room)
}

// tagBytes are about how many bytes of tags a text takes beside its own.
const tagBytes = 300

// texts puts in as many texts as there is room for.
func (p *htmlPage) texts(room int) {
	fits := func(size int) bool {
		if size += tagBytes; size > room {
			p.Left++
			return false
		}
		room -= size
		return true
	}
	for first := range 2 {
		for i := range p.Rules {
			for k := range p.Rules[i].Sigma {
				if s := &p.Rules[i].Sigma[k]; (k == 0) == (first == 0) {
					s.Shown = fits(len(s.YAML))
				}
			}
		}
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		for _, q := range r.Detail.Queries {
			if fits(len(q.Text)) {
				r.Queries = append(r.Queries, htmlQuery{Query: q, Class: fidelityClass(q.Fidelity)})
			} else if r.LeftOut++; r.LeftOut == 1 {
				r.LeftAt = q.Path
			}
		}
	}
}

func htmlTargets(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func fidelityClass(f string) string {
	switch f {
	case coverage.Exact:
		return "gp"
	case coverage.Approximate:
		return "gs"
	case coverage.Unsupported:
		return "gf"
	}
	return "gu"
}
