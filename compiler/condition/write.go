package condition

import (
	"fmt"
	"strings"

	"detc/compiler/ir"
	"detc/compiler/source"
)

// Width is how long a line of written CEL gets before it is broken, in bytes, where nobody says otherwise.
const Width = 100

// An Unsayable is an atom that the language has no words for.
type Unsayable struct {
	Atom   ir.Expr
	Reason string // "a week has no function in CEL"
}

func (u *Unsayable) Error() string { return fmt.Sprintf("%s: %s", ir.Text(u.Atom), u.Reason) }

// Where is the place of the atom, for a finding.
func (u *Unsayable) Where() source.Span { return u.Atom.Where() }

// Write is an expression as the CEL that a person would have written: on one line where it fits the width, else with
// the operators at the heads of the lines and lists wrapped. It compiles, in the scope of the fields and tables that
// are named, to an expression that ir.Equal holds for the same, but that a pattern of stars alone is has(). A Named is
// its argument; a width of 0 is Width.
// The error is an *Unsayable.
func Write(e ir.Expr, width int) (string, error) {
	w := &celWriter{}
	return w.text(e, width)
}

// A WrittenLet is a named part of a written condition.
type WrittenLet struct{ Name, Text string }

// WriteLets is Write with each Named as a let: its name, made one that a let may have, and its text, in an order in
// which each uses only those before it. taken says of a name that it means something else already, as a field's does;
// nil is that none does. Two Nameds of one name and one meaning are one let.
func WriteLets(e ir.Expr, width int, taken func(name string) bool) (lets []WrittenLet, condition string, err error) {
	w := &celWriter{lets: map[letKey]string{}, used: map[string]bool{}, taken: taken, width: width}
	condition, err = w.text(e, width)
	if err != nil {
		return nil, "", err
	}
	return w.written, condition, nil
}

// letKey tells lets apart: the author's name and the meaning.
type letKey struct {
	name string
	sum  [32]byte
}

// A celWriter writes one condition with its lets.
type celWriter struct {
	lets    map[letKey]string // nil where a Named is its argument
	used    map[string]bool
	taken   func(string) bool
	written []WrittenLet
	width   int
}

func (w *celWriter) text(e ir.Expr, width int) (string, error) {
	if width <= 0 {
		width = Width
	}
	p, err := w.piece(e)
	if err != nil {
		return "", err
	}
	l := layout{width: width}
	l.put(p, 0, 0)
	return l.String(), nil
}

// piece is the visitor's way through an expression.
func (w *celWriter) piece(e ir.Expr) (*piece, error) {
	switch e := e.(type) {
	case *ir.And:
		return w.join(" && ", e.Args, "true")
	case *ir.Or:
		return w.join(" || ", e.Args, "false")
	case *ir.Not:
		return w.not(e.Arg)
	case *ir.Const:
		return leafOf(fmt.Sprint(e.Value)), nil
	case *ir.Named:
		return w.named(e)
	}
	return w.atoms(e, false)
}

func (w *celWriter) join(op string, args []ir.Expr, empty string) (*piece, error) {
	if len(args) == 0 {
		return leafOf(empty), nil
	}
	kids := make([]*piece, len(args))
	for i, a := range args {
		k, err := w.piece(a)
		if err != nil {
			return nil, err
		}
		kids[i] = k
	}
	return joined(op, kids), nil
}

// not is a negation: `!=` where the argument is a comparison, else `!` and parentheses where they are needed.
func (w *celWriter) not(arg ir.Expr) (*piece, error) {
	switch a := arg.(type) {
	case *ir.Not:
		return w.piece(a.Arg)
	case *ir.And, *ir.Or, *ir.Named, *ir.Const:
		p, err := w.piece(arg)
		if err != nil {
			return nil, err
		}
		return negation(p), nil
	}
	return w.atoms(arg, true)
}

// atoms is an atom, or its negation. One that the language has to write in several parts is their `||`.
func (w *celWriter) atoms(e ir.Expr, negated bool) (*piece, error) {
	if c, ok := ir.Normalize(e).(*ir.Const); ok { // no values: nothing is looked for
		return leafOf(fmt.Sprint(c.Value != negated)), nil
	}
	a := atomWriter{negated: negated}
	kids, reason := ir.VisitAtom(e, ir.AtomVisitor[atomText](&a)).get()
	if reason != "" {
		return nil, &Unsayable{e, reason}
	}
	if len(kids) == 1 && negated && a.turned {
		return kids[0], nil
	}
	p := joined(" || ", kids)
	if negated {
		return negation(p), nil
	}
	return p, nil
}

// named is the name of a let, which is written when it is first met.
func (w *celWriter) named(n *ir.Named) (*piece, error) {
	if w.lets == nil {
		return w.piece(n.Arg)
	}
	key := letKey{n.Name, ir.Digest(n.Arg)}
	if name, ok := w.lets[key]; ok {
		return leafOf(name), nil
	}
	text, err := w.text(n.Arg, w.width)
	if err != nil {
		return nil, err
	}
	name := w.letName(n.Name)
	w.lets[key] = name
	w.written = append(w.written, WrittenLet{name, text})
	return leafOf(name), nil
}

// letName makes a name that a let may have of any other: small letters and underscores, digits at the end alone, none
// of CEL's words, and nobody else's.
func (w *celWriter) letName(name string) string {
	base := tidyName(name)
	free := func(n string) bool {
		return !w.used[n] && (w.taken == nil || !w.taken(n)) && !reserved[n] && !literalWords[n] && n != "in" && n != "context" &&
			functions[n].name == ""
	}
	if base == "" {
		base = "selection"
	}
	out := base
	for i := 2; !free(out); i++ {
		out = fmt.Sprintf("%s_%d", strings.TrimRight(base, "0123456789_"), i)
	}
	w.used[out] = true
	return out
}

// tidyName keeps letters, single underscores and the digits at the end; what else stands in a name is an underscore.
func tidyName(name string) string {
	name = strings.ToLower(name)
	head := strings.TrimRight(name, "0123456789")
	var b strings.Builder
	for i := range len(head) {
		switch c := head[i]; {
		case c >= 'a' && c <= 'z':
			b.WriteByte(c)
		case !isDigit(c) && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	if strings.Trim(b.String(), "_") == "" { // a name of digits, or in another script
		b.Reset()
		b.WriteString("selection")
	}
	return b.String() + name[len(head):]
}
