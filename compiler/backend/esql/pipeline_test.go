package esql_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"detc/compiler/backend/backendtest"
	"detc/compiler/ir"
)

// A row is one of ES|QL's tables: texts, doubles or whole numbers (milliseconds, counts) by column; none is null.
type row map[string][]any

func (r row) copied() row {
	out := row{}
	for k, v := range r {
		out[k] = v
	}
	return out
}

// pipeline runs the stages that Correlate writes and no others, as Elastic's reference describes them: there is no engine.
func pipeline(t testing.TB, text string, rows []row) []row {
	t.Helper()
	stages := strings.Split(text, " | ")
	if stages[0] != "FROM logs" {
		t.Fatalf("no %q", stages[0])
	}
	for _, s := range stages[1:] {
		word, rest, _ := strings.Cut(s, " ")
		switch word {
		case "WHERE":
			rows = slices.DeleteFunc(rows, func(r row) bool { return !holds(t, rest, r) })
		case "EVAL":
			for i := range rows {
				rows[i] = rows[i].copied()
				for _, a := range parts(rest, ", ") {
					to, expr, _ := strings.Cut(a, " = ")
					rows[i][to] = value(t, expr, rows[i])
				}
			}
		case "INLINE":
			made := stats(t, strings.TrimPrefix(rest, "STATS "), rows)
			for i := range rows {
				rows[i] = rows[i].copied()
				for k, v := range made[0] {
					rows[i][k] = v
				}
			}
		case "STATS":
			rows = stats(t, rest, rows)
		case "RENAME":
			for i := range rows {
				renamed := rows[i].copied()
				for _, p := range parts(rest, ", ") {
					from, _, _ := strings.Cut(p, " AS ")
					delete(renamed, from)
				}
				for _, p := range parts(rest, ", ") {
					from, to, _ := strings.Cut(p, " AS ")
					renamed[to] = rows[i][from]
				}
				rows[i] = renamed
			}
		case "KEEP":
			for i := range rows {
				kept := row{}
				for _, c := range parts(rest, ", ") {
					kept[c] = rows[i][c]
				}
				rows[i] = kept
			}
		default:
			t.Fatalf("no stage %q", s)
		}
	}
	return rows
}

// parts splits at what is in no brackets.
func parts(s, at string) (out []string) {
	deep, from := 0, 0
	for i := range len(s) {
		switch {
		case s[i] == '(':
			deep++
		case s[i] == ')':
			deep--
		case deep == 0 && strings.HasPrefix(s[i:], at):
			out, from = append(out, s[from:i]), i+len(at)
		}
	}
	return append(out, s[from:])
}

var lengths = map[string]time.Duration{"hours": time.Hour, "minutes": time.Minute, "seconds": time.Second, "milliseconds": time.Millisecond}

// span is a length of time in milliseconds.
func span(s string) (int64, bool) {
	n, unit, ok := strings.Cut(s, " ")
	x, err := strconv.ParseInt(n, 10, 64)
	return x * int64(lengths[unit]/time.Millisecond), ok && err == nil && lengths[unit] > 0
}

func value(t testing.TB, expr string, r row) []any {
	t.Helper()
	if sum := parts(expr, " + "); len(sum) > 1 {
		var out int64
		for _, p := range sum {
			n, ok := span(p)
			if !ok {
				v := value(t, p, r)
				if len(v) != 1 {
					return nil
				}
				n = v[0].(int64)
			}
			out += n
		}
		return []any{out}
	}
	if n, err := strconv.ParseInt(expr, 10, 64); err == nil {
		return []any{n}
	}
	f, args, called := strings.Cut(strings.TrimSuffix(expr, ")"), "(")
	switch {
	case !called:
		return r[expr]
	case f == "CASE":
		list := parts(args, ", ")
		for i := 0; i+1 < len(list); i += 2 {
			if holds(t, list[i], r) {
				return value(t, list[i+1], r)
			}
		}
		if len(list)%2 == 1 {
			return value(t, list[len(list)-1], r)
		}
		return nil
	case f == "TO_DOUBLE":
		var out []any
		for _, v := range r[args] {
			if x, err := strconv.ParseFloat(v.(string), 64); err == nil {
				out = append(out, x)
			}
		}
		return out
	case f == "BUCKET":
		list := parts(args, ", ")
		step, ok := span(list[1])
		if !ok {
			t.Fatalf("no span %q", list[1])
		}
		return []any{r[list[0]][0].(int64) / step * step}
	}
	t.Fatalf("no expression %q", expr)
	return nil
}

