// Package query brings a rule and a store together: it makes of a rule over a log's raw names, or over the fields of a
// schema, the rule over stored names that a target makes a query of. A name that the store says nothing of is a finding,
// never a guess; one that it says it lacks is a loss where that makes the rule narrower, and refuses it where it would
// be wider.
package query

import (
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/store"
	"detc/compiler/telemetry"
)

// A Rule is a rule before it meets a store.
type Rule struct {
	Name, ID  string
	Where     ir.Expr             // normalised, over the names that the place knows
	Meta      ir.Meta             // its title, level and the rest
	Source    string              // the log source, or the schema for a model
	Logsource telemetry.Logsource // what the store finds the log by
	Schema    string              // what a model finds the fields by; empty for a store
	Names     func() []ir.Field   // every name of the log that is known: where a keyword is looked for
	Raw       func(name string) ir.Field
	LookedUp  func(name string) string // the context table that a name is looked up in; empty for what the log has
	Losses    []backend.Loss           // what was lost on the way to the log
	Span      source.Span              // of the whole, for what has no place of its own
	Log       source.Span              // where the log is named; zero is Span
}

// Find is the first of the stores that has a place for the rule.
func Find(r *Rule, stores []*store.Store) (*store.Store, *store.Place) {
	for _, s := range stores {
		var p *store.Place
		var ok bool
		switch {
		case s.IsModel() && r.Schema != "":
			p, ok = s.FindSchema(r.Schema)
		case !s.IsModel():
			p, ok = s.Find(r.Logsource)
		}
		if ok {
			return s, p
		}
	}
	return nil, nil
}

// Held is what a site keeps in a context table that is a list; ok is false where it keeps none.
type Held func(t ir.Table) (values []ir.Value, ok bool)

// Place is the rule in the words of a store. An error among the findings refuses it, and there is no rule then. held is
// for targets that can't look anything up: what the site's tables hold stands in the rule then, and the query has to be
// made again when they change. It is nil for the others.
func Place(r *Rule, s *store.Store, p *store.Place, held Held) (*backend.Rule, diag.List) {
	m := &maker{rule: r, store: s, place: p, held: held, out: &backend.Rule{
		Name: r.Name, ID: r.ID, Title: r.Meta.Title, Level: r.Meta.Level, Source: r.Source, Meta: r.Meta,
		Fields: map[string]backend.Column{}, Prepare: p.Prepare, Losses: slices.Clone(r.Losses),
	}}
	where := m.expr(r.Where, false)
	if m.findings.HasErrors() {
		return nil, m.findings
	}
	if m.changed {
		where = ir.Absorb(ir.Normalize(where))
	}
	if c, ok := where.(*ir.Const); ok {
		m.constant(c)
		return nil, m.findings
	}
	m.out.Where = m.told(where)
	m.in()
	m.out.Time = m.time()
	m.texts()
	return m.out, m.findings
}

// constant refuses a rule of which nothing is left.
func (m *maker) constant(c *ir.Const) {
	why := "nothing of it can be asked for there"
	if len(m.lacks) > 0 {
		why = "it has no " + strings.Join(m.lacks, ", ")
	}
	word := "never"
	if c.Value {
		word = "always"
	}
	m.findings.Add(diag.NotStored, m.rule.Span, "in %s the rule is %s true: %s", m.store.ID, word, why).
		WithHelp("name a store that has it with --store, or leave this log out for the target")
}

// in says where the records lie. One table or index is the rule's; other words stay the SIEM's.
func (m *maker) in() {
	for _, e := range m.place.In {
		var values []string
		for _, v := range e.Values {
			values = append(values, v.Text())
		}
		if (e.Name == "table" || e.Name == "index") && len(values) == 1 {
			m.out.Table = values[0]
			continue
		}
		m.out.In = append(m.out.In, backend.Place{Name: e.Name, Values: values})
	}
}

