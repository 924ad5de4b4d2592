package revision

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A Usage is what is wrong with what the user asked for: no such revision, no repository, no git.
type Usage struct{ Message string }

func (e *Usage) Error() string { return e.Message }

func usage(format string, args ...any) error { return &Usage{fmt.Sprintf(format, args...)} }

// A Repository is a folder in a git repository.
type Repository struct{ folder string }

// Open says where git has a folder in a repository. The folder must be there.
func Open(folder string) (*Repository, error) {
	r := &Repository{folder}
	if _, err := r.run(nil, "rev-parse", "--git-dir"); err != nil {
		var failed *failure
		switch {
		case errors.Is(err, exec.ErrNotFound):
			return nil, usage("comparing revisions needs git, which is not installed; two folders can be compared without it")
		case errors.As(err, &failed) && strings.Contains(failed.said, "not a git repository"):
			return nil, usage("%s is in no git repository; two folders are compared as: detc diff OLD NEW", folder)
		case errors.As(err, &failed):
			return nil, usage("git can't read the repository of %s: %s", folder, failed.said)
		}
		return nil, err
	}
	return r, nil
}

// Commit is the id of the commit that a revision names.
func (r *Repository) Commit(name string) (string, error) {
	if err := checkName(name); err != nil {
		return "", &Usage{err.Error()}
	}
	out, err := r.run(nil, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
	if id := strings.TrimSpace(string(out)); err == nil && isID(id) {
		return id, nil
	}
	var failed *failure
	if err == nil || errors.As(err, &failed) {
		return "", usage("git knows no revision %q, and there is no folder of that name", name)
	}
	return "", err
}

// MergeBase is where two commits parted.
func (r *Repository) MergeBase(a, b string) (string, error) {
	out, err := r.run(nil, "merge-base", a, b)
	if id := strings.TrimSpace(string(out)); err == nil && isID(id) {
		return id, nil
	}
	var failed *failure
	if err == nil || errors.As(err, &failed) {
		return "", usage("the two revisions have no common ancestor; compare them with two dots")
	}
	return "", err
}

func isID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// Read is the folder as it stood at a commit: the files that are kept, without those behind a dot, symbolic links and
// submodules. One that the commit doesn't have is empty. The bytes are those that were committed: neither attributes of
// the repository (export-ignore) nor its filters have a say in them, as they would in an archive.
func (r *Repository) Read(commit string, keep func(name string) bool, l Limits) (*Tree, error) {
	listed, err := r.run(nil, "ls-tree", "-r", "-l", "-z", commit)
	if err != nil {
		return nil, err
	}
	var names, ids []string
	size := int64(0)
	for entry := range strings.SplitSeq(string(listed), "\x00") {
		head, name, ok := strings.Cut(entry, "\t")
		part := strings.Fields(head) // mode, type, id, size
		if !ok || len(part) != 4 || part[1] != "blob" || part[0] == "120000" || !fs.ValidPath(name) || hidden(name) || !keep(name) {
			continue
		}
		n, err := strconv.ParseInt(part[3], 10, 64)
		if err != nil || !isID(part[2]) {
			return nil, fmt.Errorf("git ls-tree wrote what can't be read: %q", entry)
		}
		size += n
		names, ids = append(names, name), append(ids, part[2])
		if err := l.check(r.folder, len(names), size); err != nil {
			return nil, err
		}
	}
	files := make(map[string][]byte, len(names))
	if len(ids) == 0 {
		return newTree(files), nil
	}
	out, err := r.run(strings.NewReader(strings.Join(ids, "\n")+"\n"), "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	in := bufio.NewReader(bytes.NewReader(out))
	for _, name := range names {
		if files[name], err = blob(in); err != nil {
			return nil, fmt.Errorf("git cat-file, of %s: %w", name, err)
		}
	}
	return newTree(files), nil
}

func hidden(name string) bool {
	for ; name != "."; name = path.Dir(name) {
		if strings.HasPrefix(path.Base(name), ".") {
			return true
		}
	}
	return false
}

// blob reads one object of cat-file's output: "<id> blob <size>", its bytes, a newline.
func blob(in *bufio.Reader) ([]byte, error) {
	head, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	part := strings.Fields(head)
	if len(part) != 3 || part[1] != "blob" {
		return nil, fmt.Errorf("not an object that is there: %q", strings.TrimSpace(head))
	}
	n, err := strconv.Atoi(part[2])
	if err != nil || n < 0 {
		return nil, fmt.Errorf("no size: %q", strings.TrimSpace(head))
	}
	data := make([]byte, n+1)
	if _, err := io.ReadFull(in, data); err != nil {
		return nil, err
	}
	return data[:n:n], nil
}

// A failure is a git command that said no.
type failure struct{ said string }

func (f *failure) Error() string { return "git: " + f.said }

// maxListing bounds what git is let write beside the files' bytes.
const maxListing = 256 << 20

// elsewhere are the variables by which a hook of git says which repository it runs in: the folder says that here.
var elsewhere = []string{"GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_PREFIX=", "GIT_OBJECT_DIRECTORY=", "GIT_ALTERNATE_OBJECT_DIRECTORIES="}

// run runs git in the folder. It asks nobody and fetches nothing.
func (r *Repository) run(in io.Reader, args ...string) ([]byte, error) {
	c := exec.Command("git", append([]string{"--no-pager", "--literal-pathspecs", "--no-replace-objects"}, args...)...)
	c.Dir, c.Stdin = r.folder, in
	c.Env = slices.DeleteFunc(c.Environ(), func(v string) bool {
		return slices.ContainsFunc(elsewhere, func(name string) bool { return strings.HasPrefix(v, name) })
	})
	c.Env = append(c.Env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0", "GIT_ALLOW_PROTOCOL=")
	var out, said limited
	out.room, said.room = DefaultLimits.Bytes+maxListing, 4<<10
	c.Stdout, c.Stderr = &out, &said
	err := c.Run()
	var exit *exec.ExitError
	switch {
	case out.full:
		return nil, &TooMuch{r.folder + " is too large to compare; name a folder in it"}
	case errors.As(err, &exit):
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return nil, &failure{strings.TrimPrefix(first, "fatal: ")}
	case err != nil:
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out.Bytes(), nil
}

// limited keeps so many bytes, and drops the rest.
type limited struct {
	bytes.Buffer
	room int64
	full bool
}

func (l *limited) Write(p []byte) (int, error) {
	if int64(l.Len()+len(p)) > l.room {
		l.full = true
		l.Buffer.Write(p[:max(0, l.room-int64(l.Len()))])
		return len(p), nil
	}
	return l.Buffer.Write(p)
}
