package workspace_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"detc/compiler/coverage"
	"detc/compiler/diag"
	"detc/compiler/evidence"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// samples are records of real logs, which are not part of this repository.
const samples = "../../../shared/samples"

// library opens the library's rules, as they are or changed, with the evidence that is kept of them.
func opened(t testing.TB, files fs.FS, more func(*workspace.Options)) *workspace.Workspace {
	t.Helper()
	opts := workspace.Options{
		Mappings: []workspace.Root{{FS: mappings.Files, Name: "mappings"}},
		Rules:    []workspace.Root{{FS: files, Name: "rules"}},
	}
	if more != nil {
		more(&opts)
	}
	w, err := workspace.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func mutants(o *workspace.Options) { o.Mutants, o.Opinions, o.Until = true, true, "test" }

// copied is the library in memory, each stub passed through a change.
func copied(t testing.TB, change func(name, text string) string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(rules.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rules.Files, name)
		if strings.HasSuffix(name, ".yaml") {
			data = []byte(change(name, string(data)))
		}
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The evidence in rules/evidence.json is of the rules as they are, and shows each of them.
func TestTheLibraryIsProven(t *testing.T) {
	w := opened(t, rules.Files, nil)
	for _, r := range w.Coverage.Rules {
		if r.Gates[coverage.Tested] != coverage.Pass {
			t.Errorf("%s is not tested: %s", r.Name, r.Reasons[coverage.Tested])
		}
	}
	for _, r := range w.Rules {
		if r.Standing.Record == nil || r.Standing.Record.Cases.Skipped > 0 {
			t.Errorf("%s: the evidence is of a run without the sample records", r.Name.Value)
		}
	}
	if t.Failed() {
		t.Log("go run ./cmd/detc test --rules rules --samples ../shared/samples --evidence rules/evidence.json")
	}
}

// The file is what a run writes, byte for byte.
func TestEvidenceIsWhatARunWrites(t *testing.T) {
	if _, err := os.Stat(samples); err != nil {
		t.Skip("no ../shared/samples: the records are not part of this repository")
	}
	kept, err := fs.ReadFile(rules.Files, evidence.KeptFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, jobs := range []int{1, 4} {
		w := opened(t, rules.Files, func(o *workspace.Options) { mutants(o); o.Samples, o.Jobs = os.DirFS(samples), jobs })
		again, err := w.Evidence().JSON()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(kept, again) {
			t.Errorf("with %d jobs rules/evidence.json would be another: go run ./cmd/detc test --rules rules --samples ../shared/samples --evidence rules/evidence.json", jobs)
		}
	}
}

// Without one of its negative cases no rule is tested any more; and where that case was the only one to see a clause,
// the gate is red and names the clause.
func TestDeletingANegativeCase(t *testing.T) {
	red := 0
	for nth := range 3 {
		deleted := map[string]string{} // by file
		w := opened(t, copied(t, func(name, text string) string {
			var out []string
			n := 0
			for line := range strings.Lines(text) {
				if strings.HasPrefix(line, "    - {name:") && strings.Contains(line, "want: no match") && !strings.Contains(line, "sample:") {
					if n++; n == nth+1 {
						deleted["rules/"+name] = strings.TrimSpace(line)
						continue
					}
				}
				out = append(out, line)
			}
			return strings.Join(out, "")
		}), nil)
		for _, r := range w.Coverage.Rules {
			what, ok := deleted[r.File]
			if !ok {
				continue
			}
			why := r.Reasons[coverage.Tested]
			switch r.Gates[coverage.Tested] {
			case coverage.Pass:
				t.Errorf("%s is tested without %s", r.Name, what)
			case coverage.Failed:
				red++
			}
			if !strings.Contains(why, "stale: its cases changed since the evidence was kept") {
				t.Errorf("%s without %s: %s; it doesn't say why the evidence counts no more", r.Name, what, why)
			}
			if r.Name == "ot-mode-change-unlisted" && strings.Contains(what, "10.20.9.10") {
				if want := "no case sees src_ip in context engineering_hosts/1 true; "; !strings.HasPrefix(why, want) || r.Gates[coverage.Tested] != coverage.Failed {
					t.Errorf("%s without %s: %q, not %q", r.Name, what, why, want)
				}
			}
		}
	}
	if red < 20 {
		t.Errorf("the gate was red for %d deleted cases", red)
	}
}

// Renaming a case, a comment, another title: none of that makes evidence stale. Another value in a case does, another
// clause and another name in a log.
func TestWhatMakesEvidenceStale(t *testing.T) {
	const stub, name = "ta0104/ot-mode-change-unlisted.yaml", "ot-mode-change-unlisted"
	for _, c := range []struct{ what, old, new, stale string }{
		{"a comment", "tests:", "# how it is shown\ntests:", ""},
		{"the title", "title: ", "title: Once more, ", ""},
		{"a quoted value", "want: no match", `want: "no match"`, ""},
		{"a case's event", "10.20.9.77", "10.20.9.78", "its cases"},
		{"a verdict", "want: no match", "want: match", "its cases"},
		{"a value", `"hold"`, `"debug"`, "the rule"},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := opened(t, copied(t, func(file, text string) string {
				if file != stub {
					return text
				}
				if !strings.Contains(text, c.old) {
					t.Fatalf("%s holds no %s", stub, c.old)
				}
				return strings.Replace(text, c.old, c.new, 1)
			}), nil)
			if r := w.Rule(name); r.Standing.Stale != c.stale || (r.Standing.Record == nil) != (c.stale != "") {
				t.Errorf("stale is %q, not %q", r.Standing.Stale, c.stale)
			}
		})
	}
}

// A file of evidence that can't be read is said, and counts for nothing.
func TestBrokenEvidence(t *testing.T) {
	for what, text := range map[string]string{
		"no JSON": "{", "another version": `{"version": 99, "rules": {}}`, "an unknown key": `{"version": 1, "rules": {}, "by": "hand"}`,
		"more after it": `{"version": 1, "rules": {}} {}`,
	} {
		files := copied(t, func(_, text string) string { return text })
		files[evidence.KeptFile] = &fstest.MapFile{Data: []byte(text)}
		w := opened(t, files, nil)
		if !slices.ContainsFunc(w.Findings, func(d *diag.Diagnostic) bool { return d.Code == diag.BadEvidence }) {
			t.Errorf("%s: not said", what)
		}
		for _, r := range w.Coverage.Rules {
			if r.Gates[coverage.Tested] == coverage.Pass {
				t.Errorf("%s: %s is tested by it", what, r.Name)
			}
		}
	}
}

// What is proposed for a survivor can be pasted into the stub as it stands, and kills it.
func TestProposedCasesKill(t *testing.T) {
	// Stubs with a positive case only: nearly all mutants survive.
	bare := copied(t, func(name, text string) string {
		if strings.Contains(text, "\ncorrelation:\n") {
			return text // its survivors have no event of their own to be proposed
		}
		var out []string
		in, kept := false, true // the cases; the case that the line is of
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "    - ") {
				kept = !in || strings.Contains(line, "want: match") && strings.HasPrefix(line, "    - {name:")
			}
			in = in || line == "  cases:\n"
			if kept {
				out = append(out, line)
			}
		}
		return strings.Join(out, "")
	})
	before := opened(t, bare, mutants)
	pasted := map[string][]string{} // by file
	proposed, without := 0, 0
	for _, r := range before.Rules {
		if r.Results == nil {
			continue
		}
		for _, s := range r.Results.Mutation.Survivors {
			if s.Case == "" {
				without++
				continue
			}
			proposed++
			pasted[strings.TrimPrefix(r.File.Name, "rules/")] = append(pasted[strings.TrimPrefix(r.File.Name, "rules/")], "    "+s.Case+"\n")
		}
	}
	for name, lines := range pasted {
		text := string(bare[name].Data)
		bare[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, "  cases:\n", "  cases:\n"+strings.Join(lines, ""), 1))}
	}
	after := opened(t, bare, mutants)
	left := 0
	for _, r := range after.Rules {
		if r.Results == nil {
			continue
		}
		for _, c := range r.Results.Failed() {
			t.Errorf("%s: the case %q fails: %s", r.Name.Value, c.Name, c.Message)
		}
		left += len(r.Results.Mutation.Survivors)
	}
	for _, d := range after.Findings {
		if d.Severity == diag.Error && d.Code != diag.FewKilled {
			t.Errorf("%s: %s", d.Span, d.Message)
		}
	}
	if left > without || proposed < 100 {
		t.Errorf("%d cases were proposed, for %d survivors none; pasted, they leave %d", proposed, without, left)
	}
}

// Every way to count comes to the number of mutants.
func TestMutantsAddUp(t *testing.T) {
	w := opened(t, rules.Files, mutants)
	k := w.Evidence()
	if len(k.Rules) != len(w.Rules) {
		t.Errorf("evidence of %d rules, of %d", len(k.Rules), len(w.Rules))
	}
	for _, name := range slices.Sorted(maps.Keys(k.Rules)) {
		if m := k.Rules[name].Mutants; m.Killed+m.Equivalent+len(m.Survived) != m.All || m.All == 0 {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// The whole of `detc test --mutants` on the library: reading, compiling, every opinion, every mutant.
func BenchmarkMutants(b *testing.B) {
	for _, c := range []struct {
		name string
		more func(*workspace.Options)
	}{
		{"cases", func(o *workspace.Options) { o.Until = "test" }},
		{"opinions", func(o *workspace.Options) { o.Opinions, o.Until = true, "test" }},
		{"mutants", mutants},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				opened(b, rules.Files, c.more)
			}
		})
	}
}
