package workspace_test

import (
	"slices"
	"testing"

	"detc/compiler/report"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// Every event on which a rule of the library is judged is judged by cel-go, too, but where a row filter keeps the
// record from the rule; and all agree.
func TestLibraryOnCEL(t *testing.T) {
	w, err := workspace.Open(workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Rules:    []workspace.Root{{FS: rules.Files, Name: "rules"}},
		Opinions: true, Until: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := w.Pairs(); p.CEL == 0 || p.CEL > p.IR || p.Disagreed > 0 {
		t.Errorf("%+v", p)
	}
	for _, s := range w.TestSuites() {
		if r := w.Rule(s.Name); r != nil && r.Correlation != nil {
			continue // a timeline's events are judged by the rules, whose own cases cel-go has judged
		}
		if !slices.ContainsFunc(s.Cases, func(c report.TestCase) bool { return slices.Contains(c.Opinions, "cel") }) {
			t.Errorf("%s: no case was judged by cel-go", s.Name)
		}
	}
}
