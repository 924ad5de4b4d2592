package revision

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func everything(string) bool { return true }

// A Tree is an fs.FS in every way that the standard library asks for.
func TestTreeIsAFileSystem(t *testing.T) {
	tree := newTree(map[string][]byte{"a/b/c.yaml": []byte("c"), "a/b/d.yaml": []byte("dd"), "a/e.yaml": nil, "f.yaml": []byte("f")})
	if err := fstest.TestFS(tree, "a/b/c.yaml", "a/b/d.yaml", "a/e.yaml", "f.yaml"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(newTree(nil)); err != nil {
		t.Error(err)
	}
	only := tree.Only(func(name string) bool { return strings.HasPrefix(name, "a/b") })
	if got := only.Names(); !slices.Equal(got, []string{"a/b/c.yaml", "a/b/d.yaml"}) || string(only.Data("a/b/d.yaml")) != "dd" {
		t.Error(got)
	}
}

func TestReadAFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "x/a.yaml", "a")
	write(t, dir, "x/.hidden/b.yaml", "b")
	write(t, dir, ".git/c.yaml", "c")
	write(t, dir, "note.txt", "no")
	if err := os.Symlink("a.yaml", filepath.Join(dir, "x", "link.yaml")); err != nil {
		t.Skip("no symbolic links here")
	}
	yaml := func(name string) bool { return strings.HasSuffix(name, ".yaml") }
	for links, want := range map[bool][]string{false: {"x/a.yaml"}, true: {"x/a.yaml", "x/link.yaml"}} {
		tree, err := Read(os.DirFS(dir), "dir", yaml, links, DefaultLimits)
		if err != nil || !slices.Equal(tree.Names(), want) {
			t.Errorf("%v, %v", tree.Names(), err)
		}
	}
	var much *TooMuch
	for _, l := range []Limits{{Files: 0, Bytes: 100}, {Files: 10, Bytes: 0}} {
		if _, err := Read(os.DirFS(dir), "dir", yaml, false, l); !errors.As(err, &much) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// git runs a command in a repository of a test, with no one's configuration but its own.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c := exec.Command("git", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func repository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	return dir
}

// What was committed is read, byte by byte, of the folder alone: no attribute hides or changes a file.
func TestReadACommit(t *testing.T) {
	dir := repository(t)
	write(t, dir, "rules/a.yaml", "first\n")
	write(t, dir, "rules/deep/b c.yaml", "with a blank\n")
	write(t, dir, "rules/ümlaut\t.yaml", "odd\n")
	write(t, dir, "rules/.hidden.yaml", "hidden\n")
	write(t, dir, "rules/.x/y.yaml", "hidden\n")
	write(t, dir, "other/c.yaml", "outside\n")
	write(t, dir, ".gitattributes", "*.yaml export-ignore export-subst\n")
	write(t, dir, "rules/subst.yaml", "$Format:%H$\n")
	write(t, dir, "rules/empty.yaml", "")
	if err := os.Symlink("a.yaml", filepath.Join(dir, "rules", "link.yaml")); err != nil {
		t.Skip("no symbolic links here")
	}
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "one")
	write(t, dir, "rules/a.yaml", "second\n")
	git(t, dir, "commit", "-q", "-a", "-m", "two")
	write(t, dir, "rules/a.yaml", "not committed\n")

	r, err := Open(filepath.Join(dir, "rules"))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) map[string]string {
		id, err := r.Commit(name)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := r.Read(id, everything, DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, n := range tree.Names() {
			data, err := fs.ReadFile(tree, n)
			if err != nil {
				t.Fatal(err)
			}
			out[n] = string(data)
		}
		return out
	}
	old, new := read("HEAD~1"), read("main")
	if old["a.yaml"] != "first\n" || new["a.yaml"] != "second\n" {
		t.Errorf("%q, %q", old["a.yaml"], new["a.yaml"])
	}
	for name, text := range map[string]string{"deep/b c.yaml": "with a blank\n", "ümlaut\t.yaml": "odd\n", "subst.yaml": "$Format:%H$\n", "empty.yaml": ""} {
		if got, there := new[name]; !there || got != text {
			t.Errorf("%q: %q, %t", name, got, there)
		}
	}
	if len(new) != 5 {
		t.Errorf("%v", new)
	}
	var much *TooMuch
	id, _ := r.Commit("main")
	for _, l := range []Limits{{Files: 2, Bytes: 1000}, {Files: 100, Bytes: 10}} {
		if _, err := r.Read(id, everything, l); !errors.As(err, &much) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

func TestWhatGitDoesNotKnow(t *testing.T) {
	dir := repository(t)
	write(t, dir, "rules/a.yaml", "a")
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "one")
	git(t, dir, "checkout", "-q", "--orphan", "elsewhere")
	git(t, dir, "commit", "-q", "-m", "another beginning")
	r, err := Open(filepath.Join(dir, "rules"))
	if err != nil {
		t.Fatal(err)
	}
	var usage *Usage
	for _, name := range []string{"nowhere", "-x", "--upload-pack=x", "", "HEAD:rules", "HEAD~100", "main^{tree}", "@{-5}"} {
		if id, err := r.Commit(name); !errors.As(err, &usage) {
			t.Errorf("%q: %s, %v", name, id, err)
		}
	}
	a, errA := r.Commit("main")
	b, errB := r.Commit("elsewhere")
	if _, err := r.MergeBase(a, b); errA != nil || errB != nil || !errors.As(err, &usage) || !strings.Contains(err.Error(), "no common ancestor") {
		t.Error(errA, errB, err)
	}
	if got, err := r.MergeBase(a, a); err != nil || got != a {
		t.Error(got, err)
	}
	t.Setenv("GIT_CEILING_DIRECTORIES", os.TempDir())
	if _, err := Open(t.TempDir()); !errors.As(err, &usage) || !strings.Contains(err.Error(), "in no git repository") {
		t.Error(err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Open(dir); !errors.As(err, &usage) || !strings.Contains(err.Error(), "not installed") {
		t.Error(err)
	}
}

// A hook of git names its own repository in the environment; the folder decides all the same.
func TestTheFolderSaysWhichRepository(t *testing.T) {
	one, other := repository(t), repository(t)
	for dir, text := range map[string]string{one: "one", other: "other"} {
		write(t, dir, "a.yaml", text)
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "-m", text)
	}
	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	r, err := Open(one)
	if err != nil {
		t.Fatal(err)
	}
	id, err := r.Commit("main")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := r.Read(id, everything, DefaultLimits)
	if err != nil || string(tree.Data("a.yaml")) != "one" {
		t.Errorf("%q, %v", tree.Data("a.yaml"), err)
	}
}
