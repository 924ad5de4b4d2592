package query

import (
	"fmt"
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/store"
	"detc/compiler/telemetry"
)

// A maker writes one rule anew, in stored names and stored values.
type maker struct {
	rule     *Rule
	store    *store.Store
	place    *store.Place
	held     Held
	out      *backend.Rule
	findings diag.List
	changed  bool     // more than names: what comes out is no longer normal
	lacks    []string // names that the store says it lacks, each once
}

func (m *maker) expr(e ir.Expr, negated bool) ir.Expr {
	switch e := e.(type) {
	case *ir.And:
		return &ir.And{Args: m.all(e.Args, negated), Span: e.Span}
	case *ir.Or:
		return &ir.Or{Args: m.all(e.Args, negated), Span: e.Span}
	case *ir.Not:
		return &ir.Not{Arg: m.expr(e.Arg, !negated), Span: e.Span}
	case *ir.Named:
		return &ir.Named{Name: e.Name, Arg: m.expr(e.Arg, negated), Span: e.Span}
	case *ir.Const, *ir.Keyword:
		return e
	}
	return m.atom(e, negated)
}

func (m *maker) all(args []ir.Expr, negated bool) []ir.Expr {
	out := make([]ir.Expr, len(args))
	for i, a := range args {
		out[i] = m.expr(a, negated)
	}
	return out
}

// atom is an atom in stored names. One that can't be said is false, with the finding or the loss that says so.
func (m *maker) atom(a ir.Expr, negated bool) ir.Expr {
	never := &ir.Const{Span: a.Where()}
	stored := make([]ir.Field, 0, 2)
	var values []telemetry.ValuePair
	for _, f := range ir.Fields(a) {
		c, ok := m.find(a, f, negated)
		if !ok {
			m.changed = true
			return never
		}
		if len(c.Values) > 0 {
			values = c.Values
		}
		stored = append(stored, ir.Field{Name: c.Name, Type: f.Type, List: f.List, Cased: f.Cased, Unit: f.Unit})
		m.note(stored[len(stored)-1], c)
	}
	if eq, ok := a.(*ir.FieldEq); ok {
		if values != nil {
			m.refuse(a, "%s keeps other values of one of the two than the log, which can't be held against each other", m.store.ID)
			return never
		}
		return &ir.FieldEq{Field: stored[0], Other: stored[1], Span: eq.Span}
	}
	if in, ok := a.(*ir.InSet); ok && m.held != nil {
		m.changed = true
		eq, some := m.inlined(in, stored[0]).(*ir.Eq)
		switch {
		case !some:
			return never
		case values != nil:
			return m.valued(eq, stored[0], values)
		}
		return eq
	}
	if values != nil {
		m.changed = true
		return m.valued(a, stored[0], values)
	}
	return ir.WithField(a, stored[0])
}

// inlined is a context table spelt out.
func (m *maker) inlined(a *ir.InSet, f ir.Field) ir.Expr {
	t := ir.Table{Name: a.Table, Version: a.Version}
	values, ok := m.held(t)
	if !ok {
		m.findings.Add(diag.TableNotHeld, a.Span, "the target can't look up the context table %s, and the site keeps nothing in it that could stand in the query", a.Table).
			WithHelp("name a site that keeps it: --site NAME; its values are written into the query")
		return &ir.Const{Span: a.Span}
	}
	if !slices.Contains(m.out.Inlined, t) {
		m.out.Inlined = append(m.out.Inlined, t)
	}
	if len(values) == 0 {
		return &ir.Const{Span: a.Span}
	}
	return &ir.Eq{Field: f, Values: values, Span: a.Span}
}

// find says where a name stands; where it doesn't, it says why.
func (m *maker) find(a ir.Expr, f ir.Field, negated bool) (c store.Column, ok bool) {
	if m.rule.LookedUp != nil {
		if table := m.rule.LookedUp(f.Name); table != "" {
			m.findings.Add(diag.LookedUpName, a.Where(), "%s is not in the log: it is looked up in the context table %s, and no query does that", f.Name, table).
				WithHelp("ask for the table itself: x in context.%s; or let the SIEM add the field when it takes the log in, and say in the store where", table)
			return c, false
		}
	}
	c = m.at(f)
	switch c.Standing {
	case store.Stored:
		m.while(a, c)
		return c, true
	case store.Missing:
		m.missing(a, f.Name, negated)
		return c, false
	}
	m.findings.Add(diag.NotStored, a.Where(), "%s says nothing of %s, a name of %s", m.store.ID, f.Name, m.rule.Source).
		WithHelp("write where it stands in the store's file: fields: {%s: …}, or missing: [%s]", f.Name, f.Name)
	return c, false
}

// missing is a name that the store lacks: what asks for it is never true there, which makes the rule narrower, or wider
// under a negation. A wider one is refused, as it is on a log.
func (m *maker) missing(a ir.Expr, name string, negated bool) {
	if !slices.Contains(m.lacks, name) {
		m.lacks = append(m.lacks, name)
	}
	if negated {
		m.findings.Add(diag.NotStored, a.Where(), "%s has no %s, by which this rule excludes", m.store.ID, name).
			WithHelp("name a store that has it with --store")
		return
	}
	m.lose(a, backend.Narrower, "%s has no %s", m.store.ID, name)
}

// while notes a name that holds what it should only where another is true, unless the rule asks for that anyway.
func (m *maker) while(a ir.Expr, c store.Column) {
	if c.While == "" || asksFor(m.rule.Where, c.While) {
		return
	}
	m.lose(a, backend.Both, "in %s %s holds this only where %s is true", m.store.ID, c.Name, c.While)
}

// asksFor says that an expression holds only where a name is true.
func asksFor(e ir.Expr, name string) bool {
	switch e := e.(type) {
	case *ir.And:
		return slices.ContainsFunc(e.Args, func(a ir.Expr) bool { return asksFor(a, name) })
	case *ir.Named:
		return asksFor(e.Arg, name)
	case *ir.Eq:
		return e.Field.Name == name && len(e.Values) == 1 && slices.Contains([]string{"true", "t", "yes", "1"}, strings.ToLower(e.Values[0].Text()))
	}
	return false
}

// valued is an atom on a column whose values are others than the log's.
func (m *maker) valued(a ir.Expr, f ir.Field, values []telemetry.ValuePair) ir.Expr {
	switch a := a.(type) {
	case *ir.Exists:
		return ir.WithField(a, f)
	case *ir.Eq:
		out := &ir.Eq{Field: ir.Field{Name: f.Name, List: f.List}, Span: a.Span}
		for _, v := range a.Values {
			found := false
			for _, p := range values {
				if strings.EqualFold(p.Raw, v.Text()) {
					out.Values, found = append(out.Values, ir.StringValue(p.Logical)), true
				}
			}
			if !found {
				m.refuse(a, "%s doesn't say what it keeps for %s", m.store.ID, v.Text())
			}
		}
		return out
	}
	m.refuse(a, "%s keeps other values of %s than the log, and this asks for more than equality", m.store.ID, f.Name)
	return &ir.Const{Span: a.Where()}
}

func (m *maker) refuse(a ir.Expr, format string, args ...any) {
	m.findings.Add(diag.ClauseRefused, a.Where(), "%s: %s", ir.Text(a), fmt.Sprintf(format, args...))
}

func (m *maker) lose(a ir.Expr, effect backend.Effect, format string, args ...any) {
	l := backend.Loss{Span: a.Where(), Clause: ir.Text(a), Reason: fmt.Sprintf(format, args...), Effect: effect}
	if !slices.Contains(m.out.Losses, l) {
		m.out.Losses = append(m.out.Losses, l)
	}
}

// note keeps where a stored name stands. One that is read as several types is text, of which each atom reads its own.
func (m *maker) note(f ir.Field, at store.Column) {
	before, there := m.out.Fields[f.Name]
	if there && before.Type != f.Type {
		f = ir.Field{Name: f.Name, List: f.List || before.List}
	}
	m.out.Fields[f.Name] = m.column(f, at)
}

// column is where a name stands, read as f says. As the log writes it means the types of JSON: numbers and booleans as
// such, addresses as text, moments as text or as a number of units.
func (m *maker) column(f ir.Field, at store.Column) backend.Column {
	c := backend.Column{Name: at.Name, Type: f.Type, List: f.List, Cased: f.Cased, Unit: f.Unit, Nullable: true}
	switch at.Type {
	case store.Number:
		c.Stored = backend.Number
	case store.Bool:
		c.Stored = backend.Bool
	case store.Address:
		c.Stored = backend.Address
	case store.Time:
		c.Stored = backend.Time
	case store.JSON:
		c.Stored = backend.JSON
		path := strings.Split(at.Name, ".")
		c.Name, c.Path = path[0], path[1:]
	case store.Text:
		if f.Type == ir.Timestamp && f.Unit == 0 {
			c.Stored = backend.TimeText
		}
	default:
		c.Stored = asWritten(f)
	}
	return c
}

func asWritten(f ir.Field) backend.Storage {
	switch f.Type {
	case ir.Int, ir.Double:
		return backend.Number
	case ir.Bool:
		return backend.Bool
	case ir.Timestamp:
		if f.Unit > 0 {
			return backend.TimeNumber
		}
		return backend.TimeText
	}
	return backend.Text
}
