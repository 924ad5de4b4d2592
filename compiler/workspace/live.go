package workspace

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/backtest"
	"detc/compiler/bundle"
	"detc/compiler/coverage"
	"detc/compiler/diag"
)

// BacktestFile is the name of a site's back-test, as detc backtest writes it.
const BacktestFile = "backtest.json"

// A Backtest is a report of detc backtest, and what to call it in messages.
type Backtest struct {
	Name   string
	Report *backtest.Report
}

// exportedTo fills in how each rule stands in the targets that queries were made for, and is what is to run there. rules
// are those of the workspace, in their order.
func (w *Workspace) exportedTo(rules []coverage.Rule) {
	for _, x := range w.opts.Exports {
		name := x.Target.Name()
		digests := map[string]string{}
		if bundle.KindOf(name) != "" {
			for _, e := range w.Bundle(x, nil).State.Rules {
				digests[e.Name] = e.Digest
			}
		}
		for i := range rules {
			if e, ok := exportOf(w.Rules[i], name, digests); ok {
				if rules[i].Exports == nil {
					rules[i].Exports = map[string]coverage.Export{}
				}
				rules[i].Exports[name] = e
			}
		}
	}
}

// exportOf is a rule in a target: as faithful as the least faithful of its queries. A log that the target has no query for
// is no loss where another has one: a site needs one log of a rule.
func exportOf(r *Rule, target string, digests map[string]string) (out coverage.Export, ok bool) {
	var parts []string
	refused := ""
	out.Fidelity = coverage.Exact
	for i := range r.Queries {
		q := &r.Queries[i]
		if q.Target != target {
			continue
		}
		ok = true
		switch q.Fidelity() {
		case backend.Refused:
			refused = cmp.Or(refused, q.Why())
			continue
		case backend.Approximate:
			l := q.Losses[0]
			out.Fidelity, out.Loss = coverage.Approximate, cmp.Or(out.Loss, fmt.Sprintf("%s on %s: %s", l.Effect, strings.Join(q.Sources, ", "), l.Reason))
		}
		if r.IR != nil && !q.Logical() { // a model has all of them
			out.Sources = append(out.Sources, q.Sources...)
		}
		parts = append(parts, q.Name+" "+cmp.Or(digests[q.Name], textDigest(q.Text)))
	}
	if len(parts) == 0 && ok {
		return coverage.Export{Fidelity: coverage.Unsupported, Loss: refused}, true
	}
	out.Digest = ofParts(parts)
	return out, ok
}

func textDigest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func ofParts(parts []string) string {
	slices.Sort(parts)
	return textDigest(strings.Join(parts, "\n"))
}

// running is what the site says runs on its targets, rule by rule.
func (w *Workspace) running() (out []coverage.Deployment) {
	f := w.siteFile(deployedFile, nil)
	if f == nil {
		return nil
	}
	form := bundle.ReadDeployed(f, &w.Findings)
	if form == nil {
		return nil
	}
	rules := map[string]string{} // by the name of a query
	for _, r := range w.Rules {
		for i := range r.Queries {
			rules[r.Queries[i].Name] = r.Name.Value
		}
	}
	for _, e := range form.Deployed {
		data, err := fs.ReadFile(w.opts.Site.FS, e.Bundle.Value)
		if err != nil {
			w.Findings.Add(diag.NoDeployedBundle, e.Bundle.Whole, "there is no %s in the site's folder", e.Bundle.Value)
			continue
		}
		state, err := bundle.ReadState(data)
		if err != nil {
			w.Findings.Add(diag.NoDeployedBundle, e.Bundle.Whole, "%s can't be read: %v", e.Bundle.Value, err)
			continue
		}
		if state.Target != e.Target.Value {
			w.Findings.Add(diag.NoDeployedBundle, e.Bundle.Whole, "%s is a bundle for %s, not for %s", e.Bundle.Value, state.Target, e.Target.Value)
			continue
		}
		parts, enabled := map[string][]string{}, map[string]bool{}
		for _, entry := range state.Rules {
			rule := cmp.Or(rules[entry.Name], w.stubOf(entry.Name))
			if rule == "" || entry.State == bundle.Removed {
				continue
			}
			if _, seen := parts[rule]; !seen {
				enabled[rule] = true
			}
			parts[rule] = append(parts[rule], entry.Name+" "+entry.Digest)
			enabled[rule] = enabled[rule] && entry.State == bundle.Enabled
		}
		for _, r := range w.Rules {
			if p := parts[r.Name.Value]; p != nil {
				out = append(out, coverage.Deployment{Rule: r.Name.Value, Target: e.Target.Value, Digest: ofParts(p), Enabled: enabled[r.Name.Value],
					Since: e.Since.Value, Seen: e.Seen.Value, Evidence: e.Evidence.Value + " (" + e.By.Value + ")"})
			}
		}
	}
	return out
}

