package logsql

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// Names of the query's own, which no log should have.
const (
	ownKey    = "detc_k" // a group's value, with its number
	ownValue  = "detc_v" // of a value kind: a value, with its number
	ownSeen   = "detc_s" // of temporal: how many events of a rule
	firesAt   = "firing_time"
	firesWith = "firing_number"
)

// Correlate makes a query of a row for each group and window that fires: the group's values by their names in GroupBy,
// firing_time, that of the last event of the window, and firing_number, which Having was asked about. Windows lie side by
// side from 1970 on (VictoriaLogs, "Stats by time buckets").
func (Target) Correlate(c *backend.Correlation) (backend.Query, diag.List) {
	w := &correlator{emitter: &emitter{}, c: c}
	if why := w.says(); why != "" {
		w.RefuseOf(title, c, "%s", why)
		return w.DoneOf(c, "")
	}
	pipes := append([]string{w.events()}, w.groups()...)
	pipes = append(pipes, w.stats()...)
	w.windows()
	text := strings.Join(pipes, " | ")
	if len(text) > maxQuery && !w.Findings.HasErrors() {
		w.Findings.Add(diag.QueryTooLong, c.Span, "the query has %d bytes, and VictoriaLogs takes %d (-search.maxQueryLen)", len(text), maxQuery)
	}
	return w.DoneOf(c, text)
}

// A correlator writes one correlation.
type correlator struct {
	*emitter
	c       *backend.Correlation
	filters []string // the members' rules, each as one filter
}

// says is why the correlation can't be said; empty where it can.
func (w *correlator) says() string {
	c := w.c
	switch {
	case c.Kind == ir.TemporalOrdered || c.Kind >= ir.Absence:
		return "LogsQL counts what is in a window and doesn't ask what came after what"
	case c.Within <= 0:
		return "a window without length"
	}
	if why := c.Lacks(); why != "" {
		return why
	}
	for _, m := range c.Members {
		if m.Rule.Time.Name != "_time" {
			return "windows are over _time, and the time is " + strconv.Quote(m.Rule.Time.Name)
		}
	}
	if !c.SamePrepared() {
		return "its rules need different stages before their names are there"
	}
	return ""
}

// events is the filter for what any of the rules finds.
func (w *correlator) events() string {
	var all []node
	for _, m := range w.c.Members {
		one := &emitter{r: m.Rule}
		n := ir.Visit[node](m.Rule.Where, one)
		w.Findings = append(w.Findings, one.Findings...)
		for _, l := range one.Losses {
			l.Effect = w.c.Carried(l.Effect)
			w.Losses = append(w.Losses, l)
		}
		if m.Rule.Prepare == "" {
			n = conjunction(append(heads(m.Rule), n))
		}
		all = append(all, n)
		w.filters = append(w.filters, n.text)
	}
	text := disjunction(all).text
	if p := w.c.Members[0].Rule; p.Prepare != "" {
		return conjunction(heads(p)).text + " | " + p.Prepare + " | filter " + text
	}
	return text
}

// groups gives the group's values and the numbers names of the query's own, and drops what lacks one.
func (w *correlator) groups() (pipes []string) {
	var there []string
	name := func(own string, j int, of func(m backend.Member) backend.Column) {
		own += strconv.Itoa(j)
		pipes = append(pipes, w.named(own, of)...)
		there = append(there, own+":*")
	}
	for j := range w.c.GroupBy {
		name(ownKey, j, func(m backend.Member) backend.Column { return m.Keys[j] })
	}
	for j := range w.c.Fields {
		name(ownValue, j, func(m backend.Member) backend.Column { return m.Values[j] })
	}
	if len(there) > 0 {
		w.LoseOf(w.c, w.c.Fewer(), "%s: an event with an empty text for a group or a value is in none", emptyGone)
		pipes = append(pipes, "filter "+strings.Join(there, " and "))
	}
	return pipes
}

// named copies a field, of each rule its own, to a name.
func (w *correlator) named(own string, of func(m backend.Member) backend.Column) (pipes []string) {
	first := of(w.c.Members[0])
	same := true
	for _, m := range w.c.Members {
		c := of(m)
		same = same && c.Name == first.Name
		if c.List {
			w.LoseOf(w.c, backend.Both, "VictoriaLogs holds the list %s as the text of its JSON, which makes one group, or value, of it", c.Name)
		}
	}
	if same {
		return []string{"copy " + name(first.Name) + " as " + own}
	}
	w.LoseOf(w.c, backend.Both, "an event of several rules is in the group, and has the value, of the last of them")
	for i, m := range w.c.Members {
		if strings.ContainsAny(of(m).Name, "<>") {
			w.RefuseOf(title, w.c, "format takes no name like %s", of(m).Name)
		}
		pipes = append(pipes, "format if ("+w.filters[i]+") "+strconv.Quote("<"+of(m).Name+">")+" as "+own)
	}
	return pipes
}

// stats counts, window by window, and asks the bounds.
func (w *correlator) stats() []string {
	by := []string{"_time:" + step(w.c.Within)}
	var renamed []string
	for j, g := range w.c.GroupBy {
		own := ownKey + strconv.Itoa(j)
		by = append(by, own)
		renamed = append(renamed, own+" as "+name(g))
	}
	number, more := w.number()
	pipes := append([]string{"stats by (" + strings.Join(by, ", ") + ") max(_time) as " + firesAt + ", " + number}, more...)
	ops := [...]string{":>", ":>=", ":<", ":<=", ":=", ":="}
	var bounds []string
	for _, b := range w.c.Having {
		text := firesWith + ops[b.Op] + strconv.FormatFloat(b.Value, 'f', -1, 64)
		if b.Op == ir.BoundNeq {
			text = "!" + text
		}
		bounds = append(bounds, text)
	}
	if len(w.c.Having) == 0 && w.c.Kind == ir.Temporal {
		bounds = append(bounds, fmt.Sprintf("%s:=%d", firesWith, len(w.c.Rules)))
	}
	if len(bounds) > 0 {
		pipes = append(pipes, "filter "+strings.Join(bounds, " and "))
	}
	if len(renamed) > 0 {
		pipes = append(pipes, "rename "+strings.Join(renamed, ", "))
	}
	return append(pipes, "delete _time")
}

// number is the function that makes the number, and the pipes that it needs after it.
func (w *correlator) number() (of string, more []string) {
	var values []string
	for j := range w.c.Fields {
		values = append(values, ownValue+strconv.Itoa(j))
	}
	list := strings.Join(values, ", ")
	switch w.c.Kind {
	case ir.ValueCount:
		return "count_uniq(" + list + ") as " + firesWith, nil
	case ir.ValueSum:
		return "sum(" + list + ") as " + firesWith, nil
	case ir.ValueAvg:
		return "avg(" + list + ") as " + firesWith, nil
	case ir.ValuePercentile:
		phi := strconv.FormatFloat(w.c.Percentile/100, 'f', -1, 64)
		return "quantile(" + phi + ", " + list + ") as " + firesWith, nil
	case ir.Temporal:
		var counts, seen, own []string
		for i, f := range w.filters {
			own = append(own, ownSeen+strconv.Itoa(i))
			counts = append(counts, "count() if ("+f+") as "+own[i])
			seen = append(seen, "min("+own[i]+", 1)")
		}
		return strings.Join(counts, ", "), []string{"math " + strings.Join(seen, " + ") + " as " + firesWith, "delete " + strings.Join(own, ", ")}
	}
	return "count() as " + firesWith, nil
}

// windows says what windows that lie side by side lose.
func (w *correlator) windows() {
	effect := backend.Both
	switch {
	case w.c.Kind > ir.ValueCount && w.c.Kind < ir.Temporal:
		w.LoseOf(w.c, backend.Both, "VictoriaLogs adds doubles with rounding, takes its own nearest rank, and reads as numbers what the rule doesn't: durations, sizes, addresses")
	case w.c.Fewer() == backend.Narrower:
		effect = backend.Narrower
	}
	w.LoseOf(w.c, effect, "windows of %s lie side by side in place of one up to each event, and each fires once, with its last event", step(w.c.Within))
}

// step is a window's length in the largest unit that it is a whole number of.
func step(d time.Duration) string {
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}, {"µs", time.Microsecond}} {
		if d%u.d == 0 {
			return strconv.FormatInt(int64(d/u.d), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(d), 10) + "ns"
}
