package stub

import (
	"strconv"
	"strings"
	"time"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// correlation writes the block of that name.
func (w *writer) correlation(c *ir.Correlation) {
	if c == nil {
		return
	}
	w.line("correlation:")
	w.key("  type", c.Kind.String())
	rules := make([]string, len(c.Rules))
	for i, r := range c.Rules {
		rules[i] = r.Name
	}
	w.flow("  rules", rules)
	w.flow("  group_by", c.GroupBy)
	w.bare("  within", DurationText(c.Within))
	var condition []string
	for _, b := range c.Having {
		condition = append(condition, b.Op.String()+": "+number(b.Value))
	}
	switch len(c.Fields) {
	case 0:
	case 1:
		condition = append(condition, "field: "+source.Plain(c.Fields[0], true))
	default:
		condition = append(condition, "field: "+flowList(c.Fields))
	}
	if len(condition) > 0 {
		w.line("  condition: {", strings.Join(condition, ", "), "}")
	}
	if c.Kind == ir.ValuePercentile {
		w.bare("  percentile", number(c.Percentile))
	}
	if len(c.Aliases) > 0 {
		w.line("  aliases:")
		for _, a := range c.Aliases {
			fields := make([]string, len(a.Fields))
			for i, f := range a.Fields {
				fields[i] = source.Plain(f.Rule, true) + ": " + source.Plain(f.Field, true)
			}
			w.line("    ", source.Plain(a.Name, false), ": {", strings.Join(fields, ", "), "}")
		}
	}
	w.bare("  generate", strconv.FormatBool(c.Generate))
}

// number is a number as YAML reads it back: a whole one without a point.
func number(n float64) string {
	if n == float64(int64(n)) {
		return strconv.FormatInt(int64(n), 10)
	}
	s := strconv.FormatFloat(n, 'f', -1, 64)
	return s
}

// DurationText is a time span in the largest unit of which it is a whole number; "" where it is none of seconds.
func DurationText(d time.Duration) string {
	if d <= 0 || d%time.Second != 0 {
		return ""
	}
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d%u.of == 0 {
			return strconv.FormatInt(int64(d/u.of), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(d/time.Second), 10) + "s"
}
