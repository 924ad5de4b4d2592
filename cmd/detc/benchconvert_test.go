package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// publicRules are the rules that the bar is measured on.
const publicRules = shared + "/sigmahq/rules"

// floorProgram reads the same files and has yaml.v3 parse them, and does nothing else.
const floorProgram = `package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"gopkg.in/yaml.v3"
)

func main() {
	debug.SetGCPercent(200) // as detc does
	floor := make([]byte, 24<<20)
	defer runtime.KeepAlive(floor)
	err := filepath.WalkDir(os.Args[1], func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".yml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
			var n yaml.Node
			if err := d.Decode(&n); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
		}
	})
	if err != nil {
		panic(err)
	}
}
`

// built is a program made of a package or of a file's text.
func built(b *testing.B, name, text string) string {
	b.Helper()
	dir := b.TempDir()
	of := "."
	if text != "" {
		of = filepath.Join(dir, name+".go")
		if err := os.WriteFile(of, []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	c := exec.Command("go", "build", "-o", filepath.Join(dir, name), of)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, name)
}

// cpu is the time that a process took of all processors together.
func cpu(b *testing.B, name string, args ...string) time.Duration {
	b.Helper()
	c := exec.Command(name, args...)
	if err := c.Run(); err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
}

// BenchmarkConvertSigma is the public Sigma rules read, checked, normalised and written, as CPU of the process, with the
// floor beside it: a process that reads the same files and has yaml.v3 parse them. The bar is three times that.
func BenchmarkConvertSigma(b *testing.B) {
	if _, err := os.Stat(publicRules); err != nil {
		b.Skipf("no %s", publicRules)
	}
	detc, floor := built(b, "detc", ""), built(b, "floor", floorProgram)
	for _, v := range []struct {
		name string
		args []string
	}{{"write", nil}, {"verify", []string{"--verify"}}} {
		b.Run(v.name, func(b *testing.B) {
			args := append([]string{"convert", "-t", "sigma", publicRules}, v.args...)
			cpu(b, detc, args...) // from a warm disk
			cpu(b, floor, publicRules)
			var ours, least time.Duration
			for b.Loop() {
				ours += cpu(b, detc, args...)
				least += cpu(b, floor, publicRules)
			}
			n := float64(b.N) * 1e6
			b.ReportMetric(float64(ours)/n, "cpu-ms")
			b.ReportMetric(float64(least)/n, "floor-cpu-ms")
			b.ReportMetric(float64(ours)/float64(least), "x-floor")
		})
	}
}

// BenchmarkConvertQueries is the public Sigma rules made into queries, as CPU of the process, with the same floor. The bars
// are a twentieth of the reference converter's 9.6 CPU seconds for one target, and 3 CPU seconds for all.
func BenchmarkConvertQueries(b *testing.B) {
	if _, err := os.Stat(publicRules); err != nil {
		b.Skipf("no %s", publicRules)
	}
	detc, floor := built(b, "detc", ""), built(b, "floor", floorProgram)
	for _, target := range []string{"splunk", "lucene", "sentinel", "duckdb", "all"} {
		b.Run(target, func(b *testing.B) {
			args := []string{"convert", "-t", target, "--format", "jsonl", publicRules}
			cpu(b, detc, args...)
			cpu(b, floor, publicRules)
			var ours, least time.Duration
			for b.Loop() {
				ours += cpu(b, detc, args...)
				least += cpu(b, floor, publicRules)
			}
			n := float64(b.N) * 1e6
			b.ReportMetric(float64(ours)/n, "cpu-ms")
			b.ReportMetric(float64(least)/n, "floor-cpu-ms")
			b.ReportMetric(float64(ours)/float64(least), "x-floor")
		})
	}
}

// BenchmarkConvertOne is a process that converts one rule: what a commit hook waits for. The bar is 25 ms.
func BenchmarkConvertOne(b *testing.B) {
	detc := built(b, "detc", "")
	rule := filepath.Join(b.TempDir(), "rule.yml")
	text := "title: Shell\nlogsource: {category: process_creation, product: windows}\ndetection:\n    selection:\n" +
		"        Image|endswith: '\\cmd.exe'\n    condition: selection\nlevel: low\n"
	if err := os.WriteFile(rule, []byte(text), 0o666); err != nil {
		b.Fatal(err)
	}
	cpu(b, detc, "version")
	for _, target := range []string{"sigma", "splunk", "sentinel"} {
		b.Run(target, func(b *testing.B) {
			var used time.Duration
			for b.Loop() {
				used += cpu(b, detc, "convert", "-t", target, rule)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/1e6, "ms")
			b.ReportMetric(float64(used)/float64(b.N)/1e6, "cpu-ms")
		})
	}
}
