package store

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/source"
)

// A Root is a folder that may have folders "stores" and "models", and what to call it in messages.
type Root struct {
	FS   fs.FS
	Name string
}

// A Library is the stores and models of some folders, a file each: stores/<id>.yaml, models/<id>.yaml. A build asks for
// one of them at most, so a file is read when it is first asked for. It is safe for use by several goroutines.
type Library struct {
	roots []Root
	world World

	mu       sync.Mutex
	read     map[string]func() *Store // by path
	findings diag.List
	trouble  []error
}

// Open makes the library of some folders, of which a later one's files replace an earlier one's. It reads nothing, and
// a folder need not be there. world is what names are held against.
func Open(roots []Root, world World) *Library {
	return &Library{roots: roots, world: world, read: map[string]func() *Store{}}
}

const storesDir, modelsDir = "stores", "models"

// Store finds a store by its id.
func (lib *Library) Store(id string) (*Store, bool) { return lib.get(storesDir, id, false) }

// Model finds a model by its id.
func (lib *Library) Model(id string) (*Store, bool) { return lib.get(modelsDir, id, false) }

// StoreIDs are the ids of all stores, sorted: a list of paths, of which no file is read.
func (lib *Library) StoreIDs() []string { return lib.ids(storesDir) }

// ModelIDs are the ids of all models, sorted.
func (lib *Library) ModelIDs() []string { return lib.ids(modelsDir) }

func (lib *Library) ids(dir string) []string {
	var out []string
	for _, root := range lib.roots {
		files, _ := fs.ReadDir(root.FS, dir) // a folder that is not there has none
		for _, f := range files {
			if id, ok := strings.CutSuffix(f.Name(), ".yaml"); ok && form.IsName(id) {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// get reads a file once; plain, it is read alone: neither held against the world nor joined with its base.
func (lib *Library) get(dir, id string, plain bool) (*Store, bool) {
	if !form.IsName(id) {
		return nil, false
	}
	key := path.Join(dir, id+".yaml")
	if plain {
		key += " plain"
	}
	lib.mu.Lock()
	once := lib.read[key]
	if once == nil {
		once = sync.OnceValue(func() *Store { return lib.load(dir, id, plain) })
		lib.read[key] = once
	}
	lib.mu.Unlock()
	s := once()
	return s, s != nil
}

func (lib *Library) load(dir, id string, plain bool) *Store {
	name := path.Join(dir, id+".yaml")
	for _, root := range slices.Backward(lib.roots) {
		in, err := root.FS.Open(name)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			continue
		}
		if err != nil {
			lib.note(nil, err)
			return nil
		}
		defer in.Close()
		f, err := source.ReadFrom(in, path.Join(root.Name, name))
		var l diag.List
		if err != nil {
			if form.Problem(err, &l) {
				err = nil
			}
			lib.note(l, err)
			return nil
		}
		s := lib.make(f, dir == modelsDir, plain, &l)
		if s != nil && s.ID != id {
			l.Add(diag.StorePlace, s.Span, "the name of this file says that it is %q", id).WithHelp("its id and its file's name must say the same")
		}
		if l.HasErrors() {
			s = nil
		}
		if !plain { // else whoever asked for it as itself is told
			lib.note(l, nil)
		}
		return s
	}
	return nil
}

// Check reads a store's or a model's file that stands outside of the library, and says what is wrong with it.
func (lib *Library) Check(f *source.File, model bool, l *diag.List) { lib.make(f, model, false, l) }

func (lib *Library) make(f *source.File, model, plain bool, l *diag.List) *Store {
	read := Read
	if model {
		read = ReadModel
	}
	s := read(f, l)
	if s == nil || plain {
		return s
	}
	lib.findBase(s, l)
	s.check(lib.world, l)
	return s
}

// findBase reads the store that another rests on, which rests on none: there are no chains to come back upon themselves.
func (lib *Library) findBase(s *Store, l *diag.List) {
	base := s.base.Value
	if base == "" {
		return
	}
	found, ok := lib.get(storesDir, base, true)
	switch {
	case !ok:
		l.Add(diag.UnknownBase, s.base.Whole, "there is no store %q that could be used", base).WithGuess(s.base.Whole, base, lib.StoreIDs())
	case found.base.Value != "":
		l.Add(diag.UnknownBase, s.base.Whole, "%s rests on another store itself", base).WithHelp("name the one that it rests on: %s", found.base.Value)
	default:
		s.rows = found
	}
}

func (lib *Library) note(l diag.List, err error) {
	lib.mu.Lock()
	defer lib.mu.Unlock()
	lib.findings.Append(l)
	if err != nil {
		lib.trouble = append(lib.trouble, err)
	}
}

// Findings are what was wrong with the files that were read so far, and what the machine could not do.
func (lib *Library) Findings() (diag.List, []error) {
	lib.mu.Lock()
	defer lib.mu.Unlock()
	out := slices.Clone(lib.findings)
	out.Sort()
	return out, slices.Clone(lib.trouble)
}
