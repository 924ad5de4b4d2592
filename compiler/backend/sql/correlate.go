package sql

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Correlate makes a SELECT of a row a firing: the group's values by their names in GroupBy, firing_time in nanoseconds
// since 1970, and firing_number, which Having was asked about. A table has no order of arrival. Where that can't change
// when a group fires, the rows of one time and group are judged together, after the last of them, and give one row; where
// it can, a loss says so.
func (t *target) Correlate(c *backend.Correlation) (backend.Query, diag.List) {
	w := &correlator{dialect: t.d, c: c}
	if why := w.says(); why != "" {
		w.refuse("%s", why)
		return backend.Query{}, w.found
	}
	w.name()
	w.scans()
	text := w.firings(w.events())
	if most := t.d.longest(); len(text) > most && !w.found.HasErrors() {
		w.found.Add(diag.QueryTooLong, c.Span, "the query has %d bytes; %s takes %d", len(text), t.Name(), most).
			WithHelp("put long lists of values into a context table")
	}
	if w.found.HasErrors() {
		return backend.Query{}, w.found
	}
	return backend.Query{Text: text, Losses: w.losses, Needs: w.needs}, w.found
}

// A correlator writes one correlation.
type correlator struct {
	dialect
	c      *backend.Correlation
	tables []scan
	prefix string   // of the names of the parts
	parts  []string // the queries before the last, as WITH has them
	losses []backend.Loss
	needs  []ir.Table
	found  diag.List
}

// A scan is the members that read one table, by their places in the correlation: a row of it is one event, whichever of
// them it matches.
type scan struct {
	table string
	slots []int
}

// latest is the last moment that nanoseconds since 1970 reach.
const latest = math.MaxInt64

// says is why the correlation can't be said; empty where it can.
func (w *correlator) says() string {
	switch why := w.c.Lacks(); {
	case why != "":
		return why
	case w.c.Within > latest/2:
		return fmt.Sprintf("its timespan is %s", w.c.Within)
	case w.c.Kind == ir.ValuePercentile && w.rank() == nil:
		return fmt.Sprintf("the percentile %v has more than nine digits after the point", w.c.Percentile)
	}
	return ""
}

// refuse says that the dialect can't say the correlation.
func (w *correlator) refuse(format string, args ...any) {
	var n backend.Notes
	n.RefuseOf(w.dialect.name(), w.c, format, args...)
	w.found = append(w.found, n.Findings...)
}

// lose notes a loss of the correlation.
func (w *correlator) lose(effect backend.Effect, format string, args ...any) {
	w.loses(backend.Loss{Span: w.c.Span, Clause: w.c.Clause(), Reason: fmt.Sprintf(format, args...), Effect: effect})
}

func (w *correlator) loses(l backend.Loss) {
	if !slices.Contains(w.losses, l) {
		w.losses = append(w.losses, l)
	}
}

// name chooses a beginning for the names of the parts that no table's name has: a part would hide the table.
func (w *correlator) name() {
	w.prefix = "firing_"
	taken := func(m backend.Member) bool {
		return strings.HasPrefix(strings.ToLower(m.Rule.Table), w.prefix)
	}
	for slices.ContainsFunc(w.c.Members, taken) {
		w.prefix += "_"
	}
}

// part puts a query before the last and gives the name by which it is asked.
func (w *correlator) part(name, text string) string {
	w.parts = append(w.parts, w.prefix+name+" AS ("+text+")")
	return w.prefix + name
}

// scans sorts the members by their tables.
func (w *correlator) scans() {
	for slot, m := range w.c.Members {
		i := slices.IndexFunc(w.tables, func(s scan) bool { return s.table == m.Rule.Table })
		if i < 0 {
			i = len(w.tables)
			w.tables = append(w.tables, scan{table: m.Rule.Table})
		}
		w.tables[i].slots = append(w.tables[i].slots, slot)
		if first := w.c.Members[w.tables[i].slots[0]].Rule.Time; !sameColumn(first, m.Rule.Time) {
			w.refuse("the rows of %s have two times: %s and %s", m.Rule.Table, first.Name, m.Rule.Time.Name)
		}
	}
}

func sameColumn(a, b backend.Column) bool {
	return a.Name == b.Name && a.Stored == b.Stored && a.Type == b.Type && a.Unit == b.Unit && a.List == b.List && slices.Equal(a.Path, b.Path)
}

// where is a member's rule as a condition. What the rule loses is turned into what the correlation loses.
func (w *correlator) where(slot int) string {
	m := w.c.Members[slot]
	e := &emitter{dialect: w.dialect, rule: m.Rule}
	text := ir.Visit[string](m.Rule.Where, e)
	q, found := e.notes.Done(m.Rule, text)
	w.found = append(w.found, found...)
	for _, l := range q.Losses {
		l.Effect = w.effect(slot, l.Effect)
		w.loses(l)
	}
	for _, n := range q.Needs {
		if !slices.Contains(w.needs, n) {
			w.needs = append(w.needs, n)
		}
	}
	return text
}

// grows says that more events never undo a firing: the number only rises with them, and the bounds ask for no less.
func (w *correlator) grows() bool { return w.c.Fewer() == backend.Narrower }

// effect is what a loss of a member's rows is to the firings.
func (w *correlator) effect(slot int, e backend.Effect) backend.Effect {
	switch {
	case w.c.Kind != ir.Absence || len(w.c.Rules) != 2:
		return w.c.Carried(e)
	case slot == 0:
		return e
	}
	return e.Turned()
}

// keys are the names of the group's columns in every part.
func (w *correlator) keys() []string { return numbered("k", len(w.c.GroupBy)) }

func numbered(name string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%d", name, i)
	}
	return out
}

// list is a list of expressions, of which some may be empty.
func list(parts ...[]string) string { return strings.Join(slices.Concat(parts...), ", ") }

// of gives each name the part that it is of.
func of(part string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = part + "." + n
	}
	return out
}
