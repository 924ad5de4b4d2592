// Package witness makes events that exercise an expression: on some it is true, on others a single atom tips it over,
// and the values stand where a mistake would show (on a bound, beside it, in the other case, escaped, empty, absent).
// Whoever claims to mean what the expression means, another rule or another engine, is held against them.
package witness

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A Witness is an event with the verdict that the expression has on it.
type Witness struct {
	Kind   Kind
	Values map[string][]ir.Value // by field; a field that is there but can't be read has a list of none
	Tables eval.Tables           // what the context tables hold; each that the expression asks for is there
	Want   bool                  // eval's verdict
	What   string                // for people: `near miss: new_mode = "stop" is false`
	Atom   ir.Expr               // the atom that it is about; nil where it is about the whole
}

// Event is the witness as what eval judges.
func (w *Witness) Event() bind.Event { return bind.NewEvent(w.Values) }

// Kind says what a witness is for.
type Kind uint8

const (
	Whole    Kind = iota // shows the whole expression true, or false
	Decides              // on it the atom decides: the expression is true, and false as soon as the atom alone is turned
	NearMiss             // the expression is false, and true as soon as the atom alone is turned
	Variant              // a value of the atom's field where a mistake would show
)

func (k Kind) String() string { return [...]string{"whole", "decides", "near miss", "variant"}[k] }

// Unreached is an atom of which no event shows that it matters, or the whole expression where none makes it true or
// false.
type Unreached struct {
	Atom   ir.Expr
	Reason string
}

// Options bound the work. The zero Options are of use.
type Options struct {
	Max    int                 // witnesses at most; 0 is DefaultMax
	Fields map[string][]string // the values that a field may have, by name; a field that isn't here may have any
	Spare  []ir.Field          // fields that the expression needn't name, to put a keyword in; none: a field "message"
}

// DefaultMax is the number of witnesses where Options say none.
const DefaultMax = 400

// Generate makes the witnesses of an expression, logical or bound, and names the atoms that it found none for. The same
// input gives the same witnesses, those that matter most first.
func Generate(e ir.Expr, o Options) ([]Witness, []Unreached) {
	if o.Max <= 0 {
		o.Max = DefaultMax
	}
	g := newGenerator(e, o)
	g.whole()
	for i := range g.authored {
		g.decide(i)
	}
	g.vary()
	return g.out, g.unreached
}

type generator struct {
	*solver
	expr      ir.Expr
	authored  int // so many of the solver's atoms are the expression's; the rest are its own
	match     *state
	silence   *state
	bases     map[int][]*state // by atom: events on which it decides
	seen      map[string]bool
	out       []Witness
	unreached []Unreached
}

func newGenerator(e ir.Expr, o Options) *generator {
	g := &generator{solver: newSolver(e, o), expr: e, bases: map[int][]*state{}, seen: map[string]bool{}}
	g.authored = len(g.atoms)
	return g
}

// A state is what a witness is made of.
type state struct {
	values map[string][]ir.Value
	tables eval.Tables
}

func (s *state) with(name string, values []ir.Value, present bool) *state {
	out := &state{maps.Clone(s.values), s.tables}
	if present {
		out.values[name] = values
	} else {
		delete(out.values, name)
	}
	return out
}

// key tells states apart.
func (s *state) key() string {
	var b []byte
	b = appendAll(b, s.values)
	return string(appendAll(append(b, '%'), s.tables))
}

func appendAll(b []byte, of map[string][]ir.Value) []byte {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		b = append(strconv.AppendQuote(b, name), ':')
		for _, v := range of[name] {
			b = strconv.AppendQuote(append(b, '0'+byte(v.Type)), v.Text())
		}
		b = append(b, ';')
	}
	return b
}

// fields is a state as eval's event.
type fields map[string][]ir.Value

func (e fields) Get(f ir.Field) ([]ir.Value, bool) {
	v, ok := e[f.Name]
	return bind.ReadAs(v, f), ok
}

func (e fields) Texts(f func(string) bool) bool {
	for _, values := range e {
		if slices.ContainsFunc(values, func(v ir.Value) bool { return f(v.Text()) }) {
			return true
		}
	}
	return false
}

// verdict is eval's.
func (g *generator) verdict(s *state) bool {
	return eval.Match(g.expr, fields(s.values), s.tables)
}

// add keeps a witness, unless the event is there already or the room is full. An event on which an atom decides is kept
// for each atom anew: whoever asks about the atom must find it.
func (g *generator) add(kind Kind, s *state, atom ir.Expr, what string) {
	if len(g.out) >= g.o.Max {
		return
	}
	key := s.key()
	if g.seen[key] && (kind == Whole || kind == Variant) {
		return
	}
	g.seen[key] = true
	g.out = append(g.out, Witness{kind, s.values, s.tables, g.verdict(s), what, atom})
}

