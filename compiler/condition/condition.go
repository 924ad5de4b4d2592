// Package condition reads the conditions that people write: CEL over the fields of a telemetry schema, checked against
// the fields' types and lowered to ir. It knows no stub and no YAML key, and it is the only home of cel-go.
//
// A text goes through five steps, each of which has only one thing to complain about:
//
//	lex, scan   our own tokens; every mistake of syntax, in our words, with its byte offsets
//	parse       cel-go's parser, with no macros: what it yields is exactly what was written
//	resolve     names become typed calls (`new_mode` is `@string("new_mode")`); what is not in the language is refused
//	check       cel-go's checker, which then has only types to complain about
//	lower       the checked tree becomes ir; literals are held against enums, networks, addresses and RE2
//
// A step that found an error ends the work, so that one mistake yields one finding.
package condition

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Limits on one text, against hostile input. The longest list of the public Sigma corpus, of hashes, is half of MaxText
// as CEL; without the texts in quotes its longest condition is a fifth of MaxLength.
const (
	MaxText   = 512 << 10 // bytes
	MaxLength = 20_000    // bytes, those of texts in quotes not counted
	MaxDepth  = 100       // brackets in brackets
	MaxNodes  = 20_000    // of the lowered expression, each `let` counted wherever it is used
)

// maxFindings of error severity per text; past it a text is noise, not content.
const maxFindings = 20

// A Scope is what a condition may name: fields and context tables. It is immutable and safe for concurrent use.
type Scope struct {
	what   string
	fields map[string]Field
	names  []string // of the fields, sorted: for did-you-mean
	tables map[string]Table
	known  []string // names of the tables, sorted
	raw    func(string) ir.Field
}

// A Field is a name that a condition may use. Enum lists the values that it can have; nil is any.
//
// Any says that the field has no type of its own: each comparison reads it as it needs. Its Type must then be String.
type Field struct {
	ir.Field
	Any  bool
	Enum []string
}

// A Table is site knowledge: a list(ip) or a list(string), which Type tells apart. Version is its schema's. One that is
// looked up can't be asked whether it holds a value; Instead says what to write.
type Table struct {
	Name    string
	Type    ir.Type
	Version int
	Instead string // empty of a list
}

// A Let is a named condition that the text may refer to. A nil Expr is one that failed to compile: referring to it
// adds no finding, but the referring text fails too.
type Let struct {
	Name string
	Expr ir.Expr
}

// NewScope makes the scope of a telemetry schema. The word what stands in messages: "telemetry ot.mode_change".
func NewScope(what string, fields []Field, tables []Table) *Scope {
	s := &Scope{what: what, fields: make(map[string]Field, len(fields)), tables: make(map[string]Table, len(tables))}
	for _, f := range fields {
		s.fields[f.Name] = f
		s.names = append(s.names, f.Name)
	}
	for _, t := range tables {
		s.tables[t.Name] = t
		s.known = append(s.known, t.Name)
	}
	slices.Sort(s.names)
	slices.Sort(s.known)
	return s
}

// NewRawScope makes the scope of a row filter: any dotted name is a field of the log, with the type that the function
// gives it. There are no tables in it.
func NewRawScope(what string, field func(name string) ir.Field) *Scope {
	return &Scope{what: what, raw: field}
}

// Compile checks a condition and lowers it. The expression keeps the shape of the text (it is not normalised), every
// node knows its span, and a reference to a let is an ir.Named. It is nil and false where a finding of error severity
// was added, or where the text refers to a let that failed.
func (s *Scope) Compile(text source.Text, lets []Let, l *diag.List) (ir.Expr, bool) {
	c := &compiler{scope: s, text: text, lets: lets, l: l}
	if !c.check() {
		return nil, false
	}
	e, ok := c.lower(c.ast.NativeRep().Expr())
	if !ok || c.failed {
		return nil, false
	}
	if size(e, MaxNodes) > MaxNodes {
		c.report(diag.ConditionTooLarge, 0, len(text.Value),
			"the condition stands for more than %d clauses once every let and ?: is written out", MaxNodes).
			WithHelp("split the rule, or hold the field against a list or a context table")
		return nil, false
	}
	return e, true
}