func holds(t testing.TB, cond string, r row) bool {
	t.Helper()
	if !strings.Contains(cond, "detc_") && !strings.Contains(cond, "firing_") {
		read, err := backendtest.ReadESQL("FROM logs | WHERE " + cond)
		if err != nil {
			t.Fatal(err)
		}
		ev := backendtest.Event{}
		for k, v := range r {
			for _, x := range v {
				if s, ok := x.(string); ok {
					ev[k] = append(ev[k], ir.StringValue(s))
				}
			}
		}
		ok, err := read.Match(ev)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	for _, c := range parts(cond, " AND ") {
		if name, ok := strings.CutSuffix(c, " IS NOT NULL"); ok {
			if len(r[name]) == 0 {
				return false
			}
			continue
		}
		words := strings.SplitN(c, " ", 3)
		left := value(t, words[0], r)
		if len(left) != 1 {
			return false
		}
		if !compared(t, words[1], left[0], words[2], r) {
			return false
		}
	}
	return true
}

func compared(t testing.TB, op string, left any, right string, r row) bool {
	t.Helper()
	var x, y float64
	switch v := left.(type) {
	case int64:
		x = float64(v)
	case float64:
		x = v
	}
	if n, err := strconv.ParseFloat(right, 64); err == nil {
		y = n
	} else if right == "NOW()" {
		y = math.Inf(1)
	} else if v := value(t, right, r); len(v) == 1 {
		y = float64(v[0].(int64))
	} else {
		return false
	}
	ok, known := map[string]bool{">": x > y, ">=": x >= y, "<": x < y, "<=": x <= y, "==": x == y, "!=": x != y}[op]
	if !known {
		t.Fatalf("no operator %q", op)
	}
	return ok
}

// stats groups rows: one of several values is in the group of each.
func stats(t testing.TB, s string, rows []row) (out []row) {
	t.Helper()
	what, groups, grouped := strings.Cut(s, " BY ")
	members := map[string][]row{}
	keys := map[string]row{}
	var order []string
	for _, r := range rows {
		tuples := []row{{}}
		if grouped {
			for _, g := range parts(groups, ", ") {
				name, expr, named := strings.Cut(g, " = ")
				if !named {
					expr = name
				}
				var next []row
				var seen []any
				for _, v := range value(t, expr, r) {
					if slices.Contains(seen, v) {
						continue
					}
					seen = append(seen, v)
					for _, tuple := range tuples {
						more := tuple.copied()
						more[name] = []any{v}
						next = append(next, more)
					}
				}
				tuples = next
			}
		}
		for _, tuple := range tuples {
			key := fmt.Sprint(tuple)
			if _, ok := keys[key]; !ok {
				keys[key], order = tuple, append(order, key)
			}
			members[key] = append(members[key], r)
		}
	}
	if !grouped && len(order) == 0 {
		keys[""], order = row{}, []string{""}
	}
	for _, key := range order {
		made := keys[key].copied()
		for _, a := range parts(what, ", ") {
			to, call, _ := strings.Cut(a, " = ")
			f, arg, _ := strings.Cut(strings.TrimSuffix(call, ")"), "(")
			made[to] = aggregate(t, f, arg, members[key])
		}
		out = append(out, made)
	}
	return out
}

func aggregate(t testing.TB, f, arg string, rows []row) []any {
	t.Helper()
	if f == "COUNT" && arg == "*" {
		return []any{int64(len(rows))}
	}
	column, percentile, _ := strings.Cut(arg, ", ")
	var whole []int64
	var all []float64
	for _, r := range rows {
		for _, v := range r[column] {
			switch v := v.(type) {
			case int64:
				whole = append(whole, v)
			case float64:
				all = append(all, v)
			}
		}
	}
	sum := 0.0
	for _, x := range all {
		sum += x
	}
	switch {
	case f == "MAX" && len(whole) > 0:
		return []any{slices.Max(whole)}
	case f == "MIN" && len(whole) > 0:
		return []any{slices.Min(whole)}
	case f == "MAX" || f == "MIN" || len(all) == 0:
		return nil
	case f == "SUM":
		return []any{sum}
	case f == "AVG":
		return []any{sum / float64(len(all))}
	case f == "PERCENTILE":
		p, err := strconv.ParseFloat(percentile, 64)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		return []any{all[max(0, int(math.Ceil(p/100*float64(len(all))))-1)]}
	}
	t.Fatalf("no function %q", f)
	return nil
}
