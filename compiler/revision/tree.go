// Package revision reads a folder as it stood at a revision of git, or as it stands, into memory. It runs the git
// executable, and no shell; nothing of the repository is changed and nothing is fetched.
package revision

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Limits bound what is read of one side, against hostile or forgotten folders.
type Limits struct {
	Files int   // files that are kept
	Bytes int64 // of all that are kept
}

// DefaultLimits are 200,000 files and 512 MB.
var DefaultLimits = Limits{Files: 200_000, Bytes: 512 << 20}

// A Tree is the files of a folder, in memory: a read-only fs.FS.
type Tree struct {
	files map[string][]byte
	dirs  map[string][]string // the entries of each folder, sorted
}

func newTree(files map[string][]byte) *Tree {
	t := &Tree{files, map[string][]string{".": nil}}
	for name := range files {
		for child := name; child != "."; child = path.Dir(child) {
			dir := path.Dir(child)
			_, known := t.dirs[dir]
			t.dirs[dir] = append(t.dirs[dir], path.Base(child))
			if known && dir != "." {
				break
			}
		}
	}
	for dir, entries := range t.dirs {
		slices.Sort(entries)
		t.dirs[dir] = slices.Compact(entries)
	}
	return t
}

// Names are the paths of all files, sorted.
func (t *Tree) Names() []string {
	out := make([]string, 0, len(t.files))
	for name := range t.files {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Data is what a file holds; nil where there is none.
func (t *Tree) Data(name string) []byte { return t.files[name] }

// Only is the tree of the files that are kept.
func (t *Tree) Only(keep func(name string) bool) *Tree {
	files := map[string][]byte{}
	for name, data := range t.files {
		if keep(name) {
			files[name] = data
		}
	}
	return newTree(files)
}

// Open is fs.FS.
func (t *Tree) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if data, ok := t.files[name]; ok {
		return &openFile{info{path.Base(name), int64(len(data)), false}, bytes.NewReader(data)}, nil
	}
	entries, ok := t.dirs[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	d := &openDir{info: info{path.Base(name), 0, true}}
	for _, e := range entries {
		data, file := t.files[path.Join(name, e)]
		d.entries = append(d.entries, info{e, int64(len(data)), !file})
	}
	return d, nil
}

// info describes a file or a folder, as fs.FileInfo and as fs.DirEntry.
type info struct {
	name string
	size int64
	dir  bool
}

func (i info) Name() string               { return i.name }
func (i info) Size() int64                { return i.size }
func (i info) ModTime() time.Time         { return time.Time{} }
func (i info) IsDir() bool                { return i.dir }
func (i info) Sys() any                   { return nil }
func (i info) Type() fs.FileMode          { return i.Mode().Type() }
func (i info) Info() (fs.FileInfo, error) { return i, nil }
func (i info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

type openFile struct {
	info
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Size() int64                { return f.info.size }
func (f *openFile) Close() error               { return nil }

type openDir struct {
	info
	entries []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errors.New("is a directory")}
}

// ReadDir is fs.ReadDirFile.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		out := d.entries
		d.entries = nil
		return out, nil
	}
	if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	out := d.entries[:n]
	d.entries = d.entries[n:]
	return out, nil
}

// A TooMuch says that a side is larger than the limits allow. It is the user's to choose a smaller folder.
type TooMuch struct{ What string }

func (e *TooMuch) Error() string { return e.What }

func (l Limits) check(where string, files int, size int64) error {
	switch {
	case files > l.Files:
		return &TooMuch{fmt.Sprintf("%s holds more than %d files to compare; name a folder in it", where, l.Files)}
	case size > l.Bytes:
		return &TooMuch{fmt.Sprintf("%s holds more than %d MB to compare; name a folder in it", where, l.Bytes>>20)}
	}
	return nil
}

// Read is a folder as it stands: the files that are kept, without those behind a dot. links says to read what a symbolic
// link to a file leads to; git keeps only its name, so beside a revision they are left out.
func Read(folder fs.FS, label string, keep func(name string) bool, links bool, l Limits) (*Tree, error) {
	files, size := map[string][]byte{}, int64(0)
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.HasPrefix(path.Base(name), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || !keep(name) {
			return nil
		}
		if link := d.Type()&fs.ModeSymlink != 0; link && links {
			if to, err := fs.Stat(folder, name); err != nil || !to.Mode().IsRegular() {
				return err
			}
		} else if !d.Type().IsRegular() {
			return nil
		}
		data, err := readFile(folder, name, l.Bytes-size)
		if err != nil {
			return err
		}
		size += int64(len(data))
		files[name] = data
		return l.check(label, len(files), size)
	})
	if err != nil {
		return nil, err
	}
	return newTree(files), nil
}

// readFile reads at most one byte more than there is room for.
func readFile(folder fs.FS, name string, room int64) ([]byte, error) {
	in, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, room+1))
}
