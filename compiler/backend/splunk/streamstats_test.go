package splunk_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// An aggregation is one number that eventstats or streamstats make.
type aggregation struct{ f, field, as string }

type statistics struct {
	make    []aggregation
	by      []string
	window  int
	seconds float64 // of time_window
	current bool
}

func (p *parser) statistics(stream bool) statistics {
	s := statistics{current: true}
	global := true
	for p.next() != 0 {
		switch w := p.word(""); {
		case w == "BY":
			s.by = p.names()
		case stream && w == "current":
			p.must("=f")
			s.current = false
		case stream && w == "global":
			p.must("=f")
			global = false
		case stream && w == "window":
			p.must("=")
			s.window, _ = strconv.Atoi(p.word(""))
		case stream && w == "time_window":
			p.must("=")
			s.seconds, _ = strconv.ParseFloat(strings.TrimSuffix(p.word(""), "s"), 64)
		default:
			a := aggregation{f: w}
			if p.at < len(p.in) && p.in[p.at] == '(' {
				p.at++
				a.field = p.word("")
				p.must(")")
			}
			p.must("AS")
			a.as = p.word("")
			s.make = append(s.make, a)
		}
	}
	if len(s.make) == 0 || s.window > 0 && global && len(s.by) > 0 {
		p.fail("a window over all groups, or nothing to reckon")
	}
	return s
}

func (t table) stats(p *parser, stream bool) []row {
	s := p.statistics(stream)
	out := slices.Clone(t.rows)
	for i, r := range t.rows {
		key, ok := r.key(s.by)
		if !ok {
			continue
		}
		var seen []row
		last := len(t.rows)
		if stream {
			last = i
			if s.current {
				last = i + 1
			}
		}
		for _, other := range t.rows[:last] {
			k, ok := other.key(s.by)
			if ok && k == key && (s.seconds == 0 || r.number("_time")-other.number("_time") <= s.seconds) {
				seen = append(seen, other)
			}
		}
		if s.window > 0 && len(seen) > s.window {
			seen = seen[len(seen)-s.window:]
		}
		for _, a := range s.make {
			out[i] = out[i].with(a.as, a.over(seen))
		}
	}
	return out
}

func (a aggregation) over(rows []row) any {
	if a.f == "count" {
		return float64(len(rows))
	}
	distinct := map[string]bool{}
	var numbers []float64
	sum := 0.0
	for _, r := range rows {
		for _, v := range r[a.field] {
			distinct[v] = true
			if x, err := strconv.ParseFloat(v, 64); err == nil {
				numbers = append(numbers, x)
				sum += x
			}
		}
	}
	if a.f == "dc" {
		return float64(len(distinct))
	}
	if len(numbers) == 0 {
		return nil
	}
	slices.Sort(numbers)
	if rank, ok := strings.CutPrefix(a.f, "exactperc"); ok {
		n, _ := strconv.ParseFloat(rank, 64)
		return numbers[max(int(math.Ceil(n*float64(len(numbers))/100))-1, 0)]
	}
	switch a.f {
	case "min":
		return numbers[0]
	case "max":
		return numbers[len(numbers)-1]
	case "sum":
		return sum
	case "avg":
		return sum / float64(len(numbers))
	}
	panic("no function " + a.f)
}
