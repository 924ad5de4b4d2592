package output_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"detc/compiler/output"
)

// write writes files, given as name, content, name, content.
func write(dir string, pairs ...string) error {
	f := output.Folder{Files: map[string][]byte{}, Inputs: map[string]string{"rules/a.yaml": output.Digest([]byte("in"))}}
	for i := 0; i < len(pairs); i += 2 {
		f.Files[pairs[i]] = []byte(pairs[i+1])
	}
	return output.Write(dir, f)
}

func mustWrite(t *testing.T, dir string, pairs ...string) {
	t.Helper()
	if err := write(dir, pairs...); err != nil {
		t.Fatal(err)
	}
}

func user(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Skip(err)
	}
}

// tree is what a folder holds: files with their contents, folders that are empty, links.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, name)
		switch {
		case err != nil:
			return err
		case d.Type()&fs.ModeSymlink != 0:
			lines = append(lines, rel+" link")
		case d.IsDir():
			if entries, _ := os.ReadDir(name); len(entries) == 0 && rel != "." {
				lines = append(lines, rel+"/")
			}
		case rel == output.Manifest:
		default:
			data, err := os.ReadFile(name)
			lines = append(lines, rel+"="+string(data))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, " ")
}

func want(t *testing.T, dir, wanted string) {
	t.Helper()
	if got := tree(t, dir); got != wanted {
		t.Errorf("\n got %s\nwant %s", got, wanted)
	}
}

// A folder becomes what is asked for; what an earlier run wrote and this one doesn't is gone, with its empty folders;
// the user's own files stay.
func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dist")
	mustWrite(t, dir, "sigma/ot/a.yml", "a", "sigma/ot/b.yml", "b", "report.md", "r")
	want(t, dir, "report.md=r sigma/ot/a.yml=a sigma/ot/b.yml=b")
	user(t, filepath.Join(dir, "sigma/mine.yml"), "mine")
	user(t, filepath.Join(dir, "notes.txt"), "notes")
	mustWrite(t, dir, "report.md", "r2", "sigma/new.yml", "n")
	want(t, dir, "notes.txt=notes report.md=r2 sigma/mine.yml=mine sigma/new.yml=n")
	mustWrite(t, dir)
	want(t, dir, "notes.txt=notes sigma/mine.yml=mine")
	mustWrite(t, dir, "sigma/ot/a.yml", "a")
	want(t, dir, "notes.txt=notes sigma/mine.yml=mine sigma/ot/a.yml=a")
}

// The manifest lists each file with its digest, and nothing of a clock or a path of this machine.
func TestManifest(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	mustWrite(t, one, "b.yml", "b", "a/a.yml", "a")
	mustWrite(t, two, "a/a.yml", "x", "c.yml", "c")
	mustWrite(t, two, "a/a.yml", "a", "b.yml", "b")
	first, _ := os.ReadFile(filepath.Join(one, output.Manifest))
	second, _ := os.ReadFile(filepath.Join(two, output.Manifest))
	if string(first) != string(second) || len(first) == 0 {
		t.Errorf("two manifests of one result:\n%s\n%s", first, second)
	}
	var m struct {
		SchemaVersion int `json:"schema_version"`
		Inputs, Files map[string]string
	}
	if err := json.Unmarshal(first, &m); err != nil {
		t.Fatal(err)
	}
	if m.SchemaVersion != 1 || len(m.Files) != 2 || m.Files["a/a.yml"] != output.Digest([]byte("a")) || len(m.Inputs) != 1 {
		t.Errorf("%+v", m)
	}
}

// A file that says what it should is not written again.
func TestUnchangedFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, "a.yml", "a", "b.yml", "b")
	before, _ := os.Stat(filepath.Join(dir, "a.yml"))
	user(t, filepath.Join(dir, "b.yml"), "edited") // what we wrote is ours: the next run puts it right
	mustWrite(t, dir, "a.yml", "a", "b.yml", "b")
	after, _ := os.Stat(filepath.Join(dir, "a.yml"))
	if !os.SameFile(before, after) {
		t.Error("a.yml was replaced by itself")
	}
	want(t, dir, "a.yml=a b.yml=b")
}

// Whatever stands in the way is found before anything changes.
func TestNothingChangesOnAnError(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		files []string
		want  string
	}{
		{"a file in place of a folder", func(t *testing.T, dir string) { user(t, dir+"/sigma", "mine") }, []string{"a.yml", "new", "sigma/x.yml", "x"}, "sigma is no folder, but x.yml is to be written into it"},
		{"a folder in place of a file", func(t *testing.T, dir string) { user(t, dir+"/x.yml/mine", "mine") }, []string{"a.yml", "new", "x.yml", "x"}, "x.yml is no file, but a file of that name is to be written"},
		{"a user's file", func(t *testing.T, dir string) { user(t, dir+"/x.yml", "mine") }, []string{"a.yml", "new", "x.yml", "x"}, "x.yml is there, and not from an earlier run: move it away"},
		{"a link to a file", func(t *testing.T, dir string) { user(t, dir+"/mine", "m"); link(t, "mine", dir+"/x.yml") }, []string{"a.yml", "new", "x.yml", "x"}, "x.yml is no file, but a file of that name is to be written"},
		{"a manifest that is a folder", func(t *testing.T, dir string) {
			os.Remove(dir + "/manifest.json")
			user(t, dir+"/manifest.json/mine", "m")
		}, []string{"a.yml", "new"}, "manifest.json is no file, but a file of that name is to be written"},
		{"a file that is a folder too", func(*testing.T, string) {}, []string{"x", "1", "x/y", "2"}, `"x" can't be both a file and a folder`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			mustWrite(t, dir, "a.yml", "old", "stale.yml", "s")
			c.spoil(t, dir)
			before := tree(t, dir)
			if err := write(dir, c.files...); err == nil || err.Error() != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			want(t, dir, before)
		})
	}
}

