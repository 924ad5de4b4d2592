package witness

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"detc/compiler/bind"
	"detc/compiler/eval"
	"detc/compiler/ir"
)

// A solver finds events on which given atoms have given verdicts. It is a small search: for each field, or for fields
// that must be equal, the values of which all that is asked of them is true; then what reaches over several fields.
// It may miss an event, but what it gives is judged by eval first.
type solver struct {
	expr    ir.Expr
	o       Options
	atoms   []ir.Expr // each meaning once
	quick   []ir.Expr // the same, in lower case where it makes no difference: what is judged again and again
	at      map[ir.Expr]int
	fields  []ir.Field
	mixed   map[string]bool // fields that atoms read as several types
	domains map[string]*domain
	memo    map[string][][]ir.Value
}

func newSolver(e ir.Expr, o Options) *solver {
	s := &solver{expr: e, o: o, at: map[ir.Expr]int{}, mixed: map[string]bool{}, domains: map[string]*domain{}, memo: map[string][][]ir.Value{}}
	same := map[[32]byte]int{}
	ir.Atoms(e, func(a ir.Expr, _ bool) {
		if _, ok := s.at[a]; ok {
			return
		}
		sum := ir.Digest(a)
		i, ok := same[sum]
		if !ok {
			i = s.register(a)
			same[sum] = i
		}
		s.at[a] = i
	})
	return s
}

func (s *solver) register(a ir.Expr) int {
	s.atoms = append(s.atoms, a)
	s.quick = append(s.quick, lowered(a))
	s.at[a] = len(s.atoms) - 1
	for _, f := range ir.Fields(a) {
		i := slices.IndexFunc(s.fields, func(g ir.Field) bool { return g.Name == f.Name })
		if i < 0 {
			s.fields = append(s.fields, f)
		} else if s.fields[i].Type != f.Type {
			s.mixed[f.Name] = true
			s.fields[i] = s.held(f)
		}
	}
	return len(s.atoms) - 1
}

// held is a field as an event holds it: one that atoms read as several types holds text, which each reads anew.
func (s *solver) held(f ir.Field) ir.Field {
	if s.mixed[f.Name] {
		f.Type = ir.String
	}
	return f
}

