package witness_test

import (
	"regexp"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/telemetry"
)

// misread plants a source that binding takes for another.
func misread(name string, text func(string) string) planted {
	return planted{name, func(p *pipeline) {
		right := p.specialise
		p.specialise = func(r *ir.Rule, s *bind.Source) bind.Outcome {
			of := s.Schema.Span.File.Text
			changed := text(of)
			if changed == of {
				return right(r, s)
			}
			var l diag.List
			schema := telemetry.Read(source.NewFile("t.yaml", changed), &l)
			return right(r, &bind.Source{Source: schema.Sources[0], Filter: s.Filter})
		}
	}}
}

// rewritten plants another rule in the place of the one that is bound.
func rewritten(name string, rewrite func(ir.Expr, *bind.Source) ir.Expr) planted {
	return planted{name, func(p *pipeline) {
		right := p.specialise
		p.specialise = func(r *ir.Rule, s *bind.Source) bind.Outcome {
			c := *r
			c.Where = rewrite(r.Where, s)
			return right(&c, s)
		}
	}}
}

var severalNames = regexp.MustCompile(`\["([^"\]]+)", "([^"\]]+)"`)

func inBinding() []planted {
	return []planted{
		misread("the values of two words are swapped", swapped("{run: [stop], stop: [run, Halt, halt]", "{run: [run, Halt, halt], stop: [stop]")),
		misread("the second of the log's words is forgotten", swapped(`mid: ["1", M]`, `mid: ["1"]`)),
		misread("the second name is asked first", func(s string) string { return severalNames.ReplaceAllString(s, `["$2", "$1"`) }),
		misread("only the first name is asked", func(s string) string { return severalNames.ReplaceAllString(s, `["$1"`) }),
		misread("a time is read in another unit", swapped("unit: ms}", "unit: s}")),
		misread("another constant", strings.NewReplacer("      port: 3\n", "      port: 4\n", "      user: \"a\"\n", "      user: \"b\"\n",
			"      mode: Run\n", "      mode: run\n", "      src_ip: 10.0.0.1\n", "      src_ip: 10.0.0.2\n").Replace),
		{"the row filter is forgotten", func(p *pipeline) {
			right := p.specialise
			p.specialise = func(r *ir.Rule, s *bind.Source) bind.Outcome { return right(r, &bind.Source{Source: s.Source}) }
		}},
		{"names after the first count beside it", func(p *pipeline) {
			right := p.specialise
			p.specialise = func(r *ir.Rule, s *bind.Source) bind.Outcome {
				out := right(r, s)
				if out.Bound != nil {
					out.Bound.Where = ir.Normalize(withoutAbsence(out.Bound.Where))
				}
				return out
			}
		}},
		rewritten("an atom over a field that the log lacks folds to true", func(e ir.Expr, s *bind.Source) ir.Expr {
			return ir.Map(e, func(a ir.Expr) ir.Expr {
				if f := ir.Fields(a); len(f) > 0 && s.Binding(f[0].Name).Absent() {
					return &ir.Const{Value: true}
				}
				return a
			})
		}),
		rewritten("not is pushed into an and as it stands", func(e ir.Expr, _ *bind.Source) ir.Expr { return pushed(e) }),
		rewritten("a comparison is turned in place of its negation", func(e ir.Expr, _ *bind.Source) ir.Expr { return turned(e) }),
		rewritten("an or of two fields is merged into the first", func(e ir.Expr, _ *bind.Source) ir.Expr { return merged(e) }),
		rewritten("the last argument of an and is absorbed", func(e ir.Expr, _ *bind.Source) ir.Expr {
			if and, ok := e.(*ir.And); ok && len(and.Args) > 1 {
				return ir.Normalize(&ir.And{Args: and.Args[:len(and.Args)-1]})
			}
			return e
		}),
	}
}

// rebuilt is e with change made to each connective, the innermost first.
func rebuilt(e ir.Expr, change func(ir.Expr) ir.Expr) ir.Expr {
	all := func(args []ir.Expr) (out []ir.Expr) {
		for _, a := range args {
			out = append(out, rebuilt(a, change))
		}
		return out
	}
	switch x := e.(type) {
	case *ir.And:
		e = &ir.And{Args: all(x.Args)}
	case *ir.Or:
		e = &ir.Or{Args: all(x.Args)}
	case *ir.Not:
		e = &ir.Not{Arg: rebuilt(x.Arg, change)}
	case *ir.Named:
		e = &ir.Named{Name: x.Name, Arg: rebuilt(x.Arg, change)}
	}
	return change(e)
}

// withoutAbsence forgets the `!exists(first) &` before a second name.
func withoutAbsence(e ir.Expr) ir.Expr {
	return rebuilt(e, func(e ir.Expr) ir.Expr {
		and, ok := e.(*ir.And)
		if !ok {
			return e
		}
		return &ir.And{Args: slices.DeleteFunc(slices.Clone(and.Args), func(a ir.Expr) bool {
			not, ok := a.(*ir.Not)
			if !ok {
				return false
			}
			_, exists := not.Arg.(*ir.Exists)
			return exists
		})}
	})
}

func pushed(e ir.Expr) ir.Expr {
	return rebuilt(e, func(e ir.Expr) ir.Expr {
		if not, ok := e.(*ir.Not); ok {
			if and, ok := not.Arg.(*ir.And); ok {
				out := &ir.And{}
				for _, a := range and.Args {
					out.Args = append(out.Args, &ir.Not{Arg: a})
				}
				return out
			}
		}
		return e
	})
}

func turned(e ir.Expr) ir.Expr {
	return rebuilt(e, func(e ir.Expr) ir.Expr {
		if not, ok := e.(*ir.Not); ok {
			if c, ok := not.Arg.(*ir.Compare); ok {
				d := *c
				d.Op = map[ir.CompareOp]ir.CompareOp{ir.Lt: ir.Ge, ir.Le: ir.Gt, ir.Gt: ir.Le, ir.Ge: ir.Lt}[c.Op]
				return &d
			}
		}
		return e
	})
}

func merged(e ir.Expr) ir.Expr {
	return rebuilt(e, func(e ir.Expr) ir.Expr {
		or, ok := e.(*ir.Or)
		if !ok {
			return e
		}
		var first *ir.Eq
		out := &ir.Or{}
		for _, a := range or.Args {
			if eq, ok := a.(*ir.Eq); ok && first == nil {
				c := *eq
				first = &c
				a = first
			} else if ok && eq.Field.Type == first.Field.Type {
				first.Values = append(slices.Clone(first.Values), eq.Values...)
				continue
			}
			out.Args = append(out.Args, a)
		}
		return out
	})
}
