package ir

// Canonical is the form that Digest sums up.
func Canonical(e Expr) Expr {
	c, _ := canonical(e)
	return c
}
