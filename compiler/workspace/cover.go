package workspace

import (
	"slices"
	"strconv"
	"strings"

	"detc/compiler/brief"
	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/ledger"
)

// readLedger reads what the site's people accept: from the site's folder, or from the file that stands in for it.
func (w *Workspace) readLedger() error {
	if f := w.siteFile(ledgerFile, w.opts.Ledger); f != nil {
		w.Ledger = ledger.Read(f, &w.Findings)
	}
	return nil
}

// cover computes the coverage.
func (w *Workspace) cover() error {
	in := coverage.Input{Properties: w.properties, Today: w.opts.Today, Thresholds: w.opts.Thresholds, Targets: w.opts.Targets,
		Scopes: w.Scopes(), Onboardings: w.Onboardings(), Declarations: w.Declarations(),
		Measurements: w.measured(), Deployments: w.running()}
	w.Ledger.Feed(&in)
	for _, t := range w.Tactics {
		in.Tactics = append(in.Tactics, w.asked(t))
	}
	for _, r := range w.Rules {
		rule := answered(r)
		if w.Visibility != nil {
			rule.Needs = map[string][]string{}
			for _, l := range w.links(r) {
				rule.Needs[l.Source] = l.Fields
			}
		}
		for _, f := range w.FiltersOn(r) {
			rule.Filters = append(rule.Filters, coverage.Filter{Name: f.Name.Value, Until: f.Until.Value})
		}
		in.Rules = append(in.Rules, rule)
	}
	w.exportedTo(in.Rules)
	silent := w.silence(in.Rules)
	w.Coverage = coverage.Compute(in)
	w.Ledger.Check(w.Coverage, w.opts.Today, &w.Findings)
	usersPage := slices.ContainsFunc(w.Tactics, func(t *Tactic) bool { return w.users(t.Brief.File) })
	for _, d := range coverage.Findings(w.Coverage) {
		if d.Code == diag.IdleRule && silent[d.Span] {
			continue // which was said in other words
		}
		if d.Code == diag.IdleRule && usersPage && !w.users(d.Span.File) {
			continue // the library's rules answer the library's brief; a page of the user's may ask less
		}
		w.Findings = append(w.Findings, d)
	}
	return nil
}

// asked is what a brief asks for.
func (w *Workspace) asked(t *Tactic) coverage.Tactic {
	out := coverage.Tactic{ID: t.ID, Name: t.Name, Domain: t.Domain, Release: t.Brief.Release, Limits: t.Brief.Limits, Sources: map[string][]string{}}
	for _, k := range t.Matching.Links {
		if k.Item == nil {
			continue
		}
		i := coverage.Item{ID: k.Item.ID, Kind: string(k.Item.Kind), Text: k.Item.Text, Hash: k.Item.Hash,
			Reviewed: k.State == brief.Reviewed, Span: k.Item.Span}
		if k.Lock != nil {
			i.AnsweredBy = k.Lock.AnsweredBy.Value
		}
		out.Items = append(out.Items, i)
	}
	for _, s := range w.Schemas {
		for _, item := range s.Serves {
			for _, src := range s.Sources {
				out.Sources[item.Value] = append(out.Sources[item.Value], src.ID)
			}
		}
	}
	return out
}

// answered is a rule with what was shown of it, gate by gate.
func answered(r *Rule) coverage.Rule {
	out := coverage.Rule{Name: r.Name.Value, Title: r.Title.Value, Level: r.Level.Value, Tactic: r.Tags.Tactic.ID,
		Budget: !r.Alert.Budget.IsZero(), PerDay: perDay(r.Alert.Budget.Value), Suppress: len(r.Alert.Suppress.By) > 0, Block: r.Alert.Off, Span: r.Name.Whole, Reasons: coverage.Reasons{}}
	if r.IR != nil && len(r.IR.Meta.Levels) > 0 {
		out.LevelWhen = map[string]string{}
		for _, e := range r.IR.Meta.Levels {
			out.LevelWhen[e.Level] = e.Text
		}
	}
	for _, t := range r.Tags.Techniques {
		out.Techniques = append(out.Techniques, t.ID)
	}
	gate := func(g coverage.Gate, reason string) {
		out.Gates[g] = coverage.Pass
		if reason != "" {
			out.Gates[g], out.Reasons[g] = coverage.Failed, reason
		}
	}
	gate(coverage.Compiled, r.fault())
	gate(coverage.Mapped, "")
	if !r.compiled() {
		out.Items = itemsOf(r)
		return out
	}
	out.Items = r.Meta().Items
	out.Digest, out.Tests = r.Standing.Rule, r.Standing.Tests
	if r.Correlation != nil {
		for _, p := range r.Correlation.Parts {
			out.Parts = append(out.Parts, p.Name.Value)
		}
	}
	switch off := r.off(); {
	case off == r:
		out.Off = "the site has it disabled"
	case off != nil:
		out.Off = "the site has " + off.Name.Value + " disabled, which it rests on"
	case r.State == Shadow:
		out.Off = "it is on trial at the site: it alerts nobody"
	}
	var unequal string
	out.Sources, unequal = r.shown()
	if r.Results != nil {
		out.Cases = len(r.Results.Cases)
		for _, c := range r.Results.Cases {
			out.CaseNames = append(out.CaseNames, c.Name)
			if c.Verdict == evidence.Fail {
				out.Failing = append(out.Failing, c.Name)
			}
		}
		out.Pairs = r.pairs().Sum()
		var why string
		if out.Gates[coverage.Tested], why = r.tested(); why != "" {
			out.Reasons[coverage.Tested] = why
		}
		if r.Results.Pairs.Disagreed+r.pairs().Disagreed > 0 {
			unequal = "an opinion differs from the rule on an event of the tests"
		}
	}
	gate(coverage.Equivalent, unequal)
	return out
}

// perDay is how many alerts a day a budget allows; 0 where it says none.
func perDay(budget string) float64 {
	n, unit, _ := strings.Cut(budget, "/")
	count, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return 0
	}
	return count * map[string]float64{"hour": 24, "day": 1, "week": 1.0 / 7}[unit]
}
