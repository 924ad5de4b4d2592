package kql_test

import (
	"fmt"
	"slices"
	"sort"
)

// A made column is a name with what makes it of a group's rows.
type made struct {
	name string
	of   *node
}

func (p *parser) summarize() operator {
	var all []made
	for {
		m := made{}
		if from := p.at; true {
			m.name = p.name()
			if !p.take("=") {
				p.at, m.name = from, "scalar"
			}
		}
		m.of = p.or()
		all = append(all, m)
		if !p.take(",") {
			break
		}
	}
	var by []string
	if p.take("by") {
		for {
			by = append(by, p.name())
			if !p.take(",") {
				break
			}
		}
	}
	return func(s *scope, in []row) (out []row) {
		groups := map[string][]row{}
		var order []string
		for _, r := range in {
			k := r.tuple(by)
			if groups[k] == nil {
				order = append(order, k)
			}
			groups[k] = append(groups[k], r)
		}
		for _, k := range order {
			g, r := groups[k], row{}
			for _, n := range by {
				r[n] = g[0][n]
			}
			for _, m := range all {
				if m.of.text == "arg_min" {
					least := slices.MinFunc(g, func(a, b row) int { return between(a[m.of.args[0].text], b[m.of.args[0].text]) })
					for _, a := range m.of.args {
						r[a.text] = least[a.text]
					}
					continue
				}
				r[m.name] = aggregate(m.of, s, g)
			}
			out = append(out, r)
		}
		return out
	}
}

func aggregate(n *node, s *scope, rows []row) any {
	if n.op == ">" {
		return order(">", aggregate(n.args[0], s, rows), run{}.eval(n.args[1]))
	}
	var values []any
	distinct := map[string]bool{}
	sum, true_ := 0.0, int64(0)
	for _, r := range rows {
		v := run{row: r, scope: s}.eval(n.args[0])
		if v == nil {
			continue
		}
		if v == true {
			true_++
		}
		values = append(values, v)
		distinct[fmt.Sprintf("%#v", v)] = true
		if x, ok := num(v); ok {
			sum += x
		}
	}
	switch n.text {
	case "countif":
		return true_
	case "count_distinct":
		return int64(len(distinct))
	case "sum":
		return sum
	case "avg":
		return sum / float64(len(values))
	case "make_list":
		return dynamic{values}
	case "min":
		return slices.MinFunc(values, between)
	}
	panic("no aggregate " + n.text)
}

// listed are the functions that correlations add, of which lists are the most.
func (e run) listed(f string, args []any) (any, bool) {
	list := func(i int) []any {
		d, _ := args[i].(dynamic)
		l, _ := d.v.([]any)
		return l
	}
	switch f {
	case "now":
		return e.scope.now, true
	case "row_number":
		return int64(e.at + 1), true
	case "iff":
		if args[0] == true {
			return args[1], true
		}
		return args[2], true
	case "toint":
		return map[any]int64{true: 1, false: 0}[args[0]], true
	case "totimespan":
		return span(args[0].(int64) * 100), true
	case "bin":
		return nearest(args[0].(moment), args[1].(span)), true
	case "pack_array":
		out := []any{}
		for _, a := range args {
			if d, ok := a.(dynamic); ok {
				a = d.v
			}
			out = append(out, a)
		}
		return dynamic{out}, true
	case "set_union":
		var out []any
		for _, v := range append(list(0), list(1)...) {
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		return dynamic{append([]any{}, out...)}, true
	case "array_sort_asc":
		out := slices.Clone(list(0))
		sort.SliceStable(out, func(i, j int) bool { a, _ := num(out[i]); b, _ := num(out[j]); return a < b })
		return dynamic{out}, true
	}
	return nil, false
}
