package esql

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Names of the query's own, which no index should have.
const (
	ownKey    = "detc_k" // a group's value, with its number
	ownValue  = "detc_v" // of a value kind: a value, with its number
	ownFlag   = "detc_f" // of temporal: 1 where a rule finds the row
	ownWindow = "detc_window"
	ownLast   = "detc_last"
	ownStart  = "detc_start"
	firesAt   = "firing_time"
	firesWith = "firing_number"
)

// Correlate makes a query of a row for each group and window that fires: the group's values by their names in GroupBy,
// firing_time, that of the last event of the window, and firing_number, which Having was asked about. Windows lie side by
// side (Elastic, "ES|QL grouping functions": BUCKET); a group of several values is in the group of each ("STATS").
func (Target) Correlate(c *backend.Correlation) (backend.Query, diag.List) {
	w := &correlator{emitter: &emitter{}, c: c}
	if why := w.says(); why != "" {
		w.RefuseOf(title, c, "%s", why)
		return w.DoneOf(c, "")
	}
	stages := w.events()
	stages = append(stages, w.groups()...)
	stages = append(stages, w.stats()...)
	stages = append(stages, w.names()...)
	text := strings.Join(stages, " | ")
	if len(text) > maxQuery && !w.Findings.HasErrors() {
		w.Findings.Add(diag.QueryTooLong, c.Span, "the query has %d characters, and ES|QL takes %d", len(text), maxQuery)
	}
	return w.DoneOf(c, text)
}

// A correlator writes one correlation.
type correlator struct {
	*emitter
	c     *backend.Correlation
	rules []node // the members' rules
}

// says is why the correlation can't be said; empty where it can.
func (w *correlator) says() string {
	c := w.c
	switch {
	case c.Kind == ir.TemporalOrdered || c.Kind == ir.Absence && len(c.Rules) > 1:
		return "STATS counts what is in a window and doesn't ask what came after what"
	case c.Within <= 0 || c.Within%time.Millisecond != 0:
		return "a window has whole milliseconds, and one at least"
	}
	if why := c.Lacks(); why != "" {
		return why
	}
	at := c.Members[0].Rule.Time
	for _, m := range c.Members {
		switch t := m.Rule.Time; {
		case t.Name == "" || t.Stored != backend.Time || t.List:
			return fmt.Sprintf("the index of %s has no date that says when", m.Rule.Name)
		case t.Name != at.Name:
			return fmt.Sprintf("the rows have two times, %s and %s", at.Name, t.Name)
		}
	}
	if !c.SamePrepared() {
		return "its rules need different stages before their names are there"
	}
	return ""
}

// events reads the indices and keeps what any of the rules finds.
func (w *correlator) events() []string {
	first := w.c.Members[0].Rule
	var indices []string
	full := false
	for _, m := range w.c.Members {
		if i := index(cmp.Or(m.Rule.Table, "*")); !slices.Contains(indices, i) {
			indices = append(indices, i)
		}
		one := &emitter{r: m.Rule}
		n := ir.Visit[node](m.Rule.Where, one)
		w.Findings = append(w.Findings, one.Findings...)
		for _, l := range one.Losses {
			l.Effect = w.c.Carried(l.Effect)
			w.Losses = append(w.Losses, l)
		}
		if m.Rule.Prepare == "" {
			n = joined("AND", append(places(m.Rule), n), always())
		}
		full = full || n.full
		w.rules = append(w.rules, n)
	}
	if len(indices) > 1 {
		w.LoseOf(w.c, w.c.Carried(backend.Wider), "a row of one index that the rule of another would find counts, too")
	}
	if full && (w.flagged() || w.c.Kind == ir.FirstSeen) {
		w.RefuseOf(title, w.c, "a query string finds rows and says nothing of one, and stands before every other stage")
	}
	stages := []string{"FROM " + strings.Join(indices, ",")}
	if first.Prepare != "" {
		if p := places(first); len(p) > 0 {
			stages = append(stages, "WHERE "+joined("AND", p, always()).text)
		}
		stages = append(stages, first.Prepare)
	}
	if w.c.Kind == ir.FirstSeen {
		stages = append(stages, "INLINE STATS "+ownStart+" = MIN("+name(first.Time.Name)+")")
	}
	return append(stages, "WHERE "+joined("OR", w.rules, never()).text)
}

