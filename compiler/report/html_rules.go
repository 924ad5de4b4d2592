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
	Search   string
	Runs     []coverage.DeploymentReport
	Tests    []coverage.MeasurementReport
	Unseen   int // atoms that no case saw both ways
}

// htmlTarget is how well a target's language says a rule.
type htmlTarget struct{ Target, Fidelity, Class string }

type htmlSigma struct {
	SigmaText
	Shown bool
}

type htmlQuery struct {
	Query
	Shown bool
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
		for _, q := range h.Detail.Queries {
			h.Queries = append(h.Queries, htmlQuery{Query: q, Class: fidelityClass(q.Fidelity)})
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
		for _, a := range h.Detail.Atoms {
			if a.True == 0 || a.False == 0 {
				h.Unseen++
			}
		}
		p.Rules = append(p.Rules, h)
	}
	show := func(size int, shown *bool) {
		if size <= room {
			room -= size
			*shown = true
		} else {
			p.Left++
		}
	}
	for first := range 2 {
		for i := range p.Rules {
			for k := range p.Rules[i].Sigma {
				if s := &p.Rules[i].Sigma[k]; (k == 0) == (first == 0) {
					show(len(s.YAML), &s.Shown)
				}
			}
		}
	}
	for i := range p.Rules {
		for k := range p.Rules[i].Queries {
			q := &p.Rules[i].Queries[k]
			show(len(q.Text), &q.Shown)
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
