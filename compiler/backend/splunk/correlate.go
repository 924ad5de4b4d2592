package splunk

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A correlator writes one correlation: the rows of its rules in the order of time, each with the rules that it matches as
// detc_m1, detc_m2 and its group as detc_k1, then what streamstats knows of the rows before each.
//
// A row that lies exactly the timespan back is inside. Whether it is for streamstats's own time_window is not documented,
// and how that window moves is described in two ways, so it stands only where nothing else says the number: the others look
// at times themselves (Search Reference, streamstats).
type correlator struct {
	emitter
	c     *backend.Correlation
	lines []string
}

// Correlate makes the search: a row a firing, with its time as _time, its group as detc_k1 and so on, and where there is one
// the number that the condition is about as detc_n; the other fields are those of the event that completed it.
func (t *Target) Correlate(c *backend.Correlation) (backend.Query, diag.List) {
	w := &correlator{c: c}
	w.members()
	w.times()
	w.add("sort 0 _time")
	w.groups()
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
	w.add("fields - " + strings.Join(append(w.made, "detc_m*"), " "))
	return w.DoneOf(c, strings.Join(w.lines, "\n"))
}

func (w *correlator) add(stage string) {
	if len(w.lines) > 0 {
		stage = "| " + stage
	}
	w.lines = append(w.lines, stage)
}

func (w *correlator) refuse(format string, args ...any) { w.RefuseOf(title, w.c, format, args...) }

// numbered is a name that the search makes: detc_m1.
func numbered(what string, i int) string { return "detc_" + what + strconv.Itoa(i+1) }

// members finds the rows of all rules in one search, so that a row of several rules is one row.
func (w *correlator) members() {
	list := w.c.Members
	if len(list) == 0 {
		w.refuse("it is over no rules")
		return
	}
	w.rule = list[0].Rule
	if len(list) == 1 {
		for _, l := range w.emitter.lines() {
			w.add(strings.TrimPrefix(l, "| "))
		}
		w.add("eval detc_m1=1")
		return
	}
	var searches, tags, any []string
	for i, m := range list {
		if m.Rule.Prepare != list[0].Rule.Prepare {
			w.refuse("its rules are prepared by different stages, and one search has to find the rows of all")
			return
		}
		w.rule = m.Rule
		if s := "(" + strings.TrimPrefix(command(w.prefilter()), "search ") + ")"; !slices.Contains(searches, s) {
			searches = append(searches, s)
		}
		tags = append(tags, numbered("m", i)+"=if("+w.placed(list)+w.wheres(m.Rule.Where)+", 1, 0)")
		any = append(any, numbered("m", i)+"==1")
	}
	w.add("search " + strings.Join(searches, " OR "))
	if p := list[0].Rule.Prepare; p != "" {
		w.add(p)
	}
	for _, s := range w.stages {
		w.add(s)
	}
	w.add("eval " + strings.Join(tags, ", "))
	w.add("where " + strings.Join(any, " OR "))
}

// prefilter is what search can say of a rule before its tag is made: the rows are all there, perhaps others too.
func (w *correlator) prefilter() []string {
	out := w.place()
	if w.rule.Prepare != "" {
		return out
	}
	for _, part := range conjuncts(w.rule.Where) {
		if _, ok := part.(*ir.Const); !ok && w.searchable(part) {
			out = append(out, w.searching(part))
		}
	}
	return out
}

// placed asks whether a row lies where those of the rule do; nothing where all lie at one place.
func (w *correlator) placed(list []backend.Member) string {
	all := true
	here := strings.Join(w.place(), " ")
	for _, m := range list {
		e := emitter{rule: m.Rule}
		all = all && strings.Join(e.place(), " ") == here
	}
	if all {
		return ""
	}
	r := w.rule
	w.rule = &backend.Rule{} // the words of a place are no names of the store's
	defer func() { w.rule = r }()
	in := r.In
	if r.Table != "" {
		in = append([]backend.Place{{Name: "index", Values: []string{r.Table}}}, in...)
	}
	out := ""
	for _, p := range in {
		m := &ir.Match{Field: ir.Field{Name: p.Name}, Op: ir.Glob}
		for _, v := range p.Values {
			parts := strings.Split(v, "*")
			for i := range parts {
				parts[i] = ir.PlainGlob(parts[i])
			}
			m.Values = append(m.Values, strings.Join(parts, "*"))
		}
		out += w.wheres(m) + " AND "
	}
	return out
}

// times makes _time that of the events, where a store keeps it elsewhere.
func (w *correlator) times() {
	var cases []string
	elsewhere := false
	for i, m := range w.c.Members {
		at := "_time"
		if n := m.Rule.Time.Name; n != "" && n != "_time" {
			elsewhere = true
			w.rule = &backend.Rule{Fields: map[string]backend.Column{n: m.Rule.Time}}
			at, _ = where{&w.emitter}.epoch(m.Rule.Where, ir.Field{Name: n})
		}
		cases = append(cases, numbered("m", i)+"==1", at)
	}
	if elsewhere {
		w.add("eval _time=case(" + strings.Join(cases, ", ") + ")")
		w.add("where isnotnull(_time)")
	}
}

// seconds are a timespan as a number.
func (w *correlator) within() string {
	return strconv.FormatFloat(w.c.Within.Seconds(), 'f', -1, 64)
}

// since asks whether a moment is no further back than the timespan. Times are doubles: their difference is rounded to the
// microseconds that Splunk keeps.
func (w *correlator) since(at string) string { return "round(_time-" + at + ", 6)<=" + w.within() }

func (w *correlator) by() string {
	var out string
	for i := range w.c.GroupBy {
		out += " " + numbered("k", i)
	}
	if out != "" {
		out = " BY" + out
	}
	return out
}

