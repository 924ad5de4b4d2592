package condition

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"detc/compiler/diag"
	"detc/compiler/ir"
)

var factory = ast.NewExprFactory()

// newNode makes room for a node that stands where e does.
func (c *compiler) newNode(e ast.Expr) int64 {
	id := c.next
	c.place(id, c.extentOf(e))
	return id
}

// become puts a call with one text in the place of a name.
func (c *compiler) become(e ast.Expr, function, arg string) {
	e.SetKindCase(factory.NewCall(e.ID(), function, factory.NewLiteral(c.newNode(e), types.String(arg))))
}

// resolve replaces names by typed calls, from the leaves up, and refuses what the language doesn't have.
func (c *compiler) resolve(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind, ast.SelectKind:
		c.resolveName(e)
	case ast.LiteralKind:
		c.resolveLiteral(e)
	case ast.CallKind:
		c.resolveCall(e)
	case ast.ListKind:
		for _, el := range e.AsList().Elements() {
			c.resolve(el)
		}
	default:
		c.refuse(e, "{…} has no place in a condition")
	}
}

// refuse reports CEL that is not in the language.
func (c *compiler) refuse(e ast.Expr, format string, args ...any) *diag.Diagnostic {
	lo, hi := c.bytesOf(e)
	return c.report(diag.NotInLanguage, lo, hi, format, args...)
}

func (c *compiler) resolveLiteral(e ast.Expr) {
	lo, hi := c.bytesOf(e)
	switch v := e.AsLiteral().(type) {
	case types.Null:
		c.report(diag.NullLiteral, lo, hi, "null is not in the language: a field that is null is missing").
			WithHelp("write has(field) or !has(field)")
	case types.Uint:
		d := c.report(diag.NotInLanguage, lo, hi, "there are no unsigned numbers here")
		c.fix(d.WithHelp("write %d", uint64(v)), true, "leave the u out", change{lo, hi, fmt.Sprint(uint64(v))})
	case types.Bytes:
		c.report(diag.NotInLanguage, lo, hi, "there are no bytes here; write a text")
	case types.String:
		if strings.ContainsRune(string(v), '\uFFFD') && !strings.ContainsRune(c.text.Value[lo:hi], '\uFFFD') {
			c.report(diag.ConditionSyntax, lo, hi, "an escape in this text stands for no character")
		}
	}
}

// path takes a chain of names apart. A chain that begins with anything but a name has no parts.
func (c *compiler) path(e ast.Expr) []string {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{c.word(int(c.extentOf(e).first))}
	case ast.SelectKind:
		if parts := c.path(e.AsSelect().Operand()); parts != nil {
			return append(parts, e.AsSelect().FieldName())
		}
	}
	return nil
}

// resolveName reads a name or a dotted chain of them: the variable of an exists, a let, a table, a field.
func (c *compiler) resolveName(e ast.Expr) {
	parts := c.path(e)
	if parts == nil {
		c.resolve(e.AsSelect().Operand())
		c.refuse(e, "a part of a value can't be taken").WithHelp("name the field whole, dots and all")
		return
	}
	name := strings.Join(parts, ".")
	if v, ok := c.locals[parts[0]]; ok {
		if len(parts) > 1 {
			c.refuse(e, "%s is one value of a list and has no parts", quote(parts[0]))
			return
		}
		e.SetKindCase(factory.NewIdent(e.ID(), v))
		return
	}
	if len(parts) == 1 {
		if l := c.let(name); l != nil {
			c.resolveLet(e, l)
			return
		}
	}
	if parts[0] == "context" && c.scope.raw == nil {
		c.resolveTable(e, parts)
		return
	}
	if f, ok := c.scope.lookup(name); ok {
		fn := fieldTypes[f.base()].one
		if f.List {
			fn = fieldTypes[f.base()].many
		}
		c.become(e, fn, name)
		return
	}
	c.unknownField(e, parts, name)
}

func (c *compiler) let(name string) *Let {
	for i := range c.lets {
		if c.lets[i].Name == name {
			return &c.lets[i]
		}
	}
	return nil
}

func (c *compiler) resolveLet(e ast.Expr, l *Let) {
	switch {
	case l.Expr == nil:
		c.failed = true // whoever compiled it has said why
	case c.scope.field(l.Name):
		lo, hi := c.bytesOf(e)
		c.report(diag.LetName, lo, hi, "%s is a let and a field of %s", quote(l.Name), c.scope.what).
			WithHelp("give the let another name")
	}
	c.become(e, fnLet, l.Name)
}

func (c *compiler) resolveTable(e ast.Expr, parts []string) {
	lo, hi := c.bytesOf(e)
	if len(parts) != 2 {
		c.report(diag.UnknownTable, lo, hi, "a context table is named context.name").WithHelp("%s", c.tableHelp())
		return
	}
	t, ok := c.scope.tables[parts[1]]
	if !ok {
		d := c.report(diag.UnknownTable, lo, hi, "there is no context table %s", quote(parts[1])).WithHelp("%s", c.tableHelp())
		if best := diag.Nearest(parts[1], c.scope.known); best != "" {
			c.fix(d.WithHelp("did you mean %q?", best), true, fmt.Sprintf("replace %q by %q", parts[1], best),
				change{lo, hi, "context." + best})
		}
		return
	}
	if t.Instead != "" {
		c.report(diag.TableNotAList, lo, hi, "%s is no list: its rows say something of a key", quote(t.Name)).WithHelp("%s", t.Instead)
		return
	}
	fn := fieldTypes[t.Type].many
	c.become(e, fn, tableMark+t.Name)
}

