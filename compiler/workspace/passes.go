package workspace

import (
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"detc/compiler/bind"
	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/sigma"
)

// A Pass is one step of the work. It may rest only on passes that stand before it.
type Pass struct {
	Name  string
	Does  string
	Needs []string
	run   func(*Workspace) error
}

// Passes is the one table of what happens, in its order.
var Passes = []Pass{
	{"load", "find the files, read each, tell what it is", nil, (*Workspace).load},
	{"attack", "read ATT&CK's facts", nil, (*Workspace).readAttack},
	{"telemetry", "read schemas and sources", []string{"load"}, (*Workspace).readTelemetry},
	{"context", "read the context tables' definitions", []string{"load"}, (*Workspace).readContext},
	{"content", "read what the tables hold at the site", []string{"context"}, (*Workspace).readContents},
	{"enrich", "add the fields that the schemas look up in the tables", []string{"telemetry", "context"}, (*Workspace).enrich},
	{"filters", "compile the sources' row filters", []string{"enrich"}, (*Workspace).compileFilters},
	{"stores", "hold the stores and models among the files against the sources", []string{"filters"}, (*Workspace).checkStores},
	{"briefs", "read the tactic pages and hold them against the reviewed items", []string{"load", "attack"}, (*Workspace).readBriefs},
	{"visibility", "read what the site has, and which of its logs arrive", []string{"attack", "enrich"}, (*Workspace).readVisibility},
	{"ledger", "read what the site's people accept, and who answers for what", []string{"load"}, (*Workspace).readLedger},
	{"stubs", "read the stubs", []string{"load"}, (*Workspace).readStubs},
	{"site", "read which rules the site has", []string{"stubs"}, (*Workspace).readSite},
	{"compile", "check tags, telemetry and conditions; lower to IR", []string{"attack", "enrich", "briefs", "stubs", "site"}, (*Workspace).compile},
	{"correlations", "check what correlations name; lower to IR", []string{"compile"}, (*Workspace).compileCorrelations},
	{"bind", "specialise each rule to each source", []string{"compile", "filters"}, (*Workspace).bind},
	{"emit", "write Sigma rules and correlations, and read them back", []string{"bind", "correlations"}, (*Workspace).emit},
	{"evidence", "read what was kept of earlier runs of the tests", []string{"load"}, (*Workspace).readEvidence},
	{"exclusions", "compile the sites' filters, hold them against their rules, write them as Sigma", []string{"emit"}, (*Workspace).exclude},
	{"export", "make queries for the targets that were asked for", []string{"exclusions", "stores"}, (*Workspace).export},
	{"test", "run the stubs' cases on IR and on the emitted Sigma", []string{"emit", "evidence"}, (*Workspace).test},
	{"lint", "look for what compiles and is probably not meant", []string{"test"}, (*Workspace).lint},
	{"properties", "hold the rules against what the briefs ask of all of them", []string{"emit"}, (*Workspace).holdProperties},
	{"coverage", "hold the items against what was shown", []string{"test", "properties", "visibility", "ledger", "export"}, (*Workspace).cover},
}

// each runs f on every rule, several at once. A rule's own findings go to the rule, so nothing is shared.
func (w *Workspace) each(f func(*Rule)) error {
	var g errgroup.Group
	g.SetLimit(w.opts.Jobs)
	for chunk := range slices.Chunk(w.Rules, 16) {
		g.Go(func() error {
			for _, r := range chunk {
				f(r)
			}
			return nil
		})
	}
	return g.Wait()
}

func (w *Workspace) compileFilters() error {
	for _, s := range w.Schemas {
		for _, src := range s.Sources {
			b := &bind.Source{Source: src}
			if !src.Where.IsZero() {
				scope := condition.NewRawScope("the log "+src.ID, src.RawField)
				e, ok := scope.Compile(src.Where, nil, &w.Findings)
				if !ok {
					continue // a source with a broken filter takes no rules: each would be wider than meant
				}
				b.Filter = ir.Normalize(e)
			}
			w.Sources = append(w.Sources, b)
			w.sources[src] = b
		}
	}
	slices.SortFunc(w.Sources, func(a, b *bind.Source) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

func (w *Workspace) bind() error { return w.each(w.bindRule) }

func (w *Workspace) bindRule(r *Rule) {
	if r.IR == nil {
		return
	}
	chosen := w.chosenSources(r)
	emitted := 0
	for _, src := range chosen {
		degrade := slices.ContainsFunc(r.Degrade, func(t text) bool { return t.Value == src.ID })
		out := bind.Rule(r.IR, src, degrade, &r.Findings)
		r.Emitted = append(r.Emitted, Emission{Source: src, Outcome: out})
		if out.Bound != nil {
			emitted++
		}
	}
	if emitted == 0 && !r.Findings.HasErrors() {
		d := r.Findings.Add(diag.NoSource, r.Condition.Whole, "the rule can be true on no source of %s", r.Schema.ID)
		for _, e := range r.Emitted {
			d.WithNote(span{}, "%s: %s", e.Source.ID, e.Reason)
		}
	}
}

// chosenSources are the sources that a rule is emitted on: its telemetry's, or those of them that it lists.
func (w *Workspace) chosenSources(r *Rule) []*bind.Source {
	var out []*bind.Source
	for _, s := range r.Schema.Sources {
		b := w.sources[s]
		if b == nil || len(r.Sources) > 0 && !slices.ContainsFunc(r.Sources, func(t text) bool { return t.Value == s.ID }) {
			continue
		}
		out = append(out, b)
	}
	return out
}

func (w *Workspace) emit() error {
	err := w.each(w.emitRule)
	w.emitCorrelations()
	return err
}

func (w *Workspace) emitRule(r *Rule) {
	for i := range r.Emitted {
		e := &r.Emitted[i]
		if e.Bound == nil {
			continue
		}
		rule, findings := sigma.Emit(e.Bound)
		r.Findings.Append(findings)
		if rule == nil || findings.HasErrors() {
			e.Bound, e.Reason = nil, "Sigma can't say it"
			continue
		}
		if r.State == Shadow {
			rule.Origin.State = string(Shadow)
		}
		e.Sigma, e.YAML = rule, rule.YAML()
		if e.ReadBack = sigma.Verify(e.Bound, e.YAML); e.ReadBack != nil {
			r.Findings.Add(diag.ReadsBackOther, r.Condition.Whole, "the Sigma rule for %s, read back, is another: %v", e.Source.ID, e.ReadBack)
		}
	}
}
