package sql

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// events makes the part that the windows look at: a row an event and group, with its time t and its group's values k0, k1…
// Where the kind asks which rules an event matches it has a flag for each, f0, f1…; of the value kinds it has a row for each
// value, v0, v1…
func (w *correlator) events() string {
	var all []string
	for _, s := range w.tables {
		if w.plain(s) {
			all = append(all, w.plainScan(s))
		} else {
			all = append(all, w.listScan(s))
		}
	}
	return w.part("events", strings.Join(all, " UNION ALL "))
}

// flags are the names of the flags.
func (w *correlator) flags() []string {
	if k := w.c.Kind; k == ir.Temporal || k == ir.TemporalOrdered || k == ir.Absence && len(w.c.Rules) == 2 {
		return numbered("f", len(w.c.Rules))
	}
	return nil
}

func (w *correlator) values() []string { return numbered("v", len(w.c.Fields)) }

// plain says that a row of the table is in one group by one value, the same by each of the members.
func (w *correlator) plain(s scan) bool {
	first := w.c.Members[s.slots[0]]
	several := func(c backend.Column) bool { return c.List || c.Stored == backend.JSON }
	for _, slot := range s.slots {
		m := w.c.Members[slot]
		if !slices.EqualFunc(m.Keys, first.Keys, sameColumn) || !slices.EqualFunc(m.Values, first.Values, sameColumn) {
			return false
		}
	}
	return !slices.ContainsFunc(first.Keys, several) && !slices.ContainsFunc(first.Values, several)
}

// from is the table with what of its rows the members match, as 0 or 1 for each: a condition of the whole where it is one.
func (w *correlator) from(s scan) (matched []string, from string) {
	table, err := w.table(s.table)
	if err != nil {
		w.refuse("the table's name: %v", err)
	}
	from = table + " AS e"
	if len(s.slots) == 1 {
		return []string{"1"}, from + " WHERE " + bare(w.where(s.slots[0]))
	}
	for _, slot := range s.slots {
		matched = append(matched, "CASE WHEN "+w.where(slot)+" THEN 1 ELSE 0 END")
	}
	return matched, from
}

// judged is the condition that an event is in time and its group there. Times whose window would lead out of the
// nanoseconds that 64 bits count have none. It names the part r, since ClickHouse takes a bare name for what the SELECT calls so.
func (w *correlator) judged(there []string) string {
	within := int64(w.c.Within)
	out := fmt.Sprintf("r.t BETWEEN %d AND %d", math.MinInt64+1+within, latest-within-1)
	for _, n := range there {
		out += " AND r." + n + " IS NOT NULL"
	}
	return out
}

// plainScan reads a table once.
func (w *correlator) plainScan(s scan) string {
	matched, from := w.from(s)
	m := w.c.Members[s.slots[0]]
	inner := []string{w.time(m) + " AS t"}
	for j, c := range m.Keys {
		inner = append(inner, w.key(c, j)+" AS "+w.keys()[j])
	}
	for j, c := range m.Values {
		inner = append(inner, w.value(c, j, w.column(c))+" AS "+w.values()[j])
	}
	flags := slices.Repeat([]string{"0"}, len(w.c.Rules))
	cond := strings.Join(append([]string{w.judged(w.keys())}, w.there(of("r", w.values()))...), " AND ")
	if len(s.slots) == 1 {
		flags[s.slots[0]] = "1"
	} else {
		var any []string
		for i, slot := range s.slots {
			flags[slot] = fmt.Sprintf("r.m%d", i)
			inner = append(inner, matched[i]+fmt.Sprintf(" AS m%d", i))
			any = append(any, flags[slot])
		}
		cond = strings.Join(any, " + ") + " > 0 AND " + cond
	}
	outer := append([]string{w.moment64("r.t") + " AS t"}, aliased("r", w.keys())...)
	for i, f := range w.flags() {
		outer = append(outer, flags[i]+" AS "+f)
	}
	return "SELECT " + list(outer, aliased("r", w.values())) + " FROM (SELECT " + list(inner) + " FROM " + from + ") AS r WHERE " + cond
}

