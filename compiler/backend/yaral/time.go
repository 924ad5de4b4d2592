package yaral

import (
	"fmt"
	"strconv"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

const secondIsUnset = "UDM can't tell the first second of 1970 from a missing moment"

// moments compares moments with literals: a moment of UDM is whole seconds since 1970 and the nanoseconds of the next.
func (e *emitter) moments(x *ir.Eq, c backend.Column) string {
	at, unit, ok := e.seconds(x, c)
	if !ok {
		return e.constant(false)
	}
	var parts []string
	for _, v := range x.Values {
		if c.Stored != backend.Time {
			if v.Int%int64(unit) == 0 {
				parts = append(parts, at+" = "+integer(v.Int/int64(unit)))
			}
		} else {
			s, ns := split(v.Int)
			parts = append(parts, fmt.Sprintf("(%s.seconds = %s and %s.nanos = %d)", at, integer(s), at, ns))
		}
		if c.Nullable && v.Int >= 0 && v.Int < int64(time.Second) {
			e.Lose(x, backend.Wider, secondIsUnset+": what is missing is found, too")
		}
	}
	return e.either(parts)
}

// split takes a moment apart as UDM does, whose nanoseconds are never negative.
func split(ns int64) (s, rest int64) {
	s, rest = ns/int64(time.Second), ns%int64(time.Second)
	if rest < 0 {
		s, rest = s-1, rest+int64(time.Second)
	}
	return s, rest
}

// ordered compares a moment with a literal, nanoseconds and all.
func (e *emitter) ordered(x *ir.Compare, c backend.Column) string {
	at, unit, ok := e.seconds(x, c)
	if !ok {
		return e.constant(false)
	}
	text := ""
	if c.Stored == backend.Time {
		s, ns := split(x.Value.Int)
		strict := map[ir.CompareOp]string{ir.Lt: "<", ir.Le: "<", ir.Gt: ">", ir.Ge: ">"}[x.Op]
		text = fmt.Sprintf("(%s.seconds %s %s or (%s.seconds = %s and %s.nanos %s %d))", at, strict, integer(s), at, integer(s), at, x.Op, ns)
		at += ".seconds"
	} else {
		text = at + " " + scaled(x.Op, x.Value.Int, int64(unit))
	}
	if c.Nullable && holds(0, x.Op, float64(x.Value.Int)) {
		e.Lose(x, backend.Narrower, secondIsUnset+": it isn't found")
		return "(" + at + " != 0 and " + text + ")"
	}
	return text
}

// scaled compares a number of units with a moment that may lie between two of them.
func scaled(op ir.CompareOp, ns, unit int64) string {
	n, rest := ns/unit, ns%unit
	if rest < 0 {
		n, rest = n-1, rest+unit
	}
	if rest > 0 { // what is below the moment is at most n, what is above is more
		if op == ir.Lt || op == ir.Le {
			op = ir.Le
		} else {
			op = ir.Gt
		}
	}
	return op.String() + " " + integer(n)
}

// TimePart asks for parts in UTC, of moments that are kept in seconds. Minute and hour have functions of their own; the
// others are formatted, a week as ISO 8601 counts it (timestamp.get_timestamp, which takes GoogleSQL's format elements:
// %V is the ISO week; get_week counts from the year's first Sunday).
func (e *emitter) TimePart(x *ir.TimePart) string {
	c, ok := e.named(x, x.Field)
	if !ok {
		return e.constant(false)
	}
	at, unit, ok := e.seconds(x, c)
	switch {
	case !ok:
		return e.constant(false)
	case c.Stored == backend.Time:
		at += ".seconds"
	case unit != time.Second:
		e.Refuse(title, x, "%s is a number of %s, and the functions take seconds", c.Name, unit)
		return e.constant(false)
	}
	format := map[ir.TimeUnit]string{ir.Day: "%d", ir.Week: "%V", ir.Month: "%m", ir.Year: "%Y"}[x.Part]
	var parts []string
	for _, n := range x.Values {
		switch x.Part {
		case ir.Minute:
			parts = append(parts, "timestamp.get_minute("+at+`, "UTC") = `+integer(int64(n)))
		case ir.Hour:
			parts = append(parts, "timestamp.get_hour("+at+`, "UTC") = `+integer(int64(n)))
		case ir.Year:
			parts = append(parts, "timestamp.get_timestamp("+at+`, "%Y", "UTC") = `+quoted(fmt.Sprintf("%04d", n)))
		default:
			parts = append(parts, "timestamp.get_timestamp("+at+", "+quoted(format)+`, "UTC") = `+quoted(pad(n)))
		}
	}
	text := e.either(parts)
	if c.Nullable {
		e.Lose(x, backend.Narrower, secondIsUnset+": it isn't found")
		return "(" + at + " != 0 and " + text + ")"
	}
	return text
}

// pad writes a part with two digits.
func pad(n int) string {
	if n >= 0 && n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
