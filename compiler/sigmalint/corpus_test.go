package sigmalint

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

const corpus = "../../../shared/sigmahq/rules"

// corpusFiles are the public rules. A test that wants them is skipped where they are not.
func corpusFiles(t testing.TB) []*source.File {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no " + corpus)
	}
	var out []*source.File
	err := filepath.WalkDir(corpus, func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".yml" {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(corpus, name)
		out = append(out, source.NewFile(rel, string(data)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mistakes are the warnings that the public rules have, each looked at: the rule is mistaken, not the check.
var mistakes = map[string]string{
	"DT6209 windows/process_creation/proc_creation_win_hktl_rubeus.yml":                           "related to its own id",
	"DT6209 windows/process_creation/proc_creation_win_powershell_msexchange_transport_agent.yml": "related to its own id",
	"DT6242 windows/process_creation/proc_creation_win_pua_pingcastle_script_parent.yml":          "1 of selection_parent_* beside selection_parent_ext, which is one of them",
	"DT6247 network/zeek/zeek_rdp_public_listener.yml":                                            "every connection but those from private networks; the log source is all there is beside it",
	"DT6266 windows/builtin/code_integrity/win_codeintegrity_attempted_dll_load.yml":              "a space behind nimdnsNSP.dll",
	"DT6266 windows/image_load/image_load_side_load_robform.yml":                                  "a space before C:, so that the filter takes out nothing",
}

// frequent is how much of the corpus may have a warning of one code: what is in more is how people write Sigma.
const frequent = 0.02

// No public rule has an error, and the warnings are those that were looked at.
func TestPublicRules(t *testing.T) {
	c := catalog(t)
	var l, unread diag.List
	var set Set
	var docs []*sigma.Document
	for _, f := range corpusFiles(t) {
		docs = append(docs, sigma.ReadAll(f, nil, &unread)...)
	}
	for _, d := range docs {
		Check(d, c, &l)
		set.Add(d, &l)
	}
	set.Done(&l)
	count, found := map[string]int{}, map[string]bool{}
	for _, d := range l {
		count[fmt.Sprintf("%s %-32s %s", d.Code, d.Code.Info().Slug, d.Severity)]++
		if d.Severity > diag.Note {
			key := string(d.Code) + " " + filepath.ToSlash(d.Span.File.Name)
			if found[key] = true; mistakes[key] == "" {
				t.Errorf("%s at %s: %s", d.Code, d.Span, d.Message)
			}
		}
		if strings.Contains(os.Getenv("SHOW"), string(d.Code)) {
			t.Logf("%s %s: %s | %.160q", d.Code, d.Span, d.Message, d.Span.Text())
		}
	}
	for key := range mistakes {
		if !found[key] {
			t.Errorf("%s is no longer found", key)
		}
	}
	var lines []string
	for k, n := range count {
		lines = append(lines, fmt.Sprintf("%s %d", k, n))
		if !strings.Contains(k, "note") && float64(n) > frequent*float64(len(docs)) {
			t.Errorf("%s: %d of %d documents have it", k, n, len(docs))
		}
	}
	slices.Sort(lines)
	t.Logf("%d documents:\n%s", len(docs), strings.Join(lines, "\n"))
}

// What the safe fixes make of the public rules reads, means the same, and has nothing more to fix safely.
func TestFixesOfPublicRules(t *testing.T) {
	c := catalog(t)
	fixed := 0
	for _, f := range corpusFiles(t) {
		var l, again, ignored diag.List
		was := sigma.ReadAll(f, nil, &ignored)
		for _, d := range was {
			Check(d, c, &l)
		}
		edits := diag.Fixes(l, false)[f.Name]
		if len(edits) == 0 {
			continue
		}
		fixed++
		after, skipped := diag.Apply(f.Text, edits)
		is := sigma.ReadAll(source.NewFile(f.Name, after), nil, &ignored)
		if skipped > 0 || len(is) != len(was) {
			t.Errorf("%s: %d edits skipped, %d documents of %d", f.Name, skipped, len(is), len(was))
			continue
		}
		for i, d := range is {
			Check(d, c, &again)
			if was[i].Where != nil && (d.Where == nil || !alike(t, was[i].Where, d.Where)) {
				t.Errorf("%s means something else:\n%s", f.Name, after)
			}
		}
		if left := diag.Fixes(again, false)[f.Name]; len(left) > 0 {
			t.Errorf("%s has %d safe fixes left:\n%s", f.Name, len(left), said(again))
		}
	}
	t.Logf("%d rules have safe fixes", fixed)
	if fixed == 0 {
		t.Error("no rule was fixed")
	}
}

// BenchmarkCheck measures the checks of one public rule on average; BenchmarkReadAndCheck with the reading of it.
func BenchmarkCheck(b *testing.B) {
	c := catalog(b)
	var docs []*sigma.Document
	var l diag.List
	for _, f := range corpusFiles(b) {
		docs = append(docs, sigma.ReadAll(f, nil, &l)...)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		for _, d := range docs {
			l = l[:0]
			Check(d, c, &l)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(docs)), "µs/rule")
}

func BenchmarkReadAndCheck(b *testing.B) {
	c := catalog(b)
	files := corpusFiles(b)
	var l diag.List
	b.ReportAllocs()
	for range b.N {
		for _, f := range files {
			l = l[:0]
			for _, d := range sigma.ReadAll(source.NewFile(f.Name, f.Text), nil, &l) {
				Check(d, c, &l)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(files)), "µs/rule")
}

func BenchmarkSet(b *testing.B) {
	var docs []*sigma.Document
	var l diag.List
	for _, f := range corpusFiles(b) {
		docs = append(docs, sigma.ReadAll(f, nil, &l)...)
	}
	b.ResetTimer()
	for range b.N {
		var s Set
		for _, d := range docs {
			s.Add(d, &l)
		}
		s.Done(&l)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(docs)), "µs/rule")
}
