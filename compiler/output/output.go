// Package output writes a folder of results so that it is never half-written: everything is staged beside its place
// and then moved; what an earlier run wrote and this one doesn't is removed. Nothing outside of the folder is ever
// touched, whatever links or names are in it.
package output

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Manifest is the name of the file that lists all others with their digests.
const Manifest = "manifest.json"

// A Folder is what is to be written: contents by path, with forward slashes.
type Folder struct {
	Files  map[string][]byte
	Inputs map[string]string // SHA-256 of what the files were made of, by name
}

// manifest is Manifest's form.
type manifest struct {
	SchemaVersion int               `json:"schema_version"`
	Inputs        map[string]string `json:"inputs"`
	Files         map[string]string `json:"files"`
}

// Digest is a SHA-256 in hexadecimal.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

const staging = ".detc-staging"

// Write makes dir hold exactly the folder's files and their manifest, beside whatever else of the user's is there. On
// an error before the first move nothing has changed. It is an error, found before, that a file of the user's stands
// where one is to be written, or that the way there is no folder (a file, or a link to anywhere).
//
// The order is: changed files, removal of what is gone, the manifest. A run that is killed leaves its plan in the
// staging folder; the next one takes it up, so that nothing stays behind that no manifest lists.
func Write(dir string, f Folder) error {
	m := manifest{SchemaVersion: 1, Inputs: f.Inputs, Files: map[string]string{}}
	for name, data := range f.Files {
		if !writable(name) {
			return fmt.Errorf("%q can't be written below the output folder", name)
		}
		m.Files[name] = Digest(data)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	w := writer{root: root, now: m.Files}
	if err := w.look(); err != nil {
		return err
	}
	if err := root.RemoveAll(staging); err != nil { // what a killed run left
		return err
	}
	defer root.RemoveAll(staging)
	if err := w.stage(f.Files, append(text, '\n')); err != nil {
		return err
	}
	return w.move()
}

// writable says that a name is a path below the folder, on every system, and none of our own.
func writable(name string) bool {
	return fs.ValidPath(name) && filepath.IsLocal(filepath.FromSlash(name)) && name != "." && name != Manifest && !below(name, staging) &&
		!strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7F || strings.ContainsRune(`\:*?"<>|`, r) })
}

func below(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

// A writer brings one folder to its new state.
type writer struct {
	root    *os.Root
	before  map[string]string // what earlier runs wrote
	now     map[string]string // what is to be there
	changed []string          // of now: what is not there already
}

// look finds what must be written, and everything that stands in the way.
func (w *writer) look() error {
	if err := w.plainFile(Manifest); err != nil {
		return err
	}
	w.before = written(w.root, Manifest)
	maps.Copy(w.before, written(w.root, path.Join(staging, Manifest)))
	for _, name := range slices.Sorted(maps.Keys(w.now)) {
		for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
			if _, file := w.now[parent]; file {
				return fmt.Errorf("%q can't be both a file and a folder", parent)
			}
		}
		if err := w.plainFile(name); err != nil {
			return err
		}
		data, err := w.root.ReadFile(name)
		if err == nil && Digest(data) == w.now[name] {
			continue
		}
		_, ours := w.before[name]
		if !ours && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there, and not from an earlier run: move it away", name)
		}
		w.changed = append(w.changed, name)
	}
	return nil
}

// plainFile says what is wrong with a place for a file: one that is taken by something else, or not in plain folders.
// A file of an earlier run that is gone, with its folders, is nothing wrong.
func (w *writer) plainFile(name string) error {
	for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
		info, err := w.root.Lstat(parent)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is no folder, but %s is to be written into it", parent, path.Base(name))
		}
	}
	info, err := w.root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file, but a file of that name is to be written", name)
	}
	return nil
}

// stage writes what is new beside its place, the plan first.
func (w *writer) stage(files map[string][]byte, text []byte) error {
	if err := w.put(path.Join(staging, Manifest), text); err != nil {
		return err
	}
	for _, name := range w.changed {
		if err := w.put(path.Join(staging, "files", name), files[name]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) put(name string, data []byte) error {
	if err := w.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	return w.root.WriteFile(name, data, 0o644)
}

// move brings the staged files to their places, removes what is gone, and writes the manifest last: whoever finds the
// new one finds all that it lists, and nothing of the old.
func (w *writer) move() error {
	for _, name := range w.changed {
		if err := w.root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := w.root.Rename(path.Join(staging, "files", name), name); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.before)) {
		if _, kept := w.now[name]; kept || w.plainFile(name) != nil { // behind a link, or a folder by now: none of ours
			continue
		}
		if err := w.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
			if w.root.Remove(parent) != nil {
				break // not empty
			}
		}
	}
	return w.root.Rename(path.Join(staging, Manifest), Manifest)
}

// written is what a manifest of an earlier run lists; nothing where there is none, or one that is no manifest. Names
// that no run can have written are left out: nothing is removed on a manifest's word alone.
func written(root *os.Root, name string) map[string]string {
	var m manifest
	if data, err := root.ReadFile(name); err != nil || json.Unmarshal(data, &m) != nil {
		return map[string]string{}
	}
	maps.DeleteFunc(m.Files, func(name, _ string) bool { return !writable(name) })
	if m.Files == nil {
		return map[string]string{}
	}
	return m.Files
}

// File replaces one file in one step; what the name links to, where it is a link. The file keeps its permissions.
func File(name string, data []byte) error {
	mode := fs.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".detc-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}
