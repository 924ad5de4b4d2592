package backtest

import (
	"slices"

	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// A plan is what all workers share, and none changes: the rules, and what is read of a hit of each.
type plan struct {
	Options
	sources []*bind.Source
	rules   []*subject
	byName  map[string]*subject
}

// A subject is a rule as it is measured.
type subject struct {
	*Rule
	number  int
	fields  []string // what is read of a hit: the fields of By, those of Fields, those that labels name, each once
	keys    []int    // the places of By among fields
	context []string // fields that correlations over it ask for
	over    bool     // a correlation rests on it
	sourced bool     // it is emitted on a source whose records can be told
}

func newPlan(sources []*bind.Source, rules []Rule, o Options) *plan {
	// Nothing tells the records of Sigma's own log sources.
	sources = slices.DeleteFunc(slices.Clone(sources), func(s *bind.Source) bool { return s.Schema.Taxonomy })
	p := &plan{Options: o, sources: sources, byName: map[string]*subject{}}
	for i := range rules {
		s := &subject{Rule: &rules[i], number: i}
		for _, list := range [][]string{rules[i].By, rules[i].Fields, o.Labels.fieldsOf(rules[i].Name)} {
			for _, name := range list {
				if !slices.Contains(s.fields, name) {
					s.fields = append(s.fields, name)
				}
			}
		}
		for _, name := range rules[i].By {
			s.keys = append(s.keys, slices.Index(s.fields, name))
		}
		s.sourced = slices.ContainsFunc(rules[i].On, func(b *bind.Bound) bool { return !b.Source.Schema.Taxonomy })
		p.rules = append(p.rules, s)
		p.byName[s.Name] = s
	}
	for _, s := range p.rules {
		if s.Correlation != nil {
			p.correlated(s)
		}
	}
	return p
}

// correlated notes what a correlation asks of the rules that it rests on. What a chain's upper end asks for may come
// from a rule at its lower one, so each rule is read for all of them.
func (p *plan) correlated(c *subject) {
	names := append(slices.Clone(c.Correlation.GroupBy), c.Correlation.Fields...)
	names = append(names, c.fields...)
	for _, a := range c.Correlation.Aliases {
		for _, f := range a.Fields {
			names = append(names, f.Field)
		}
	}
	for _, part := range c.Parts {
		s := p.byName[part]
		if s == nil || s.Schema == nil {
			continue
		}
		s.over = true
		for _, name := range names {
			if _, ok := s.Schema.Field(name); ok && !slices.Contains(s.context, name) {
				s.context = append(s.context, name)
			}
		}
	}
}

// A reader reads one field of a schema from a source's records, as a rule sees it.
type reader struct {
	field *telemetry.Field
	paths []ir.Field // the raw names, the first present counts
	texts []string   // of a constant
	slow  bool       // read with the whole record
}

func newReader(s *bind.Source, name string) reader {
	f, ok := s.Schema.Field(name)
	if !ok {
		return reader{}
	}
	b := s.Binding(name)
	r := reader{field: f, slow: f.Any || f.Lookup != nil || b.Values != nil}
	for _, v := range b.Const {
		r.texts = append(r.texts, v.Text())
	}
	if b.Const == nil && !r.slow {
		r.paths = b.Paths
	}
	return r
}