// told adds what tells the log's records from others that lie in the same place.
func (m *maker) told(where ir.Expr) ir.Expr {
	for _, name := range m.place.Lost {
		m.lose(where, backend.Wider, "%s has no %s, which tells the records of %s from others", m.store.ID, name, m.rule.Source)
	}
	if len(m.place.Where) == 0 {
		return where
	}
	and := &ir.And{Span: where.Where()}
	for _, e := range m.place.Where {
		// Who writes the log writes this one way: held with case it is an equality that an index answers. Splunk's
		// search knows equality without case alone.
		f := ir.Field{Name: e.Name, Cased: m.store.SIEM != "splunk"}
		switch e.Type {
		case store.Number:
			f.Type, f.Cased = ir.Int, false
		case store.Bool:
			f.Type, f.Cased = ir.Bool, false
		}
		if _, there := m.out.Fields[e.Name]; !there {
			m.out.Fields[e.Name] = m.column(f, store.Column{Name: e.Name, Standing: store.Stored, Type: e.Type})
		}
		and.Args = append(and.Args, &ir.Eq{Field: f, Values: e.Values, Span: where.Where()})
	}
	if inner, ok := where.(*ir.And); ok {
		and.Args = append(and.Args, inner.Args...)
	} else {
		and.Args = append(and.Args, where)
	}
	return and
}

// time is the column that says when. A store's own is of the engine's type; a raw name is as the log writes it.
func (m *maker) time() backend.Column {
	name := m.place.Time
	if name == "" {
		return backend.Column{}
	}
	f := ir.Field{Name: name, Type: ir.Timestamp}
	if raw := m.raw(name); raw.Type == ir.Timestamp && !m.place.Engine {
		c := m.place.Column(name)
		if c.Standing == store.Stored && c.Name == name && c.Type == store.AsWritten {
			return m.column(raw, c)
		}
	}
	return m.column(f, store.Column{Name: name, Type: store.Time})
}

// at is where a name stands. One that the store keeps in a column of its own for the time is of the engine's type there.
func (m *maker) at(f ir.Field) store.Column {
	c := m.place.Column(f.Name)
	if c.Standing == store.Stored && c.Type == store.AsWritten && c.Name == m.place.Time && m.place.Engine {
		c.Type = store.Time
	}
	return c
}

func (m *maker) raw(name string) ir.Field {
	if m.rule.Raw == nil {
		return ir.Field{Name: name}
	}
	return m.rule.Raw(name)
}

// texts are the columns that a keyword is looked for in; of a rule without one they are not needed.
func (m *maker) texts() {
	asked := false
	ir.Atoms(m.out.Where, func(atom ir.Expr, _ bool) {
		_, is := atom.(*ir.Keyword)
		asked = asked || is
	})
	if !asked || m.rule.Names == nil {
		return
	}
	seen := map[string]bool{}
	for _, f := range m.rule.Names() {
		c := m.at(f)
		if c.Standing != store.Stored || seen[c.Name] {
			continue
		}
		seen[c.Name] = true
		m.out.Texts = append(m.out.Texts, m.column(f, c))
	}
	m.unsearched()
}

// unsearched says that a keyword is looked for in fewer names than the log has.
func (m *maker) unsearched() {
	lacks, all := 0, 0
	for _, f := range m.rule.Names() {
		all++
		if m.place.Column(f.Name).Standing != store.Stored {
			lacks++
		}
	}
	if lacks == 0 {
		return
	}
	ir.Atoms(m.out.Where, func(atom ir.Expr, negated bool) {
		if _, is := atom.(*ir.Keyword); !is {
			return
		}
		effect := backend.Narrower
		if negated {
			effect = backend.Wider
		}
		m.lose(atom, effect, "%s has %d of the %d names of the log, and a keyword is looked for in those", m.store.ID, all-lacks, all)
	})
}

// Column is where a raw name stands, for what asks for one outside of a condition: a group, a value, what an analyst
// wants to see. It says why where there is none.
func Column(r *Rule, p *store.Place, f ir.Field) (c backend.Column, lacks string) {
	if r.LookedUp != nil {
		if table := r.LookedUp(f.Name); table != "" {
			return c, f.Name + " is looked up in " + table
		}
	}
	m := &maker{rule: r, place: p}
	at := m.at(f)
	if at.Standing != store.Stored {
		return c, p.ID + " is stored without " + f.Name
	}
	return m.column(f, at), ""
}
