package change

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/evidence"
	"detc/compiler/ir"
	"detc/compiler/witness"
)

// A question is two conditions over the same fields, with the events that are at hand for both.
type question struct {
	old, new ir.Expr
	enums    map[string][]string
	subjects []*evidence.Subject // whose cases' events are tried first
	raw      string              // the source whose own names the conditions are over; "" for the telemetry's
}

func newQuestion(old, new ir.Expr, p pair) question {
	q := question{old: old, new: new, enums: map[string][]string{}}
	for _, r := range []*Rule{p.new, p.old} {
		for field, values := range r.Enums {
			q.enums[field] = append(q.enums[field], without(values, q.enums[field])...)
		}
		if r.Subject != nil {
			q.subjects = append(q.subjects, r.Subject)
		}
	}
	return q
}

// Bounds of what is generated for one question, in events.
const (
	maxAimed  = 60  // of what only one side matches
	maxAround = 120 // of each side by itself
	// maxWork bounds a search by the literals of both conditions, thinned: the generator looks at each for each.
	maxWork = 3_000
)

// compareConditions decides how two conditions that are not equal in form differ in meaning: by proof that one implies
// the other, and by events that tell them apart.
func compareConditions(q question) *Meaning {
	m := &Meaning{Edits: diffExprs(q.old, q.new)}
	gains, loses := !eval.Entails(q.new, q.old), !eval.Entails(q.old, q.new) // that is: may do so
	if gains || loses {
		s := &search{question: q, Meaning: m, gains: gains, loses: loses}
		s.run()
	}
	m.Direction, m.Reason = direction(gains, loses, m)
	return m
}

func direction(gains, loses bool, m *Meaning) (Direction, string) {
	tried := fmt.Sprintf("in %d tries", m.Tried)
	switch {
	case !gains && !loses:
		return Equivalent, "each is proved to imply the other"
	case m.Gained != nil && m.Lost != nil:
		return Both, "an event shows each"
	case m.Gained != nil && !loses:
		return Wider, "an event shows it, and what matched is proved to match still"
	case m.Lost != nil && !gains:
		return Narrower, "an event shows it, and what matches is proved to have matched"
	case m.Gained != nil:
		return Wider, "an event shows it; none was found that no longer matches, " + tried + ", which proves nothing"
	case m.Lost != nil:
		return Narrower, "an event shows it; none was found that matches only now, " + tried + ", which proves nothing"
	case !loses:
		return Unknown, "what matched is proved to match still; no event was found that matches only now, " + tried
	case !gains:
		return Unknown, "what matches is proved to have matched; no event was found that no longer matches, " + tried
	}
	return Unknown, "no event was found that tells the two apart, " + tried
}

// generated is where a witness is from that no case has.
const generated = "generated"

// A search looks for events that only one side matches, of the kinds that there may be.
type search struct {
	question
	*Meaning
	gains, loses bool
}

func (s *search) run() {
	for _, subject := range s.subjects {
		if s.raw != "" {
			break
		}
		for _, e := range evidence.Events(subject) {
			from := fmt.Sprintf("case %q", e.Case)
			if s.try(e.Event, e.Tables, from) {
				return
			}
		}
	}
	old, new := thin(s.old, s.new), thin(s.new, s.old)
	if size(old)+size(new) > maxWork {
		return
	}
	o := witness.Options{Max: maxAimed, Fields: s.enums}
	if s.gains && s.Gained == nil && s.generate(only(new, old), o) {
		return
	}
	if s.loses && s.Lost == nil && s.generate(only(old, new), o) {
		return
	}
	o.Max = maxAround
	_ = s.generate(new, o) || s.generate(old, o)
}

