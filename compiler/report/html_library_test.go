package report_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/coverage"
)

// The page of the library is one that a mail takes, with and without a site, and the same bytes each time.
func TestHTMLOfTheLibrary(t *testing.T) {
	for name, site := range map[string]bool{"library": false, "site": true} {
		w := library(t, site)
		text := htmlOf(t, w.HTMLInput())
		if len(text) > 3<<20 {
			t.Errorf("%s: %d bytes", name, len(text))
		}
		t.Logf("%s: %d bytes", name, len(text))
		if again := htmlOf(t, w.HTMLInput()); text != again {
			t.Errorf("%s: other bytes the second time", name)
		}
		sound(t, text)
		for _, tactic := range w.Coverage.Tactics {
			if !strings.Contains(text, tactic.Headline) {
				t.Errorf("%s: the page doesn't say %q", name, tactic.Headline)
			}
			for _, i := range tactic.Items {
				if !strings.Contains(text, `<article class="page" id="`+i.ID+`"`) {
					t.Errorf("%s: %s has no page", name, i.ID)
				}
			}
		}
		for _, r := range w.Rules {
			if !strings.Contains(text, `id="rule/`+r.Name.Value+`"`) {
				t.Errorf("%s: %s has no page", name, r.Name.Value)
			}
		}
	}
}

// Every clause of a rule that is tested is shown with how often the cases saw it, and none that was not seen both ways.
func TestHTMLDetailsHoldAtoms(t *testing.T) {
	w := library(t, false)
	details, atoms := w.HTMLInput().Details, 0
	for _, r := range w.Coverage.Rules {
		d := details[r.Name]
		if d.Condition == "" || len(d.Cases) != r.Cases || len(d.Sigma) == 0 && len(d.Without) == 0 {
			t.Errorf("%s: condition %q, %d of %d cases, %d Sigma rules", r.Name, d.Condition, len(d.Cases), r.Cases, len(d.Sigma))
		}
		atoms += len(d.Atoms)
		for _, a := range d.Atoms {
			if r.Gates[coverage.Tested] == coverage.Pass && (a.True == 0 || a.False == 0) {
				t.Errorf("%s is tested, and %s was seen true %d times and false %d times", r.Name, a.Text, a.True, a.False)
			}
		}
	}
	if atoms == 0 {
		t.Error("no clause of any rule")
	}
}

// TestHTMLInABrowser opens the pages in Chromium; see testdata/browser. DETC_HTML names a folder to keep the pages and
// screenshots in.
func TestHTMLInABrowser(t *testing.T) {
	if os.Getenv("DETC_BROWSER") == "" {
		t.Skip("set DETC_BROWSER=1 (or run make browser): it needs node, npm and Debian's chromium; testdata/browser has the checks")
	}
	dir := os.Getenv("DETC_HTML")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, text := range map[string]string{"library": htmlOf(t, library(t, false).HTMLInput()), "site": htmlOf(t, library(t, true).HTMLInput()), "hostile": htmlOf(t, hostileHTML())} {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("../../testdata/browser/run.sh", dir).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("the browser's checks: %v", err)
	}
}

func BenchmarkHTML(b *testing.B) {
	in := library(b, false).HTMLInput()
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(htmlOf(b, in))))
	}
}
