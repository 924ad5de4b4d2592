package sql

import (
	"detc/compiler/backend"
	"detc/compiler/ir"
)

// column is where a field stands in a row.
func (w *correlator) column(c backend.Column) string {
	name, err := w.ident(c.Name)
	if err != nil {
		w.refuse("the column's name: %v", err)
	}
	return "e." + name
}

// time is a member's time in nanoseconds since 1970.
func (w *correlator) time(m backend.Member) string {
	c := m.Rule.Time
	switch {
	case c.Name == "":
		w.refuse("nothing says which column of %s is the time", m.Rule.Table)
		return "NULL"
	case c.List:
		w.refuse("the time %s is a list", c.Name)
		return "NULL"
	}
	v := w.column(c)
	if c.Stored == backend.JSON {
		var err error
		if v, err = w.scalar(v, c.Path); err != nil {
			w.refuse("%v", err)
		}
	}
	e := &emitter{dialect: w.dialect, rule: m.Rule}
	f := ir.Field{Name: c.Name, Type: ir.Timestamp, Unit: c.Unit}
	out, ok := e.read(&ir.Exists{Field: f}, c, f, v)
	if !ok || e.notes.Findings.HasErrors() {
		w.refuse("%s is stored as %s, which is no time", c.Name, c.Stored)
	}
	for _, l := range e.notes.Losses {
		w.lose(backend.Both, "%s", l.Reason)
	}
	if step := w.precise(); c.Stored == backend.Time && step > 1 {
		effect := backend.Both
		if w.grows() {
			effect = backend.Wider
		}
		w.lose(effect, "the engine's moments are cut to %d ns: a window reaches as much further back", step)
	}
	return out
}

// key is a group's value as text, to be compared exactly.
func (w *correlator) key(c backend.Column, j int) string { return w.keyText(c, j, w.column(c)) }

func (w *correlator) keyText(c backend.Column, j int, v string) string {
	return w.dialect.plain(w.text(c, "group-by "+w.c.GroupBy[j], v))
}

func (w *correlator) valueText(c backend.Column, j int, v string) string {
	return w.dialect.plain(w.text(c, w.c.Kind.String()+" of "+w.c.Fields[j], v))
}

// text is a raw value as the log writes it.
func (w *correlator) text(c backend.Column, clause, v string) string {
	text, lost, err := textOf(w.dialect, c, v)
	if err != nil {
		w.refuse("%s: %v", clause, err)
	}
	if lost != "" {
		w.lose(backend.Both, "%s: %s", clause, lost)
	}
	return text
}

// texts is the list of a column's values, as texts that of is made of.
func (w *correlator) texts(c backend.Column, of func(v string) string) string {
	column := w.column(c)
	switch {
	case c.Stored == backend.JSON:
		list, text, err := w.items(column, c.Path)
		if err != nil {
			w.refuse("%v", err)
			return column
		}
		return w.mapped(list, "z", func(v string) string { return of(text(v)) })
	case c.List:
		return w.mapped(column, "z", of)
	}
	return w.single(of(column))
}

// there is the condition that values are: of those that are reckoned with, that they are not so large that a sum overflows.
func (w *correlator) there(values []string) (out []string) {
	for _, v := range values {
		if w.c.Kind == ir.ValueCount {
			out = append(out, v+" IS NOT NULL")
		} else {
			out = append(out, "abs("+v+") <= 1e299")
		}
	}
	return out
}

// value is a value of a column that has one: its text where values are told apart, its number where they are reckoned with.
func (w *correlator) value(c backend.Column, j int, v string) string {
	if w.c.Kind == ir.ValueCount {
		return w.valueText(c, j, v)
	}
	clause := w.c.Kind.String() + " of " + w.c.Fields[j]
	switch {
	case c.Stored == backend.Number && c.Type == ir.Int:
		out := w.dialect.real(v)
		if whole, ok := w.wide(out); ok && w.whole() {
			return whole
		}
		return out
	case c.Stored == backend.Number:
		return v
	case c.Stored == backend.Text:
		return w.measure(v)
	}
	w.refuse("%s: %s is stored as %s, which is no number", clause, c.Name, c.Stored)
	return "NULL"
}

// measure is a text as what the kind looks at.
func (w *correlator) measure(v string) string {
	if w.c.Kind == ir.ValueCount {
		return v
	}
	return w.double(v)
}

// whole says that only whole numbers are added up, so that their sum can be one without rounding.
func (w *correlator) whole() bool {
	for _, m := range w.c.Members {
		for _, c := range m.Values {
			if c.Stored != backend.Number || c.Type != ir.Int || c.List {
				return false
			}
		}
	}
	for _, s := range w.tables {
		if !w.plain(s) {
			return false
		}
	}
	_, ok := w.wide("")
	return ok && (w.c.Kind == ir.ValueSum || w.c.Kind == ir.ValueAvg)
}
