package kql_test

import (
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
)

func (p *parser) join() operator {
	right := p.tabular()
	p.must(") on ")
	var left, other []string
	if p.take("$left.") {
		left = append(left, p.name())
		p.must("== $right.")
		other = append(other, p.name())
	} else {
		for {
			left = append(left, p.name())
			if !p.take(",") {
				break
			}
		}
		other = left
	}
	return func(s *scope, in []row) (out []row) {
		found := map[string][]row{}
		for _, r := range right(s) {
			found[r.tuple(other)] = append(found[r.tuple(other)], r)
		}
		for _, r := range in {
			for _, o := range found[r.tuple(left)] {
				both := maps.Clone(o)
				maps.Copy(both, r)
				out = append(out, both)
			}
		}
		return out
	}
}

func (r row) tuple(names []string) string {
	var out []any
	for _, n := range names {
		v, ok := r[n]
		if !ok {
			panic("no column " + n)
		}
		out = append(out, v)
	}
	return fmt.Sprintf("%#v", out)
}

func (e run) arithmetic(n *node) any {
	if unit, ok := strings.CutPrefix(n.op, "span "); ok {
		x, _ := strconv.ParseInt(n.text, 10, 64)
		return span(x * map[string]int64{"d": 86400e9, "h": 3600e9, "m": 60e9, "s": 1e9}[unit])
	}
	a, b := e.eval(n.args[0]), e.eval(n.args[1])
	if a == nil || b == nil {
		return nil
	}
	if n.op == "index" {
		list := a.(dynamic).v.([]any)
		if i := b.(int64); i >= 0 && i < int64(len(list)) {
			return wrap(list[i])
		}
		return nil
	}
	switch x := a.(type) {
	case moment:
		if y, ok := b.(moment); ok && n.op == "-" {
			return span(x - y)
		}
		if y := b.(span); n.op == "+" {
			return x + moment(y)
		}
	case int64:
		y := b.(int64)
		return map[string]int64{"+": x + y, "-": x - y, "*": x * y, "/": x / max(y, 1)}[n.op]
	}
	panic(fmt.Sprintf("%T %s %T", a, n.op, b))
}

// beside is prev and next, of a column or, of the rows that are sorted.
func (e run) beside(n *node) any {
	by, _ := strconv.Atoi(n.args[1].text)
	if n.text == "prev" {
		by = -by
	}
	if i := e.at + by; i >= 0 && i < len(e.rows) {
		return e.rows[i][n.args[0].text]
	}
	if _, text := e.row[n.args[0].text].(string); text {
		return ""
	}
	return nil
}

// nearest is bin.
func nearest(m moment, s span) moment {
	return moment(int64(math.Floor(float64(m)/float64(s))) * int64(s))
}
