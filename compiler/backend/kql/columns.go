package kql

import (
	"math"
	"strconv"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// text is a column as text. It is never null: what is missing is empty.
func text(c backend.Column) string {
	at := member(c.Name, c.Path)
	switch c.Stored {
	case backend.Text, backend.TimeText, backend.Address: // Kusto has no type for addresses
		return at
	}
	return "tostring(" + at + ")"
}

// isText says that a column is text: it keeps what is missing as an empty text.
func isText(c backend.Column) bool {
	return c.Stored == backend.Text || c.Stored == backend.TimeText || c.Stored == backend.Address
}

// present says that a column has a value. Of text it takes an empty one for a missing one: the caller notes the loss.
func present(c backend.Column) string {
	at := member(c.Name, c.Path)
	if isText(c) {
		return "isnotempty(" + at + ")"
	}
	return "isnotnull(" + at + ")"
}

// number is a column as a number. What is kept otherwise is read as Kusto reads it, which is noted.
func (e *emitter) number(clause ir.Expr, c backend.Column) string {
	at := member(c.Name, c.Path)
	if c.Stored == backend.Number {
		return at
	}
	e.Lose(clause, backend.Both, "what is kept as %s is read as a number by Kusto's rules: hexadecimal ones are, fractions are where whole ones are meant", c.Stored)
	return "todouble(" + at + ")"
}

// moment is a column as a datetime.
func (e *emitter) moment(clause ir.Expr, c backend.Column) (string, bool) {
	at := member(c.Name, c.Path)
	switch c.Stored {
	case backend.Time:
		return at, true
	case backend.TimeNumber, backend.Number:
		f, ok := map[time.Duration]string{
			time.Second: "unixtime_seconds_todatetime", time.Millisecond: "unixtime_milliseconds_todatetime",
			time.Microsecond: "unixtime_microseconds_todatetime", time.Nanosecond: "unixtime_nanoseconds_todatetime",
		}[c.Unit]
		if !ok {
			e.Refuse(e.target.title, clause, "%s counts units of %s since 1970, for which Kusto has no function", c.Name, c.Unit)
			return "", false
		}
		return f + "(" + at + ")", true
	}
	e.Lose(clause, backend.Both, "a moment kept as %s is read as Kusto reads dates: other spellings too, and no digits beyond 100 ns", c.Stored)
	return "todatetime(" + at + ")", true
}

// integer is a text that is exactly what a whole number is written as.
func integer(s string) bool {
	i, err := strconv.ParseInt(s, 10, 64)
	return err == nil && strconv.FormatInt(i, 10) == s
}

// double writes a number so that Kusto reads it as a real one.
func double(f float64) string {
	if f == math.Trunc(f) && f >= 0 && f < 1e15 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	if a := math.Abs(f); a > 1e-5 && a < 1e15 && f > 0 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return "real(" + strconv.FormatFloat(f, 'e', -1, 64) + ")"
}

// whole writes a whole number; the least of 64 bits has no literal.
func whole(i int64) string {
	if i < 0 {
		return "long(" + strconv.FormatInt(i, 10) + ")"
	}
	return strconv.FormatInt(i, 10)
}

// tick is what a datetime of Kusto's counts.
const tick = 100

// instant writes a moment, to the tick.
func instant(ns int64) string {
	return "datetime(" + time.Unix(0, ns-mod(ns, tick)).UTC().Format("2006-01-02T15:04:05.0000000Z") + ")"
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }
