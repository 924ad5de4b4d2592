package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"detc/rules"
)

// library writes the library's rules into a folder, and what edit makes of each.
func library(t testing.TB, edit func(name, text string) string) string {
	t.Helper()
	dir := t.TempDir()
	err := fs.WalkDir(rules.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rules.Files, name)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return err
		}
		return os.WriteFile(file, []byte(edit(name, string(data))), 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func asItIs(_, text string) string { return text }

// negated puts every rule on its head, and says of it what its neighbour said.
func negated(name, text string) string {
	text = strings.Replace(text, "\nlevel: high", "\nlevel: low", 1)
	return strings.Replace(text, "\ncondition: ", "\ncondition: has(ts) && ", 1)
}

// What diff writes fits what is published about it, of the whole library changed.
func TestDiffFitsItsSchema(t *testing.T) {
	old, new := library(t, asItIs), library(t, negated)
	schema := compiled(t, stdout(t, "schema", "diff"))
	for _, args := range [][]string{{old, old}, {old, new}, {new, old, "--sigma"}, {old, t.TempDir()}} {
		out := stdout(t, append([]string{"diff", "--format", "json"}, args...)...)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%v: %v", args[2:], err)
		}
		if again := stdout(t, append([]string{"diff", "--format", "json"}, args...)...); !bytes.Equal(out, again) {
			t.Error("the same folders give other bytes")
		}
	}
}

// BenchmarkDiffSelf holds the library against itself: nothing is compiled of what is the same byte by byte.
func BenchmarkDiffSelf(b *testing.B) {
	benchmarkDiff(b, library(b, asItIs), library(b, asItIs))
}

// BenchmarkDiffAll holds the library against itself with every rule changed.
func BenchmarkDiffAll(b *testing.B) { benchmarkDiff(b, library(b, asItIs), library(b, negated)) }

// BenchmarkDiffPublic holds the public Sigma rules against themselves.
func BenchmarkDiffPublic(b *testing.B) {
	dir := filepath.Join(shared, "sigmahq", "rules")
	if _, err := os.Stat(dir); err != nil {
		b.Skipf("no %s: the public rules are not part of this repository", dir)
	}
	benchmarkDiff(b, dir, dir)
}

func benchmarkDiff(b *testing.B, old, new string) {
	for b.Loop() {
		var out, errs bytes.Buffer
		if code := run([]string{"diff", old, new}, &out, &errs); code != exitClean {
			b.Fatalf("exit code %d: %s", code, errs.String())
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/1e6, "ms")
}
