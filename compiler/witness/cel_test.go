package witness_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"detc/compiler/condition"
	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
	"detc/compiler/witness"
)

// celOpinion writes a rule as CEL, compiles that again, which must give the rule back, and asks cel-go of it on each
// event. What the language refuses (an enum's stranger, a pattern that is all stars) has no such opinion.
func celOpinion(w *world, e ir.Expr) (func(*witness.Witness) (bool, error), error) {
	cel := celWriter{tables: map[string]condition.Table{}}
	text := cel.expr(e)
	if cel.unsaid {
		return nil, nil
	}
	var fields []condition.Field
	for _, f := range w.schema.Fields {
		fields = append(fields, condition.Field{Field: f.Field, Enum: f.Enum})
	}
	var tables []condition.Table
	for _, t := range cel.tables {
		tables = append(tables, t)
	}
	scope := condition.NewScope("telemetry t", fields, tables)
	src := source.Literal(source.NewFile("condition", text), 0, text)
	var l diag.List
	got, ok := scope.Compile(src, nil, &l)
	if !ok {
		return nil, nil
	}
	if got = ir.Normalize(got); !ir.Equal(got, e) {
		return nil, fmt.Errorf("%s\nis lowered to %s\nnot to        %s", text, ir.Text(got), ir.Text(e))
	}
	p, err := scope.Elaborate(src, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	return func(w *witness.Witness) (bool, error) { return p.Match(w.Event(), w.Tables) }, nil
}

// A celWriter writes IR as a person would have written it in CEL.
type celWriter struct {
	tables map[string]condition.Table
	unsaid bool // something has no CEL, or no CEL that lowers to just that
}

func (c *celWriter) expr(e ir.Expr) string { return ir.Visit(e, ir.Visitor[string](c)) }

func (c *celWriter) chain(op, none string, args []ir.Expr) string {
	if len(args) == 0 {
		return none
	}
	var out []string
	for _, a := range args {
		out = append(out, "("+c.expr(a)+")")
	}
	return strings.Join(out, op)
}

func (c *celWriter) And(e *ir.And) string     { return c.chain(" && ", "true", e.Args) }
func (c *celWriter) Or(e *ir.Or) string       { return c.chain(" || ", "false", e.Args) }
func (c *celWriter) Not(e *ir.Not) string     { return "!(" + c.expr(e.Arg) + ")" }
func (c *celWriter) Const(e *ir.Const) string { return strconv.FormatBool(e.Value) }
func (c *celWriter) Named(e *ir.Named) string { return c.expr(e.Arg) }

func (c *celWriter) no() string {
	c.unsaid = true
	return "false"
}

// on asks something of a field, or of any element of a list.
func (c *celWriter) on(f ir.Field, test func(of string) string) string {
	if f.List {
		return f.Name + ".exists(x, " + test("x") + ")"
	}
	return test(f.Name)
}

func celList[T any](values []T, text func(T) string) string {
	var out []string
	for _, v := range values {
		out = append(out, text(v))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func celValue(v ir.Value) string {
	switch v.Type {
	case ir.String:
		return strconv.Quote(v.Str)
	case ir.IP:
		return strconv.Quote(v.IP.String())
	case ir.Timestamp:
		return "timestamp(" + strconv.Quote(v.Text()) + ")"
	case ir.Double:
		if s := strconv.FormatFloat(v.Float, 'g', -1, 64); strings.ContainsAny(s, ".e") {
			return s
		} else {
			return s + ".0"
		}
	}
	return v.Text()
}

func (c *celWriter) Eq(a *ir.Eq) string {
	return c.on(a.Field, func(of string) string {
		if len(a.Values) == 1 {
			return of + " == " + celValue(a.Values[0])
		}
		return of + " in " + celList(a.Values, celValue)
	})
}

func (c *celWriter) Match(a *ir.Match) string {
	text := func(s string) string {
		s = strconv.Quote(s)
		for _, name := range slices.Backward(a.Encoding.Words()) {
			s = name + "(" + s + ")"
		}
		return s
	}
	return c.on(a.Field, func(of string) string {
		if a.Op == ir.Glob {
			var each []string
			for _, v := range a.Values {
				each = append(each, of+".like("+text(v)+")")
			}
			if f := a.Field; f.List && len(each) > 1 {
				return c.no()
			}
			return strings.Join(each, " || ")
		}
		name := map[ir.MatchOp]string{ir.Contains: "contains", ir.Prefix: "startsWith", ir.Suffix: "endsWith"}[a.Op]
		if len(a.Values) == 1 {
			return of + "." + name + "(" + text(a.Values[0]) + ")"
		}
		return of + "." + name + "Any(" + celList(a.Values, text) + ")"
	})
}

func (c *celWriter) Regex(a *ir.Regex) string {
	if a.Field.List && len(a.Patterns) > 1 {
		return c.no()
	}
	return c.on(a.Field, func(of string) string {
		var each []string
		for _, p := range a.Patterns {
			each = append(each, of+".matches("+strconv.Quote(p)+")")
		}
		return strings.Join(each, " || ")
	})
}

func (c *celWriter) Cidr(a *ir.Cidr) string {
	return c.on(a.Field, func(of string) string {
		return of + ".inCidr(" + celList(a.Nets, func(n netip.Prefix) string { return strconv.Quote(n.String()) }) + ")"
	})
}

func (c *celWriter) Compare(a *ir.Compare) string {
	return c.on(a.Field, func(of string) string { return of + " " + a.Op.String() + " " + celValue(a.Value) })
}

func (c *celWriter) FieldEq(a *ir.FieldEq) string {
	if a.Field.List || a.Other.List {
		return c.no()
	}
	return a.Field.Name + " == " + a.Other.Name
}

func (c *celWriter) Exists(a *ir.Exists) string { return "has(" + a.Field.Name + ")" }

func (c *celWriter) InSet(a *ir.InSet) string {
	if t, ok := c.tables[a.Table]; ok && t.Type != a.Field.Type {
		return c.no()
	}
	c.tables[a.Table] = condition.Table{Name: a.Table, Type: a.Field.Type, Version: a.Version}
	return c.on(a.Field, func(of string) string { return of + " in context." + a.Table })
}

func (c *celWriter) TimePart(a *ir.TimePart) string {
	name := map[ir.TimeUnit]string{ir.Minute: "getMinutes", ir.Hour: "getHours", ir.Day: "getDate", ir.Month: "getMonth", ir.Year: "getFullYear"}[a.Part]
	if name == "" {
		return c.no()
	}
	return c.on(a.Field, func(of string) string {
		return of + "." + name + "() in " + celList(a.Values, func(n int) string {
			if a.Part == ir.Month {
				n--
			}
			return strconv.Itoa(n)
		})
	})
}

func (c *celWriter) Keyword(a *ir.Keyword) string {
	if a.Op == ir.Glob {
		var each []string
		for _, v := range a.Values {
			each = append(each, "keywordLike("+strconv.Quote(v)+")")
		}
		return "(" + strings.Join(each, " || ") + ")"
	}
	return "keyword(" + celList(a.Values, strconv.Quote) + ")"
}
