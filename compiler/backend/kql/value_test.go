package kql_test

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A row has a value by column: string, int64, float64, bool, moment, dynamic, or nil for null.
type row map[string]any

type moment int64 // ticks are dropped where it is stored

type dynamic struct{ v any } // what JSON holds; v isn't nil

// A run is a query on a row.
type run struct {
	row    row
	tables eval.Tables

	scope *scope // of a correlation
	rows  []row  // those that prev and next look at
	at    int
	state row // of scan
}

func (q query) holds(r row, tables eval.Tables) bool {
	e := run{row: r, tables: tables}
	for _, s := range q.stages {
		if s.where != nil {
			if e.eval(s.where) != true {
				return false
			}
			continue
		}
		list, ok := e.eval(s.item).(dynamic)
		items, is := list.v.([]any)
		if !ok || !is || len(items) == 0 {
			return false // mv-apply drops the row
		}
		next := row{}
		for k, v := range r {
			next[k] = v
		}
		for name, q := range s.flags {
			next[name] = false
			for _, item := range items {
				with := row{}
				for k, v := range r {
					with[k] = v
				}
				with["detc_item"] = wrap(item)
				if (run{row: with, tables: tables}).eval(q) == true {
					next[name] = true
				}
			}
		}
		r, e = next, run{row: next, tables: tables}
	}
	return true
}

func wrap(v any) any {
	if v == nil {
		return nil
	}
	return dynamic{v}
}

func (e run) eval(n *node) any {
	switch n.op {
	case "true", "false":
		return n.op == "true"
	case "text":
		return n.text
	case "number":
		if i, err := strconv.ParseInt(n.text, 10, 64); err == nil {
			return i
		}
		f, _ := strconv.ParseFloat(n.text, 64)
		return f
	case "name":
		v, ok := e.row[n.text]
		if !ok {
			panic("no column " + n.text)
		}
		return v
	case "member":
		if n.args[0].text == "detc_s" {
			return e.state[n.text]
		}
		d, _ := e.eval(n.args[0]).(dynamic)
		m, _ := d.v.(map[string]any)
		return wrap(m[n.text])
	case "and", "or":
		return logic(n.op, e.eval(n.args[0]), e.eval(n.args[1]))
	case "call":
		return e.call(n)
	case "+", "-", "*", "/", "index", "span d", "span h", "span m", "span s":
		return e.arithmetic(n)
	}
	return e.compare(n)
}

// logic is that of three values: the strictest reading of the reference, in which null stays.
func logic(op string, a, b any) any {
	decides := op == "or"
	switch {
	case a == decides || b == decides:
		return decides
	case a == nil || b == nil:
		return nil
	}
	return !decides
}

func fold(s string) string { return ir.FoldAs(ir.FoldASCII, s) }

func (e run) compare(n *node) any {
	if n.args[0].op == "any" {
		for _, v := range e.row {
			if e.texts(n.op, str(v), e.eval(n.args[1]).(string)) {
				return true
			}
		}
		return false
	}
	a := e.eval(n.args[0])
	switch n.op {
	case "in", "in~":
		op := map[string]string{"in": "==", "in~": "=~"}[n.op]
		for _, m := range n.args[1:] {
			if m.op == "set" {
				for _, v := range e.tables[tableOf(m)] {
					if same(op, a, v.Text()) == true {
						return true
					}
				}
				continue
			}
			if same(op, a, e.eval(m)) == true {
				return true
			}
		}
		return false
	case "==", "=~":
		return same(n.op, a, e.eval(n.args[1]))
	case "!=":
		if v, ok := same("==", a, e.eval(n.args[1])).(bool); ok {
			return !v
		}
		return nil
	case "<", "<=", ">", ">=":
		return order(n.op, a, e.eval(n.args[1]))
	}
	return e.texts(n.op, a.(string), e.eval(n.args[1]).(string))
}

// tableOf is the context table that a set's call names.
func tableOf(set *node) string {
	call := set.args[0]
	name := call.text
	if name == "_GetWatchlist" {
		name = call.args[0].text
	}
	name = strings.TrimPrefix(name, "detc_")
	return name[:strings.LastIndex(name, "_v")]
}

func (e run) texts(op, a, b string) bool {
	switch op {
	case "contains":
		return strings.Contains(fold(a), fold(b))
	case "contains_cs":
		return strings.Contains(a, b)
	case "startswith":
		return strings.HasPrefix(fold(a), fold(b))
	case "startswith_cs":
		return strings.HasPrefix(a, b)
	case "endswith":
		return strings.HasSuffix(fold(a), fold(b))
	case "endswith_cs":
		return strings.HasSuffix(a, b)
	case "matches regex":
		return compiled(b).MatchString(a)
	}
	panic("no operator " + op)
}

func same(op string, a, b any) any {
	if a == nil || b == nil {
		return nil // the reference says null here and false there
	}
	if s, ok := a.(string); ok {
		t := b.(string)
		return s == t || op == "=~" && fold(s) == fold(t)
	}
	if x, ok := a.(int64); ok {
		if y, ok := b.(int64); ok {
			return x == y
		}
	}
	if a, ok := num(a); ok {
		b, ok := num(b)
		return ok && a == b
	}
	return a == b
}

func num(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func order(op string, a, b any) any {
	if a == nil || b == nil {
		return nil
	}
	var c int
	if x, ok := a.(moment); ok {
		c = cmp(x, b.(moment))
	} else if x, ok := a.(span); ok {
		c = cmp(int64(x), int64(b.(span)))
	} else if x, ok := a.(int64); ok {
		if y, ok := b.(int64); ok {
			c = cmp(x, y)
		} else {
			c = cmp(float64(x), b.(float64))
		}
	} else {
		y, _ := num(b)
		c = cmp(a.(float64), y)
	}
	return map[string]bool{"<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op]
}

func cmp[T int64 | float64 | moment](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// str is tostring.
func str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case moment:
		return time.Unix(0, int64(v)).UTC().Format("2006-01-02T15:04:05.0000000Z")
	case dynamic:
		switch v := v.v.(type) {
		case string:
			return v
		case json.Number:
			return v.String()
		case bool:
			return strconv.FormatBool(v)
		}
		b, _ := json.Marshal(v.v)
		return string(b)
	}
	return ""
}

func inNet(a, b string) any {
	ip, err := netip.ParseAddr(a)
	if err != nil || ip.Zone() != "" {
		return nil
	}
	n, err := netip.ParsePrefix(b)
	if err != nil {
		other, err := netip.ParseAddr(b)
		if err != nil {
			return nil
		}
		n = netip.PrefixFrom(other, other.BitLen())
	}
	bits := n.Bits()
	if n.Addr().Is4() {
		bits += 96
	}
	return netip.PrefixFrom(netip.AddrFrom16(n.Addr().As16()), bits).Masked() == netip.PrefixFrom(netip.AddrFrom16(ip.As16()), bits).Masked()
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
