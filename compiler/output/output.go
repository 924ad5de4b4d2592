// Package output writes a folder of results so that it is never half-written: everything is staged beside its place
// and then moved; what an earlier run wrote and this one doesn't is removed.
package output

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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
// an error before the first move nothing has changed.
func Write(dir string, f Folder) error {
	m := manifest{SchemaVersion: 1, Inputs: f.Inputs, Files: map[string]string{}}
	for name, data := range f.Files {
		if !fs.ValidPath(name) || name == Manifest {
			return fmt.Errorf("%q can't be written below the output folder", name)
		}
		m.Files[name] = Digest(data)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	before, err := written(dir)
	if err != nil {
		return err
	}
	stage := filepath.Join(dir, staging)
	if err := os.RemoveAll(stage); err != nil { // what a killed run left
		return err
	}
	defer os.RemoveAll(stage)
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range f.Files {
			if !yield(name) {
				return
			}
		}
	})
	for _, name := range names {
		if before[name] != m.Files[name] || !same(dir, name, m.Files[name]) {
			if err := put(filepath.Join(stage, filepath.FromSlash(name)), f.Files[name]); err != nil {
				return err
			}
		}
	}
	if err := put(filepath.Join(stage, Manifest), append(text, '\n')); err != nil {
		return err
	}
	return move(dir, stage, names, before, m.Files)
}

// move brings the staged files to their places, removes what is gone, and writes the manifest last: whoever finds it
// finds all that it lists.
func move(dir, stage string, names []string, before, now map[string]string) error {
	for _, name := range append(names, Manifest) {
		from, to := filepath.Join(stage, filepath.FromSlash(name)), filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
			continue // the same bytes are there already
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	for name := range before {
		if _, kept := now[name]; kept {
			continue
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
			if os.Remove(filepath.Join(dir, filepath.FromSlash(parent))) != nil {
				break // not empty
			}
		}
	}
	return nil
}

// written is what the manifest of an earlier run lists; nothing where there is none, or one that is no manifest.
func written(dir string) (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, Manifest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m manifest
	if json.Unmarshal(data, &m) != nil {
		return nil, nil
	}
	for name := range m.Files {
		if !fs.ValidPath(name) || strings.HasPrefix(name, staging) {
			delete(m.Files, name) // never remove what we can't have written
		}
	}
	return m.Files, nil
}

func same(dir, name, digest string) bool {
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil && Digest(data) == digest
}

func put(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return errors.Join(err, out.Close())
}

// File replaces one file in one step.
func File(name string, data []byte) error {
	info, err := os.Stat(name)
	mode := fs.FileMode(0o644)
	if err == nil {
		mode = info.Mode().Perm()
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".detc-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Chmod(mode), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}
