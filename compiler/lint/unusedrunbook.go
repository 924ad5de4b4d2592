package lint

import "detc/compiler/diag"

// unusedRunbook finds pages that no alert leads to.
func unusedRunbook(lib *Library, l *diag.List) {
	used := map[string]bool{}
	for _, r := range lib.Rules {
		used[r.Runbook.Value] = true
	}
	for _, b := range lib.Runbooks {
		if !used[b.Name] {
			l.Add(diag.UnusedRunbook, b.Span, "no rule names the runbook %s", b.Name)
		}
	}
}
