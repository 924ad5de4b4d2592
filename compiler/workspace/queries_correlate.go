package workspace

import (
	"fmt"
	"slices"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// exportCorrelations makes the queries of the correlations, after those of the rules that they name.
func (w *Workspace) exportCorrelations() {
	for _, r := range w.Rules {
		if r.Correlation == nil || r.Correlation.IR == nil {
			continue
		}
		for _, x := range w.opts.Exports {
			if x.Model != "" {
				if off := r.off(); off == nil || off == r { // over logs it isn't emitted, which was said there
					r.Queries = append(r.Queries, r.modelled(x))
				}
				continue
			}
			if r.Correlation.Apart {
				r.Queries = append(r.Queries, r.apart(x))
			}
			for i := range r.Correlation.Emitted {
				r.Queries = append(r.Queries, r.correlated(&r.Correlation.Emitted[i], x))
			}
			for i := range r.Correlation.Placed {
				r.Queries = append(r.Queries, r.correlated(&r.Correlation.Placed[i], x))
			}
		}
	}
}

// apart is an absence over several logs, which no query holds together.
func (r *Rule) apart(x Export) Query {
	q := Query{Target: x.Target.Name(), Name: r.Name.Value}
	q.Findings.Add(diag.ClauseRefused, r.Stub.Correlation.Type.Whole, "what has to stay away may show in any of several logs, and a query over one of them would find too much").
		WithHelp("hold each part to one log: sources: {%s: […]}; or ask a model with --model", r.Correlation.Parts[0].Name.Value)
	return q
}

// correlated is a correlation, as it was emitted over some logs, as a query.
func (r *Rule) correlated(e *CorrelationEmission, x Export) Query {
	parts := make([]*Rule, len(e.places))
	for i, p := range e.places {
		parts[i] = p.part
	}
	return r.correlation(e.IR, e.Sources, parts, x)
}

// modelled is a correlation over the fields of a model.
func (r *Rule) modelled(x Export) Query {
	var schemas []string
	for _, p := range r.Correlation.Parts {
		if p.Schema != nil && !slices.Contains(schemas, p.Schema.ID) {
			schemas = append(schemas, p.Schema.ID)
		}
	}
	return r.correlation(r.Correlation.IR, schemas, r.Correlation.Parts, x)
}

func (r *Rule) correlation(c *ir.Correlation, sources []string, parts []*Rule, x Export) Query {
	q := Query{Target: x.Target.Name(), ID: c.ID, Name: c.Name, Sources: sources, keys: c.GroupBy}
	at := r.Stub.Correlation.Span
	target, can := x.Target.(backend.Correlator)
	if !can {
		q.Findings.Add(diag.ClauseRefused, at, "%s has no words for correlations", q.Target)
		return q
	}
	in := &backend.Correlation{Correlation: c}
	for i, part := range parts {
		if part.Correlation != nil {
			q.Findings.Add(diag.OverCorrelation, at, "%s rests on the correlation %s, and a query of %s looks at logs", q.Name, part.Name.Value, q.Target).
				WithHelp("correlate the rules themselves")
			return q
		}
		m, store, lacks := part.member(c, c.Rules[i].Name, q.Target)
		if lacks != "" {
			q.Findings.Add(diag.NotStored, at, "%s", lacks).WithHelp("the rule's own query says more: detc convert -t %s", q.Target)
			return q
		}
		q.Store = store
		if table := m.Rule.Table; table != "" && !slices.Contains(q.Tables, table) {
			q.Tables = append(q.Tables, table)
		}
		for _, t := range m.Rule.Inlined {
			if !slices.Contains(q.Inlined, t) {
				q.Inlined = append(q.Inlined, t)
			}
		}
		in.Members = append(in.Members, m)
	}
	made, said := target.Correlate(in)
	q.Made.Query = made
	q.Findings.Append(said)
	return q
}

// member is a rule of a correlation as its query for the target has it; name is how the correlation calls it.
func (r *Rule) member(c *ir.Correlation, name, target string) (m backend.Member, store, lacks string) {
	i := slices.IndexFunc(r.Queries, func(q Query) bool { return q.Target == target && q.Name == name })
	if i < 0 {
		return m, "", fmt.Sprintf("%s has no query for %s", name, target)
	}
	m, lacks = r.Queries[i].Member(c, name)
	return m, r.Queries[i].Store, lacks
}
