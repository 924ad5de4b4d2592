package workspace_test

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/fstest"
	"time"

	"detc/compiler/source"
	"detc/compiler/workspace"
	"detc/mappings"
	"detc/rules"
)

// BenchmarkLibrary is the whole main job in memory: read, compile, bind, emit, read back, test, cover.
//
// x-floor, here and below, is the time as a multiple of that for reading the same files and parsing their YAML, in the
// same run: the ratio holds on other machines, the time doesn't.
func BenchmarkLibrary(b *testing.B) {
	floor := timed(func() { parse(b, rules.Files); parse(b, libraryMappings(b)) })
	b.ReportAllocs()
	for b.Loop() {
		library(b, nil)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(floor), "x-floor")
}

// BenchmarkStubs is the same for many rules: the library's own under other names. x-linear is the time of the larger
// number as a multiple of what it would be if it grew as the number does.
func BenchmarkStubs(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as the command does
	each := time.Duration(0)                          // of the smallest number
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			many := copies(b, n)
			floor := timed(func() { parse(b, many) })
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				w := library(b, func(o *workspace.Options) {
					o.Rules[0].Reference = true
					o.Rules = append(o.Rules, workspace.Root{FS: many, Name: "many"})
				})
				if len(w.Rules) != n || w.Findings.HasErrors() {
					b.Fatal(len(w.Rules), w.Findings[0].Message)
				}
			}
			runtime.ReadMemStats(&after)
			once := b.Elapsed() / time.Duration(b.N)
			if each == 0 {
				each = once / time.Duration(n)
			} else {
				b.ReportMetric(float64(once)/float64(n)/float64(each), "x-linear")
			}
			b.ReportMetric(float64(once)/float64(n), "ns/stub")
			b.ReportMetric(float64(once)/float64(floor), "x-floor")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "MB-allocated/op")
		})
	}
}

// BenchmarkPass is each pass by itself: what it adds to the passes before it, on 1,000 stubs.
func BenchmarkPass(b *testing.B) {
	many := copies(b, 1000)
	last := time.Duration(0)
	for _, p := range workspace.Passes {
		b.Run(p.Name, func(b *testing.B) {
			for b.Loop() {
				library(b, func(o *workspace.Options) {
					o.Until = p.Name
					o.Rules[0].Reference = true
					o.Rules = append(o.Rules, workspace.Root{FS: many, Name: "many"})
				})
			}
			once := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(once-last)/1e6, "ms-of-it")
			last = once
		})
	}
}

var (
	nameLine  = regexp.MustCompile(`(?m)^name: .*$`)
	titleLine = regexp.MustCompile(`(?m)^title: .*$`)
	idLine    = regexp.MustCompile(`(?m)^id: .*$`)
)

// copies are n stubs: the library's, again and again, each with a name, a title and an id of its own.
func copies(b testing.TB, n int) fs.FS {
	b.Helper()
	out := fstest.MapFS{}
	var stubs []string
	err := fs.WalkDir(rules.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".yaml" || path.Base(name) == "items.yaml" {
			return err
		}
		if path.Base(name) == "_defaults.yaml" {
			text, err := fs.ReadFile(rules.Files, name)
			out[name] = &fstest.MapFile{Data: text}
			return err
		}
		stubs = append(stubs, name)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		from := stubs[i%len(stubs)]
		text, err := fs.ReadFile(rules.Files, from)
		if err != nil {
			b.Fatal(err)
		}
		name := fmt.Sprintf("copy-%06d", i)
		text = nameLine.ReplaceAll(text, []byte("name: "+name))
		text = titleLine.ReplaceAll(text, fmt.Appendf(nil, "title: Copy %d of a rule of the library", i))
		text = idLine.ReplaceAll(text, fmt.Appendf(nil, "id: 00000000-0000-4000-8000-%012d", i))
		out[path.Dir(from)+"/"+name+".yaml"] = &fstest.MapFile{Data: text}
	}
	return out
}

// parse reads every YAML file of a folder: the least that a compiler of them must do.
func parse(b *testing.B, root fs.FS) {
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".yaml" {
			return err
		}
		f, err := source.Read(root, name)
		if err == nil {
			_, err = source.ParseYAML(f)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// timed is the best of three.
func timed(f func()) time.Duration {
	best := time.Duration(0)
	for range 3 {
		start := time.Now()
		f()
		if d := time.Since(start); best == 0 || d < best {
			best = d
		}
	}
	return best
}

// libraryMappings are the mappings that a build of the library reads: not Sigma's log sources, of which it asks for none.
func libraryMappings(tb testing.TB) fs.FS {
	tb.Helper()
	out := fstest.MapFS{}
	for _, pattern := range []string{"attack/*", "context/*", "telemetry/*"} {
		names, err := fs.Glob(mappings.Files, pattern)
		if err != nil {
			tb.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(mappings.Files, name)
			if err != nil {
				tb.Fatal(err)
			}
			out[name] = &fstest.MapFile{Data: text}
		}
	}
	return out
}
