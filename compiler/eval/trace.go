package eval

import (
	"strconv"
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
	s := Step{Expr: e}
	yes := 0
	for _, c := range ir.Children(e) {
		step := Trace(c, ev, tables)
		if step.Value {
			yes++
		}
		s.Steps = append(s.Steps, step)
	}
	switch e := e.(type) {
	case *ir.And:
		s.Value = yes == len(s.Steps)
	case *ir.Or:
		s.Value = yes > 0
	case *ir.Not:
		s.Value = yes == 0
	case *ir.Named:
		s.Value = yes > 0
	case *ir.Const:
		s.Value = e.Value
	default:
		s.Value = Match(e, ev, tables)
		var saw []string
		for _, f := range ir.Fields(e) {
			saw = append(saw, f.Name+" is "+seen(f, ev))
		}
		s.Saw = strings.Join(saw, ", ")
	}
	return s
}

// maxSeen bounds how much of an event stands in a message, in characters.
const maxSeen = 200

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
			texts[i] = strconv.Quote(v.Str)
		}
	}
	all := []rune(strings.Join(texts, ", "))
	if len(all) > maxSeen {
		return string(all[:maxSeen]) + "…"
	}
	return string(all)
}

// maxClauses is how many clauses Why names before it says that there are more.
const maxClauses = 3

// Why is, in one line, what decided the verdict: of a rule that matches each clause that had to hold, of one that
// doesn't the first that failed, with the values that they saw.
func (s Step) Why() string {
	decisive := s.Decisive()
	parts := make([]string, 0, len(decisive))
	for i, d := range decisive {
		if i == maxClauses {
			parts = append(parts, "…")
			break
		}
		text := ir.Text(d.Expr)
		if _, constant := d.Expr.(*ir.Const); !constant {
			text += " is " + strconv.FormatBool(d.Value)
		}
		if d.Saw != "" {
			text += " (" + d.Saw + ")"
		}
		parts = append(parts, text)
	}
	verdict := "does not match: "
	if s.Value {
		verdict = "matches: "
	}
	return verdict + strings.Join(parts, "; ")
}

// Decisive are the atoms on which a verdict rests: of an And that failed the first argument that did, of one that held
// all of them, and the other way round of an Or.
func (s Step) Decisive() []Step {
	switch s.Expr.(type) {
	case *ir.And:
		return s.pick(!s.Value)
	case *ir.Or:
		return s.pick(s.Value)
	case *ir.Named, *ir.Not:
		return s.Steps[0].Decisive()
	}
	return []Step{s}
}

// pick goes into the arguments that have the verdict of the whole, or into the first of them.
func (s Step) pick(firstOnly bool) []Step {
	if len(s.Steps) == 0 { // an And or Or of nothing
		return []Step{s}
	}
	var out []Step
	for _, c := range s.Steps {
		if c.Value != s.Value {
			continue
		}
		out = append(out, c.Decisive()...)
		if firstOnly {
			break
		}
	}
	return out
}
