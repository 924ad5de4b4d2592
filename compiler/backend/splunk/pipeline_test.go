package splunk_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The commands that correlations add to a search, read and run over all rows. Rows are kept in the order of the commands;
// a field that is null isn't there.
type table struct {
	rows     []row
	from, to float64 // of the search: info_min_time, info_max_time
}

// pipeline runs a search over rows; what isn't of the grammar fails the test.
func pipeline(t testing.TB, text string, in table) []row {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("%v\n%s", r, text)
		}
	}()
	for i, line := range strings.Split(text, "\n") {
		p := &parser{in: line}
		if i > 0 {
			p.must("|")
		}
		in.rows = in.run(p)
		if p.next() != 0 {
			p.fail("more than a command")
		}
	}
	return in.rows
}

func (t table) run(p *parser) []row {
	switch command := p.word(""); command {
	case "search":
		test := p.terms()
		return t.keep(func(r row) bool { return run{r, nil}.find(test) })
	case "where":
		test := p.or()
		return t.keep(func(r row) bool { return (run{r, nil}).value(test) == true })
	case "eval":
		return t.eval(p)
	case "sort":
		p.must("0")
		p.must("_time")
		out := slices.Clone(t.rows)
		slices.SortStableFunc(out, func(a, b row) int { return cmp.Compare(a.number("_time"), b.number("_time")) })
		return out
	case "reverse":
		out := slices.Clone(t.rows)
		slices.Reverse(out)
		return out
	case "accum":
		f, sum := p.word(""), 0.0
		return t.each(func(r row) row {
			sum += r.number(f)
			return r.with(f, sum)
		})
	case "mvexpand":
		return t.expand(p.word(""))
	case "dedup":
		names := p.names()
		seen := map[string]bool{}
		return t.keep(func(r row) bool {
			key, ok := r.key(names)
			was := seen[key]
			seen[key] = true
			return ok && !was
		})
	case "addinfo":
		return t.each(func(r row) row {
			r = r.with("info_min_time", t.from)
			if math.IsInf(t.to, 1) {
				return r.with("info_max_time", "+Infinity")
			}
			return r.with("info_max_time", t.to)
		})
	case "eventstats", "streamstats":
		return t.stats(p, command == "streamstats")
	case "fields":
		p.must("-")
		for p.next() != 0 {
			p.word("*")
		}
		return t.rows
	default:
		p.fail("no command %s", command)
	}
	return nil
}

func (p *parser) names() (out []string) {
	for p.next() != 0 {
		out = append(out, p.word(""))
	}
	return out
}

func (t table) keep(f func(row) bool) (out []row) {
	for _, r := range t.rows {
		if f(r) {
			out = append(out, r)
		}
	}
	return out
}

func (t table) each(f func(row) row) (out []row) {
	for _, r := range t.rows {
		out = append(out, f(r))
	}
	return out
}

func (r row) with(field string, v any) row {
	out := row{}
	for k, v := range r {
		out[k] = v
	}
	switch v := v.(type) {
	case nil:
		delete(out, field)
	case string:
		out[field] = []string{v}
	case []string:
		out[field] = v
	case float64:
		out[field] = []string{strconv.FormatFloat(v, 'f', -1, 64)}
	default:
		panic(fmt.Sprintf("eval can't set %s to %v", field, v))
	}
	return out
}

func (r row) number(field string) float64 {
	if len(r[field]) != 1 {
		panic("no one number in " + field)
	}
	x, err := strconv.ParseFloat(r[field][0], 64)
	if err != nil {
		panic(err)
	}
	return x
}

// key is a group's; ok is false where a field is missing, and stats then leave the row out.
func (r row) key(names []string) (string, bool) {
	var out []string
	for _, n := range names {
		if len(r[n]) != 1 {
			if len(r[n]) > 1 {
				panic("a group by several values of " + n)
			}
			return "", false
		}
		out = append(out, r[n][0])
	}
	return fmt.Sprintf("%q", out), true
}

func (t table) eval(p *parser) []row {
	for {
		name := p.word("")
		p.must("=")
		value := p.or()
		t.rows = t.each(func(r row) row { return r.with(name, (run{r, nil}).value(value)) })
		if !p.take(",") {
			return t.rows
		}
	}
}

// expand is mvexpand: a row a value; one without the field stays.
func (t table) expand(field string) (out []row) {
	for _, r := range t.rows {
		if len(r[field]) == 0 {
			out = append(out, r)
		}
		for _, v := range r[field] {
			out = append(out, r.with(field, v))
		}
	}
	return out
}

// value is eval's with the functions that correlations add.
func (e run) value(n *node) any {
	if n.op != "call" {
		switch n.op {
		case "and", "or", "not":
			return e.logic(n)
		case "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", ".":
			a, b := e.value(n.args[0]), e.value(n.args[1])
			if a == nil || b == nil {
				return nil
			}
			if n.op == "." {
				return asText(a) + asText(b)
			}
			return arithmetic(n.op, a, b)
		}
		return e.eval(n)
	}
	args := make([]any, len(n.args))
	for i, a := range n.args {
		args[i] = e.value(a)
	}
	switch n.text {
	case "null":
		return nil
	case "now":
		return 4e9
	case "isnull":
		return args[0] == nil
	case "isnum":
		_, ok := number(args[0])
		return ok && args[0] != "+Infinity"
	case "isnotnull", "coalesce", "if":
		return e.choose(n.text, args)
	case "case":
		for i := 0; i < len(args); i += 2 {
			if args[i] == true {
				return args[i+1]
			}
		}
		return nil
	case "mvappend", "mvdedup":
		return several(n.text, args)
	}
	for _, v := range args {
		if v == nil {
			return nil
		}
	}
	switch n.text {
	case "round":
		x, _ := number(args[0])
		scale := math.Pow(10, args[1].(float64))
		return math.Round(x*scale) / scale
	case "len":
		return float64(len([]rune(args[0].(string))))
	}
	return plain(n.text, args)
}

func asText(v any) string {
	if x, ok := v.(float64); ok {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return v.(string)
}

func (e run) choose(f string, args []any) any {
	switch {
	case f == "isnotnull":
		return args[0] != nil
	case f == "if" && args[0] == true:
		return args[1]
	case f == "if":
		return args[2]
	}
	for _, v := range args {
		if v != nil {
			return v
		}
	}
	return nil
}

func several(f string, args []any) any {
	var out []string
	for _, v := range args {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []string:
			out = append(out, v...)
		}
	}
	if f == "mvdedup" {
		seen := map[string]bool{}
		out = slices.DeleteFunc(slices.Clone(out), func(s string) bool { was := seen[s]; seen[s] = true; return was })
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (e run) logic(n *node) any {
	a := e.value(n.args[0])
	if n.op == "not" {
		if a == nil {
			return nil
		}
		return !a.(bool)
	}
	b := e.value(n.args[1])
	decides := n.op == "or"
	switch {
	case a == decides || b == decides:
		return decides
	case a == nil || b == nil:
		return nil
	}
	return !decides
}