// whole looks for an event that matches and one that doesn't.
func (g *generator) whole() {
	for _, want := range []bool{true, false} {
		var found *state
		tried := g.ways(want, func(l []literal) bool {
			found = g.solve(l, nil)
			return found != nil && g.verdict(found) == want
		})
		if found == nil || g.verdict(found) != want {
			g.unreached = append(g.unreached, Unreached{g.expr, fmt.Sprintf("no event found on which the condition is %t, in %d ways of making it so", want, tried)})
			continue
		}
		if want {
			g.match = found
			g.add(Whole, found, nil, "matches")
		} else {
			g.silence = found
			g.add(Whole, found, nil, "does not match")
		}
	}
}

// decide looks for two events that differ in the verdict of one atom and in that of the whole.
func (g *generator) decide(atom int) {
	a := g.atoms[atom]
	var yes, no *state
	tried, all := g.pivots(atom, func(l []literal) bool {
		yes = g.solve(append(slices.Clone(l), literal{atom, true}), nil)
		if yes == nil {
			return false
		}
		no = g.solve(append(slices.Clone(l), literal{atom, false}), yes)
		return no != nil && g.verdict(yes) != g.verdict(no)
	})
	if yes == nil || no == nil || g.verdict(yes) == g.verdict(no) {
		g.unreached = append(g.unreached, Unreached{a, g.why(atom, tried, all)})
		return
	}
	g.bases[atom] = []*state{yes, no}
	for i, s := range g.bases[atom] {
		holds := i == 0
		if g.verdict(s) {
			g.add(Decides, s, a, fmt.Sprintf("matches because %s is %t", brief(a), holds))
		} else {
			g.add(NearMiss, s, a, fmt.Sprintf("near miss: %s is %t", brief(a), holds))
		}
	}
}

// why says what stands in the way of an atom.
func (g *generator) why(atom, tried int, all bool) string {
	for _, want := range []bool{true, false} {
		if g.solve([]literal{{atom, want}}, nil) == nil {
			return fmt.Sprintf("no value found that makes it %t", want)
		}
	}
	switch {
	case tried == 0 && !all:
		return "the other clauses decide in nearly all ways: none was found in which this one does"
	case tried == 0:
		return "the rest of the condition is constant beside it"
	}
	return fmt.Sprintf("the other clauses decide: they contradict or imply it, in each of %d ways tried", tried)
}

// brief is an atom's text, cut.
func brief(e ir.Expr) string {
	const most = 120
	r := []rune(ir.Text(e))
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(r)
}

// vary puts values where a mistake would show into the events on which an atom decides: one of each atom in turn, so
// that no atom takes all the room.
func (g *generator) vary() {
	fallback := g.match
	if fallback == nil {
		fallback = g.silence
	}
	if fallback == nil {
		fallback = &state{map[string][]ir.Value{}, g.fill(nil)}
	}
	variants := make([][]variant, g.authored)
	most := 0
	for i := range g.authored {
		if g.bases[i] == nil {
			g.bases[i] = []*state{fallback}
		}
		variants[i] = g.variants(i, g.bases[i][0])
		most = max(most, len(variants[i]))
	}
	for n := range most {
		for i := range g.authored {
			if n < len(variants[i]) {
				for _, base := range g.bases[i] {
					g.vary1(i, base, variants[i][n])
				}
			}
		}
		if len(g.out) >= g.o.Max {
			return
		}
	}
}

func (g *generator) vary1(atom int, base *state, v variant) {
	if len(g.out) >= g.o.Max {
		return
	}
	s := v.apply(base)
	if s == nil || g.seen[s.key()] {
		return
	}
	a := g.atoms[atom]
	kind, what := Variant, v.what
	if got, was := g.verdict(s), g.verdict(base); got != was && g.onlyTurned(atom, base, s) {
		kind, what = Decides, v.what+" turns "+brief(a)
		if !got {
			kind, what = NearMiss, "near miss: "+what
		}
	}
	g.add(kind, s, a, what)
}

// onlyTurned says that of all atoms this one alone has another verdict on the two events.
func (g *generator) onlyTurned(atom int, s, t *state) bool {
	for i, a := range g.atoms[:g.authored] {
		turned := eval.Match(a, fields(s.values), s.tables) != eval.Match(a, fields(t.values), t.tables)
		if turned != (i == atom) {
			return false
		}
	}
	return true
}
