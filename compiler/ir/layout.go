package ir

import "strings"

const (
	lineWidth = 100 // characters after which Indented breaks a line where it can
	deepest   = 60  // columns of indentation at most: a deep expression must not become a page of blanks a line
	step      = "  "
)

// Indented is an expression over several lines, each behind indent. An And or Or that doesn't fit a line has one
// argument a line, its sign in front. Parse reads it as it reads Text.
func Indented(e Expr, indent string) string {
	l := layout{base: len(indent)}
	l.out = append(l.out, indent...)
	l.block(e, indent)
	return string(l.out)
}

// RuleText is a rule as `--dump=ir` shows it: the head `rule NAME on TELEMETRY`, and the expression below. ParseRule
// reads it back, but for what the text doesn't hold: the ID and the Meta.
func RuleText(r *Rule) string {
	return "rule " + handleText(r.Name) + " on " + handleText(r.Telemetry) + "\n" + Indented(r.Where, step) + "\n"
}

type layout struct {
	printer
	line int // where the current line begins
	base int // the width of the outermost indentation
}

func (l *layout) newline(indent string) {
	l.out = append(l.out, '\n')
	l.line = len(l.out)
	l.out = append(l.out, indent...)
}

func (l *layout) deeper(indent string) string {
	if len(indent) >= l.base+deepest {
		return indent
	}
	return indent + step
}

// fits writes e if it fits the line, and says whether it did.
func (l *layout) fits(e Expr, parens bool) bool {
	before := len(l.out)
	l.limit = max(l.line+lineWidth, before+lineWidth/3) // however deep, something must have room
	l.inParens(e, parens)
	fits := !l.full
	if !fits {
		l.out = l.out[:before]
	}
	l.limit, l.full = 0, false
	return fits
}

// block writes e from here on; the further lines stand behind indent.
func (l *layout) block(e Expr, indent string) {
	if l.fits(e, false) {
		return
	}
	switch e := e.(type) {
	case *And:
		l.lines("& ", e, e.Args, indent)
	case *Or:
		l.lines("| ", e, e.Args, indent)
	case *Not:
		l.write("!")
		l.item(e.Arg, indent, parensInside(e, e.Arg))
	case *Named:
		l.write(labelText(e.Name), ": ")
		l.item(e.Arg, indent, parensInside(e, e.Arg))
	default:
		l.expr(e)
	}
}

func (l *layout) lines(op string, e Expr, args []Expr, indent string) {
	if len(args) < 2 {
		l.write(strings.TrimSpace(op))
		l.inner(args, indent)
		return
	}
	for i, a := range args {
		if i > 0 {
			l.newline(indent)
			l.write(op)
		}
		if !l.fits(a, parensInside(e, a)) {
			l.item(a, indent, joins(a)) // an And over several lines in an Or is easier to read in parentheses
		}
	}
}

// item writes an argument that may go over several lines.
func (l *layout) item(e Expr, indent string, parens bool) {
	switch {
	case !parens:
		l.block(e, indent)
	case joins(e):
		l.inner([]Expr{e}, indent)
	default:
		l.write("(")
		l.block(e, indent)
		l.write(")")
	}
}

// inner writes a block in parentheses, on lines of its own.
func (l *layout) inner(args []Expr, indent string) {
	l.write("(")
	in := l.deeper(indent)
	for _, a := range args {
		l.newline(in)
		l.block(a, in)
		l.newline(indent)
	}
	l.write(")")
}
