package ir

import (
	"strconv"
	"strings"
	"time"
)

// CorrelationText is a correlation for people: its parts, a line each.
func CorrelationText(c *Correlation) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, " ") + "\n") }
	names := make([]string, len(c.Rules))
	for i, r := range c.Rules {
		names[i] = r.Name
	}
	line("correlation", c.Name, c.Kind.String())
	between := ", "
	if c.Kind == TemporalOrdered {
		between = " then "
	}
	if c.Kind == Absence && len(names) == 2 {
		between = " then no "
	}
	line("  of", strings.Join(names, between))
	if len(c.GroupBy) > 0 {
		line("  by", strings.Join(c.GroupBy, ", "))
	}
	for _, a := range c.Aliases {
		var of []string
		for _, f := range a.Fields {
			of = append(of, f.Field+" of "+f.Rule)
		}
		line("  where", a.Name, "is", strings.Join(of, ", "))
	}
	line("  within", DurationText(c.Within))
	if len(c.Having) > 0 {
		var bounds []string
		for _, h := range c.Having {
			bounds = append(bounds, h.Op.String()+" "+strconv.FormatFloat(h.Value, 'f', -1, 64))
		}
		what := strings.Join(c.Fields, ", ")
		if c.Kind == ValuePercentile {
			what += " at " + strconv.FormatFloat(c.Percentile, 'f', -1, 64) + " %"
		}
		line("  with", strings.TrimSpace(what+" "+strings.Join(bounds, " and ")))
	}
	return b.String()
}

// DurationText is a duration without the parts that are nought: 30m, 1h30m.
func DurationText(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
