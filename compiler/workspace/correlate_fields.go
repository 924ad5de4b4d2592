package workspace

import (
	"slices"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/telemetry"
)

// field is a field of a part of a correlation: of a rule, one of its telemetry; of a correlation, one that it groups by
// or that all its parts have, of one type. The name may be an alias of the correlation's own group_by.
func (r *Rule) field(name string) *telemetry.Field {
	if r.Correlation == nil {
		if r.Schema == nil {
			return nil
		}
		f, _ := r.Schema.Field(name)
		return f
	}
	c := r.Correlation
	if f, known := c.fields[name]; known {
		return f
	}
	var out *telemetry.Field
	for _, p := range c.Parts {
		f := p.field(r.fieldIn(p, name))
		if f == nil || out != nil && f.Type != out.Type {
			out = nil
			break
		}
		if out == nil {
			out = f
		}
	}
	if c.fields == nil {
		c.fields = map[string]*telemetry.Field{}
	}
	c.fields[name] = out
	return out
}

// fieldIn is what a name of a correlation means in one of its parts: an alias stands for another field.
func (r *Rule) fieldIn(part *Rule, name string) string {
	if fields, ok := r.Stub.Correlation.Aliases.Get(name); ok {
		t, _ := fields.Get(part.Name.Value)
		return t.Value
	}
	return name
}

// fieldNames are the names that a part can be asked for.
func (r *Rule) fieldNames() []string {
	if r.Correlation == nil {
		if r.Schema == nil {
			return nil
		}
		return r.Schema.Names()
	}
	out := values(r.Stub.Correlation.GroupBy)
	if parts := r.Correlation.Parts; len(parts) > 0 {
		out = append(out, parts[0].fieldNames()...)
	}
	return slices.DeleteFunc(out, func(n string) bool { return r.field(n) == nil })
}

// of says where a part has its fields.
func (r *Rule) of() string {
	if r.Correlation == nil {
		return r.Name.Value + " (" + r.Schema.ID + ")"
	}
	return r.Name.Value
}

// A correlationCheck looks up what a correlation asks of its parts.
type correlationCheck struct {
	*Rule
	ir *ir.Correlation
}

func (c *correlationCheck) partNames() []string {
	var out []string
	for _, p := range c.Correlation.Parts {
		out = append(out, p.Name.Value)
	}
	return out
}

// aliases finds an alias that nothing uses, names no rule of the correlation, or leaves one out.
func (c *correlationCheck) aliases() {
	form, l := c.Stub.Correlation, &c.Findings
	names := c.partNames()
	for _, a := range form.Aliases {
		for _, e := range a.Value {
			if !slices.Contains(names, e.Key.Value) {
				l.Add(diag.UnknownRule, e.Key.Whole, "the correlation has no rule %q", e.Key.Value).WithGuess(e.Key.Whole, e.Key.Value, names)
			}
		}
		if !slices.Contains(c.ir.GroupBy, a.Key.Value) && !slices.Contains(c.ir.Fields, a.Key.Value) {
			l.Add(diag.UnusedAlias, a.Key.Whole, "nothing is grouped by the alias %q", a.Key.Value).WithHelp("add it to group_by, or take it out")
			continue
		}
		for _, name := range names {
			if t, ok := a.Value.Get(name); !ok || t.IsZero() {
				l.Add(diag.AliasGap, a.Key.Whole, "the alias %q doesn't say what it stands for in %s", a.Key.Value, name).
					WithHelp("add %s: field", name)
			}
		}
	}
}

// groups looks up the fields that events must share.
func (c *correlationCheck) groups() {
	l, form := &c.Findings, c.Stub.Correlation
	if len(form.GroupBy) == 0 {
		l.Add(diag.NoGroup, form.Span, "the correlation has no group_by: events of the whole site count together").
			WithHelp("group_by: the fields that make it one story, such as the host or the user")
	}
	for i, g := range form.GroupBy {
		if slices.ContainsFunc(form.GroupBy[:i], func(t text) bool { return t.Value == g.Value }) {
			l.Add(diag.GroupField, g.Whole, "group_by names %q twice", g.Value).WithHelp("take one out")
			continue
		}
		c.same(g, diag.GroupField, nil)
	}
}

