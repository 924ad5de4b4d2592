package witness_test

import (
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
)

// inEval plants interpreters that are wrong about one thing. That they differ from eval is not looked at: sigma-go and
// cel-go must notice.
func inEval() []planted {
	atom := func(name string, judge func(a ir.Expr, ev eval.Event, t eval.Tables) bool) planted {
		return planted{name, func(p *pipeline) { p.altered, p.eval = true, interpreter(judge, false) }}
	}
	one := func(name string, judge func(a ir.Expr, v ir.Value, t eval.Tables) (verdict, mine bool)) planted {
		return atom(name, func(a ir.Expr, ev eval.Event, t eval.Tables) bool {
			if f := ir.Fields(a); len(f) == 1 {
				values, _ := ev.Get(f[0])
				for _, v := range values {
					verdict, mine := judge(a, v, t)
					if !mine {
						return eval.Match(a, ev, t)
					}
					if verdict {
						return true
					}
				}
				if len(values) > 0 {
					return false
				}
			}
			return eval.Match(a, ev, t)
		})
	}
	changed := func(name string, change func(a ir.Expr) ir.Expr) planted {
		return atom(name, func(a ir.Expr, ev eval.Event, t eval.Tables) bool { return eval.Match(change(a), ev, t) })
	}
	return []planted{
		{"not of an atom over a missing field is false", func(p *pipeline) {
			p.altered, p.eval = true, interpreter(eval.Match, true)
		}},
		one("texts are equal as strings.EqualFold says", func(a ir.Expr, v ir.Value, _ eval.Tables) (bool, bool) {
			eq, ok := a.(*ir.Eq)
			if !ok || v.Type != ir.String || eq.Field.Cased {
				return false, false
			}
			return slices.ContainsFunc(eq.Values, func(w ir.Value) bool { return strings.EqualFold(w.Str, v.Str) }), true
		}),
		one("contains puts both sides into lower case", func(a ir.Expr, v ir.Value, _ eval.Tables) (bool, bool) {
			m, ok := a.(*ir.Match)
			if !ok || m.Op != ir.Contains || !m.Encoding.Plain() || m.Field.Cased {
				return false, false
			}
			return slices.ContainsFunc(m.Values, func(w string) bool { return strings.Contains(strings.ToLower(v.Str), strings.ToLower(w)) }), true
		}),
		atom("all values of a list must do", func(a ir.Expr, ev eval.Event, t eval.Tables) bool {
			f := ir.Fields(a)
			if len(f) != 1 {
				return eval.Match(a, ev, t)
			}
			values, present := ev.Get(f[0])
			if len(values) < 2 || !present {
				return eval.Match(a, ev, t)
			}
			return !slices.ContainsFunc(values, func(v ir.Value) bool { return !eval.Match(a, bind.NewEvent(map[string][]ir.Value{f[0].Name: {v}}), t) })
		}),
		atom("what can't be read does not exist", func(a ir.Expr, ev eval.Event, t eval.Tables) bool {
			if x, ok := a.(*ir.Exists); ok {
				values, _ := ev.Get(x.Field)
				return len(values) > 0
			}
			return eval.Match(a, ev, t)
		}),
		atom("two missing fields are equal", func(a ir.Expr, ev eval.Event, t eval.Tables) bool {
			if x, ok := a.(*ir.FieldEq); ok {
				_, one := ev.Get(x.Field)
				_, other := ev.Get(x.Other)
				if !one && !other {
					return true
				}
			}
			return eval.Match(a, ev, t)
		}),
		atom("a missing text is an empty one", func(a ir.Expr, ev eval.Event, t eval.Tables) bool {
			f := ir.Fields(a)
			if _, exists := a.(*ir.Exists); len(f) == 1 && !exists && f[0].Type == ir.String {
				if _, present := ev.Get(f[0]); !present {
					ev = bind.NewEvent(map[string][]ir.Value{f[0].Name: {ir.StringValue("")}})
				}
			}
			return eval.Match(a, ev, t)
		}),
		changed("< is <=", func(a ir.Expr) ir.Expr {
			if c, ok := a.(*ir.Compare); ok && c.Op == ir.Lt {
				d := *c
				d.Op = ir.Le
				return &d
			}
			return a
		}),
		changed("windash is ignored", func(a ir.Expr) ir.Expr {
			if m, ok := a.(*ir.Match); ok && m.Encoding.Dash {
				c := *m
				c.Encoding = ir.Encoding{}
				return &c
			}
			return a
		}),
		changed("a pattern may stand anywhere", func(a ir.Expr) ir.Expr {
			if m, ok := a.(*ir.Match); ok && m.Op == ir.Glob {
				c := *m
				c.Values = nil
				for _, v := range m.Values {
					c.Values = append(c.Values, "*"+v+"*")
				}
				return &c
			}
			return a
		}),
		changed("expressions fold case", func(a ir.Expr) ir.Expr {
			if re, ok := a.(*ir.Regex); ok {
				c := *re
				c.Patterns = nil
				for _, p := range re.Patterns {
					c.Patterns = append(c.Patterns, "(?i)"+p)
				}
				return &c
			}
			return a
		}),
		changed("expressions are anchored", func(a ir.Expr) ir.Expr {
			if re, ok := a.(*ir.Regex); ok {
				c := *re
				c.Patterns = nil
				for _, p := range re.Patterns {
					c.Patterns = append(c.Patterns, "^(?:"+p+")$")
				}
				return &c
			}
			return a
		}),
		changed("months count from 0", func(a ir.Expr) ir.Expr {
			if part, ok := a.(*ir.TimePart); ok && part.Part == ir.Month {
				c := *part
				c.Values = nil
				for _, n := range part.Values {
					c.Values = append(c.Values, n+1)
				}
				return &c
			}
			return a
		}),
		changed("a table's entries mind case", func(a ir.Expr) ir.Expr {
			if in, ok := a.(*ir.InSet); ok {
				c := *in
				c.Field.Cased = true
				return &c
			}
			return a
		}),
	}
}

// interpreter is eval with another opinion on atoms; with strict, what is negated is false where its field is missing.
func interpreter(atom func(ir.Expr, eval.Event, eval.Tables) bool, strict bool) func(ir.Expr, eval.Event, eval.Tables) bool {
	var judge func(e ir.Expr, ev eval.Event, t eval.Tables) bool
	judge = func(e ir.Expr, ev eval.Event, t eval.Tables) bool {
		switch e := e.(type) {
		case *ir.And:
			return !slices.ContainsFunc(e.Args, func(a ir.Expr) bool { return !judge(a, ev, t) })
		case *ir.Or:
			return slices.ContainsFunc(e.Args, func(a ir.Expr) bool { return judge(a, ev, t) })
		case *ir.Not:
			if _, exists := e.Arg.(*ir.Exists); strict && !exists {
				for _, f := range ir.Fields(e.Arg) {
					if _, present := ev.Get(f); !present {
						return false
					}
				}
			}
			return !judge(e.Arg, ev, t)
		case *ir.Named:
			return judge(e.Arg, ev, t)
		case *ir.Const:
			return e.Value
		}
		return atom(e, ev, t)
	}
	return judge
}
