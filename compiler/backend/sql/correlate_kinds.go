package sql

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// over is a window's words: the rows of some columns' values, in an order, and which of them.
func over(by []string, order, frame string) string {
	var out []string
	if len(by) > 0 {
		out = append(out, "PARTITION BY "+list(by))
	}
	if order != "" {
		out = append(out, "ORDER BY "+order)
	}
	if frame != "" {
		out = append(out, frame)
	}
	return " OVER (" + strings.Join(out, " ") + ")"
}

const (
	toHere   = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
	before   = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
	withLast = "ROWS BETWEEN 1 PRECEDING AND CURRENT ROW"
	withNext = "ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING"
	tillNow  = "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
)

// firings is the whole query over the events.
func (w *correlator) firings(events string) string {
	w.ties()
	switch w.c.Kind {
	case ir.EventCount:
		return w.counted(events)
	case ir.ValueCount:
		return w.distinct(events)
	case ir.ValueSum, ir.ValueAvg:
		return w.summed(events)
	case ir.ValuePercentile:
		return w.ranked(events)
	case ir.Temporal:
		return w.together(events)
	case ir.TemporalOrdered:
		return w.inOrder(events)
	case ir.Absence:
		if len(w.c.Rules) == 2 {
			return w.absent(events)
		}
		return w.quiet(events)
	}
	return w.firstSeen(events)
}

// ties says what is lost where events of one time and group have an order of arrival.
func (w *correlator) ties() {
	switch {
	case w.c.Kind == ir.TemporalOrdered:
		effect := backend.Wider
		if !w.grows() || len(w.tables) < len(w.c.Rules) {
			effect = backend.Both
		}
		w.lose(effect, "events of one time are taken in the order of the rules, since a table has no order of arrival")
	case w.c.Kind == ir.Absence && len(w.c.Rules) == 2:
		w.lose(backend.Wider, "an event of %s at the very time of one of %s is not after it, since a table has no order of arrival", w.c.Rules[1].Name, w.c.Rules[0].Name)
	case w.c.Kind < ir.Absence && w.c.Kind != ir.EventCount && !w.grows():
		w.lose(backend.Narrower, "events of one time are judged after the last of them only, since a table has no order of arrival")
	}
}

// done is the query: the parts, then the firings out of the last of them.
func (w *correlator) done(distinct bool, time, number, from, where string) string {
	out := "WITH " + strings.Join(w.parts, ", ") + " SELECT "
	if distinct {
		out += "DISTINCT "
	}
	used := map[string]bool{"firing_time": true, "firing_number": true}
	for j, k := range w.keys() {
		name := w.c.GroupBy[j]
		for used[strings.ToLower(name)] {
			name += "_"
		}
		used[strings.ToLower(name)] = true
		quoted, err := w.ident(name)
		if err != nil {
			w.refuse("the name of a group's value: %v", err)
		}
		out += k + " AS " + quoted + ", "
	}
	return out + time + " AS firing_time, " + number + " AS firing_number FROM " + from + where
}

// having is the condition on the number n, as WHERE; empty where there is none.
func (w *correlator) having(more ...string) string {
	ops := [...]string{">", ">=", "<", "<=", "=", "<>"}
	for _, b := range w.c.Having {
		more = append(more, "n "+ops[b.Op]+" "+bound(b.Value))
	}
	if len(w.c.Having) == 0 && (w.c.Kind == ir.Temporal || w.c.Kind == ir.TemporalOrdered) {
		more = append(more, fmt.Sprintf("n >= %d", len(w.c.Rules)))
	}
	if len(more) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(more, " AND ")
}

// bound is a number as it is read best.
func bound(x float64) string {
	if n := int64(x); x > -1e15 && x < 1e15 && float64(n) == x {
		if n < 0 {
			return fmt.Sprintf("(%d)", n)
		}
		return strconv.FormatInt(n, 10)
	}
	return number(x)
}

// steps are rows twice: as a step up when they come, and as one down when the window has left them behind, a moment after the
// timespan is over. What is added up over them until a moment is what the window up to it holds. No two rows are held
// against each other, however many the window has, and no engine is asked for a range of its own (ClickHouse's has 32 bits).
func (w *correlator) steps(from string, columns ...string) string {
	columns = slices.Concat(w.keys(), columns)
	return w.part("steps", "SELECT "+list([]string{"t"}, columns, []string{"1 AS step"})+" FROM "+from+
		" UNION ALL SELECT "+list([]string{fmt.Sprintf("t + %d AS t", int64(w.c.Within)+1)}, columns, []string{"-1 AS step"})+" FROM "+from)
}

// held is what the window holds of an expression.
func (w *correlator) held(x string) string { return "SUM(" + x + ")" + over(w.keys(), "t", tillNow) }

// counted counts the rows of the window less those of the same time that come later, in whatever order they are taken:
// which of them is which makes no difference to the count.
func (w *correlator) counted(events string) string {
	steps, same := w.steps(events), slices.Concat(w.keys(), []string{"t"})
	n := w.held("step") + " - SUM(CASE WHEN step = 1 THEN 1 ELSE 0 END)" + over(same, "", "") + " + ROW_NUMBER()" + over(same, "step DESC", "")
	from := w.part("counts", "SELECT "+list([]string{"t"}, w.keys(), []string{"step", n + " AS n"})+" FROM "+steps)
	return w.done(false, "t", "n", from, w.having("step = 1"))
}

