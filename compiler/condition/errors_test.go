package condition

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/diag"
)

var update = flag.Bool("update", false, "write testdata/*.golden anew")

// goldens are the conditions of testdata/*.cel, one a line below a comment; the .golden beside has what each is told.
func goldens(t testing.TB) map[string][]string {
	paths, err := filepath.Glob("testdata/*.cel")
	if err != nil || len(paths) == 0 {
		t.Fatal("no testdata: ", err)
	}
	out := map[string][]string{}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(strings.TrimRight(string(data), "\n"), "\n\n")
		out[strings.TrimSuffix(p, ".cel")+".golden"] = strings.Split(rest, "\n")
	}
	return out
}

// TestFindings shows every finding as a person sees it: where the caret stands, what to do, and what a fix makes.
func TestFindings(t *testing.T) {
	for path, conds := range goldens(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".golden"), func(t *testing.T) {
			var b strings.Builder
			for _, cond := range conds {
				e, ok, l := compile(plc(), cond, lets...)
				check(t, cond, e, ok, l)
				if len(l) == 0 {
					t.Errorf("%s: nothing is found", cond)
				}
				b.WriteString(show(l) + "\n")
				fixed(t, cond, l)
			}
			if *update {
				if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want, _ := os.ReadFile(path); string(want) != b.String() {
				t.Errorf("%s differs; run go test -update and look at the change. Now:\n%s", path, b.String())
			}
		})
	}
}

// fixed checks that a safe fix removes its own finding and brings no new one of another kind.
func fixed(t *testing.T, cond string, l diag.List) {
	for _, d := range l {
		for _, f := range d.Fixes {
			if !f.Safe {
				continue
			}
			_, _, after := compile(plc(), apply(cond, f), lets...)
			if after.HasErrors() && after.Count(diag.Error) >= l.Count(diag.Error) {
				t.Errorf("%s\nfixed to %s\nstill has\n%s", cond, apply(cond, f), show(after))
			}
		}
	}
}

// Every code of this package has a golden that shows it, and its entry in the table is whole.
func TestEveryCodeIsShown(t *testing.T) {
	shown := map[diag.Code]bool{diag.ConditionTooLarge: true} // TestHostileTexts
	for _, conds := range goldens(t) {
		for _, cond := range conds {
			_, _, l := compile(plc(), cond, lets...)
			for _, d := range l {
				shown[d.Code] = true
			}
		}
	}
	for _, i := range diag.Codes() {
		if !strings.HasPrefix(string(i.Code), "DT2") {
			continue
		}
		if !shown[i.Code] {
			t.Errorf("%s %s is shown by no golden", i.Code, i.Slug)
		}
		if i.Slug == "" || i.Summary == "" || i.Why == "" || i.Bad == "" || i.Good == "" {
			t.Errorf("%s has an incomplete entry", i.Code)
		}
	}
}
