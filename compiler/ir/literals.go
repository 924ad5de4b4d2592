package ir

// Literals is how many alternatives an atom lists; 0 of one that lists none, as Compare or Exists.
func Literals(atom Expr) int {
	switch a := atom.(type) {
	case *Eq:
		return len(a.Values)
	case *Match:
		return len(a.Values)
	case *Regex:
		return len(a.Patterns)
	case *Cidr:
		return len(a.Nets)
	case *TimePart:
		return len(a.Values)
	case *Keyword:
		return len(a.Values)
	}
	return 0
}

// WithLiterals is the atom with those of its alternatives that stand at the indices. An atom that lists none is given
// back as it is.
func WithLiterals(atom Expr, at []int) Expr {
	switch a := atom.(type) {
	case *Eq:
		c := *a
		c.Values = picked(a.Values, at)
		return &c
	case *Match:
		c := *a
		c.Values = picked(a.Values, at)
		return &c
	case *Regex:
		c := *a
		c.Patterns = picked(a.Patterns, at)
		return &c
	case *Cidr:
		c := *a
		c.Nets = picked(a.Nets, at)
		return &c
	case *TimePart:
		c := *a
		c.Values = picked(a.Values, at)
		return &c
	case *Keyword:
		c := *a
		c.Values = picked(a.Values, at)
		return &c
	}
	return atom
}

func picked[T any](list []T, at []int) []T {
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = list[k]
	}
	return out
}