// moments are the times at which a group has events, each once, with more of each.
func (w *correlator) moments(events string, more ...string) string {
	at := slices.Concat([]string{"t"}, w.keys())
	columns := list(aliased("o", at), more)
	return w.part("moments", "SELECT "+columns+" FROM "+events+" AS o GROUP BY "+list(of("o", at)))
}

// distinct counts the values by when they come and go: as steps, but that a value that comes again goes then.
func (w *correlator) distinct(events string) string {
	within := int64(w.c.Within)
	at := slices.Concat([]string{"t"}, w.keys())
	values := w.part("values", "SELECT DISTINCT "+list(at, w.values())+" FROM "+events)
	again := "MAX(t)" + over(slices.Concat(w.keys(), w.values()), "t", withNext) + " AS again"
	spans := w.part("spans", "SELECT "+list(at, []string{again})+" FROM "+values)
	gone := fmt.Sprintf("CASE WHEN again > t AND again <= t + %d THEN again ELSE t + %d END AS t", within, within+1)
	steps := w.part("steps", "SELECT "+list(at, []string{"1 AS step"})+" FROM "+spans+" UNION ALL SELECT "+list([]string{gone}, w.keys(), []string{"-1 AS step"})+" FROM "+spans)
	from := w.part("counts", "SELECT "+list(at, []string{"step", w.held("step") + " AS n"})+" FROM "+steps)
	return w.done(true, "t", "n", from, w.having("step = 1"))
}

// summed adds up the values, and divides for the mean.
func (w *correlator) summed(events string) string {
	if w.whole() {
		steps := w.steps(w.moments(events, "SUM(o.v0) AS total", "COUNT(*) AS many"), "total", "many")
		n := w.dialect.real(w.held("step * total"))
		if w.c.Kind == ir.ValueAvg {
			n += " / NULLIF(" + w.held("step * many") + ", 0)" // it is 0 where the window runs empty
		}
		from := w.part("sums", "SELECT "+list([]string{"t"}, w.keys(), []string{"step", n + " AS n"})+" FROM "+steps)
		return w.done(false, "t", "n", from, w.having("step = 1"))
	}
	// What is added and taken away again leaves something behind of doubles, so each window is added up by itself.
	w.lose(backend.Both, "the engine adds doubles with rounding: a sum that is a hair from the bound may be on its other side")
	at := slices.Concat([]string{"t"}, w.keys())
	if !w.ranges() {
		sum := map[ir.CorrelationKind]string{ir.ValueSum: "SUM", ir.ValueAvg: "AVG"}[w.c.Kind] + "(b.v0) AS n"
		from := w.part("sums", "SELECT "+list(aliased("a", at), []string{sum})+w.windows(events)+" GROUP BY "+list(of("a", at)))
		return w.done(false, "t", "n", from, w.having())
	}
	window := over(w.keys(), "t", fmt.Sprintf("RANGE BETWEEN %d PRECEDING AND CURRENT ROW", int64(w.c.Within)))
	n := "SUM(total)" + window
	if w.c.Kind == ir.ValueAvg {
		n += " / SUM(many)" + window
	}
	from := w.part("sums", "SELECT "+list(at, []string{n + " AS n"})+" FROM "+w.moments(events, "SUM(o.v0) AS total", "COUNT(*) AS many"))
	return w.done(false, "t", "n", from, w.having())
}

// windows are the moments a, each with every event b of its window.
func (w *correlator) windows(events string) string {
	moments := w.moments(events)
	var same []string
	for _, k := range w.keys() {
		same = append(same, "a."+k+" = b."+k)
	}
	join := " CROSS JOIN " + events + " AS b"
	if len(same) > 0 {
		join = " JOIN " + events + " AS b ON " + strings.Join(same, " AND ")
	}
	return " FROM " + moments + " AS a" + join + fmt.Sprintf(" WHERE b.t BETWEEN a.t - %d AND a.t", int64(w.c.Within))
}

// rank is the percentile as a fraction, of its decimal text; nil where it is none, or one of more digits than count.
func (w *correlator) rank() *big.Rat {
	p := w.c.Percentile
	if !(p > 0 && p <= 100) {
		return nil
	}
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(p, 'f', -1, 64))
	if !ok || r.Denom().Cmp(big.NewInt(1e9)) > 0 {
		return nil
	}
	return r.Quo(r, big.NewRat(100, 1))
}

// ranked puts the values of each window in order and takes the nearest rank: the least that is no less than the percentile
// of how many there are.
func (w *correlator) ranked(events string) string {
	at := slices.Concat([]string{"t"}, w.keys())
	group := of("a", at)
	columns := list(aliased("a", at), []string{"b.v0 AS n", "ROW_NUMBER()" + over(group, "b.v0", "") + " AS place", "COUNT(*)" + over(group, "", "") + " AS many"})
	ranks := w.part("ranks", "SELECT "+columns+w.windows(events))
	num, den := w.rank().Num(), w.rank().Denom()
	place := fmt.Sprintf("place * %s >= many * %s AND (place - 1) * %s < many * %s", den, num, den, num)
	return w.done(false, "t", "n", ranks, w.having(place))
}

