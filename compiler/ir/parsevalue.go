package ir

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// ParseValue reads text as a value of the field's type; allowed is a condition of the caller's that must hold too.
// It is the one reading of text for logs, tests and mappings alike.
func ParseValue(f Field, text string, allowed bool) (Value, bool) {
	if !allowed {
		return Value{}, false
	}
	if (f.Type == Int || f.Type == Double || f.Type == Timestamp && f.Unit != 0) && strings.ContainsAny(text, "xX_") {
		return Value{}, false // Go's hexadecimal floats and digit groups: no log writes them, and no SIEM reads them
	}
	switch f.Type {
	case Int:
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil { // some stores keep every number as a double: 502.0
			d, derr := strconv.ParseFloat(text, 64)
			return IntValue(int64(d)), derr == nil && d == float64(int64(d)) && d > -1<<53 && d < 1<<53
		}
		return IntValue(i), true
	case Double:
		d, err := strconv.ParseFloat(text, 64)
		return DoubleValue(d), err == nil && d-d == 0 // NaN and the infinities are no values: nothing orders them alike
	case Bool:
		b, err := strconv.ParseBool(text)
		return BoolValue(b), err == nil && len(text) > 1
	case IP:
		a, err := netip.ParseAddr(text)
		return IPValue(a), err == nil
	case Timestamp:
		return parseTime(f, text)
	}
	return StringValue(text), true
}

// parseTime reads RFC 3339 text, with a space for the T as well; where the log writes a number, that.
func parseTime(f Field, text string) (Value, bool) {
	if strings.Contains(text, ":") { // as each layout has it: epochs are not held against them
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
			if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1678 && t.Year() < 2262 {
				return TimeValue(t), true
			}
		}
	}
	if f.Unit == 0 {
		return Value{}, false
	}
	if ns, ok := digits(text, int64(f.Unit)); ok {
		return Value{Type: Timestamp, Int: ns}, true
	}
	d, err := strconv.ParseFloat(text, 64) // with an exponent, or a fraction of a unit that has no decimal one
	ns := d * float64(f.Unit)
	if err != nil || ns != ns || ns > 9e18 || ns < -9e18 {
		return Value{}, false
	}
	return Value{Type: Timestamp, Int: int64(ns)}, true
}

// digits reads a decimal number of units as nanoseconds, to the digit: a float64 has too few for the nanoseconds of
// today. What is finer than a nanosecond is cut off.
func digits(text string, unit int64) (ns int64, ok bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	i, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || i != 0 && i*unit/i != unit {
		return 0, false
	}
	part, scale := int64(0), unit
	for _, c := range fraction {
		if c < '0' || c > '9' || scale%10 != 0 && scale != 1 && scale != 0 {
			return 0, false
		}
		scale /= 10
		part += int64(c-'0') * scale
	}
	if strings.HasPrefix(whole, "-") {
		part = -part
	}
	ns = i*unit + part
	return ns, (ns >= i*unit) == (part >= 0)
}
