package kql_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// call is what the functions give, as the reference has it.
func (e run) call(n *node) any {
	switch n.text {
	case "long":
		i, _ := strconv.ParseInt(n.args[0].text, 10, 64)
		return i
	case "real":
		f, _ := strconv.ParseFloat(n.args[0].text, 64)
		return f
	case "datetime":
		if n.args[0].text == "null" {
			return nil
		}
		t, err := time.Parse("2006-01-02T15:04:05.0000000Z", n.args[0].text)
		if err != nil {
			panic(err)
		}
		return moment(t.UnixNano())
	case "dynamic":
		var v any
		if err := json.Unmarshal([]byte(n.args[0].text), &v); err != nil {
			panic("no such value: " + n.args[0].text)
		}
		return wrap(v)
	case "toscalar":
		return n.table(e.scope)[0]["scalar"]
	case "prev", "next":
		return e.beside(n)
	}
	args := make([]any, len(n.args))
	for i, a := range n.args {
		args[i] = e.eval(a)
	}
	if v, ok := e.listed(n.text, args); ok {
		return v
	}
	a := args[0]
	switch n.text {
	case "not":
		if a == nil {
			return nil
		}
		return !a.(bool)
	case "coalesce":
		for _, v := range args {
			if v != nil {
				return v
			}
		}
		return nil
	case "case":
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == true {
				return args[i+1]
			}
		}
		return args[len(args)-1]
	case "isnull", "isnotnull":
		return (a == nil) == (n.text == "isnull")
	case "isempty", "isnotempty":
		return (a.(string) == "") == (n.text == "isempty")
	case "tostring":
		return str(a)
	case "ipv6_is_match":
		return inNet(a.(string), args[1].(string))
	case "array_length":
		d, _ := a.(dynamic)
		if list, ok := d.v.([]any); ok {
			return int64(len(list))
		}
		return nil
	case "parse_json":
		var v any
		dec := json.NewDecoder(strings.NewReader(a.(string)))
		dec.UseNumber()
		if dec.Decode(&v) != nil {
			v = a.(string)
		}
		return wrap(v)
	case "todouble":
		f, err := strconv.ParseFloat(str(a), 64)
		if err != nil {
			return nil
		}
		return f
	case "tobool":
		b, err := strconv.ParseBool(str(a))
		if err != nil {
			return nil
		}
		return b
	}
	return times(n.text, args)
}

func times(f string, args []any) any {
	switch f {
	case "todatetime":
		t, err := time.Parse(time.RFC3339Nano, str(args[0]))
		if err != nil {
			return nil
		}
		return moment(t.UnixNano() / 100 * 100)
	case "datetime_part":
		m, ok := args[1].(moment)
		if !ok {
			return nil
		}
		t := time.Unix(0, int64(m)).UTC()
		_, week := t.ISOWeek()
		return int64(map[any]int{"minute": t.Minute(), "hour": t.Hour(), "day": t.Day(), "week_of_year": week, "month": int(t.Month()), "year": t.Year()}[args[0]])
	}
	unit, ok := map[string]int64{"unixtime_seconds_todatetime": 1e9, "unixtime_milliseconds_todatetime": 1e6,
		"unixtime_microseconds_todatetime": 1e3, "unixtime_nanoseconds_todatetime": 1}[f]
	if !ok {
		panic("no function " + f)
	}
	n, ok := num(args[0])
	if !ok {
		return nil
	}
	return moment(int64(n*float64(unit)) / 100 * 100)
}