// together counts the rules of which the window has an event.
func (w *correlator) together(events string) string {
	var flags, seen []string
	for _, f := range w.flags() {
		flags = append(flags, "MAX(o."+f+") AS "+f)
		seen = append(seen, "CASE WHEN "+w.held("step * "+f)+" > 0 THEN 1 ELSE 0 END")
	}
	steps := w.steps(w.moments(events, flags...), w.flags()...)
	from := w.part("counts", "SELECT "+list([]string{"t"}, w.keys(), []string{"step", strings.Join(seen, " + ") + " AS n"})+" FROM "+steps)
	return w.done(false, "t", "n", from, w.having("step = 1"))
}

// inOrder finds, rule by rule, when the latest of the sequences began that are there up to each row: s0 is the last event of
// the first rule, s1 the s0 before the last event of the second, and so on; l0, l1… are the same up to the row before, so
// that an event fills one place. A sequence is in the window if its beginning is.
func (w *correlator) inOrder(events string) string {
	first, last := "CASE", "CASE"
	flags := w.flags()
	for i := range flags {
		first += fmt.Sprintf(" WHEN f%d = 1 THEN %d", i, i)
		last += fmt.Sprintf(" WHEN f%d = 1 THEN %d", len(flags)-1-i, len(flags)-1-i)
	}
	columns := slices.Concat([]string{"t"}, w.keys(), flags)
	from := w.part("rows", "SELECT "+list(columns, []string{"ROW_NUMBER()" + over(w.keys(), "t, "+first+" END, "+last+" END", "") + " AS place"})+" FROM "+events)
	columns = append(columns, "place")
	began := "t"
	n := ""
	for i, f := range flags {
		start := "MAX(CASE WHEN " + f + " = 1 THEN " + began + " END)"
		s, l := fmt.Sprintf("s%d", i), fmt.Sprintf("l%d", i)
		from = w.part(fmt.Sprintf("upto%d", i), "SELECT "+list(columns, []string{start + over(w.keys(), "place", toHere) + " AS " + s, start + over(w.keys(), "place", before) + " AS " + l})+" FROM "+from)
		columns, began = append(columns, s, l), l
		n = fmt.Sprintf(" WHEN %s >= t - %d THEN %d", s, int64(w.c.Within), i+1) + n
	}
	from = w.part("counts", "SELECT "+list([]string{"t"}, w.keys(), []string{"CASE" + n + " ELSE 0 END AS n"})+" FROM "+from)
	return w.done(true, "t", "n", from, w.having())
}

// ended are the times at which a wait is over; one that isn't yet is none.
func (w *correlator) ended(from, where string) string {
	end := fmt.Sprintf("t + %d", int64(w.c.Within))
	return w.done(false, end, "0", from, " WHERE "+where+" AND "+end+" <= "+w.now())
}

// absent waits after each event of the first rule for one of the second.
func (w *correlator) absent(events string) string {
	moments := w.moments(events, "MAX(o.f0) AS f0", "MAX(o.f1) AS f1")
	answer := "MIN(CASE WHEN f1 = 1 THEN t END)" + over(w.keys(), "t DESC", before) + " AS answer"
	from := w.part("waits", "SELECT "+list([]string{"t"}, w.keys(), []string{"f0", answer})+" FROM "+moments)
	return w.ended(from, fmt.Sprintf("f0 = 1 AND (answer IS NULL OR answer > t + %d)", int64(w.c.Within)))
}

// quiet waits after each event for another of its group.
func (w *correlator) quiet(events string) string {
	again := "MAX(t)" + over(w.keys(), "t", withNext) + " AS again"
	from := w.part("waits", "SELECT "+list([]string{"t"}, w.keys(), []string{again})+" FROM "+w.moments(events))
	return w.ended(from, fmt.Sprintf("(again = t OR again > t + %d)", int64(w.c.Within)))
}

// firstSeen finds the groups that the history doesn't have, once the rows of the tables are as old as it.
func (w *correlator) firstSeen(events string) string {
	last := "MIN(t)" + over(w.keys(), "t", withLast) + " AS seen"
	from := w.part("seen", "SELECT "+list([]string{"t"}, w.keys(), []string{last})+" FROM "+w.moments(events))
	var all []string
	for _, s := range w.tables {
		table, _ := w.table(s.table)
		all = append(all, "SELECT "+w.time(w.c.Members[s.slots[0]])+" AS t FROM "+table+" AS e")
	}
	records := w.part("records", "SELECT MIN("+w.moment64("r.t")+") AS t FROM ("+strings.Join(all, " UNION ALL ")+") AS r WHERE "+w.judged(nil))
	within := int64(w.c.Within)
	return w.done(false, "t", "0", from, fmt.Sprintf(" WHERE (seen = t OR seen < t - %d) AND t >= (SELECT t FROM %s) + %d", within, records, within))
}
