package sigma

import (
	"fmt"

	"detc/compiler/bind"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// Verify reads an emitted rule back and says where it differs in structure from the bound rule that it was made of.
// No difference is the proof that nothing was lost or added; a difference is a mistake of this package.
func Verify(b *bind.Bound, text []byte) error {
	d, err := Read(source.NewFile(b.Rule.Name+".yml", string(text)), Fields(b.Where))
	if err != nil {
		return fmt.Errorf("the emitted rule can't be read back: %w", err)
	}
	return same(b.Where, d.Where)
}

// Fields is how the names of an expression are read: what Read and NewOracle ask for. A name that the expression
// doesn't have is a string, and so is one whose type is not known, which each atom reads as it needs it.
func Fields(e ir.Expr) func(name string) ir.Field {
	fields, exist := map[string]ir.Field{}, map[string]ir.Field{}
	ir.Atoms(e, func(atom ir.Expr, _ bool) {
		if a, ok := atom.(*ir.Exists); ok { // which no type makes a difference to
			exist[a.Field.Name] = a.Field
			return
		}
		for _, f := range ir.Fields(atom) {
			if had, ok := fields[f.Name]; ok && had.Type != f.Type {
				f = ir.Field{Name: f.Name, List: f.List}
			}
			fields[f.Name] = f
		}
	})
	return func(name string) ir.Field {
		if f, ok := fields[name]; ok {
			return f
		}
		if f, ok := exist[name]; ok {
			return f
		}
		return ir.Field{Name: name}
	}
}

// same says what two expressions differ in.
func same(want, got ir.Expr) error {
	field := Fields(want)
	want, got = ir.Normalize(typed(spelled(want), field)), ir.Normalize(typed(spelled(got), field))
	if ir.Equal(want, got) {
		return nil
	}
	lost, added := without(want, got), without(got, want)
	return fmt.Errorf("the emitted rule means something else: it should say\n\t%s\nand says\n\t%s", ir.Text(lost), ir.Text(added))
}

// without is what stands in a and not in b, where both are Ands; else all of a.
func without(a, b ir.Expr) ir.Expr {
	have := map[[32]byte]bool{}
	y, ok := b.(*ir.And)
	if !ok {
		return a
	}
	for _, arg := range y.Args {
		have[ir.Digest(arg)] = true
	}
	x, ok := a.(*ir.And)
	if !ok {
		return a
	}
	var rest []ir.Expr
	for _, arg := range x.Args {
		if !have[ir.Digest(arg)] {
			rest = append(rest, arg)
		}
	}
	return &ir.And{Args: rest}
}

// spelled is an expression of the same meaning in the one spelling that Sigma has for it: a pattern without wildcards
// is a text, and whether a field minds case stands only on atoms of which it makes a difference.
func spelled(e ir.Expr) ir.Expr {
	return ir.Map(e, func(atom ir.Expr) ir.Expr {
		switch a := atom.(type) {
		case *ir.Match:
			return unglob(a)
		case *ir.Eq:
			return spelledEq(a)
		case *ir.FieldEq:
			if a.Field.Type != ir.String {
				return &ir.FieldEq{Field: uncased(a.Field), Other: uncased(a.Other), Span: a.Span}
			}
			return a
		case *ir.Keyword:
			return unglobKeyword(a)
		case *ir.InSet:
			if a.Field.Type == ir.String {
				return a
			}
		}
		return ir.WithField(atom, uncased(ir.Fields(atom)[0]))
	})
}

// typed gives each Exists the field that the name is read as: it asks for none.
func typed(e ir.Expr, field func(string) ir.Field) ir.Expr {
	return ir.Map(e, func(atom ir.Expr) ir.Expr {
		if a, ok := atom.(*ir.Exists); ok {
			return &ir.Exists{Field: uncased(field(a.Field.Name)), Span: a.Span}
		}
		return atom
	})
}

func spelledEq(a *ir.Eq) ir.Expr {
	if a.Field.Type != ir.String {
		return ir.WithField(a, uncased(a.Field))
	}
	out := &ir.Eq{Field: a.Field, Values: make([]ir.Value, len(a.Values)), Span: a.Span}
	for i, v := range a.Values {
		out.Values[i] = spelledValue(v)
	}
	return out
}

func unglobKeyword(a *ir.Keyword) ir.Expr {
	if a.Op != ir.Glob {
		return a
	}
	out := &ir.Or{Span: a.Span}
	for _, v := range a.Values {
		k := &ir.Keyword{Op: ir.Glob, Values: []string{v}, Span: a.Span}
		if plain, ok := literal(v); ok {
			k.Op, k.Values = ir.Contains, []string{plain}
		}
		out.Args = append(out.Args, k)
	}
	return out
}

func unglob(a *ir.Match) ir.Expr {
	if a.Op != ir.Glob || !a.Encoding.Plain() {
		return a
	}
	out := &ir.Or{Span: a.Span}
	for _, v := range a.Values {
		if plain, ok := literal(v); ok {
			out.Args = append(out.Args, &ir.Eq{Field: a.Field, Values: []ir.Value{ir.StringValue(plain)}, Span: a.Span})
			continue
		}
		out.Args = append(out.Args, &ir.Match{Field: a.Field, Op: ir.Glob, Values: []string{v}, Span: a.Span})
	}
	return out
}