func (c *compiler) tableHelp() string {
	if len(c.scope.known) == 0 {
		return "no context table is defined"
	}
	return "the tables are " + some(c.scope.known)
}

// some lists names, a few of them.
func some(names []string) string {
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + " …"
	}
	return strings.Join(names, ", ")
}

// unknownField says what was probably meant: a field with a similar name, a text without its quotes, a field's part.
func (c *compiler) unknownField(e ast.Expr, parts []string, name string) {
	lo, hi := c.bytesOf(e)
	d := c.report(diag.UnknownField, lo, hi, "%s has no field %s", c.scope.what, quote(name))
	if c.want != nil && c.want.Type == ir.String && len(parts) == 1 {
		for _, v := range c.want.Enum {
			if strings.EqualFold(v, name) {
				c.fix(d.WithHelp(`a value stands in quotes: "%s"`, v), true, "put it in quotes", change{lo, hi, `"` + v + `"`})
				return
			}
		}
	}
	for n := len(parts) - 1; n > 0; n-- {
		if f, ok := c.scope.lookup(strings.Join(parts[:n], ".")); ok {
			d.WithHelp("%s is %s and has no parts", quote(f.Name), c.describe(f))
			return
		}
	}
	known := c.scope.names
	for _, l := range c.lets {
		known = append(known[:len(known):len(known)], l.Name)
	}
	best := diag.Nearest(name, known)
	switch {
	case best != "":
		c.fix(d.WithHelp("did you mean %q?", best), true, fmt.Sprintf("replace %q by %q", name, best), change{lo, hi, best})
	case c.scope.head(name):
		d.WithHelp("it begins the names of %s", some(c.under(name)))
	case c.want != nil && c.want.Type == ir.String && len(parts) == 1:
		d.WithHelp(`a text stands in quotes: "%s"; the fields are %s`, name, some(c.scope.names))
		c.fix(d, false, "put it in quotes", change{lo, hi, `"` + name + `"`})
	case len(c.scope.names) > 0:
		d.WithHelp("its fields are %s", some(c.scope.names))
	}
}

func (c *compiler) under(name string) []string {
	var out []string
	for _, n := range c.scope.names {
		if strings.HasPrefix(n, name+".") {
			out = append(out, n)
		}
	}
	return out
}

func (c *compiler) describe(f Field) string { return kind{f.base(), f.List}.String() }

// adapt makes a literal what the type beside it needs: a text beside an ip is an address, a whole number beside a
// double is that double.
func (c *compiler) adapt(e ast.Expr, want kind) {
	switch {
	case e.Kind() == ast.ListKind:
		for _, el := range e.AsList().Elements() {
			c.adapt(el, want)
		}
	case e.Kind() != ast.LiteralKind:
	case want.base == baseKind(ir.IP):
		if s, ok := stringLiteral(e); ok {
			c.become(e, "ip", s)
		}
	case want.base == baseKind(ir.Double):
		if i, ok := e.AsLiteral().(types.Int); ok {
			c.checkInt(e, int64(i))
			e.SetKindCase(factory.NewLiteral(e.ID(), types.Double(i)))
		}
	}
}

// comparisons are the operators whose two sides lend each other their type.
var comparisons = map[string]string{operators.Equals: "==", operators.NotEquals: "!=", operators.Less: "<", operators.LessEquals: "<=",
	operators.Greater: ">", operators.GreaterEquals: ">=", operators.In: "in"}

func (c *compiler) resolveComparison(e ast.Expr, l, r ast.Expr) {
	if c.nullComparison(e, l, r) {
		return
	}
	outer := c.want
	c.resolve(l)
	c.want = nil
	if f, ok := c.fieldOf(l); ok {
		c.want = &f
	}
	c.resolve(r)
	c.want = outer
	kl, kr := c.kindOf(l), c.kindOf(r)
	if _, ordered := orders[e.AsCall().FunctionName()]; ordered { // a number that orders a field of any type is a double
		kl, kr = kl.ordered(), kr.ordered()
	}
	c.adapt(r, kl)
	c.adapt(l, kr)
}

// nullComparison reports `f == null` with what it stands for.
func (c *compiler) nullComparison(e, l, r ast.Expr) bool {
	other := l
	if isNull(l) {
		other = r
	} else if !isNull(r) {
		return false
	}
	op := e.AsCall().FunctionName()
	if isNull(other) || op != operators.Equals && op != operators.NotEquals {
		return false
	}
	lo, hi := c.bytesOf(e)
	nlo, nhi := c.bytesOf(r)
	if other == r {
		nlo, nhi = c.bytesOf(l)
	}
	d := c.report(diag.NullLiteral, nlo, nhi, "null is not in the language: a field that is null is missing")
	olo, ohi := c.bytesOf(other)
	test := "has(" + c.text.Value[olo:ohi] + ")"
	if op == operators.Equals {
		test = "!" + test
	}
	if c.path(other) != nil {
		c.fix(d.WithHelp("write %s", test), true, "write "+test, change{lo, hi, test})
	}
	return true
}

func isNull(e ast.Expr) bool {
	if e.Kind() != ast.LiteralKind {
		return false
	}
	_, ok := e.AsLiteral().(types.Null)
	return ok
}
