package lint

import (
	"slices"
	"strings"

	"detc/compiler/diag"
	"detc/compiler/stub"
)

// sourceUntested finds sources that a rule is emitted on and no case reaches: neither a record of that log, nor an
// event that a record of it could tell of.
func sourceUntested(r *Rule, l *diag.List) {
	if r.Condition == nil || len(r.Tests.Cases) == 0 {
		return
	}
	var missing []string
	for _, s := range r.Emitted {
		named := slices.ContainsFunc(r.Tests.Cases, func(c stub.CaseForm) bool { return c.Source.Value == s.ID })
		if !named && !r.Reached[s.ID] {
			missing = append(missing, s.ID)
		}
	}
	if len(missing) > 0 {
		l.Add(diag.SourceUntested, r.Name.Whole, "no case reaches %s", strings.Join(missing, ", ")).
			WithHelp("add a case with source: and raw:")
	}
}
