package logql

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// entry is the name of a column that is Loki's own time of the line.
const entry = "__timestamp__"

// instant is a template that leaves the moment of a label in $t, and 1 in $ok where there is one as eval reads it. Loki's
// toDateInZone takes a fraction of a second wherever seconds stand, and gives the year 1 for what it can't read.
func instant(c backend.Column, label string) string {
	if c.Stored == backend.Time {
		return "{{$t := " + entry + "}}{{$ok := 1}}"
	}
	return `{{$s := regexReplaceAll "^([^ T]*)( +|T)" .` + label + ` "${1}T"}}` +
		`{{$t := toDateInZone "2006-01-02T15:04:05Z07:00" "UTC" $s}}` +
		`{{if $t.IsZero}}{{$t = toDateInZone "2006-01-02T15:04:05" "UTC" $s}}{{end}}` +
		`{{$ok := and (ge $t.Year 1678) (lt $t.Year 2262)}}`
}

// readable says whether a column holds moments that a query can ask for.
func (e *emitter) readable(atom ir.Expr, c backend.Column) bool {
	if c.Stored == backend.Time && c.Name != entry {
		e.refuse(atom, "only a line's own time is a moment to Loki, and nothing says how %s is written", c.Name)
		return false
	}
	return true
}

// moment asks for moments before, at or after another: by a template, to the nanosecond, or as numbers.
func (e *emitter) moment(atom ir.Expr, c backend.Column, label, word, op, opposite string, v ir.Value) node {
	if !e.readable(atom, c) {
		return constant(false)
	}
	if unit := numbered(c); unit > 0 {
		e.Lose(atom, backend.Both, "Loki compares numbers as doubles")
		return guard(label, decimal, compare(label, op, opposite, quotient(v.Int, int64(unit))))
	}
	test := fmt.Sprintf("{{if and $ok (%s $t.UnixNano %d)}}1{{end}}", word, v.Int)
	return equals(e.template("when_"+label, instant(c, label)+test), "1")
}

// numbered is the unit of a column that holds moments as numbers; 0 of any other.
func numbered(c backend.Column) time.Duration {
	if c.Stored == backend.Time || c.Stored == backend.TimeText {
		return 0
	}
	return c.Unit
}

// quotient is a number of nanoseconds in another unit, in decimal digits.
func quotient(ns, unit int64) string {
	sign := ""
	whole, rest := ns/unit, ns%unit
	if ns < 0 {
		sign, whole, rest = "-", -whole, -rest
	}
	text := sign + strconv.FormatInt(whole, 10)
	if rest == 0 {
		return text
	}
	digits := fmt.Sprintf("%09d", rest*(int64(time.Second)/unit))
	return text + "." + strings.TrimRight(digits, "0")
}

// parts are methods of a template's moment, by ir.TimeUnit. The week is that of the Thursday beside: ISO 8601's.
var parts = [...]string{
	ir.Minute: "$t.Minute", ir.Hour: "$t.Hour", ir.Day: "$t.Day", ir.Year: "$t.Year", ir.Month: `printf "%d" $t.Month`,
	ir.Week: "add 1 (div (sub ($t.AddDate 0 0 (int (sub 3 (mod (add (int $t.Weekday) 6) 7)))).YearDay 1) 7)",
}

func (e *emitter) TimePart(x *ir.TimePart) node {
	label, c, ok := e.label(x, x.Field)
	if !ok || !e.readable(x, c) {
		return constant(false)
	}
	var made string
	if unit := numbered(c); unit > 0 {
		longest := strconv.FormatInt(9e18/int64(unit), 10) // what eval takes at most, and a little less than nanoseconds can hold
		if unit > time.Second || time.Second%unit != 0 || longest[0] != '9' {
			return e.refuse(x, "%s counts in units of %s", c.Name, unit)
		}
		e.Lose(x, backend.Narrower, "numbers that aren't written in decimal digits, without a sign, are not found")
		made = e.template(x.Part.String()+"_of_"+label, counted(label, int64(time.Second/unit), len(longest), x.Part))
	} else {
		made = e.template(x.Part.String()+"_of_"+label, instant(c, label)+"{{$t = $t.UTC}}{{if $ok}}{{"+parts[x.Part]+"}}{{end}}")
	}
	var nodes []node
	for _, v := range x.Values {
		nodes = append(nodes, equals(made, strconv.Itoa(v)))
	}
	return disjunction(nodes...)
}

// counted is a template for a part of a moment that is a number of units since 1970. A duration can't be made of a number
// there, so the day is counted from 1970 and the time of day by division.
func counted(label string, units int64, digits int, part ir.TimeUnit) string {
	head := fmt.Sprintf(`{{if count "^(0|[1-9][0-9]{0,%d}|[1-8][0-9]{%d})([.][0-9]*)?$" .%s}}`, digits-2, digits-1, label) +
		`{{$n := int (regexReplaceAll "[.].*" .` + label + ` "")}}`
	if units > 1 {
		head += fmt.Sprintf("{{$n = div $n %d}}", units)
	}
	switch part {
	case ir.Minute:
		return head + "{{mod (div $n 60) 60}}{{end}}"
	case ir.Hour:
		return head + "{{mod (div $n 3600) 24}}{{end}}"
	}
	return head + `{{$t := (toDateInZone "2006" "UTC" "1970").AddDate 0 0 (int (div $n 86400))}}{{` + parts[part] + "}}{{end}}"
}
