package yaral

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// The bounds of a match section's window (YARA-L 2.0 language syntax, "Match section syntax").
const shortest, longestWindow = time.Minute, 48 * time.Hour

const (
	hops = "a window hops over time instead of sliding up to each event, and gives one detection: events within the timespan may share no window, " +
		"and several windows may find the same ones (\"Hop window\")"
	pivots = "a window begins with each event of the first rule and gives one detection, not one for each event that completes it (\"Sliding window\")"
)

// Correlate makes a rule of several events. Its groups are the variables of the match section, from which SecOps leaves
// out empty values by itself.
func (Target) Correlate(c *backend.Correlation) (backend.Query, diag.List) {
	m := &correlator{c: c, notes: &backend.Notes{}}
	w := writer{name: ruleName(c.Name, "")}
	w.meta(c.Meta.Title, c.ID, "", c.Meta.Level, c.Meta)
	if len(c.Members) > 0 && m.sayable() {
		w.section("events", m.events())
		w.section("match", []string{strings.Join(m.keys, ", ") + " over " + m.window()})
		m.conditions()
		w.section("outcome", m.outcome)
		w.section("condition", []string{strings.Join(m.condition, " and ")})
	}
	text := w.text()
	tooLong(m.notes, c.Span, text)
	return m.notes.DoneOf(c, text)
}

type correlator struct {
	c                        *backend.Correlation
	notes                    *backend.Notes
	keys, outcome, condition []string
}

func (m *correlator) refuse(format string, args ...any) bool {
	m.notes.RefuseOf(title, m.c, format, args...)
	return false
}

func (m *correlator) lose(effect backend.Effect, format string, args ...any) {
	m.notes.LoseOf(m.c, effect, format, args...)
}

// sayable refuses what no rule says.
func (m *correlator) sayable() bool {
	c := m.c
	switch {
	case len(c.GroupBy) == 0:
		return m.refuse("its match section groups by something, and this correlation has one group for all")
	case c.Within > longestWindow:
		return m.refuse("a window is %s long at most", ir.DurationText(longestWindow))
	case c.Kind == ir.ValuePercentile || c.Kind == ir.FirstSeen:
		return m.refuse("it has no word for %s", c.Kind)
	case c.Kind == ir.Absence && len(c.Members) != 2:
		return m.refuse("a window has to begin with an event, and a rule gone quiet has none")
	case c.Kind.OfValues() && len(c.Fields) != 1:
		return m.refuse("it aggregates one field")
	case !m.joined() && !m.alike():
		return m.refuse("its rules have their groups or values in different fields, and it counts those of one event variable")
	}
	for _, member := range c.Members {
		for _, col := range append(slices.Clone(member.Keys), member.Values...) {
			if !path.MatchString(col.Name) {
				return m.refuse("%q is no path of UDM", col.Name)
			}
		}
	}
	return true
}

// joined says that each rule has an event variable of its own.
func (m *correlator) joined() bool { return m.c.Kind >= ir.Temporal }

// alike says that all rules have their groups and values in the same fields.
func (m *correlator) alike() bool {
	for _, member := range m.c.Members[1:] {
		for i := range member.Keys {
			if member.Keys[i].Name != m.c.Members[0].Keys[i].Name {
				return false
			}
		}
		for i := range member.Values {
			if member.Values[i].Name != m.c.Members[0].Values[i].Name {
				return false
			}
		}
	}
	return true
}

func (m *correlator) window() string {
	within := max(m.c.Within, shortest)
	if rest := within % time.Minute; rest != 0 {
		within += time.Minute - rest
	}
	if within != m.c.Within {
		m.lose(backend.Wider, "a window is of whole minutes: %s in place of %s", ir.DurationText(within), ir.DurationText(m.c.Within))
	}
	text := strconv.Itoa(int(within/time.Minute)) + "m"
	if within%time.Hour == 0 {
		text = strconv.Itoa(int(within/time.Hour)) + "h"
	}
	switch m.c.Kind {
	case ir.TemporalOrdered, ir.Absence:
		m.lose(backend.Both, "%s", pivots)
		return text + " after $e1"
	}
	m.lose(backend.Both, "%s", hops)
	return text
}

// events are what the event variables have to satisfy: one for all rules together, or one for each.
func (m *correlator) events() (out []string) {
	for i := range m.c.GroupBy {
		m.keys = append(m.keys, "$key"+strconv.Itoa(i+1))
	}
	if m.joined() {
		for i, member := range m.c.Members {
			out = append(out, m.member(member, "$e"+strconv.Itoa(i+1))...)
			if i > 0 && m.c.Kind == ir.TemporalOrdered {
				out = append(out, m.after(i))
			}
		}
		return out
	}
	var one []string
	for _, member := range m.c.Members {
		out = (&emitter{Notes: m.notes, rule: member.Rule, event: "$e"}).events()
		one = append(one, joined(" and ", out))
	}
	if len(one) > 1 {
		out = []string{joined(" or ", one)}
	}
	out = append(out, m.groups(m.c.Members[0], "$e")...)
	if m.c.Kind.OfValues() {
		out = append(out, m.values(m.c.Members[0].Values[0])...)
	}
	return out
}

