package change

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"detc/compiler/ir"
)

// compareCorrelations says how two correlations differ, and which way each difference leads where that follows from
// what the kind counts. There is no event to show it: a correlation is true of a stretch of time.
func compareCorrelations(old, new *ir.Correlation) *Meaning {
	c := &correlations{old: old, new: new}
	c.edits = []Edit{}
	if old.Kind != new.Kind {
		c.edit("type", old.Kind.String(), new.Kind.String(), "")
	}
	c.rules()
	c.texts("group-by", old.GroupBy, new.GroupBy, c.grouping())
	c.texts("aliases", aliasTexts(old), aliasTexts(new), "")
	if old.Within != new.Within {
		c.edit("within", duration(old.Within), duration(new.Within), c.window())
	}
	c.having()
	c.texts("field", old.Fields, new.Fields, "")
	if old.Percentile != new.Percentile {
		c.edit("percentile", number(old.Percentile), number(new.Percentile), "")
	}
	if old.Generate != new.Generate {
		c.edits = append(c.edits, Edit{What: Changed, Clause: "generate: " + strconv.FormatBool(new.Generate),
			Was: "generate: " + strconv.FormatBool(old.Generate), Effect: string(Same)})
	}
	m := &Meaning{Edits: c.edits}
	m.Direction, m.Reason = summed(c.edits)
	return m
}

// summed is the direction of all edits together, told only where they lead one way.
func summed(edits []Edit) (Direction, string) {
	ways := map[string]bool{}
	for _, e := range edits {
		if e.Effect != string(Same) {
			ways[e.Effect] = true
		}
	}
	switch {
	case ways[""]:
		return Unknown, "which events it fires on can't be told from the change alone"
	case ways[string(Wider)] && ways[string(Narrower)]:
		return Unknown, "one change makes it wider, another narrower"
	case ways[string(Wider)]:
		return Wider, "it follows from what is counted"
	case ways[string(Narrower)]:
		return Narrower, "it follows from what is counted"
	}
	return Same, "it fires on the same events"
}

type correlations struct {
	old, new *ir.Correlation
	edits    []Edit
}

func (c *correlations) edit(key, was, is, effect string) {
	c.edits = append(c.edits, Edit{What: Changed, Clause: key + ": " + is, Was: key + ": " + was, Effect: effect})
}

// texts compares lists of which the order doesn't count.
func (c *correlations) texts(key string, old, new []string, effect string) {
	added, removed := without(new, old), without(old, new)
	if len(added)+len(removed) > 0 {
		c.edits = append(c.edits, Edit{What: Changed, Clause: key, Added: added, Removed: removed, Effect: effect})
	}
}

// counts says that both fire once there is enough of something that can only grow with more events: how many events or
// distinct values, or every rule at least once.
func (c *correlations) counts() bool {
	return c.old.Kind == c.new.Kind && growing(c.old) && growing(c.new)
}

func growing(c *ir.Correlation) bool {
	switch c.Kind {
	case ir.EventCount, ir.ValueCount, ir.Temporal, ir.TemporalOrdered:
		return !slices.ContainsFunc(c.Having, func(b ir.Bound) bool { return b.Op != ir.BoundGt && b.Op != ir.BoundGte })
	}
	return false
}

func way(wider bool) string {
	if wider {
		return string(Wider)
	}
	return string(Narrower)
}

// window: a longer one holds all that a shorter one does. What waits for an absence, or looks for it in a history,
// fires less often the longer it looks.
func (c *correlations) window() string {
	longer := c.new.Within > c.old.Within
	switch {
	case c.counts():
		return way(longer)
	case c.old.Kind == c.new.Kind && (c.new.Kind == ir.Absence || c.new.Kind == ir.FirstSeen):
		return way(!longer)
	}
	return ""
}

// grouping: by fewer fields a group holds more.
func (c *correlations) grouping() string {
	added, removed := without(c.new.GroupBy, c.old.GroupBy), without(c.old.GroupBy, c.new.GroupBy)
	if !c.counts() || len(added) > 0 == (len(removed) > 0) {
		return ""
	}
	return way(len(removed) > 0)
}

