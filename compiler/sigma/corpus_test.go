package sigma

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/diag"
	"detc/compiler/ir"
	"detc/compiler/source"
)

// public is where the public Sigma rules are; a test without the folder is skipped.
const public = "../../../shared/sigmahq/rules"

type publicFile struct{ name, text string }

func publicFiles(t testing.TB) (out []publicFile) {
	t.Helper()
	if _, err := os.Stat(public); err != nil {
		t.Skipf("no %s", public)
	}
	err := filepath.WalkDir(public, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".yml") {
			return err
		}
		text, err := os.ReadFile(path)
		out = append(out, publicFile{strings.TrimPrefix(path, public+"/"), string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every public rule is read, or said to be unread with the reason; and what was read is written as Sigma that reads back
// equal.
func TestPublicRules(t *testing.T) {
	files := publicFiles(t)
	read, written := 0, 0
	for _, f := range files {
		var l diag.List
		docs := ReadAll(source.NewFile(f.name, f.text), nil, &l)
		if len(docs) == 0 || docs[0].Where == nil || l.HasErrors() {
			t.Logf("unread: %s", shown(l))
			continue
		}
		read++
		for _, d := range docs {
			if roundTrip(t, d) {
				written++
			}
		}
	}
	t.Logf("%d of %d files are read, %d rules written and read back equal", read, len(files), written)
	if read*100 < len(files)*98 {
		t.Errorf("only %d of %d files are read", read, len(files))
	}
	if written < read {
		t.Errorf("only %d of %d rules are written", written, read)
	}
}

func shown(l diag.List) string {
	var b bytes.Buffer
	_ = diag.Render(&b, l, diag.Options{Format: diag.FormatShort})
	return b.String()
}

// roundTrip writes a document and holds what that reads as against it.
func roundTrip(t *testing.T, d *Document) bool {
	t.Helper()
	w, l := Write(d)
	if w == nil {
		t.Errorf("%s is not written: %s", d.Title.Value, shown(l))
		return false
	}
	text := string(w.YAML())
	var back diag.List
	docs := ReadAll(source.NewFile("written.yml", text), nil, &back)
	if len(back) > 0 || len(docs) != 1 {
		t.Errorf("%s\n%s", shown(back), text)
		return false
	}
	if d.Where != nil && !ir.Equal(ir.Normalize(spelled(d.Where)), ir.Normalize(spelled(docs[0].Where))) {
		t.Errorf("%s\n%s\nreads back as\n%s", text, ir.Text(d.Where), ir.Text(docs[0].Where))
		return false
	}
	return true
}

// BenchmarkReadAll reads the public rules; source's BenchmarkFloor is what reading the files and parsing their YAML
// takes by itself.
func BenchmarkReadAll(b *testing.B) {
	files := publicFiles(b)
	bytes := 0
	for _, f := range files {
		bytes += len(f.text)
	}
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range files {
			text, err := os.ReadFile(filepath.Join(public, f.name))
			if err != nil {
				b.Fatal(err)
			}
			var l diag.List
			ReadAll(source.NewFile(f.name, string(text)), nil, &l)
		}
	}
	b.ReportMetric(float64(len(files)*b.N)/b.Elapsed().Seconds(), "files/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(len(files)*b.N), "ns/file")
}

// BenchmarkWrite reads the public rules and writes each as Sigma again.
func BenchmarkWrite(b *testing.B) {
	files := publicFiles(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range files {
			var l diag.List
			for _, d := range ReadAll(source.NewFile(f.name, f.text), nil, &l) {
				if w, _ := Write(d); w != nil {
					_ = w.YAML()
				}
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(len(files)*b.N), "ns/file")
}