// only is true of what one matches and the other doesn't. What both have is left out where it decides nothing: the
// fewer clauses speak against each other, the more surely an event is found.
func only(one, other ir.Expr) ir.Expr {
	if or, ok := bare(one).(*ir.Or); ok && len(or.Args) <= maxAlike {
		rest := slices.DeleteFunc(slices.Clone(or.Args), func(a ir.Expr) bool { return eval.Entails(a, other) })
		one = &ir.Or{Args: rest, Span: or.Span}
	}
	if and, ok := bare(other).(*ir.And); ok && len(and.Args) <= maxAlike {
		rest := slices.DeleteFunc(slices.Clone(and.Args), func(a ir.Expr) bool { return eval.Entails(one, a) })
		other = &ir.And{Args: rest, Span: and.Span}
	}
	return ir.Normalize(&ir.And{Args: []ir.Expr{one, &ir.Not{Arg: other}}})
}

// size is how many literals an expression asks about.
func size(e ir.Expr) int {
	n := 0
	ir.Atoms(e, func(a ir.Expr, _ bool) { n += max(1, ir.Literals(a)) })
	return n
}

// generate tries the events that are made for an expression, and says that nothing more is to be found.
func (s *search) generate(e ir.Expr, o witness.Options) bool {
	ws, _ := witness.Generate(e, o)
	for i := range ws {
		if s.try(ws[i].Event(), ws[i].Tables, generated, ws[i].Values) {
			return true
		}
	}
	return false
}

// try judges an event by both, and says that nothing more is to be found.
func (s *search) try(ev bind.Event, tables eval.Tables, from string, made ...map[string][]ir.Value) bool {
	s.Tried++
	old, new := eval.Match(s.old, ev, tables), eval.Match(s.new, ev, tables)
	slot := &s.Gained
	if old {
		slot = &s.Lost
	}
	if old != new && *slot == nil {
		values := s.values(ev)
		if len(made) > 0 {
			values = made[0]
		}
		*slot = s.witness(values, tables, from, old)
	}
	return (s.Gained != nil || !s.gains) && (s.Lost != nil || !s.loses)
}

// values are what an event has in the fields that either side reads.
func (s *search) values(ev bind.Event) map[string][]ir.Value {
	out := map[string][]ir.Value{}
	for _, e := range []ir.Expr{s.old, s.new} {
		ir.Atoms(e, func(a ir.Expr, _ bool) {
			for _, f := range ir.Fields(a) {
				if v, present := ev.Get(f); present {
					out[f.Name] = v
				}
			}
		})
	}
	return out
}

// witness is an event that tells the two apart: a case's as far as either side reads it, a generated one with as little
// in it as will do.
func (s *search) witness(values map[string][]ir.Value, tables eval.Tables, from string, wantOld bool) *Witness {
	tells := func(values map[string][]ir.Value, tables eval.Tables) bool {
		ev := bind.NewEvent(values)
		return eval.Match(s.old, ev, tables) == wantOld && eval.Match(s.new, ev, tables) != wantOld
	}
	values, tables = maps.Clone(values), maps.Clone(tables)
	if !tells(values, tables) {
		return nil // it rests on a field that neither side names
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values[name]
		if from != generated {
			break // an author's event stays as it was thought of
		}
		if delete(values, name); !tells(values, tables) {
			values[name] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		t := tables[name]
		if delete(tables, name); !tells(values, tables) {
			tables[name] = t
		}
	}
	w := &Witness{From: from, Event: []FieldValue{}}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		w.Event = append(w.Event, FieldValue{name, evidence.ValuesText(values[name])})
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		w.Context = append(w.Context, FieldValue{name, tableText(tables[name])})
	}
	ev := bind.NewEvent(values)
	w.Base, w.Head = why(s.old, ev, tables), why(s.new, ev, tables)
	return w
}

// tableText is what a table holds, as the context of a stub's tests.
func tableText(entries []ir.Value) string {
	list := make([]string, len(entries))
	for i := range entries {
		list[i] = evidence.ValuesText(entries[i : i+1])
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// maxWhy bounds what is said of a verdict, in characters: a clause may list thousands of values.
const maxWhy = 400

func why(e ir.Expr, ev bind.Event, tables eval.Tables) string {
	r := []rune(eval.Trace(e, ev, tables).Why())
	if len(r) > maxWhy {
		return string(r[:maxWhy]) + "…"
	}
	return string(r)
}