// flagged says that a stage asks of a row which rules find it.
func (w *correlator) flagged() bool {
	if w.c.Kind == ir.Temporal {
		return true
	}
	for i := range w.c.GroupBy {
		if !w.same(func(m backend.Member) backend.Column { return m.Keys[i] }) {
			return true
		}
	}
	for i := range w.c.Fields {
		if !w.same(func(m backend.Member) backend.Column { return m.Values[i] }) {
			return true
		}
	}
	return false
}

// same says that a name stands in the same column for all rules.
func (w *correlator) same(of func(m backend.Member) backend.Column) bool {
	for _, m := range w.c.Members {
		if of(m).Name != of(w.c.Members[0]).Name {
			return false
		}
	}
	return true
}

// groups gives the group's values, the numbers and the rules names of the query's own, and drops what lacks one.
func (w *correlator) groups() (stages []string) {
	var names, there []string
	add := func(own string, j int, of func(m backend.Member) backend.Column, read func(c backend.Column) string) {
		own += strconv.Itoa(j)
		names, there = append(names, own+" = "+w.stands(of, read)), append(there, own+" IS NOT NULL")
	}
	for j := range w.c.GroupBy {
		add(ownKey, j, func(m backend.Member) backend.Column { return m.Keys[j] }, w.text)
	}
	for j := range w.c.Fields {
		read := w.text
		if w.c.Kind != ir.ValueCount {
			read = w.number
		}
		add(ownValue, j, func(m backend.Member) backend.Column { return m.Values[j] }, read)
	}
	if w.c.Kind == ir.Temporal {
		for i, n := range w.rules {
			names = append(names, fmt.Sprintf("%s%d = CASE(%s, 1, 0)", ownFlag, i, n.text))
		}
	}
	if len(names) > 0 {
		stages = append(stages, "EVAL "+strings.Join(names, ", "))
	}
	if len(there) > 0 {
		stages = append(stages, "WHERE "+strings.Join(there, " AND "))
	}
	return stages
}

// stands is what a name stands for, of each rule its own.
func (w *correlator) stands(of func(m backend.Member) backend.Column, read func(c backend.Column) string) string {
	if w.same(of) {
		return read(of(w.c.Members[0]))
	}
	w.LoseOf(w.c, backend.Both, "an event of several rules is in the group, and has the value, of the first of them")
	var parts []string
	for i, m := range w.c.Members {
		parts = append(parts, w.rules[i].text, read(of(m)))
	}
	return "CASE(" + strings.Join(parts, ", ") + ")"
}

func (w *correlator) text(c backend.Column) string {
	switch c.Stored {
	case backend.Text, backend.TimeText:
		return name(c.Name)
	case backend.Address:
		w.LoseOf(w.c, backend.Both, "the index holds addresses, not how they were spelt")
	case backend.Number, backend.Bool:
		if c.Type == ir.Double {
			w.LoseOf(w.c, backend.Both, "the text of a number with a fraction is the index's, not the log's")
		}
	default:
		w.RefuseOf(title, w.c, "the index holds %s as %s, not as text", c.Name, c.Stored)
	}
	return "TO_STRING(" + name(c.Name) + ")"
}

func (w *correlator) number(c backend.Column) string {
	switch c.Stored {
	case backend.Number:
		return name(c.Name)
	case backend.Text:
		w.LoseOf(w.c, backend.Both, moreSpelt, c.Name)
		return "TO_DOUBLE(" + name(c.Name) + ")"
	}
	w.RefuseOf(title, w.c, "the index holds %s as %s, which is no number", c.Name, c.Stored)
	return name(c.Name)
}

// own are the query's own names of one kind.
func own(name string, n int) (out []string) {
	for i := range n {
		out = append(out, name+strconv.Itoa(i))
	}
	return out
}

// by is what STATS groups by.
func by(names ...string) string {
	if len(names) == 0 {
		return ""
	}
	return " BY " + strings.Join(names, ", ")
}

