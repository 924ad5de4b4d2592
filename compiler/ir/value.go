// Package ir is the waist of the compiler: the meaning of a rule as a boolean expression over typed fields. It knows
// neither YAML nor CEL nor Sigma; everything before it ends here and everything after it begins here.
package ir

import (
	"net/netip"
	"strconv"
	"time"
)

// Type is the type of a field or a value.
type Type uint8

const (
	String Type = iota
	Int
	Double
	Bool
	IP
	Timestamp
)

var typeNames = [...]string{"string", "int", "double", "bool", "ip", "timestamp"}

func (t Type) String() string { return typeNames[t] }

// ParseType reads a type's name.
func ParseType(s string) (Type, bool) {
	for t, name := range typeNames {
		if name == s {
			return Type(t), true
		}
	}
	return String, false
}

// A Field is a name in an event with the type it is read as. In a logical rule it is a schema's field; in a bound
// rule it is a name of the log, dots and all.
type Field struct {
	Name  string
	Type  Type
	List  bool          // several values; an atom is true if it is true of any of them
	Cased bool          // strings compare with case; without it `==`, contains and their kin fold it
	Unit  time.Duration // of a Timestamp that the log writes as a number: one of that number is this long; 0 is RFC 3339
}

// A Value is a literal, or what a field holds. It is comparable, and equal values are ==.
type Value struct {
	Type  Type
	Str   string // String
	Int   int64  // Int; a Timestamp's nanoseconds since 1970, UTC
	Float float64
	Bool  bool
	IP    netip.Addr // unmapped: never v4-in-v6
}

// The constructors of values.
func StringValue(s string) Value  { return Value{Type: String, Str: s} }
func IntValue(i int64) Value      { return Value{Type: Int, Int: i} }
func DoubleValue(f float64) Value { return Value{Type: Double, Float: f} }
func BoolValue(b bool) Value      { return Value{Type: Bool, Bool: b} }
func IPValue(a netip.Addr) Value  { return Value{Type: IP, IP: a.Unmap().WithZone("")} }
func TimeValue(t time.Time) Value { return Value{Type: Timestamp, Int: t.UnixNano()} }

// Text is the value as it would stand in a log: no quotes.
func (v Value) Text() string {
	switch v.Type {
	case Int:
		return strconv.FormatInt(v.Int, 10)
	case Double:
		return strconv.FormatFloat(v.Float, 'g', -1, 64)
	case Bool:
		return strconv.FormatBool(v.Bool)
	case IP:
		return v.IP.String()
	case Timestamp:
		return time.Unix(0, v.Int).UTC().Format(time.RFC3339Nano)
	}
	return v.Str
}
