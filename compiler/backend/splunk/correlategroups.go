package splunk

import (
	"math"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// groups makes detc_k1, detc_k2 of each row, and of the kinds of values detc_m_v: a row a group that the event is in. A row
// without one is dropped.
func (w *correlator) groups() {
	if w.c.Kind == ir.Absence && len(w.c.Members) > 2 {
		w.refuse("it is over %d rules", len(w.c.Members))
	}
	keys := make([][]backend.Column, len(w.c.Members))
	values := make([][]backend.Column, len(w.c.Members))
	for i, m := range w.c.Members {
		keys[i], values[i] = m.Keys, m.Values
	}
	if !alike(keys) {
		w.slotted()
		return
	}
	w.keys(0, func(key string) string { return key })
	if !w.c.Kind.OfValues() {
		return
	}
	value := w.value(0)
	if !alike(values) {
		var parts []string
		for i := range w.c.Members {
			parts = append(parts, "if("+numbered("m", i)+"==1, "+w.value(i)+", null())")
		}
		value = "coalesce(" + strings.Join(parts, ", ") + ")"
	}
	w.add("eval detc_m_v=" + value)
	w.add("where isnotnull(detc_m_v)")
}

// alike says that all rules have the same columns.
func alike(lists [][]backend.Column) bool {
	for _, l := range lists {
		for i, c := range l {
			if name(c) != name(lists[0][i]) || c.List != lists[0][i].List {
				return false
			}
		}
	}
	return true
}

func name(c backend.Column) string { return strings.Join(append([]string{c.Name}, c.Path...), ".") }

// at is a column in eval.
func (w *correlator) at(c backend.Column) string {
	n := name(c)
	if !sayable(n) {
		w.refuse("a field is named %q, which can't be written in a search", n)
	}
	return field(n)
}

// keys makes the key's fields; written turns the column of the first rule into what stands for it in all.
func (w *correlator) keys(rule int, written func(at string) string) {
	w.key(func(k int) (string, bool) {
		c := w.c.Members[rule].Keys[k]
		return written(w.at(c)), c.List
	})
}

func (w *correlator) key(of func(k int) (at string, list bool)) {
	var there []string
	for k := range w.c.GroupBy {
		at, list := of(k)
		n := numbered("k", k)
		if list {
			w.add("eval " + n + "=mvdedup(" + at + ")")
			w.add("mvexpand " + n)
		} else {
			w.add("eval " + n + "=" + at)
		}
		there = append(there, "isnotnull("+n+")")
	}
	if len(there) > 0 {
		w.add("where " + strings.Join(there, " AND "))
	}
}

// slotted is groups where the rules call the key otherwise: a row for each rule of an event, which then are one again for
// each of its groups. An event that has the same group by several rules is in it once.
func (w *correlator) slotted() {
	var slots, values []string
	for i := range w.c.Members {
		n := strconv.Itoa(i + 1)
		slots = append(slots, "if("+numbered("m", i)+"==1, "+quoted(n)+", null())")
		if w.c.Kind.OfValues() {
			values = append(values, slotIs(i), w.value(i))
		}
	}
	w.add("eval detc_m_e=1, detc_m_slot=mvappend(" + strings.Join(slots, ", ") + ")")
	w.add("accum detc_m_e")
	w.add("mvexpand detc_m_slot")
	w.key(func(k int) (string, bool) {
		var cases []string
		list := false
		for i, m := range w.c.Members {
			cases = append(cases, slotIs(i), w.at(m.Keys[k]))
			list = list || m.Keys[k].List
		}
		return "case(" + strings.Join(cases, ", ") + ")", list
	})
	if w.c.Kind.OfValues() {
		w.add("eval detc_m_v=case(" + strings.Join(values, ", ") + ")")
		w.add("where isnotnull(detc_m_v)")
	}
	var flags, all []string
	for i := range w.c.Members {
		flags = append(flags, numbered("m", i)+"=if("+slotIs(i)+", 1, 0)")
		all = append(all, "max("+numbered("m", i)+") AS "+numbered("m", i))
	}
	keys := strings.TrimPrefix(w.by(), " BY")
	w.add("eval " + strings.Join(flags, ", "))
	w.add("eventstats " + strings.Join(all, " ") + " BY detc_m_e" + keys)
	w.add("dedup detc_m_e" + keys)
}

func slotIs(i int) string { return "detc_m_slot==" + quoted(strconv.Itoa(i+1)) }

// decimal is what is read as a number.
const decimal = `\A[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?\z`

// value is what the kinds of values look at in the rows of a rule; several fields are one text, each behind its length.
func (w *correlator) value(rule int) string {
	list := w.c.Members[rule].Values
	for _, c := range list {
		switch {
		case !c.List:
		case w.c.Kind != ir.ValueCount || len(list) > 1:
			w.refuse("%s has several values", c.Name)
		default:
			w.LoseOf(w.c, backend.Both, "what streamstats makes of several values of %s in one event is not documented", c.Name)
		}
	}
	if w.c.Kind != ir.ValueCount {
		if len(list) == 0 {
			w.refuse("it is of no field")
			return "null()"
		}
		at := w.at(list[0])
		return "if(match(" + at + ", " + quoted(decimal) + "), tonumber(" + at + "), null())"
	}
	var parts []string
	for _, c := range list {
		at := w.at(c)
		if len(list) == 1 {
			return at
		}
		parts = append(parts, `len(`+at+`).":".`+at)
	}
	return strings.Join(parts, ".")
}

// measured asks streamstats for the number of a window of time.
func (w *correlator) measured() {
	if w.c.Within <= 0 || w.c.Within%time.Second != 0 {
		w.refuse("time_window of streamstats counts whole seconds, at least one")
		return
	}
	w.LoseOf(w.c, w.c.Fewer(), "time_window of streamstats is taken to slide, as its examples say; whether an event exactly the timespan back is inside isn't documented, and of more than 10,000 events the oldest are left out (max_stream_window in limits.conf)")
	w.unordered()
	f := "dc"
	switch w.c.Kind {
	case ir.ValueSum:
		f = "sum"
		w.LoseOf(w.c, backend.Both, "a sum is of doubles, rounded at each step")
	case ir.ValueAvg:
		f = "avg"
		w.LoseOf(w.c, backend.Both, "a mean is of doubles, rounded at each step")
	case ir.ValuePercentile:
		if w.c.Percentile != math.Trunc(w.c.Percentile) {
			w.refuse("exactperc takes whole numbers, not %v", w.c.Percentile)
		}
		f = "exactperc" + strconv.FormatFloat(w.c.Percentile, 'f', -1, 64)
		w.LoseOf(w.c, backend.Both, "a percentile is the nearest rank unless limits.conf says perc_method = interpolated, and the rank is computed of doubles")
	}
	w.add("streamstats time_window=" + w.within() + "s " + f + "(detc_m_v) AS detc_n" + w.by())
	if len(w.c.Having) > 0 {
		w.add("where " + w.holds("detc_n"))
	}
}