// stats counts and asks the bounds.
func (w *correlator) stats() (stages []string) {
	at, keys := name(w.c.Members[0].Rule.Time.Name), own(ownKey, len(w.c.GroupBy))
	switch w.c.Kind {
	case ir.Absence:
		w.LoseOf(w.c, backend.Narrower, "only a group's last silence is found, not those that it has broken")
		return []string{"STATS " + ownLast + " = MAX(" + at + ")" + by(keys...),
			"EVAL " + firesAt + " = " + ownLast + " + " + span(w.c.Within) + ", " + firesWith + " = 0", "WHERE " + firesAt + " <= NOW()"}
	case ir.FirstSeen:
		w.LoseOf(w.c, backend.Narrower, "only a group's first event of all is found, not the one that comes after it was forgotten")
		return []string{"STATS " + firesAt + " = MIN(" + at + "), " + ownStart + " = MIN(" + ownStart + ")" + by(keys...),
			"EVAL " + firesWith + " = 0", "WHERE " + firesAt + " >= " + ownStart + " + " + span(w.c.Within)}
	}
	w.windows()
	bucket := ownWindow + " = BUCKET(" + at + ", " + span(w.c.Within) + ")"
	stages = w.counts(at, bucket, keys)
	ops := [...]string{">", ">=", "<", "<=", "==", "!="}
	var bounds []string
	for _, b := range w.c.Having {
		bounds = append(bounds, firesWith+" "+ops[b.Op]+" "+number(ir.DoubleValue(b.Value)))
	}
	if len(w.c.Having) == 0 && w.c.Kind == ir.Temporal {
		bounds = append(bounds, fmt.Sprintf("%s == %d", firesWith, len(w.c.Rules)))
	}
	if len(bounds) > 0 {
		stages = append(stages, "WHERE "+strings.Join(bounds, " AND "))
	}
	return stages
}

// counts makes the number of each window.
func (w *correlator) counts(at, bucket string, keys []string) []string {
	grouped := append([]string{bucket}, keys...)
	last := firesAt + " = MAX(" + at + "), "
	switch w.c.Kind {
	case ir.ValueCount: // COUNT_DISTINCT only estimates
		return []string{"STATS " + ownLast + " = MAX(" + at + ")" + by(append(grouped, own(ownValue, len(w.c.Fields))...)...),
			"STATS " + firesAt + " = MAX(" + ownLast + "), " + firesWith + " = COUNT(*)" + by(append([]string{ownWindow}, keys...)...)}
	case ir.ValueSum:
		return []string{"STATS " + last + firesWith + " = SUM(" + ownValue + "0)" + by(grouped...)}
	case ir.ValueAvg:
		return []string{"STATS " + last + firesWith + " = AVG(" + ownValue + "0)" + by(grouped...)}
	case ir.ValuePercentile:
		p := strconv.FormatFloat(w.c.Percentile, 'f', -1, 64)
		return []string{"STATS " + last + firesWith + " = PERCENTILE(" + ownValue + "0, " + p + ")" + by(grouped...)}
	case ir.Temporal:
		flags := own(ownFlag, len(w.c.Rules))
		var seen []string
		for _, f := range flags {
			seen = append(seen, f+" = MAX("+f+")")
		}
		return []string{"STATS " + last + strings.Join(seen, ", ") + by(grouped...), "EVAL " + firesWith + " = " + strings.Join(flags, " + ")}
	}
	return []string{"STATS " + last + firesWith + " = COUNT(*)" + by(grouped...)}
}

// windows says what windows that lie side by side lose.
func (w *correlator) windows() {
	if w.c.Kind > ir.ValueCount && w.c.Kind < ir.Temporal {
		w.LoseOf(w.c, backend.Both, "ES|QL adds doubles with rounding, and estimates percentiles")
	}
	w.LoseOf(w.c, w.c.Carried(backend.Narrower), "windows of %s lie side by side in place of one up to each event, and each fires once, with its last event", span(w.c.Within))
}

// names gives the group's values their names.
func (w *correlator) names() (stages []string) {
	var renamed, kept []string
	for j, g := range w.c.GroupBy {
		renamed, kept = append(renamed, ownKey+strconv.Itoa(j)+" AS "+name(g)), append(kept, name(g))
	}
	if len(renamed) > 0 {
		stages = append(stages, "RENAME "+strings.Join(renamed, ", "))
	}
	return append(stages, "KEEP "+strings.Join(append(kept, firesAt, firesWith), ", "))
}

// span is a length of time in the largest unit that it is a whole number of (Elastic, "ES|QL time spans").
func span(d time.Duration) string {
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"hours", time.Hour}, {"minutes", time.Minute}, {"seconds", time.Second}} {
		if d%u.d == 0 {
			return strconv.FormatInt(int64(d/u.d), 10) + " " + u.name
		}
	}
	return strconv.FormatInt(int64(d/time.Millisecond), 10) + " milliseconds"
}