// holds writes the bounds on a number; without any all places must be filled.
func (w *correlator) holds(number string) string {
	if len(w.c.Having) == 0 {
		return number + "==" + strconv.Itoa(len(w.c.Members))
	}
	var out []string
	for _, b := range w.c.Having {
		out = append(out, number+boundOps[b.Op]+strconv.FormatFloat(b.Value, 'f', -1, 64))
	}
	return strings.Join(out, " AND ")
}

var boundOps = map[ir.BoundOp]string{ir.BoundGt: ">", ir.BoundGte: ">=", ir.BoundLt: "<", ir.BoundLte: "<=", ir.BoundEq: "==", ir.BoundNeq: "!="}

// widest is the largest window of streamstats that a site has unless its limits.conf says otherwise.
const widest = 10_000

// counted asks of each row how far back the event is that makes n with it: a window of n rows of its group has that.
func (w *correlator) counted() {
	var asked []int
	least := func(n float64) string {
		switch {
		case n <= 1:
			return always
		case n > widest:
			w.refuse("a window of streamstats has no more than %d rows, and it counts %v", widest, n)
			return never
		}
		k := strconv.Itoa(int(n))
		if !slices.Contains(asked, int(n)) {
			asked = append(asked, int(n))
			w.add("streamstats global=f window=" + k + " count AS detc_m_c" + k + " min(_time) AS detc_m_f" + k + w.by())
		}
		return "(detc_m_c" + k + "==" + k + " AND " + w.since("detc_m_f"+k) + ")"
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
			out = append(out, "NOT "+least(up))
		case ir.BoundLte:
			out = append(out, "NOT "+least(past))
		case ir.BoundEq:
			if !whole {
				out = append(out, never)
				break
			}
			out = append(out, least(up)+" AND NOT "+least(past))
		default:
			if whole {
				out = append(out, "(NOT "+least(up)+" OR "+least(past)+")")
			}
		}
	}
	if out = slices.DeleteFunc(out, func(s string) bool { return s == always }); len(out) > 0 {
		w.add("where " + strings.Join(out, " AND "))
	}
}

// unordered says what Splunk doesn't keep of events of one time; cut what a running number may not have seen.
func (w *correlator) unordered() {
	w.LoseOf(w.c, backend.Both, "events of one time stand in the order in which Splunk gives them, not in that of their arrival")
}

func (w *correlator) cut() {
	w.LoseOf(w.c, w.c.Fewer(), "streamstats may see no further back than 10,000 events, those of other groups among them (max_stream_window in limits.conf)")
}

// together keeps the latest time of each rule.
func (w *correlator) together() {
	w.unordered()
	w.cut()
	var times, last, seen []string
	for i := range w.c.Members {
		p, t := numbered("m_p", i), numbered("m_t", i)
		times = append(times, p+"=if("+numbered("m", i)+"==1, _time, null())")
		last = append(last, "max("+p+") AS "+t)
		seen = append(seen, "if(isnotnull("+t+") AND "+w.since(t)+", 1, 0)")
	}
	w.add("eval " + strings.Join(times, ", "))
	w.add("streamstats " + strings.Join(last, " ") + w.by())
	w.add("eval detc_n=" + strings.Join(seen, "+"))
	w.add("where " + w.holds("detc_n"))
}

// inOrder keeps, for each number of rules from the first on, when the sequence began that began last. An event goes on
// from what was before it, so that it fills one place.
func (w *correlator) inOrder() {
	w.unordered()
	w.cut()
	began, cases := "_time", []string{}
	for i := range w.c.Members {
		p, b, at := numbered("m_p", i), numbered("m_b", i), numbered("m_c", i)
		w.add("eval " + p + "=if(" + numbered("m", i) + "==1, " + began + ", null())")
		w.add("streamstats current=f max(" + p + ") AS " + b + w.by())
		w.add("eval " + at + "=coalesce(" + p + ", " + b + ")")
		cases = append([]string{"isnotnull(" + at + ") AND " + w.since(at), strconv.Itoa(i + 1)}, cases...)
		began = b
	}
	w.add("eval detc_n=case(" + strings.Join(append(cases, always, "0"), ", ") + ")")
	w.add("where " + w.holds("detc_n"))
}

// absent goes through the rows from the last to the first, and finds the answer that came next. A wait that isn't over
// where the search ends is none yet.
func (w *correlator) absent() {
	begins := ""
	w.add("reverse")
	if len(w.c.Members) == 1 {
		w.add("streamstats current=f global=f window=1 min(_time) AS detc_m_next" + w.by())
	} else {
		w.unordered()
		w.cut()
		begins = "detc_m1==1 AND "
		w.add("eval detc_m_p2=if(detc_m2==1, _time, null())")
		w.add("streamstats current=f min(detc_m_p2) AS detc_m_next" + w.by())
	}
	w.add("where " + begins + "(isnull(detc_m_next) OR round(detc_m_next-_time, 6)>" + w.within() + ")")
	w.add("addinfo")
	w.add("eval _time=_time+" + w.within())
	w.add("where _time<if(isnum(info_max_time) AND info_max_time<now(), info_max_time, now())")
}

// first finds rows whose group has none in the timespan before. The history begins where the search does; of a search over
// all time, with the first row.
func (w *correlator) first() {
	w.add("streamstats current=f global=f window=1 max(_time) AS detc_m_last" + w.by())
	w.add("eventstats min(_time) AS detc_m_first")
	w.add("addinfo")
	w.add("eval detc_m_start=if(isnum(info_min_time) AND info_min_time>0, info_min_time, detc_m_first)")
	w.add("where (isnull(detc_m_last) OR NOT " + w.since("detc_m_last") + ") AND round(_time-detc_m_start, 6)>=" + w.within())
}

var _ backend.Correlator = (*Target)(nil)
