package kql

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A correlator writes one correlation: the rows of its rules, each with the rules that it matches as detc_m1, detc_m2, its
// time as detc_t and its group as detc_k1, detc_k2. From there a count looks at the row
// n before (prev), what has to be remembered is kept by scan, and numbers are reckoned of a join of each row with those of
// its group in the timespan before, cut into buckets of that length as Microsoft's page on time window joins has it.
type correlator struct {
	emitter
	c     *backend.Correlation
	lines []string
}

// Correlate makes the query: a row a firing. detc_t is its time, detc_k1 and so on are its group, detc_n the number that
// the condition is about, where there is one; the other columns are those of the row that completed it.
func (t *Target) Correlate(c *backend.Correlation) (backend.Query, diag.List) {
	w := &correlator{emitter: emitter{target: t}, c: c}
	switch {
	case len(c.Members) == 0:
		w.refuse("it is over no rules")
		return w.DoneOf(c, "")
	case c.Kind == ir.Absence && len(c.Members) > 2:
		w.refuse("it is over %d rules", len(c.Members))
	case c.Kind.OfValues() && c.Within < tick:
		w.refuse("a bucket of time has a length, and the timespan is none")
	}
	rows := w.rows()
	named := c.Kind.OfValues() || c.Kind == ir.FirstSeen
	if named {
		w.lines = []string{"let detc = materialize(", rows, "| sort by detc_t asc", "| extend detc_m_e = row_number());", "detc"}
	} else {
		w.lines = []string{rows}
	}
	switch c.Kind {
	case ir.EventCount:
		w.counted()
	case ir.Temporal:
		w.together()
	case ir.TemporalOrdered:
		w.inOrder()
	case ir.Absence:
		w.absent()
	case ir.FirstSeen:
		w.first()
	default:
		w.measured()
	}
	w.add("project-away detc_m*")
	text := strings.Join(w.lines, "\n")
	if n := utf8.RuneCountInString(text); t.longest > 0 && n > t.longest {
		w.Findings.Add(diag.QueryTooLong, c.Span, "the query for %s has %d characters, and it takes %d", t.title, n, t.longest).
			WithHelp("put long lists into a context table: %s keeps it beside the query", t.title)
	}
	return w.DoneOf(c, text)
}

func (w *correlator) add(stage string) { w.lines = append(w.lines, "| "+stage) }

func (w *correlator) refuse(format string, args ...any) {
	w.RefuseOf(w.target.title, w.c, format, args...)
}

// numbered is a name that the query makes: detc_m1.
func numbered(what string, i int) string { return "detc_" + what + strconv.Itoa(i+1) }

// within is the timespan in ticks, which lie no finer in a datetime.
func (w *correlator) within() string {
	n := int64(w.c.Within) / tick
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if w.c.Within%u.of == 0 && n > 0 {
			return strconv.FormatInt(int64(w.c.Within/u.of), 10) + u.name
		}
	}
	return "totimespan(" + strconv.FormatInt(n, 10) + ")"
}

// keyNames are the columns of the group.
func (w *correlator) keyNames() (out []string) {
	for i := range w.c.GroupBy {
		out = append(out, numbered("k", i))
	}
	return out
}

// sorted puts the rows of a group together, in the order of time.
func (w *correlator) sorted(order string) {
	var by []string
	for _, k := range w.keyNames() {
		by = append(by, k+" asc")
	}
	w.add("sort by " + strings.Join(append(by, "detc_t "+order), ", "))
}

// beside says that the row n before or after is of the same group and no further away than the timespan. It has two
// values: beyond the first row and the last everything is null.
func (w *correlator) beside(f string, n int) string {
	there := func(c string) string { return f + "(" + c + ", " + strconv.Itoa(n) + ")" }
	var all []string
	for _, k := range w.keyNames() {
		all = append(all, there(k)+" == "+k)
	}
	far := "detc_t - " + there("detc_t")
	if f == "next" {
		far = there("detc_t") + " - detc_t"
	}
	return "coalesce(" + strings.Join(append(all, far+" <= "+w.within()), " and ") + ", false)"
}

// since asks whether a moment is there and no further back than the timespan.
func (w *correlator) since(at string) string {
	return "coalesce(detc_t - " + at + " <= " + w.within() + ", false)"
}

// holds writes the bounds on a number; without any all places must be filled.
func (w *correlator) holds(number string) string {
	if len(w.c.Having) == 0 {
		return number + " == " + strconv.Itoa(len(w.c.Members))
	}
	var out []string
	for _, b := range w.c.Having {
		out = append(out, number+" "+boundOps[b.Op]+" "+double(b.Value))
	}
	return strings.Join(out, " and ")
}

var boundOps = map[ir.BoundOp]string{ir.BoundGt: ">", ir.BoundGte: ">=", ir.BoundLt: "<", ir.BoundLte: "<=", ir.BoundEq: "==", ir.BoundNeq: "!="}

