package condition

import "strings"

// A piece is a part of a condition that is about to be laid out. It is one of four: a text, a text with a list in it,
// pieces that an operator joins, or the negation of a piece.
type piece struct {
	head  string   // all of a text, or what stands before the list
	items []string // of a list
	tail  string   // what stands behind it
	op    string   // " && " or " || " between the kids
	kids  []*piece
	neg   *piece // what is negated
	line  string // the whole on one line
}

func leafOf(s string) *piece { return &piece{head: s, line: s} }

// listed is a text with a list in it: in `f in ["a", "b"]` the head is all up to the bracket and the tail all behind.
func listed(head string, items []string, tail string) *piece {
	return &piece{head: head, items: items, tail: tail, line: head + "[" + strings.Join(items, ", ") + "]" + tail}
}

// joined is pieces with an operator between them; one piece is itself.
func joined(op string, kids []*piece) *piece {
	if len(kids) == 1 {
		return kids[0]
	}
	lines := make([]string, len(kids))
	for i, k := range kids {
		lines[i] = k.line
		if k.parted(op) {
			lines[i] = "(" + k.line + ")"
		}
	}
	return &piece{op: op, kids: kids, line: strings.Join(lines, op)}
}

// negation is `!` before a piece; twice, it is none.
func negation(p *piece) *piece {
	if p.neg != nil {
		return p.neg
	}
	line := "!" + p.line
	if !p.tight() {
		line = "!(" + p.line + ")"
	}
	return &piece{neg: p, line: line}
}

// tight says that `!` binds to the whole of a piece: it is a name, or a call.
func (p *piece) tight() bool {
	switch {
	case p.op != "" || p.neg != nil:
		return false
	case p.items != nil:
		return strings.HasSuffix(p.head, "(")
	}
	return isTight(p.head)
}

// isTight says that a text is one operand: outside of brackets and of texts in quotes it has no blank.
func isTight(s string) bool {
	depth := 0
	for i := 0; i < len(s); i++ {
		if n := stringStart(s[i:]); n >= 0 && (i == 0 || !isLetter(s[i-1])) {
			i = lexString(s, i, func(int, int, lexProblem) {}) - 1
			continue
		}
		switch s[i] {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ' ':
			if depth == 0 {
				return false
			}
		}
	}
	return true
}

// parted says that a piece stands in parentheses as an operand of op.
func (p *piece) parted(op string) bool { return p.op == " || " && op == " && " }

const indentStep = 2

// A layout breaks pieces over lines.
type layout struct {
	strings.Builder
	width int
}

// put writes a piece that begins in column `at`; its further lines stand as far in as indent says.
func (l *layout) put(p *piece, indent, at int) {
	switch {
	case at+len(p.line) <= l.width:
		l.WriteString(p.line)
	case p.neg != nil && p.neg.tight():
		l.WriteString("!")
		l.put(p.neg, indent, at+1)
	case p.neg != nil && p.neg.op != "":
		l.WriteString("!")
		l.block(p.neg, indent)
	case p.neg != nil:
		l.WriteString("!(")
		l.put(p.neg, indent, at+2)
		l.WriteString(")")
	case p.op != "":
		l.operands(p, indent, at)
	case p.items != nil:
		l.list(p, indent)
	default:
		l.WriteString(p.head)
	}
}

// block writes a piece in parentheses that stand on lines of their own.
func (l *layout) block(p *piece, indent int) {
	l.WriteString("(")
	l.newLine(indent + indentStep)
	l.put(p, indent+indentStep, indent+indentStep)
	l.newLine(indent)
	l.WriteString(")")
}

// operands writes one operand a line, each but the first behind its operator.
func (l *layout) operands(p *piece, indent, at int) {
	op := strings.TrimSpace(p.op) + " "
	for i, k := range p.kids {
		if i > 0 {
			l.newLine(indent)
			l.WriteString(op)
			at = indent + len(op)
		}
		switch {
		case !k.parted(p.op):
			l.put(k, indent, at)
		case at+len(k.line)+2 <= l.width:
			l.WriteString("(" + k.line + ")")
		default:
			l.block(k, indent)
		}
	}
}

// list writes as many of the items on a line as fit.
func (l *layout) list(p *piece, indent int) {
	l.WriteString(p.head + "[")
	at := l.width
	for i, item := range p.items {
		if i < len(p.items)-1 {
			item += ","
		}
		if at+1+len(item) > l.width {
			l.newLine(indent + indentStep)
			at = indent + indentStep
		} else {
			l.WriteString(" ")
			at++
		}
		l.WriteString(item)
		at += len(item)
	}
	l.newLine(indent)
	l.WriteString("]" + p.tail)
}

func (l *layout) newLine(indent int) { l.WriteString("\n" + strings.Repeat(" ", indent)) }
