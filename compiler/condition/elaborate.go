package condition

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// A Program is a condition as cel-go itself judges it: the CEL that was written, with what CEL leaves to us written
// out. It owes nothing to ir's expressions, so that it is an opinion of its own of what a condition means.
//
// Three things are written out. A field is the list of its values, and what is asked of it is asked of any of them. An
// atom stands in atom(…), which is false where cel-go says that something is missing. A comparison that folds case is
// a function with an i: ieq, iin, icontains.
type Program struct {
	lets []step // those that the condition uses, each after those that it uses itself
	main step
}

// A step is one text: the condition, or a let of it.
type step struct {
	name string
	code cel.Program
	text string
	vars map[string]variable
	has  []ir.Field // whose presence it asks for
}

// A LetText is a let as it was written.
type LetText struct {
	Name string
	Text source.Text
}

// An Event gives the values of fields, as eval.Event does.
type Event interface {
	Get(f ir.Field) (values []ir.Value, present bool)
	Texts(f func(string) bool) bool
}

// Elaborate makes the program of a condition and its lets, which must have compiled: the error says what is wrong with
// a text that has not.
func (s *Scope) Elaborate(text source.Text, lets []LetText) (*Program, error) {
	known := make([]Let, len(lets))
	for i, l := range lets {
		known[i] = Let{Name: l.Name, Expr: &ir.Const{}} // only that there is one counts here
	}
	main, used, err := s.elaborate(text, known)
	if err != nil {
		return nil, err
	}
	p := &Program{main: main}
	for i := len(lets) - 1; i >= 0; i-- {
		if !used[lets[i].Name] {
			continue
		}
		let, more, err := s.elaborate(lets[i].Text, known[:i])
		if err != nil {
			return nil, fmt.Errorf("the let %s: %w", lets[i].Name, err)
		}
		for name := range more {
			used[name] = true
		}
		let.name = lets[i].Name
		p.lets = append([]step{let}, p.lets...)
	}
	return p, nil
}

// elaborate makes one text's step, and names the lets that it uses.
func (s *Scope) elaborate(text source.Text, lets []Let) (step, map[string]bool, error) {
	var l diag.List
	c := &compiler{scope: s, text: text, lets: lets, l: &l}
	if !c.check() {
		for _, d := range l {
			if d.Severity == diag.Error {
				return step{}, nil, fmt.Errorf("%s", d.Message)
			}
		}
		return step{}, nil, fmt.Errorf("the condition does not compile")
	}
	env, err := sharedMeaning()
	if err != nil {
		return step{}, nil, err
	}
	b := newElaborator(c)
	root := b.condition(c.ast.NativeRep().Expr())
	if b.err != nil {
		return step{}, nil, b.err
	}
	code, printed, err := env.plan(root, b)
	if err != nil {
		return step{}, nil, fmt.Errorf("cel-go refuses the elaborated condition: %w", err)
	}
	used := map[string]bool{}
	for name, v := range b.vars {
		if v.kind == letVar {
			used[name] = true
		}
	}
	return step{code: code, text: printed, vars: b.vars, has: b.has}, used, nil
}

// Match judges an event. A table that is missing is taken as empty, as eval.Match does. The error is cel-go's own
// trouble: nothing that an event can hold leads to one.
func (p *Program) Match(ev Event, tables map[string][]ir.Value) (bool, error) {
	a := &activation{ev: ev, tables: tables, lets: make(map[string]bool, len(p.lets))}
	for _, l := range p.lets {
		got, err := l.run(a)
		if err != nil {
			return false, fmt.Errorf("the let %s: %w", l.name, err)
		}
		a.lets[l.name] = got
	}
	return p.main.run(a)
}

func (s step) run(a *activation) (bool, error) {
	a.vars, a.has = s.vars, s.has
	out, _, err := s.code.Eval(a)
	if err != nil {
		return false, err
	}
	got, ok := out.(types.Bool)
	if !ok {
		return false, fmt.Errorf("cel-go says %v, which is neither true nor false", out)
	}
	return bool(got), nil
}

// String is the CEL that is judged, each let on a line before it.
func (p *Program) String() string {
	var b strings.Builder
	for _, l := range p.lets {
		fmt.Fprintf(&b, "%s = %s\n", l.name, l.text)
	}
	b.WriteString(p.main.text)
	return b.String()
}

// A variable is a name of the elaborated CEL.
type variable struct {
	kind  varKind
	field ir.Field // of a field; of a table, its type
	name  string   // of a table, without "context."
}

type varKind uint8

const (
	fieldVar  varKind = iota // the list of a field's values
	tableVar                 // the list of a table's entries
	letVar                   // a bool
	recordVar                // which fields are there: a map that has(…) looks into
	textsVar                 // every text of the event
)

// activation gives cel-go the values of names. A name without a value is what makes an atom false.
type activation struct {
	ev     Event
	tables map[string][]ir.Value
	lets   map[string]bool
	vars   map[string]variable
	has    []ir.Field
}

// Parent implements cel.Activation.
func (a *activation) Parent() cel.Activation { return nil }

// ResolveName implements cel.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	v, ok := a.vars[name]
	if !ok {
		return nil, false
	}
	switch v.kind {
	case fieldVar:
		values, present := a.ev.Get(v.field)
		return celList(v.field.Type, values), present
	case tableVar:
		values, there := a.tables[v.name]
		return celList(v.field.Type, values), there
	case letVar:
		return types.Bool(a.lets[name]), true
	case recordVar:
		return a.present(), true
	}
	var texts []ref.Val
	a.ev.Texts(func(s string) bool {
		texts = append(texts, types.String(s))
		return false
	})
	return types.NewRefValList(types.DefaultTypeAdapter, texts), true
}

// present is the map of the fields that are there, of those that the text asks for.
func (a *activation) present() map[string]any {
	m := make(map[string]any, len(a.has))
	for _, f := range a.has {
		if _, there := a.ev.Get(f); there {
			m[f.Name] = true
		}
	}
	return m
}

// celList is a field's values as cel-go knows them. A value of another type than the field's is none.
func celList(t ir.Type, values []ir.Value) ref.Val {
	out := make([]ref.Val, 0, len(values))
	for _, v := range values {
		if v.Type == t {
			out = append(out, celValue(v))
		}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, out)
}
