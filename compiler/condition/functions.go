package condition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A function of the language.
type function struct {
	name   string
	method bool   // field.name(…)
	match  bool   // of those, one that is a condition
	use    string // how it is written, for help
}

// functions is what may be called; timeParts adds to it.
var functions = func() map[string]function {
	m := map[string]function{}
	for _, f := range []function{
		{"has", false, false, "has(field)"},
		{"ip", false, false, `ip("10.0.0.1")`},
		{"timestamp", false, false, `timestamp("2026-01-01T00:00:00Z")`},
		{"keyword", false, true, `keyword("text")`},
		{"keywordLike", false, true, `keywordLike("a*b?c")`},
		{"windash", false, false, `field.contains(windash(" -enc"))`},
		{"wide", false, false, `field.contains(base64offset(wide("text")))`},
		{"utf16le", false, false, `field.contains(base64offset(utf16le("text")))`},
		{"utf16be", false, false, `field.contains(base64offset(utf16be("text")))`},
		{"utf16", false, false, `field.contains(base64(utf16("text")))`},
		{"base64", false, false, `field.contains(base64("text"))`},
		{"base64offset", false, false, `field.contains(base64offset("text"))`},
		{"contains", true, true, `field.contains("text")`},
		{"startsWith", true, true, `field.startsWith("text")`},
		{"endsWith", true, true, `field.endsWith("text")`},
		{"containsAny", true, true, `field.containsAny(["a", "b"])`},
		{"startsWithAny", true, true, `field.startsWithAny(["a", "b"])`},
		{"endsWithAny", true, true, `field.endsWithAny(["a", "b"])`},
		{"like", true, true, `field.like("a*b?c")`},
		{"matches", true, true, `field.matches(r"^a.*b$")`},
		{"inCidr", true, true, `field.inCidr("10.0.0.0/8")`},
		{"exists", true, true, `list.exists(x, x.contains("text"))`},
	} {
		m[f.name] = f
	}
	for name := range timeParts {
		m[name] = function{name, true, false, "field." + name + "() == 3"}
	}
	return m
}()

// A timePart is a function of CEL's for a part of a timestamp, and how Sigma counts it. CEL's months and its
// getDayOfMonth begin at 0 (CEL specification, "List of Standard Definitions"), Sigma's at 1.
type timePart struct {
	unit     ir.TimeUnit
	add      int
	min, max int // in CEL's count
}

var timeParts = map[string]timePart{
	"getMinutes":    {ir.Minute, 0, 0, 59},
	"getHours":      {ir.Hour, 0, 0, 23},
	"getDate":       {ir.Day, 0, 1, 31},
	"getDayOfMonth": {ir.Day, 1, 0, 30},
	"getMonth":      {ir.Month, 1, 0, 11},
	"getFullYear":   {ir.Year, 0, 1678, 2261},
}

