package lint

import (
	"detc/compiler/diag"
	"detc/compiler/ir"
)

// unusedTable finds context tables that no rule asks for.
func unusedTable(lib *Library, l *diag.List) {
	used := map[string]bool{}
	for _, r := range lib.Rules {
		for _, e := range r.texts() {
			for _, t := range ir.Tables(e) {
				used[t.Name] = true
			}
		}
	}
	for _, e := range lib.Excluded {
		for _, t := range ir.Tables(e) {
			used[t.Name] = true
		}
	}
	looked := lib.Schemas[:len(lib.Schemas):len(lib.Schemas)] // a column is there for the next rule
	for _, r := range lib.Rules {
		if r.Schema != nil {
			looked = append(looked, r.Schema)
		}
	}
	for _, s := range looked {
		for _, t := range lib.Tables {
			used[t.Name] = used[t.Name] || s.Enriches(t.Name)
		}
	}
	for _, t := range lib.Tables {
		if !used[t.Name] {
			l.Add(diag.UnusedTable, t.Span, "no rule asks for context.%s", t.Name)
		}
	}
}
