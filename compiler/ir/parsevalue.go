package ir

import (
	"net/netip"
	"strconv"
	"time"
)

// ParseValue reads text as a value of the field's type; allowed is a condition of the caller's that must hold too.
// It is the one reading of text for logs, tests and mappings alike.
func ParseValue(f Field, text string, allowed bool) (Value, bool) {
	if !allowed {
		return Value{}, false
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
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1678 && t.Year() < 2262 {
			return TimeValue(t), true
		}
	}
	if f.Unit == 0 {
		return Value{}, false
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		if i != 0 && (i*int64(f.Unit))/i != int64(f.Unit) {
			return Value{}, false
		}
		return Value{Type: Timestamp, Int: i * int64(f.Unit)}, true
	}
	d, err := strconv.ParseFloat(text, 64)
	ns := d * float64(f.Unit)
	if err != nil || ns != ns || ns > 9e18 || ns < -9e18 {
		return Value{}, false
	}
	return Value{Type: Timestamp, Int: int64(ns)}, true
}
