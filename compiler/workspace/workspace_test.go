package workspace_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
	"detc/compiler/stub"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// library opens what is inside the binary.
func library(t testing.TB, change func(*workspace.Options)) *workspace.Workspace {
	t.Helper()
	opts := workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Rules:    []workspace.Root{{FS: rules.Files, Name: "rules"}},
	}
	if change != nil {
		change(&opts)
	}
	w, err := workspace.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// What a pass rests on stands before it.
func TestPassesStandInOrder(t *testing.T) {
	before := map[string]bool{}
	for _, p := range workspace.Passes {
		for _, need := range p.Needs {
			if !before[need] {
				t.Errorf("%s needs %s, which doesn't stand before it", p.Name, need)
			}
		}
		if before[p.Name] || p.Name == "" || p.Does == "" {
			t.Errorf("the pass %q needs a name of its own, and must say what it does", p.Name)
		}
		before[p.Name] = true
	}
}

// The work can stop after any pass.
func TestUntil(t *testing.T) {
	for _, p := range workspace.Passes {
		w := library(t, func(o *workspace.Options) { o.Until = p.Name })
		if w.Findings.HasErrors() {
			t.Errorf("%s: %v", p.Name, w.Findings)
		}
	}
}

// The library has no errors, serves every telemetry item at least twice, and all that it emits reads back equal and
// parses in sigma-go.
func TestLibrary(t *testing.T) {
	w := library(t, nil)
	for _, d := range w.Findings {
		if d.Severity == diag.Error {
			t.Errorf("%s: %s", d.Span, d.Message)
		}
	}
	serving, sources, raw := map[string]int{}, map[string]bool{}, 0
	for _, r := range w.Rules {
		if r.IR == nil {
			continue
		}
		for _, item := range r.IR.Meta.Items {
			serving[item]++
		}
		for _, e := range r.Emitted {
			if e.Bound != nil {
				sources[e.Source.ID] = true
				if e.ReadBack != nil {
					t.Errorf("%s on %s: %v", r.Name.Value, e.Source.ID, e.ReadBack)
				}
				if _, err := sigma.NewOracle(e.YAML, nil, sigma.Fields(e.Bound.Where)); err != nil {
					t.Errorf("%s on %s: sigma-go can't parse it: %v", r.Name.Value, e.Source.ID, err)
				}
			}
		}
		if slices.ContainsFunc(r.Tests.Cases, func(c stub.CaseForm) bool { return !c.Source.IsZero() }) {
			raw++
		}
		if res := r.Results; res.Positive < 1 || res.Negative < 2 || res.NearMisses < 1 {
			t.Errorf("%s: %d positive cases, %d negative, %d near misses", r.Name.Value, res.Positive, res.Negative, res.NearMisses)
		}
	}
	for _, tactic := range []string{"TA0104", "TA0041"} {
		for _, item := range []string{"/T1", "/T2", "/T3", "/T4", "/T5"} {
			if serving[tactic+item] < 2 {
				t.Errorf("%s%s is served by %d rules", tactic, item, serving[tactic+item])
			}
		}
	}
	if len(w.Rules) < 16 || len(sources) < 20 || raw < 8 {
		t.Errorf("%d rules, %d sources, %d rules with a raw record", len(w.Rules), len(sources), raw)
	}
}

// However many run at once, the same comes out.
func TestJobsDontMatter(t *testing.T) {
	one := library(t, func(o *workspace.Options) { o.Jobs = 1 })
	many := library(t, func(o *workspace.Options) { o.Jobs = 16 })
	if a, b := printed(t, one), printed(t, many); a != b {
		t.Error("one job and sixteen differ")
	}
}

// printed is all that a workspace holds of results.
func printed(t *testing.T, w *workspace.Workspace) string {
	var b strings.Builder
	for _, d := range w.Findings {
		b.WriteString(d.Span.String() + " " + d.Message + "\n")
	}
	for _, r := range w.Rules {
		for _, e := range r.Emitted {
			b.WriteString(e.Source.ID + " " + e.Reason + "\n")
			b.Write(e.YAML)
		}
	}
	text, err := json.Marshal(w.Coverage)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(text)
	return b.String()
}

// A page of the user's that asks less than the library's is no fault of the library's rules and schemas.
func TestPageThatAsksLess(t *testing.T) {
	page := "TA0104: Execution\nLikely telemetry\n- Shell commands\nDetection direction\n- Know your engineers.\n"
	for _, text := range []string{page, strings.ReplaceAll(page, "\n", "\r\n"), "\uFEFF" + page} {
		w := library(t, func(o *workspace.Options) { o.Briefs = []*source.File{source.NewFile("page.txt", text)} })
		for _, d := range w.Findings {
			if d.Severity == diag.Error || d.Code == diag.IdleRule {
				t.Errorf("%s: %s", d.Span, d.Message)
			}
		}
		for _, r := range w.Rules {
			if r.Meta() == nil {
				t.Errorf("%s was not compiled", r.Name.Value)
			}
		}
	}
}

// A later folder's schema replaces an earlier one's; two in one folder are a mistake.
func TestLaterMappingsReplace(t *testing.T) {
	schema, err := mappings.Files.ReadFile("telemetry/ot.mode_change.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := library(t, func(o *workspace.Options) {
		o.Mappings = append(o.Mappings, workspace.Root{Name: "my", FS: fstest.MapFS{"mode.yaml": {Data: schema}}})
	})
	if s := w.Schema("ot.mode_change"); s.Span.File.Name != "my/mode.yaml" || w.Findings.HasErrors() {
		t.Errorf("%s is used: %v", s.Span.File.Name, w.Findings)
	}
	w = library(t, func(o *workspace.Options) {
		o.Mappings = append(o.Mappings, workspace.Root{Name: "my", FS: fstest.MapFS{"a.yaml": {Data: schema}, "b.yaml": {Data: schema}}})
	})
	if !slices.ContainsFunc(w.Findings, func(d *diag.Diagnostic) bool { return d.Code == diag.DuplicateID }) {
		t.Error("two schemas of one id in one folder, and nothing is said")
	}
}

// A folder that can't be opened at all is the machine's trouble.
func TestNoMappings(t *testing.T) {
	if _, err := workspace.Open(workspace.Options{Mappings: []workspace.Root{{FS: os.DirFS("testdata/nowhere"), Name: "nowhere"}}}); err == nil {
		t.Error("no error")
	}
}