// A user's file that already says what would be written is no trouble.
func TestSameBytesAreNoTrouble(t *testing.T) {
	dir := t.TempDir()
	user(t, filepath.Join(dir, "x.yml"), "x")
	mustWrite(t, dir, "x.yml", "x")
	want(t, dir, "x.yml=x")
}

// A run that was killed while it staged has changed nothing; the next one starts over.
func TestKilledWhileStaging(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, "a.yml", "old")
	user(t, filepath.Join(dir, ".detc-staging/files/a.yml"), "half a fi")
	user(t, filepath.Join(dir, ".detc-staging/manifest.json"), `{"files": {"a.yml": "0", "b.ym`)
	mustWrite(t, dir, "a.yml", "new")
	want(t, dir, "a.yml=new")
}

// One that was killed while it moved has left files that no manifest lists; its plan tells the next run whose they are.
func TestKilledWhileMoving(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, "a.yml", "old")
	user(t, filepath.Join(dir, ".detc-staging/manifest.json"), `{"files": {"a.yml": "0", "b.yml": "0", "c.yml": "0", "d.yml": "0"}}`)
	user(t, filepath.Join(dir, ".detc-staging/files/d.yml"), "d")
	user(t, filepath.Join(dir, "b.yml"), "b of the killed run")
	user(t, filepath.Join(dir, "c.yml"), "c of the killed run")
	mustWrite(t, dir, "a.yml", "new", "b.yml", "b")
	want(t, dir, "a.yml=new b.yml=b")
}

func TestHostileNames(t *testing.T) {
	outside := t.TempDir()
	dir := filepath.Join(outside, "dist")
	for _, name := range []string{"", ".", "..", "../x", "a/../../x", "/etc/x", "a//b", "a/", "./a", "manifest.json", ".detc-staging", ".detc-staging/files/x",
		`a\b`, `..\x`, "C:x", "a\x00b", "a\nb", "a\x1b[2J", "a*", "a?b", "\xff"} {
		if err := write(dir, name, "x"); err == nil {
			t.Errorf("%q was written", name)
		}
	}
	want(t, outside, "")
}

// A manifest that someone else wrote can't make us remove, or write, what is outside of the folder or behind a link.
func TestNothingOutsideIsTouched(t *testing.T) {
	outside := t.TempDir()
	user(t, filepath.Join(outside, "precious"), "p")
	user(t, filepath.Join(outside, "elsewhere/precious"), "p")
	dir := filepath.Join(outside, "dist")
	user(t, filepath.Join(dir, output.Manifest), `{"files": {"../precious": "0", "/etc/passwd": "0", "link/precious": "0", "inner/precious": "0", "into": "0", ".detc-staging": "0", "manifest.json": "0", "mine/": "0", "full": "0"}}`)
	user(t, filepath.Join(dir, "mine/precious"), "p")
	user(t, filepath.Join(dir, "full/precious"), "p")
	link(t, filepath.Join(outside, "elsewhere"), filepath.Join(dir, "link"))
	link(t, "mine", filepath.Join(dir, "inner"))
	link(t, filepath.Join(outside, "precious"), filepath.Join(dir, "into"))
	link(t, filepath.Join(outside, "elsewhere"), filepath.Join(dir, ".detc-staging"))
	mustWrite(t, dir, "a.yml", "a")
	want(t, outside, "dist/a.yml=a dist/full/precious=p dist/inner link dist/into link dist/link link dist/manifest.json="+read(t, dir, output.Manifest)+
		" dist/mine/precious=p elsewhere/precious=p precious=p")
	for _, name := range []string{"link/a.yml", "inner/a.yml"} {
		if err := write(dir, name, "x"); err == nil {
			t.Errorf("%s was written through a link", name)
		}
	}
	if got := tree(t, filepath.Join(outside, "elsewhere")); got != "precious=p" {
		t.Error(got)
	}
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A broken manifest is none; a folder that can't be made is an error.
func TestBrokenFolders(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "null", "[]", `{"files": 1}`, "\xff"} {
		user(t, filepath.Join(dir, output.Manifest), text)
		mustWrite(t, dir, "a.yml", "a")
		want(t, dir, "a.yml=a")
	}
	if err := write(filepath.Join(dir, "a.yml"), "x", "x"); err == nil {
		t.Error("a file was taken for a folder")
	}
}

// File replaces a file's content and keeps its permissions; where the name is a link, that of what it links to.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "rule.yaml")
	user(t, name, "old")
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	link(t, "rule.yaml", filepath.Join(dir, "alias.yaml"))
	if err := output.File(filepath.Join(dir, "alias.yaml"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	want(t, dir, "alias.yaml link rule.yaml=new")
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o640 {
		t.Errorf("%v", info.Mode())
	}
	if err := output.File(filepath.Join(dir, "none", "x"), nil); err == nil {
		t.Error("written into a folder that is not there")
	}
	if err := output.File(dir, []byte("x")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	want(t, dir, "alias.yaml link rule.yaml=new")
}
