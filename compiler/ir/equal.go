package ir

// Equal says that two expressions are one in the canonical form: they mean the same, and differ at most in names,
// spans, order, repetition, how values are grouped into lists, and which way negation is written (De Morgan). Equal
// expressions have the same meaning on every event; the reverse does not hold (it knows nothing of absorption or of
// what values exclude each other).
func Equal(a, b Expr) bool { return a == b || Digest(a) == Digest(b) }

// Digest names what Equal holds for one: the SHA-256 of the canonical form. In it negation stands at the atoms only,
// names and spans are gone, constants are folded, And in And and Or in Or are flat, arguments are a set, positive
// atoms of one field and operator in an Or have one list and so have negated ones in an And, and lists are sets of
// case-folded values. A field's name, type, collation, unit and whether it is a list all count.
//
// The digest is stable as long as the node kinds are; keep it beside the version of the compiler that made it.
func Digest(e Expr) [32]byte {
	_, sum := canonical(e)
	return sum
}

func canonical(e Expr) (Expr, sum) {
	p := &pass{canonical: true}
	n := p.build(p.simplify(e, false))
	return n.expr, n.sum
}
