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

	Context map[string]int // the context tables that the files ask for, with the versions of their form
	Site    *Site          // nil where they were made for none
}

// Site is for which site files were made, and which rules it has on trial or not at all.
type Site struct {
	Name  string            `json:"name"`
	Rules map[string]string `json:"rules,omitempty"` // shadow or disabled, by name
}

// manifest is Manifest's form.
type manifest struct {
	SchemaVersion int               `json:"schema_version"`
	Inputs        map[string]string `json:"inputs"`
	Context       map[string]int    `json:"context,omitempty"`
	Site          *Site             `json:"site,omitempty"`
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
	names := slices.Sorted(maps.Keys(f.Files))
	for _, name := range names { // before there is a folder
		if !writable(name) {
			return fmt.Errorf("%q can't be written below the output folder", name)
		}
	}
	s, err := Begin(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, name := range names {
		if err := s.Put(name, f.Files[name]); err != nil {
			return err
		}
	}
	s.context, s.site = f.Context, f.Site
	return s.Commit(f.Inputs)
}

// writable says that a name is a path below the folder, on every system, and none of our own.
func writable(name string) bool {
	return fs.ValidPath(name) && filepath.IsLocal(filepath.FromSlash(name)) && name != "." && name != Manifest && !below(name, staging) &&
		!strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7F || strings.ContainsRune(`\:*?"<>|`, r) })
}

func below(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

// A Stage is a folder that is being written, for who has more files than memory: Begin, Put as many as there are, then
// Commit. It is Write in three steps, with the same promises: before Commit nothing has changed.
type Stage struct {
	root    *os.Root
	before  map[string]string // what earlier runs wrote, by digest
	now     map[string]string // what is to be there
	parent  map[string]bool   // the folders of that
	staged  []string          // of now: what is not there already
	context map[string]int    // as a Folder has them
	site    *Site
	made    string // the folder, where Begin made it and nothing is in it yet
}

// Begin opens a folder, which it makes where there is none.
func Begin(dir string) (*Stage, error) {
	made := ""
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		made = dir
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &Stage{root: root, made: made, now: map[string]string{}, parent: map[string]bool{}}
	if err := s.plainFile(Manifest); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	s.before = written(root, Manifest)
	maps.Copy(s.before, written(root, path.Join(staging, Manifest)))
	return s, nil
}

// Close ends the work. What was not committed is forgotten.
func (s *Stage) Close() error {
	var err error
	if len(s.staged) > 0 {
		err = s.root.RemoveAll(staging)
	}
	err = errors.Join(err, s.root.Close())
	if s.made != "" {
		err = errors.Join(err, os.Remove(s.made))
	}
	return err
}

// Put takes in one file. It is an error that its name can't be written, that it stands for a folder too, or that a file
// of the user's is in its place.
func (s *Stage) Put(name string, data []byte) error {
	if !writable(name) {
		return fmt.Errorf("%q can't be written below the output folder", name)
	}
	if s.parent[name] {
		return fmt.Errorf("%q can't be both a file and a folder", name)
	}
	for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
		if _, file := s.now[parent]; file {
			return fmt.Errorf("%q can't be both a file and a folder", parent)
		}
		s.parent[parent] = true
	}
	if err := s.plainFile(name); err != nil {
		return err
	}
	s.now[name] = Digest(data)
	there, err := s.root.ReadFile(name)
	if err == nil && Digest(there) == s.now[name] {
		return nil
	}
	if _, ours := s.before[name]; !ours && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there, and not from an earlier run: move it away", name)
	}
	if len(s.staged) == 0 {
		if err := s.root.RemoveAll(staging); err != nil { // what a killed run left
			return err
		}
	}
	s.staged = append(s.staged, name)
	return s.put(path.Join(staging, "files", name), data)
}

// Len is how many files were taken in.
func (s *Stage) Len() int { return len(s.now) }

// Commit brings the staged files to their places, removes what is gone, and writes the manifest last: whoever finds the
// new one finds all that it lists, and nothing of the old.
func (s *Stage) Commit(inputs map[string]string) error {
	text, err := json.MarshalIndent(manifest{SchemaVersion: 1, Inputs: inputs, Context: s.context, Site: s.site, Files: s.now}, "", "  ")
	if err != nil {
		return err
	}
	if len(s.staged) == 0 {
		if err := s.root.RemoveAll(staging); err != nil {
			return err
		}
	}
	defer s.root.RemoveAll(staging)
	s.made = ""
	if err := s.put(path.Join(staging, Manifest), append(text, '\n')); err != nil { // the plan, before the first move
		return err
	}
	return s.move()
}

// plainFile says what is wrong with a place for a file: one that is taken by something else, or not in plain folders.
// A file of an earlier run that is gone, with its folders, is nothing wrong.
func (s *Stage) plainFile(name string) error {
	for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
		info, err := s.root.Lstat(parent)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is no folder, but %s is to be written into it", parent, path.Base(name))
		}
	}
	info, err := s.root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file, but a file of that name is to be written", name)
	}
	return nil
}

func (s *Stage) put(name string, data []byte) error {
	if err := s.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	return s.root.WriteFile(name, data, 0o644)
}

// move does what Commit promises, once its plan is written.
func (s *Stage) move() error {
	for _, name := range s.staged {
		if err := s.root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := s.root.Rename(path.Join(staging, "files", name), name); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.before)) {
		if _, kept := s.now[name]; kept || s.plainFile(name) != nil { // behind a link, or a folder by now: none of ours
			continue
		}
		if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
			if s.root.Remove(parent) != nil {
				break // not empty
			}
		}
	}
	return s.root.Rename(path.Join(staging, Manifest), Manifest)
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

// into writes to a device or a pipe: a file moved over it would take its place, for every program of the machine.
func into(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// File replaces one file in one step; what the name links to, where it is a link. The file keeps its permissions. What is
// no plain file, such as /dev/stdout, /dev/null or a pipe, is written into and stays what it is.
func File(name string, data []byte) error {
	mode := fs.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	if info, err := os.Stat(name); err == nil {
		if !info.Mode().IsRegular() && !info.IsDir() {
			return into(name, data)
		}
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
