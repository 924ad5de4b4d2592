package backend

import (
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// A Correlation is a correlation over rules of one store: what a target that can correlate makes a query of. The embedded
// one says what is looked for; where its groups and values stand is spelt out in Members, one by one, so that a target
// never looks up a name.
type Correlation struct {
	*ir.Correlation
	Members []Member // one for each of Rules, in their order
}

// A Member is a rule whose rows are correlated.
type Member struct {
	Rule   *Rule    // its Name is the one by which the correlation refers to it; its Time says when
	Keys   []Column // where each name of GroupBy stands in its rows, in GroupBy's order
	Values []Column // where each name of Fields stands in its rows, in Fields' order
}

// A Correlator is a target that can correlate. What the windows, groups and firings of a correlation mean is said by
// package correlate; a query gives a row a firing, or says in its losses where it gives others. It is read by people and by
// bundles, which schedule it: it looks at all rows that it is given, and whoever runs it says from when to when.
type Correlator interface {
	Target
	// Correlate makes the query. The losses of its members are among the query's own.
	Correlate(c *Correlation) (Query, diag.List)
}
