package report

import (
	"io"
	"strings"

	"detc/compiler/eval"
	"detc/compiler/ir"
)

// Trace writes the verdict on every part of a condition, one a line, with what the atoms saw. A tick or a cross and the
// words say the same as the colours.
func Trace(w io.Writer, step eval.Step, o Options) error {
	p := &printer{Options: o}
	p.step(step, 1)
	return p.to(w)
}

func (p *printer) step(s eval.Step, depth int) {
	mark, color := "✗", red
	if s.Value {
		mark, color = "✓", green
	}
	label := ""
	for {
		n, ok := s.Expr.(*ir.Named)
		if !ok {
			break
		}
		label += n.Name + ": "
		s = s.Steps[0]
	}
	text := ""
	switch e := s.Expr.(type) {
	case *ir.And:
		text = "all of"
	case *ir.Or:
		text = "one of"
	case *ir.Not:
		text = "not"
	default:
		text = ir.Text(e)
	}
	saw := ""
	if s.Saw != "" {
		saw = p.paint(dim, "   "+visible(s.Saw))
	}
	p.line("%s%s %s%s%s", strings.Repeat("  ", depth), p.paint(color, mark), visible(label), visible(text), saw)
	for _, c := range s.Steps {
		p.step(c, depth+1)
	}
}