// listScan reads a table once whose rows may be in several groups, or in another by each member. Its rows are numbered, so
// that one that comes to a group twice is one event there.
func (w *correlator) listScan(s scan) string {
	matched, from := w.from(s)
	inner := []string{"ROW_NUMBER() OVER () AS i", w.time(w.c.Members[s.slots[0]]) + " AS t"}
	for i, slot := range s.slots {
		m := w.c.Members[slot]
		inner = append(inner, matched[i]+fmt.Sprintf(" AS m%d", i))
		for j, c := range m.Keys {
			inner = append(inner, w.texts(c, func(v string) string { return w.keyText(c, j, v) })+fmt.Sprintf(" AS k%d_%d", j, i))
		}
		for j, c := range m.Values {
			inner = append(inner, w.texts(c, func(v string) string { return w.valueText(c, j, v) })+fmt.Sprintf(" AS v%d_%d", j, i))
		}
	}
	grouped := w.grouped(s, "(SELECT "+list(inner)+" FROM "+from+") AS r")
	if !w.c.Kind.OfValues() {
		outer := append([]string{w.moment64("g.t") + " AS t"}, aliased("g", w.keys())...)
		for slot, f := range w.flags() {
			outer = append(outer, fmt.Sprintf("MAX(CASE WHEN g.s = %d THEN 1 ELSE 0 END) AS %s", slot, f))
		}
		return "SELECT " + list(outer) + " FROM (" + grouped + ") AS g GROUP BY " + list([]string{"g.i", "g.t"}, of("g", w.keys()))
	}
	return w.measured(s, grouped)
}

// measured is the groups' rows with a row for each value. An event that several rules match has the values of the first that
// has some.
func (w *correlator) measured(s scan, grouped string) string {
	from, names := "("+grouped+") AS g", []string(nil)
	for j, name := range w.values() {
		more, v := w.spread("g."+name, fmt.Sprintf("y%d", j))
		from += more
		names = append(names, w.measure(v)+" AS "+name)
	}
	inside := list([]string{"g.i AS i", "g.t AS t", "g.s AS s"}, aliased("g", w.keys()), names)
	found := "(SELECT " + inside + " FROM " + from + ") AS h WHERE " + strings.Join(w.there(of("h", w.values())), " AND ")
	outer := list([]string{w.moment64("h.t") + " AS t"}, aliased("h", slices.Concat(w.keys(), w.values())))
	if len(s.slots) == 1 {
		return "SELECT " + outer + " FROM " + found
	}
	first := "MIN(h.s) OVER (PARTITION BY " + list([]string{"h.i"}, of("h", w.keys())) + ") AS first"
	return "SELECT " + outer + " FROM (SELECT " + list(aliased("h", slices.Concat([]string{"t", "s"}, w.keys(), w.values())), []string{first}) +
		" FROM " + found + ") AS h WHERE h.s = h.first"
}

// aliased are columns of a part by their own names.
func aliased(part string, names []string) []string {
	out := of(part, names)
	for i, n := range names {
		out[i] += " AS " + n
	}
	return out
}

// grouped is the rows with each group that they are in, by each member s, once.
func (w *correlator) grouped(s scan, rows string) string {
	which := func(name string) string {
		if len(s.slots) == 1 {
			return "r." + name + "_0"
		}
		out := "CASE p.s"
		for i, slot := range s.slots[:len(s.slots)-1] {
			out += fmt.Sprintf(" WHEN %d THEN r.%s_%d", slot, name, i)
		}
		return out + fmt.Sprintf(" ELSE r.%s_%d END", name, len(s.slots)-1)
	}
	from, s1, cond := rows, fmt.Sprint(s.slots[0]), ""
	if len(s.slots) > 1 {
		var slots []string
		match := "CASE p.s"
		for i, slot := range s.slots {
			slots = append(slots, fmt.Sprintf("SELECT %d AS s", slot))
			match += fmt.Sprintf(" WHEN %d THEN r.m%d", slot, i)
		}
		from, s1, cond = from+" CROSS JOIN ("+strings.Join(slots, " UNION ALL ")+") AS p", "p.s", match+" ELSE 0 END = 1 AND "
	}
	out := []string{"r.i AS i", "r.t AS t", s1 + " AS s"}
	for j, k := range w.keys() {
		more, v := w.spread(which(k), fmt.Sprintf("x%d", j))
		from += more
		out = append(out, v+" AS "+k)
	}
	for _, v := range w.values() {
		out = append(out, which(v)+" AS "+v)
	}
	inside := "SELECT DISTINCT " + list(out) + " FROM " + from
	if cond != "" {
		inside += " WHERE " + strings.TrimSuffix(cond, " AND ")
	}
	return "SELECT * FROM (" + inside + ") AS r WHERE " + w.judged(w.keys())
}
