package splunk_test

import (
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A row has the texts of a field; a field that is missing isn't there.
type row map[string][]string

type run struct {
	row    row
	tables eval.Tables
}

func holds(stages []stage, r row, tables eval.Tables) bool {
	e := run{row{}, tables}
	for k, v := range r {
		e.row[k] = v
	}
	for _, s := range stages {
		switch s.command {
		case "search":
			if !e.find(s.test) {
				return false
			}
		case "where":
			if e.eval(s.test) != true {
				return false
			}
		case "eval":
			for _, n := range s.sets {
				if v, ok := e.eval(n.args[0]).(float64); ok {
					e.row[n.text] = []string{strconv.FormatFloat(v, 'f', -1, 64)}
				}
			}
		case "lookup":
			e.lookup(s)
		}
	}
	return true
}

func fold(s string) string { return ir.FoldAs(ir.FoldASCII, s) }

func (e run) lookup(s stage) {
	name := strings.TrimPrefix(s.table, "detc_")
	cased := strings.HasSuffix(name, "_cased")
	for _, entry := range e.tables[name[:strings.LastIndex(name, "_v")]] {
		for _, v := range e.row[s.from] {
			if v == entry.Text() || !cased && fold(v) == fold(entry.Text()) {
				e.row[s.to] = append(e.row[s.to], entry.Text())
			}
		}
	}
}

// find is search's truth, which has two values.
func (e run) find(n *node) bool {
	switch n.op {
	case "all":
		for _, a := range n.args {
			if !e.find(a) {
				return false
			}
		}
		return true
	case "one":
		for _, a := range n.args {
			if e.find(a) {
				return true
			}
		}
		return false
	case "not":
		return !e.find(n.args[0])
	case "anything":
		return true
	}
	re := strings.ReplaceAll(regexp.QuoteMeta(fold(n.args[0].text)), `\*`, "(?s:.*)")
	for _, v := range e.row[n.text] {
		if compiled(`\A` + re + `\z`).MatchString(fold(v)) {
			return true
		}
	}
	return false
}

// eval is the truth of eval and where: nil is null, and it stays.
func (e run) eval(n *node) any {
	switch n.op {
	case "text":
		return n.text
	case "number":
		f, err := strconv.ParseFloat(n.text, 64)
		if err != nil {
			panic(err)
		}
		return f
	case "field":
		if v := e.row[n.text]; len(v) == 1 {
			return v[0]
		} else if len(v) > 1 {
			return v
		}
		return nil
	case "call":
		return e.call(n)
	case "not":
		if v := e.eval(n.args[0]); v != nil {
			return !v.(bool)
		}
		return nil
	}
	a, b := e.eval(n.args[0]), e.eval(n.args[1])
	if n.op == "and" || n.op == "or" {
		decides := n.op == "or"
		switch {
		case a == decides || b == decides:
			return decides
		case a == nil || b == nil:
			return nil
		}
		return !decides
	}
	if a == nil || b == nil {
		return nil
	}
	if n.op == "." {
		return a.(string) + b.(string)
	}
	return arithmetic(n.op, a, b)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && f-f == 0 && !strings.ContainsAny(v, "xXpP_")
	}
	return 0, false
}

func arithmetic(op string, a, b any) any {
	x, ok := number(a)
	y, also := number(b)
	if !ok || !also {
		if op == "==" || op == "!=" {
			return (a == b) == (op == "==")
		}
		return nil
	}
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/":
		return x / y
	}
	return map[string]bool{"==": x == y, "!=": x != y, "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[op]
}

func (e run) call(n *node) any {
	if n.text == "mvfilter" {
		return e.filter(n.args[0])
	}
	args := make([]any, len(n.args))
	for i, a := range n.args {
		args[i] = e.eval(a)
	}
	switch n.text {
	case "isnotnull":
		return args[0] != nil
	case "coalesce":
		for _, v := range args {
			if v != nil {
				return v
			}
		}
		return nil
	case "if":
		if args[0] == true {
			return args[1]
		}
		return args[2]
	}
	for _, v := range args {
		if v == nil {
			return nil
		}
	}
	return plain(n.text, args)
}

func plain(f string, args []any) any {
	switch f {
	case "match":
		return compiled(args[1].(string)).MatchString(args[0].(string))
	case "cidrmatch":
		n, err := netip.ParsePrefix(args[0].(string))
		ip, wrong := netip.ParseAddr(args[1].(string))
		return err == nil && wrong == nil && n.Contains(ip)
	case "tonumber":
		if v, ok := number(args[0]); ok {
			return v
		}
		return nil
	case "floor":
		return math.Floor(args[0].(float64))
	case "lower":
		return fold(args[0].(string))
	case "strptime":
		layout := map[string]string{"%Y-%m-%dT%H:%M:%S.%6N%Z": "2006-01-02T15:04:05.000000Z", "%Y-%m-%dT%H:%M:%S%Z": "2006-01-02T15:04:05Z"}[args[1].(string)]
		t, err := time.Parse(layout, args[0].(string))
		if err != nil {
			return nil
		}
		return float64(t.UnixMicro()) / 1e6
	}
	panic("no function " + f)
}

// filter keeps the values of which a question is true; it is null where none is left.
func (e run) filter(question *node) any {
	name := fieldOf(question)
	var kept []string
	for _, v := range e.row[name] {
		if (run{row{name: []string{v}}, nil}).eval(question) == true {
			kept = append(kept, v)
		}
	}
	if kept == nil {
		return nil
	}
	return kept
}

// fieldOf is the one field that a question of mvfilter's may name.
func fieldOf(n *node) string {
	if n.op == "field" {
		return n.text
	}
	name := ""
	for _, a := range n.args {
		if f := fieldOf(a); f != "" && name != "" && f != name {
			panic("mvfilter takes one field")
		} else if f != "" {
			name = f
		}
	}
	return name
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