// CheckLet looks at the name of a let before it is used: it must be one word, none of CEL's, and must not mean
// something else already. Hand a let that fails here on with a nil Expr.
func (s *Scope) CheckLet(name source.Text, earlier []Let, l *diag.List) bool {
	c := &compiler{scope: s, text: name, l: l}
	n, at := name.Value, len(name.Value)
	switch {
	case !isIdent(n) || reserved[n] || literalWords[n] || n == "in":
		c.report(diag.LetName, 0, at, "%s can't be the name of a let: a name is letters, digits and _, and none of CEL's words", quote(n))
	case n == "context":
		c.report(diag.LetName, 0, at, "context is where the tables are; give the let another name")
	case s.field(n):
		c.report(diag.LetName, 0, at, "%s is a field of %s; give the let another name", quote(n), s.what).
			WithHelp("say what it means, e.g. %s_is_listed", n)
	case s.head(n):
		c.report(diag.LetName, 0, at, "fields of %s begin with %s; give the let another name", s.what, quote(n+"."))
	case functions[n].name != "":
		c.report(diag.LetName, 0, at, "%s is a function; give the let another name", quote(n))
	default:
		for _, e := range earlier {
			if e.Name == n {
				c.report(diag.LetName, 0, at, "a let named %s stands above already", quote(n))
				break
			}
		}
	}
	return !c.failed
}

// Uses lists the lets that an expression refers to, itself or through others, each once, in the order of the text.
func Uses(e ir.Expr) []string {
	var names []string
	seen := map[string]bool{}
	var walk func(ir.Expr)
	walk = func(e ir.Expr) {
		if n, ok := e.(*ir.Named); ok {
			if seen[n.Name] {
				return
			}
			seen[n.Name] = true
			names = append(names, n.Name)
		}
		for _, child := range ir.Children(e) {
			walk(child)
		}
	}
	if e != nil {
		walk(e)
	}
	return names
}

// size counts the nodes of an expression, and stops soon after limit: lets that use each other twice grow
// exponentially.
func size(e ir.Expr, limit int) int {
	n := 1
	for _, child := range ir.Children(e) {
		if n > limit {
			return n
		}
		n += size(child, limit-n)
	}
	return n
}

// A compiler holds one text while it is compiled. After check, ast is resolved and type-checked CEL with only our
// typed calls in the place of names: a second evaluation (by cel-go itself) can start from it.
type compiler struct {
	scope *Scope
	text  source.Text
	lets  []Let
	l     *diag.List

	errors int
	failed bool // an error was found, or a let that failed is referred to

	positions
	ast    *cel.Ast
	next   int64             // the id of the next node that resolve makes
	vars   map[string]Field  // the variables of every exists: the list that each goes through
	locals map[string]string // of those, the ones that the node being resolved can see, by the name in the text
	want   *Field            // the field beside the operand that is being resolved
}

// check runs every step but the last.
func (c *compiler) check() bool {
	switch v := c.text.Value; {
	case len(v) > MaxText:
		c.tooLong(len(v), MaxText)
	case !utf8.ValidString(v):
		c.report(diag.ConditionSyntax, 0, 0, "the condition is not UTF-8")
	case strings.TrimSpace(v) == "":
		c.report(diag.ConditionSyntax, 0, len(v), "the condition is empty").WithHelp(`write what must be true, e.g. new_mode == "stop"`)
	}
	if c.failed || !c.scan() {
		return false
	}
	if bare := c.bareLength(); bare > MaxLength {
		c.tooLong(bare, MaxLength)
		return false
	}
	if !c.parse() {
		return false
	}
	root := c.ast.NativeRep().Expr()
	c.measure(root)
	c.resolve(root)
	return !c.failed && c.checkTypes()
}

func (c *compiler) tooLong(n, most int) {
	c.report(diag.ConditionTooLarge, 0, 0, "the condition is %d bytes long; the most that is read is %d", n, most).
		WithHelp("long lists of values belong in a context table")
}

// bareLength is how long the text is without what stands in quotes. The parser's time is linear in texts, and is not in
// operators.
func (c *compiler) bareLength() int {
	n := len(c.text.Value)
	for _, t := range c.toks {
		if t.kind == tokString {
			n -= t.end - t.start
		}
	}
	return n
}

// report adds a finding for the bytes [lo,hi) of the text.
func (c *compiler) report(code diag.Code, lo, hi int, format string, args ...any) *diag.Diagnostic {
	if code.Info().Severity == diag.Error {
		c.failed = true
		if c.errors++; c.errors > maxFindings {
			return &diag.Diagnostic{}
		}
	}
	d := c.l.Add(code, c.text.Span(lo, hi), format, args...)
	if !c.text.Alias.IsZero() {
		d.WithNote(c.text.Alias, "the text is used here, through an alias")
	}
	return d
}

// field says that a name is a field's whole name.
func (s *Scope) field(name string) bool {
	if s.raw != nil {
		return false // any name may be one; a let in a row filter is nothing that anyone writes
	}
	_, ok := s.fields[name]
	return ok
}

// head says that a field's name begins with this name and a dot.
func (s *Scope) head(name string) bool {
	i, _ := slices.BinarySearch(s.names, name+".")
	return i < len(s.names) && strings.HasPrefix(s.names[i], name+".")
}

func (s *Scope) lookup(name string) (Field, bool) {
	if s.raw != nil {
		f := Field{Field: s.raw(name)}
		f.Name = name
		return f, true
	}
	f, ok := s.fields[name]
	return f, ok
}