// counted asks of each row whether the one that makes n with it is near enough.
func (w *correlator) counted() {
	w.sorted("asc")
	var asked, made []string
	least := func(n float64) string {
		if n <= 1 {
			return "true"
		}
		if n > math.MaxInt32 {
			w.refuse("it counts %v rows", n)
			return "false"
		}
		name := numbered("m_least", int(n)-1)
		if !slices.Contains(asked, name) {
			asked = append(asked, name)
			made = append(made, name+" = "+w.beside("prev", int(n)-1))
		}
		return name
	}
	var out []string
	for _, b := range w.c.Having {
		up, past, whole := math.Ceil(b.Value), math.Floor(b.Value)+1, b.Value == math.Trunc(b.Value)
		switch b.Op {
		case ir.BoundGte:
			out = append(out, least(up))
		case ir.BoundGt:
			out = append(out, least(past))
		case ir.BoundLt:
			out = append(out, "not("+least(up)+")")
		case ir.BoundLte:
			out = append(out, "not("+least(past)+")")
		case ir.BoundEq:
			if !whole {
				out = append(out, "false")
				break
			}
			out = append(out, least(up), "not("+least(past)+")")
		default:
			if whole {
				out = append(out, "(not("+least(up)+") or "+least(past)+")")
			}
		}
	}
	if len(made) > 0 {
		w.add("extend " + strings.Join(made, ", "))
	}
	if out = slices.DeleteFunc(out, func(s string) bool { return s == "true" }); len(out) > 0 {
		w.add("where " + strings.Join(out, " and "))
	}
}

// unordered says what Kusto doesn't keep of rows of one time.
func (w *correlator) unordered() {
	w.LoseOf(w.c, backend.Both, "events of one time stand in no order, not in that of their arrival")
}

// A kept value is what scan remembers of the rows before: a datetime of the group.
func (w *correlator) before(name string) string {
	var same []string
	for _, k := range w.keyNames() {
		same = append(same, "detc_s."+k+" == "+k)
	}
	if len(same) == 0 {
		return "detc_s." + name
	}
	return "iff(" + strings.Join(same, " and ") + ", detc_s." + name + ", datetime(null))"
}

// scan remembers datetimes from row to row: a step that every row takes gives them anew.
func (w *correlator) scan(names, values []string) {
	var declared, set []string
	for i, n := range names {
		declared = append(declared, n+": datetime")
		set = append(set, n+" = "+values[i])
	}
	w.add("scan declare (" + strings.Join(declared, ", ") + ") with (step detc_s: true => " + strings.Join(set, ", ") + ";)")
}

// together remembers the latest time of each rule.
func (w *correlator) together() {
	w.unordered()
	w.sorted("asc")
	var names, values, seen []string
	for i := range w.c.Members {
		n := numbered("m_last", i)
		names = append(names, n)
		values = append(values, "iff("+numbered("m", i)+", detc_t, "+w.before(n)+")")
		seen = append(seen, "toint("+w.since(n)+")")
	}
	w.scan(names, values)
	w.add("extend detc_n = " + strings.Join(seen, " + "))
	w.add("where " + w.holds("detc_n"))
}

// inOrder remembers, for each number of rules from the first on, when the sequence began that began last. A row goes on
// from what was before it, so that it fills one place.
func (w *correlator) inOrder() {
	w.unordered()
	w.sorted("asc")
	var names, values []string
	cases := []string{"0"}
	for i := range w.c.Members {
		n, from := numbered("m_began", i), "detc_t"
		if i > 0 {
			from = w.before(names[i-1]) // never before what began with more rules: where it is null, so is that
		}
		names = append(names, n)
		values = append(values, "iff("+numbered("m", i)+", "+from+", "+w.before(n)+")")
		cases = append([]string{w.since(n), strconv.Itoa(i + 1)}, cases...)
	}
	w.scan(names, values)
	w.add("extend detc_n = case(" + strings.Join(cases, ", ") + ")")
	w.add("where " + w.holds("detc_n"))
}

// absent asks whether the next row of the group, or of two rules the next answer, is further away than the timespan. A wait
// that isn't over is none yet.
func (w *correlator) absent() {
	if len(w.c.Members) == 1 {
		w.sorted("asc")
		w.add("where not(" + w.beside("next", 1) + ")")
	} else {
		w.unordered()
		w.add("sort by detc_t asc")
		w.add("extend detc_m_e = row_number()")
		w.sorted("desc, detc_m_e desc")
		last := w.before("detc_m_answer")
		w.scan([]string{"detc_m_next", "detc_m_answer"}, []string{last, "iff(detc_m2, detc_t, " + last + ")"})
		w.add("where detc_m1 and not(coalesce(detc_m_next - detc_t <= " + w.within() + ", false))")
	}
	w.add("extend detc_t = detc_t + " + w.within())
	w.add("where detc_t < now()")
}

// first finds rows whose group has none in the timespan before.
func (w *correlator) first() {
	w.LoseOf(w.c, backend.Narrower, "its history is taken to begin with the first event of its own rules: until the timespan after it nothing is known to be new")
	w.sorted("asc")
	w.add("where not(" + w.beside("prev", 1) + ") and detc_t - toscalar(detc | summarize min(detc_t)) >= " + w.within())
}

var _ backend.Correlator = (*Target)(nil)
