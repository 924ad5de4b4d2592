package corpus_test

import (
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"detc/compiler/corpus"
	"detc/compiler/diag"
	"detc/compiler/sigma"
)

const rule = `title: A shell
id: 6f0b3c1e-5b1f-4d55-9a8e-0d2f1d6c7a01
logsource: {category: process_creation, product: windows}
detection:
    selection:
        Image|endswith: '\cmd.exe'
    condition: selection
`

func files(pairs ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return out
}

func run(fsys fs.FS, o corpus.Options) (out []*corpus.File) {
	corpus.Run([]corpus.Root{{FS: fsys, Name: "rules"}}, o, func(f *corpus.File) bool {
		out = append(out, f)
		return true
	})
	return out
}

// What is no Sigma is said and left alone, what can't be read stops nothing, and all comes in the order of the names.
func TestRun(t *testing.T) {
	fsys := files(
		"b/two.yml", rule+"---\n"+strings.ReplaceAll(rule, "a01", "a02"),
		"a/one.yml", "\ufeff"+rule,
		"a/stub.yaml", "name: x\ntelemetry: ot.mode_change\ncondition: a == b\n",
		"a/compose.yml", "services: {}\n",
		"a/notes.txt", rule,
		".git/x.yml", rule, "a/.hidden.yml", rule,
		"c/tabs.yml", "title: x\ndetection:\n\tselection: {a: b}\n",
		"c/utf16.yml", "\xff\xfet\x00",
	)
	var lines []string
	for _, f := range run(fsys, corpus.Options{Jobs: 3}) {
		line := fmt.Sprintf("%s kind %d, %d documents", f.Name, f.Kind, len(f.Documents))
		for _, d := range f.Findings {
			line += fmt.Sprintf(", %s", d.Code)
		}
		lines = append(lines, line)
	}
	want := []string{
		"rules/a/compose.yml kind 0, 0 documents", "rules/a/one.yml kind 1, 1 documents", "rules/a/stub.yaml kind 2, 0 documents",
		"rules/b/two.yml kind 1, 2 documents", "rules/c/tabs.yml kind 1, 0 documents, DT0002", "rules/c/utf16.yml kind 1, 0 documents, DT0001",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nnot\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// What a file may be, told from its keys alone.
func TestClassify(t *testing.T) {
	for text, want := range map[string]corpus.Kind{
		rule:                        corpus.Sigma,
		"\ufeff---\r\n" + rule:      corpus.Sigma,
		"detection:\n\tbroken":      corpus.Sigma,
		"title: a\nlogsource: {}\n": corpus.Sigma,
		"title: a\ncorrelation:\n    type: event_count\n    group-by: [a]\n    timespan: 5m\n":                              corpus.Sigma,
		"title: a\nlogsource: {product: x}\nfilter:\n    rules: any\n    selection: {a: b}\n    condition: not selection\n": corpus.Sigma,
		"name: a\ntags: [TA0104]\ncorrelation:\n  type: event_count\n  group_by: [a]\n  within: 5m\ntests: {}\n":            corpus.Ours,
		"name: a\ntelemetry: x\ncondition: a\n":                                     corpus.Ours,
		"id: a\ntitle: b\nserves: []\nlogsource: {}\nfields: {}\nsources: []\n":     corpus.Ours,
		"id: a.b\ntaxonomy: sigma\ntitle: b\nlogsource: {product: a}\nfields: {}\n": corpus.Ours,
		"name: a\ntitle: b\ntype: list(ip)\nversion: 1\nowner: me\ndoc: x\n":        corpus.Ours,
		"services: {}\n": corpus.Foreign, "": corpus.Foreign, "version: '3'\nservices:\n  title: x\n": corpus.Ours,
	} {
		if got := corpus.Classify(text); got != want {
			t.Errorf("kind %d, not %d:\n%s", got, want, text)
		}
	}
}

// Many files are read with few of them held at any time.
func TestMemoryIsBounded(t *testing.T) {
	const n = 20_000
	big := many{n: n, text: rule + "description: |\n    " + strings.Repeat("word ", 400) + "\n"}
	var base, peak runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&base)
	seen, most, last := 0, uint64(0), ""
	corpus.Run([]corpus.Root{{FS: big}}, corpus.Options{Jobs: 2}, func(f *corpus.File) bool {
		if len(f.Documents) != 1 || f.Name <= last {
			t.Fatalf("%s after %s: %d documents", f.Name, last, len(f.Documents))
		}
		last = f.Name
		if seen++; seen%2000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&peak)
			most = max(most, peak.HeapAlloc-min(base.HeapAlloc, peak.HeapAlloc))
		}
		return true
	})
	if seen != n {
		t.Errorf("%d files of %d", seen, n)
	}
	if limit := uint64(24 << 20); most > limit {
		t.Errorf("%d MiB live", most>>20)
	}
}