// stubOf is the stub that a deployed query goes by where none of its queries does: one that is not made any more, and runs
// all the same.
func (w *Workspace) stubOf(name string) string {
	for _, r := range w.Rules {
		if name == r.Name.Value || strings.HasPrefix(name, r.Name.Value+".") {
			return r.Name.Value
		}
	}
	return ""
}

// measured is what back-tests found, rule by rule: those that were given, else the site's own.
func (w *Workspace) measured() (out []coverage.Measurement) {
	all := w.opts.Backtests
	if len(all) == 0 && w.opts.Site != nil {
		data, err := fs.ReadFile(w.opts.Site.FS, BacktestFile)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			w.Trouble = append(w.Trouble, err)
		default:
			report, err := backtest.Read(data)
			if err != nil {
				w.Findings.Add(diag.BacktestBroken, span{}, "%s/%s counts for nothing: %s", w.opts.Site.Name, BacktestFile, err).
					WithHelp("write it anew: detc backtest --site NAME -o " + BacktestFile + " LOG…")
				break
			}
			all = []Backtest{{w.opts.Site.Name + "/" + BacktestFile, report}}
		}
	}
	for _, b := range all {
		out = append(out, w.measurements(b)...)
	}
	return out
}

// measurements are those of a report that counts: of this site, and of logs that were read to their end.
func (w *Workspace) measurements(b Backtest) (out []coverage.Measurement) {
	why := ""
	switch {
	case !b.Report.Complete:
		why = "not all of its logs were read to their end"
	case w.Site != nil && b.Report.Site != w.Site.Name:
		why = fmt.Sprintf("it is of %s, and this is the site %s", cmp.Or(b.Report.Site, "no site"), w.Site.Name)
	}
	if why != "" {
		w.Findings.Add(diag.BacktestElsewhere, span{}, "%s counts for nothing: %s", b.Name, why).WithHelp("make it again: detc backtest")
		return nil
	}
	rules := map[string]*Rule{}
	for _, r := range w.Rules {
		rules[r.Name.Value] = r
	}
	for i := range b.Report.Rules {
		r := &b.Report.Rules[i]
		own := rules[r.Name]
		if own == nil || r.Budget == nil || r.Budget.Text != own.Alert.Budget.Value || r.Days <= 0 || r.From == "" && b.Report.From == "" {
			continue // another budget was asked, or nothing was measured
		}
		m := coverage.Measurement{
			Rule: r.Name, From: day(cmp.Or(r.From, b.Report.From)), To: day(cmp.Or(r.To, b.Report.To)), Days: int(math.Floor(r.Days)), Hits: int(r.Against),
			HitsPerDay: float64(r.Against) / r.Days, Upper: r.Upper, Budget: r.Budget.PerDay, WithinBudget: r.Verdict == backtest.Within,
			RuleDigest: r.Digest, Digest: b.Report.Digest, Evidence: b.Name,
		}
		out = append(out, m)
	}
	return out
}

// day is the date of a moment in RFC 3339.
func day(moment string) string {
	date, _, _ := strings.Cut(moment, "T")
	return date
}