// absent are functions that people know from CEL or elsewhere, with what to write instead.
var absent = map[string]string{
	"all":             "write !list.exists(x, …) with the condition turned around",
	"exists_one":      "write list.exists(x, …): how many values match can't be asked",
	"existsOne":       "write list.exists(x, …): how many values match can't be asked",
	"map":             "write list.exists(x, …) with one condition on x",
	"filter":          "write list.exists(x, …) with one condition on x",
	"size":            "lengths can't be asked for; has(list) is true when there are values",
	"length":          "lengths can't be asked for; has(list) is true when there are values",
	"len":             "lengths can't be asked for; has(list) is true when there are values",
	"count":           "how often something happens is for a correlation, not a condition",
	"lower":           "leave it out: texts compare without regard to case unless the field is cased",
	"toLower":         "leave it out: texts compare without regard to case unless the field is cased",
	"lowerAscii":      "leave it out: texts compare without regard to case unless the field is cased",
	"upperAscii":      "leave it out: texts compare without regard to case unless the field is cased",
	"lowercase":       "leave it out: texts compare without regard to case unless the field is cased",
	"not":             "write !(…)",
	"string":          "the schema says a field's type; nothing converts it",
	"int":             "the schema says a field's type; nothing converts it",
	"uint":            "the schema says a field's type; nothing converts it",
	"double":          "the schema says a field's type; nothing converts it",
	"bool":            "the schema says a field's type; nothing converts it",
	"dyn":             "the schema says a field's type; nothing converts it",
	"bytes":           "the schema says a field's type; nothing converts it",
	"type":            "the schema says a field's type",
	"duration":        "how long something lasts is for a correlation, not a condition",
	"getDayOfWeek":    "a day of the week has no form in Sigma; keep working days in a context table",
	"getDayOfYear":    "a day of the year has no form in Sigma; use getMonth() and getDate()",
	"getSeconds":      "seconds have no form in Sigma; getMinutes() is the finest",
	"getMilliseconds": "milliseconds have no form in Sigma; getMinutes() is the finest",
	"equals":          "write ==",
	"isEmpty":         "write !has(field)",
	"exists_any":      "write list.exists(x, …)",
	"regex":           `write field.matches(r"…")`,
	"cidr":            `write field.inCidr("10.0.0.0/8")`,
	"isInNet":         `write field.inCidr("10.0.0.0/8")`,
}

func (c *compiler) resolveCall(e ast.Expr) {
	call := e.AsCall()
	name, args := call.FunctionName(), call.Args()
	switch name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
		for _, a := range args {
			c.resolve(a)
		}
		return
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.In:
		c.resolveComparison(e, args[0], args[1])
		return
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate:
		c.arithmetic(e)
		return
	case operators.Index, operators.OptIndex, operators.OptSelect:
		lo, hi := c.nameOf(e)
		c.report(diag.NotInLanguage, lo, hi, "one element of a list or a map can't be picked").
			WithHelp(`write "value" in list, or list.exists(x, …)`)
		return
	}
	x := c.extentOf(e)
	name = c.word(int(x.name)) // as it was written: the parser may have seen another word
	lo, hi := c.nameOf(e)
	f, known := functions[name]
	if !known {
		c.unknownFunction(e, name, lo, hi)
		return
	}
	if f.method != call.IsMemberFunction() {
		c.report(diag.UnknownFunction, lo, hi, "%s is not called like this", quote(name)).WithHelp("write %s", f.use)
		return
	}
	want := 1
	if _, ok := timeParts[name]; ok {
		want = 0
		if len(args) == 1 {
			c.report(diag.NotInLanguage, lo, hi, "%s reads the time in UTC; there are no time zones here", quote(name)).WithHelp("write %s", f.use)
			return
		}
	} else if name == "exists" {
		want = 2
	}
	if len(args) != want {
		c.report(diag.UnknownFunction, lo, hi, "%s takes %s, not %d", quote(name), count(want), len(args)).WithHelp("write %s", f.use)
		return
	}
	switch {
	case name == "has":
		c.resolveHas(e, args[0])
	case name == "exists":
		c.resolveExists(e)
	default:
		if f.method {
			c.resolve(call.Target())
		}
		for _, a := range args {
			c.resolve(a)
		}
	}
}

func count(n int) string {
	return [...]string{"no argument", "one argument", "two arguments"}[n]
}

func (c *compiler) arithmetic(e ast.Expr) {
	lo, hi := c.nameOf(e)
	d := c.report(diag.NotInLanguage, lo, hi, "there is no arithmetic in a condition: Sigma has no form for %s", quote(c.text.Value[lo:hi]))
	for _, a := range e.AsCall().Args() {
		if _, ok := stringLiteral(a); ok {
			d.WithHelp("texts are not put together either: write the whole text as one")
			return
		}
	}
	d.WithHelp("compare a field with a number that is worked out already")
}