// rules: where any of them counts, another one adds; where each must be seen, it asks for more.
func (c *correlations) rules() {
	old, new := ruleNames(c.old), ruleNames(c.new)
	added, removed := without(new, old), without(old, new)
	kind := c.new.Kind
	ordered := kind == ir.TemporalOrdered || kind == ir.Absence
	if len(added)+len(removed) == 0 {
		if ordered && !slices.Equal(old, new) {
			c.edit("rules", strings.Join(old, ", "), strings.Join(new, ", "), "")
		}
		return
	}
	effect := ""
	each := (kind == ir.Temporal || kind == ir.TemporalOrdered) && len(c.old.Having)+len(c.new.Having) == 0
	any := kind == ir.EventCount || kind == ir.ValueCount
	if oneWay := len(added) == 0 || len(removed) == 0; oneWay && c.counts() && (each || any) && (!ordered || c.inOrder(old, new)) {
		effect = way(any == (len(added) > 0))
	}
	c.edits = append(c.edits, Edit{What: Changed, Clause: "rules", Added: added, Removed: removed, Effect: effect})
}

// inOrder says that the rules of the one stand in the other in their order.
func (c *correlations) inOrder(old, new []string) bool {
	both := func(a, b []string) []string {
		return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
	}
	return slices.Equal(both(old, new), both(new, old))
}

func ruleNames(c *ir.Correlation) []string {
	out := make([]string, len(c.Rules))
	for i, r := range c.Rules {
		out[i] = r.Name
	}
	return out
}

func aliasTexts(c *ir.Correlation) []string {
	var out []string
	for _, a := range c.Aliases {
		for _, f := range a.Fields {
			out = append(out, fmt.Sprintf("%s is %s in %s", a.Name, f.Field, f.Rule))
		}
	}
	return out
}

// having compares what the number must satisfy: the range that lies in the other is the narrower one.
func (c *correlations) having() {
	was, is := boundsText(c.old.Having), boundsText(c.new.Having)
	if was == is {
		return
	}
	effect := ""
	if c.old.Kind == c.new.Kind {
		in, holds := within(c.old.Having, c.new.Having), within(c.new.Having, c.old.Having)
		switch {
		case in && holds:
			effect = string(Same)
		case in:
			effect = string(Wider)
		case holds:
			effect = string(Narrower)
		}
	}
	c.edit("condition", was, is, effect)
}

func boundsText(bounds []ir.Bound) string {
	var out []string
	for _, b := range bounds {
		out = append(out, b.Op.String()+" "+number(b.Value))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// duration is a time without the parts that are nothing: 24h, 1h30m.
func duration(d time.Duration) string {
	s := d.String()
	if d >= time.Minute && d%time.Minute == 0 {
		s = strings.TrimSuffix(s, "0s")
	}
	if d >= time.Hour && d%time.Hour == 0 {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// within says that every number that satisfies a satisfies b. Both are unions of stretches between the values that they
// name, so one number of each stretch, and each value itself, decides.
func within(a, b []ir.Bound) bool {
	points := []float64{math.Inf(-1), math.Inf(1)}
	for _, bound := range slices.Concat(a, b) {
		points = append(points, bound.Value)
	}
	slices.Sort(points)
	probes := slices.Clone(points[1 : len(points)-1])
	for i := range len(points) - 1 {
		switch lo, hi := points[i], points[i+1]; {
		case math.IsInf(lo, -1) && math.IsInf(hi, 1):
			probes = append(probes, 0)
		case math.IsInf(lo, -1):
			probes = append(probes, math.Nextafter(hi, lo))
		default:
			probes = append(probes, math.Nextafter(lo, hi))
		}
	}
	return !slices.ContainsFunc(probes, func(n float64) bool { return satisfies(a, n) && !satisfies(b, n) })
}

func satisfies(bounds []ir.Bound, n float64) bool {
	return !slices.ContainsFunc(bounds, func(b ir.Bound) bool { return !b.Holds(n) })
}