// Whoever has seen enough can stop it.
func TestRunStops(t *testing.T) {
	seen := 0
	corpus.Run([]corpus.Root{{FS: many{n: 1_000_000, text: rule}}}, corpus.Options{Jobs: 4}, func(*corpus.File) bool {
		seen++
		return seen < 10
	})
	if seen != 10 {
		t.Errorf("%d files after it was stopped", seen)
	}
}

// How many run at once changes nothing in what comes out.
func TestJobsChangeNothing(t *testing.T) {
	fsys := many{n: 300, text: rule}
	names := func(jobs int) (out []string) {
		for _, f := range run(fsys, corpus.Options{Jobs: jobs}) {
			out = append(out, f.Name)
		}
		return out
	}
	if one, eight := names(1), names(8); !slices.Equal(one, eight) {
		t.Error("another order")
	}
}

// A finding's fix is made in the text, and the text is checked again.
func TestMended(t *testing.T) {
	o := corpus.Options{Check: func(f *corpus.File, d *sigma.Document) {
		if d.Title.Value != "A good shell" {
			f.Findings.Add(diag.UnknownSigmaField, d.Title.Whole, "bad").WithFix("name it", d.Title.Whole, "A good shell")
		}
	}}
	f := run(files("a.yml", rule), o)[0]
	after, edits := corpus.Mended(f, o, false)
	if edits != 1 || len(after.Findings) != 0 || !strings.Contains(after.Source.Text, "title: A good shell\n") {
		t.Errorf("%d edits, %d findings:\n%s", edits, len(after.Findings), after.Source.Text)
	}
	if again, edits := corpus.Mended(after, o, false); edits != 0 || again != after {
		t.Errorf("%d edits of what is mended", edits)
	}
}

// many is a folder of n files with one text, made as they are asked for.
type many struct {
	n    int
	text string
}

type entry struct {
	name string
	dir  bool
	size int64
}

func (e entry) Name() string               { return e.name }
func (e entry) IsDir() bool                { return e.dir }
func (e entry) Type() fs.FileMode          { return e.Mode().Type() }
func (e entry) Info() (fs.FileInfo, error) { return e, nil }
func (e entry) Size() int64                { return e.size }
func (e entry) ModTime() time.Time         { return time.Time{} }
func (e entry) Sys() any                   { return nil }
func (e entry) Mode() fs.FileMode {
	if e.dir {
		return fs.ModeDir
	}
	return 0
}

func (m many) Open(name string) (fs.File, error) {
	f, err := fstest.MapFS{name: &fstest.MapFile{Data: []byte(m.text)}}.Open(name)
	return f, err
}

func (m many) Stat(name string) (fs.FileInfo, error) { return entry{name: name, dir: name == "."}, nil }

func (m many) ReadDir(string) ([]fs.DirEntry, error) {
	out := make([]fs.DirEntry, m.n)
	for i := range out {
		out[i] = entry{name: fmt.Sprintf("rule_%07d.yml", i)}
	}
	return out, nil
}