func (c *compiler) unknownFunction(e ast.Expr, name string, lo, hi int) {
	if help, ok := absent[name]; ok {
		c.report(diag.NotInLanguage, lo, hi, "%s is not in the language", quote(name)).WithHelp("%s", help)
		return
	}
	if _, ok := c.scope.fields[name]; (ok || c.let(name) != nil) && !e.AsCall().IsMemberFunction() {
		c.report(diag.UnknownFunction, lo, hi, "%s is no function but a name for a value", quote(name)).WithHelp("leave out the (…)")
		return
	}
	d := c.report(diag.UnknownFunction, lo, hi, "there is no function %s", quote(name))
	var names []string
	for n, f := range functions {
		if f.method == e.AsCall().IsMemberFunction() {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	if best := diag.Nearest(name, names); best != "" {
		c.fix(d.WithHelp("did you mean %q?", best), true, fmt.Sprintf("replace %q by %q", name, best), change{lo, hi, best})
		return
	}
	for _, n := range names {
		if strings.EqualFold(strings.ReplaceAll(name, "_", ""), n) {
			c.fix(d.WithHelp("did you mean %q?", n), true, fmt.Sprintf("replace %q by %q", name, n), change{lo, hi, n})
			return
		}
	}
	d.WithHelp("the functions are %s", strings.Join(names, ", "))
}

// resolveHas makes has(f) a presence test of the field, which CEL's own macro refuses for a name without a dot.
func (c *compiler) resolveHas(e, arg ast.Expr) {
	before := c.errors
	c.resolve(arg)
	if c.errors > before {
		return
	}
	f, ok := c.fieldOf(arg)
	if !ok || arg.Kind() == ast.IdentKind {
		lo, hi := c.bytesOf(arg)
		c.report(diag.TypeMismatch, lo, hi, "has() asks whether a field is there, and %s is none", quote(c.src(arg))).
			WithHelp("write has(field)")
		return
	}
	c.become(e, fnHas, f.Name)
}

// resolveExists turns list.exists(x, atom) into the comprehension that CEL's macro makes of it, so that a checked tree
// is CEL which cel-go can evaluate. The variable gets a name of its own: two lists may both be read as x.
func (c *compiler) resolveExists(e ast.Expr) {
	call := e.AsCall()
	list, v, body := call.Target(), call.Args()[0], call.Args()[1]
	c.resolve(list)
	f, ok := c.fieldOf(list)
	if !ok || !f.List {
		lo, hi := c.bytesOf(list)
		c.report(diag.TypeMismatch, lo, hi, "exists() looks through a list, and %s is none", quote(c.src(list)))
		return
	}
	name := c.word(int(c.extentOf(v).first))
	lo, hi := c.bytesOf(v)
	if v.Kind() != ast.IdentKind || reserved[name] {
		c.report(diag.NotInLanguage, lo, hi, "exists() begins with a name for the value that is looked at").WithHelp("write %s", functions["exists"].use)
		return
	}
	if c.scope.field(name) || c.let(name) != nil || c.locals[name] != "" || name == "context" {
		c.report(diag.LetName, lo, hi, "%s means something else already", quote(name)).WithHelp("write exists(x, …), or another free name")
		return
	}
	if len(c.locals) > 0 {
		c.refuse(e, "exists() holds one test of the value, and this is another exists()")
		return
	}
	if c.locals == nil {
		c.locals, c.vars = map[string]string{}, map[string]Field{}
	}
	own := fmt.Sprintf("@%d", len(c.vars))
	c.vars[own], c.locals[name] = f, own
	c.resolve(body)
	delete(c.locals, name)
	node := func() int64 { return c.newNode(e) }
	e.SetKindCase(factory.NewComprehension(e.ID(), list, own, factory.AccuIdentName(),
		factory.NewLiteral(node(), celFalse),
		factory.NewCall(node(), operators.NotStrictlyFalse, factory.NewCall(node(), operators.LogicalNot, factory.NewAccuIdent(node()))),
		factory.NewCall(node(), operators.LogicalOr, factory.NewAccuIdent(node()), body),
		factory.NewAccuIdent(node())))
}
