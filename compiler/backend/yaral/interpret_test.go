package yaral_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A row is an event as UDM has it: texts, int64s, float64s, bools and moments by path. What is missing isn't there; the
// first value of a type says the same.
type row map[string][]any

// A run is an event beside a rule.
type run struct {
	row    row
	lists  map[string]bool // the repeated fields
	tables eval.Tables
}

// finds says whether the rule finds the event: whether one copy of it does, of which there is one for each value of a
// repeated field that is asked without any.
func (r run) finds(in *rule) bool {
	var apart []string
	for _, e := range in.events {
		e.paths(func(n *node) {
			if r.lists[n.text] && !n.any {
				apart = append(apart, n.text)
			} else if n.any && !r.lists[n.text] {
				panic("any of a scalar: " + n.text)
			}
		})
	}
	return r.copies(in, apart)
}

func (r run) copies(in *rule, apart []string) bool {
	if len(apart) == 0 {
		for _, e := range in.events {
			if !r.truth(e) {
				return false
			}
		}
		return true
	}
	name, whole := apart[0], r.row[apart[0]]
	if len(whole) < 2 {
		return r.copies(in, apart[1:])
	}
	for _, v := range whole {
		one := row{}
		for k, w := range r.row {
			one[k] = w
		}
		one["copy of "+name] = []any{v}
		if (run{one, r.lists, r.tables}).copies(in, apart[1:]) {
			return true
		}
	}
	return false
}

func (n *node) paths(f func(*node)) {
	if n.kind == "path" {
		f(n)
	}
	for _, a := range n.args {
		a.paths(f)
	}
}

func (r run) truth(n *node) bool {
	switch n.op {
	case "not":
		return !r.truth(n.args[0])
	case "and", "or":
		for _, a := range n.args {
			if r.truth(a) == (n.op == "or") {
				return n.op == "or"
			}
		}
		return n.op == "and"
	}
	at := n
	for at.kind != "path" { // the field that is asked about stands first
		at = at.args[0]
	}
	if !at.any {
		return r.ask(n, r.value(at))
	}
	for _, v := range r.row[at.text] {
		if r.ask(n, v) {
			return true
		}
	}
	return false
}

// value is a scalar; nil where it is missing.
func (r run) value(n *node) any {
	name, part := n.text, ""
	for _, end := range []string{".seconds", ".nanos"} {
		if s, ok := strings.CutSuffix(name, end); ok {
			name, part = s, end
		}
	}
	list := r.row[name]
	if one := r.row["copy of "+name]; one != nil {
		list = one
	}
	if len(list) == 0 {
		return nil
	}
	if t, ok := list[0].(time.Time); ok {
		return map[string]any{".seconds": t.Unix(), ".nanos": int64(t.Nanosecond())}[part]
	}
	return list[0]
}

// ask answers a question of which v is the field's value.
func (r run) ask(n *node, v any) bool {
	switch n.op {
	case "re.regex":
		re := n.args[1].text
		s, _ := v.(string)
		if !strings.HasPrefix(re, "(?s") && !strings.HasPrefix(re, "(?is") {
			s, _, _ = strings.Cut(s, "\n")
		}
		return compiled(re).MatchString(s)
	case "net.ip_in_range_cidr":
		s, _ := v.(string)
		a, err := netip.ParseAddr(s)
		return netip.MustParsePrefix(n.args[1].text).Contains(a) && err == nil
	case "in":
		return r.in(n, v)
	}
	left, right := n.args[0], n.args[1]
	if left.kind == "call" {
		v = called(left, v)
	}
	var w any
	switch right.kind {
	case "path":
		w = r.value(right)
	case "text":
		w = right.text
	case "int":
		w, _ = strconv.ParseInt(right.text, 10, 64)
	case "float":
		w, _ = strconv.ParseFloat(right.text, 64)
	case "bool":
		w = right.text == "true"
	}
	return compared(n.op, v, w, n.fold)
}

func (r run) in(n *node, v any) bool {
	s, _ := v.(string)
	name := strings.TrimPrefix(n.args[1].text, "detc_")
	for _, entry := range r.tables[name[:strings.LastIndex(name, "_v")]] {
		if compared("=", s, entry.Text(), n.fold) {
			return true
		}
	}
	return false
}

// compared holds values of one type against each other; a missing one is the type's first.
func compared(op string, v, w any, nocase bool) bool {
	if v == nil && w == nil {
		return strings.Contains("= <= >=", op)
	}
	zero := func(of any) any {
		return map[string]any{"string": "", "int64": int64(0), "float64": float64(0), "bool": false}[fmt.Sprintf("%T", of)]
	}
	if v == nil {
		v = zero(w)
	} else if w == nil {
		w = zero(v)
	}
	c := 0
	switch v := v.(type) {
	case string:
		w := w.(string)
		if nocase {
			v, w = ir.FoldAs(ir.FoldASCII, v), ir.FoldAs(ir.FoldASCII, w)
		}
		c = strings.Compare(v, w)
	case int64:
		c = cmp.Compare(v, w.(int64))
	case float64:
		c = cmp.Compare(v, w.(float64))
	case bool:
		c = 1
		if v == w.(bool) {
			c = 0
		}
	default:
		panic(fmt.Sprintf("%T isn't compared", v))
	}
	return map[string]bool{"=": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op]
}

func called(n *node, v any) any {
	if n.op == "cast.as_float" {
		s, _ := v.(string)
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return 0.0
		}
		return f
	}
	s, _ := v.(int64)
	t := time.Unix(s, 0).UTC()
	if zone := n.args[len(n.args)-1].text; zone != "UTC" {
		panic("no zone " + zone)
	}
	switch n.op {
	case "timestamp.get_minute":
		return int64(t.Minute())
	case "timestamp.get_hour":
		return int64(t.Hour())
	}
	_, week := t.ISOWeek()
	return map[string]string{
		"%d": t.Format("02"), "%m": t.Format("01"), "%Y": fmt.Sprintf("%04d", t.Year()), "%V": fmt.Sprintf("%02d", week),
	}[n.args[1].text]
}

// expressions are compiled once: a rule asks the same of many rows.
var expressions sync.Map

func compiled(s string) *regexp.Regexp {
	if re, ok := expressions.Load(s); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(s)
	expressions.Store(s, re)
	return re
}
