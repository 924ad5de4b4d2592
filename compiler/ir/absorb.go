package ir

// maxAbsorb bounds the conjunctions that Absorb looks at, since it holds each argument against each.
const maxAbsorb = 256

// Absorb drops from a conjunction each argument that another one implies: beside `f = a`, `f in {a, b}` says nothing
// more, nor does `f = a | g = b`, nor exists(f). A row filter and a rule put together are full of these, and a person
// would not have written them. It looks at the outermost And alone, and takes a normalised expression.
func Absorb(e Expr) Expr {
	and, ok := e.(*And)
	if !ok || len(and.Args) > maxAbsorb {
		return e
	}
	out := &And{Span: and.Span}
	for i, x := range and.Args {
		implied := false
		for j, y := range and.Args {
			if i != j && implies(bare(y), bare(x)) && (j < i || !implies(bare(x), bare(y))) {
				implied = true
				break
			}
		}
		if !implied {
			out.Args = append(out.Args, x)
		}
	}
	return Normalize(out)
}

// Implies says that x is true wherever y is, whatever the names they bear. It may miss that, but never says it wrongly.
func Implies(y, x Expr) bool { return implies(bare(y), bare(x)) }

func bare(e Expr) Expr {
	for {
		n, ok := e.(*Named)
		if !ok {
			return e
		}
		e = n.Arg
	}
}

// implies says that x is true wherever y is; it may miss that, but never says it wrongly.
func implies(y, x Expr) bool {
	if or, ok := x.(*Or); ok {
		for _, c := range or.Args {
			if implies(y, bare(c)) {
				return true
			}
		}
		return false
	}
	switch x := x.(type) {
	case *Exists:
		switch y.(type) {
		case *And, *Or, *Not, *Const, *Named, *Keyword:
			return false
		}
		for _, f := range Fields(y) {
			if f.Name == x.Field.Name {
				return true
			}
		}
	case *Eq:
		y, ok := y.(*Eq)
		return ok && y.Field == x.Field && subset(y.Values, x.Values)
	case *Match:
		y, ok := y.(*Match)
		return ok && y.Field == x.Field && y.Op == x.Op && y.Encoding == x.Encoding && subset(y.Values, x.Values)
	case *Cidr:
		y, ok := y.(*Cidr)
		return ok && y.Field == x.Field && subset(y.Nets, x.Nets)
	}
	return false
}

func subset[T comparable](a, b []T) bool {
	have := make(map[T]bool, len(b))
	for _, v := range b {
		have[v] = true
	}
	for _, v := range a {
		if !have[v] {
			return false
		}
	}
	return true
}