func (m *correlator) member(member backend.Member, event string) []string {
	out := (&emitter{Notes: m.notes, rule: member.Rule, event: event}).events()
	return append(out, m.groups(member, event)...)
}

// groups says where the match variables stand. A repeated field is a group for each of its values.
func (m *correlator) groups(member backend.Member, event string) (out []string) {
	for i, k := range member.Keys {
		out = append(out, m.keys[i]+" = "+event+"."+known(k).Name)
	}
	return out
}

// after says that an event comes after that of the rule before it. Moments are compared by the second.
func (m *correlator) after(i int) string {
	var at [2]string
	for j, n := range []int{i - 1, i} {
		c := m.c.Members[n].Rule.Time
		if c.Name == "" {
			c.Name = eventTime
		}
		c.Type = ir.Timestamp
		if !path.MatchString(c.Name) {
			m.refuse("%q is no path of UDM", c.Name)
		}
		at[j] = "$e" + strconv.Itoa(n+1) + "." + c.Name + ".seconds"
	}
	m.lose(backend.Wider, "the order is by the second: events of one second stand in any order, and an event of two rules fills both places")
	return at[0] + " <= " + at[1]
}

// values leaves out the events without the value: they enter no window.
func (m *correlator) values(c backend.Column) []string {
	c = known(c)
	at := "$e." + c.Name
	switch {
	case enum(c.Name) != "":
		return []string{at + " != " + quoted(enum(c.Name))}
	case m.c.Kind == ir.ValueCount && (c.Stored == backend.Text || c.Stored == backend.Address):
		return []string{at + ` != ""`}
	case c.Stored != backend.Number:
		m.refuse("%s is kept as %s, which it doesn't aggregate", c.Name, c.Stored)
		return nil
	case m.c.Kind == ir.ValueSum:
		return nil // 0 adds nothing
	}
	m.lose(backend.Both, "UDM can't tell 0 from a missing number: 0 is no value")
	if c.Type == ir.Double {
		return []string{at + " != 0.0"}
	}
	return []string{at + " != 0"}
}

// conditions writes the outcome and condition sections.
func (m *correlator) conditions() {
	c := m.c
	switch c.Kind {
	case ir.EventCount:
		m.bounds("#e", true)
	case ir.ValueCount:
		m.outcome = []string{"$values = count_distinct($e." + known(c.Members[0].Values[0]).Name + ")"}
		m.bounds("$values", true)
	case ir.ValueSum, ir.ValueAvg:
		of := known(c.Members[0].Values[0])
		call := "sum"
		if c.Kind == ir.ValueAvg {
			call = "window.avg"
		}
		m.outcome = []string{"$number = " + call + "($e." + of.Name + ")"}
		m.bounds("$number", c.Kind == ir.ValueSum && of.Type == ir.Int)
	case ir.Absence:
		m.lose(backend.Both, "when two events come at one time, which came first isn't known")
		m.condition = []string{"$e1", "!$e2"}
	default:
		for i := range c.Members {
			m.condition = append(m.condition, "$e"+strconv.Itoa(i+1))
		}
		for _, b := range c.Having {
			if n := float64(len(c.Members)); b.Op != ir.BoundGte && b.Op != ir.BoundEq || b.Value != n {
				m.refuse("all rules have to be seen; %s %s asks for another number", b.Op, strconv.FormatFloat(b.Value, 'g', -1, 64))
			}
		}
	}
}

// bounds compares a number with the bounds. A condition on events forces one to be there; $e does so beside all others.
func (m *correlator) bounds(of string, whole bool) {
	for _, b := range m.c.Having {
		op := [...]string{">", ">=", "<", "<=", "=", "!="}[b.Op]
		value := float(b.Value)
		if whole {
			n, ok := wholeBound(b)
			if !ok {
				m.refuse("%s is a whole number, and %s compares it with %v", of, b.Op, b.Value)
				return
			}
			op, value = n.op, n.value
		} else if b.Value < 0 {
			m.refuse("it has no negative literals")
			return
		}
		switch {
		case of == "#e" && op == "!=":
			m.refuse("it can't compare a number of events with !=")
		case of == "#e" && op == "=":
			m.condition = append(m.condition, of+" >= "+value, of+" <= "+value)
		default:
			m.condition = append(m.condition, of+" "+op+" "+value)
		}
	}
	m.condition = append([]string{"$e"}, m.condition...)
}

type wholeText struct{ op, value string }

// wholeBound is a bound of whole numbers.
func wholeBound(b ir.Bound) (wholeText, bool) {
	n := math.Floor(b.Value)
	if n < 0 || n > 1<<53 {
		return wholeText{}, false
	}
	even, text := n == b.Value, strconv.FormatInt(int64(n), 10)
	switch b.Op {
	case ir.BoundGt:
		return wholeText{">", text}, true
	case ir.BoundGte:
		if even {
			return wholeText{">=", text}, true
		}
		return wholeText{">", text}, true
	case ir.BoundLt:
		if even {
			return wholeText{"<", text}, true
		}
		return wholeText{"<=", text}, true
	case ir.BoundLte:
		return wholeText{"<=", text}, true
	case ir.BoundEq:
		return wholeText{"=", text}, even
	}
	return wholeText{"!=", text}, even
}
