package splunk

import (
	"strconv"
	"strings"
	"time"

	"detc/compiler/backend"
	"detc/compiler/ir"
)

// times asks a question about a field's moment as seconds since 1970.
func (w where) times(clause ir.Expr, f ir.Field, question func(at string) string) string {
	at, ok := w.epoch(clause, f)
	if !ok {
		return never
	}
	return "(isnotnull(" + at + ") AND " + question(at) + ")"
}

// epoch is a field's moment as seconds since 1970.
func (w where) epoch(clause ir.Expr, f ir.Field) (string, bool) {
	c := w.column(f)
	switch {
	case !sayable(c.Name):
		w.Refuse(title, clause, "a field is named %q, which can't be written in a search", c.Name)
		return "", false
	case c.List || f.List:
		w.Refuse(title, clause, "%s has several values, and it asks for the moment of one", c.Name)
		return "", false
	}
	unit := max(c.Unit, f.Unit)
	switch {
	case c.Name == "_time" || c.Stored == backend.Time:
		return field(c.Name), true
	case c.Stored == backend.TimeNumber || unit != 0:
		if unit == time.Second {
			return "tonumber(" + field(c.Name) + ")", true
		}
		return "(tonumber(" + field(c.Name) + ")/" + strconv.FormatInt(int64(time.Second/max(unit, 1)), 10) + ")", true
	}
	w.Lose(clause, backend.Both, "a moment kept as text is read by strptime in the spelling 2006-01-02T15:04:05.9Z or without the fraction, to the microsecond, and in no other")
	return `coalesce(strptime(` + field(c.Name) + `, "%Y-%m-%dT%H:%M:%S.%6N%Z"), strptime(` + field(c.Name) + `, "%Y-%m-%dT%H:%M:%S%Z"))`, true
}

// seconds writes a moment. Splunk keeps microseconds.
func (w where) seconds(clause ir.Expr, ns int64) string {
	if ns%1000 != 0 {
		w.Lose(clause, backend.Both, "a moment is compared to the microsecond")
	}
	d := strconv.FormatInt(ns, 10)
	minus := strings.HasPrefix(d, "-")
	d = strings.TrimPrefix(d, "-")
	if len(d) < 10 {
		d = strings.Repeat("0", 10-len(d)) + d
	}
	d = strings.TrimRight(d[:len(d)-9]+"."+d[len(d)-9:], "0")
	if d = strings.TrimSuffix(d, "."); minus {
		d = "-" + d
	}
	return d
}

// TimePart reckons in UTC: strftime would use the time zone of whoever runs the search. Minutes and hours are a matter of
// a remainder; the rest follows the civil calendar from the days since 1970.
func (w where) TimePart(x *ir.TimePart) string {
	at, ok := w.epoch(x, x.Field)
	if !ok {
		return never
	}
	var part string
	switch x.Part {
	case ir.Minute:
		part = "floor((" + at + "-floor(" + at + "/3600)*3600)/60)"
	case ir.Hour:
		part = "floor((" + at + "-floor(" + at + "/86400)*86400)/3600)"
	default:
		part = w.date(at, x.Part)
	}
	var list []string
	for _, n := range x.Values {
		list = append(list, part+"=="+strconv.Itoa(n))
	}
	return "(isnotnull(" + at + ") AND " + either(list) + ")"
}

// date gives the field that holds a part of the civil date of a moment, made by eval stages before the filter. The year
// is reckoned from March, so that the leap day is its last (Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms"); an ISO week is that of its Thursday.
func (w where) date(at string, part ir.TimeUnit) string {
	if w.dated == nil {
		w.dated = map[string]string{}
	}
	days := "floor(" + at + "/86400)"
	if part == ir.Week {
		days = "(" + days + "-((" + days + "+3)-floor((" + days + "+3)/7)*7)+3)" // the Thursday of the week
	}
	p, ok := w.dated[days]
	if !ok {
		p = "detc_t" + strconv.Itoa(len(w.dated)+1)
		w.dated[days] = p
		w.stages = append(w.stages, "eval "+strings.Join([]string{
			p + "z=" + days + "+719468",
			p + "c=floor(" + p + "z/146097)",
			p + "e=" + p + "z-" + p + "c*146097",
			p + "a=floor((" + p + "e-floor(" + p + "e/1460)+floor(" + p + "e/36524)-floor(" + p + "e/146096))/365)",
			p + "y=" + p + "e-(365*" + p + "a+floor(" + p + "a/4)-floor(" + p + "a/100))",
			p + "m=floor((5*" + p + "y+2)/153)",
			p + "day=" + p + "y-floor((153*" + p + "m+2)/5)+1",
			p + "month=if(" + p + "m<10, " + p + "m+3, " + p + "m-9)",
			p + "year=" + p + "a+" + p + "c*400+if(" + p + "m<10, 0, 1)",
			p + "leap=if((" + p + "year-floor(" + p + "year/4)*4==0 AND " + p + "year-floor(" + p + "year/100)*100!=0) OR " + p + "year-floor(" + p + "year/400)*400==0, 1, 0)",
			p + "week=floor(if(" + p + "m<10, " + p + "y+59+" + p + "leap, " + p + "y-306)/7)+1",
		}, ", "))
		w.made = append(w.made, p+"*")
	}
	return p + part.String()
}