// same looks up a field in every part; it must be there, and of one type. ok, where given, says which fields will do.
func (c *correlationCheck) same(name text, code diag.Code, ok func(*telemetry.Field) string) {
	l := &c.Findings
	var first *telemetry.Field
	var of *Rule
	aliased, isAlias := c.Stub.Correlation.Aliases.Get(name.Value)
	for _, p := range c.Correlation.Parts {
		at := name
		if isAlias {
			t, said := aliased.Get(p.Name.Value)
			if !said || t.IsZero() {
				continue // which is a finding of its own
			}
			at = t
		}
		f := p.field(at.Value)
		if f == nil {
			d := l.Add(code, at.Whole, "%s has no field %q", p.of(), at.Value).WithGuess(at.Whole, at.Value, p.fieldNames())
			if !isAlias {
				d.WithHelp("where it is called otherwise there, an alias says so: aliases: {%s: {%s: …}}", name.Value, p.Name.Value)
			}
			return
		}
		if ok != nil {
			if why := ok(f); why != "" {
				l.Add(code, at.Whole, "%s of %s %s", at.Value, p.of(), why)
				return
			}
		}
		if first == nil {
			first, of = f, p
			continue
		}
		if f.Type != first.Type {
			l.Add(code, at.Whole, "%q is %s in %s and %s in %s, which are never equal", name.Value, first.Type, of.of(), f.Type, p.of()).
				WithHelp("group by fields of one type")
			return
		}
		if code == diag.GroupField && f.Entity != "" && first.Entity != "" && f.Entity != first.Entity {
			l.Add(diag.MixedEntities, at.Whole, "%q is a %s in %s and a %s in %s", name.Value, first.Entity, of.of(), f.Entity, p.of())
		}
	}
}

// values looks up the fields whose values a kind looks at.
func (c *correlationCheck) values() {
	l, form := &c.Findings, c.Stub.Correlation
	switch {
	case c.ir.Kind.OfValues() && len(c.ir.Fields) == 0:
		l.Add(diag.ValueField, form.Type.Whole, "%s doesn't say whose values it looks at", c.ir.Kind).WithHelp("condition: {field: user, gte: 10}")
	case !c.ir.Kind.OfValues() && len(c.ir.Fields) > 0:
		l.Add(diag.ValueField, form.Condition.Field[0].Whole, "%s looks at no field's values", c.ir.Kind).
			WithHelp("leave field out, or write type: value_count")
	case c.ir.Kind.OfValues():
		number := func(f *telemetry.Field) string {
			if c.ir.Kind != ir.ValueCount && f.Type != ir.Int && f.Type != ir.Double {
				return "is " + f.Type.String() + ", and " + c.ir.Kind.String() + " takes numbers"
			}
			return ""
		}
		for _, t := range form.Condition.Field {
			c.same(t, diag.ValueField, number)
		}
	}
}

// sources looks up the logs that each rule is held to.
func (c *correlationCheck) sources() {
	names, l := c.partNames(), &c.Findings
	for _, e := range c.Stub.Correlation.Sources {
		i := slices.Index(names, e.Key.Value)
		if i < 0 {
			l.Add(diag.UnknownRule, e.Key.Whole, "the correlation has no rule %q", e.Key.Value).WithGuess(e.Key.Whole, e.Key.Value, names)
			continue
		}
		part := c.Correlation.Parts[i]
		if part.Correlation != nil {
			l.Add(diag.UnknownRef, e.Key.Whole, "%s is a correlation, and has no sources", e.Key.Value).WithHelp("say it in its own sources")
			continue
		}
		var known []string
		for _, s := range part.Schema.Sources {
			known = append(known, s.ID)
		}
		for _, t := range e.Value {
			if !slices.Contains(known, t.Value) {
				l.Add(diag.UnknownRef, t.Whole, "%s has no source %q", part.Schema.ID, t.Value).WithGuess(t.Whole, t.Value, known)
			}
		}
	}
}

// refs looks up the fields that an alert shows. They are the group's and those of any part: an analyst sees the events.
func (c *correlationCheck) refs() {
	known := slices.Clone(c.ir.GroupBy)
	for _, p := range c.Correlation.Parts {
		known = append(known, p.fieldNames()...)
	}
	ref := func(t text) {
		if !slices.Contains(known, t.Value) {
			c.Findings.Add(diag.UnknownRef, t.Whole, "no rule of the correlation has a field %q", t.Value).WithGuess(t.Whole, t.Value, known)
		}
	}
	for _, t := range slices.Concat(c.Alert.Fields, c.Alert.Suppress.By) {
		ref(t)
	}
	for _, at := range placeholder.FindAllStringSubmatchIndex(c.Alert.Summary.Value, -1) {
		ref(text{Value: c.Alert.Summary.Value[at[2]:at[3]], Whole: c.Alert.Summary.Span(at[2], at[3])})
	}
}
