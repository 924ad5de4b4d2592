package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkVersion is a process of the tool that does next to nothing: what starting it costs, as it would in an
// editor or a commit hook. x-floor is that as a multiple of what an empty Go program costs in the same run.
func BenchmarkVersion(b *testing.B) {
	dir := b.TempDir()
	empty := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(empty, []byte("package main\n\nfunc main() {}\n"), 0o666); err != nil {
		b.Fatal(err)
	}
	detc, nothing := filepath.Join(dir, "detc"), filepath.Join(dir, "nothing")
	for _, args := range [][]string{{"build", "-o", detc, "."}, {"build", "-o", nothing, empty}} {
		c := exec.Command("go", args...)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	start := func(name string, args ...string) {
		if err := exec.Command(name, args...).Run(); err != nil {
			b.Fatal(err)
		}
	}
	start(detc, "version") // from a warm disk
	start(nothing)
	const rounds = 20
	began := time.Now()
	for range rounds {
		start(nothing)
	}
	floor := time.Since(began) / rounds
	for b.Loop() {
		start(detc, "version")
	}
	once := float64(b.Elapsed()) / float64(b.N)
	b.ReportMetric(once/1e6, "ms")
	b.ReportMetric(once/float64(floor), "x-floor")
}

// BenchmarkBuild is a process that builds the embedded library into a folder, disk and all.
func BenchmarkBuild(b *testing.B) {
	dir := b.TempDir()
	detc := filepath.Join(dir, "detc")
	c := exec.Command("go", "build", "-o", detc, ".")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for b.Loop() {
		if err := exec.Command(detc, "build", "-o", filepath.Join(dir, "dist")).Run(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/1e6, "ms")
}
