package ir_test

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"detc/compiler/ir"
	"detc/compiler/ir/irtest"
)

// A world is a random answer to every question that an atom asks: one question a value of its list. It knows nothing
// of events, and nothing of how normalise works.
type world int

func (w world) holds(question ...any) bool {
	return sha256.Sum256(fmt.Append(nil, int(w), fmt.Sprintf("%#v", question)))[0]&1 == 1
}

func (w world) eval(e ir.Expr) bool { return ir.Visit(e, ir.Visitor[bool](w)) }

func (w world) And(e *ir.And) bool {
	for _, a := range e.Args {
		if !w.eval(a) {
			return false
		}
	}
	return true
}

func (w world) Or(e *ir.Or) bool {
	for _, a := range e.Args {
		if w.eval(a) {
			return true
		}
	}
	return false
}

func (w world) Not(e *ir.Not) bool     { return !w.eval(e.Arg) }
func (w world) Const(e *ir.Const) bool { return e.Value }
func (w world) Named(e *ir.Named) bool { return w.eval(e.Arg) }

func anyOf[T any](values []T, holds func(T) bool) bool {
	for _, v := range values {
		if holds(v) {
			return true
		}
	}
	return false
}

func (w world) Eq(a *ir.Eq) bool {
	return anyOf(a.Values, func(v ir.Value) bool {
		if v.Type == ir.String {
			return w.holds("eq", a.Field, spelling(v.Str, a.Field.Cased))
		}
		return w.holds("eq", a.Field, number(v))
	})
}

// number is one text for all values that are ==.
func number(v ir.Value) string {
	v.Float += 0 // -0 is 0
	return v.Type.String() + " " + v.Text()
}

// atEnds are the patterns that say only where a text stands, and escaped what a backslash stands before in them.
var (
	atEnds  = regexp.MustCompile(`(?s)^(\**)((?:[^*?\\]|\\.|\\$)+?)(\**)$`)
	escaped = regexp.MustCompile(`\\([*?\\])`)
)

func (w world) Match(a *ir.Match) bool {
	return anyOf(a.Values, func(s string) bool {
		if m := atEnds.FindStringSubmatch(s); m != nil && a.Op == ir.Glob && a.Encoding.Plain() {
			text := escaped.ReplaceAllString(m[2], "$1")
			if m[1]+m[3] == "" {
				return w.Eq(&ir.Eq{Field: a.Field, Values: []ir.Value{ir.StringValue(text)}})
			}
			op := map[[2]bool]ir.MatchOp{{true, true}: ir.Contains, {false, true}: ir.Prefix, {true, false}: ir.Suffix}[[2]bool{m[1] != "", m[3] != ""}]
			return w.Match(&ir.Match{Field: a.Field, Op: op, Values: []string{text}})
		}
		return w.holds("match", a.Field, a.Op, a.Encoding, spelling(s, a.Field.Cased || a.Encoding.Wide != ir.UTF8 || a.Encoding.Base64 != ir.NoBase64))
	})
}

func (w world) Regex(a *ir.Regex) bool {
	return anyOf(a.Patterns, func(s string) bool { return w.holds("regex", a.Field, s) })
}

func (w world) Cidr(a *ir.Cidr) bool {
	return anyOf(a.Nets, func(n netip.Prefix) bool {
		if n.Addr().Is4In6() && n.Bits() >= 96 {
			n = netip.PrefixFrom(n.Addr().Unmap(), n.Bits()-96)
		}
		return w.holds("cidr", a.Field, n.Masked().String())
	})
}

func (w world) Compare(a *ir.Compare) bool {
	return w.holds("compare", a.Field, a.Op, number(a.Value))
}

func (w world) FieldEq(a *ir.FieldEq) bool {
	f, g := a.Field, a.Other
	if f.Name > g.Name {
		f, g = g, f
	}
	return w.holds("fields", f, g)
}

func (w world) Exists(a *ir.Exists) bool { return w.holds("exists", a.Field) }
func (w world) InSet(a *ir.InSet) bool   { return w.holds("set", a.Field, a.Table, a.Version) }

func (w world) TimePart(a *ir.TimePart) bool {
	return anyOf(a.Values, func(n int) bool { return w.holds("part", a.Field, a.Part, n) })
}

func (w world) Keyword(a *ir.Keyword) bool {
	return anyOf(a.Values, func(s string) bool { return w.holds("keyword", a.Op, spelling(s, false)) })
}

// spelling is one string for all literals that mean the same, by another road than Folder.
func spelling(s string, cased bool) string {
	if cased {
		return "cased " + s
	}
	beyond := strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII && unicode.SimpleFold(r) != r })
	return fmt.Sprint(beyond, strings.Map(func(r rune) rune {
		for o := r; beyond; {
			if o = unicode.SimpleFold(o); o <= r { // the smallest one ends the ring
				r = o
				break
			}
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}, s))
}

const worlds = 12

func TestNormalizeAndTheCanonicalFormKeepTheMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := irtest.Expr(fields).Draw(t, "e")
		n, c := ir.Normalize(e), ir.Canonical(e)
		for w := range world(worlds) {
			if want := w.eval(e); w.eval(n) != want || w.eval(c) != want {
				t.Fatalf("world %d: %v\n    is %s\nnormal %s\n canon %s", w, want, ir.Text(e), ir.Text(n), ir.Text(c))
			}
		}
	})
}

func TestNormalizeIsEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := irtest.Expr(fields).Draw(t, "e")
		for name, other := range map[string]ir.Expr{"normal": ir.Normalize(e), "canonical": ir.Canonical(e), "not not": &ir.Not{Arg: &ir.Not{Arg: e}}} {
			if !ir.Equal(e, other) {
				t.Fatalf("%s\n%s: %s", ir.Text(e), name, ir.Text(other))
			}
		}
	})
}

// What Equal holds for one means one thing; few fields and values, so that it happens.
func TestEqualIsSound(t *testing.T) {
	few := fields[:2]
	rapid.Check(t, func(t *rapid.T) {
		e, f := irtest.Expr(few).Draw(t, "e"), irtest.Expr(few).Draw(t, "f")
		if !ir.Equal(e, f) {
			return
		}
		for w := range world(worlds) {
			if w.eval(e) != w.eval(f) {
				t.Fatalf("equal, but\n%s\n%s", ir.Text(e), ir.Text(f))
			}
		}
	})
}

// Arguments in any order, lists split over an Or and negation pushed inside are Equal.
func TestEqualKnowsTheLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := rapid.SliceOfN(irtest.Expr(fields), 0, 4).Draw(t, "args")
		mixed := rapid.Permutation(args).Draw(t, "mixed")
		negated := make([]ir.Expr, len(args))
		for i, a := range mixed {
			negated[i] = &ir.Not{Arg: a}
		}
		if !ir.Equal(&ir.And{Args: args}, &ir.And{Args: mixed}) {
			t.Fatal("order counts")
		}
		if !ir.Equal(&ir.Not{Arg: &ir.Or{Args: args}}, &ir.And{Args: negated}) || !ir.Equal(&ir.Not{Arg: &ir.And{Args: args}}, &ir.Or{Args: negated}) {
			t.Fatal("De Morgan")
		}
	})
}
