package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"detc/compiler/coverage"
)

// htmlItem is the page of one item: who answers for it, with what evidence, since when.
type htmlItem struct {
	coverage.ItemReport
	Tactic    string
	Scopes    []htmlObligation
	Evidence  []htmlEvidence
	Open      []htmlGap
	Carried   []htmlItemRule
	Owners    []string
	Since     string
	Answer    htmlAnswer
	Asked     bool // in more than the one scope of the library
	Way       string
	Rungs     int // gates passed without a gap
	ScopeList string
}

type htmlObligation struct {
	coverage.Obligation
	High bool
}

// htmlEvidence is one thing that was shown, with the scopes in which it counts.
type htmlEvidence struct {
	coverage.Evidence
	Share  string
	Scopes string
}

// htmlGap is one thing that is not shown, with the scopes in which it is missing.
type htmlGap struct {
	coverage.Gap
	Scopes string
}

// htmlItemRule is a rule of an item.
type htmlItemRule struct {
	coverage.ItemRule
	Title, File, Next string
	Line              int
}

// ways say in words how an item is answered.
var ways = map[string]string{
	coverage.ByRules:       "by one rule that sees what the item asks for",
	coverage.ByProperties:  "by a property that every rule of the tactic has",
	coverage.ByMeasurement: "by a budget of alerts that every rule keeps",
	coverage.ByVisibility:  "by rules that watch the logging, and a source for each kind of telemetry",
	coverage.ByMitigation:  "by people, beforehand; no rule answers it",
}

func newHTMLItem(i coverage.ItemReport, t coverage.TacticReport, rules map[string]coverage.RuleReport, high map[string]bool) htmlItem {
	out := htmlItem{ItemReport: i, Tactic: t.ID, Answer: htmlAnswerOf(i), Way: cmp.Or(ways[i.AnsweredBy], "items.yaml doesn't say how")}
	asked := 0
	evidence, open := gathered{}, gathered{}
	for _, o := range i.Obligations {
		out.Scopes = append(out.Scopes, htmlObligation{o, high[o.Scope]})
		if o.State == coverage.ItemNotNeeded {
			continue
		}
		asked++
		if o.Owner != "" {
			who := o.Owner
			if o.OwnerSince != "" {
				who += " since " + o.OwnerSince
			}
			if !slices.Contains(out.Owners, who) {
				out.Owners = append(out.Owners, who)
			}
		}
		for _, e := range o.Evidence {
			if k, first := evidence.at(fmt.Sprintf("%q", []string{e.Gate, e.What, e.Ref, e.Digest, e.Since, e.Date}), o.Scope); first {
				h := htmlEvidence{Evidence: e}
				if e.Figure != nil {
					h.Share = ratio(*e.Figure)
				}
				out.Evidence = slices.Insert(out.Evidence, k, h)
			}
		}
		for _, g := range o.Open {
			if k, first := open.at(fmt.Sprintf("%q %d %t", []string{g.Gate, g.Kind, g.Why}, g.State, g.Waived), o.Scope); first {
				out.Open = slices.Insert(out.Open, k, htmlGap{Gap: g})
			}
		}
	}
	for k := range out.Evidence {
		out.Evidence[k].Scopes = evidence.scopes(k, asked)
	}
	for k := range out.Open {
		out.Open[k].Scopes = open.scopes(k, asked)
	}
	gate := func(name string) int { g, _ := coverage.GateOf(name); return int(g) }
	slices.SortStableFunc(out.Evidence, func(a, b htmlEvidence) int { return cmp.Compare(gate(a.Gate), gate(b.Gate)) })
	slices.SortStableFunc(out.Open, func(a, b htmlGap) int { return cmp.Compare(gate(a.Gate), gate(b.Gate)) })
	out.Asked = len(i.Obligations) > 1 || len(i.Obligations) == 1 && i.Obligations[0].Scope != coverage.Library
	out.Since = liveSince(i)
	for _, r := range i.Rules {
		of := rules[r.Name]
		h := htmlItemRule{ItemRule: r, Title: of.Title, File: of.File, Line: of.Line}
		if g, ok := r.Gates.Next(); ok {
			h.Next = g.String() + " " + r.Gates[g].String()
			if why := r.Reasons[g]; why != "" {
				h.Next += ": " + why
			}
		}
		out.Carried = append(out.Carried, h)
	}
	return out
}

// liveSince is from when on an item is effective in every scope; "" where it is not, or where a piece of evidence doesn't say.
func liveSince(i coverage.ItemReport) string {
	last := ""
	for _, o := range i.Obligations {
		if o.State == coverage.ItemNotNeeded {
			continue
		}
		if o.State != coverage.Effective || o.Since == "" {
			return ""
		}
		last = max(last, o.Since)
	}
	return last
}

// gathered are things that are the same in several scopes, in the order in which they first come.
type gathered struct {
	keys []string
	in   [][]string
}

// at is the place of a thing, and whether it is new.
func (g *gathered) at(key, scope string) (int, bool) {
	if k := slices.Index(g.keys, key); k >= 0 {
		g.in[k] = append(g.in[k], scope)
		return k, false
	}
	g.keys, g.in = append(g.keys, key), append(g.in, []string{scope})
	return len(g.keys) - 1, true
}

func (g *gathered) scopes(k, asked int) string {
	of := slices.Compact(slices.Clone(g.in[k]))
	if len(of) == asked && asked > 1 {
		return fmt.Sprintf("all %d", asked)
	}
	return strings.Join(of, ", ")
}

// htmlBlock is a stretch of a brief, with its item.
type htmlBlock struct {
	Block
	Item *coverage.ItemReport // nil where it is none
}

func newHTMLBrief(t coverage.TacticReport, blocks []Block) []htmlBlock {
	var out []htmlBlock
	for _, b := range blocks {
		h := htmlBlock{Block: b}
		if k := slices.IndexFunc(t.Items, func(i coverage.ItemReport) bool { return i.ID == b.Item }); k >= 0 && b.Kind == BlockItem {
			h.Item = &t.Items[k]
		}
		out = append(out, h)
	}
	return out
}

// htmlTechnique is a technique with the rules that name it.
type htmlTechnique struct {
	Technique
	Rules []coverage.RuleReport
	Best  coverage.Stage
	Known bool // ATT&CK lists it under the tactic
}

// newHTMLTechniques are the tactic's techniques, and those that its rules name besides.
func newHTMLTechniques(t coverage.TacticReport, in HTMLInput) []htmlTechnique {
	var out []htmlTechnique
	for _, k := range in.Techniques[t.ID] {
		out = append(out, htmlTechnique{Technique: k, Known: true})
	}
	for _, r := range in.Coverage.Rules {
		if r.Tactic != t.ID {
			continue
		}
		for _, id := range r.Techniques {
			k := slices.IndexFunc(out, func(h htmlTechnique) bool { return h.ID == id })
			if k < 0 {
				k, out = len(out), append(out, htmlTechnique{Technique: Technique{ID: id}})
			}
			out[k].Rules = append(out[k].Rules, r)
			out[k].Best = max(out[k].Best, r.Stage)
		}
	}
	slices.SortStableFunc(out, func(a, b htmlTechnique) int { return strings.Compare(a.ID, b.ID) })
	return out
}
