package eval

import (
	"strings"

	"detc/compiler/ir"
)

// A Step is the verdict on one expression of a rule and what it rests on.
type Step struct {
	Expr  ir.Expr
	Value bool
	Saw   string // of an atom: the values it looked at; "missing" where there were none
	Steps []Step
}

// Trace judges every part of an expression, also those that Match would not look at.
func Trace(e ir.Expr, ev Event, tables Tables) Step {
	s := Step{Expr: e, Value: Match(e, ev, tables)}
	for _, c := range ir.Children(e) {
		s.Steps = append(s.Steps, Trace(c, ev, tables))
	}
	var saw []string
	for _, f := range ir.Fields(e) {
		saw = append(saw, f.Name+" is "+seen(f, ev))
	}
	s.Saw = strings.Join(saw, ", ")
	return s
}

func seen(f ir.Field, ev Event) string {
	values, present := ev.Get(f)
	if !present {
		return "missing"
	}
	if len(values) == 0 {
		return "there, but no " + f.Type.String() + " this rule knows"
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.Text()
		if v.Type == ir.String {
			texts[i] = `"` + v.Str + `"`
		}
	}
	return strings.Join(texts, ", ")
}

// Why is, in one line, what decided the verdict: the first clause that failed, or what all was true.
func (s Step) Why() string {
	decisive := s.decisive(s.Value)
	parts := make([]string, 0, len(decisive))
	for _, d := range decisive {
		text := ir.Text(d.Expr)
		if d.Saw != "" {
			text += " (" + d.Saw + ")"
		}
		parts = append(parts, text)
		if len(parts) == 3 && len(decisive) > 3 {
			parts = append(parts, "…")
			break
		}
	}
	verb := "does not match: not "
	if s.Value {
		verb = "matches: "
	}
	return verb + strings.Join(parts, "; ")
}

// decisive are the atoms on which a verdict rests: of an And that failed the first argument that did, of one that held
// all of them, and the other way round of an Or.
func (s Step) decisive(want bool) []Step {
	switch s.Expr.(type) {
	case *ir.And:
		return pick(s.Steps, want, !want)
	case *ir.Or:
		return pick(s.Steps, want, want)
	case *ir.Named:
		return s.Steps[0].decisive(want)
	case *ir.Not:
		return []Step{s}
	}
	return []Step{s}
}

func pick(steps []Step, value, firstOnly bool) []Step {
	var out []Step
	for _, s := range steps {
		if s.Value != value {
			continue
		}
		out = append(out, s.decisive(value)...)
		if firstOnly {
			break
		}
	}
	return out
}
