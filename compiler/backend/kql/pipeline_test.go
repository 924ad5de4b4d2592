package kql_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The operators that correlations add, read and run over whole tables. As with the rest, what isn't written by the emitter
// is an error.

type span int64 // a timespan, in nanoseconds as moments are

// A scope is what a query may name: tables, what let named, and the time.
type scope struct {
	tables map[string][]row
	now    moment
}

// An operator makes rows of rows.
type operator func(s *scope, in []row) []row

// correlation reads and runs a whole query.
func correlation(text string, s *scope) []row {
	p := &parser{in: text}
	if p.take("let") {
		name := p.name()
		p.must("= materialize(")
		made := p.tabular()
		p.must(");")
		s.tables[name] = made(s)
	}
	rows := p.tabular()
	if p.space(); p.at < len(text) {
		p.fail("more than a query")
	}
	return rows(s)
}

// tabular is a source with its stages.
func (p *parser) tabular() func(*scope) []row {
	var source func(*scope) []row
	if p.take("union") {
		var parts []func(*scope) []row
		for {
			p.must("(")
			parts = append(parts, p.tabular())
			p.must(")")
			if !p.take(",") {
				break
			}
		}
		source = func(s *scope) (out []row) {
			for _, part := range parts {
				out = append(out, part(s)...)
			}
			return out
		}
	} else {
		name := p.name()
		source = func(s *scope) []row {
			if _, ok := s.tables[name]; !ok {
				panic("no table " + name)
			}
			return s.tables[name]
		}
	}
	if !p.take("|") {
		return source
	}
	rest := p.operators()
	return func(s *scope) []row { return rest(s, source(s)) }
}

// operators are those of a pipe, the first without its sign.
func (p *parser) operators() operator {
	all := []operator{p.operator()}
	for p.take("|") {
		all = append(all, p.operator())
	}
	return func(s *scope, in []row) []row {
		for _, o := range all {
			in = o(s, in)
		}
		return in
	}
}

func (p *parser) operator() operator {
	switch {
	case p.take("where"):
		test := p.or()
		return each(func(e run) []row {
			if e.eval(test) == true {
				return []row{e.row}
			}
			return nil
		})
	case p.take("extend"):
		return p.extend()
	case p.take("project-away"):
		return p.away()
	case p.take("project"):
		return p.project()
	case p.take("sort by"):
		return p.sort()
	case p.take("mv-expand"):
		return p.expand()
	case p.take("mv-apply"):
		return p.apply2()
	case p.take("summarize"):
		return p.summarize()
	case p.take("scan"):
		return p.scan()
	}
	p.must("join kind=inner (")
	return p.join()
}

func each(f func(run) []row) operator {
	return func(s *scope, in []row) (out []row) {
		for i, r := range in {
			out = append(out, f(run{row: r, scope: s, rows: in, at: i})...)
		}
		return out
	}
}

func (r row) with(name string, v any) row {
	out := maps.Clone(r)
	out[name] = v
	return out
}

// sets are names with their values.
func (p *parser) sets() (names []string, values []*node) {
	for {
		names = append(names, p.name())
		p.must("=")
		values = append(values, p.or())
		if !p.take(",") {
			return names, values
		}
	}
}

func (p *parser) extend() operator {
	names, values := p.sets()
	return each(func(e run) []row {
		out := maps.Clone(e.row)
		for i, n := range names {
			out[n] = e.eval(values[i])
		}
		return []row{out}
	})
}

func (p *parser) project() operator {
	var names []string
	var values []*node
	for {
		n := p.name()
		v := &node{op: "name", text: n}
		if p.take("=") {
			v = p.or()
		}
		names, values = append(names, n), append(values, v)
		if !p.take(",") {
			break
		}
	}
	return each(func(e run) []row {
		out := row{}
		for i, n := range names {
			out[n] = e.eval(values[i])
		}
		return []row{out}
	})
}

func (p *parser) away() operator {
	var names []string
	for {
		n := p.name()
		if p.take("*") {
			n += "*"
		}
		names = append(names, n)
		if !p.take(",") {
			break
		}
	}
	return each(func(e run) []row {
		out := maps.Clone(e.row)
		for k := range out {
			for _, n := range names {
				if begin, wild := strings.CutSuffix(n, "*"); k == n || wild && strings.HasPrefix(k, begin) {
					delete(out, k)
				}
			}
		}
		return []row{out}
	})
}

func (p *parser) sort() operator {
	var names []string
	var down []bool
	for {
		names = append(names, p.name())
		down = append(down, p.take("desc"))
		if !down[len(down)-1] {
			p.must("asc")
		}
		if !p.take(",") {
			break
		}
	}
	return func(_ *scope, in []row) []row {
		out := slices.Clone(in)
		slices.SortStableFunc(out, func(a, b row) int {
			for i, n := range names {
				c := between(a[n], b[n])
				if down[i] {
					c = -c
				}
				if c != 0 {
					return c
				}
			}
			return 0
		})
		return out
	}
}

func between(a, b any) int {
	if s, ok := a.(string); ok {
		return strings.Compare(s, b.(string))
	}
	if order("<", a, b) == true {
		return -1
	} else if order(">", a, b) == true {
		return 1
	}
	return 0
}

// typed is what an element becomes in a column of a type.
func typed(v any, as string) any {
	switch as {
	case "string":
		return str(wrap(v))
	case "datetime":
		return v
	}
	x, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	switch {
	case err != nil:
		return nil
	case as == "long":
		return int64(x)
	}
	return x
}

func (p *parser) typeof() string {
	p.must("to typeof(")
	as := p.name()
	p.must(")")
	return as
}

func (p *parser) expand() operator {
	name := p.name()
	value := &node{op: "name", text: name}
	if p.take("=") {
		value = p.or()
	}
	as := p.typeof()
	return each(func(e run) (out []row) {
		d, _ := e.eval(value).(dynamic)
		list, ok := d.v.([]any)
		if !ok {
			return []row{e.row.with(name, typed(d.v, as))}
		}
		for _, v := range list {
			out = append(out, e.row.with(name, typed(v, as)))
		}
		return out
	})
}

func (p *parser) apply2() operator {
	name := p.name()
	p.must("=")
	value := p.or()
	as := p.typeof()
	p.must("on (")
	inner := p.operators()
	p.must(")")
	return each(func(e run) (out []row) {
		var in []row
		for _, v := range e.eval(value).(dynamic).v.([]any) {
			in = append(in, e.row.with(name, typed(v, as)))
		}
		for _, made := range inner(e.scope, in) {
			r := maps.Clone(e.row)
			maps.Copy(r, made)
			out = append(out, r)
		}
		return out
	})
}

func (p *parser) scan() operator {
	p.must("declare (")
	state := row{}
	for {
		state[p.name()] = nil
		p.must(": datetime")
		if !p.take(",") {
			break
		}
	}
	p.must(") with (step detc_s: true =>")
	names, values := p.sets()
	p.must(";)")
	return func(s *scope, in []row) (out []row) {
		kept := maps.Clone(state)
		for _, r := range in {
			with := maps.Clone(r)
			maps.Copy(with, state)
			next := maps.Clone(with)
			for i, n := range names {
				next[n] = run{row: with, scope: s, state: kept}.eval(values[i])
			}
			out, kept = append(out, next), next
		}
		return out
	}
}