// lowered is an atom of the same meaning whose texts are in lower case where case is folded, so that nothing is left to
// fold in them.
func lowered(a ir.Expr) ir.Expr {
	m, ok := a.(*ir.Match)
	if !ok || m.Field.Cased || !m.Encoding.Plain() {
		return a
	}
	out := *m
	out.Values = make([]string, len(m.Values))
	for i, v := range m.Values {
		if out.Values[i] = v; isASCII(v) {
			out.Values[i] = strings.ToLower(v)
		}
	}
	return &out
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (s *solver) index(a ir.Expr) int { return s.at[a] }

// A class is fields that must have one value, with what is asked of it.
type class struct {
	fields []ir.Field
	lits   []literal
}

// solve finds a state on which all literals hold; nil is none found. Fields of near keep its values where they can.
func (s *solver) solve(lits []literal, near *state) *state {
	if near != nil {
		if out := s.solveNear(lits, near); out != nil {
			return out
		}
	}
	for _, carried := range s.carriers(lits) {
		if out := s.attempt(append(lits[:len(lits):len(lits)], carried...), lits, nil); out != nil {
			return out
		}
	}
	return nil
}

// solveNear changes only the fields of the last literal's atom.
func (s *solver) solveNear(lits []literal, near *state) *state {
	last := lits[len(lits)-1]
	free := map[string]bool{}
	for _, f := range ir.Fields(s.atoms[last.atom]) {
		free[f.Name] = true
	}
	if len(free) == 0 {
		return nil
	}
	return s.attempt(lits, lits, func(name string) ([]ir.Value, bool, bool) {
		v, present := near.values[name]
		return v, present, !free[name]
	})
}

// carriers are ways to say the keywords that must be found: each as a literal about a field that holds it.
func (s *solver) carriers(lits []literal) [][]literal {
	var wanted []*ir.Keyword
	for _, l := range lits {
		if k, ok := s.atoms[l.atom].(*ir.Keyword); ok && l.want {
			wanted = append(wanted, k)
		}
	}
	if len(wanted) == 0 {
		return [][]literal{nil}
	}
	var out [][]literal
	for _, f := range s.texts() {
		var all []literal
		for _, k := range wanted {
			all = append(all, literal{s.carry(k, f), true})
		}
		out = append(out, all)
	}
	return out
}

// texts are the fields that may hold any text, those that the expression doesn't name first.
func (s *solver) texts() (out []ir.Field) {
	spare := s.o.Spare
	if len(spare) == 0 {
		spare = []ir.Field{{Name: "message"}}
	}
	for _, f := range slices.Concat(spare, s.fields) {
		if f.Type == ir.String && s.o.Fields[f.Name] == nil {
			out = append(out, ir.Field{Name: f.Name, List: f.List})
		}
	}
	return out
}

// carry is the atom that a field holds one of the keywords.
func (s *solver) carry(k *ir.Keyword, f ir.Field) int {
	want := &ir.Match{Field: f, Op: k.Op, Values: k.Values}
	if k.Op == ir.Glob { // which fits a part of the text
		want.Values = make([]string, len(k.Values))
		for i, v := range k.Values {
			want.Values[i] = "*" + ir.ClosedGlob(v) + "*"
		}
	}
	for i, a := range s.atoms {
		if m, ok := a.(*ir.Match); ok && m.Field == f && m.Op == want.Op && m.Encoding.Plain() && slices.Equal(m.Values, want.Values) {
			return i
		}
	}
	return s.register(want)
}

// maxTurns bounds the combinations of the classes' values that are tried.
const maxTurns = 200

// attempt finds values for all classes and holds check against the whole. fixed gives the values of fields that must
// keep them.
func (s *solver) attempt(lits, check []literal, fixed func(string) (values []ir.Value, present, fixed bool)) *state {
	classes := s.classes(lits)
	choices := make([][][]ir.Value, len(classes))
	for i, c := range classes {
		if fixed != nil {
			if v, present, keep := fixed(c.fields[0].Name); keep && len(c.fields) == 1 {
				if !present {
					v = nil
				} else if v == nil {
					v = []ir.Value{}
				}
				choices[i] = [][]ir.Value{v}
				continue
			}
		}
		if choices[i] = s.solutions(c); len(choices[i]) == 0 {
			return nil
		}
	}
	turn := make([]int, len(classes))
	for range maxTurns {
		st := &state{values: map[string][]ir.Value{}}
		for i, c := range classes {
			if v := choices[i][turn[i]]; v != nil {
				for _, f := range c.fields {
					st.values[f.Name] = v
				}
			}
		}
		if fixed != nil {
			s.keepRest(st, fixed)
		}
		st.tables = s.fill(s.listed(lits, st))
		bad := s.failing(check, st)
		if bad < 0 {
			return st
		}
		if !advance(turn, choices, s.involved(check[bad], classes, st)) {
			return nil
		}
	}
	return nil
}

// keepRest keeps the fields that no literal speaks of.
func (s *solver) keepRest(st *state, fixed func(string) ([]ir.Value, bool, bool)) {
	for _, f := range slices.Concat(s.fields, s.texts()) {
		if v, present, keep := fixed(f.Name); keep && present && st.values[f.Name] == nil {
			st.values[f.Name] = v
		}
	}
}

// advance turns to the next choice of the classes involved, as a counter does.
func advance(turn []int, choices [][][]ir.Value, involved []int) bool {
	for _, i := range involved {
		if turn[i]++; turn[i] < len(choices[i]) {
			return true
		}
		turn[i] = 0
	}
	return false
}

// failing is the first literal that doesn't hold; -1 where all do.
func (s *solver) failing(lits []literal, st *state) int {
	ev := fields(st.values)
	for i, l := range lits {
		if eval.Match(s.quick[l.atom], ev, st.tables) != l.want {
			return i
		}
	}
	return -1
}

// involved are the classes that a literal depends on.
func (s *solver) involved(l literal, classes []class, st *state) (out []int) {
	a := s.atoms[l.atom]
	names := map[string]bool{}
	for _, f := range ir.Fields(a) {
		names[f.Name] = true
	}
	if in, ok := a.(*ir.InSet); ok { // another field put the value into the table
		for _, b := range s.atoms {
			if other, ok := b.(*ir.InSet); ok && other.Table == in.Table {
				names[other.Field.Name] = true
			}
		}
	}
	_, keyword := a.(*ir.Keyword)
	for i, c := range classes {
		for _, f := range c.fields {
			told := keyword && eval.Match(a, single{f.Name, st.values[f.Name]}, nil)
			if names[f.Name] || told {
				out = append(out, i)
				break
			}
		}
	}
	return out
}

// classes groups the literals by field; fields that must be equal are one.
func (s *solver) classes(lits []literal) []class {
	var out []class
	find := func(f ir.Field) int {
		for i, c := range out {
			if slices.ContainsFunc(c.fields, func(g ir.Field) bool { return g.Name == f.Name }) {
				return i
			}
		}
		out = append(out, class{fields: []ir.Field{f}})
		return len(out) - 1
	}
	for _, l := range lits {
		fields := ir.Fields(s.atoms[l.atom])
		for _, f := range fields {
			find(f)
		}
		if len(fields) == 2 && l.want {
			if i, j := find(fields[0]), find(fields[1]); i != j {
				i, j = min(i, j), max(i, j)
				out[i].fields = append(out[i].fields, out[j].fields...)
				out = slices.Delete(out, j, j+1)
			}
		}
	}
	for _, l := range lits {
		if fields := ir.Fields(s.atoms[l.atom]); len(fields) > 0 {
			i := find(fields[0])
			out[i].lits = append(out[i].lits, l)
			if len(fields) == 2 {
				if j := find(fields[1]); j != i {
					out[j].lits = append(out[j].lits, l)
				}
			}
		}
	}
	return out
}

func (c class) key() string {
	var b strings.Builder
	for _, f := range c.fields {
		fmt.Fprintf(&b, "%q ", f.Name)
	}
	for _, l := range c.lits {
		fmt.Fprintf(&b, "%d%t ", l.atom, l.want)
	}
	return b.String()
}

// listed are the values that must stand in tables.
func (s *solver) listed(lits []literal, st *state) eval.Tables {
	out := eval.Tables{}
	for _, l := range lits {
		if in, ok := s.atoms[l.atom].(*ir.InSet); ok && l.want {
			if v := st.values[in.Field.Name]; len(v) > 0 {
				if !slices.Contains(out[in.Table], v[0]) {
					out[in.Table] = append(out[in.Table], v[0])
				}
			}
		}
	}
	return out
}

// fill adds to each table that the expression asks for an entry that no event has.
func (s *solver) fill(t eval.Tables) eval.Tables {
	out := eval.Tables{}
	for _, a := range s.atoms {
		in, ok := a.(*ir.InSet)
		if !ok || out[in.Table] != nil {
			continue
		}
		out[in.Table] = append(slices.Clone(t[in.Table]), never(in.Field.Type))
	}
	return out
}

// single is an event of one field.
type single struct {
	name   string
	values []ir.Value
}

func (e single) Get(f ir.Field) ([]ir.Value, bool) {
	if f.Name != e.name {
		return nil, false
	}
	return bind.ReadAs(e.values, f), e.values != nil
}

func (e single) Texts(f func(string) bool) bool {
	return slices.ContainsFunc(e.values, func(v ir.Value) bool { return f(v.Text()) })
}
