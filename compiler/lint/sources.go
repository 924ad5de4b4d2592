package lint

import (
	"strings"

	"detc/compiler/diag"
)

// sourceUntested finds sources that a rule is emitted on and no case reaches: neither a record of that log, nor an
// event that a record of it could tell of.
func sourceUntested(r *Rule, l *diag.List) {
	if r.Condition == nil || len(r.Tests.Cases) == 0 {
		return
	}
	var missing []string
	events := r.events()
	for _, s := range r.Emitted {
		reached := false
		for _, e := range events {
			if e.source == "" && e.ok {
				_, _, reason := s.Write(e.Event)
				reached = reached || reason == ""
			}
			reached = reached || e.source == s.ID
		}
		if !reached {
			missing = append(missing, s.ID)
		}
	}
	if len(missing) > 0 {
		l.Add(diag.SourceUntested, r.Name.Whole, "no case reaches %s", strings.Join(missing, ", ")).
			WithHelp("add a case with source: and raw:")
	}
}
